//! One queue of an agent.

use super::hours::standings;
use super::{Live, Worked, agent_user};
use crate::domain::text::Label;
use crate::domain::{Account, Permission, QueueId, UserId};
use crate::service::access::Caller;
use crate::service::{Result, Service};
use crate::store::{self, Conn};

/// What becomes of the queue.
#[derive(Clone, Debug)]
pub enum QueueVerb {
    /// The agent joins it.
    Join,
    /// It leaves it.
    Leave,
    /// It is paused in it: off the tier, the membership stays. The words say why.
    Pause(Option<Label>),
    /// That ends.
    Resume,
}

struct OneQueue {
    account: Account,
    user: UserId,
    queue: QueueId,
    verb: QueueVerb,
    /// Who may join queues of mode 2.
    supervisor: bool,
}

impl Service {
    /// Changes one queue of a user, and leaves the others as they are. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`crate::service::Error::Refused`], and those of every live verb.
    pub async fn change_queue(&self, caller: &Caller, user: UserId, queue: QueueId, verb: QueueVerb) -> Result<()> {
        let user = caller.acts_on(Some(user))?;
        let supervisor = caller.may(Permission::Supervise);
        self.perform(OneQueue { account: caller.account.clone(), user, queue, verb, supervisor }).await
    }
}

impl Live for OneQueue {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        agent_user(conn, &self.account, self.user).await?;
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        let memberships = standings(conn, self.account.id, self.user, service.clock().now()).await?;
        let change = match &self.verb {
            QueueVerb::Join => agent.join(self.queue, &memberships, self.supervisor)?,
            QueueVerb::Leave => agent.leave(self.queue, &memberships)?,
            QueueVerb::Pause(words) => agent.pause_in(self.queue, words.clone())?,
            QueueVerb::Resume => agent.resume_in(self.queue, &memberships)?,
        };
        Ok(Worked::one(agent, change, ()))
    }
}
