//! Which queues an agent is joined to.

use std::collections::BTreeSet;

use super::hours::standings;
use super::{Live, Worked, agent_user};
use crate::domain::{Account, Permission, QueueId, UserId};
use crate::service::access::Caller;
use crate::service::queues::QueueView;
use crate::service::{Result, Service};
use crate::store::{self, Conn};

/// An agent joins exactly these queues, and those that it always serves.
#[derive(Clone, Debug)]
pub(super) struct SetQueues {
    /// Its account.
    pub account: Account,
    /// Who.
    pub user: UserId,
    /// The whole set.
    pub wanted: BTreeSet<QueueId>,
    /// Whether a supervisor asks, who may join queues of mode 2.
    pub supervisor: bool,
}

impl Service {
    /// Lets a user (none: the caller) be joined to exactly these queues, and gives them.
    ///
    /// # Errors
    /// [`crate::service::Error::Refused`] for a queue that it may not join, and when it is not checked in; and those of every live verb.
    pub async fn set_queues(&self, caller: &Caller, user: Option<UserId>, wanted: BTreeSet<QueueId>) -> Result<Vec<QueueView>> {
        let user = caller.acts_on(user)?;
        let (account, supervisor) = (caller.account.clone(), caller.may(Permission::Supervise));
        self.perform(SetQueues { account, user, wanted: wanted.clone(), supervisor }).await?;
        let mut views = Vec::with_capacity(wanted.len());
        for queue in wanted {
            views.push(self.queue_view(caller.account_id(), queue).await?);
        }
        Ok(views)
    }
}

impl Live for SetQueues {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        agent_user(conn, &self.account, self.user).await?;
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        let memberships = standings(conn, self.account.id, self.user, service.clock().now()).await?;
        let change = agent.set_queues(&self.wanted, &memberships, self.supervisor)?;
        Ok(Worked::one(agent, change, ()))
    }
}
