//! A user with what belongs to it.

use std::collections::HashMap;

use super::UserFilter;
use crate::clock::Millis;
use crate::domain::device::Device;
use crate::domain::extension::{Extension, Target};
use crate::domain::voicemail::Voicemail;
use crate::domain::web_ping::WebPing;
use crate::domain::{AccountId, Agent, Membership, Permission, User, UserId};
use crate::service::access::Caller;
use crate::service::{Error, Listing, Result, Service, total};
use crate::store::{self, Conn, Page};

/// A user with what belongs to it.
#[derive(Clone, Debug)]
pub struct UserView {
    /// The user.
    pub user: User,
    /// The name of its permission group.
    pub pgroup: Option<String>,
    /// The name of its mailbox.
    pub vm_name: Option<String>,
    /// Its devices, in the order in which they ring.
    pub devices: Vec<Device>,
    /// The extensions and DIDs that lead to it.
    pub extensions: Vec<Extension>,
    /// The queues that it may serve.
    pub memberships: Vec<Membership>,
    /// What it does now.
    pub agent: Agent,
    /// How many seconds are left of its wrap-up, rounded up; 0 when it is in none.
    pub wrap_up_left_s: i64,
    /// The last sign of life of its page, and whether that is stale; none of a user without one.
    pub web_ping: Option<(WebPing, bool)>,
}

impl UserView {
    /// Whether time alone makes another of it.
    pub fn runs_out(&self) -> bool {
        self.wrap_up_left_s > 0 || self.web_ping.is_some()
    }
}

impl Service {
    /// The users that match, all of one moment.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn users(&self, caller: &Caller, filter: UserFilter, page: Page) -> Result<Listing<UserView>> {
        caller.require(Permission::Users)?;
        let account = caller.account_id();
        let filter = store::user::Filter { q: filter.q, is_agent: filter.agents_only.then_some(true) };
        let mut conn = self.store().read().await?;
        let users = store::user::list(&mut conn, account, &filter, page).await?;
        let total = total(page, store::user::count(&mut conn, account, &filter).await?);
        let now = self.clock().now();
        // A short page asks for each user; a long one reads the account's rows once.
        let rows = if users.len() <= SHORT {
            one_by_one(&mut conn, users, now).await?
        } else {
            all_at_once(&mut conn, account, users, now).await?
        };
        Ok(Listing { rows, total })
    }

    /// One user; a user may see itself without the permission `users`.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn user(&self, caller: &Caller, id: UserId) -> Result<UserView> {
        if id != caller.user.id {
            caller.require(Permission::Users)?;
        }
        self.user_view(caller.account_id(), id).await
    }

    pub(super) async fn user_view(&self, account: AccountId, id: UserId) -> Result<UserView> {
        let mut conn = self.store().read().await?;
        let user = store::user::get(&mut conn, account, id).await?.ok_or(Error::NotFound("user"))?;
        one(&mut conn, user, self.clock().now()).await
    }
}

/// Up to so many users are looked up one by one.
const SHORT: usize = 20;

async fn one_by_one(conn: &mut Conn, users: Vec<User>, now: Millis) -> Result<Vec<UserView>> {
    let mut views = Vec::with_capacity(users.len());
    for user in users {
        views.push(one(conn, user, now).await?);
    }
    Ok(views)
}

async fn one(conn: &mut Conn, user: User, now: Millis) -> Result<UserView> {
    let (account, id) = (user.account_id, user.id);
    let group = match user.pgroup_id {
        Some(group) => store::pgroup::get(conn, account, group).await?,
        None => None,
    };
    let mailbox = match user.settings.vm_id {
        Some(mailbox) => store::resource::get::<Voicemail>(conn, account, mailbox).await?,
        None => None,
    };
    let view = UserView {
        pgroup: group.map(|group| group.name.to_string()),
        vm_name: mailbox.map(|mailbox| mailbox.name.to_string()),
        devices: store::device::of_user(conn, account, id).await?,
        extensions: store::extension::by_target(conn, account, Target::User(id)).await?,
        memberships: store::membership::of_user(conn, account, id).await?,
        agent: store::agent::get(conn, account, id).await?,
        wrap_up_left_s: left_s(store::agent_span::wrap_ups(conn, account, now).await?.get(&id), now),
        web_ping: store::web_ping::get(conn, account, id).await?.map(|ping| (ping, ping.is_stale(now))),
        user,
    };
    Ok(in_ring_order(view))
}

async fn all_at_once(conn: &mut Conn, account: AccountId, users: Vec<User>, now: Millis) -> Result<Vec<UserView>> {
    let groups: HashMap<_, _> = store::pgroup::list(conn, account).await?.into_iter().map(|group| (group.id, group.name)).collect();
    let mailboxes = store::resource::list::<Voicemail>(conn, account, None, Page::default()).await?;
    let mailboxes: HashMap<_, _> = mailboxes.into_iter().map(|mailbox| (mailbox.id, mailbox.name)).collect();
    let mut devices: HashMap<UserId, Vec<Device>> = HashMap::new();
    for device in store::device::list(conn, account, &store::device::Filter::default(), Page::default()).await? {
        if let Some(owner) = device.user_id {
            devices.entry(owner).or_default().push(device);
        }
    }
    let mut extensions: HashMap<UserId, Vec<Extension>> = HashMap::new();
    for extension in store::extension::list(conn, account, &store::extension::Filter::default(), Page::default()).await? {
        if let Target::User(user) = extension.target {
            extensions.entry(user).or_default().push(extension);
        }
    }
    let mut agents: HashMap<_, _> = store::agent::list(conn, account).await?.into_iter().map(|agent| (agent.user_id, agent)).collect();
    let pings: HashMap<_, _> = store::web_ping::list(conn, account).await?.into_iter().collect();
    let wrap_ups = store::agent_span::wrap_ups(conn, account, now).await?;
    let mut views = Vec::with_capacity(users.len());
    for user in users {
        views.push(in_ring_order(UserView {
            pgroup: user.pgroup_id.and_then(|id| groups.get(&id)).map(ToString::to_string),
            vm_name: user.settings.vm_id.and_then(|id| mailboxes.get(&id)).map(ToString::to_string),
            devices: devices.remove(&user.id).unwrap_or_default(),
            extensions: extensions.remove(&user.id).unwrap_or_default(),
            memberships: store::membership::of_user(conn, account, user.id).await?,
            wrap_up_left_s: left_s(wrap_ups.get(&user.id), now),
            web_ping: pings.get(&user.id).map(|ping| (*ping, ping.is_stale(now))),
            agent: agents.remove(&user.id).unwrap_or_else(|| Agent::new(account, user.id)),
            user,
        }));
    }
    Ok(views)
}

fn left_s(until: Option<&Millis>, now: Millis) -> i64 {
    until.map_or(0, |until| (until.since(now) + 999) / 1_000)
}

fn in_ring_order(mut view: UserView) -> UserView {
    view.devices.sort_by_key(|device| (device.ring.ring, device.id));
    view
}
