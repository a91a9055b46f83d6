//! Where a call goes: [`route`] decides, from memory alone; [`render`] writes the applications. What has to be asked for (a star code, whether a
//! number may be called now) is asked in between.

mod legs;
mod queue;
mod render;
mod route;
#[cfg(test)]
pub(super) mod setting_tests;
mod snapshot;
#[cfg(test)]
pub(super) mod tests;

pub(super) use render::render;
pub(super) use route::{Known, route};
pub(super) use snapshot::{of_account, public};

use crate::domain::call::CallType;
use crate::domain::number::{DialNumber, Domain, ExtensionNumber, SipUser};
use crate::domain::toll::{Reason, Refusal};
use crate::domain::{AccountId, DeviceId, SiteId, UserId};
use crate::reconcile::outside::{Outside, Seen};
use crate::service::outside::Barred;
use crate::switch::{AgentName, QueueName};

/// Where a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Not ours: FreeSWITCH's static dialplan has it.
    NotFound,
    /// It ends here, and nobody knows whose call it is.
    Refuse(Cause),
    /// A star code: what it does is the service's.
    Star {
        /// The phone that dialled it.
        device: DeviceId,
        /// The code, with its stars.
        code: String,
    },
    /// It goes on.
    Connect(Box<Connection>),
}

/// Why a call ends: hangup causes in FreeSWITCH's spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nothing more happens.
    NormalClearing,
    /// Nobody is checked in on the phone.
    FacilityNotSubscribed,
    /// There is no such number.
    UnallocatedNumber,
    /// There is, but no phone behind it.
    SubscriberAbsent,
    /// A number outside, and no gateway.
    NoRouteDestination,
    /// By the dial rule, the rules against toll fraud, or because it is on the list of numbers not to be called.
    OutgoingCallBarred,
    /// The account's limit is reached, for the moment.
    NormalCircuitCongestion,
    /// It cannot be said now whether the number may be called.
    NormalTemporaryFailure,
}

impl Cause {
    fn as_str(self) -> &'static str {
        match self {
            Self::NormalClearing => "NORMAL_CLEARING",
            Self::FacilityNotSubscribed => "FACILITY_NOT_SUBSCRIBED",
            Self::UnallocatedNumber => "UNALLOCATED_NUMBER",
            Self::SubscriberAbsent => "SUBSCRIBER_ABSENT",
            Self::NoRouteDestination => "NO_ROUTE_DESTINATION",
            Self::OutgoingCallBarred => "OUTGOING_CALL_BARRED",
            Self::NormalCircuitCongestion => "NORMAL_CIRCUIT_CONGESTION",
            Self::NormalTemporaryFailure => "NORMAL_TEMPORARY_FAILURE",
        }
    }
}

impl From<Barred> for Cause {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::Toll(Refusal { reason: Reason::CallsAtOnce | Reason::CallsPerSecond, .. }) => Self::NormalCircuitCongestion,
            Barred::DoNotCall | Barred::Toll(_) => Self::OutgoingCallBarred,
            Barred::Unknown => Self::NormalTemporaryFailure,
        }
    }
}

/// A call that goes on: what its channel is told, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Connection {
    /// Whose call it is.
    pub account: AccountId,
    /// The account's domain.
    pub domain: Domain,
    /// What kind of call it is.
    pub call_type: CallType,
    /// What was dialled.
    pub number: DialNumber,
    /// The country of the party outside, where there is one and its number tells (ISO 3166-1 alpha-2).
    pub country: Option<&'static str>,
    /// The phone that calls; none from outside.
    pub device: Option<DeviceId>,
    /// Who calls: who sits at it, else its owner.
    pub user: Option<UserId>,
    /// The agent that sits at it.
    pub agent: Option<AgentName>,
    /// That phone's own name, which others see whatever it says in From. A click-to-call brings what they see.
    pub caller: Option<SipUser>,
    /// What they see in its place.
    pub seen: Seen,
    /// Where to.
    pub to: Destination,
}

/// Who calls, as its channel is told it and as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// Who calls.
    pub user: Option<UserId>,
    /// The agent that sits there.
    pub agent: Option<AgentName>,
    /// The phone's own name.
    pub name: Option<SipUser>,
    /// What others see in its place.
    pub seen: Seen,
}

/// Where a call goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// A queue.
    Queue(QueueCall),
    /// Phones, at least one.
    Phones {
        /// In the order in which they ring.
        phones: Vec<Phone>,
        /// One after the other, instead of all at once.
        in_turn: bool,
        /// Seconds after which nobody answers.
        timeout_s: u32,
        /// The mailbox that answers then.
        mailbox: Option<ExtensionNumber>,
    },
    /// A mailbox: the caller leaves a message.
    Mailbox(ExtensionNumber),
    /// A mailbox: the caller, whose own it is, listens.
    Listen(ExtensionNumber),
    /// Nowhere: it ends here, and is told as what it would have been.
    Nowhere(Cause),
    /// A number outside.
    Outside {
        /// How it is dialled.
        call: Outside,
        /// Where the call is recorded, if it is.
        recording: Option<String>,
        /// Seconds of talk after which it is ended; none for no end.
        max_s: Option<u32>,
    },
}

/// A queue, and what the caller's channel tells mod_callcenter and the agents' contacts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct QueueCall {
    /// Its name on the switch.
    pub queue: QueueName,
    /// Its site.
    pub site: Option<SiteId>,
    /// Seconds for which an agent's phone rings.
    pub ring_timeout_s: u32,
    /// Whether it answers by itself.
    pub auto_answer: bool,
    /// What the caller hears before it joins.
    pub join_announce: Option<String>,
    /// What the agent hears before it is bridged.
    pub agent_announce: Option<String>,
    /// What the caller hears instead of the queue's music.
    pub music: Option<String>,
    /// The keys by which a caller leaves.
    pub exit_keys: String,
    /// Whether callers that leave may go somewhere.
    pub exits: bool,
    /// Where the caller is recorded, if its queue says that it is.
    pub record_to: String,
    /// Where an agent that records calls from outside has this one recorded.
    pub record_ext: Option<String>,
    /// Where an agent that records calls from the office has this one recorded.
    pub record_int: Option<String>,
}

/// A phone that rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phone {
    /// Which device.
    pub device: DeviceId,
    /// The agent that sits there.
    pub agent: Option<AgentName>,
    /// Who is called there: who sits there, else who was dialled, else its owner.
    pub user: Option<UserId>,
    /// `user/1001@lab.local`, as `switch::contact` writes it.
    pub endpoint: String,
    /// The callee must press 1: somebody outside, whose mailbox would take the call.
    pub confirm: bool,
    /// Seconds before it rings, where all ring at once.
    pub delay_s: u32,
    /// Seconds for which it rings; 0 for as long as the call does.
    pub timeout_s: u32,
    /// Where the call is recorded, if it is.
    pub recording: Option<String>,
    /// The number of one that is outside.
    pub outside: Option<DialNumber>,
    /// Seconds of talk after which it is ended; none for no end.
    pub max_s: Option<u32>,
}
