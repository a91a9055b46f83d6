//! An agent whose phone is not registered is offered nothing: the module would try it again and again, and nobody else would see why it takes no
//! calls. That is a state of its own, beside a pause; lifting one does not lift the other.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};

use super::{Live, Worked};
use crate::domain::device::Line;
use crate::domain::{Account, DeviceId, UserId};
use crate::service::reach::Doubts;
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn};
use crate::switch::Step;

/// How long the switch is waited for. Who cannot be asked is not taken out.
const ASK_WAIT: Duration = Duration::from_secs(1);
/// Phones that are looked at at once: the commits of what comes of it are one.
const AT_ONCE: usize = 32;

impl Service {
    /// Looks at the phones of agents, and takes agents out of the offers, or back in. An agent that is as it should be is looked at a second time.
    pub(in crate::service) async fn look_at_phones(&self, users: Vec<(UserId, bool)>, doubts: &mut Doubts) -> Result<()> {
        let looks = stream::iter(users).map(async |(user, first)| match self.look_at_phone(user).await {
            Ok(as_it_was) => Some(user).filter(|_| as_it_was && first),
            Err(Error::Away) => None,
            Err(error) => {
                tracing::warn!(%user, %error, "whether the phone of an agent can be reached could not be noted");
                None
            }
        });
        let again: Vec<_> = looks.buffer_unordered(AT_ONCE).filter_map(async |user| user).collect().await;
        doubts.again(again);
        Ok(())
    }

    /// Whether it is as it was.
    async fn look_at_phone(&self, user: UserId) -> Result<bool> {
        let Some(account) = self.account_of(user).await?.filter(|_| self.manages(user)) else { return Ok(false) };
        let agent = store::agent::get(&mut *self.store().read().await?, account.id, user).await?;
        let Some(device) = agent.device_id else { return Ok(false) };
        let Some(reachable) = self.reaches(&account, device).await? else { return Ok(false) };
        if reachable == agent.unreachable_since.is_none() {
            return Ok(true);
        }
        self.perform(Reached { account, user, device, reachable }).await?;
        Ok(false)
    }

    /// Whoever checks in at a phone that is not registered cannot be reached from the start.
    pub(super) async fn without_phone<V: Live>(
        &self,
        verb: &V,
        mut worked: Worked<V::Answer>,
        steps: Vec<Vec<Step>>,
    ) -> Result<(Worked<V::Answer>, Vec<Vec<Step>>)> {
        let mut some = false;
        for (before, change) in &mut worked.changes {
            let Some(device) = change.after.device_id.filter(|device| before.device_id != Some(*device)) else { continue };
            if self.reaches(verb.account(), device).await? == Some(false) {
                let lost = change.after.reach(false, change.after.checked_in_at.unwrap_or(self.clock().now()));
                change.after = lost.after;
                change.events.extend(lost.events);
                some = true;
            }
        }
        if !some {
            return Ok((worked, steps));
        }
        let steps = self.steps_of(&mut *self.store().read().await?, verb.account(), &worked).await?;
        Ok((worked, steps))
    }

    /// Whether a phone is registered; none for a number outside, and when the switch does not say.
    async fn reaches(&self, account: &Account, device: DeviceId) -> Result<Option<bool>> {
        let device = store::device::get(&mut *self.store().read().await?, account.id, device).await?;
        let Some(Line::Sip { username, .. }) = device.map(|device| device.line) else { return Ok(None) };
        let asked = tokio::time::timeout(ASK_WAIT, self.switch().reaches(&username, &account.domain)).await;
        Ok(asked.ok().and_then(|answer| answer.ok()))
    }
}

/// The phone of an agent can be reached, or can no longer.
#[derive(Clone, Debug)]
struct Reached {
    account: Account,
    user: UserId,
    /// Where it sat when that was found out.
    device: DeviceId,
    reachable: bool,
}

impl Live for Reached {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        if agent.device_id != Some(self.device) {
            return Ok(Worked::nothing(()));
        }
        let change = agent.reach(self.reachable, service.clock().now());
        Ok(if change.events.is_empty() { Worked::nothing(()) } else { Worked::one(agent, change, ()) })
    }
}
