//! Phones inside the simulated switch.

use std::time::Duration;

use ccgate::sim::Handle;
use ccgate::sim::core::ChannelView;
use ccgate::sim::phones::{Behaviour as SimBehaviour, Origin, PhoneKey};
use tokio::time::interval;

use super::patience;
use super::phones::{Behaviour, CallId, Media};

/// How often a channel is looked at that something is to happen to.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The phones of one domain at a simulated switch.
pub(crate) struct SimPhones {
    switch: Handle,
    domain: String,
    calls: Vec<String>,
}

impl SimPhones {
    pub(super) fn new(switch: Handle, domain: &str) -> Self {
        Self { switch, domain: domain.to_owned(), calls: Vec::new() }
    }

    pub(super) async fn try_phone(&mut self, user: &str, password: &str, behaviour: Behaviour) -> bool {
        self.switch.register(user, &self.domain, password, simulated(behaviour)).await.is_ok()
    }

    pub(super) async fn unregister(&mut self, user: &str) {
        self.switch.unregister(user, &self.domain).await;
    }

    pub(super) async fn outside(&mut self, number: &str, behaviour: Behaviour) {
        self.switch.set_far_end(number, simulated(behaviour)).await;
    }

    pub(super) async fn dial(&mut self, user: &str, number: &str) -> CallId {
        self.call(Origin::Phone(PhoneKey::new(user, &self.domain)), number).await
    }

    pub(super) async fn call_in(&mut self, name: &str, from: &str, number: &str) -> CallId {
        self.call(Origin::Trunk { cid_number: from.to_owned(), cid_name: name.to_owned() }, number).await
    }

    pub(super) async fn answered(&mut self, call: CallId) -> bool {
        let seen = self.until(call, "to be answered", |channel| channel.is_none_or(|channel| channel.answered)).await;
        seen.is_some_and(|channel| channel.answered)
    }

    pub(super) async fn ended(&mut self, call: CallId) {
        self.until(call, "to end", |channel| channel.is_none()).await;
    }

    pub(super) async fn hang_up(&mut self, call: CallId) {
        self.switch.hangup(&self.calls[call.0]).await;
        self.ended(call).await;
    }

    pub(super) async fn transfer(&self, leg: &str, number: &str) {
        assert!(self.switch.refer(leg, number).await, "{leg} speaks with nobody");
    }

    pub(super) async fn join(&self, leg: &str, asked: &str) {
        assert!(self.switch.refer_replacing(leg, asked).await, "{leg} or {asked} speaks with nobody");
    }

    pub(super) async fn media(&self, leg: &str, media: Media) {
        assert!(self.switch.reinvite(leg, media != Media::SendRecv).await, "{leg} speaks with nobody");
    }

    async fn call(&mut self, from: Origin, number: &str) -> CallId {
        let call = self.switch.dial(from, number).await.expect("the switch takes the call");
        self.calls.push(call.uuid);
        CallId(self.calls.len() - 1)
    }

    async fn until(&self, call: CallId, what: &str, is: impl Fn(Option<&ChannelView>) -> bool) -> Option<ChannelView> {
        let mut looks = interval(LOOK_EVERY);
        patience(&format!("call {} {what}", call.0), async {
            loop {
                looks.tick().await;
                let channel = self.switch.channel(&self.calls[call.0]).await;
                if is(channel.as_ref()) {
                    return channel;
                }
            }
        })
        .await
    }
}

/// What the simulated switch calls it.
pub(crate) fn simulated(behaviour: Behaviour) -> SimBehaviour {
    match behaviour {
        Behaviour::Answer { after_ms, talk_ms } => SimBehaviour::Answer { after_ms, talk_ms },
        Behaviour::Busy => SimBehaviour::Busy,
        Behaviour::Reject => SimBehaviour::Reject,
        Behaviour::Divert { .. } => SimBehaviour::Divert,
        Behaviour::RingOn => SimBehaviour::RingOn,
        Behaviour::EarlyMedia { after_ms } => SimBehaviour::EarlyMedia { after_ms },
        Behaviour::NoRing { after_ms } => SimBehaviour::NoRing { after_ms },
    }
}
