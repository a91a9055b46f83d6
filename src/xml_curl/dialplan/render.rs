//! The applications of a decision, as a dialplan document.
//!
//! FreeSWITCH expands `${...}` in what an application is given, so only ids, numbers, domains, gateways and words of ours are written here,
//! never a name that somebody chose.

use std::io;

use super::{Connection, Destination, Phone, Route};
use crate::switch::AgentName;
use crate::xml_curl::document::{Xml, not_found};
use crate::xml_curl::request::Call;

/// Three tones that rise: it worked.
const DONE_TONE: &str = "tone_stream://%(120,60,660);%(120,60,880);%(240,0,1100)";
/// Three low ones: it did not.
const REFUSED_TONE: &str = "tone_stream://%(300,200,320);%(300,200,320);%(300,0,320)";
/// What somebody outside hears until they press 1.
const CONFIRM_PROMPT: &str = "tone_stream://%(200,200,700);%(200,1400,700);loops=5";

/// The document for a call. `redeemed` says what became of a star code.
pub(in crate::xml_curl) fn render(route: &Route, call: &Call, redeemed: bool) -> io::Result<String> {
    let actions = match route {
        Route::NotFound => return not_found(),
        Route::Refuse(cause) => vec![action("hangup", cause.as_str())],
        Route::Star { .. } => star(redeemed),
        Route::Connect(connection) => connect(connection, call),
    };
    Xml::document("dialplan", |xml| {
        xml.within("context", &[("name", &call.context)], |xml| {
            xml.within("extension", &[("name", "ccgate")], |xml| {
                xml.within("condition", &[], |xml| {
                    actions.iter().try_for_each(|(application, data)| xml.empty("action", &[("application", application), ("data", data)]))
                })
            })
        })
    })
}

type Action = (&'static str, String);

fn action(application: &'static str, data: impl Into<String>) -> Action {
    (application, data.into())
}

/// The phone hears what is true: the code was redeemed and committed, or it was not.
fn star(redeemed: bool) -> Vec<Action> {
    let (outcome, tone, cause) = if redeemed { ("done", DONE_TONE, "NORMAL_CLEARING") } else { ("refused", REFUSED_TONE, "CALL_REJECTED") };
    vec![
        action("set", format!("ccgate_star={outcome}")),
        action("answer", ""),
        // Phones cut off what is played before their own audio is up.
        action("sleep", "300"),
        action("playback", tone),
        action("hangup", cause),
    ]
}

fn connect(to: &Connection, call: &Call) -> Vec<Action> {
    let number = &to.number;
    // The second leg of a click-to-call brings the id of the first; FreeSWITCH's own variable is the channel's UUID.
    let call_id = if call.call_id.is_some() { "${ccgate_call_id}" } else { "${uuid}" };
    let mut actions = vec![
        action("export", format!("ccgate_account_id={}", to.account)),
        action("export", format!("ccgate_call_id={call_id}")),
        action("export", format!("ccgate_call_type={}", to.call_type.as_str())),
        action("export", format!("ccgate_dst_num={number}")),
    ];
    if let Some(caller) = &to.caller {
        actions.push(action("set", format!("effective_caller_id_number={caller}")));
        actions.push(action("set", format!("effective_caller_id_name={caller}")));
    }
    if let Some(agent) = to.agent {
        actions.push(action("set", format!("ccgate_user_id={agent}")));
        // In a call outside a queue no offer comes to the agent (trap 22).
        actions.push(action("callcenter_track", AgentName::new(agent, &to.domain).to_string()));
    }
    match &to.to {
        Destination::Queue { queue, ring_timeout_s, auto_answer } => {
            actions.push(action("set", format!("ccgate_queue_id={}", queue.queue)));
            actions.push(action("set", format!("ccgate_ring_timeout={ring_timeout_s}")));
            // Said either way: a caller may come from a queue that said otherwise.
            actions.push(action("set", format!("ccgate_auto_answer={auto_answer}")));
            actions.push(action("answer", ""));
            actions.push(action("callcenter", queue.to_string()));
        }
        Destination::Phones { phones, each_s, timeout_s } => {
            actions.push(action("set", "hangup_after_bridge=true"));
            actions.push(action("set", format!("call_timeout={timeout_s}")));
            let leg = |phone| leg(phone, to, *each_s);
            let separator = if each_s.is_some() { "|" } else { "," };
            actions.push(action("bridge", phones.iter().map(leg).collect::<Vec<_>>().join(separator)));
        }
        Destination::Outside(gateway) => {
            actions.push(action("set", "hangup_after_bridge=true"));
            actions.push(action("bridge", format!("sofia/gateway/{gateway}/{number}")));
        }
    }
    actions
}

/// One phone of a dial string. The agent there is in a call outside the queue from its answer on.
fn leg(phone: &Phone, to: &Connection, each_s: Option<u32>) -> String {
    let mut variables = vec![format!("ccgate_device_id={}", phone.device)];
    if let Some(agent) = phone.agent {
        variables.push(format!("ccgate_user_id={agent}"));
        variables.push(format!("execute_on_answer=callcenter_track {}", AgentName::new(agent, &to.domain)));
    }
    if let Some(seconds) = each_s {
        variables.push(format!("leg_timeout={seconds}"));
    }
    if phone.confirm {
        variables.push("group_confirm_key=1".to_owned());
        variables.push(format!("group_confirm_file={}", CONFIRM_PROMPT.replace(',', "\\,")));
    }
    format!("[{}]{}", variables.join(","), phone.endpoint)
}
