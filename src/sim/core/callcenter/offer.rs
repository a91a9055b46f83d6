//! An offer: one agent is rung for one member, answers or not, talks, and is free again.

use super::super::cause;
use super::super::dial::DialSpec;
use super::super::events::Event;
use super::super::{ChanId, Core, media};
use super::{Agent, Member, Queue};

/// From the agent's answer to `bridge-agent-start`, to the end of the wait, to the bridge.
const STEP_MS: i64 = 20;
/// The losers of a race are gone before the caller's wait ends.
const WAIT_ENDS_MS: i64 = 25;
pub(super) const POLL_MS: i64 = 100;
/// An agent's thread sees a failed originate after the leg's end.
const FAIL_MS: i64 = 2;
pub(super) const THREAD: &str = "outbound_agent_thread_run";

/// What an agent's thread was started with, and what it learned.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) queue: String,
    pub(super) strategy: String,
    pub(super) no_answer_status: String,
    pub(super) agent: Agent,
    pub(super) member: Member,
    pub(super) chan: ChanId,
    pub(super) agent_chan: Option<ChanId>,
    pub(super) called_at: i64,
    pub(super) answered_at: i64,
}

impl Core {
    /// Marks agent and tiers and starts the agent's thread.
    pub(super) fn offer(&mut self, queue: &Queue, member: &Member, agent: &Agent) {
        let _ = self.agent_set("state", "Receiving", &agent.name);
        for tier in self.cc.tiers.iter_mut().filter(|t| t.agent == agent.name) {
            if tier.queue == queue.name {
                tier.state = "Offering".into();
            } else if tier.state == "Ready" {
                tier.state = "Standby".into();
            }
        }
        self.serial += 1;
        let id = self.serial;
        let offer = Offer {
            queue: queue.name.clone(),
            strategy: queue.strategy.to_ascii_lowercase(),
            no_answer_status: queue.agent_no_answer_status.clone(),
            agent: agent.clone(),
            member: member.clone(),
            chan: 0,
            agent_chan: None,
            called_at: 0,
            answered_at: 0,
        };
        self.cc.offers.insert(id, offer);
        self.after(0, move |core| core.offer_thread(id));
    }

    fn offer_thread(&mut self, id: u64) {
        let Some(offer) = self.cc.offers.get_mut(&id) else { return };
        let chan = self.by_uuid.get(&offer.member.session_uuid).copied();
        let Some(chan) = chan.filter(|c| self.channels.get(c).is_some_and(|c| c.up())) else {
            let epoch = self.now.epoch_s();
            let uuid = offer.member.uuid.clone();
            if let Some(row) = self.cc.member(&uuid).filter(|m| m.state != "Abandoned") {
                row.state = "Abandoned";
                row.session_uuid.clear();
                row.abandoned_epoch = epoch;
            }
            return self.offer_done(id, "Ready", false);
        };
        offer.chan = chan;
        offer.called_at = self.now.epoch_s();
        let offer = offer.clone();
        let mut event = self
            .cc_event(THREAD)
            .with("CC-Queue", &offer.queue)
            .with("CC-Action", "agent-offering")
            .with("CC-Agent", &offer.agent.name)
            .with("CC-Agent-Type", &offer.agent.kind)
            .with("CC-Agent-System", "single_box");
        self.offer_member(&mut event, &offer);
        self.fire(event);
        if let Some(waiter) = self.cc.waiters.get_mut(&chan) {
            waiter.connecting = true;
        }
        if offer.agent.kind.eq_ignore_ascii_case("uuid-standby") {
            let leg = offer.agent.uuid.as_ref().and_then(|u| self.by_uuid.get(u)).copied();
            return match leg {
                Some(leg) => self.offer_answered(id, leg),
                None => {
                    // It was never called.
                    if let Some(offer) = self.cc.offers.get_mut(&id) {
                        offer.called_at = 0;
                    }
                    let _ = self.agent_set("status", "Logged Out", &offer.agent.name);
                    self.offer_failed(id, "NONE");
                }
            };
        }
        self.after(0, move |core| core.offer_dial(id, chan));
    }

