//! Changes to the switch: typed, so that only these can be asked for.

use uuid::Uuid;

use crate::domain::number::{Domain, ExtensionNumber, SipUser};
use crate::esl::command::{Api, QuoteError, Text, TextError, Verb, join_args};
use crate::esl::reply::ReplyError;

use super::cause::HangupCause;
use super::contact::Contact;
use super::name::{AgentName, QueueName};
use super::status::{AgentParam, AgentState, AgentStatus, TierState};
use super::transfer;

/// One change. Doing it twice does no harm, but for [`Step::QueueReload`], which zeroes the queue's counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A new agent, logged out and waiting. One that is there already is fine.
    AgentAdd(AgentName),
    /// Where it is rung.
    AgentContact(AgentName, Contact),
    /// That it is rung at its contact, and does not sit in a standing call (`uuid-standby`).
    AgentCallback(AgentName),
    /// One of its numbers.
    AgentSet(AgentName, AgentParam, u32),
    /// No offers before this second since the epoch, by the switch's clock (trap 24).
    AgentReadyTime(AgentName, i64),
    /// What it wants. `Available` from another status zeroes its counts (trap 4); any other cancels its offer.
    AgentStatus(AgentName, AgentStatus),
    /// What it does.
    AgentState(AgentName, AgentState),
    /// Takes it away, and its tiers with it.
    AgentDel(AgentName),
    /// Puts an agent into a queue. A tier that is there already is fine, and keeps its level and position.
    TierAdd {
        /// The queue; the switch loads it when it has not yet.
        queue: QueueName,
        /// The agent, which has to be there.
        agent: AgentName,
        /// From 1; lower is offered first.
        level: u32,
        /// From 1, within the level.
        position: u32,
    },
    /// Another level.
    TierLevel(QueueName, AgentName, u32),
    /// Another position.
    TierPosition(QueueName, AgentName, u32),
    /// What its agent does for the queue.
    TierState(QueueName, AgentName, TierState),
    /// Takes an agent out of a queue.
    TierDel(QueueName, AgentName),
    /// Loads a queue that is not loaded; on a loaded one it would leak the old (trap 9).
    QueueLoad(QueueName),
    /// Takes the queue's configuration anew.
    QueueReload(QueueName),
    /// Takes a queue away; it comes back while a member waits (trap 9).
    QueueUnload(QueueName),
    /// Sends a caller to an extension of its account.
    LegTransfer(Uuid, ExtensionNumber),
    /// Ends a call.
    LegKill(Uuid, HangupCause),
    /// Forgets a cached directory user.
    FlushUser(SipUser, Domain),
    /// Forgets them all.
    FlushUsers,
}

/// Why a step was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// No such agent.
    #[error("the switch has no such agent")]
    AgentNotFound,
    /// No such queue: the switch had no configuration for it.
    #[error("the switch found no configuration of the queue")]
    QueueNotFound,
    /// No such tier.
    #[error("the switch has no such tier")]
    TierNotFound,
    /// mod_callcenter is not loaded.
    #[error("mod_callcenter is not loaded")]
    NotLoaded,
    /// Any other refusal.
    #[error("the switch refused: {0}")]
    Refused(ReplyError),
    /// No connection, or it was lost before the answer.
    #[error("no connection to the switch")]
    Away,
    /// No answer in time; whether it was done is not known.
    #[error("no answer from the switch in time")]
    Timeout,
    /// Somebody was changing its agent when its turn came; nothing was sent.
    #[error("somebody is changing the agent")]
    Withdrawn,
    /// The command cannot be written, which no validated value brings about.
    #[error("the command cannot be written: {0}")]
    Unwritable(#[from] Unwritable),
}

/// Why a command cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// Its arguments.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// Its text.
    #[error(transparent)]
    Text(#[from] TextError),
}

