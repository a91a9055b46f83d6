//! An installation that was there before ccgate: what it has becomes rows, follows the switch, and is taken over queue by queue.
//!
//! What is not managed keeps its name and is never changed on the switch: there the database follows (`follow`). What is managed is the
//! reconciler's, as everything that ccgate made itself.

mod follow;
mod import;

use crate::domain::{QueueId, UserId};
use crate::reconcile::Desired;
use crate::service::{Error, Result, Service};
use crate::store::{self, Store};

pub use follow::follow_all;
pub use import::{Imported, import};

/// Has ccgate manage the queue of this name with its tiers and agents from now on, or no more. Nothing is done on the switch by this: the
/// reconciler does it, or leaves what there is.
///
/// # Errors
/// [`Error::NotFound`] for a name that was not imported; [`Error::Conflict`] for a queue that ccgate made itself.
pub async fn own(store: &Store, desired: &Desired, name: &str, owned: bool) -> Result<()> {
    let queue = desired.queue(name).ok_or(Error::NotFound("queue of that name; see ccgate adopt, and import it first"))?.queue.clone();
    let owned = store.write(move |conn| Box::pin(async move { store::kept::own(conn, queue.account_id, queue.id, owned).await }));
    match owned.await {
        Err(store::Error::Missing(_)) => Err(Error::Conflict("ccgate made this queue itself, and has managed it ever since".to_owned())),
        other => Ok(other?),
    }
}

/// That something is not ccgate's to change.
pub(super) fn not_managed(what: &str, adopt: &str) -> Error {
    Error::Conflict(format!("{what} is not managed by ccgate, so nothing is changed; take {adopt} over with ccgate adopt --queue NAME"))
}

impl Service {
    /// Whether an agent is ccgate's to change.
    pub(super) fn manages(&self, user: UserId) -> bool {
        let desired = self.reconciler().desired();
        desired.accounts().find_map(|account| account.agents.get(&user)).is_none_or(|agent| agent.managed)
    }

    /// To be asked before a queue, or who serves it, is changed.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a queue that is not managed.
    pub(super) fn own_queues(&self, queues: impl IntoIterator<Item = QueueId>) -> Result<()> {
        let desired = self.reconciler().desired();
        for id in queues {
            let queue = desired.accounts().find_map(|account| account.queues.get(&id));
            if let Some(stranger) = queue.filter(|queue| !queue.managed) {
                return Err(not_managed(&format!("queue {}", stranger.name), "it"));
            }
        }
        Ok(())
    }
}
