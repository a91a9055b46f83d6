//! What the switch's events say: an [`Event`] to a [`Fact`].
//!
//! Names of events, headers and channel variables of FreeSWITCH and mod_callcenter are read here and nowhere else. What an event does not
//! say, or says in a way that cannot be read, is left out of the fact.

use std::str::FromStr;

use crate::clock::Millis;
use crate::domain::call::{CallType, Direction, Left, LegFact, LegId, LegInfo, LegTimes, Role, What};
use crate::domain::id::{QueueId, UserId};
use crate::esl::command::EventSet;
use crate::esl::event::Event;
use crate::esl::text::TextError;
use crate::switch::HangupCause;

use super::name::Names;
use super::recording::recorded;

const EVENTS: [&str; 10] = [
    "CHANNEL_CREATE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_ANSWER",
    "CHANNEL_BRIDGE",
    "CHANNEL_UNBRIDGE",
    "CHANNEL_HOLD",
    "CHANNEL_UNHOLD",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY",
];

const SUBCLASSES: [&str; 4] = ["callcenter::info", "sofia::register", "sofia::unregister", "sofia::expire"];

/// One thing that the switch said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Of a leg.
    Leg(Box<LegFact>),
    /// Of an offer of a queue's caller to an agent.
    Offer(Offer),
    /// Of an agent.
    Agent(AgentFact),
    /// Of a phone.
    Registration(Registration),
    /// That it is alive.
    Heartbeat {
        /// The switch's clock.
        at: Millis,
    },
}

/// An agent as mod_callcenter names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentRef {
    /// Its name.
    pub name: String,
    /// Whose name it is; none when the agent is not ours.
    pub user_id: Option<UserId>,
}

/// What became of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// When, by the switch's clock.
    pub at: Millis,
    /// To whom.
    pub agent: AgentRef,
    /// From which queue; none when it is not ours.
    pub queue_id: Option<QueueId>,
    /// The caller's leg.
    pub member: LegId,
    /// What became of it.
    pub step: OfferStep,
}

/// See [`Offer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfferStep {
    /// The agent's phone is about to be called.
    Offered,
    /// The agent answered and is about to be bridged.
    Answered {
        /// The agent's leg.
        leg: LegId,
    },
    /// The call with the agent ended.
    Ended {
        /// The agent's leg.
        leg: LegId,
    },
    /// The agent did not answer.
    Failed {
        /// FreeSWITCH's name of the hangup cause.
        cause: String,
    },
}

/// What became of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentFact {
    /// When, by the switch's clock.
    pub at: Millis,
    /// Who.
    pub agent: AgentRef,
    /// What.
    pub step: AgentStep,
}

/// See [`AgentFact`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentStep {
    /// Did not answer so often in a row that mod_callcenter sets another status; the [`AgentStep::Status`] follows.
    MaxNoAnswer {
        /// How often.
        count: Option<u32>,
    },
    /// The status changed, for example to `On Break`.
    Status(String),
    /// The state changed, for example to `In a queue call`.
    State(String),
}

/// That a phone can be reached, or no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// When, by the switch's clock.
    pub at: Millis,
    /// The SIP user.
    pub user: String,
    /// Its domain.
    pub domain: String,
    /// Whether it registered; false when it unregistered or its registration expired.
    pub reachable: bool,
}

impl Fact {
    /// What `event` says, by whose the names in it are; nothing when it is of a kind that we do not follow, or has no time or no subject.
    pub fn of(event: &Event, names: &Names) -> Option<Self> {
        let name = event.name();
        match &*name {
            "CUSTOM" => custom(event, names),
            "HEARTBEAT" => Some(Self::Heartbeat { at: event_time(event)? }),
            _ => leg_fact(event, names, channel_step(event, &name)?).map(Self::Leg),
        }
    }

    /// When it happened, by the switch's clock.
    pub fn at(&self) -> Millis {
        match self {
            Self::Leg(fact) => fact.at,
            Self::Offer(Offer { at, .. }) | Self::Agent(AgentFact { at, .. }) | Self::Heartbeat { at } => *at,
            Self::Registration(Registration { at, .. }) => *at,
        }
    }
}

