//! A channel: one leg, its caller profile, its times and variables, and how they look in an event.

use std::collections::VecDeque;

use super::cause::Cause;
use super::dial::LegEnd;
use super::events::Event;
use super::{ChanId, Core};
use crate::clock::Millis;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Inbound,
    Outbound,
}

impl Direction {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// The states of a channel that events show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Init,
    Routing,
    Execute,
    SoftExecute,
    ExchangeMedia,
    ConsumeMedia,
    Park,
    Reporting,
    Destroyed,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Init => "CS_INIT",
            Self::Routing => "CS_ROUTING",
            Self::Execute => "CS_EXECUTE",
            Self::SoftExecute => "CS_SOFT_EXECUTE",
            Self::ExchangeMedia => "CS_EXCHANGE_MEDIA",
            Self::ConsumeMedia => "CS_CONSUME_MEDIA",
            Self::Park => "CS_PARK",
            Self::Reporting | Self::Destroyed => "CS_REPORTING",
        }
    }

    /// The number beside the name is the state the channel goes to, not the one that runs.
    pub(super) fn number(self, hung_up: bool) -> u8 {
        match self {
            Self::Reporting => 11,
            Self::Destroyed => 12,
            _ if hung_up => 10,
            Self::Init | Self::Routing => 2,
            Self::SoftExecute => 3,
            Self::Execute => 4,
            Self::ExchangeMedia => 5,
            Self::Park => 6,
            Self::ConsumeMedia => 7,
        }
    }
}

/// Who called whom, as the dialplan sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    pub(super) username: String,
    pub(super) dialplan: String,
    pub(super) cid_name: String,
    pub(super) cid_number: String,
    pub(super) orig_cid_name: String,
    pub(super) orig_cid_number: String,
    pub(super) callee_name: String,
    pub(super) callee_number: String,
    pub(super) network_addr: String,
    pub(super) ani: String,
    pub(super) destination: String,
    pub(super) source: &'static str,
    pub(super) context: String,
    pub(super) rdnis: String,
    pub(super) transfer_source: String,
    pub(super) index: u32,
    pub(super) created_us: i64,
}

/// Times in microseconds since the epoch, 0 for never.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Times {
    pub(super) created: i64,
    pub(super) answered: i64,
    pub(super) progress: i64,
    pub(super) progress_media: i64,
    pub(super) hangup: i64,
    pub(super) bridged: i64,
    pub(super) last_hold: i64,
    pub(super) hold_accum: i64,
}

/// The other leg as it was when the two were bridged.
#[derive(Clone, Debug)]
pub(super) struct OtherLeg {
    pub(super) kind: &'static str,
    pub(super) direction: Direction,
    pub(super) uuid: String,
    pub(super) name: String,
    pub(super) profile: Profile,
    pub(super) times: Times,
}

pub(super) struct Channel {
    pub(super) uuid: String,
    pub(super) name: String,
    pub(super) direction: Direction,
    pub(super) state: State,
    pub(super) callstate: &'static str,
    pub(super) profile: Profile,
    pub(super) times: Times,
    pub(super) vars: Vec<(String, String)>,
    pub(super) hit_dialplan: bool,
    pub(super) presence_id: Option<String>,
    pub(super) call_uuid: String,
    pub(super) other: Option<OtherLeg>,
    pub(super) bridged_to: Option<ChanId>,
    /// It was bridged by `uuid_bridge` or the queue, not by the `bridge` application.
    pub(super) soft_bridge: bool,
    pub(super) hangup_cause: Option<Cause>,
    /// Its applications still to run, and the number of the one that runs, so that a late timer can tell.
    pub(super) todo: VecDeque<(String, String)>,
    pub(super) app_serial: u64,
    /// The person or line at the other end.
    pub(super) end: LegEnd,
    /// It is being dialled by this originate.
    pub(super) dial: Option<u64>,
    /// Dials it waits for (an application `bridge`), to be given up when it hangs up.
    pub(super) waits_for: Option<u64>,
    /// Somebody still looks at it (mod_callcenter's threads), so that CHANNEL_DESTROY waits until this time.
    pub(super) destroy_not_before: Option<Millis>,
    pub(super) destroy_held: bool,
    pub(super) tracked_agent: Option<String>,
    /// It is the caller's side of its bridge.
    pub(super) a_leg: bool,
    /// It is on its way to another extension.
    pub(super) transferring: bool,
    /// The directory's variables, set when it answers.
    pub(super) pending_vars: Vec<(String, String)>,
    pub(super) last_app: (String, String),
    /// What listings show of it; they follow only some events.
    pub(super) listed: Listed,
    /// It is not rung yet (`leg_delay_start`).
    pub(super) delayed: bool,
    /// The mailbox into which it speaks, and since when.
    pub(super) leaves_message: Option<(String, Millis)>,
    /// The files that it is recorded into, and since when.
    pub(super) recordings: Vec<(String, Millis)>,
}

/// Columns of `show channels` that are not as the channel is: an application stays when it is over, `uuid_bridge` is one, hold clears it; a call is
/// known from the first bridge on, a called leg's from its start; the first number dialled stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    pub(super) app: (String, String),
    pub(super) call_uuid: String,
    pub(super) initial_dest: String,
}

