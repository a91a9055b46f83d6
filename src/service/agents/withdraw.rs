//! Offers to an agent who takes none any more.
//!
//! mod_callcenter ends the offer of an agent that is no longer available, but not where all phones of a queue ring at once, and not when the phone is
//! just about to be called. Whoever picks up then would be given the caller. So what still rings is ended here: when an agent stops, and when a
//! phone of one who has stopped begins to ring.

use super::changes::Saved;
use crate::domain::UserId;
use crate::service::{Applied, Configure, Error, Result, Service};
use crate::store;

impl Configure<'_> {
    /// As [`Configure::apply`], and ends what rings for agents who stopped by the commit: also when who asked goes away meanwhile.
    pub(in crate::service) async fn apply_and_withdraw(self, saved: Option<Saved>) -> Result<Applied> {
        let service = self.0.clone();
        let task = tokio::spawn(async move {
            let applied = Configure(&service).apply().await;
            service.withdraw_from(saved.as_slice()).await;
            applied
        });
        task.await.map_err(|error| Error::Internal(error.to_string()))
    }
}

impl Service {
    /// Ends what rings for agents who stopped by this commit. To be called once the switch was told.
    pub(super) async fn withdraw_from(&self, saved: &[Saved]) {
        for Saved { before, after } in saved {
            if before.takes_offers() && !after.takes_offers() {
                self.withdraw(after.user_id).await;
            }
        }
    }

    /// The phone of an agent begins to ring for a queue.
    pub(in crate::service) async fn offered(&self, user: UserId) -> Result<()> {
        // On the switch it is as it will be in the database. Whoever changes it withdraws what is to be withdrawn once that is committed.
        if self.reconciler().is_held(user) {
            return Ok(());
        }
        let desired = self.reconciler().desired();
        let takes_offers = match desired.accounts().find(|account| account.users.contains_key(&user)) {
            Some(account) => store::agent::get(&mut *self.store().read().await?, account.account.id, user).await?.takes_offers(),
            // Deleted a moment ago.
            None => false,
        };
        if self.manages(user) && !takes_offers {
            self.withdraw(user).await;
        }
        Ok(())
    }

    async fn withdraw(&self, user: UserId) {
        let Ok(hands) = self.switch().hands() else { return };
        for leg in self.board().offers_of(user) {
            let Ok(uuid) = leg.as_str().parse() else { continue };
            if let Err(error) = hands.withdraw(uuid).await {
                tracing::warn!(%user, %leg, %error, "an offer to an agent who takes none could not be ended");
            }
        }
    }
}
