//! Pauses.

use super::{Live, Worked, agent_user};
use crate::domain::{Account, PauseId, UserId};
use crate::service::access::Caller;
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn};

/// An agent pauses, or becomes available.
#[derive(Clone, Debug)]
pub(super) struct SetPause {
    /// Its account.
    pub account: Account,
    /// Who.
    pub user: UserId,
    /// Why; none for available.
    pub pause: Option<PauseId>,
}

impl Service {
    /// Pauses a user (none: the caller) for a reason, or makes it available.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the user or the pause, [`Error::Refused`] when it is not checked in, [`Error::Forbidden`], [`Error::Away`].
    pub async fn set_pause(&self, caller: &Caller, user: Option<UserId>, pause: Option<PauseId>) -> Result<()> {
        let user = caller.acts_on(user)?;
        self.perform(SetPause { account: caller.account.clone(), user, pause }).await
    }
}

impl Live for SetPause {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        agent_user(conn, &self.account, self.user).await?;
        if let Some(pause) = self.pause {
            store::pause::get(conn, self.account.id, pause).await?.ok_or(Error::NotFound("pause"))?;
        }
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        let change = agent.set_pause(self.pause, service.clock().now())?;
        Ok(Worked::one(agent, change, ()))
    }
}
