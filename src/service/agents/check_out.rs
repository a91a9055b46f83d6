//! Check-out.

use super::{Live, Worked};
use crate::domain::{Account, UserId};
use crate::service::access::Caller;
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn};

/// A user checks out. A call that it is in goes on.
#[derive(Clone, Debug)]
pub struct CheckOut {
    /// Its account.
    pub account: Account,
    /// Who.
    pub user: UserId,
}

impl Service {
    /// Checks a user (none: the caller) out; one that is checked out already stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Away`].
    pub async fn check_out(&self, caller: &Caller, user: Option<UserId>) -> Result<()> {
        let user = caller.acts_on(user)?;
        self.perform(CheckOut { account: caller.account.clone(), user }).await
    }
}

impl Live for CheckOut {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, _: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        store::user::get(conn, self.account.id, self.user).await?.ok_or(Error::NotFound("user"))?;
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        // A check-in that waited for the end of a call is off too, and an agent that never checked in needs no row.
        if !agent.online() && agent.move_to.is_none() {
            return Ok(Worked::nothing(()));
        }
        let change = agent.check_out();
        Ok(Worked::one(agent, change, ()))
    }
}
