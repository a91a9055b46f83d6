//! A plan as a person reads it: what is, and what should be.

use std::collections::BTreeSet;

use super::desired::{Desired, DesiredAgent};
use super::plan::queue_differences;
use crate::switch::{AgentName, Observed, QueueName, Step};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of what, and which: `agent Dana Levi (1000@default)`.
    pub of: String,
    /// What is, and what should be.
    pub what: String,
    /// The step that would end it, as [`Step::summary`] has it.
    pub step: String,
}

/// The steps of a plan in words, in their order. An agent or a queue that is missing is one line, whatever it takes to bring it back.
pub fn lines(desired: &Desired, observed: &Observed, steps: &[Step]) -> Vec<Line> {
    let missing: BTreeSet<_> = steps.iter().filter_map(|step| if let Step::AgentAdd(agent) = step { Some(agent) } else { None }).collect();
    let told = |step: &&Step| matches!(step, Step::AgentAdd(_)) || step.agent().is_none_or(|agent| !missing.contains(agent));
    let line = |step: &Step| Line { of: of(desired, step), what: what(desired, observed, step), step: step.summary() };
    steps.iter().filter(told).map(line).collect()
}

fn of(desired: &Desired, step: &Step) -> String {
    match (step, step.agent()) {
        (_, Some(agent)) => agent_of(desired, agent),
        (Step::QueueLoad(queue) | Step::QueueReload(queue) | Step::QueueUnload(queue), _) => queue_of(desired, queue),
        (Step::LegTransfer(leg, _) | Step::LegKill(leg, _), _) => format!("caller {leg}"),
        _ => "directory".to_owned(),
    }
}

fn what(desired: &Desired, observed: &Observed, step: &Step) -> String {
    let seen = |agent: &AgentName| observed.agents.get(&agent.to_string());
    let tier = |queue: &QueueName, agent: &AgentName| observed.tiers.get(&(queue.to_string(), agent.to_string()));
    match step {
        Step::AgentAdd(_) => "is not on the switch".to_owned(),
        Step::AgentContact(agent, _) => format!("is not rung {}", place(desired, desired.agent(agent))),
        Step::AgentCallback(_) => "sits in a standing call, should be rung".to_owned(),
        Step::AgentSet(agent, param, value) => {
            let is = seen(agent).and_then(|seen| seen.params.get(param).copied()).unwrap_or_default();
            format!("{} {is}, should be {value}", param.as_str())
        }
        Step::AgentReadyTime(_, until_s) => {
            format!("is in wrap-up until {until_s} (seconds since the epoch), and may be offered calls before")
        }
        Step::AgentStatus(agent, status) => {
            let is = seen(agent).and_then(|seen| seen.status).map_or("unknown", |status| status.as_str());
            format!("status {is}, should be {}", status.as_str())
        }
        Step::AgentState(agent, state) => {
            let is = seen(agent).and_then(|seen| seen.state).map_or("unknown", |state| state.as_str());
            format!("state {is}, should be {}", state.as_str())
        }
        Step::AgentDel(_) => "is on the switch, and no agent of the account any more".to_owned(),
        Step::TierAdd { queue, level, position, .. } => {
            format!("does not serve {}, should at level {level}, position {position}", queue_of(desired, queue))
        }
        Step::TierLevel(queue, agent, level) => {
            format!("level {} in {}, should be {level}", tier(queue, agent).map_or(0, |tier| tier.level), queue_of(desired, queue))
        }
        Step::TierPosition(queue, agent, position) => {
            format!("position {} in {}, should be {position}", tier(queue, agent).map_or(0, |tier| tier.position), queue_of(desired, queue))
        }
        Step::TierState(queue, _, state) => format!("is stuck in {}, should be {}", queue_of(desired, queue), state.as_str()),
        Step::TierDel(queue, _) => format!("serves {}, should not", queue_of(desired, queue)),
        Step::QueueLoad(_) => "is not loaded".to_owned(),
        Step::QueueReload(queue) => parameters(desired, observed, queue),
        Step::QueueUnload(_) => "is loaded, and no queue of the account any more".to_owned(),
        Step::LegTransfer(_, number) => format!("waits in a deleted queue, should go to {number}"),
        Step::LegKill(..) => "waits in a deleted queue that has no exit".to_owned(),
        Step::FlushUser(..) | Step::FlushUsers => "the switch may have old entries of it".to_owned(),
    }
}

fn parameters(desired: &Desired, observed: &Observed, name: &QueueName) -> String {
    let name = name.to_string();
    let (Some(queue), Some(listed)) = (desired.queue(&name), observed.queues.get(&name)) else {
        return "runs with other parameters".to_owned();
    };
    let differing: Vec<_> =
        queue_differences(queue, listed).map(|(param, is, should)| format!("{param} {is:?}, should be {should:?}")).collect();
    if differing.is_empty() { "was last given other parameters, which it does not list".to_owned() } else { differing.join("; ") }
}

fn place(desired: &Desired, agent: Option<&DesiredAgent>) -> String {
    let device = agent.and_then(|agent| agent.device_id).and_then(|id| desired.device(id));
    device.map_or_else(|| "where it should be".to_owned(), |(_, device)| format!("as it should be at its phone {}", device.name))
}

fn agent_of(desired: &Desired, agent: &AgentName) -> String {
    let user = desired.domain(agent.domain.as_str()).and_then(|account| account.users.get(&agent.user));
    named("agent", user.map(|user| user.name.as_str()), agent)
}

fn queue_of(desired: &Desired, name: &QueueName) -> String {
    named("queue", desired.queue(&name.to_string()).map(|queue| queue.queue.name.as_str()), name)
}

fn named(noun: &str, known_as: Option<&str>, name: &impl std::fmt::Display) -> String {
    match known_as {
        Some(known_as) => format!("{noun} {known_as} ({name})"),
        None => format!("{noun} {name}"),
    }
}
