//! The people at the telephones, on either switch.

use ccgate::sim::{self, phones as simulated};

use super::freeswitch::FreeSwitch;
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
    /// Rings until the caller or the switch gives up.
    RingOn,
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
        /// Why, in SIP: 486 busy, 480 nobody there or not allowed.
        status: u16,
    },
}

/// The phones of one domain, and the world outside it.
pub(crate) enum Phones {
    /// Of the simulated switch.
    Sim(SimPhones),
    /// SIPp.
    Live(LivePhones),
}

impl Phones {
    /// Phones of `domain` at a simulated switch, none yet.
    pub(crate) fn sim(switch: sim::Handle, domain: &str) -> Self {
        Self::Sim(SimPhones { switch, domain: domain.to_owned(), calls: Vec::new() })
    }

    /// Phones of `domain` at a FreeSWITCH, none yet.
    pub(crate) fn live(switch: &FreeSwitch, domain: &str) -> Self {
        Self::Live(LivePhones::new(switch, domain))
    }

    /// Registers a phone that does this with every call. In place of the one with the same user, if there is one.
    pub(crate) async fn phone(&mut self, user: &str, password: &str, behaviour: Behaviour) {
        match self {
            Self::Sim(phones) => {
                let registered = phones.switch.register(user, &phones.domain, password, behaviour.into()).await;
                registered.unwrap_or_else(|error| panic!("the phone of {user} registers: {error:?}"));
            }
            Self::Live(phones) => phones.phone(user, password, behaviour).await,
        }
    }

    /// Takes a phone's registration back.
    pub(crate) async fn unregister(&mut self, user: &str) {
        match self {
            Self::Sim(phones) => phones.switch.unregister(user, &phones.domain).await,
            Self::Live(phones) => phones.unregister(user).await,
        }
    }

    /// What the one at this number outside does with a call that comes through the gateway. With SIPp, everybody outside does.
    pub(crate) async fn outside(&mut self, number: &str, behaviour: Behaviour) {
        match self {
            Self::Sim(phones) => phones.switch.set_far_end(number, behaviour.into()).await,
            Self::Live(phones) => phones.outside(behaviour).await,
        }
    }

    /// A registered phone dials.
    pub(crate) async fn dial(&mut self, user: &str, number: &str) -> CallId {
        match self {
            Self::Sim(phones) => {
                let from = simulated::PhoneKey::new(user, phones.domain.as_str());
                phones.dial(simulated::Origin::Phone(from), number).await
            }
            Self::Live(phones) => phones.dial(user, number),
        }
    }

    /// Somebody outside dials one of our numbers.
    pub(crate) async fn call_in(&mut self, from: &str, number: &str) -> CallId {
        match self {
            Self::Sim(phones) => {
                let from = simulated::Origin::Trunk { cid_number: from.to_owned(), cid_name: from.to_owned() };
                phones.dial(from, number).await
            }
            Self::Live(phones) => phones.call_in(from, number),
        }
    }

    /// The caller hangs up.
    pub(crate) async fn hang_up(&mut self, call: CallId) {
        match self {
            Self::Sim(phones) => assert!(phones.switch.hangup(&phones.calls[call.0]).await, "the call is up"),
            Self::Live(phones) => phones.hang_up(call).await,
        }
    }
}

/// The phones of one domain at a simulated switch.
pub(crate) struct SimPhones {
    switch: sim::Handle,
    domain: String,
    /// The callers' channels.
    calls: Vec<String>,
}

impl SimPhones {
    async fn dial(&mut self, from: simulated::Origin, number: &str) -> CallId {
        let call = self.switch.dial(from, number).await.unwrap_or_else(|error| panic!("{number} is dialled: {error:?}"));
        self.calls.push(call.uuid);
        CallId(self.calls.len() - 1)
    }
}

impl From<Behaviour> for simulated::Behaviour {
    fn from(behaviour: Behaviour) -> Self {
        match behaviour {
            Behaviour::Answer { after_ms, talk_ms } => Self::Answer { after_ms, talk_ms },
            Behaviour::Busy => Self::Busy,
            Behaviour::Reject => Self::Reject,
            Behaviour::RingOn => Self::RingOn,
        }
    }
}
