//! How an offer ends: the agent talked and hung up, or was never reached.

use super::super::cause::{self, Cause};
use super::super::{ChanId, Core};
use super::offer::{Offer, POLL_MS, THREAD};

impl Core {
    /// The agent's thread looks each 100 ms whether its leg is still there.
    pub(super) fn offer_poll(&mut self, id: u64) {
        let Some(offer) = self.cc.offers.get(&id).cloned() else { return };
        let Some(leg) = offer.agent_chan else { return };
        if self.channels.get(&leg).is_some_and(|c| c.up() && !c.is_true("cc_should_break")) {
            self.after(POLL_MS, move |core| core.offer_poll(id));
            return;
        }
        self.bridge_end_event(&offer, leg, true);
        let epoch = self.epoch_s();
        if let Some(channel) = self.channels.get_mut(&offer.chan) {
            channel.set("cc_queue_terminated_epoch", epoch);
        }
        if let Some(agent) = self.cc.agent(&offer.agent.name) {
            if !agent.kind.eq_ignore_ascii_case("uuid-standby") {
                agent.uuid = Some(String::new());
            }
            agent.last_bridge_end = epoch;
            agent.talk_time += epoch - agent.last_bridge_start;
        }
        self.cc.members.retain(|m| m.uuid != offer.member.uuid);
        let mut event = self
            .member_event(offer.chan, THREAD, &offer.queue, "member-queue-end")
            .with("CC-Hangup-Cause", "SUCCESS")
            .with("CC-Cause", "Terminated")
            .with("CC-Agent", &offer.agent.name)
            .with("CC-Agent-System", "single_box")
            .with("CC-Agent-UUID", self.channels.get(&leg).map(|c| c.uuid.clone()).unwrap_or_default())
            .with("CC-Agent-Called-Time", offer.called_at)
            .with("CC-Agent-Answered-Time", offer.answered_at)
            .with("CC-Member-Leaving-Time", epoch)
            .with("CC-Member-Joined-Time", offer.member.joined_epoch);
        self.offer_member(&mut event, &offer);
        self.fire(event);
        self.offer_done(id, "Ready", true);
        self.let_go(&[leg, offer.chan]);
    }

    pub(super) fn bridge_end_event(&mut self, offer: &Offer, leg: ChanId, bridged: bool) {
        let mut event = self
            .agent_event(offer, leg, "bridge-agent-end", Some("SUCCESS"))
            .with("CC-Agent-Bridged", bridged)
            .with("CC-Agent-Called-Time", offer.called_at)
            .with("CC-Agent-Answered-Time", offer.answered_at)
            .with("CC-Member-Joined-Time", offer.member.joined_epoch)
            .with("CC-Bridge-Terminated-Time", self.epoch_s());
        self.offer_member(&mut event, offer);
        self.fire(event);
    }

    /// The agent's thread no longer holds these channels; those that ended are destroyed.
    pub(super) fn let_go(&mut self, channels: &[ChanId]) {
        for id in channels {
            if let Some(channel) = self.channels.get_mut(id) {
                channel.destroy_held = false;
                self.destroy_later(*id);
            }
        }
    }

    /// The agent did not answer, for this reason.
    pub(super) fn offer_failed(&mut self, id: u64, why: Cause) {
        let Some(offer) = self.cc.offers.get(&id).cloned() else { return };
        let epoch = self.epoch_s();
        let name = offer.agent.name.clone();
        if let Some(row) = self.cc.member(&offer.member.uuid).filter(|m| m.serving_agent == name) {
            if row.state == "Trying" {
                row.state = "Waiting";
            }
            row.serving_agent.clear();
            row.serving_system.clear();
        }
        let mut tier_state = "Ready";
        let delay = match why {
            cause::LOSE_RACE | cause::ORIGINATOR_CANCEL => 0,
            "NORMAL_CIRCUIT_CONGESTION" | cause::USER_BUSY => offer.agent.busy_delay_time,
            cause::CALL_REJECTED => offer.agent.reject_delay_time,
            cause::USER_NOT_REGISTERED => 5,
            _ => {
                tier_state = "No Answer";
                self.not_answered(&offer);
                offer.agent.no_answer_delay_time
            }
        };
        if delay > 0 {
            let _ = self.agent_set("ready_time", &(epoch + delay).to_string(), &name);
        }
        let mut event = self
            .cc_event(THREAD)
            .with("CC-Queue", &offer.queue)
            .with("CC-Action", "bridge-agent-fail")
            .with("CC-Hangup-Cause", why)
            .with("CC-Agent", &name)
            .with("CC-Agent-System", "single_box")
            .with("CC-Agent-Called-Time", offer.called_at)
            .with("CC-Agent-Aborted-Time", epoch);
        self.offer_member(&mut event, &offer);
        event.add("CC-Member-Joined-Time", offer.member.joined_epoch);
        self.fire(event);
        self.offer_done(id, tier_state, false);
        let still = self.cc.offers.values().any(|o| o.chan == offer.chan);
        if !still {
            self.no_longer_connecting(offer.chan);
        }
    }

    /// Counts a no-answer; too many of them change the agent's status.
    fn not_answered(&mut self, offer: &Offer) {
        if let Some(agent) = self.cc.agent(&offer.agent.name) {
            agent.no_answer_count += 1;
        }
        let max = offer.agent.max_no_answer;
        if max <= 0 || offer.agent.no_answer_count + 1 < max {
            return;
        }
        let event = self
            .cc_event(THREAD)
            .with("CC-Agent", &offer.agent.name)
            .with("CC-Action", "agent-max-no-answer")
            .with("CC-Agent-No-Answer-Count", max)
            .with("CC-Agent-No-Answer-Status", &offer.no_answer_status)
            .with("CC-Member-UUID", &offer.member.uuid)
            .with("CC-Member-Session-UUID", &offer.member.session_uuid);
        self.fire(event);
        let _ = self.agent_set("status", &offer.no_answer_status, &offer.agent.name);
    }

    /// The thread's end: tiers are put back, and the agent waits again (or is idle, when it serves on demand).
    pub(super) fn offer_done(&mut self, id: u64, tier_state: &str, bridged: bool) {
        let Some(offer) = self.cc.offers.remove(&id) else { return };
        for tier in self.cc.tiers.iter_mut().filter(|t| t.agent == offer.agent.name) {
            if tier.queue == offer.queue {
                if ["Active Inbound", "Standby", "Offering"].contains(&tier.state.as_str()) {
                    tier.state = tier_state.into();
                }
            } else if tier.state == "Standby" {
                tier.state = "Ready".into();
            }
        }
        let on_demand = bridged && offer.agent.status.eq_ignore_ascii_case("Available (On Demand)");
        let _ = self.agent_set("state", if on_demand { "Idle" } else { "Waiting" }, &offer.agent.name);
    }
}
