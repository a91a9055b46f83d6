//! From what is ill to what is done.

use uuid::Uuid;

use super::Ills;
use super::ill::{Ill, ills};
use crate::domain::extension::Target;
use crate::domain::number::ExtensionNumber;
use crate::domain::repair::Kind;
use crate::domain::{AccountId, QueueId, UserId};
use crate::reconcile::desired::{Desired, DesiredAccount};
use crate::reconcile::plan::anew;
use crate::switch::{AgentState, HangupCause, Observed, QueueName, Step, TierState};

/// A repair that is to be made, or an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cure {
    /// Whose it is.
    pub account: AccountId,
    /// What is wrong.
    pub kind: Kind,
    /// With which agent.
    pub user: Option<UserId>,
    /// With which queue.
    pub queue: Option<QueueId>,
    /// With which leg.
    pub leg: Option<String>,
    /// What was seen.
    pub seen: String,
    /// What is done; none for an alarm.
    pub done: Option<String>,
    /// How; none for an alarm.
    pub steps: Vec<Step>,
}

/// What is ill in both of two looks in a row, and the same, with its cure. Of a queue without offers there is one.
pub fn heal(desired: &Desired, before: &Observed, now: &Observed) -> Vec<(Ill, Cure)> {
    let mut ill = ills(desired, now);
    if !ill.is_empty() {
        let before = ills(desired, before);
        ill.retain(|ill| before.contains(ill));
    }
    one_of_each_queue(&mut ill);
    ill.into_iter().filter_map(|ill| cure(desired, &ill).map(|cure| (ill, cure))).collect()
}

fn one_of_each_queue(ills: &mut Ills) {
    let mut last = None;
    ills.retain(|ill| match ill {
        Ill::NoOffers { queue, .. } => last.replace(queue.clone()).as_ref() != Some(queue),
        _ => true,
    });
}

fn cure(desired: &Desired, ill: &Ill) -> Option<Cure> {
    let of = |domain: &str| desired.domain(domain);
    match ill {
        Ill::Agent { agent, state, offered_s, bridged_s } => {
            let since = if *state == AgentState::InAQueueCall { bridged_s } else { offered_s };
            let cure =
                Cure::of(of(agent.domain.as_str())?, Kind::AgentStuck, format!("`{}` since {since}, and no leg is there", state.as_str()));
            Some(cure.agent(agent.user).by("set to `Waiting`", vec![Step::AgentState(agent.clone(), AgentState::Waiting)]))
        }
        Ill::ExternalCalls { agent, calls } => {
            let cure = Cure::of(
                of(agent.domain.as_str())?,
                Kind::ExternalCalls,
                format!("counts as on {calls} calls outside its queues, and is on none"),
            );
            Some(cure.agent(agent.user).by("made anew", anew(desired.agent(agent)?)))
        }
        Ill::Tier { queue, agent, state, offered_s } => {
            let state = state.map_or("a word that mod_callcenter does not know", TierState::as_str);
            let cure = Cure::of(of(agent.domain.as_str())?, Kind::TierStuck, format!("`{state}` since {offered_s}, and no leg is there"));
            let step = Step::TierState(queue.clone(), agent.clone(), TierState::Ready);
            Some(cure.agent(agent.user).queue(queue.queue).by("set to `Ready`", vec![step]))
        }
        Ill::Caller { queue, leg } => Some(caller(of(queue.domain.as_str())?, queue, *leg)),
        Ill::Member { queue, leg, state, .. } => {
            let cure = Cure::of(of(queue.domain.as_str())?, Kind::MemberGhost, format!("a row in `{state}` whose leg is gone"));
            Some(Cure { leg: Some(leg.clone()).filter(|leg| !leg.is_empty()), ..cure.queue(queue.queue) })
        }
        Ill::Leg { agent, leg } => {
            let cure = Cure::of(of(agent.domain.as_str())?, Kind::LegAlone, "the leg of a queue call whose caller has left".to_owned());
            let cure = Cure { leg: Some(leg.to_string()), ..cure.agent(agent.user) };
            Some(cure.by("ended with ORIGINATOR_CANCEL", vec![Step::LegKill(*leg, HangupCause::originator_cancel())]))
        }
        Ill::NoOffers { queue, agent, .. } => {
            let seen = format!("callers wait, {agent} is ready for them, and is not rung");
            Some(Cure::of(of(queue.domain.as_str())?, Kind::NoOffers, seen).queue(queue.queue))
        }
    }
}

/// Into the queue again, by its own number; else to where the queue sends those for whom it has no agent, or no time.
fn caller(account: &DesiredAccount, queue: &QueueName, leg: Uuid) -> Cure {
    let cure = Cure::of(account, Kind::CallerLost, "in the queue without a row: music, no offers and no end".to_owned()).queue(queue.queue);
    let cure = Cure { leg: Some(leg.to_string()), ..cure };
    let exits = account.queues.get(&queue.queue).map(|queue| queue.queue.settings.exits()).unwrap_or_default();
    let exit = exits.no_agent.or(exits.timeout);
    let number: Option<(ExtensionNumber, _)> = match account.number_of(Target::Queue(queue.queue)) {
        Some(number) => Some((number.clone(), "sent into the queue again")),
        None => exit.map(|number| (number, "sent to the queue's exit")),
    };
    match number {
        Some((number, done)) => cure.by(done, vec![Step::LegTransfer(leg, number)]),
        None => cure,
    }
}

impl Cure {
    pub(super) fn of(account: &DesiredAccount, kind: Kind, seen: String) -> Self {
        Self { account: account.account.id, kind, user: None, queue: None, leg: None, seen, done: None, steps: Vec::new() }
    }

    pub(super) fn agent(self, user: UserId) -> Self {
        Self { user: Some(user), ..self }
    }

    pub(super) fn queue(self, queue: QueueId) -> Self {
        Self { queue: Some(queue), ..self }
    }

    pub(super) fn by(self, done: &str, steps: Vec<Step>) -> Self {
        Self { done: Some(done.to_owned()), steps, ..self }
    }
}
