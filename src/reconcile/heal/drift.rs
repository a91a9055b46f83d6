//! Which steps of a plan mend what somebody did at the switch, and which only carry out what the database says by now.
//!
//! The switch was as desired, and what was desired has not changed since: then a step about it mends. Of an agent that did not answer too often there is
//! no step (trap 21).

use std::collections::BTreeMap;

use super::cure::Cure;
use crate::domain::number::Domain;
use crate::domain::repair::Kind;
use crate::domain::{QueueId, UserId};
use crate::reconcile::desired::Desired;
use crate::switch::{AgentName, QueueName, Step};

/// The repairs among the steps, one for each kind of each agent and queue; `last` is what the switch was last seen to be as, none when this is another
/// run of it.
pub(super) fn drift(last: Option<&Desired>, desired: &Desired, steps: &[Step]) -> Vec<Cure> {
    let mut cures: BTreeMap<(Kind, Option<UserId>, Option<QueueId>), Cure> = BTreeMap::new();
    for step in steps {
        let Some((kind, domain, agent, queue)) = mended(last, desired, step) else { continue };
        let Some(account) = desired.domain(domain.as_str()) else { continue };
        let (user, queue) = (agent.map(|agent| agent.user), queue.map(|queue| queue.queue));
        let cure = cures.entry((kind, user, queue)).or_insert_with(|| Cure {
            user,
            queue,
            done: Some(String::new()),
            ..Cure::of(account, kind, seen(kind).to_owned())
        });
        cure.steps.push(step.clone());
    }
    // An agent that is made, or made anew, is not also changed.
    let made: Vec<_> =
        cures.keys().filter(|(kind, ..)| matches!(kind, Kind::AgentMissing | Kind::ExternalCalls)).map(|key| key.1).collect();
    cures.retain(|(kind, user, _), _| matches!(kind, Kind::AgentMissing | Kind::ExternalCalls) || user.is_none() || !made.contains(user));
    cures.into_values().map(named).collect()
}

type Mended<'a> = (Kind, &'a Domain, Option<&'a AgentName>, Option<&'a QueueName>);

fn mended<'a>(last: Option<&Desired>, desired: &Desired, step: &'a Step) -> Option<Mended<'a>> {
    if let Some(agent) = step.agent() {
        let wanted = desired.agent(agent);
        let same = last.is_some_and(|last| last.agent(agent) == wanted);
        let (kind, queue) = match step {
            // Nobody wants these, whoever changed what.
            Step::AgentState(..) => (Kind::AgentIdle, None),
            Step::AgentDel(_) if wanted.is_some() => (Kind::ExternalCalls, None),
            _ if !same => return None,
            Step::AgentDel(_) => (Kind::AgentUnknown, None),
            Step::AgentStatus(..) if wanted.is_some() => (Kind::AgentStatus, None),
            Step::AgentAdd(_) => (Kind::AgentMissing, None),
            Step::TierAdd { queue, .. } => (Kind::TierMissing, Some(queue)),
            Step::TierDel(queue, _) => (Kind::TierUnknown, Some(queue)),
            Step::TierLevel(queue, ..) | Step::TierPosition(queue, ..) => (Kind::TierChanged, Some(queue)),
            Step::AgentContact(..) | Step::AgentCallback(_) | Step::AgentSet(..) | Step::AgentReadyTime(..) => (Kind::AgentChanged, None),
            _ => return None,
        };
        return Some((kind, &agent.domain, Some(agent), queue));
    }
    let (kind, queue) = match step {
        Step::QueueLoad(queue) => (Kind::QueueMissing, queue),
        Step::QueueReload(queue) => (Kind::QueueChanged, queue),
        Step::QueueUnload(queue) => (Kind::QueueUnknown, queue),
        _ => return None,
    };
    let params = |of: &Desired| of.queue(&queue.to_string()).map(|queue| queue.params().clone());
    last.is_some_and(|last| params(last) == params(desired)).then_some((kind, &queue.domain, None, Some(queue)))
}

fn seen(kind: Kind) -> &'static str {
    match kind {
        Kind::AgentIdle => "idle, or in a state that mod_callcenter does not know",
        Kind::ExternalCalls => "counts as on less than no calls outside its queues",
        Kind::AgentStatus => "another status than it was given",
        Kind::AgentMissing => "not on the switch",
        Kind::AgentUnknown => "on the switch, and nobody's agent",
        Kind::TierMissing => "no place in a queue that it has joined",
        Kind::TierUnknown => "a place in a queue that it has not joined",
        Kind::QueueMissing => "not loaded",
        Kind::QueueUnknown => "loaded, and nobody's queue",
        _ => "other values than it was given",
    }
}

/// What was done, in the words of the commands.
fn named(cure: Cure) -> Cure {
    let done: Vec<_> = cure.steps.iter().map(Step::summary).collect();
    Cure { done: Some(done.join("; ")), ..cure }
}
