//! Agents and their tiers.

use std::collections::{BTreeMap, BTreeSet};

use super::Plan;
use crate::reconcile::desired::{Desired, DesiredAgent, DesiredTier};
use crate::reconcile::report::Finding;
use crate::switch::observed::ObservedAgent;
use crate::switch::status::AgentParam;
use crate::switch::{AgentName, AgentState, AgentStatus, Observed, QueueName, Step};

/// What mod_callcenter adds to its clock for `ready_time`, by how an offer failed.
const DELAYS: [AgentParam; 3] = [AgentParam::RejectDelayTime, AgentParam::BusyDelayTime, AgentParam::NoAnswerDelayTime];
/// What it adds when the phone is not registered, in seconds (mod_callcenter.c, `outbound_agent_thread_run`).
const UNREGISTERED_DELAY_S: u32 = 5;
/// The clock that it reads may be ahead of the one that we are told by a tick, in seconds.
const CLOCK_SLACK_S: u32 = 1;

/// What an agent's own row does not say.
#[derive(Clone, Copy)]
struct Now {
    /// Whether its phone has a leg.
    in_call: bool,
    /// The switch's clock.
    epoch_s: i64,
}

/// Agents that are missing, differ or should not be, and tiers without one. Tiers on queues that are not ours are left alone.
pub(super) fn drift(desired: &Desired, observed: &Observed, plan: &mut Plan) {
    let mut tiers = our_tiers(desired, observed);
    for agent in desired.agents().filter(|agent| agent.managed) {
        let name = agent.name.to_string();
        let tiers = tiers.remove(&agent.name).unwrap_or_default();
        let in_call = agent.presence_id.as_deref().is_some_and(|phone| observed.in_call(phone));
        agent_drift(agent, observed.agents.get(&name), &tiers, Now { in_call, epoch_s: observed.now_s }, plan);
    }
    for (name, seen) in &observed.agents {
        let Some(agent) = desired.names().agent(name).filter(|agent| desired.owns(&agent.domain)) else { continue };
        if desired.agent(&agent).is_none() {
            // Logging out first cancels an offer that is under way; deleting takes the tiers along.
            if seen.status != Some(AgentStatus::LoggedOut) {
                plan.steps.push(Step::AgentStatus(agent.clone(), AgentStatus::LoggedOut));
            }
            tiers.remove(&agent);
            plan.steps.push(Step::AgentDel(agent));
        }
    }
    for (agent, orphans) in tiers {
        plan.steps.extend(orphans.into_keys().map(|queue| Step::TierDel(queue, agent.clone())));
    }
}

/// The steps of a live change of one agent, from how it should have been to how it should be: none where they are the same. A check-in sets
/// everything, because the switch may not know the agent yet, and becomes available last; a check-out logs out first.
pub fn agent_steps(before: Option<&DesiredAgent>, after: &DesiredAgent) -> Vec<Step> {
    let Some(before) = before.filter(|before| before.name == after.name && before.online() && after.online()) else {
        return if after.online() { check_in(after) } else { before.map_or_else(Vec::new, |before| check_out(before, after)) };
    };
    let mut steps = Vec::new();
    if before.status != after.status && after.status == AgentStatus::OnBreak {
        steps.push(Step::AgentStatus(after.name.clone(), after.status));
    }
    if before.contact != after.contact {
        steps.extend(set_contact(after));
    }
    steps.extend(set_params(after, |param| before.params.get(&param).copied()));
    if let Some(ready_s) = after.ready_at.map(|at| at.epoch_s()).filter(|_| before.ready_at != after.ready_at) {
        steps.push(Step::AgentReadyTime(after.name.clone(), ready_s));
    }
    tier_drift(after, &before.tiers, &mut steps);
    // The state is not set: in a queue call it would make the agent look idle, and a second call would be offered.
    if before.status != after.status && after.status != AgentStatus::OnBreak {
        steps.push(Step::AgentStatus(after.name.clone(), after.status));
    }
    steps
}

