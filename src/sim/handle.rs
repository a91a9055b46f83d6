//! What a test or the lab holds of a running simulated switch.

use tokio::sync::{mpsc, oneshot};

use super::core::{ChannelView, Core, DialError, RegisterError, Seen};
use super::fault::Fault;
use super::phones::{Behaviour, CallPlan, Origin, PhoneKey};
use crate::clock::Millis;

/// Something done to the core, at a time.
type Act = Box<dyn FnOnce(&mut Core, Millis) + Send>;

/// Work for the task that owns the core.
pub(super) enum Order {
    Act(Act),
    Restart(oneshot::Sender<()>),
    Fault(Fault, oneshot::Sender<()>),
}

/// A call somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallHandle {
    /// The channel's UUID.
    pub uuid: String,
}

/// Controls a running simulated switch. Cheap to clone; when the switch has stopped, acts do nothing.
#[derive(Clone)]
pub struct Handle {
    pub(super) orders: mpsc::Sender<Order>,
    pub(super) address: std::net::SocketAddr,
    pub(super) stop: tokio_util::sync::CancellationToken,
}

impl Handle {
    /// Where the event socket listens.
    pub fn address(&self) -> std::net::SocketAddr {
        self.address
    }

    /// Waits until mod_callcenter is loaded; the event socket answers before that.
    pub async fn booted(&self) {
        let (done, loaded) = oneshot::channel();
        self.act(move |core, _| {
            core.when_loaded(move || {
                let _ = done.send(());
            });
        })
        .await;
        let _ = loaded.await;
    }

    /// A phone registers with this password, and behaves so when it rings.
    ///
    /// # Errors
    /// When the directory does not know the user or has another password.
    pub async fn register(&self, user: &str, domain: &str, password: &str, behaviour: Behaviour) -> Result<(), RegisterError> {
        let (done, result) = oneshot::channel();
        let (key, password) = (PhoneKey::new(user, domain), password.to_string());
        self.act(move |core, now| {
            core.register(key, &password, behaviour, now, move |r| {
                let _ = done.send(r);
            });
        })
        .await;
        result.await.unwrap_or(Err(RegisterError::Gone))
    }

    /// What the phone does from now on when it rings.
    pub async fn set_behaviour(&self, user: &str, domain: &str, behaviour: Behaviour) {
        let key = PhoneKey::new(user, domain);
        self.ask(move |core, _| core.set_behaviour(&key, behaviour)).await;
    }

    /// What a number behind a gateway does from now on when it is dialled.
    pub async fn set_far_end(&self, number: &str, behaviour: Behaviour) {
        let number = number.to_string();
        self.ask(move |core, _| core.set_far_end(&number, behaviour)).await;
    }

    /// The phone unregisters.
    pub async fn unregister(&self, user: &str, domain: &str) {
        let key = PhoneKey::new(user, domain);
        self.ask(move |core, now| core.unregister(&key, now)).await;
    }

    /// The phone is gone without a word; its registration expires at once.
    pub async fn expire(&self, user: &str, domain: &str) {
        let key = PhoneKey::new(user, domain);
        self.ask(move |core, now| core.expire(&key, now)).await;
    }

    /// Somebody dials a number and stays until the other side hangs up.
    ///
    /// # Errors
    /// When the phone is unknown or the switch refuses it.
    pub async fn dial(&self, from: Origin, number: &str) -> Result<CallHandle, DialError> {
        self.dial_with(from, number, CallPlan::default()).await
    }

    /// Somebody dials a number and does what the plan says.
    ///
    /// # Errors
    /// As [`Handle::dial`].
    pub async fn dial_with(&self, from: Origin, number: &str, plan: CallPlan) -> Result<CallHandle, DialError> {
        let (done, result) = oneshot::channel();
        let number = number.to_string();
        self.act(move |core, now| {
            core.place_call(from, &number, plan, now, move |r| {
                let _ = done.send(r);
            });
        })
        .await;
        result.await.unwrap_or(Err(DialError::Gone)).map(|uuid| CallHandle { uuid })
    }

    /// The person at this channel hangs up; false when there is no such channel.
    pub async fn hangup(&self, uuid: &str) -> bool {
        let uuid = uuid.to_string();
        self.ask(move |core, now| core.hang_up_phone(&uuid, now)).await.unwrap_or(false)
    }

    /// The person at this channel presses keys; false when there is no such channel.
    pub async fn dtmf(&self, uuid: &str, digits: &str) -> bool {
        let (uuid, digits) = (uuid.to_string(), digits.to_string());
        self.ask(move |core, now| core.press_keys(&uuid, &digits, now)).await.unwrap_or(false)
    }

