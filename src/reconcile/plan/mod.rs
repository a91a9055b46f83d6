//! From what should be and what is to what has to be done. Pure.

mod agent;
mod queue;

pub use agent::agent_steps;
pub use queue::drain;

use super::desired::Desired;
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
    plan
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
