//! Addresses of agents: their making, and what they are told when an agent begins or ends to serve queues.

use super::access::Caller;
use super::{Error, Result, Service};
use crate::clock::Millis;
use crate::domain::event::{Fields, NewEvent, Source};
use crate::domain::extension::Target;
use crate::domain::hook::{Method, Named, OF_AGENT_MAX, Seat, Tells, Told, order_key};
use crate::domain::{AccountId, Agent, Device, DeviceId, Hook, HookId, UserId};
use crate::store::endpoint::{self, Address};
use crate::store::{self, Conn};

/// An agent of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HooksOf {
    /// Who.
    pub user: UserId,
    /// As what it is asked for; one of the other kind is not there.
    pub seat: Seat,
}

/// A hook that is to be made.
#[derive(Clone, Debug)]
pub struct NewHook {
    /// What it is told.
    pub tells: Tells,
    /// How.
    pub method: Method,
    /// Where.
    pub url: String,
}

/// What is to be changed of a hook; none stays.
#[derive(Clone, Debug, Default)]
pub struct HookEdit {
    /// See [`NewHook::tells`].
    pub tells: Option<Tells>,
    /// See [`NewHook::method`].
    pub method: Option<Method>,
    /// See [`NewHook::url`]. Set, also to what it was, nothing is known of it any more, and what waits is sent.
    pub url: Option<String>,
}

impl Service {
    /// An agent's hooks, by id.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn hooks(&self, caller: &Caller, of: HooksOf) -> Result<Vec<Hook>> {
        caller.acts_on(Some(of.user))?;
        let mut conn = self.store().read().await?;
        check(&mut conn, caller.account_id(), of).await?;
        Ok(store::hook::list(&mut conn, caller.account_id(), of.user).await?)
    }

    /// One of them.
    ///
    /// # Errors
    /// As [`Service::hooks`].
    pub async fn hook(&self, caller: &Caller, of: HooksOf, id: HookId) -> Result<Hook> {
        let hooks = self.hooks(caller, of).await?;
        hooks.into_iter().find(|hook| hook.id == id).ok_or(Error::NotFound("hook"))
    }

    /// Makes one; none when the agent has [`OF_AGENT_MAX`] already.
    ///
    /// # Errors
    /// As [`Service::hooks`].
    pub async fn create_hook(&self, caller: &Caller, of: HooksOf, new: NewHook) -> Result<Option<Hook>> {
        caller.acts_on(Some(of.user))?;
        let NewHook { tells, method, url } = new;
        let mut hook = Hook { id: HookId(0), account_id: caller.account_id(), user_id: of.user, tells, method, url };
        let made = self.store().write(move |conn| {
            Box::pin(async move {
                check(conn, hook.account_id, of).await?;
                if store::hook::list(conn, hook.account_id, of.user).await?.len() >= OF_AGENT_MAX {
                    return Ok(None);
                }
                hook.id = store::hook::insert(conn, &hook).await?;
                Ok(Some(hook))
            })
        });
        made.await
    }

    /// Changes one.
    ///
    /// # Errors
    /// As [`Service::hooks`].
    pub async fn update_hook(&self, caller: &Caller, of: HooksOf, id: HookId, edit: HookEdit) -> Result<Hook> {
        caller.acts_on(Some(of.user))?;
        let account_id = caller.account_id();
        let changed = self.store().write(move |conn| {
            Box::pin(async move {
                check(conn, account_id, of).await?;
                let hooks = store::hook::list(conn, account_id, of.user).await?;
                let mut hook = hooks.into_iter().find(|hook| hook.id == id).ok_or(Error::NotFound("hook"))?;
                hook.tells = edit.tells.unwrap_or(hook.tells);
                hook.method = edit.method.unwrap_or(hook.method);
                let is_url_set = edit.url.is_some();
                hook.url = edit.url.unwrap_or(hook.url);
                store::hook::update(conn, &hook).await?;
                if is_url_set {
                    endpoint::enable(conn, Address { account_id, hook_id: Some(id) }).await?;
                }
                Ok(hook)
            })
        });
        changed.await
    }

    /// Deletes one. What it was still to be told is given up.
    ///
    /// # Errors
    /// As [`Service::hooks`].
    pub async fn delete_hook(&self, caller: &Caller, of: HooksOf, id: HookId) -> Result<()> {
        caller.acts_on(Some(of.user))?;
        let account = caller.account_id();
        let deleted = self.store().write(move |conn| {
            Box::pin(async move {
                check(conn, account, of).await?;
                Ok(store::hook::delete(conn, account, of.user, id).await?)
            })
        });
        deleted.await
    }
}

/// Tells the agent's hooks of a change, in its commit, where it begins or ends to serve queues by that.
pub(super) async fn tell(conn: &mut Conn, before: &Agent, after: &Agent, source: Source, now: Millis) -> Result<(), store::Error> {
    let Some(tells) = Tells::of(before, after) else { return Ok(()) };
    let (account_id, user) = (before.account_id, before.user_id);
    let all = store::hook::list(conn, account_id, user).await?;
    let hooks: Vec<_> = all.iter().filter(|hook| hook.tells == tells).collect();
    if hooks.is_empty() {
        return Ok(());
    }
    let line = named(conn, account_id, user, after.device_id.or(before.device_id)).await?;
    let data = Fields::of(&Told::new(user, tells, line, source));
    let event = |hook: &Hook| NewEvent {
        account_id,
        name: tells.event(),
        at: now,
        order_key: order_key(hook, &all),
        reconciled: false,
        data: data.clone(),
    };
    let events: Vec<_> = hooks.into_iter().map(|hook| (hook.id, event(hook))).collect();
    store::event::append_to_hooks(conn, &events).await
}

/// The line of an agent that sits, or sat, at `device`.
async fn named(conn: &mut Conn, account: AccountId, user: UserId, device: Option<DeviceId>) -> Result<Named, store::Error> {
    let domain = store::account::get(conn, account).await?.ok_or(store::Error::Missing("account"))?.domain;
    let owned = owned(conn, account, user).await?;
    let at = match device {
        Some(device) => store::device::get(conn, account, device).await?,
        None => None,
    };
    let mut extension = store::extension::to(conn, account, Target::User(user)).await?;
    if let (None, Some(device)) = (&extension, device) {
        extension = store::extension::to(conn, account, Target::Device(device)).await?;
    }
    Ok(Named::of(user, &owned, at.as_ref(), extension.map(|extension| extension.number.to_string()), &domain))
}

async fn owned(conn: &mut Conn, account: AccountId, user: UserId) -> Result<Vec<Device>, store::Error> {
    store::device::of_user(conn, account, user).await
}

/// Ok for an agent of that kind.
async fn check(conn: &mut Conn, account: AccountId, of: HooksOf) -> Result<()> {
    let user = store::user::get(conn, account, of.user).await?.filter(|user| user.is_agent).ok_or(Error::NotFound("agent"))?;
    if Seat::of(&owned(conn, account, user.id).await?) == of.seat { Ok(()) } else { Err(Error::NotFound("agent")) }
}
