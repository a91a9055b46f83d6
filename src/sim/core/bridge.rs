//! Two legs joined: `uuid_bridge` (and a queue's) and the application `bridge`; hold; transfer.

use super::cause::{Cause, NORMAL_CLEARING};
use super::channel::State;
use super::events::Event;
use super::{ChanId, Core};

const BRIDGE: (&str, &str) = ("switch_ivr_bridge.c", "switch_ivr_multi_threaded_bridge");
pub(super) const UNBRIDGE: (&str, &str) = BRIDGE;

impl Core {
    /// Joins two legs; `soft` when by UUID (a queue, `uuid_bridge`), not by the application `bridge`.
    pub(super) fn join(&mut self, a: ChanId, b: ChanId, soft: bool) {
        let us = self.now_us();
        let epoch = self.epoch_s();
        if soft {
            self.soft_transfer(a, b, epoch);
            self.soft_transfer(b, a, epoch);
        }
        let (Some(ca), Some(cb)) = (self.channels.get(&a), self.channels.get(&b)) else { return };
        let (as_caller, as_callee) = (ca.as_other("originator"), cb.as_other("originatee"));
        let (a_uuid, b_uuid) = (ca.uuid.clone(), cb.uuid.clone());
        let (a_name, b_name) = (ca.name.clone(), cb.name.clone());
        let callee = (cb.profile.callee_name.clone(), cb.profile.callee_number.clone());
        if let Some(channel) = self.channels.get_mut(&a) {
            channel.other = Some(as_callee);
            channel.bridged_to = Some(b);
            channel.soft_bridge = soft;
            channel.times.bridged = us;
            if soft {
                channel.state = State::SoftExecute;
            }
            (channel.profile.callee_name, channel.profile.callee_number) = callee;
            channel.listed.call_uuid.clone_from(&a_uuid);
            channel.set("bridge_channel", b_name);
            channel.set("bridge_uuid", &b_uuid);
            channel.set("signal_bond", &b_uuid);
            channel.a_leg = true;
        }
        if let Some(channel) = self.channels.get_mut(&b) {
            channel.other = Some(as_caller);
            channel.bridged_to = Some(a);
            channel.soft_bridge = soft;
            channel.times.bridged = us;
            channel.state = State::ExchangeMedia;
            channel.call_uuid.clone_from(&a_uuid);
            channel.listed.call_uuid.clone_from(&a_uuid);
            channel.set("call_uuid", &a_uuid);
            channel.set("bridge_channel", a_name);
            channel.set("bridge_uuid", &a_uuid);
            channel.set("signal_bond", &a_uuid);
            channel.a_leg = false;
        }
        let first = [("Bridge-A-Unique-ID", a_uuid.as_str()), ("Bridge-B-Unique-ID", b_uuid.as_str())];
        self.channel_event(a, "CHANNEL_BRIDGE", BRIDGE, &first);
        for (one, to) in [(a, &b_uuid), (b, &a_uuid)] {
            if let Some(channel) = self.channels.get_mut(&one) {
                channel.set("bridge_to", to);
                channel.set("last_bridge_to", to);
            }
        }
        self.call_update(a, b);
        self.call_update(b, a);
        self.talk_begins(a);
        self.talk_begins(b);
    }

    /// `uuid_bridge`: whatever the two did before is over.
    pub(super) fn bridge_by_uuid(&mut self, a: ChanId, b: ChanId) {
        let up = |id: &ChanId| self.channels.get(id).is_some_and(|c| c.up());
        if !up(&a) || !up(&b) {
            return;
        }
        for id in [a, b] {
            self.member_left(id);
            let Some(channel) = self.channels.get_mut(&id) else { continue };
            channel.app_serial += 1;
            channel.todo.clear();
            if let Some(other) = channel.bridged_to.take() {
                self.part(id, other, NORMAL_CLEARING);
            }
        }
        self.join(a, b, true);
    }

    fn soft_transfer(&mut self, one: ChanId, other: ChanId, epoch: i64) {
        let id = self.new_uuid();
        let us = self.now_us();
        let to = self.channels.get(&other).map(|c| c.uuid.clone()).unwrap_or_default();
        let Some(channel) = self.channels.get_mut(&one) else { return };
        let source = format!("{epoch}:{id}:uuid_br:{to}");
        channel.listed.app = ("uuid_bridge".into(), to);
        channel.profile.transfer_source = source.clone();
        channel.profile.index += 1;
        channel.profile.created_us = us;
        let p = channel.profile.clone();
        channel.set("original_destination_number", p.destination);
        channel.set("original_caller_id_name", p.cid_name);
        channel.set("original_caller_id_number", p.cid_number);
        channel.set("transfer_history", &source);
        channel.set("transfer_source", source);
    }

