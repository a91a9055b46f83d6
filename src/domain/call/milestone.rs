//! What is told of a leg, and when it is news.

use super::fact::What;

/// What a leg comes to that customers are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// A caller joined a queue.
    Start,
    /// It rings.
    Ring,
    /// It was answered; a queue's caller by an agent.
    Answer,
    /// It ended.
    End,
}

impl Milestone {
    /// In the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Start, Self::Ring, Self::Answer, Self::End];

    /// The event's name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "call:start",
            Self::Ring => "call:ring",
            Self::Answer => "call:answer",
            Self::End => "call:end",
        }
    }

    /// Its bit in the set of those that were told.
    pub(super) fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The milestone that a fact is the very news of; a queue's caller is answered by an agent.
    pub(super) fn of(what: &What, queue_caller: bool) -> Option<Self> {
        match what {
            What::Joined => Some(Self::Start),
            What::Progress | What::ProgressMedia => Some(Self::Ring),
            What::Answered if !queue_caller => Some(Self::Answer),
            What::Bridged { .. } if queue_caller => Some(Self::Answer),
            // One that is only seen to be destroyed hung up unheard.
            What::HungUp { .. } => Some(Self::End),
            _ => None,
        }
    }
}
