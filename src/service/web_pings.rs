//! Signs of life of agents' pages.

use super::access::Caller;
use super::{Result, Service};
use crate::domain::UserId;
use crate::domain::web_ping::WebPing;
use crate::store;

impl Service {
    /// Notes that a user's page is there; `ping_time` is what the page says, none for now. Gives what was noted.
    ///
    /// # Errors
    /// [`super::Error::Forbidden`] for another's page without `agents`; [`super::Error::NotFound`].
    pub async fn note_web_ping(&self, caller: &Caller, user: UserId, ping_time: Option<i64>, mic_perm: bool) -> Result<WebPing> {
        let user = caller.acts_on(Some(user))?;
        let (account, heard_at) = (caller.account_id(), self.clock().now());
        let ping = WebPing { ping_time: ping_time.unwrap_or_else(|| heard_at.epoch_s()), mic_perm, heard_at };
        self.store().write(move |conn| Box::pin(async move { store::web_ping::note(conn, account, user, ping).await })).await?;
        Ok(ping)
    }
}
