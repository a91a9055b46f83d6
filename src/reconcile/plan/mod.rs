//! From what should be and what is to what has to be done. Pure.
//!
//! Compared is everything that a command can set: of an agent its contact, type, status, state, the five numbers and `ready_time`; of a tier its level
//! and position; of a queue each parameter that we serve. What is not, and why (tables and commands of mod_callcenter.c):
//!
//! - an agent's `uuid`: the leg of a standing call, which ours have none of; `instance_id`: always `single_box` (trap 13), and every `agent set` writes
//!   it; `last_*`, `calls_answered`, `talk_time`, `no_answer_count`: counted by the switch, and no command sets them;
//! - the contact of an agent that is checked out, and its state: nobody rings it;
//! - two rows of one name, which two adds at the same moment can leave behind (the tables have no key): a listing shows them as one here, and a
//!   command about the name is about both;
//! - an agent `On Break` that did not answer too often (trap 21): a [`Finding`], which becomes a pause in the database;
//! - a queue's `announce-sound` and `announce-frequency`, where no listing shows them and ccgate has not served them to this run of the switch itself
//!   (trap 3); its `ring-progressively-delay`, which we do not serve; its counters;
//! - tiers between our agents and others' queues, and whatever else is not of our domains.

mod agent;
mod queue;

pub use agent::{agent_steps, anew};
pub use queue::{drain, queue_differences};

use super::desired::Desired;
use super::follow;
use super::report::Finding;
use super::served::ServedQueues;
use crate::switch::{Observed, Step};

/// What has to be done, in this order, and what was seen on the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Queues first, because tiers need them; then agents; queues that are to go last.
    pub steps: Vec<Step>,
    /// What is not for a step to change.
    pub findings: Vec<Finding>,
}

/// Compares. Empty when the switch is as desired; what is not ours is not looked at.
pub fn plan(desired: &Desired, observed: &Observed, served: &ServedQueues) -> Plan {
    let mut plan = Plan::default();
    queue::load(desired, observed, served, &mut plan);
    agent::drift(desired, observed, &mut plan);
    queue::unload(desired, observed, &mut plan);
    plan.findings.extend(follow::seen(desired, observed).into_iter().map(Finding::Follows));
    plan
}

#[cfg(test)]
mod golden;
#[cfg(test)]
mod kept_tests;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
