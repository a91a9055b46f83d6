//! The life of a leg: ringing, early media, answer, hangup and its end.

use rand::RngExt;

use super::bridge::UNBRIDGE;
use super::cause::{Cause, NORMAL_CLEARING, ORIGINATOR_CANCEL};
use super::channel::{Channel, Direction, State};
use super::{ChanId, Core};
use crate::clock::Millis;

const STATE_MACHINE: &str = "switch_core_state_machine.c";
const CHANNEL: &str = "switch_channel.c";

impl Core {
    pub(super) fn create_event(&mut self, id: ChanId) {
        self.channel_event(id, "CHANNEL_CREATE", (STATE_MACHINE, "switch_core_session_run"), &[]);
    }

    /// The far end rings (180).
    pub(super) fn ring_ready(&mut self, id: ChanId) {
        let us = self.now_us();
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if channel.times.progress > 0 || channel.answered() || !channel.up() {
            return;
        }
        channel.times.progress = us;
        if channel.direction == Direction::Outbound {
            channel.state = State::ConsumeMedia;
            channel.profile.network_addr = "127.0.0.1".into();
        }
        self.channel_event(id, "CHANNEL_PROGRESS", (CHANNEL, "switch_channel_perform_mark_ring_ready_value"), &[]);
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.callstate = "RINGING";
        }
    }

    /// Early media (183).
    pub(super) fn pre_answer(&mut self, id: ChanId) {
        let us = self.now_us();
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if channel.times.progress_media > 0 || channel.answered() || !channel.up() {
            return;
        }
        channel.times.progress_media = us;
        match channel.direction {
            Direction::Inbound => channel.callstate = "RINGING",
            Direction::Outbound => channel.state = State::ConsumeMedia,
        }
        channel.set("endpoint_disposition", "EARLY MEDIA");
        self.channel_event(id, "CHANNEL_PROGRESS_MEDIA", (CHANNEL, "switch_channel_perform_mark_pre_answered"), &[]);
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.callstate = "EARLY";
        }
    }

    /// Answers; the caller's leg goes through early media first, as FreeSWITCH does.
    pub(super) fn answer(&mut self, id: ChanId) {
        if self.channels.get(&id).is_none_or(|c| c.answered() || !c.up()) {
            return;
        }
        if self.channels.get(&id).is_some_and(|c| c.direction == Direction::Inbound) {
            self.pre_answer(id);
        }
        let us = self.now_us();
        let Some(channel) = self.channels.get_mut(&id) else { return };
        channel.times.answered = us;
        self.channel_event(id, "CHANNEL_ANSWER", (CHANNEL, "switch_channel_perform_mark_answered"), &[]);
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.callstate = "ACTIVE";
            channel.set("endpoint_disposition", "ANSWER");
        }
    }

    /// Hangs a leg up, and with it what depends on it: its bridge, its dials, its place in a queue.
    pub(super) fn hangup(&mut self, id: ChanId, cause: Cause) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if !channel.up() {
            return;
        }
        channel.hangup_cause = Some(cause);
        channel.app_serial += 1;
        channel.todo.clear();
        let waits_for = channel.waits_for.take();
        let tracked = channel.tracked_agent.clone();
        let (partner, dial) = (channel.bridged_to, channel.dial);
        if let Some(agent) = tracked {
            self.untrack(&agent);
        }
        if let Some(dial) = waits_for {
            self.cancel_dial(dial, ORIGINATOR_CANCEL);
        }
        if let Some(dial) = dial {
            // A leg that never answered: its originate is told, and the end of the leg comes with it.
            return self.leg_failed(dial, id, cause);
        }
        self.member_left(id);
        self.message_ends(id);
        match partner {
            Some(other) => self.break_bridge(id, other, cause),
            None => self.report_end(id),
        }
    }

    /// CHANNEL_HANGUP_COMPLETE, and CHANNEL_DESTROY as soon as nobody holds the channel.
    pub(super) fn report_end(&mut self, id: ChanId) {
        self.hangup_complete(id);
        self.destroy_later(id);
    }

    pub(super) fn hangup_complete(&mut self, id: ChanId) {
        self.recordings_end(id);
        let us = self.now_us();
        let Some(channel) = self.channels.get_mut(&id) else { return };
        let cause = channel.hangup_cause.unwrap_or(NORMAL_CLEARING);
        channel.state = State::Reporting;
        channel.callstate = "HANGUP";
        channel.times.hangup = us;
        if channel.var("sip_hangup_disposition").is_none() {
            let how = match (channel.answered(), channel.direction) {
                (true, _) => "send_bye",
                (false, Direction::Outbound) => "send_cancel",
                (false, Direction::Inbound) => "send_refuse",
            };
            channel.set("sip_hangup_disposition", how);
            if how == "send_cancel" && channel.times.progress > 0 {
                channel.set("sip_invite_failure_status", 487);
                channel.set("sip_invite_failure_phrase", "CANCEL");
            }
        }
        channel.set_end_variables(cause);
        let origin = (STATE_MACHINE, "switch_core_session_reporting_state");
        self.channel_event(id, "CHANNEL_HANGUP_COMPLETE", origin, &[("Hangup-Cause", cause)]);
        self.write_cdr(id);
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.state = State::Destroyed;
        }
        self.own_call(id);
    }

    /// Destroys the channel now, or when its holder lets go.
    pub(super) fn destroy_later(&mut self, id: ChanId) {
        let Some(channel) = self.channels.get(&id) else { return };
        if channel.destroy_held {
            return;
        }
        let at = channel.destroy_not_before.unwrap_or(Millis(0)).max(self.now);
        self.at(at, move |core| core.destroy(id));
    }

    /// CHANNEL_DESTROY, and the channel is no more.
    pub(super) fn destroy(&mut self, id: ChanId) {
        if self.channels.get(&id).is_none_or(|c| c.up() || c.state != State::Destroyed) {
            return;
        }
        self.channel_event(id, "CHANNEL_DESTROY", ("switch_core_session.c", "switch_core_session_perform_destroy"), &[]);
        if let Some(channel) = self.channels.remove(&id) {
            self.by_uuid.remove(&channel.uuid);
        }
    }

    /// Hangs up one side of a bridge: the end of the other follows.
    ///
    /// When the caller hangs up, the callee's end is reported first and still under the caller's call; when the callee
    /// does, the caller's bridge is taken apart first. (Both orders are in the transcripts.)
    fn break_bridge(&mut self, id: ChanId, other: ChanId, cause: Cause) {
        let a_leg = self.channels.get(&id).is_some_and(|c| c.a_leg);
        let (a, b) = if a_leg { (id, other) } else { (other, id) };
        for (one, two) in [(a, b), (b, a)] {
            let to = self.channels.get(&two).map(|c| c.uuid.clone()).unwrap_or_default();
            if let Some(channel) = self.channels.get_mut(&one) {
                channel.bridged_to = None;
                channel.set("last_bridge_to", to);
                channel.unset("bridge_to");
                channel.set("last_bridge_role", if one == a { "originator" } else { "originatee" });
                channel.set("bridge_hangup_cause", cause);
            }
        }
        if a_leg {
            // The two legs' threads race; the transcripts have both orders.
            let callee_first = self.rng.random_ratio(3, 4);
            self.end_silently(b, cause);
            if callee_first {
                self.hangup_complete(b);
                self.unbridge_event(a);
                self.hangup_complete(a);
            } else {
                self.unbridge_event(a);
                self.own_call(b);
                self.hangup_complete(a);
                self.hangup_complete(b);
            }
            self.destroy_later(b);
            self.destroy_later(a);
            return;
        }
        self.unbridge_event(a);
        self.own_call(b);
        if self.a_leg_goes_on(a) {
            self.report_end(b);
            let serial = self.channels.get(&a).map(|c| c.app_serial).unwrap_or_default();
            return self.app_done(a, serial);
        }
        self.end_silently(a, cause);
        self.hangup_complete(a);
        self.hangup_complete(b);
        self.destroy_later(a);
        self.destroy_later(b);
    }

    fn own_call(&mut self, id: ChanId) {
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.call_uuid = channel.uuid.clone();
            let own = channel.uuid.clone();
            channel.set("call_uuid", own);
        }
    }

    fn unbridge_event(&mut self, a: ChanId) {
        let Some(channel) = self.channels.get(&a) else { return };
        let b_uuid = channel.other.as_ref().map(|o| o.uuid.clone()).unwrap_or_default();
        let a_uuid = channel.uuid.clone();
        let first = [("Bridge-A-Unique-ID", a_uuid.as_str()), ("Bridge-B-Unique-ID", b_uuid.as_str())];
        self.channel_event(a, "CHANNEL_UNBRIDGE", UNBRIDGE, &first);
        self.list_apart(a);
    }

    /// The caller of the application `bridge` goes on with its dialplan unless told otherwise, and so does a queue's, where something is left of it.
    fn a_leg_goes_on(&self, a: ChanId) -> bool {
        let left = |c: &Channel| !c.soft_bridge || !c.todo.is_empty();
        self.channels.get(&a).is_some_and(|c| c.up() && left(c) && !c.is_true("hangup_after_bridge"))
    }

    /// Marks as hung up without what `hangup` does around it.
    pub(super) fn end_silently(&mut self, id: ChanId, cause: Cause) {
        let mut tracked = None;
        if let Some(channel) = self.channels.get_mut(&id)
            && channel.up()
        {
            channel.hangup_cause = Some(cause);
            channel.app_serial += 1;
            channel.todo.clear();
            tracked = channel.tracked_agent.clone();
        }
        if let Some(agent) = tracked {
            self.untrack(&agent);
        }
    }
}