    fn offer_dial(&mut self, id: u64, chan: ChanId) {
        let Some(offer) = self.cc.offers.get(&id).cloned() else { return };
        let mut vars: Vec<(String, String)> = [
            ("cc_queue", offer.queue.as_str()),
            ("cc_queue_joined_epoch", &offer.member.joined_epoch.to_string()),
            ("cc_member_uuid", &offer.member.uuid),
            ("cc_member_session_uuid", &offer.member.session_uuid),
            ("cc_member_pre_answer_uuid", &offer.member.uuid),
            ("cc_agent", &offer.agent.name),
            ("cc_agent_type", &offer.agent.kind),
            ("cc_side", "agent"),
            ("loopback_bowout", "false"),
            ("loopback_bowout_on_execute", "false"),
            ("ignore_early_media", "true"),
        ]
        .into_iter()
        .map(|(n, v)| (n.to_string(), v.to_string()))
        .collect();
        vars.extend(self.exported(chan, "cc_export_vars"));
        let var = |name: &str| self.channels.get(&chan).and_then(|c| c.var(name)).map(str::to_string);
        let number = var("effective_caller_id_number").unwrap_or_else(|| offer.member.cid_number.clone());
        let name = var("effective_caller_id_name").unwrap_or_else(|| offer.member.cid_name.clone());
        let name = format!("{}{name}", var("cc_outbound_cid_name_prefix").unwrap_or_default());
        vars.push(("origination_caller_id_name".into(), name.clone()));
        vars.push(("origination_caller_id_number".into(), number.clone()));
        let contact = offer.agent.contact.clone().unwrap_or_default();
        // The contact's variables are the caller's, as they are at this offer.
        let text = self.expand(Some(chan), &[], &contact);
        let spec = DialSpec { text, vars, cid: Some((name, number)), timeout_s: None, caller: None };
        self.dial(
            spec,
            Box::new(move |core, result| match result {
                Ok(leg) => core.offer_answered(id, leg),
                Err(why) => core.after(FAIL_MS, move |core| core.offer_failed(id, why)),
            }),
        );
    }

    pub(super) fn offer_member(&self, event: &mut Event, offer: &Offer) {
        let m = &offer.member;
        self.add_member(event, (&m.uuid, &m.session_uuid), (&m.cid_name, &m.cid_number));
    }

    /// The agent picked up: the race with the others, if there are any, is decided a moment later.
    fn offer_answered(&mut self, id: u64, leg: ChanId) {
        let epoch = self.epoch_s();
        let Some(offer) = self.cc.offers.get_mut(&id) else { return };
        offer.agent_chan = Some(leg);
        offer.answered_at = epoch;
        let chan = offer.chan;
        for held in [leg, chan] {
            if let Some(channel) = self.channels.get_mut(&held) {
                channel.destroy_held = true;
            }
        }
        self.after(STEP_MS, move |core| core.offer_connects(id));
    }

    fn offer_connects(&mut self, id: u64) {
        let Some(offer) = self.cc.offers.get(&id).cloned() else { return };
        let Some(leg) = offer.agent_chan else { return };
        if let Some(channel) = self.channels.get_mut(&leg) {
            channel.unset("cc_member_pre_answer_uuid");
        }
        if ["ring-all", "ring-progressively"].contains(&offer.strategy.as_str()) {
            let won = self.cc.member(&offer.member.uuid).filter(|m| m.state == "Trying" && m.serving_agent == offer.strategy);
            let Some(row) = won else {
                self.hangup(leg, cause::LOSE_RACE);
                self.let_go(&[leg, offer.chan]);
                return self.offer_done(id, "Ready", false);
            };
            row.serving_agent = offer.agent.name.clone();
            row.serving_system = "single_box".into();
            let uuid = offer.member.uuid.clone();
            self.after(0, move |core| core.hang_up_rung(&uuid, cause::LOSE_RACE));
        }
        let mut event = self.agent_event(&offer, leg, "bridge-agent-start", None);
        event.add("CC-Agent-Called-Time", offer.called_at);
        event.add("CC-Agent-Answered-Time", offer.answered_at);
        event.add("CC-Member-Joined-Time", offer.member.joined_epoch);
        self.offer_member(&mut event, &offer);
        self.fire(event);
        self.record_offer(&offer);
        // The agent hears it while the caller waits on.
        let announce = self.channels.get(&offer.chan).and_then(|c| c.var("cc_outbound_announce")).map_or(Some(0), media::length_ms);
        if let Some(ms) = announce {
            self.after(ms, move |core| core.offer_announced(id, leg));
        }
    }

    /// The member is recorded from here on, where its queue says so.
    fn record_offer(&mut self, offer: &Offer) {
        let template = self.cc.queues.get(&offer.queue).and_then(|queue| queue.record_template.clone());
        let Some(template) = template else { return };
        let file = self.expand(Some(offer.chan), &[], &template);
        self.record(offer.chan, &file);
        if let Some(channel) = self.channels.get_mut(&offer.chan) {
            channel.set("cc_record_filename", file);
        }
    }

