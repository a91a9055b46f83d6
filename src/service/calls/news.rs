//! What the service hears of the switch.

use std::collections::VecDeque;

use crate::clock::Millis;
use crate::domain::call::LegId;
use crate::domain::id::UserId;
use crate::switch::AgentState;
use crate::switch::fact::{AgentStep, Fact, OfferStep, Registration};

/// News that wait for the service; past this the oldest are dropped and counted.
pub const NEWS_WAITING_MAX: usize = 65_536;

/// What the switch says of an offer to a phone that is not registered: by our directory's dial string, by another's (trap 12).
const NO_REGISTRATION: [&str; 2] = ["USER_NOT_REGISTERED", "SUBSCRIBER_ABSENT"];

/// Something that the service may have to act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SwitchNews {
    /// The user's last leg ended: what waited for that can be done. Its `call:end` is committed.
    CallEnded(UserId),
    /// The phone of an agent is called for a caller of a queue.
    Offered(UserId),
    /// An agent's leg of a queue call ended, whether or not the caller was put through. Its `call:end` is committed.
    OfferEnded {
        /// Whose.
        user_id: UserId,
        /// The agent's leg.
        leg: LegId,
    },
    /// The agent talks to a caller of a queue.
    InQueueCall(UserId),
    /// The agent did not answer so often in a row that mod_callcenter sets it `On Break` (trap 21).
    MaxNoAnswer {
        /// Who.
        user_id: UserId,
        /// When, by the switch's clock.
        at: Millis,
    },
    /// An offer to the agent failed because its phone is not registered.
    NotRegistered(UserId),
    /// Somebody set another status of the agent.
    AgentStatus(UserId),
    /// A phone registered, or can no longer be reached.
    Registration(Registration),
}

impl SwitchNews {
    /// What the service hears of a fact that is of no leg.
    pub(super) fn of(fact: Fact) -> Option<Self> {
        match fact {
            Fact::Agent(fact) if matches!(fact.step, AgentStep::MaxNoAnswer { .. }) => {
                Some(Self::MaxNoAnswer { user_id: fact.agent.user_id?, at: fact.at })
            }
            Fact::Agent(fact) if matches!(fact.step, AgentStep::Status(_)) => Some(Self::AgentStatus(fact.agent.user_id?)),
            Fact::Agent(fact) if matches!(&fact.step, AgentStep::State(state) if AgentState::parse(state) == Some(AgentState::InAQueueCall)) => {
                Some(Self::InQueueCall(fact.agent.user_id?))
            }
            Fact::Offer(offer) if matches!(&offer.step, OfferStep::Failed { cause } if NO_REGISTRATION.contains(&cause.as_str())) => {
                Some(Self::NotRegistered(offer.agent.user_id?))
            }
            Fact::Registration(registration) => Some(Self::Registration(registration)),
            Fact::Leg(_) | Fact::Offer(_) | Fact::Agent(_) | Fact::Heartbeat { .. } => None,
        }
    }
}

/// News that wait: for the commit of the events before them, then for a place in the service's queue.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    news: VecDeque<(u64, SwitchNews)>,
}

impl Waiting {
    /// Adds news that may be told once so many events are done; how many older ones gave way.
    pub(super) fn add(&mut self, after_events: u64, news: SwitchNews) -> u64 {
        self.news.push_back((after_events, news));
        if self.news.len() > NEWS_WAITING_MAX {
            self.news.pop_front();
            return 1;
        }
        0
    }

    /// Whether the first may be told.
    pub(super) fn is_ready(&self, events_done: u64) -> bool {
        self.news.front().is_some_and(|(after, _)| *after <= events_done)
    }

    /// Takes the first.
    pub(super) fn take(&mut self) -> Option<SwitchNews> {
        self.news.pop_front().map(|(_, news)| news)
    }
}
