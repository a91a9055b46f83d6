//! The people at the telephones, on either switch.

use super::freeswitch::FreeSwitch;
use super::sim_phones::SimPhones;
use super::sipp::LivePhones;

/// What a phone does with every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Rings for a while, answers, and hangs up after a while (never when none).
    Answer { after_ms: u64, talk_ms: Option<u64> },
    /// 486
    Busy,
    /// 603
    Reject,
    /// 302: sends its callers to this number at the carrier.
    Divert { to: &'static str },
    /// Rings until the caller or the switch gives up.
    RingOn,
    /// Sends sound of its own (183) instead of ringing, and answers after a while.
    EarlyMedia { after_ms: u64 },
    /// Answers after a while, and does not say that it rings.
    NoRing { after_ms: u64 },
}

/// What a phone does with sound, as SDP has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// It speaks and listens: a call goes on.
    SendRecv,
    /// It would play its own music to the other side: on hold.
    SendOnly,
    /// Neither: on hold.
    Inactive,
}

/// A call that was dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallId(pub(crate) usize);

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The switch answered, for itself or because somebody did.
    Answered,
    /// It did not.
    Refused {
        /// Why, in SIP: 486 busy, 403 not allowed.
        status: u16,
    },
}

/// The phones of one domain and the world outside it, at either switch.
pub(crate) enum Phones {
    /// Inside the simulated switch.
    Sim(SimPhones),
    /// SIPp.
    Live(Box<LivePhones>),
}

/// Does the same on both.
macro_rules! either {
    ($self:ident, $phones:ident => $act:expr) => {
        match $self {
            Phones::Sim($phones) => $act,
            Phones::Live($phones) => $act,
        }
    };
}

impl Phones {
    /// At the simulated switch.
    pub(crate) fn sim(switch: ccgate::sim::Handle, domain: &str) -> Self {
        Self::Sim(SimPhones::new(switch, domain))
    }

    /// At a real one.
    pub(crate) fn live(switch: &FreeSwitch, domain: &str) -> Self {
        Self::Live(Box::new(LivePhones::new(switch, domain)))
    }

    /// Registers a phone that does this with every call. In place of the one with the same user, if there is one.
    pub(crate) async fn phone(&mut self, user: &str, password: &str, behaviour: Behaviour) {
        assert!(self.try_phone(user, password, behaviour).await, "the phone of {user} registers");
    }

    /// The same; whether the switch let it register.
    pub(crate) async fn try_phone(&mut self, user: &str, password: &str, behaviour: Behaviour) -> bool {
        either!(self, phones => phones.try_phone(user, password, behaviour).await)
    }

    /// Takes a phone's registration back.
    pub(crate) async fn unregister(&mut self, user: &str) {
        either!(self, phones => phones.unregister(user).await);
    }

    /// What everybody outside does with a call that comes through the gateway.
    pub(crate) async fn outside(&mut self, number: &str, behaviour: Behaviour) {
        match self {
            Self::Sim(phones) => phones.outside(number, behaviour).await,
            Self::Live(phones) => phones.outside(behaviour).await,
        }
    }

    /// Whoever dials from now on sends sound; to the simulated switch everybody does.
    pub(crate) fn speak(&mut self) {
        if let Self::Live(phones) = self {
            phones.speak();
        }
    }

    /// A registered phone dials.
    pub(crate) async fn dial(&mut self, user: &str, number: &str) -> CallId {
        match self {
            Self::Sim(phones) => phones.dial(user, number).await,
            Self::Live(phones) => phones.dial(user, number),
        }
    }

    /// Somebody outside dials one of our numbers.
    pub(crate) async fn call_in(&mut self, from: &str, number: &str) -> CallId {
        match self {
            Self::Sim(phones) => phones.call_in(from, from, number).await,
            Self::Live(phones) => phones.call_in(from, number),
        }
    }

    /// The same with a name.
    pub(crate) async fn call_in_as(&mut self, name: &str, from: &str, number: &str) -> CallId {
        match self {
            Self::Sim(phones) => phones.call_in(name, from, number).await,
            Self::Live(phones) => phones.call_in_as(name, from, number),
        }
    }

    /// Somebody outside, who says this text wherever SIP has room for one, dials one of our numbers; returns when it is answered.
    pub(crate) async fn call_in_saying(&mut self, text: &str, number: &str) {
        match self {
            Self::Sim(phones) => {
                let call = phones.call_in(text, text, number).await;
                assert!(phones.answered(call).await, "the switch answers");
            }
            Self::Live(phones) => phones.call_in_saying(text, number).await,
        }
    }

    /// The phone at this leg transfers who it speaks with to a number: REFER.
    pub(crate) async fn transfer(&mut self, leg: &str, number: &str) {
        either!(self, phones => phones.transfer(leg, number).await);
    }

    /// The phone at these two legs, which has asked on the second, joins whom it speaks with on the two: REFER with Replaces.
    pub(crate) async fn join(&mut self, leg: &str, asked: &str) {
        either!(self, phones => phones.join(leg, asked).await);
    }

    /// The phone at this leg says what it does with sound from now on: a re-INVITE.
    pub(crate) async fn media(&mut self, leg: &str, media: Media) {
        either!(self, phones => phones.media(leg, media).await);
    }

    /// Waits until a call is answered or refused.
    pub(crate) async fn answered(&mut self, call: CallId) -> bool {
        match self {
            Self::Sim(phones) => phones.answered(call).await,
            Self::Live(phones) => phones.answered(call).await == Outcome::Answered,
        }
    }

    /// Waits until an answered call is over.
    pub(crate) async fn ended(&mut self, call: CallId) {
        match self {
            Self::Sim(phones) => phones.ended(call).await,
            Self::Live(phones) => drop(phones.ended(call).await),
        }
    }

    /// The caller gives up before an answer.
    pub(crate) async fn give_up(&mut self, call: CallId) {
        match self {
            Self::Sim(phones) => phones.hang_up(call).await,
            Self::Live(phones) => phones.end(call, "ORIGINATOR_CANCEL").await,
        }
    }

    /// The caller hangs up.
    pub(crate) async fn hang_up(&mut self, call: CallId) {
        either!(self, phones => phones.hang_up(call).await);
    }
}
