//! The applications of a decision, as a dialplan document.
//!
//! FreeSWITCH expands `${...}` in what an application is given, so only ids, numbers, domains, gateways, words of ours and what was made harmless
//! ([`crate::switch::spoken::Spoken`], the playable form of media) are written here, and the configuration's own folder of recordings.

use std::io;

use super::legs::{dial_string, ends_after};
use super::route::{PUBLIC, QUEUE_EXIT};
use super::{Caller, Connection, Destination, QueueCall, Route};
use crate::domain::number::ExtensionNumber;
use crate::reconcile::outside::Outside;
use crate::switch::contact::OUTSIDE;
use crate::switch::recording::{MEMBER_PATH, on_answer};
use crate::switch::{originate, transfer};
use crate::xml_curl::document::{Xml, not_found};
use crate::xml_curl::request::Call;

/// Three tones that rise: it worked.
const DONE_TONE: &str = "tone_stream://%(120,60,660);%(120,60,880);%(240,0,1100)";
/// Three low ones: it did not.
const REFUSED_TONE: &str = "tone_stream://%(300,200,320);%(300,200,320);%(300,0,320)";
/// Milliseconds before anything is played: phones cut off what comes before their own audio is up.
const AUDIO_MS: &str = "300";

/// Whom a phone is told to be called by instead of a number that cannot be sent.
const ANONYMOUS: &str = "anonymous";
/// The longest number of a caller that is sent on, in bytes.
const CALLER_NUMBER_MAX: usize = 64;

/// Seconds for which a number outside is rung.
const OUTSIDE_TIMEOUT_S: u32 = 60;

/// The document for a call. `redeemed` says what became of a star code.
pub(in crate::xml_curl) fn render(route: &Route, call: &Call, redeemed: bool) -> io::Result<String> {
    let Some(actions) = actions(route, call, redeemed) else { return not_found() };
    Xml::document("dialplan", |xml| {
        xml.within("context", &[("name", &call.context)], |xml| {
            xml.within("extension", &[("name", "ccgate")], |xml| xml.within("condition", &[], |xml| write(xml, &actions)))
        })
    })
}

