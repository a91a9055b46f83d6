//! What is ill in one look.

use std::collections::HashMap;

use uuid::Uuid;

use super::Ills;
use super::legs::{Legs, is_rested, takes_calls};
use crate::reconcile::desired::{Desired, DesiredAgent, DesiredQueue};
use crate::switch::observed::{Channel, Member, ObservedAgent, ObservedQueue, ObservedTier};
use crate::switch::{AgentName, AgentState, Observed, QueueName, TierState};

/// Something ill, with its moment: two of them are equal when it is the same offer, the same call, the same row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ill {
    /// An agent is reserved, rung or in a queue call, and no leg is why.
    Agent {
        /// Which.
        agent: AgentName,
        /// What it does.
        state: AgentState,
        /// When it was last rung; seconds since the epoch.
        offered_s: i64,
        /// When it last began to talk to a caller; seconds since the epoch.
        bridged_s: i64,
    },
    /// It counts as on calls outside its queues, and its phone has none.
    ExternalCalls {
        /// Which.
        agent: AgentName,
        /// How many it counts.
        calls: i64,
    },
    /// A place in a queue is taken by an offer or a call, and no leg is why.
    Tier {
        /// Where.
        queue: QueueName,
        /// Whose.
        agent: AgentName,
        /// What it does there; none: nothing that mod_callcenter knows.
        state: Option<TierState>,
        /// When it was last rung; seconds since the epoch.
        offered_s: i64,
    },
    /// A leg is in a queue, talks to nobody and has no row there (trap 20).
    Caller {
        /// Where.
        queue: QueueName,
        /// Which.
        leg: Uuid,
    },
    /// A caller's row has no leg.
    Member {
        /// Where.
        queue: QueueName,
        /// The row.
        row: String,
        /// Its leg that was.
        leg: String,
        /// What it says of the caller.
        state: String,
    },
    /// A leg to an agent's phone is of no call and runs nothing.
    Leg {
        /// Whose.
        agent: AgentName,
        /// Which.
        leg: Uuid,
    },
    /// This caller, who waits longest, and this agent wait for each other.
    NoOffers {
        /// Where.
        queue: QueueName,
        /// The caller's row.
        row: String,
        /// Who is ready.
        agent: AgentName,
        /// When it was last rung; seconds since the epoch.
        offered_s: i64,
    },
}

/// All of them. Only what is desired is looked at: what should not be there is the plan's to take away, and what is not ours is left alone.
pub(super) fn ills(desired: &Desired, seen: &Observed) -> Ills {
    let legs = Legs::of(seen);
    let mut ills = Ills::new();
    for agent in desired.agents().filter(|agent| agent.managed) {
        let name = agent.name.to_string();
        if let Some(row) = seen.agents.get(&name).filter(|row| !legs.explain(&name, agent, row)) {
            ills.extend(of_agent(agent, row, seen.now_s));
        }
    }
    for ((queue, name), tier) in &seen.tiers {
        ills.extend(of_tier(desired, seen, &legs, (queue, name), tier));
    }
    for member in &seen.members {
        ills.extend(of_member(desired, &legs, member));
    }
    let rows = seen.members.iter().filter(|member| !member.session_uuid.is_empty());
    let rows: HashMap<&str, &Member> = rows.map(|member| (member.session_uuid.as_str(), member)).collect();
    let mut phones = None;
    for leg in seen.channels.iter().filter(|leg| legs.alone(leg)) {
        let uuid = leg.uuid.parse().ok();
        let queue = leg.queue().and_then(|name| ours(desired, name)).filter(|_| !rows.contains_key(leg.uuid.as_str()));
        ills.extend(queue.zip(uuid).map(|(queue, leg)| Ill::Caller { queue: queue.name.clone(), leg }));
        if is_rung(leg) {
            let phones = phones.get_or_insert_with(|| whose_phones(desired, seen));
            let agent =
                phones.get(&leg.presence_id.to_ascii_lowercase()).or_else(|| phones.get(&leg.uuid)).or_else(|| phones.get(&leg.dialled));
            ills.extend(agent.zip(uuid).map(|(agent, leg)| Ill::Leg { agent: (*agent).clone(), leg }));
        }
    }
    ills.extend(without_offers(desired, seen, &legs));
    ills
}

/// A queue that is ours to change.
fn ours<'a>(desired: &'a Desired, name: &str) -> Option<&'a DesiredQueue> {
    desired.queue(name).filter(|queue| queue.managed)
}

fn of_agent(agent: &DesiredAgent, row: &ObservedAgent, now_s: i64) -> Option<Ill> {
    let name = agent.name.clone();
    match row.state {
        Some(state @ (AgentState::Reserved | AgentState::Receiving | AgentState::InAQueueCall)) => {
            Some(Ill::Agent { agent: name, state, offered_s: row.offered_s, bridged_s: row.bridged_s })
        }
        // The cure makes it anew, which would end its wrap-up.
        _ if row.external_calls > 0 && is_rested(row, now_s) => Some(Ill::ExternalCalls { agent: name, calls: row.external_calls }),
        _ => None,
    }
}

