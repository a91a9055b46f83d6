//! What the reconciler repaired on the switch.

use super::access::Caller;
use super::{Listing, Result, Service, total};
use crate::domain::Permission;
use crate::store::Page;
use crate::store::repair::{self, Entry, Filter};

impl Service {
    /// Repairs, the latest first.
    ///
    /// # Errors
    /// [`super::Error::Permission`].
    pub async fn repairs(&self, caller: &Caller, filter: &Filter, page: Page) -> Result<Listing<Entry>> {
        caller.require(Permission::Settings)?;
        let (mut conn, account) = (self.store().read().await?, caller.account_id());
        let rows = repair::list(&mut conn, account, filter, page).await?;
        let count = match page.limit {
            Some(_) => repair::count(&mut conn, account, filter).await?,
            None => 0,
        };
        Ok(Listing { rows, total: total(page, count) })
    }
}
