//! A queue goes: no caller comes any more, who waits is sent away, who talks goes on.

use crate::domain::extension::{Kind, Target};
use crate::domain::number::ExtensionNumber;
use crate::domain::queue::{Drain, Exits, Settings};
use crate::domain::{AccountId, Permission, QueueId};
use crate::reconcile::Desired;
use crate::service::access::Caller;
use crate::service::agents::changes::{Saved, leave_queue_in};
use crate::service::{Applied, Error, Result, Service};
use crate::store::{self, Conn};
use crate::switch::QueueName;

impl Service {
    /// Deletes a queue. Its agents leave it, and extensions that lead to it go with it. The reconciler sends the callers who wait in it to the first of
    /// its exits that leads anywhere (`timeout`, `no_agent`, then the keys'), or ends their calls, and unloads it when nobody waits.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn delete_queue(&self, caller: &Caller, id: QueueId) -> Result<Applied> {
        caller.require(Permission::Queues)?;
        let configure = self.configure()?;
        self.own_queues([id])?;
        let (account, now) = (caller.account_id(), self.clock().now());
        let deleted = self.store().write(move |conn| {
            Box::pin(async move {
                let queue = store::queue::get(conn, account, id).await?.ok_or(Error::NotFound("queue"))?;
                let saved = leave_queue_in(conn, account, id, now).await?;
                let exit = exit_of(conn, account, id, &queue.settings).await?;
                store::drain::insert(conn, &Drain { queue_id: id, account_id: account, exit }, now).await?;
                store::queue::delete(conn, account, id).await?;
                Ok::<_, Error>(saved)
            })
        });
        let saved: Vec<Saved> = deleted.await?;
        self.publish(saved.iter());
        Ok(configure.apply().await)
    }

    /// A queue that was deleted is empty, and gone from the switch.
    pub(in crate::service) async fn drained(&self, desired: &Desired, name: &QueueName) -> Result<()> {
        let Some(account) = desired.domain(name.domain.as_str()).map(|account| account.account.id) else { return Ok(()) };
        let queue = name.queue;
        Ok(self.store().write(move |conn| Box::pin(async move { store::drain::delete(conn, account, queue).await })).await?)
    }
}

/// Where the callers who wait are sent.
async fn exit_of(conn: &mut Conn, account: AccountId, queue: QueueId, settings: &Settings) -> Result<Option<ExtensionNumber>> {
    for number in exits(settings) {
        let extension = store::extension::by_number(conn, account, Kind::Internal, &number).await?;
        if extension.is_some_and(|extension| extension.target != Target::Queue(queue)) {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

fn exits(settings: &Settings) -> Vec<ExtensionNumber> {
    let Exits { timeout, no_agent, keys } = settings.exits();
    timeout.into_iter().chain(no_agent).chain(keys.into_values().flatten()).collect()
}