    /// The phone at this channel transfers who it speaks with to a number (REFER); false when it speaks with nobody.
    pub async fn refer(&self, uuid: &str, number: &str) -> bool {
        let (uuid, number) = (uuid.to_string(), number.to_string());
        self.ask(move |core, now| core.refer(&uuid, &number, now)).await.unwrap_or(false)
    }

    /// The phone at these two channels joins whom it speaks with there (REFER with Replaces); false when it does not speak on both.
    pub async fn refer_replacing(&self, uuid: &str, other: &str) -> bool {
        let (uuid, other) = (uuid.to_string(), other.to_string());
        self.ask(move |core, now| core.refer_replacing(&uuid, &other, now)).await.unwrap_or(false)
    }

    /// The phone at this channel puts who it speaks with on hold, or takes it back (a re-INVITE); false when it speaks with nobody.
    pub async fn reinvite(&self, uuid: &str, on_hold: bool) -> bool {
        let uuid = uuid.to_string();
        self.ask(move |core, now| core.reinvite(&uuid, on_hold, now)).await.unwrap_or(false)
    }

    /// Whoever is at this phone that rings picks up, and stays; false when no such phone rings.
    pub async fn pick_up(&self, uuid: &str) -> bool {
        let uuid = uuid.to_string();
        self.ask(move |core, now| core.pick_up(&uuid, now)).await.unwrap_or(false)
    }

    /// Whoever is at this phone that rings wants no call; false when no such phone rings.
    pub async fn decline(&self, uuid: &str) -> bool {
        let uuid = uuid.to_string();
        self.ask(move |core, now| core.decline(&uuid, now)).await.unwrap_or(false)
    }

    /// What the people at the phones see; nothing when the switch stopped.
    pub async fn seen(&self) -> Seen {
        self.ask(Core::seen).await.unwrap_or_default()
    }

    /// What is known of a channel.
    pub async fn channel(&self, uuid: &str) -> Option<ChannelView> {
        let uuid = uuid.to_string();
        self.ask(move |core, _| core.channel_view(&uuid)).await.flatten()
    }

    /// UUIDs of all channels, oldest first.
    pub async fn channels(&self) -> Vec<String> {
        self.ask(|core, _| core.channel_uuids()).await.unwrap_or_default()
    }

    /// This boot's Core-UUID; empty when the switch stopped.
    pub async fn core_uuid(&self) -> String {
        self.ask(|core, _| core.core_uuid().to_string()).await.unwrap_or_default()
    }

    /// What was refused or failed so far.
    pub async fn counters(&self) -> super::core::Counters {
        self.ask(|core, _| core.counters().clone()).await.unwrap_or_default()
    }

    /// Breaks something, or mends it.
    pub async fn fault(&self, fault: Fault) {
        let (done, result) = oneshot::channel();
        if self.orders.send(Order::Fault(fault, done)).await.is_ok() {
            let _ = result.await;
        }
    }

    /// mod_callcenter loses the rows of a queue's callers.
    pub async fn lose_rows(&self, queue: &str) {
        let queue = queue.to_string();
        self.ask(move |core, _| core.lose_rows(&queue)).await;
    }

    /// mod_callcenter leaves the row of a queue's caller whose leg was this.
    pub async fn leave_row(&self, queue: &str, state: &'static str, leg: &str) {
        let (queue, leg) = (queue.to_string(), leg.to_string());
        self.ask(move |core, _| core.leave_row(&queue, state, &leg)).await;
    }

    /// mod_callcenter offers no more callers to anybody.
    pub async fn stop_offers(&self) {
        self.ask(|core, _| core.stop_offers()).await;
    }

    /// Kills the switch and boots it again: connections drop, Core-UUID is new, agents and tiers remain.
    pub async fn restart(&self) {
        let (done, result) = oneshot::channel();
        if self.orders.send(Order::Restart(done)).await.is_ok() {
            let _ = result.await;
        }
    }

    /// Empties mod_callcenter's database, as if its file had been removed.
    pub async fn lose_callcenter_database(&self) {
        self.ask(|core, _| core.lose_callcenter_database()).await;
    }

    /// Stops the switch for good; returns when its task has ended.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.orders.closed().await;
    }

    async fn act(&self, act: impl FnOnce(&mut Core, Millis) + Send + 'static) {
        // A switch that stopped takes no orders; the waiting side sees its sender dropped.
        let _ = self.orders.send(Order::Act(Box::new(act))).await;
    }

    async fn ask<T: Send + 'static>(&self, ask: impl FnOnce(&mut Core, Millis) -> T + Send + 'static) -> Option<T> {
        let (done, result) = oneshot::channel();
        self.act(move |core, now| {
            let _ = done.send(ask(core, now));
        })
        .await;
        result.await.ok()
    }
}