/// An application, and what it is given.
pub(super) type Action = (&'static str, String);

/// What becomes of a call; none of one that is not ours.
pub(super) fn actions(route: &Route, call: &Call, redeemed: bool) -> Option<Vec<Action>> {
    match route {
        Route::NotFound => None,
        Route::Refuse(cause) => Some(vec![action("hangup", cause.as_str())]),
        Route::Star { .. } => Some(star(redeemed)),
        Route::Connect(connection) => Some(connect(connection, call)),
    }
}

/// Writes them into a condition.
pub(super) fn write(xml: &mut Xml, actions: &[Action]) -> io::Result<()> {
    actions.iter().try_for_each(|(application, data)| xml.empty("action", &[("application", application), ("data", data)]))
}

pub(super) fn action(application: &'static str, data: impl Into<String>) -> Action {
    (application, data.into())
}

fn set(name: &str, value: impl std::fmt::Display) -> Action {
    action("set", format!("{name}={value}"))
}

/// The phone hears what is true: the code was redeemed and committed, or it was not.
fn star(redeemed: bool) -> Vec<Action> {
    let (outcome, tone, cause) = if redeemed { ("done", DONE_TONE, "NORMAL_CLEARING") } else { ("refused", REFUSED_TONE, "CALL_REJECTED") };
    vec![set("ccgate_star", outcome), action("answer", ""), action("sleep", AUDIO_MS), action("playback", tone), action("hangup", cause)]
}

fn connect(to: &Connection, call: &Call) -> Vec<Action> {
    // The second leg of a click-to-call brings the id of the first; FreeSWITCH's own variable is the channel's UUID.
    let call_id = if call.call_id.is_some() { "${ccgate_call_id}" } else { "${uuid}" };
    let moved = call.context == transfer::CONTEXT || (call.call_id.is_some() && call.context != originate::CONTEXT);
    // Whoever is transferred, or leaves a queue, is what it was, but for another queue's caller; what it is sent to is told by the legs to there.
    let of_legs = if moved && !matches!(to.to, Destination::Queue(_)) { "nolocal:" } else { "" };
    let mut actions = vec![
        action("export", format!("ccgate_account_id={}", to.account)),
        action("export", format!("ccgate_call_id={call_id}")),
        action("export", format!("{of_legs}ccgate_call_type={}", to.call_type.as_str())),
    ];
    // It dialled what it dialled. A queue's exit is ours, and nobody dials it; a phone that transfers dials.
    let dialled = call.context != transfer::CONTEXT || (call.moved_by.is_some() && call.destination != QUEUE_EXIT);
    if dialled && !(moved && of_legs.is_empty()) {
        actions.push(action("export", format!("{of_legs}ccgate_dst_num={}", to.number)));
    }
    actions.extend(to.country.map(|country| action("export", format!("{of_legs}ccgate_a2={country}"))));
    if call.context == PUBLIC {
        // A phone that transfers this caller sends it here; the context of callers from outside has the account's numbers outside only.
        actions.push(set("force_transfer_context", transfer::CONTEXT));
    }
    if call.caller_number.as_deref().is_some_and(|number| !is_sendable(number)) {
        actions.push(set("effective_caller_id_number", ANONYMOUS));
    }
    actions.extend(caller(&Caller {
        user: to.user.filter(|_| !moved || call.device_id.is_some()),
        // A call that was transferred is counted already.
        agent: to.agent.clone().filter(|_| !call.tracked),
        name: to.caller.clone(),
        seen: to.seen.clone(),
    }));
    match &to.to {
        Destination::Queue(queue) => actions.extend(join(queue, call)),
        Destination::Phones { phones, in_turn, timeout_s, mailbox } => {
            actions.push(set("hangup_after_bridge", true));
            // Whatever the reason why nobody answered; without a mailbox the call ends with it.
            actions.push(set("continue_on_fail", mailbox.is_some()));
            actions.push(set("call_timeout", timeout_s));
            actions.push(action("bridge", dial_string(phones, *in_turn)));
            actions.extend(mailbox.iter().flat_map(|mailbox| leave_message(to, mailbox)));
        }
        Destination::Mailbox(mailbox) => actions.extend(leave_message(to, mailbox)),
        Destination::Listen(mailbox) => {
            actions.extend([action("answer", ""), action("sleep", AUDIO_MS)]);
            actions.push(action("voicemail", format!("check default {} {mailbox}", to.domain)));
        }
        Destination::Nowhere(cause) => actions.push(action("hangup", cause.as_str())),
        Destination::Outside { call: Outside { gateway, number, emergency, .. }, recording, max_s } => {
            // What an earlier hop set does not hold here.
            actions.extend([set("hangup_after_bridge", true), set("continue_on_fail", false), set("call_timeout", OUTSIDE_TIMEOUT_S)]);
            // An emergency call is counted nowhere.
            let counted = (!emergency).then(|| format!("{OUTSIDE}=true"));
            let more = recording.as_deref().map(on_answer).into_iter().chain(max_s.map(ends_after)).chain(counted);
            let more: String = more.map(|one| format!(",{one}")).collect();
            // For a phone that transfers whom it has called: where to, and as whom. Left to itself the switch takes "Outbound Call".
            let (context, callee) = (transfer::CONTEXT, &to.number);
            let variables =
                format!("force_transfer_context={context},effective_caller_id_name={callee},effective_caller_id_number={callee}{more}");
            actions.push(action("bridge", format!("[{variables}]sofia/gateway/{gateway}/{number}")));
        }
    }
    actions
}

/// Whether FreeSWITCH can say the number to a phone: it unescapes what it gets, and sends it on as it is. What then is no SIP any more does not leave, so
/// that a caller of such a number would keep every agent of a queue busy with offers that fail.
fn is_sendable(number: &str) -> bool {
    number.len() <= CALLER_NUMBER_MAX && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+*#._-".contains(&byte))
}

/// What the other side sees of the caller: what its user says, else the phone's own name. A number without a name is its own name.
pub(super) fn caller(by: &Caller) -> Vec<Action> {
    let own = by.name.as_ref().map(ToString::to_string);
    let number = by.seen.number.as_ref().map(ToString::to_string).or(own);
    let name = Some(by.seen.name.to_string()).filter(|name| !name.is_empty()).or_else(|| number.clone());
    let mut actions: Vec<_> = number.map(|number| set("effective_caller_id_number", number)).into_iter().collect();
    actions.extend(name.map(|name| set("effective_caller_id_name", name)));
    if let Some(user) = by.user {
        actions.push(set("ccgate_user_id", user));
        // The called phone may ring before anything more is heard of this one.
        actions.push(action("export", format!("nolocal:ccgate_src_user_id={user}")));
    }
    // In a call outside a queue no offer comes to the agent (trap 22).
    actions.extend(by.agent.as_ref().map(|agent| action("callcenter_track", agent.to_string())));
    actions
}

/// A caller may come from another queue that said otherwise, so everything is said either way; nothing after `=` takes a variable back.
fn join(queue: &QueueCall, call: &Call) -> Vec<Action> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut actions = vec![
        set("ccgate_queue_id", queue.queue.queue),
        set("ccgate_site_id", queue.site.map(|site| site.to_string()).unwrap_or_default()),
        set("ccgate_ring_timeout", queue.ring_timeout_s),
        set("ccgate_auto_answer", queue.auto_answer),
        set("ccgate_record_ext", text(&queue.record_ext)),
        set("ccgate_record_int", text(&queue.record_int)),
        set("cc_outbound_announce", text(&queue.agent_announce)),
        set("cc_moh_override", text(&queue.music)),
        set("cc_exit_keys", &queue.exit_keys),
        // Who was served is not sent to an exit when the agent hangs up, whatever it left another queue for.
        set("hangup_after_bridge", true),
        set("cc_cancel_reason", ""),
        set("cc_exit_key", ""),
        action("answer", ""),
    ];
    // Another path, at another day or than its own, would begin a second recording of the same caller.
    if !call.recording_named {
        actions.push(set(MEMBER_PATH, call.recorded_to.as_ref().unwrap_or(&queue.record_to)));
    }
    if let Some(announce) = &queue.join_announce {
        actions.extend([action("sleep", AUDIO_MS), action("playback", announce.as_str())]);
    }
    actions.push(action("callcenter", queue.queue.to_string()));
    if queue.exits {
        actions.push(action("transfer", format!("{QUEUE_EXIT} XML {}", transfer::CONTEXT)));
    }
    actions
}

/// mod_voicemail answers, greets, records until the caller is silent or hangs up, and keeps the message.
fn leave_message(to: &Connection, mailbox: &ExtensionNumber) -> [Action; 5] {
    [
        action("answer", ""),
        action("sleep", AUDIO_MS),
        set("skip_record_check", true),
        set("skip_record_urgent_check", true),
        action("voicemail", format!("default {} {mailbox}", to.domain)),
    ]
}