/// What has to be subscribed to, so that [`Fact::of`] has something to read. The client adds what it needs itself.
///
/// # Errors
/// None: the words are fixed.
pub fn subscriptions() -> Result<EventSet, TextError> {
    EventSet::new(&EVENTS, &SUBCLASSES)
}

/// What a channel was found to be: the answer of `uuid_dump <uuid> json`, which has the headers of a channel event.
pub fn seen(dump: &Event, names: &Names) -> Option<LegFact> {
    let with = leg_id(dump, "Other-Leg-Unique-ID").filter(|_| dump.given("Answer-State").as_deref() == Some("answered"));
    leg_fact(dump, names, What::Seen { with }).map(|fact| *fact)
}

fn channel_step(event: &Event, name: &str) -> Option<What> {
    Some(match name {
        "CHANNEL_CREATE" => What::Created,
        "CHANNEL_PROGRESS" => What::Progress,
        "CHANNEL_PROGRESS_MEDIA" => What::ProgressMedia,
        "CHANNEL_ANSWER" => What::Answered,
        "CHANNEL_BRIDGE" => What::Bridged { with: bridged_with(event)? },
        "CHANNEL_UNBRIDGE" => What::Unbridged,
        "CHANNEL_HOLD" => What::Held,
        "CHANNEL_UNHOLD" => What::Resumed,
        "CHANNEL_HANGUP_COMPLETE" => What::HungUp { cause: text(event, "Hangup-Cause").unwrap_or_else(|| "NORMAL_UNSPECIFIED".to_owned()) },
        "CHANNEL_DESTROY" => What::Destroyed { cause: text(event, "Hangup-Cause") },
        _ => return None,
    })
}

fn bridged_with(event: &Event) -> Option<LegId> {
    let own = leg_id(event, "Unique-ID")?;
    ["Bridge-B-Unique-ID", "Bridge-A-Unique-ID", "Other-Leg-Unique-ID"]
        .into_iter()
        .filter_map(|header| leg_id(event, header))
        .find(|other| *other != own)
}

fn custom(event: &Event, names: &Names) -> Option<Fact> {
    let at = event_time(event)?;
    let phone = |user: &str, domain: &str, reachable| {
        Some(Fact::Registration(Registration { at, user: text(event, user)?, domain: text(event, domain)?, reachable }))
    };
    match &*event.subclass()? {
        "callcenter::info" => callcenter(event, names, at),
        // What mod_sofia calls `to` here is who sent it.
        "sofia::register" => phone("from-user", "from-host", true),
        "sofia::unregister" => phone("from-user", "from-host", false),
        "sofia::expire" => phone("user", "host", false),
        _ => None,
    }
}

fn callcenter(event: &Event, names: &Names, at: Millis) -> Option<Fact> {
    let agent_step = |step| Some(Fact::Agent(AgentFact { at, agent: agent(event, names)?, step }));
    match &*event.get("CC-Action")? {
        "member-queue-start" | "member-queue-resume" => member_fact(event, names, What::Joined),
        "member-queue-end" => {
            let (queue_id, joined_at) = (queue(event, names), seconds(event, "CC-Member-Joined-Time"));
            member_fact(event, names, What::Left { how: left(event), queue_id, joined_at })
        }
        "agent-offering" => offer(event, names, at, OfferStep::Offered),
        "bridge-agent-start" => offer(event, names, at, OfferStep::Answered { leg: leg_id(event, "CC-Agent-UUID")? }),
        "bridge-agent-end" => offer(event, names, at, OfferStep::Ended { leg: leg_id(event, "CC-Agent-UUID")? }),
        "bridge-agent-fail" => offer(event, names, at, OfferStep::Failed { cause: text(event, "CC-Hangup-Cause")? }),
        "agent-max-no-answer" => agent_step(AgentStep::MaxNoAnswer { count: number(event, "CC-Agent-No-Answer-Count") }),
        "agent-status-change" => agent_step(AgentStep::Status(text(event, "CC-Agent-Status")?)),
        "agent-state-change" => agent_step(AgentStep::State(text(event, "CC-Agent-State")?)),
        _ => None,
    }
}

