//! What the people at the phones see, and what they do with their own hands.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::CALL_REJECTED;
use super::channel::{Channel, Direction};
use super::dial::LegEnd;
use super::registrations::Phone;
use super::{ChanId, Core};
use crate::clock::Millis;
use crate::sim::phones::{Behaviour, PhoneKey};

/// All that people at phones see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// When, by the switch's clock.
    pub now: Millis,
    /// This boot of the switch.
    pub core_uuid: String,
    /// Every phone that ever tried to register, by user.
    pub phones: Vec<PhoneView>,
    /// The calls of those who called from outside, the oldest first.
    pub callers: Vec<CallView>,
}

/// A phone as who sits there sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneView {
    /// Which.
    pub key: PhoneKey,
    /// Whether it is registered and can be called.
    pub registered: bool,
    /// What it does by itself when it rings.
    pub behaviour: Behaviour,
    /// Its calls, the oldest first.
    pub calls: Vec<CallView>,
}

/// A call at somebody's ear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallView {
    /// The channel's UUID.
    pub uuid: String,
    /// Its own number: of a phone its user.
    pub own: String,
    /// The other side's: whom it called, or who calls.
    pub other: String,
    /// The other side's name, as it was sent.
    pub name: String,
    /// Whether it called itself.
    pub outgoing: bool,
    /// What it does.
    pub stage: Stage,
    /// Since when it is there.
    pub since: Millis,
}

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It rings here.
    Ringing,
    /// It was dialled here, and nobody has answered.
    Dialling,
    /// It was answered, and nobody is at the other side yet: music, or announcements.
    Waiting,
    /// It speaks with somebody.
    Talking,
}

impl Core {
    /// What the people at the phones see.
    pub fn seen(&mut self, now: Millis) -> Seen {
        self.advance(now);
        Seen { now, core_uuid: self.core_uuid.clone(), phones: self.phones_seen(), callers: self.callers() }
    }

    fn phones_seen(&self) -> Vec<PhoneView> {
        let registered: BTreeSet<&PhoneKey> = self.registrations.iter().filter(|row| !row.flushed).map(|row| &row.key).collect();
        let mut calls: BTreeMap<PhoneKey, Vec<CallView>> = BTreeMap::new();
        for channel in self.channels.values().filter(|channel| channel.up()) {
            if let Some(key) = phone_of(channel) {
                calls.entry(key).or_default().push(view(channel));
            }
        }
        let phone = |(key, phone): (&PhoneKey, &Phone)| PhoneView {
            key: key.clone(),
            registered: registered.contains(key),
            behaviour: phone.behaviour,
            calls: calls.remove(key).unwrap_or_default(),
        };
        self.phones.iter().map(phone).collect()
    }

    fn callers(&self) -> Vec<CallView> {
        let outside =
            |channel: &&Channel| channel.up() && channel.direction == Direction::Inbound && channel.name.starts_with("sofia/external/");
        self.channels.values().filter(outside).map(view).collect()
    }

    /// Whoever is at this phone that rings picks up, and stays. False when no such phone rings.
    pub fn pick_up(&mut self, uuid: &str, now: Millis) -> bool {
        self.at_ringing(uuid, now, |core, leg| core.leg_answers(leg, None))
    }

    /// Whoever is at this phone that rings wants no call (603). False when no such phone rings.
    pub fn decline(&mut self, uuid: &str, now: Millis) -> bool {
        self.at_ringing(uuid, now, |core, leg| core.refuse(leg, CALL_REJECTED))
    }

    fn at_ringing(&mut self, uuid: &str, now: Millis, act: impl FnOnce(&mut Self, ChanId)) -> bool {
        self.advance(now);
        let Some(&leg) = self.by_uuid.get(uuid) else { return false };
        if !self.channels.get(&leg).is_some_and(|channel| channel.up() && stage(channel) == Stage::Ringing && !channel.delayed) {
            return false;
        }
        act(self, leg);
        self.settle();
        true
    }
}

/// The phone at which it is; none of numbers outside.
fn phone_of(channel: &Channel) -> Option<PhoneKey> {
    match &channel.end {
        LegEnd::Phone(key) => Some(key.clone()),
        LegEnd::Number(_) => None,
        LegEnd::Caller(_) => Some(PhoneKey::new(channel.var("sip_auth_username")?, channel.var("sip_auth_realm")?)),
    }
}

fn view(channel: &Channel) -> CallView {
    let outgoing = channel.direction == Direction::Inbound;
    let (caller, called) = (channel.profile.cid_number.clone(), channel.profile.destination.clone());
    let dialled = channel.var("sip_req_user").map_or_else(|| called.clone(), str::to_owned);
    CallView {
        uuid: channel.uuid.clone(),
        own: if outgoing { caller.clone() } else { called },
        other: if outgoing { dialled } else { caller },
        name: if outgoing { String::new() } else { channel.profile.cid_name.clone() },
        outgoing,
        stage: stage(channel),
        since: Millis(channel.times.created / 1_000),
    }
}

fn stage(channel: &Channel) -> Stage {
    match (channel.answered(), channel.bridged_to) {
        (true, Some(_)) => Stage::Talking,
        (true, None) => Stage::Waiting,
        (false, _) if channel.direction == Direction::Outbound => Stage::Ringing,
        (false, _) => Stage::Dialling,
    }
}