/// Takes the agent away and makes it again, which is how its counts are set back; its place in every queue too.
pub fn anew(agent: &DesiredAgent) -> Vec<Step> {
    let mut plan = Plan { steps: vec![Step::AgentDel(agent.name.clone())], ..Plan::default() };
    agent_drift(agent, None, &BTreeMap::new(), Now { in_call: false, epoch_s: 0 }, &mut plan);
    plan.steps
}

fn check_in(agent: &DesiredAgent) -> Vec<Step> {
    let mut steps = vec![Step::AgentAdd(agent.name.clone())];
    steps.extend(set_contact(agent));
    steps.extend(set_params(agent, |_| None));
    if let Some(ready_at) = agent.ready_at {
        steps.push(Step::AgentReadyTime(agent.name.clone(), ready_at.epoch_s()));
    }
    tier_drift(agent, &BTreeMap::new(), &mut steps);
    steps.push(Step::AgentState(agent.name.clone(), AgentState::Waiting));
    steps.push(Step::AgentStatus(agent.name.clone(), agent.status));
    steps
}

fn check_out(before: &DesiredAgent, after: &DesiredAgent) -> Vec<Step> {
    let mut steps = Vec::new();
    if before.online() {
        steps.push(Step::AgentStatus(before.name.clone(), AgentStatus::LoggedOut));
    }
    // An end that was set goes with the visit that it was set in.
    if before.ready_at.is_some() {
        steps.push(Step::AgentReadyTime(before.name.clone(), 0));
    }
    tier_drift(after, &before.tiers, &mut steps);
    steps
}

fn agent_drift(agent: &DesiredAgent, seen: Option<&ObservedAgent>, tiers: &BTreeMap<QueueName, DesiredTier>, now: Now, plan: &mut Plan) {
    let steps = &mut plan.steps;
    let Some(seen) = seen else {
        // A new one is logged out and waiting. Tiers of the name may be left over (trap 10).
        steps.push(Step::AgentAdd(agent.name.clone()));
        steps.extend(set_contact(agent));
        steps.extend(set_params(agent, |_| Some(0)));
        ready_time(agent, &ObservedAgent::default(), now, steps);
        tier_drift(agent, tiers, steps);
        if agent.online() {
            steps.push(Step::AgentStatus(agent.name.clone(), agent.status));
        }
        return;
    };
    // It was deleted and made again while it was on a call outside its queues, whose end was then counted. The next such call would not count, and
    // no command sets the number (trap 22): the agent is made anew once it is in no queue call.
    if seen.external_calls < 0 && matches!(seen.state, None | Some(AgentState::Waiting | AgentState::Idle)) {
        steps.push(Step::AgentDel(agent.name.clone()));
        return agent_drift(agent, None, &BTreeMap::new(), now, plan);
    }
    let gave_up = status_finding(agent, seen);
    let differs = seen.status != Some(agent.status) && gave_up.is_none();
    // What ends offers comes before everything else, what begins them after.
    let ends_offers = agent.status != AgentStatus::Available;
    if differs && ends_offers {
        steps.push(Step::AgentStatus(agent.name.clone(), agent.status));
    }
    if agent.contact.as_ref().is_some_and(|contact| contact.as_str() != seen.contact) {
        steps.extend(set_contact(agent));
    }
    if seen.standby {
        steps.push(Step::AgentCallback(agent.name.clone()));
    }
    // The count that it gave up at stays, so that the next pass sees the same until the pause is in the database.
    let settled = |step: &Step| gave_up.is_none() || !matches!(step, Step::AgentSet(_, AgentParam::MaxNoAnswer, _));
    steps.extend(set_params(agent, |param| seen.params.get(&param).copied()).into_iter().filter(settled));
    ready_time(agent, seen, now, steps);
    tier_drift(agent, tiers, steps);
    if agent.online() && matches!(seen.state, None | Some(AgentState::Idle)) && !now.in_call {
        steps.push(Step::AgentState(agent.name.clone(), AgentState::Waiting));
    }
    if differs && !ends_offers {
        steps.push(Step::AgentStatus(agent.name.clone(), agent.status));
    }
    plan.findings.extend(gave_up);
}