fn of_tier(desired: &Desired, seen: &Observed, legs: &Legs<'_>, (queue, name): (&str, &str), tier: &ObservedTier) -> Option<Ill> {
    if matches!(tier.state, Some(TierState::Ready | TierState::NoAnswer)) {
        return None;
    }
    let agent = desired.names().agent(name).and_then(|name| desired.agent(&name)).filter(|agent| agent.managed)?;
    let row = seen.agents.get(name).filter(|row| !legs.explain(name, agent, row))?;
    let queue = desired.names().queue(queue).filter(|queue| agent.tiers.contains_key(queue))?;
    Some(Ill::Tier { queue, agent: agent.name.clone(), state: tier.state, offered_s: row.offered_s })
}

fn of_member(desired: &Desired, legs: &Legs<'_>, member: &Member) -> Option<Ill> {
    let gone = member.state != "Abandoned" && !legs.has(&member.session_uuid);
    let queue = ours(desired, &member.queue).filter(|_| gone)?.name.clone();
    Some(Ill::Member { queue, row: member.uuid.clone(), leg: member.session_uuid.clone(), state: member.state.clone() })
}

/// Whether the switch called it, and it runs nothing but its recording.
fn is_rung(leg: &Channel) -> bool {
    leg.direction == "outbound" && matches!(leg.application.as_str(), "" | "record_session")
}

/// Agents by their phones, by the legs of their calls, and by the numbers outside that they are rung at.
fn whose_phones<'a>(desired: &'a Desired, seen: &Observed) -> HashMap<String, &'a AgentName> {
    let mut phones = HashMap::new();
    for agent in desired.agents().filter(|agent| agent.managed && agent.online()) {
        phones.extend(agent.presence_id.as_ref().map(|phone| (phone.to_ascii_lowercase(), &agent.name)));
        let Some(row) = seen.agents.get(&agent.name.to_string()) else { continue };
        phones.extend((!row.leg.is_empty()).then(|| (row.leg.clone(), &agent.name)));
        let number = row.contact.rsplit('/').next().filter(|_| agent.presence_id.is_none());
        phones.extend(number.map(|number| (number.to_owned(), &agent.name)));
    }
    phones
}

/// Of each queue the caller who waits longest, with each agent who is ready for it.
fn without_offers(desired: &Desired, seen: &Observed, legs: &Legs<'_>) -> Vec<Ill> {
    let mut first: HashMap<&str, &Member> = HashMap::new();
    let waits = |member: &&Member| {
        let unserved = member.state == "Waiting" || (member.state == "Trying" && member.serving_agent == "ring-all");
        unserved && legs.has(&member.session_uuid)
    };
    for member in seen.members.iter().filter(waits) {
        let longest = first.entry(&member.queue).or_insert(member);
        if member.joined_s < longest.joined_s {
            *longest = member;
        }
    }
    let mut ills = Vec::new();
    for (name, member) in first {
        let (Some(queue), Some(listed)) = (ours(desired, name), seen.queues.get(name)) else { continue };
        let ready = ready_agents(seen, name, listed).into_iter().filter_map(|(agent, row)| Some((desired.names().agent(agent)?, row)));
        let ready = ready.filter(|(agent, _)| desired.agent(agent).is_some());
        ills.extend(ready.map(|(agent, row)| Ill::NoOffers {
            queue: queue.name.clone(),
            row: member.uuid.clone(),
            agent,
            offered_s: row.offered_s,
        }));
    }
    ills
}

/// Whom mod_callcenter would have to offer a caller of the queue who has just come. With rules of tiers that are those of the first level, unless even
/// these have to be waited for.
fn ready_agents<'a>(seen: &'a Observed, queue: &str, listed: &ObservedQueue) -> Vec<(&'a str, &'a ObservedAgent)> {
    let set = |name: &str| listed.0.get(name).is_some_and(|value| value == "true");
    let rules = set("tier-rules-apply");
    if rules && !set("tier-rule-no-agent-no-wait") {
        return Vec::new();
    }
    let on_it = seen.tiers.range((queue.to_owned(), String::new())..).take_while(|((of, _), _)| of == queue);
    let on_it: Vec<_> = on_it.filter_map(|((_, name), tier)| Some((name.as_str(), tier, seen.agents.get(name)?))).collect();
    let first = on_it.iter().filter(|(.., row)| takes_calls(row)).map(|(_, tier, _)| tier.level).min();
    let ready = |tier: &ObservedTier, row: &ObservedAgent| {
        takes_calls(row)
            && row.state == Some(AgentState::Waiting)
            && matches!(tier.state, Some(TierState::Ready | TierState::NoAnswer))
            && is_rested(row, seen.now_s)
            && !(set("skip-agents-with-external-calls") && row.external_calls > 0)
            && (!rules || Some(tier.level) == first)
    };
    on_it.into_iter().filter(|(_, tier, row)| ready(tier, row)).map(|(name, _, row)| (name, row)).collect()
}
