//! Queues that are reloaded: each reload zeroes the queue's counts and risks a caller (trap 9), so there are as few as help.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::desired::Desired;
use super::params::QueueParams;
use super::plan::Plan;
use super::report::Finding;
use crate::switch::{QueueName, Step};

/// A queue is reloaded at most this often: changes that come faster are one reload.
pub(super) const RELOAD_EVERY: Duration = Duration::from_secs(1);

/// Queues that were reloaded lately, or in vain.
#[derive(Debug, Default)]
pub(super) struct Reloads(BTreeMap<QueueName, Reload>);

/// The last reload of a queue.
#[derive(Debug)]
struct Reload {
    at: Instant,
    /// The parameters that it was for, until the switch was seen as desired.
    not_shown: Option<QueueParams>,
}

impl Reloads {
    /// Takes away what does not help: a queue that still differs after it was reloaded for the same parameters is not reloaded again, and one that was
    /// reloaded just now has to wait; how many of those there are. The others count as reloaded.
    pub(super) fn limit(&mut self, desired: &Desired, made: &mut Plan, now: Instant) -> usize {
        let (reloads, findings, mut put_off) = (&mut self.0, &mut made.findings, 0);
        let mut differing = BTreeSet::new();
        made.steps.retain(|step| {
            let Step::QueueReload(name) = step else { return true };
            let Some(params) = desired.queue(&name.to_string()).map(|queue| queue.params().clone()) else { return true };
            differing.insert(name.clone());
            match reloads.get(name) {
                Some(last) if last.not_shown.as_ref() == Some(&params) => {
                    findings.push(Finding::QueueNotTaken(name.clone()));
                    false
                }
                Some(last) if now - last.at < RELOAD_EVERY => {
                    put_off += 1;
                    false
                }
                _ => {
                    reloads.insert(name.clone(), Reload { at: now, not_shown: Some(params) });
                    true
                }
            }
        });
        for (_, last) in reloads.iter_mut().filter(|(name, _)| !differing.contains(*name)) {
            last.not_shown = None;
        }
        reloads.retain(|_, last| last.not_shown.is_some() || now - last.at < RELOAD_EVERY);
        put_off
    }

    /// The step was not done.
    pub(super) fn failed(&mut self, step: &Step) {
        if let Step::QueueReload(queue) = step {
            self.0.remove(queue);
        }
    }
}
