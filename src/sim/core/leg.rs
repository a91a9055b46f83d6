//! A leg of an originate: it rings, perhaps later, is refused, or answers.

use super::cause::{self, ALLOTTED_TIMEOUT, Cause, LOSE_RACE, NO_ANSWER};
use super::channel::{Direction, Profile, State};
use super::dial::{Ready, value};
use super::{ChanId, Core};
use crate::sim::phones::Behaviour;

/// The caller's number of a leg that has none.
const NO_CALLER: &str = "0000000000";
/// From the INVITE to the phone's first answer.
const NETWORK_MS: i64 = 1;

impl Core {
    pub(super) fn ring(&mut self, id: u64, ready: Ready) {
        let Some(dial) = self.dials.get_mut(&id) else { return };
        dial.unresolved = dial.unresolved.saturating_sub(1);
        let chosen = dial.uuid.take();
        let cid = dial.cid.clone();
        let number = value(&ready.vars, "origination_caller_id_number").map_or(cid.1, str::to_string);
        let number = if number.is_empty() { NO_CALLER.to_string() } else { number };
        let name = value(&ready.vars, "origination_caller_id_name").map_or(cid.0, str::to_string);
        let uuid = match chosen.filter(|u| !self.by_uuid.contains_key(u)) {
            Some(uuid) => uuid,
            None => self.new_uuid(),
        };
        let profile = Profile {
            cid_name: name.clone(),
            cid_number: number.clone(),
            orig_cid_name: name,
            orig_cid_number: number.clone(),
            callee_name: "Outbound Call".into(),
            callee_number: ready.number.clone(),
            ani: number,
            destination: ready.number,
            source: "src/switch_ivr_originate.c",
            context: "default".into(),
            ..Profile::default()
        };
        let leg = self.new_channel(uuid, ready.name, Direction::Outbound, profile, ready.end);
        if let Some(channel) = self.channels.get_mut(&leg) {
            channel.dial = Some(id);
            channel.set("sip_profile_name", "internal");
            channel.set("sip_destination_url", ready.uri);
            for (name, value) in &ready.vars {
                channel.set(name, value);
            }
            if channel.is_true("sip_auto_answer") {
                channel.set("sip_h_Call-Info", "<sip:127.0.0.1>;answer-after=0");
                channel.set("sip_invite_params", "intercom=true");
            }
            channel.presence_id = channel.var("presence_id").map(str::to_string);
            channel.set("originate_early_media", false);
            channel.set("originate_endpoint", "sofia");
            channel.pending_vars = ready.user_vars;
        }
        if let Some(dial) = self.dials.get_mut(&id) {
            dial.legs.push(leg);
        }
        self.create_event(leg);
        let seconds = |name| value(&ready.vars, name).map(super::args::atoi).filter(|s| *s > 0);
        let delay_s = seconds("leg_delay_start");
        // A user dialled for nobody is an originate of its own, whose time this is; else the leg's time is cut short from outside.
        let alone = value(&ready.vars, "dialed_user").is_some() && self.dials.get(&id).is_some_and(|dial| dial.caller.is_none());
        let timeout = if alone { NO_ANSWER } else { ALLOTTED_TIMEOUT };
        if let Some(seconds) = seconds("leg_timeout") {
            let at = self.seconds_later(seconds + delay_s.unwrap_or(0));
            self.at(at, move |core| {
                if core.channels.get(&leg).is_some_and(|c| c.dial == Some(id)) {
                    core.hangup(leg, timeout);
                }
            });
        }
        match delay_s {
            Some(seconds) => {
                if let Some(channel) = self.channels.get_mut(&leg) {
                    channel.delayed = true;
                }
                // More seconds than it says have to be over.
                let at = self.seconds_later(seconds + 1);
                self.at(at, move |core| core.start_leg(leg));
            }
            None => self.after(NETWORK_MS, move |core| core.phone_rings(leg)),
        }
        self.start_delayed(id);
    }

    /// When only delayed legs are left, those that come first need not wait.
    pub(super) fn start_delayed(&mut self, id: u64) {
        let Some(dial) = self.dials.get(&id).filter(|dial| dial.unresolved == 0) else { return };
        let up = |leg: &&ChanId| self.channels.get(leg).is_some_and(super::channel::Channel::up);
        let legs: Vec<ChanId> = dial.legs.iter().filter(up).copied().collect();
        let delay = |leg: &ChanId| {
            let channel = self.channels.get(leg).filter(|channel| channel.delayed)?;
            channel.var("leg_delay_start").map(super::args::atoi)
        };
        if legs.iter().any(|leg| delay(leg).is_none()) {
            return;
        }
        let Some(first) = legs.iter().filter_map(delay).min() else { return };
        for leg in legs.iter().filter(|leg| delay(leg) == Some(first)).copied().collect::<Vec<_>>() {
            self.after(0, move |core| core.start_leg(leg));
        }
    }

    fn start_leg(&mut self, leg: ChanId) {
        if let Some(channel) = self.channels.get_mut(&leg).filter(|channel| channel.delayed && channel.up()) {
            channel.delayed = false;
            self.after(NETWORK_MS, move |core| core.phone_rings(leg));
        }
    }

