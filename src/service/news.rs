//! What the service does when it hears of the switch.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::agents::changes::quiet;
use super::agents::{CheckIn, Live, Worked};
use super::calls::SwitchNews;
use super::reach::Doubts;
use super::{Error, Result, Service};
use crate::clock::Millis;
use crate::domain::{Account, Agent, UserId};
use crate::reconcile::Finding;
use crate::store::{self, Conn};

/// A pause that ccgate itself sets: see [`crate::domain::pause::DEFAULTS`].
const NO_ANSWER: &str = "No answer";

/// How often check-ins that wait for the end of a call are looked at all the same: the call may have ended unheard.
const SETTLE_EVERY: Duration = Duration::from_secs(30);

impl Service {
    /// Acts on news, and on what the reconciler finds, until the sender of the news is gone.
    pub async fn handle(&self, mut news: mpsc::Receiver<SwitchNews>) {
        let mut reports = self.reconciler().reports();
        let (mut states, mut connected) = (self.switch().states(), false);
        states.mark_changed();
        let mut settle = interval_at(Instant::now() + SETTLE_EVERY, SETTLE_EVERY);
        settle.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut doubts = Doubts::default();
        loop {
            let done = tokio::select! {
                heard = news.recv() => match heard {
                    Some(news) => self.hear(news, &mut doubts).await,
                    None => return,
                },
                Ok(()) = reports.changed() => {
                    let findings = reports.borrow_and_update().findings.clone();
                    self.act_on(&findings, &mut doubts).await
                }
                Ok(()) = states.changed() => {
                    let state = states.borrow_and_update().clone();
                    self.tell_switch(&mut connected, &state).await
                }
                phones = doubts.due() => self.look_at_phones(phones, &mut doubts).await,
                _ = settle.tick() => self.settle_all_moves().await,
            };
            if let Err(error) = done {
                tracing::warn!(%error, "news of the switch could not be acted on");
            }
        }
    }

    async fn hear(&self, news: SwitchNews, doubts: &mut Doubts) -> Result<()> {
        match news {
            SwitchNews::CallEnded(user) => self.call_ended(user).await,
            SwitchNews::OfferEnded { user_id, leg } => match self.account_of(user_id).await? {
                Some(account) => self.note_wrap_up(&account, user_id, &leg).await,
                None => Ok(()),
            },
            SwitchNews::InQueueCall(user) => match self.account_of(user).await? {
                Some(account) => self.end_set_wrap_up(account, user).await,
                None => Ok(()),
            },
            SwitchNews::MaxNoAnswer { user_id, .. } => match self.manages(user_id) {
                true => self.gave_up(user_id).await,
                false => Ok(()),
            },
            SwitchNews::AgentStatus(user) => {
                if !self.manages(user) {
                    self.reconciler().wake();
                }
                Ok(())
            }
            SwitchNews::Offered(user) => self.offered(user).await,
            SwitchNews::NotRegistered(user) => {
                doubts.agent(user);
                Ok(())
            }
            SwitchNews::Registration(phone) => {
                if self.0.reach.heard(&phone.user, &phone.domain, phone.reachable, phone.at) {
                    let desired = self.reconciler().desired();
                    let device = desired.domain(&phone.domain).and_then(|account| account.sip_user(&phone.user));
                    if let Some(user) = device.and_then(|device| self.reconciler().presence().user_on(device.id)) {
                        doubts.agent(user);
                    }
                }
                Ok(())
            }
        }
    }

    /// The event may have been missed by which an agent that gave up is known; what the switch shows is not. A queue that is drained is forgotten.
    async fn act_on(&self, findings: &[Finding], doubts: &mut Doubts) -> Result<()> {
        for finding in findings {
            match finding {
                Finding::MaxNoAnswer(agent) => self.gave_up(agent.user).await?,
                Finding::Drained(queue) => self.drained(&self.reconciler().desired(), queue).await?,
                Finding::Reachable(agent) => doubts.agent(agent.user),
                Finding::Follows(seen) => self.follow(seen).await?,
                Finding::QueueNotTaken(_) | Finding::NotOurs(_) => {}
            }
        }
        Ok(())
    }

    /// What waited for the end of the user's call.
    async fn call_ended(&self, user: UserId) -> Result<()> {
        let Some(account) = self.account_of(user).await? else { return Ok(()) };
        let moved = self.settle_moves(&account).await;
        self.end_set_wrap_up(account, user).await?;
        moved
    }