/// These events carry the caller's channel, when it is still there.
fn member_fact(event: &Event, names: &Names, what: What) -> Option<Fact> {
    let member = leg_id(event, "CC-Member-Session-UUID")?;
    let mut fact = match leg_fact(event, names, what.clone()) {
        Some(fact) if fact.leg == member => fact,
        _ => Box::new(LegFact { leg: member, at: event_time(event)?, what, info: LegInfo::default(), times: LegTimes::default() }),
    };
    fact.info.role = Some(Role::Member);
    // The channel is that of the queue which the caller is in by now; it was served in another, maybe.
    fact.info.queue_id = fact.info.queue_id.or_else(|| queue(event, names));
    Some(Fact::Leg(fact))
}

/// BREAK_OUT is a caller that gave up, or that was transferred away or ended by us while it waited: the channel tells which.
fn left(event: &Event) -> Left {
    if event.given("CC-Cause").as_deref() == Some("Terminated") {
        return Left::Served;
    }
    let hung_up = event.given("Answer-State").as_deref() == Some("hangup");
    canceled(event.given("CC-Cancel-Reason").as_deref(), hung_up && !ended_by_us(event))
}

/// Whether a caller's leg was ended because its queue was deleted: no phone hangs up with this cause.
fn ended_by_us(event: &Event) -> bool {
    event.given("Hangup-Cause").as_deref() == Some(HangupCause::temporary_failure().as_str())
}

fn canceled(reason: Option<&str>, hung_up: bool) -> Left {
    match reason {
        Some("TIMEOUT") => Left::Timeout,
        Some("NO_AGENT_TIMEOUT") => Left::NoAgentTimeout,
        Some("BREAK_OUT") if hung_up => Left::Abandoned,
        _ => Left::Otherwise,
    }
}

fn offer(event: &Event, names: &Names, at: Millis, step: OfferStep) -> Option<Fact> {
    Some(Fact::Offer(Offer {
        at,
        agent: agent(event, names)?,
        queue_id: queue(event, names),
        member: leg_id(event, "CC-Member-Session-UUID")?,
        step,
    }))
}

fn queue(event: &Event, names: &Names) -> Option<QueueId> {
    names.queue(&event.given("CC-Queue")?).map(|name| name.queue)
}

fn agent(event: &Event, names: &Names) -> Option<AgentRef> {
    let name = text(event, "CC-Agent")?;
    let user_id = names.agent(&name).map(|name| name.user);
    Some(AgentRef { name, user_id })
}

fn leg_fact(event: &Event, names: &Names, what: What) -> Option<Box<LegFact>> {
    let leg = leg_id(event, "Unique-ID")?;
    let info = leg_info(event, names, &leg);
    let times = leg_times(event, names, info.role);
    Some(Box::new(LegFact { at: event_time(event)?, what, info, times, leg }))
}

fn leg_info(event: &Event, names: &Names, own: &LegId) -> LegInfo {
    let role = event.given("variable_cc_side").and_then(|side| Role::parse(&side));
    let direction = event.given("Call-Direction").and_then(|direction| Direction::parse(&direction));
    // The caller's channel has `cc_agent` too, once it was bridged.
    let agent = event.given("variable_cc_agent").filter(|_| role == Some(Role::Agent)).and_then(|name| names.agent(&name));
    let queue = event.given("variable_cc_queue").and_then(|name| names.queue(&name));
    // The channels of a switch that was there before do not say whose they are.
    let domain = agent.as_ref().map(|name| &name.domain).or(queue.as_ref().map(|name| &name.domain));
    let call_id = leg_id(event, "variable_cc_member_session_uuid").or_else(|| leg_id(event, "variable_ccgate_call_id"));
    LegInfo {
        account_id: number(event, "variable_ccgate_account_id").or_else(|| names.account(domain?)),
        call_type: ran(event).or_else(|| event.given("variable_ccgate_call_type").and_then(|name| CallType::parse(&name))),
        role,
        direction,
        call_id: call_id.filter(|first| first != own),
        device_id: number(event, "variable_ccgate_device_id"),
        user_id: number(event, "variable_ccgate_user_id").or_else(|| agent.as_ref().map(|name| name.user)),
        src_user_id: number(event, "variable_ccgate_src_user_id"),
        queue_id: queue.as_ref().map(|name| name.queue).or_else(|| number(event, "variable_ccgate_queue_id")),
        site_id: number(event, "variable_ccgate_site_id"),
        a2: text(event, "variable_ccgate_a2"),
        dst_num: text(event, "variable_ccgate_dst_num"),
        dialled: text(event, "Caller-Destination-Number"),
        cid_num: text(event, "Caller-Caller-ID-Number"),
        cid_name: text(event, "Caller-Caller-ID-Name"),
        tags: text(event, "variable_ccgate_tags"),
        lead_id: text(event, "variable_ccgate_lead_id"),
        lead_name: text(event, "variable_ccgate_lead_name"),
        campaign_id: text(event, "variable_ccgate_campaign_id"),
        dialer_id: text(event, "variable_ccgate_dialer_id"),
        conference_id: text(event, "variable_ccgate_conference_id"),
        call_script: text(event, "variable_ccgate_call_script"),
        outside: number(event, "variable_ccgate_outside"),
        recorded: recorded(event),
    }
}

