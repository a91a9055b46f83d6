//! What was told, and telling it again.

use serde_json::json;

use super::access::Caller;
use super::{Error, Listing, Result, Service, total};
use crate::clock::Millis;
use crate::domain::Permission;
use crate::domain::event::{NewEvent, TEST};
use crate::store::delivery::{self, Backlog, Made};
use crate::store::endpoint::{self, Address, Standing};
use crate::store::event_list::{self, Filter, Told};
use crate::store::{self, Conn, Page, event, replay};

/// Events that one request sends again.
pub const REPLAY_MAX: u32 = 10_000;

/// How the account's event push is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushState {
    /// How its address does.
    pub standing: Standing,
    /// What is not delivered.
    pub backlog: Backlog,
}

impl Service {
    /// Events, the latest first.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn events(&self, caller: &Caller, filter: &Filter, page: Page) -> Result<Listing<Told>> {
        caller.require(Permission::Settings)?;
        let (mut conn, account) = (self.store().read().await?, caller.account_id());
        let rows = event_list::list(&mut conn, account, filter, None, page).await?;
        let count = match page.limit {
            Some(_) => event_list::count(&mut conn, account, filter).await?,
            None => 0,
        };
        Ok(Listing { rows, total: total(page, count) })
    }

    /// The events that follow `last` in that list, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn events_after(&self, caller: &Caller, filter: &Filter, last: &Told, limit: u32) -> Result<Vec<Told>> {
        caller.require(Permission::Settings)?;
        let page = Page { limit: Some(limit), offset: 0 };
        let mut conn = self.store().read().await?;
        Ok(event_list::list(&mut conn, caller.account_id(), filter, Some((last.at, last.seq)), page).await?)
    }

    /// One event.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn event(&self, caller: &Caller, id: &str) -> Result<Told> {
        caller.require(Permission::Settings)?;
        Ok(event_list::get(&mut *self.store().read().await?, caller.account_id(), id).await?)
    }

    /// The attempts to deliver an event, the first made first.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn event_attempts(&self, caller: &Caller, id: &str) -> Result<Vec<Made>> {
        caller.require(Permission::Settings)?;
        Ok(delivery::attempts(&mut *self.store().read().await?, caller.account_id(), id).await?)
    }

    /// Sends an event again, under its id, and gives it as it stands then. One that is to be sent anyway is sent at once.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] when nothing is sent; [`Error::Permission`].
    pub async fn replay_event(&self, caller: &Caller, id: String) -> Result<Told> {
        caller.require(Permission::Settings)?;
        let account = caller.account_id();
        let replayed = self.store().write(move |conn| {
            Box::pin(async move {
                let hook_id = event_list::get(conn, account, &id).await?.hook_id;
                must_send(conn, Address { account_id: account, hook_id }).await?;
                replay::one(conn, account, &id).await?;
                Ok(event_list::get(conn, account, &id).await?)
            })
        });
        replayed.await
    }

    /// Sends again to the account's own address what was delivered there or given up in a time, at most [`REPLAY_MAX`] events. How many they are.
    ///
    /// # Errors
    /// [`Error::Invalid`] when they are more, and then none is sent; [`Error::Conflict`] when nothing is sent; [`Error::Permission`].
    pub async fn replay_events(&self, caller: &Caller, filter: Filter) -> Result<usize> {
        caller.require(Permission::Settings)?;
        let account = caller.account_id();
        let replayed = self.store().write(move |conn| {
            Box::pin(async move {
                must_send(conn, Address::own(account)).await?;
                let count = replay::all(conn, account, &filter, REPLAY_MAX).await?;
                count.ok_or_else(|| {
                    Error::invalid("to", format!("must be earlier: there are more than {REPLAY_MAX} events from then to then"))
                })
            })
        });
        replayed.await
    }

    /// Sends an event that tells nothing, whatever the account asks for, and gives its id.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing is sent; [`Error::Permission`].
    pub async fn test_event(&self, caller: &Caller) -> Result<String> {
        caller.require(Permission::Settings)?;
        let (account_id, at): (_, Millis) = (caller.account_id(), self.clock().now());
        let data = json!({"user_id": caller.user.id}).into();
        let told = NewEvent { account_id, name: TEST, at, order_key: TEST.to_owned(), reconciled: false, data };
        let written = self.store().write(move |conn| {
            Box::pin(async move {
                must_send(conn, Address::own(account_id)).await?;
                Ok::<_, Error>(event::append_one(conn, told).await?)
            })
        });
        written.await
    }

    /// How the event push is doing.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn push_state(&self, caller: &Caller) -> Result<PushState> {
        caller.require(Permission::Settings)?;
        let (mut conn, account) = (self.store().read().await?, caller.account_id());
        let mut standing = endpoint::standing(&mut conn, Address::own(account)).await?;
        let now = self.clock().now();
        standing.retired_until = standing.retired_until.filter(|until| *until > now);
        Ok(PushState { standing, backlog: delivery::backlog(&mut conn, account).await? })
    }
}

/// Ok when this is an address that takes events.
async fn must_send(conn: &mut Conn, address: Address) -> Result<()> {
    let standing = endpoint::standing(conn, address).await.map_err(|error| match error {
        store::Error::Missing(_) => Error::Conflict("the address that it was for was deleted".to_owned()),
        other => other.into(),
    })?;
    match (standing.url, standing.disabled) {
        (Some(_), None) => Ok(()),
        (None, _) => Err(Error::Conflict("the account has no event_url; set it first".to_owned())),
        (_, Some((_, reason))) => {
            let set = if address.hook_id.is_some() { "its url" } else { "event_url" };
            Err(Error::Conflict(format!("{reason}; set {set}, to the same or another, and send it again")))
        }
    }
}
