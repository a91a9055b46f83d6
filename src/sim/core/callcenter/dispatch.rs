//! The dispatch thread: each 100 ms, every member by score, every agent by strategy.

use super::super::args::atoi;
use super::super::{ChanId, Core};
use super::order::Candidate;
use super::{Member, Queue};

const POLL_MS: i64 = 100;

/// What looking at one agent led to.
enum Look {
    Next,
    Stop,
}

/// The tier rules as they run through one member's agents.
struct Tiering {
    tier: i64,
    available: u32,
}

impl Core {
    /// Polls go on while there are members; with none there is nothing to see.
    pub(super) fn dispatch_soon(&mut self) {
        if self.cc.stopped || self.cc.dispatching || self.cc.members.is_empty() || !self.cc.loaded {
            return;
        }
        self.cc.dispatching = true;
        let since = self.now.since(self.started);
        self.after(POLL_MS - since.rem_euclid(POLL_MS), Self::dispatch);
    }

    fn dispatch(&mut self) {
        self.cc.dispatching = false;
        if self.cc.stopped {
            return;
        }
        self.with_lock_free(Box::new(|core| {
            let epoch = core.epoch_s();
            let rings = |m: &Member| ["ring-all", "ring-progressively"].contains(&m.serving_agent.as_str());
            let mut due: Vec<(i64, String)> = core
                .cc
                .members
                .iter()
                .filter(|m| ["Waiting", "Abandoned"].contains(&m.state) || (m.state == "Trying" && rings(m)))
                .map(|m| (m.score(epoch), m.uuid.clone()))
                .collect();
            due.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            core.dispatch_members(due.into_iter().map(|(_, uuid)| uuid).rev().collect());
        }));
    }

    /// Looks at the members from the last to the first; one whose queue must be loaded first holds the rest up.
    fn dispatch_members(&mut self, mut due: Vec<String>) {
        while let Some(uuid) = due.pop() {
            let Some(member) = self.cc.member(&uuid).cloned() else { continue };
            if self.cc.queues.contains_key(&member.queue) {
                self.dispatch_member(&member);
                continue;
            }
            let name = member.queue.clone();
            return self.with_queue(
                &name,
                Box::new(move |core, found| {
                    if found {
                        core.dispatch_member(&member);
                    } else {
                        core.cc.members.retain(|m| m.uuid != member.uuid);
                    }
                    core.dispatch_members(due);
                }),
            );
        }
        self.dispatch_soon();
    }

    fn dispatch_member(&mut self, member: &Member) {
        let epoch = self.epoch_s();
        let Some(queue) = self.cc.queues.get(&member.queue).cloned() else { return };
        if member.state == "Abandoned" {
            let since = if member.abandoned_epoch == 0 { member.joined_epoch } else { member.abandoned_epoch };
            if since + queue.discard_abandoned_after < epoch {
                self.cc.members.retain(|m| m.uuid != member.uuid);
            }
            return;
        }
        let chan = self.by_uuid.get(&member.session_uuid).copied();
        let strategy = queue.strategy.to_ascii_lowercase();
        self.follow_strategy(&member.uuid, &strategy);
        if strategy == "ring-progressively" && self.rung_lately(&queue, chan) {
            return;
        }
        let candidates = self.candidates(&queue, chan);
        let found = !candidates.is_empty();
        let mut tiering = Tiering { tier: 0, available: 0 };
        for candidate in candidates {
            if let Look::Stop = self.look_at(&queue, &strategy, member, chan, &candidate, &mut tiering) {
                break;
            }
        }
        if let Some(queue) = self.cc.queues.get_mut(&member.queue) {
            queue.last_agent_exist_check = epoch;
            if found {
                queue.last_agent_exist = epoch;
            }
        }
        if !found
            && strategy == "top-down"
            && let Some(channel) = chan.and_then(|id| self.channels.get_mut(&id))
        {
            channel.unset("cc_last_agent_tier_position");
            channel.unset("cc_last_agent_tier_level");
        }
    }

    /// A member's row follows when its queue rings all, or no longer does.
    fn follow_strategy(&mut self, uuid: &str, strategy: &str) {
        let rings = ["ring-all", "ring-progressively"].contains(&strategy);
        let Some(row) = self.cc.member(uuid) else { return };
        let was = ["ring-all", "ring-progressively"].contains(&row.serving_agent.as_str());
        match (rings, was, row.state) {
            (true, true, "Trying") | (true, false, "Waiting") if row.serving_agent.is_empty() || was => {
                row.serving_agent = strategy.into();
                row.state = "Trying";
            }
            (true, true, "Waiting") => row.state = "Trying",
            (false, true, "Trying") => {
                row.serving_agent.clear();
                row.state = "Waiting";
            }
            _ => {}
        }
    }

    fn rung_lately(&self, queue: &Queue, chan: Option<ChanId>) -> bool {
        let delay = if queue.ring_progressively_delay > 0 { queue.ring_progressively_delay } else { 10 };
        let Some(channel) = chan.and_then(|id| self.channels.get(&id)) else { return false };
        let Some(last) = channel.var("cc_last_originated_call").map(atoi) else { return false };
        channel.up() && self.epoch_s() < last + delay && !channel.is_true("cc_agent_found")
    }

    fn look_at(&mut self, queue: &Queue, strategy: &str, member: &Member, chan: Option<ChanId>, c: &Candidate, t: &mut Tiering) -> Look {
        let epoch = self.epoch_s();
        let level = c.tier.level;
        if queue.tier_rules_apply && level > t.tier {
            let waited = epoch - member.joined_epoch;
            let needed = queue.tier_rule_wait_second * if queue.tier_rule_wait_multiply_level { level } else { 1 };
            if queue.tier_rule_no_agent_no_wait && t.available == 0 {
                t.tier = level;
            } else if waited >= needed {
                t.tier = level;
                t.available = 0;
            } else {
                return Look::Stop;
            }
        }
        t.available += 1;
        // The row as it is now: an earlier member of this round may have taken the agent.
        let Some(agent) = self.cc.agent(&c.agent.name).cloned() else { return Look::Next };
        let tier_state = self.cc.tier(&c.tier.queue, &c.tier.agent).map(|t| t.state.clone()).unwrap_or_default();
        let free = ["Ready", "No Answer"].contains(&tier_state.as_str())
            && agent.state == "Waiting"
            && agent.last_bridge_end < epoch - agent.wrap_up_time
            && agent.ready_time <= epoch
            && agent.status != "On Break"
            && !(queue.skip_agents_with_external_calls && agent.external_calls_count > 0);
        if !free {
            return Look::Next;
        }
        let Some(row) = self.cc.member(&member.uuid) else { return Look::Stop };
        if ["ring-all", "ring-progressively"].contains(&strategy) {
            if row.serving_agent != strategy {
                return Look::Stop;
            }
        } else {
            if row.state == "Waiting" {
                row.serving_agent = agent.name.clone();
                row.serving_system = "single_box".into();
                row.state = "Trying";
            }
            if row.serving_agent != agent.name {
                return Look::Stop;
            }
        }
        if let Some(channel) = chan.and_then(|id| self.channels.get_mut(&id)) {
            match strategy {
                "ring-progressively" => channel.set("cc_last_originated_call", epoch),
                "top-down" => {
                    channel.set("cc_last_agent_tier_position", c.tier.position);
                    channel.set("cc_last_agent_tier_level", c.tier.level);
                }
                _ => {}
            }
        }
        self.offer(queue, member, &agent);
        if strategy == "ring-all" { Look::Next } else { Look::Stop }
    }
}
