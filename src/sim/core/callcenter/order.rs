//! Strategies: in which order the agents of a queue are looked at.

use rand::RngExt;

use super::super::args::atoi;
use super::super::{ChanId, Core};
use super::{Agent, Queue, Tier};

/// An agent as the dispatch sees it: its row, and its tier in the queue at hand.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) agent: Agent,
    pub(super) tier: Tier,
}

impl Core {
    /// The agents of a queue that are not logged out, in the strategy's order.
    pub(super) fn candidates(&mut self, queue: &Queue, member: Option<ChanId>) -> Vec<Candidate> {
        let mut all = Vec::new();
        for agent in &self.cc.agents {
            if !["Available", "On Break", "Available (On Demand)"].contains(&agent.status.as_str()) {
                continue;
            }
            let tiers = self.cc.tiers.iter().filter(|t| t.queue == queue.name && t.agent == agent.name);
            all.extend(tiers.map(|tier| Candidate { agent: agent.clone(), tier: tier.clone() }));
        }
        let tail = |c: &Candidate| (c.tier.level, c.tier.position, c.agent.last_offered_call);
        match queue.strategy.to_ascii_lowercase().as_str() {
            "top-down" => {
                let (level, position) = self.last_tried(member);
                all.retain(|c| c.tier.level > level || (c.tier.level == level && c.tier.position > position));
                all.sort_by_key(|c| (c.tier.level > level, tail(c)));
            }
            "round-robin" => {
                let last = self.last_offered(&queue.name);
                let after = |c: &Candidate| last.is_some_and(|(level, position)| c.tier.level == level && c.tier.position > position);
                let mut first: Vec<Candidate> = all.iter().filter(|c| after(c)).cloned().collect();
                first.sort_by_key(tail);
                all.sort_by_key(tail);
                first.extend(all);
                return first;
            }
            "longest-idle-agent" => all.sort_by_key(|c| (c.tier.level, c.agent.last_bridge_end, c.tier.position)),
            "agent-with-least-talk-time" => all.sort_by_key(|c| (c.tier.level, c.agent.talk_time, c.tier.position)),
            "agent-with-fewest-calls" => all.sort_by_key(|c| (c.tier.level, c.agent.calls_answered, c.tier.position)),
            "ring-all" | "ring-progressively" => all.sort_by_key(|c| (c.tier.level, c.tier.position)),
            "random" => {
                let dice: Vec<u64> = all.iter().map(|_| self.rng.random()).collect();
                let mut rolled: Vec<(u64, Candidate)> = dice.into_iter().zip(all).collect();
                rolled.sort_by_key(|(die, c)| (c.tier.level, *die));
                return rolled.into_iter().map(|(_, c)| c).collect();
            }
            _ => all.sort_by_key(tail),
        }
        all
    }

    /// Where `top-down` was with this member: level and position of the last agent tried.
    fn last_tried(&self, member: Option<ChanId>) -> (i64, i64) {
        let channel = member.and_then(|id| self.channels.get(&id));
        let number = |name: &str| channel.and_then(|c| c.var(name)).map_or(0, atoi);
        (number("cc_last_agent_tier_level"), number("cc_last_agent_tier_position"))
    }

    /// The tier of the queue's agent that was offered a call last, of any queue.
    fn last_offered(&self, queue: &str) -> Option<(i64, i64)> {
        let offered = |t: &&Tier| self.cc.agents.iter().find(|a| a.name == t.agent).map_or(0, |a| a.last_offered_call);
        let tier = self.cc.tiers.iter().filter(|t| t.queue == queue && offered(t) > 0).rev().max_by_key(offered)?;
        Some((tier.level, tier.position))
    }
}
