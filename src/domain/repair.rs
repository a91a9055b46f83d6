//! What was wrong on the switch, and what was done about it: docs/repair.md.

use serde::Serialize;

use super::event::{Fields, NewEvent, REPAIR};
use super::id::{AccountId, QueueId, UserId};
use crate::clock::Millis;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident => $name:literal,)*) => {
        /// What was wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Each of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// Its name, here, in the database and in the API.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// An agent was about to be offered a call, rung or in a queue call, and no leg was there.
    AgentStuck => "agent_stuck",
    /// An agent was idle, which nobody had wanted: it would have been offered nothing.
    AgentIdle => "agent_idle",
    /// An agent's status was changed at the switch.
    AgentStatus => "agent_status",
    /// Something else of an agent was changed at the switch.
    AgentChanged => "agent_changed",
    /// An agent was not on the switch.
    AgentMissing => "agent_missing",
    /// An agent was on the switch that nobody had wanted there.
    AgentUnknown => "agent_unknown",
    /// An agent counted as on calls outside its queues, or as on less than none, and was not.
    ExternalCalls => "external_calls",
    /// An agent's place in a queue was taken by an offer or a call that was not there.
    TierStuck => "tier_stuck",
    /// An agent's place in a queue was changed at the switch.
    TierChanged => "tier_changed",
    /// An agent had no place in a queue that it had joined.
    TierMissing => "tier_missing",
    /// An agent had a place in a queue that it had not joined.
    TierUnknown => "tier_unknown",
    /// A queue's parameters were not those that were served.
    QueueChanged => "queue_changed",
    /// A queue was not loaded.
    QueueMissing => "queue_missing",
    /// A queue was loaded that nobody had wanted.
    QueueUnknown => "queue_unknown",
    /// A caller had no row in its queue: it would have heard music until it hung up.
    CallerLost => "caller_lost",
    /// A row of a queue's caller had no leg.
    MemberGhost => "member_ghost",
    /// An agent's leg was there for a caller who had left.
    LegAlone => "leg_alone",
    /// Callers waited and agents were ready, and nobody was offered anything.
    NoOffers => "no_offers",
}

impl Kind {
    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// A repair of what is an account's; or an alarm, where nothing could be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// Whose it was.
    pub account_id: AccountId,
    /// When it was done.
    pub at: Millis,
    /// What was wrong.
    pub kind: Kind,
    /// With which agent.
    pub user_id: Option<UserId>,
    /// With which queue.
    pub queue_id: Option<QueueId>,
    /// With which leg.
    pub leg: Option<String>,
    /// What was seen, as a person would say it; no numbers of callers.
    pub seen: String,
    /// What was done; none for an alarm.
    pub done: Option<String>,
}

#[derive(Serialize)]
struct Data<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_id: Option<QueueId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leg: Option<&'a str>,
    seen: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<&'a str>,
}

impl Repair {
    /// The event that tells of it, in the order of its agent's, else of its queue's.
    pub fn event(&self) -> NewEvent {
        let Self { account_id, at, kind, user_id, queue_id, leg, seen, done } = self;
        let data = Data { kind: kind.name(), user_id: *user_id, queue_id: *queue_id, leg: leg.as_deref(), seen, done: done.as_deref() };
        let order_key = match (user_id, queue_id) {
            (Some(user), _) => format!("agent:{user}"),
            (None, Some(queue)) => format!("queue:{queue}"),
            (None, None) => REPAIR.to_owned(),
        };
        let data = Fields::of(&data);
        NewEvent { account_id: *account_id, name: REPAIR, at: *at, order_key, reconciled: false, data }
    }
}