/// What mod_callcenter decided by itself and is not to be set back.
fn status_finding(agent: &DesiredAgent, seen: &ObservedAgent) -> Option<Finding> {
    let max = seen.params.get(&AgentParam::MaxNoAnswer).copied().unwrap_or_default();
    let gave_up =
        agent.status == AgentStatus::Available && seen.status == Some(AgentStatus::OnBreak) && max > 0 && seen.no_answer_count >= max;
    gave_up.then(|| Finding::MaxNoAnswer(agent.name.clone()))
}

fn set_contact(agent: &DesiredAgent) -> Option<Step> {
    agent.contact.clone().map(|contact| Step::AgentContact(agent.name.clone(), contact))
}

fn set_params(agent: &DesiredAgent, known: impl Fn(AgentParam) -> Option<u32>) -> Vec<Step> {
    let differing = agent.params.iter().filter(|(param, value)| known(**param) != Some(**value));
    differing.map(|(param, value)| Step::AgentSet(agent.name.clone(), *param, *value)).collect()
}

/// An end of wrap-up that is still to come. A later one on the switch is mod_callcenter's own delay after an offer that failed and stays, but for one
/// that is further away than any such delay.
fn ready_time(agent: &DesiredAgent, seen: &ObservedAgent, now: Now, steps: &mut Vec<Step>) {
    let ready_s = agent.ready_at.map_or(0, |at| at.epoch_s());
    let delays = DELAYS.iter().flat_map(|delay| [agent.params.get(delay), seen.params.get(delay)]).flatten();
    let delay_s = delays.copied().max().unwrap_or_default().max(UNREGISTERED_DELAY_S) + CLOCK_SLACK_S;
    if seen.ready_time_s < ready_s || seen.ready_time_s > ready_s.max(now.epoch_s + i64::from(delay_s)) {
        steps.push(Step::AgentReadyTime(agent.name.clone(), ready_s));
    }
}

fn tier_drift(agent: &DesiredAgent, seen: &BTreeMap<QueueName, DesiredTier>, steps: &mut Vec<Step>) {
    let queues: BTreeSet<_> = seen.keys().chain(agent.tiers.keys()).cloned().collect();
    for queue in queues {
        let name = agent.name.clone();
        match (agent.tiers.get(&queue), seen.get(&queue)) {
            (Some(tier), None) => {
                steps.push(Step::TierAdd { queue, agent: name, level: tier.level, position: tier.position });
            }
            (None, _) => steps.push(Step::TierDel(queue, name)),
            (Some(tier), Some(seen)) => {
                if tier.level != seen.level {
                    steps.push(Step::TierLevel(queue.clone(), name.clone(), tier.level));
                }
                if tier.position != seen.position {
                    steps.push(Step::TierPosition(queue, name, tier.position));
                }
            }
        }
    }
}

/// The tiers between a queue and an agent that are both ours by name, and the queue ours to change.
fn our_tiers(desired: &Desired, observed: &Observed) -> BTreeMap<AgentName, BTreeMap<QueueName, DesiredTier>> {
    let mut tiers: BTreeMap<AgentName, BTreeMap<QueueName, DesiredTier>> = BTreeMap::new();
    for ((queue, agent), tier) in &observed.tiers {
        let (Some(queue), Some(agent)) = (desired.names().queue(queue), desired.names().agent(agent)) else { continue };
        if desired.owns(&queue.domain) && desired.manages(&queue) && desired.owns(&agent.domain) {
            tiers.entry(agent).or_default().insert(queue, DesiredTier { level: tier.level, position: tier.position });
        }
    }
    tiers
}