    /// mod_callcenter's own rule comes back with the next call: it is to hold from that call's end, so it must be there before (trap 5).
    async fn end_set_wrap_up(&self, account: Account, user: UserId) -> Result<()> {
        let agent = store::agent::get(&mut *self.store().read().await?, account.id, user).await?;
        match agent.wrap_up_until.is_some() || agent.snoozes > 0 {
            true => self.perform(EndSetWrapUp { account, user }).await,
            false => Ok(()),
        }
    }

    /// The account of a user that the switch speaks of; none when it is gone.
    pub(super) async fn account_of(&self, user: UserId) -> Result<Option<Account>> {
        let desired = self.reconciler().desired();
        let Some(id) = desired.accounts().find(|account| account.users.contains_key(&user)).map(|account| account.account.id) else {
            return Ok(None);
        };
        Ok(store::account::get(&mut *self.store().read().await?, id).await?)
    }

    async fn settle_all_moves(&self) -> Result<()> {
        if self.switch().away() {
            return Ok(());
        }
        let accounts = store::account::all(&mut *self.store().read().await?).await?;
        for account in accounts {
            self.settle_moves(&account).await?;
        }
        Ok(())
    }

    /// Checks in whoever waited for a call that has ended, its own or that of the agent who sits there. One that is refused now is off.
    async fn settle_moves(&self, account: &Account) -> Result<()> {
        if !self.0.waiting.look(account.id) {
            return Ok(());
        }
        let agents = async { store::agent::list(&mut *self.store().read().await?, account.id).await };
        // What could not be read is looked for again.
        let agents = agents.await.inspect_err(|_| self.0.waiting.some(account.id))?;
        let moves: Vec<_> = agents.iter().filter_map(|agent| Some((agent.user_id, agent.move_to?, agent.move_by))).collect();
        if !moves.is_empty() {
            self.0.waiting.some(account.id);
        }
        let in_the_way = |device| agents.iter().any(|agent| agent.device_id == Some(device) && self.board().in_call(agent.user_id));
        for (user, device, source) in moves {
            if self.board().in_call(user) || in_the_way(device) {
                continue;
            }
            match self.perform(CheckIn { account: account.clone(), user, device, force: true, source }).await {
                Ok(_) => {}
                Err(error @ (Error::Refused(_) | Error::NotFound(_) | Error::NotAnAgent)) => {
                    tracing::info!(%user, %error, "a check-in that waited for a call is off");
                    self.perform(DropMove { account: account.clone(), user }).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// mod_callcenter has set the agent `On Break`. That becomes a pause with its reason, which the agent lifts (trap 21).
    async fn gave_up(&self, user: UserId) -> Result<()> {
        match self.account_of(user).await? {
            Some(account) => self.perform(GaveUp { account, user }).await,
            None => Ok(()),
        }
    }
}

/// The agent did not answer too often.
#[derive(Clone, Debug)]
struct GaveUp {
    account: Account,
    user: UserId,
}

impl Live for GaveUp {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        // A pause of its own is not taken away, and who has left meanwhile stays away.
        if !agent.online() || agent.pause_id.is_some() {
            return Ok(Worked::nothing(()));
        }
        let pauses = store::pause::list(conn, self.account.id).await?;
        let system = pauses.iter().find(|pause| pause.system).or_else(|| pauses.iter().find(|pause| pause.name.as_str() == NO_ANSWER));
        let pause = system.ok_or(Error::NotFound("system pause"))?.id;
        let change = agent.set_pause(Some(pause), service.clock().now())?;
        Ok(Worked::one(agent, change, ()))
    }
}

/// A wrap-up that the API set is over once a call begins after it, or has ended: mod_callcenter's own rule holds for that call.
#[derive(Clone, Debug)]
struct EndSetWrapUp {
    account: Account,
    user: UserId,
}

impl Live for EndSetWrapUp {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        let now: Millis = service.clock().now();
        // One that was set during the call, for after it, is kept.
        if agent.wrap_up_until.is_some_and(|until| until > now) || (agent.wrap_up_until.is_none() && agent.snoozes == 0) {
            return Ok(Worked::nothing(()));
        }
        let after = Agent { wrap_up_until: None, snoozes: 0, ..agent.clone() };
        Ok(Worked::one(agent, quiet(after), ()))
    }
}

/// A check-in that waited is off.
#[derive(Clone, Debug)]
struct DropMove {
    account: Account,
    user: UserId,
}

impl Live for DropMove {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, _: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        let after = Agent { move_to: None, ..agent.clone() };
        Ok(if agent.move_to.is_some() { Worked::one(agent, quiet(after), ()) } else { Worked::nothing(()) })
    }
}