    fn offer_announced(&mut self, id: u64, leg: ChanId) {
        let Some(offer) = self.cc.offers.get(&id).cloned() else { return };
        let agent_uuid = self.channels.get(&leg).map(|c| c.uuid.clone()).unwrap_or_default();
        if let Some(channel) = self.channels.get_mut(&offer.chan) {
            channel.set("cc_agent_found", true);
            channel.set("cc_agent_uuid", agent_uuid);
        }
        if let Some(waiter) = self.cc.waiters.get_mut(&offer.chan) {
            waiter.agent_found = true;
        }
        self.after(WAIT_ENDS_MS, move |core| {
            let both = core.both_up(id);
            if both {
                core.member_answered(offer.chan);
            }
            core.after(if both { STEP_MS } else { 0 }, move |core| core.offer_bridge(id));
        });
    }

    fn both_up(&self, id: u64) -> bool {
        let up = |c: Option<ChanId>| c.and_then(|c| self.channels.get(&c)).is_some_and(|c| c.up());
        self.cc.offers.get(&id).is_some_and(|o| up(Some(o.chan)) && up(o.agent_chan))
    }

    pub(super) fn agent_event(&self, offer: &Offer, leg: ChanId, action: &str, why: Option<&str>) -> Event {
        let mut event = self.cc_event(THREAD);
        if let Some(channel) = self.channels.get(&leg) {
            channel.describe(&mut event);
        }
        event.add("CC-Queue", &offer.queue);
        event.add("CC-Action", action);
        if let Some(why) = why {
            event.add("CC-Hangup-Cause", why);
        }
        event.add("CC-Agent", &offer.agent.name);
        event.add("CC-Agent-System", "single_box");
        if let Some(channel) = self.channels.get(&leg) {
            event.add("CC-Agent-UUID", &channel.uuid);
        }
        event
    }

    fn offer_bridge(&mut self, id: u64) {
        let Some(offer) = self.cc.offers.get(&id).cloned() else { return };
        let Some(leg) = offer.agent_chan else { return };
        let epoch = self.epoch_s();
        if !self.both_up(id) {
            return self.bridge_missed(id, &offer, leg);
        }
        self.join(offer.chan, leg, true);
        if let Some(waiter) = self.cc.waiters.get_mut(&offer.chan) {
            waiter.connecting = false;
        }
        for side in [offer.chan, leg] {
            if let Some(channel) = self.channels.get_mut(&side) {
                channel.set("cc_agent_bridged", true);
            }
        }
        if let Some(row) = self.cc.member(&offer.member.uuid) {
            row.state = "Answered";
            row.bridge_epoch = epoch;
        }
        if let Some(channel) = self.channels.get_mut(&offer.chan) {
            channel.set("cc_agent", &offer.agent.name);
            channel.set("cc_queue_answered_epoch", epoch);
        }
        let agent_uuid = self.channels.get(&leg).map(|c| c.uuid.clone());
        if let Some(agent) = self.cc.agent(&offer.agent.name) {
            agent.uuid = agent_uuid;
            agent.last_bridge_start = epoch;
            agent.calls_answered += 1;
            agent.no_answer_count = 0;
        }
        let _ = self.tier_set("state", "Active Inbound", &offer.queue, &offer.agent.name);
        let _ = self.agent_set("state", "In a queue call", &offer.agent.name);
        self.after(POLL_MS, move |core| core.offer_poll(id));
    }

    /// One of the two was gone before they could be joined.
    fn bridge_missed(&mut self, id: u64, offer: &Offer, leg: ChanId) {
        let epoch = self.epoch_s();
        let member_up = self.channels.get(&offer.chan).is_some_and(|c| c.up());
        if let Some(row) = self.cc.member(&offer.member.uuid) {
            row.state = if member_up { "Waiting" } else { "Abandoned" };
            if member_up {
                row.serving_agent.clear();
            } else {
                row.session_uuid.clear();
                row.abandoned_epoch = epoch;
            }
        }
        for side in [offer.chan, leg] {
            if let Some(channel) = self.channels.get_mut(&side) {
                channel.set("cc_agent_bridged", false);
            }
        }
        if let Some(waiter) = self.cc.waiters.get_mut(&offer.chan) {
            waiter.agent_found = false;
            waiter.connecting = false;
        }
        self.hangup(leg, cause::ORIGINATOR_CANCEL);
        self.bridge_end_event(offer, leg, false);
        self.let_go(&[leg, offer.chan]);
        self.offer_done(id, "Ready", false);
        self.dispatch_soon();
    }
}
