//! Queues.

use super::Plan;
use crate::reconcile::desired::{Desired, DesiredDrain, DesiredQueue};
use crate::reconcile::report::Finding;
use crate::reconcile::served::ServedQueues;
use crate::switch::observed::{Callers, ObservedQueue};
use crate::switch::{HangupCause, Observed, Step};

/// What `queue list` shows of a queue, by the names of its configuration; the announcements are not in it (trap 3).
const LISTED: [&str; 15] = [
    "strategy",
    "moh-sound",
    "time-base-score",
    "max-wait-time",
    "max-wait-time-with-no-agent",
    "max-wait-time-with-no-agent-time-reached",
    "tier-rules-apply",
    "tier-rule-wait-second",
    "tier-rule-wait-multiply-level",
    "tier-rule-no-agent-no-wait",
    "discard-abandoned-after",
    "abandoned-resume-allowed",
    "record-template",
    "skip-agents-with-external-calls",
    "agent-no-answer-status",
];

/// Queues that are missing or differ. A reload is not harmless (trap 9), so there is one only for a difference that was seen.
pub(super) fn load(desired: &Desired, observed: &Observed, served: &ServedQueues, plan: &mut Plan) {
    for queue in desired.queues().filter(|queue| queue.managed) {
        let name = queue.name.to_string();
        match observed.queues.get(&name) {
            None => plan.steps.push(Step::QueueLoad(queue.name.clone())),
            Some(listed) => {
                let served_differs = served.get(&name).is_some_and(|served| served != queue.params());
                if served_differs || queue_differences(queue, listed).next().is_some() {
                    plan.steps.push(Step::QueueReload(queue.name.clone()));
                }
            }
        }
    }
}

/// Sends away who waits in a queue that was deleted, and takes the queue away once nobody does: with a caller in it, it would leave them with music
/// and no way out (trap 20). One that is empty and gone is a finding.
pub fn drain(desired: &Desired, seen: &Callers) -> Plan {
    let mut plan = Plan::default();
    for DesiredDrain { name, exit } in desired.drains() {
        let queue = name.to_string();
        let waiting = seen.waiting(&queue);
        if waiting.is_empty() {
            match seen.queues.contains(&queue) {
                true => plan.steps.push(Step::QueueUnload(name.clone())),
                false => plan.findings.push(Finding::Drained(name.clone())),
            }
        }
        plan.steps.extend(waiting.into_iter().map(|leg| match exit {
            Some(number) => Step::LegTransfer(leg, number.clone()),
            None => Step::LegKill(leg, HangupCause::temporary_failure()),
        }));
    }
    plan
}

/// Queues of ours that nobody wants and nobody waits in; with a member it would come back at once (trap 9).
pub(super) fn unload(desired: &Desired, observed: &Observed, plan: &mut Plan) {
    let unwanted = observed
        .queues
        .keys()
        .filter(|name| desired.queue(name).is_none() && !observed.has_members(name))
        .filter_map(|name| desired.names().queue(name))
        .filter(|name| desired.owns(&name.domain) && desired.manages(name) && !desired.drains().any(|drain| drain.name == *name));
    plan.steps.extend(unwanted.map(Step::QueueUnload));
}

/// What the listing shows otherwise than is desired: the parameter, what it is and what it should be. A value that is not set is missing there.
pub fn queue_differences<'a>(queue: &'a DesiredQueue, listed: &'a ObservedQueue) -> impl Iterator<Item = (&'static str, &'a str, &'a str)> {
    let both = |name| (name, listed.0.get(name).map_or("", String::as_str), queue.params().get(name).unwrap_or_default());
    LISTED.into_iter().map(both).filter(|(_, is, should)| is != should)
}
