//! Tiers: which agent serves which queue, at which level and position.

use super::super::Core;
use super::super::args::atoi;
use super::super::xml::Element;
use super::Tier;
use super::agents::Refusal;

const STATES: [&str; 5] = ["No Answer", "Ready", "Offering", "Active Inbound", "Standby"];

impl Core {
    /// Adds a tier; the queue is known to be loaded (`found`) or not.
    pub(super) fn tier_add(&mut self, found: bool, queue: &str, agent: &str, level: i64, position: i64) -> Result<(), Refusal> {
        if !found {
            return Err("Queue not found!");
        }
        if self.cc.agent(agent).is_none() {
            return Err("Agent not found!");
        }
        if self.cc.tier(queue, agent).is_some() {
            return Err("Tier already exist!");
        }
        let tier = Tier { queue: queue.into(), agent: agent.into(), state: "Ready".into(), level, position };
        self.cc.tiers.push(tier);
        Ok(())
    }

    /// What can be said before the queue is looked up.
    pub(super) fn tier_known(&mut self, queue: &str, agent: &str) -> Result<(), Refusal> {
        if self.cc.tier(queue, agent).is_none() {
            return Err("Unknown Error!");
        }
        if self.cc.agent(agent).is_none() {
            return Err("Agent not found!");
        }
        Ok(())
    }

    pub(super) fn tier_set(&mut self, key: &str, value: &str, queue: &str, agent: &str) -> Result<(), Refusal> {
        let tier = self.cc.tier(queue, agent).ok_or("Unknown Error!")?;
        match key.to_ascii_lowercase().as_str() {
            "state" if !STATES.iter().any(|s| s.eq_ignore_ascii_case(value)) => return Err("Invalid Tier State!"),
            "state" => tier.state = value.into(),
            "level" => tier.level = atoi(value),
            "position" => tier.position = atoi(value),
            _ => return Err("Invalid Tier Update KEY!"),
        }
        Ok(())
    }

    pub(super) fn tier_del(&mut self, queue: &str, agent: &str) {
        self.cc.tiers.retain(|t| !(t.queue == queue && t.agent == agent));
    }

    /// Loads tiers of a document, all or those of a queue and/or an agent; false when there was none.
    pub(super) fn load_tiers(&mut self, config: &Element, queue: Option<&str>, agent: Option<&str>) -> bool {
        let mut any = false;
        for tier in config.child("tiers").into_iter().flat_map(|t| t.all("tier")) {
            let (Some(q), Some(a)) = (tier.attr("queue"), tier.attr("agent")) else { continue };
            if queue.is_some_and(|w| !w.eq_ignore_ascii_case(q)) || agent.is_some_and(|w| !w.eq_ignore_ascii_case(a)) {
                continue;
            }
            any = true;
            let level = tier.attr("level").filter(|l| !l.is_empty()).map_or(1, atoi);
            let position = tier.attr("position").filter(|p| !p.is_empty()).map_or(1, atoi);
            if let Some(row) = self.cc.tier(q, a) {
                row.level = level;
                row.position = position;
            } else {
                let known = self.cc.queues.contains_key(q);
                let _ = self.tier_add(known, q, a, level, position);
            }
        }
        any
    }
}