impl Step {
    /// The agent that the step is about, if it is about one.
    pub fn agent(&self) -> Option<&AgentName> {
        match self {
            Self::AgentAdd(agent)
            | Self::AgentContact(agent, _)
            | Self::AgentCallback(agent)
            | Self::AgentSet(agent, ..)
            | Self::AgentReadyTime(agent, _)
            | Self::AgentStatus(agent, _)
            | Self::AgentState(agent, _)
            | Self::AgentDel(agent)
            | Self::TierAdd { agent, .. }
            | Self::TierLevel(_, agent, _)
            | Self::TierPosition(_, agent, _)
            | Self::TierState(_, agent, _)
            | Self::TierDel(_, agent) => Some(agent),
            Self::QueueLoad(_) | Self::QueueReload(_) | Self::QueueUnload(_) => None,
            Self::LegTransfer(..) | Self::LegKill(..) | Self::FlushUser(..) | Self::FlushUsers => None,
        }
    }

    /// What kind of difference it ends, for figures.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AgentAdd(_) => "agent missing",
            Self::AgentContact(..) => "agent contact",
            Self::AgentCallback(_) => "agent type",
            Self::AgentSet(..) => "agent number",
            Self::AgentReadyTime(..) => "agent ready time",
            Self::AgentStatus(..) => "agent status",
            Self::AgentState(..) => "agent state",
            Self::AgentDel(_) => "agent unwanted",
            Self::TierAdd { .. } => "tier missing",
            Self::TierLevel(..) | Self::TierPosition(..) => "tier place",
            Self::TierState(..) => "tier state",
            Self::TierDel(..) => "tier unwanted",
            Self::QueueLoad(_) => "queue missing",
            Self::QueueReload(_) => "queue parameters",
            Self::QueueUnload(_) => "queue unwanted",
            Self::LegTransfer(..) | Self::LegKill(..) => "caller of a deleted queue",
            Self::FlushUser(..) | Self::FlushUsers => "directory cache",
        }
    }

    /// Whether it takes a queue's configuration anew.
    pub(super) fn is_reload(&self) -> bool {
        matches!(self, Self::QueueReload(_))
    }

    /// What it does and to whom, for a log: without contacts and SIP users, which may be phone numbers.
    pub fn summary(&self) -> String {
        match self {
            Self::AgentAdd(agent) => format!("agent add {agent}"),
            Self::AgentContact(agent, _) => format!("agent set contact {agent}"),
            Self::AgentCallback(agent) => format!("agent set type {agent} callback"),
            Self::AgentSet(agent, param, value) => format!("agent set {} {agent} {value}", param.as_str()),
            Self::AgentReadyTime(agent, epoch_s) => format!("agent set ready_time {agent} {epoch_s}"),
            Self::AgentStatus(agent, status) => format!("agent set status {agent} {}", status.as_str()),
            Self::AgentState(agent, state) => format!("agent set state {agent} {}", state.as_str()),
            Self::AgentDel(agent) => format!("agent del {agent}"),
            Self::TierAdd { queue, agent, .. } => format!("tier add {queue} {agent}"),
            Self::TierLevel(queue, agent, level) => format!("tier set level {queue} {agent} {level}"),
            Self::TierPosition(queue, agent, position) => format!("tier set position {queue} {agent} {position}"),
            Self::TierState(queue, agent, state) => format!("tier set state {queue} {agent} {}", state.as_str()),
            Self::TierDel(queue, agent) => format!("tier del {queue} {agent}"),
            Self::QueueLoad(queue) => format!("queue load {queue}"),
            Self::QueueReload(queue) => format!("queue reload {queue}"),
            Self::QueueUnload(queue) => format!("queue unload {queue}"),
            Self::LegTransfer(leg, _) => format!("transfer {leg}"),
            Self::LegKill(leg, cause) => format!("end {leg} with {cause}"),
            Self::FlushUser(_, domain) => format!("flush a directory user of {domain}"),
            Self::FlushUsers => "flush every directory user".to_owned(),
        }
    }

    /// The command.
    ///
    /// # Errors
    /// When it cannot be written, which the types of its parts rule out.
    pub fn api(&self) -> Result<Api, Unwritable> {
        let config = |args: &[&str]| -> Result<Api, Unwritable> { Ok(Api::new(Verb::CallcenterConfig, join_args(args)?)) };
        let set = |key: &str, agent: &AgentName, value: &str| config(&["agent", "set", key, &agent.to_string(), value]);
        match self {
            Self::AgentAdd(agent) => config(&["agent", "add", &agent.to_string(), "callback"]),
            Self::AgentContact(agent, contact) => set("contact", agent, contact.as_str()),
            Self::AgentCallback(agent) => set("type", agent, "callback"),
            Self::AgentSet(agent, param, value) => set(param.as_str(), agent, &value.to_string()),
            Self::AgentReadyTime(agent, epoch_s) => set("ready_time", agent, &epoch_s.to_string()),
            Self::AgentStatus(agent, status) => set("status", agent, status.as_str()),
            Self::AgentState(agent, state) => set("state", agent, state.as_str()),
            Self::AgentDel(agent) => config(&["agent", "del", &agent.to_string()]),
            Self::TierAdd { queue, agent, level, position } => {
                config(&["tier", "add", &queue.to_string(), &agent.to_string(), &level.to_string(), &position.to_string()])
            }
            Self::TierLevel(queue, agent, level) => {
                config(&["tier", "set", "level", &queue.to_string(), &agent.to_string(), &level.to_string()])
            }
            Self::TierPosition(queue, agent, position) => {
                config(&["tier", "set", "position", &queue.to_string(), &agent.to_string(), &position.to_string()])
            }
            Self::TierState(queue, agent, state) => {
                config(&["tier", "set", "state", &queue.to_string(), &agent.to_string(), state.as_str()])
            }
            Self::TierDel(queue, agent) => config(&["tier", "del", &queue.to_string(), &agent.to_string()]),
            Self::QueueLoad(queue) => config(&["queue", "load", &queue.to_string()]),
            Self::QueueReload(queue) => config(&["queue", "reload", &queue.to_string()]),
            Self::QueueUnload(queue) => config(&["queue", "unload", &queue.to_string()]),
            Self::LegTransfer(leg, number) => {
                Ok(Api::new(Verb::UuidTransfer, Text::new(format!("{leg} {number} XML {}", transfer::CONTEXT))?))
            }
            Self::LegKill(leg, cause) => Ok(Api::new(Verb::UuidKill, Text::new(format!("{leg} {cause}"))?)),
            Self::FlushUsers => Ok(Api::bare(Verb::XmlFlushCache)),
            Self::FlushUser(user, domain) => Ok(Api::new(Verb::XmlFlushCache, Text::new(format!("id {user} {domain}"))?)),
        }
    }

    /// What a refusal of this step comes to: nothing, where what was asked for holds already.
    ///
    /// # Errors
    /// The refusal, typed.
    pub fn judge(&self, refusal: ReplyError) -> Result<(), StepError> {
        let text = match refusal {
            ReplyError::Err(ref text) => text.trim_end_matches('!').to_ascii_lowercase(),
            ReplyError::UnknownCommand => return Err(StepError::NotLoaded),
            other => return Err(StepError::Refused(other)),
        };
        match (self, text.as_str()) {
            (Self::AgentAdd(_), "agent already exist") | (Self::TierAdd { .. }, "tier already exist") => Ok(()),
            // It is gone by itself.
            (Self::LegTransfer(..) | Self::LegKill(..), "no such channel") => Ok(()),
            (_, "agent not found") => Err(StepError::AgentNotFound),
            (_, "queue not found" | "invalid queue not found") => Err(StepError::QueueNotFound),
            // What the switch says of a tier that it does not have.
            (Self::TierLevel(..) | Self::TierPosition(..) | Self::TierState(..), "unknown error") => Err(StepError::TierNotFound),
            _ => Err(StepError::Refused(refusal)),
        }
    }
}

#[cfg(test)]
#[path = "step_tests.rs"]
mod tests;
