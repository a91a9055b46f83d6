//! What the legs that there are explain.

use std::collections::{HashMap, HashSet};

use crate::reconcile::desired::DesiredAgent;
use crate::switch::observed::{Channel, Member, ObservedAgent};
use crate::switch::{AgentStatus, Observed};

/// mod_callcenter's word for a row of which no agent is the one, because all are rung (or one more now and then).
const RUNG_FOR_ALL: [&str; 2] = ["ring-all", "ring-progressively"];

/// The legs of one look, by what is asked of them.
pub(super) struct Legs<'a> {
    uuids: HashSet<&'a str>,
    /// Phones that have a leg, in lower case.
    phones: HashSet<String>,
    /// Numbers that were dialled.
    dialled: HashSet<&'a str>,
    /// How many legs name this one as their call.
    calls: HashMap<&'a str, usize>,
    /// Agents that are rung for, or talk to, a caller whose leg is there.
    serving: HashSet<&'a str>,
}

impl<'a> Legs<'a> {
    pub(super) fn of(seen: &'a Observed) -> Self {
        let channels = &seen.channels;
        let mut legs = Self {
            uuids: channels.iter().map(|leg| leg.uuid.as_str()).collect(),
            phones: channels.iter().map(|leg| leg.presence_id.to_ascii_lowercase()).collect(),
            dialled: channels.iter().map(|leg| leg.dialled.as_str()).collect(),
            calls: HashMap::new(),
            serving: HashSet::new(),
        };
        for leg in channels {
            *legs.calls.entry(&leg.call_uuid).or_default() += 1;
        }
        let there: Vec<&Member> = seen.members.iter().filter(|member| legs.uuids.contains(member.session_uuid.as_str())).collect();
        legs.serving = there.iter().map(|member| member.serving_agent.as_str()).collect();
        let for_all: HashSet<_> =
            there.iter().filter(|member| RUNG_FOR_ALL.contains(&&*member.serving_agent)).map(|member| member.queue.as_str()).collect();
        let on_them = seen.tiers.keys().filter(|(queue, _)| for_all.contains(queue.as_str()));
        legs.serving.extend(on_them.map(|(_, agent)| agent.as_str()));
        legs
    }

    pub(super) fn has(&self, leg: &str) -> bool {
        self.uuids.contains(leg)
    }

    /// Whether some leg may be why the agent rings or talks: one on its phone, the one of its call, or that of a caller who is put to it.
    pub(super) fn explain(&self, name: &str, agent: &DesiredAgent, seen: &ObservedAgent) -> bool {
        let on_phone = agent.presence_id.as_deref().is_some_and(|phone| self.phones.contains(&phone.to_ascii_lowercase()));
        // Where it is rung by now, which may be another phone than where it talks: `user/1001@lab.local`, `sofia/gateway/carrier/+972501234567`.
        let rung = seen.contact.rsplit('/').next().unwrap_or_default();
        let rings = !rung.is_empty() && (self.dialled.contains(rung) || self.phones.contains(&rung.to_ascii_lowercase()));
        on_phone || rings || self.has(&seen.leg) || self.serving.contains(name)
    }

    /// Whether no other leg is of the same call.
    pub(super) fn alone(&self, leg: &Channel) -> bool {
        let others = |call: &str, own: usize| self.calls.get(call).copied().unwrap_or_default() > own;
        let own = usize::from(leg.call_uuid == leg.uuid);
        let of_another = leg.call_uuid != leg.uuid && (others(&leg.call_uuid, 1) || self.has(&leg.call_uuid));
        !of_another && !others(&leg.uuid, own)
    }
}

/// Whether mod_callcenter waits for nothing before it offers this agent a call: no wrap-up, no delay after an offer that failed.
pub(super) fn is_rested(agent: &ObservedAgent, now_s: i64) -> bool {
    let wrap_up_s = agent.params.get(&crate::switch::status::AgentParam::WrapUpTime).copied().unwrap_or_default();
    agent.ready_time_s <= now_s && agent.freed_s + i64::from(wrap_up_s) < now_s
}

/// Whether it takes calls, as mod_callcenter sees it.
pub(super) fn takes_calls(agent: &ObservedAgent) -> bool {
    matches!(agent.status, Some(AgentStatus::Available | AgentStatus::AvailableOnDemand))
}