    /// The phone does what it does.
    fn phone_rings(&mut self, leg: ChanId) {
        if self.channels.get(&leg).is_none_or(|c| !c.up() || c.dial.is_none()) {
            return;
        }
        match self.behaviour_of(leg) {
            Behaviour::Busy => self.refuse(leg, cause::USER_BUSY),
            Behaviour::Reject => self.refuse(leg, cause::CALL_REJECTED),
            Behaviour::Divert => self.refuse(leg, cause::REQUESTED_CHAN_UNAVAIL),
            Behaviour::Dead => {}
            Behaviour::RingOn => self.leg_progress(leg),
            Behaviour::Answer { after_ms, talk_ms } => {
                self.leg_progress(leg);
                self.leg_answers_later(leg, after_ms, talk_ms);
            }
            Behaviour::EarlyMedia { after_ms } => {
                self.pre_answer(leg);
                self.leg_answers_later(leg, after_ms, None);
            }
            Behaviour::NoRing { after_ms } => self.leg_answers_later(leg, after_ms, None),
        }
    }

    fn leg_answers_later(&mut self, leg: ChanId, after_ms: u64, talk_ms: Option<u64>) {
        let wait = i64::try_from(after_ms).unwrap_or(i64::MAX);
        self.after(wait, move |core| core.leg_answers(leg, talk_ms));
    }

    fn leg_progress(&mut self, leg: ChanId) {
        self.ring_ready(leg);
        let caller = self.channels.get(&leg).and_then(|c| c.dial).and_then(|d| self.dials.get(&d)).and_then(|d| d.caller);
        if let Some(caller) = caller {
            self.ring_ready(caller);
            // Noted as the caller's own even where that was answered long ago, and so is not told that it rings.
            let us = self.now_us();
            if let Some(channel) = self.channels.get_mut(&caller).filter(|channel| channel.times.progress == 0) {
                channel.times.progress = us;
            }
        }
    }

    pub(super) fn refuse(&mut self, leg: ChanId, why: Cause) {
        if let Some(channel) = self.channels.get_mut(&leg) {
            let (status, phrase) = cause::sip_status(why);
            channel.profile.network_addr = "127.0.0.1".into();
            channel.set("sip_hangup_disposition", "recv_refuse");
            channel.set("sip_invite_failure_status", status);
            channel.set("sip_invite_failure_phrase", phrase);
            channel.set("sip_term_status", status);
            channel.set("proto_specific_hangup_cause", format!("sip:{status}"));
            channel.set("sip_term_cause", cause::q850(why));
        }
        self.hangup(leg, why);
    }

    pub(super) fn leg_answers(&mut self, leg: ChanId, talk_ms: Option<u64>) {
        let Some(channel) = self.channels.get_mut(&leg) else { return };
        let Some(id) = channel.dial.filter(|_| channel.hangup_cause.is_none()) else { return };
        for (name, value) in std::mem::take(&mut channel.pending_vars) {
            channel.set(&name, value);
        }
        if let Some(context) = channel.var("user_context").map(str::to_string) {
            channel.profile.context = context;
        }
        if let Some(talk) = talk_ms.and_then(|t| i64::try_from(t).ok()) {
            self.after(talk, move |core| core.phone_hangs_up(leg));
        }
        self.answer(leg);
        if let Some(channel) = self.channels.get_mut(&leg) {
            channel.state = State::ConsumeMedia;
            channel.set("originate_endpoint", "user");
        }
        self.on_answer_app(leg);
        if self.channels.get(&leg).is_some_and(|c| c.var("group_confirm_key").is_none()) {
            self.leg_wins(id, leg);
        }
    }

    /// The key by which a callee says that it is a person.
    pub(super) fn confirm(&mut self, leg: ChanId, keys: &str) {
        let Some(channel) = self.channels.get_mut(&leg).filter(|c| c.answered() && c.var("group_confirm_key") == Some(keys)) else {
            return;
        };
        if let Some(id) = channel.dial {
            channel.set("group_dial_status", "winner");
            self.leg_wins(id, leg);
        }
    }

    /// The originate is over; whoever else rings has lost.
    fn leg_wins(&mut self, id: u64, leg: ChanId) {
        if let Some(channel) = self.channels.get_mut(&leg) {
            channel.dial = None;
        }
        let dial = self.dials.remove(&id);
        let losers: Vec<ChanId> = dial.iter().flat_map(|d| d.legs.iter().copied()).filter(|l| *l != leg).collect();
        for loser in losers {
            self.hangup(loser, LOSE_RACE);
        }
        if let Some(then) = dial.and_then(|d| d.then) {
            then(self, Ok(leg));
        }
    }

    /// Every variable whose name begins so.
    fn on_answer_app(&mut self, leg: ChanId) {
        let Some(channel) = self.channels.get(&leg) else { return };
        let named = channel.vars.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with("execute_on_answer"));
        let apps: Vec<String> = named.map(|(_, app)| app.clone()).collect();
        for app in apps {
            let (name, arg) = app.split_once([' ', ':']).unwrap_or((&app, ""));
            let arg = self.expand(Some(leg), &[], arg.trim_start_matches(':'));
            self.execute_now(leg, name, &arg);
        }
    }
}
