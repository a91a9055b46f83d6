//! What a pass did and saw.

use super::follow::Seen;
use super::standing::Stands;
use crate::clock::Millis;
use crate::domain::repair::Repair;
use crate::switch::{AgentName, QueueName, Step, StepError};

/// One pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// When it ended.
    pub at: Millis,
    /// Which run of the switch it was about; none when the switch was away or not ready.
    pub core_uuid: Option<String>,
    /// How it came out.
    pub outcome: Outcome,
    /// How many steps there were.
    pub steps: usize,
    /// How many of them were done.
    pub healed: usize,
    /// Those that were not; they are worked out again in the next pass.
    pub failed: Vec<(Step, StepError)>,
    /// Steps that were left for the next pass: somebody was changing their agent, or their queue was reloaded just now.
    pub left_alone: usize,
    /// Whether callers of deleted queues were still to be sent away, or may have come meanwhile.
    pub draining: bool,
    /// What is not for a step to change.
    pub findings: Vec<Finding>,
    /// How many differences there were of each kind, and since when.
    pub standing: Vec<Stands>,
    /// What was mended that nobody had wanted so, and alarms.
    pub repairs: Vec<Repair>,
    /// Whether something looks ill that one look more has to show.
    pub look_again: bool,
}

/// How a pass came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// There has been none yet.
    #[default]
    Never,
    /// The switch is as desired, or every step to it was done.
    Applied,
    /// Some step was not done, or was left for the next pass.
    Partly,
    /// The switch was looked at, and is not ours to change.
    Observed,
    /// The switch was away.
    Away,
    /// The switch is there, mod_callcenter is not (yet).
    NotReady,
    /// The database or a listing could not be read.
    Unreadable,
}

/// Names that are told of what is not ours; of more their number is.
const NAMED_MAX: usize = 20;

impl Finding {
    /// What was seen, as a person would say it.
    pub fn summary(&self) -> String {
        match self {
            Self::MaxNoAnswer(agent) => format!("agent {agent} did not answer too often and is on break, which is to become a pause"),
            Self::Reachable(agent) => {
                format!("whether the phone of agent {agent} is registered is not what is known; the switch is asked for it")
            }
            Self::Follows(seen) => format!("agent {} is not managed, and is otherwise than in the database, which follows it", seen.agent),
            Self::QueueNotTaken(queue) => format!("queue {queue} was reloaded, and what the switch took is not what is served"),
            Self::Drained(queue) => format!("queue {queue} is gone, and nobody is left who waited in it"),
            Self::NotOurs(names) => {
                let more = names.len().saturating_sub(NAMED_MAX);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("not ours, and left alone: {}{more}", names.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Something that a pass saw and left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// mod_callcenter has set the agent `On Break` because it did not answer too often (trap 21). Setting it back by rote would ring an empty
    /// chair; it becomes a pause in the database.
    MaxNoAnswer(AgentName),
    /// Whether the agent's phone is registered is not what the database has. The listing may be late, or tell of a registration that nobody can be
    /// called at: the switch is to be asked for the phone.
    Reachable(AgentName),
    /// An agent that is not ours to change is otherwise than the database says, which follows it.
    Follows(Seen),
    /// The queue was reloaded and still does not show what is desired: what the switch took was not what we serve (trap 15).
    QueueNotTaken(QueueName),
    /// A queue that was deleted is gone from the switch, and nobody is left who waited in it.
    Drained(QueueName),
    /// What is on the switch now and neither ours nor in a domain of ours, all of it, where it is not the same as before: `agent bob@other.net`.
    NotOurs(Vec<String>),
}