    /// The phone is shown whom it talks with.
    fn call_update(&mut self, id: ChanId, other: ChanId) {
        let Some(peer) = self.channels.get(&other) else { return };
        let (uuid, inbound) = (peer.uuid.clone(), peer.a_leg);
        let shown = if inbound {
            (peer.profile.cid_name.clone(), peer.profile.cid_number.clone())
        } else {
            (peer.profile.callee_name.clone(), peer.profile.callee_number.clone())
        };
        let Some(channel) = self.channels.get_mut(&id) else { return };
        channel.set("last_sent_callee_id_name", &shown.0);
        channel.set("last_sent_callee_id_number", &shown.1);
        let mut event = Event::new("CALL_UPDATE", "mod_sofia.c", "sofia_receive_message")
            .with("Direction", "SEND")
            .with("Sent-Callee-ID-Name", shown.0)
            .with("Sent-Callee-ID-Number", shown.1)
            .with("Bridged-To", uuid);
        channel.describe(&mut event);
        self.fire(event);
    }

    /// `uuid_hold`: off, on or toggle.
    pub(super) fn hold(&mut self, id: ChanId, on: bool) {
        let us = self.now_us();
        // Without music nothing is played (`switch_ivr_hold`).
        let music = self.globals.get("hold_music").filter(|music| on && !music.is_empty()).cloned();
        let partner = self.channels.get(&id).and_then(|c| c.bridged_to);
        if let (Some(music), Some(partner)) = (music, partner.and_then(|other| self.channels.get_mut(&other))) {
            partner.last_app = ("playback".into(), music);
            partner.listed.app = partner.last_app.clone();
        }
        let Some(channel) = self.channels.get_mut(&id) else { return };
        channel.listed.app = Default::default();
        let (name, function) = if on { ("CHANNEL_HOLD", "switch_ivr_hold") } else { ("CHANNEL_UNHOLD", "switch_ivr_unhold") };
        if on {
            channel.callstate = "HELD";
            channel.times.last_hold = us;
        } else {
            channel.callstate = "UNHELD";
            if channel.times.last_hold > 0 {
                channel.times.hold_accum += us - channel.times.last_hold;
            }
        }
        self.channel_event(id, name, ("switch_ivr.c", function), &[]);
        if !on && let Some(channel) = self.channels.get_mut(&id) {
            channel.callstate = "ACTIVE";
        }
    }

    /// Sends a channel to another extension; its partner is hung up, its queue left.
    pub(super) fn transfer(&mut self, id: ChanId, extension: &str, dialplan: &str, context: &str) {
        let tid = self.new_uuid();
        let (us, epoch) = (self.now_us(), self.epoch_s());
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if !channel.up() {
            return;
        }
        channel.app_serial += 1;
        channel.todo.clear();
        let serial = channel.app_serial;
        channel.transferring = true;
        let source = format!("{epoch}:{tid}:bl_xfer:{extension}/{context}/{dialplan}");
        channel.profile.rdnis = std::mem::replace(&mut channel.profile.destination, extension.to_string());
        channel.profile.transfer_source = source.clone();
        channel.profile.context = context.to_string();
        channel.profile.dialplan = dialplan.into();
        channel.profile.index += 1;
        channel.profile.created_us = us;
        channel.set("transfer_history", &source);
        channel.set("transfer_source", source);
        let partner = channel.bridged_to.take();
        let waits_for = channel.waits_for.take();
        if let Some(dial) = waits_for {
            self.cancel_dial(dial, super::cause::ORIGINATOR_CANCEL);
        }
        if let Some(other) = partner {
            self.part(id, other, NORMAL_CLEARING);
        }
        self.member_left(id);
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.transferring = false;
            channel.state = State::Routing;
            channel.enter_dialplan();
        }
        if self.channels.get(&id).is_some_and(|c| c.app_serial == serial) {
            self.route(id);
        }
    }

    /// Parts two legs of which `stays` goes elsewhere: the other's end, then the unbridge.
    fn part(&mut self, stays: ChanId, other: ChanId, cause: Cause) {
        let uuid = self.channels.get(&stays).map(|c| c.uuid.clone()).unwrap_or_default();
        if let Some(channel) = self.channels.get_mut(&other) {
            channel.bridged_to = None;
            channel.set("last_bridge_to", &uuid);
            channel.unset("bridge_to");
            channel.unset("signal_bond");
        }
        self.end_silently(other, cause);
        self.hangup_complete(other);
        let b_uuid = self.channels.get(&other).map(|c| c.uuid.clone()).unwrap_or_default();
        if let Some(channel) = self.channels.get_mut(&stays) {
            channel.other = None;
            channel.times.bridged = 0;
            channel.unset("bridge_to");
            channel.set("last_bridge_to", &b_uuid);
            channel.unset("signal_bond");
        }
        let first = [("Bridge-A-Unique-ID", uuid.as_str()), ("Bridge-B-Unique-ID", b_uuid.as_str())];
        self.channel_event(stays, "CHANNEL_UNBRIDGE", UNBRIDGE, &first);
        self.list_apart(stays);
        self.destroy_later(other);
    }

    /// After an unbridge the channels of the call are listed with calls of their own.
    pub(super) fn list_apart(&mut self, id: ChanId) {
        let Some(call) = self.channels.get(&id).map(|c| c.call_uuid.clone()) else { return };
        for channel in self.channels.values_mut().filter(|c| c.listed.call_uuid == call) {
            channel.listed.call_uuid.clone_from(&channel.uuid);
        }
    }
}
