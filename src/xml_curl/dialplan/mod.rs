//! Where a call goes: [`route`] decides, from memory alone; [`render`] writes the applications. Star codes are redeemed in between.

mod render;
mod route;
#[cfg(test)]
pub(super) mod tests;

pub(super) use render::render;
pub(super) use route::{Known, route};

use crate::domain::number::{DialNumber, Domain, Gateway, SipUser};
use crate::domain::{AccountId, DeviceId, UserId};
use crate::switch::QueueName;

/// Where a call goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// Not ours: FreeSWITCH's static dialplan has it.
    NotFound,
    /// It ends here.
    Refuse(Cause),
    /// A star code: what it does is the service's.
    Star {
        /// The phone that dialled it.
        device: DeviceId,
        /// The code, with its stars.
        code: String,
    },
    /// It goes on.
    Connect(Connection),
}

/// Why a call ends: hangup causes in FreeSWITCH's spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nobody is checked in on the phone.
    FacilityNotSubscribed,
    /// There is no such number.
    UnallocatedNumber,
    /// There is, but no phone behind it.
    SubscriberAbsent,
    /// A number outside, and no gateway.
    NoRouteDestination,
}

impl Cause {
    fn as_str(self) -> &'static str {
        match self {
            Self::FacilityNotSubscribed => "FACILITY_NOT_SUBSCRIBED",
            Self::UnallocatedNumber => "UNALLOCATED_NUMBER",
            Self::SubscriberAbsent => "SUBSCRIBER_ABSENT",
            Self::NoRouteDestination => "NO_ROUTE_DESTINATION",
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
    /// The agent that calls.
    pub agent: Option<UserId>,
    /// The phone that calls and what others see of it: its own name, whatever it says in From. A click-to-call brings its own.
    pub caller: Option<SipUser>,
    /// Where to.
    pub to: Destination,
}

/// The kinds of calls, in the words of the push events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallType {
    /// From outside.
    Inbound,
    /// To outside.
    Outbound,
    /// Between phones of the account.
    Internal,
    /// To a queue, from wherever.
    Queue,
}

impl CallType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Internal => "internal",
            Self::Queue => "queue",
        }
    }
}

/// Where a call goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// A queue.
    Queue {
        /// Its name on the switch.
        queue: QueueName,
        /// Seconds for which an agent's phone rings.
        ring_timeout_s: u32,
        /// Whether it answers by itself.
        auto_answer: bool,
    },
    /// Phones, at least one.
    Phones {
        /// In the order in which they ring.
        phones: Vec<Phone>,
        /// Seconds for each, one after the other; none for all at once.
        each_s: Option<u32>,
        /// Seconds after which nobody answers.
        timeout_s: u32,
    },
    /// A number outside.
    Outside(Gateway),
}

/// A phone that rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phone {
    /// Which device.
    pub device: DeviceId,
    /// Who sits there.
    pub agent: Option<UserId>,
    /// `user/1001@lab.local`, as `switch::contact` writes it.
    pub endpoint: String,
    /// The callee must press 1: somebody outside, whose mailbox would take the call.
    pub confirm: bool,
}