/// What a test may want to know of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelView {
    pub uuid: String,
    pub name: String,
    pub answered: bool,
    pub bridged_to: Option<String>,
    pub destination: String,
    pub variables: Vec<(String, String)>,
}

impl Channel {
    pub(super) fn up(&self) -> bool {
        self.hangup_cause.is_none()
    }

    pub(super) fn answered(&self) -> bool {
        self.times.answered > 0
    }

    pub(super) fn var(&self, name: &str) -> Option<&str> {
        self.vars.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Where a transfer goes that names no context.
    pub(super) fn transfer_context(&self) -> String {
        self.var("force_transfer_context").unwrap_or(&self.profile.context).to_string()
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.var(name).is_some_and(super::args::is_true)
    }

    /// Sets a variable; it moves to the end, as FreeSWITCH does.
    pub(super) fn set(&mut self, name: &str, value: impl ToString) {
        self.unset(name);
        self.vars.push((name.into(), value.to_string()));
    }

    pub(super) fn unset(&mut self, name: &str) {
        self.vars.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }

    pub(super) fn state_name(&self) -> &'static str {
        self.state.name()
    }

    /// It runs a dialplan or an application now; a called phone becomes the caller of what it is sent to.
    pub(super) fn enter_dialplan(&mut self) {
        self.hit_dialplan = true;
        if self.direction == Direction::Inbound || self.var("channel_cid_flipped").is_some() {
            return;
        }
        let p = &mut self.profile;
        self.vars.push(("pre_transfer_caller_id_name".into(), p.cid_name.clone()));
        self.vars.push(("pre_transfer_caller_id_number".into(), p.cid_number.clone()));
        std::mem::swap(&mut p.cid_name, &mut p.callee_name);
        std::mem::swap(&mut p.cid_number, &mut p.callee_number);
        self.set("channel_cid_flipped", "yes");
    }

    pub(super) fn answer_state(&self) -> &'static str {
        if !self.up() {
            "hangup"
        } else if self.answered() {
            "answered"
        } else if self.times.progress_media > 0 {
            "early"
        } else {
            "ringing"
        }
    }

    /// This channel as the other side of a bridge.
    pub(super) fn as_other(&self, kind: &'static str) -> OtherLeg {
        OtherLeg {
            kind,
            direction: self.direction,
            uuid: self.uuid.clone(),
            name: self.name.clone(),
            profile: self.profile.clone(),
            times: self.times,
        }
    }
}

impl Core {
    /// What is known of a channel, by its UUID.
    pub fn channel_view(&self, uuid: &str) -> Option<ChannelView> {
        let channel = self.channels.get(self.by_uuid.get(uuid)?)?;
        Some(ChannelView {
            uuid: channel.uuid.clone(),
            name: channel.name.clone(),
            answered: channel.answered(),
            bridged_to: channel.bridged_to.and_then(|b| self.channels.get(&b)).map(|c| c.uuid.clone()),
            destination: channel.profile.destination.clone(),
            variables: channel.vars.clone(),
        })
    }

    /// UUIDs of all channels, oldest first.
    pub fn channel_uuids(&self) -> Vec<String> {
        self.channels.values().map(|c| c.uuid.clone()).collect()
    }

    /// A new channel with nothing set; its CHANNEL_CREATE is for the caller to send.
    pub(super) fn new_channel(&mut self, uuid: String, name: String, direction: Direction, profile: Profile, end: LegEnd) -> ChanId {
        let id = self.next_chan;
        self.next_chan += 1;
        let us = self.now_us();
        let mut channel = Channel {
            call_uuid: uuid.clone(),
            direction,
            state: State::Init,
            callstate: "DOWN",
            listed: Listed { initial_dest: profile.destination.clone(), ..Listed::default() },
            profile: Profile { index: 1, created_us: us, ..profile },
            times: Times { created: us, ..Times::default() },
            vars: Vec::new(),
            hit_dialplan: direction == Direction::Inbound,
            presence_id: None,
            other: None,
            bridged_to: None,
            soft_bridge: false,
            hangup_cause: None,
            todo: VecDeque::new(),
            app_serial: 0,
            end,
            dial: None,
            waits_for: None,
            destroy_not_before: None,
            destroy_held: false,
            tracked_agent: None,
            a_leg: false,
            transferring: false,
            pending_vars: Vec::new(),
            last_app: Default::default(),
            delayed: false,
            leaves_message: None,
            recordings: Vec::new(),
            name: name.clone(),
            uuid: uuid.clone(),
        };
        channel.set("direction", direction.as_str());
        if direction == Direction::Outbound {
            channel.listed.call_uuid.clone_from(&uuid);
            channel.set("is_outbound", true);
        }
        channel.set("uuid", &uuid);
        channel.set("call_uuid", &uuid);
        channel.set("session_id", id);
        channel.set("channel_name", &name);
        self.by_uuid.insert(uuid, id);
        self.channels.insert(id, channel);
        self.sessions_peak = self.sessions_peak.max(self.channels.len());
        id
    }

    /// An event about a channel, with all its headers.
    pub(super) fn channel_event(&mut self, id: ChanId, name: &str, origin: (&'static str, &'static str), first: &[(&str, &str)]) {
        let Some(channel) = self.channels.get(&id) else { return };
        let mut event = Event::new(name, origin.0, origin.1);
        for (n, v) in first {
            event.add(n, v);
        }
        channel.describe(&mut event);
        self.fire(event);
    }
}