/// What makes a call a conference or a fax, whatever it was before: the application that its leg runs, or ran last.
fn ran(event: &Event) -> Option<CallType> {
    match &*event.given("variable_current_application")? {
        "conference" => Some(CallType::Conf),
        "rxfax" | "txfax" => Some(CallType::Fax),
        _ => None,
    }
}

fn leg_times(event: &Event, names: &Names, role: Option<Role>) -> LegTimes {
    let hung_up_at = micros(event, "Caller-Channel-Hangup-Time");
    let mut times = LegTimes {
        created_at: micros(event, "Caller-Channel-Created-Time"),
        progress_at: micros(event, "Caller-Channel-Progress-Time"),
        media_at: micros(event, "Caller-Channel-Progress-Media-Time"),
        answered_at: micros(event, "Caller-Channel-Answered-Time"),
        hung_up_at,
        ..LegTimes::default()
    };
    if role == Some(Role::Member) {
        times.joined_at = seconds(event, "variable_cc_queue_joined_epoch");
        // Noted in whole seconds, beside the bridge that it is of.
        let served_at = seconds(event, "variable_cc_queue_answered_epoch");
        let bridged_at = micros(event, "Caller-Channel-Bridged-Time");
        times.served_at =
            served_at.map(|at| bridged_at.filter(|bridged| (0..=1).contains(&(bridged.epoch_s() - at.epoch_s()))).unwrap_or(at));
        times.served_by =
            event.given("variable_cc_agent").filter(|_| served_at.is_some()).and_then(|name| names.agent(&name)).map(|name| name.user);
        // Both are kept in whole seconds; a caller that was transferred away lives on for longer than that.
        let with_hangup = |left_at: Millis| hung_up_at.is_some_and(|end| end.epoch_s() - left_at.epoch_s() <= 1);
        (times.left, times.left_at) = match event.given("variable_cc_cause").as_deref() {
            Some("answered") => (Some(Left::Served), seconds(event, "variable_cc_queue_terminated_epoch").filter(|at| !with_hangup(*at))),
            Some("cancel") => {
                let left_at = seconds(event, "variable_cc_queue_canceled_epoch");
                let hung_up = left_at.is_some_and(with_hangup) && !ended_by_us(event);
                (Some(canceled(event.given("variable_cc_cancel_reason").as_deref(), hung_up)), left_at)
            }
            _ => (None, None),
        };
    }
    times
}

fn event_time(event: &Event) -> Option<Millis> {
    micros(event, "Event-Date-Timestamp")
}

/// A time in microseconds since the epoch; 0 is FreeSWITCH's "not yet". Rounding down gives FreeSWITCH's own milliseconds.
fn micros(event: &Event, header: &str) -> Option<Millis> {
    number::<i64>(event, header).filter(|us| *us > 0).map(|us| Millis(us / 1000))
}

/// A time in seconds since the epoch.
fn seconds(event: &Event, header: &str) -> Option<Millis> {
    number::<i64>(event, header).filter(|s| *s > 0).map(|s| Millis(s.saturating_mul(1000)))
}

fn leg_id(event: &Event, header: &str) -> Option<LegId> {
    event.given(header).map(|uuid| LegId::new(&uuid))
}

fn text(event: &Event, header: &str) -> Option<String> {
    event.given(header).map(std::borrow::Cow::into_owned)
}

fn number<T: FromStr>(event: &Event, header: &str) -> Option<T> {
    event.given(header)?.parse().ok()
}

#[cfg(test)]
#[path = "fact_tests.rs"]
mod tests;
