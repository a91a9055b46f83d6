//! What the service does when it hears of the switch.

use tokio::sync::mpsc;

use super::agents::changes::quiet;
use super::agents::{CheckIn, CheckOut, Live, Worked};
use super::calls::SwitchNews;
use super::{Error, Result, Service};
use crate::clock::Millis;
use crate::domain::agent::AfterCall;
use crate::domain::{Account, Agent, UserId};
use crate::store::{self, Conn};

/// A pause that ccgate itself sets: see [`crate::domain::pause::DEFAULTS`].
const NO_ANSWER: &str = "No answer";

impl Service {
    /// Acts on news until their sender is gone.
    pub async fn handle(&self, mut news: mpsc::Receiver<SwitchNews>) {
        while let Some(news) = news.recv().await {
            let done = match news {
                SwitchNews::CallEnded(user) => self.call_ended(user).await,
                SwitchNews::MaxNoAnswer { user_id, .. } => self.gave_up(user_id).await,
                SwitchNews::Registration(phone) => {
                    self.0.reach.heard(&phone.user, &phone.domain, phone.reachable, phone.at);
                    Ok(())
                }
            };
            if let Err(error) = done {
                tracing::warn!(%error, "news of the switch could not be acted on");
            }
        }
    }

    /// What waited for the end of the user's call.
    async fn call_ended(&self, user: UserId) -> Result<()> {
        self.0.recent.ended(user, self.clock().now());
        let Some((account, agent, waiting)) = self.waiting_for(user).await? else { return Ok(()) };
        if agent.wrap_up_until.is_some() || agent.snoozes > 0 {
            self.perform(EndSetWrapUp { account: account.clone(), user }).await?;
        }
        if agent.after_call == Some(AfterCall::CheckOut) {
            self.perform(CheckOut { account: account.clone(), user }).await?;
        }
        for (user, device) in waiting {
            let moved = self.perform(CheckIn { account: account.clone(), user, device, force: true }).await;
            if let Err(error @ (Error::Refused(_) | Error::NotFound(_) | Error::NotAnAgent)) = moved {
                tracing::info!(%user, %error, "a check-in that waited for a call is off");
            } else {
                moved?;
            }
        }
        Ok(())
    }

    /// The agent, and who wants to move: itself, or to the phone where it sits.
    async fn waiting_for(&self, user: UserId) -> Result<Option<(Account, Agent, Vec<(UserId, crate::domain::DeviceId)>)>> {
        let mut conn = self.store().read().await?;
        let Some(agent) = store::agent::all(&mut conn).await?.into_iter().find(|agent| agent.user_id == user) else { return Ok(None) };
        let Some(account) = store::account::get(&mut conn, agent.account_id).await? else { return Ok(None) };
        let all = store::agent::list(&mut conn, account.id).await?;
        let wants = |other: &Agent| match other.after_call {
            Some(AfterCall::MoveTo(device)) if other.user_id == user || agent.device_id == Some(device) => Some((other.user_id, device)),
            _ => None,
        };
        let waiting = all.iter().filter_map(wants).collect();
        Ok(Some((account, agent, waiting)))
    }

    /// mod_callcenter has set the agent `On Break`. That becomes a pause with its reason, which the agent lifts (trap 21).
    async fn gave_up(&self, user: UserId) -> Result<()> {
        let account = {
            let mut conn = self.store().read().await?;
            let Some(agent) = store::agent::all(&mut conn).await?.into_iter().find(|agent| agent.user_id == user) else { return Ok(()) };
            store::account::get(&mut conn, agent.account_id).await?.ok_or(Error::NotFound("account"))?
        };
        self.perform(GaveUp { account, user }).await
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

/// A wrap-up that the API set is over once a call has ended after it: mod_callcenter's own rule holds for that call.
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
