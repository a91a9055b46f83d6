//! Queues.

mod delete;
pub mod now;

use std::collections::HashMap;

use super::access::Caller;
use super::agents::changes::{Saved, memberships_changed_in};
use super::memberships::replace_for_queue;
use super::{Applied, Edit, Error, Listing, Result, Service, references, total};
use crate::domain::extension::{Extension, Target};
use crate::domain::{AccountId, Membership, Permission, Queue, QueueId, User, UserId};
use crate::store::{self, Conn, Page};

/// A queue with what belongs to it.
#[derive(Clone, Debug)]
pub struct QueueView {
    /// The queue.
    pub queue: Queue,
    /// Who may serve it, in tier order.
    pub members: Vec<MemberView>,
    /// The extensions and DIDs that lead to it.
    pub extensions: Vec<Extension>,
}

/// A membership as a list shows it.
#[derive(Clone, Debug)]
pub struct MemberView {
    /// The membership.
    pub membership: Membership,
    /// The user's name.
    pub name: String,
    /// Whether the agent is joined now.
    pub joined: bool,
}

impl Service {
    /// The queues that match.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn queues(&self, caller: &Caller, q: Option<String>, page: Page) -> Result<Listing<QueueView>> {
        caller.require(Permission::Queues)?;
        let account = caller.account_id();
        let filter = store::queue::Filter { q };
        let mut conn = self.store().read().await?;
        let queues = store::queue::list(&mut conn, account, &filter, page).await?;
        let total = total(page, store::queue::count(&mut conn, account, &filter).await?);
        let known = Known::load(&mut conn, account).await?;
        let mut rows = Vec::with_capacity(queues.len());
        for queue in queues {
            rows.push(view(&mut conn, queue, &known).await?);
        }
        Ok(Listing { rows, total })
    }

    /// One queue.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn queue(&self, caller: &Caller, id: QueueId) -> Result<QueueView> {
        caller.require(Permission::Queues)?;
        self.queue_view(caller.account_id(), id).await
    }

    pub(super) async fn queue_view(&self, account: AccountId, id: QueueId) -> Result<QueueView> {
        let mut conn = self.store().read().await?;
        let queue = store::queue::get(&mut conn, account, id).await?.ok_or(Error::NotFound("queue"))?;
        let known = Known::load(&mut conn, account).await?;
        view(&mut conn, queue, &known).await
    }

    /// Makes a queue. The id in `members` is replaced by the new one.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a name in use, [`Error::Invalid`] for a member that is not there.
    pub async fn create_queue(&self, caller: &Caller, queue: Queue, members: Vec<Membership>) -> Result<(QueueView, Applied)> {
        caller.require(Permission::Queues)?;
        let configure = self.configure()?;
        let (account, now) = (caller.account_id(), self.clock().now());
        let new = store::queue::New { account_id: account, name: queue.name, settings: queue.settings };
        let made = self.store().write(move |conn| {
            Box::pin(async move {
                references::check(conn, account, &[], &new.settings.references()).await?;
                let id = store::queue::insert(conn, &new).await?;
                replace_for_queue(conn, account, id, &members).await?;
                let users: Vec<_> = members.iter().map(|member| member.user_id).collect();
                Ok::<_, Error>((id, members_changed(conn, account, users, now).await?))
            })
        });
        let (id, saved): (_, Vec<Saved>) = made.await?;
        self.publish(saved.iter());
        let applied = configure.apply().await;
        Ok((self.queue_view(account, id).await?, applied))
    }

    /// Changes a queue, and all its members when they are given.
    ///
    /// # Errors
    /// As [`Service::create_queue`], and [`Error::NotFound`].
    pub async fn update_queue(
        &self,
        caller: &Caller,
        id: QueueId,
        members: Option<Vec<Membership>>,
        edit: Edit<Queue>,
    ) -> Result<(QueueView, Applied)> {
        caller.require(Permission::Queues)?;
        let configure = self.configure()?;
        self.own_queues([id])?;
        let (account, now) = (caller.account_id(), self.clock().now());
        let saved = self.store().write(move |conn| {
            Box::pin(async move {
                let mut queue = store::queue::get(conn, account, id).await?.ok_or(Error::NotFound("queue"))?;
                let named = queue.settings.references();
                edit(&mut queue)?;
                references::check(conn, account, &named, &queue.settings.references()).await?;
                store::queue::update(conn, &queue).await?;
                let Some(members) = members else { return Ok(Vec::new()) };
                let users = users_of(conn, account, id, &members).await?;
                replace_for_queue(conn, account, id, &members).await?;
                members_changed(conn, account, users, now).await
            })
        });
        let saved: Vec<Saved> = saved.await?;
        self.publish(saved.iter());
        let applied = configure.apply().await;
        Ok((self.queue_view(account, id).await?, applied))
    }
}

/// The users that are or were members, each once.
pub(super) async fn users_of(conn: &mut Conn, account: AccountId, queue: QueueId, members: &[Membership]) -> Result<Vec<UserId>> {
    let before = store::membership::of_queue(conn, account, queue).await?;
    let mut users: Vec<_> = before.iter().chain(members).map(|member| member.user_id).collect();
    users.sort_unstable();
    users.dedup();
    Ok(users)
}

/// Lets agents follow their memberships.
pub(super) async fn members_changed(
    conn: &mut Conn,
    account: AccountId,
    users: Vec<UserId>,
    now: crate::clock::Millis,
) -> Result<Vec<Saved>> {
    let mut saved = Vec::new();
    for user in users {
        saved.extend(memberships_changed_in(conn, account, user, now).await?);
    }
    Ok(saved)
}

/// What the rows of members need of the account's users.
struct Known {
    names: HashMap<UserId, String>,
    joined: HashMap<UserId, std::collections::BTreeSet<QueueId>>,
}

impl Known {
    async fn load(conn: &mut Conn, account: AccountId) -> Result<Self> {
        let users = store::user::list(conn, account, &store::user::Filter::default(), Page::default()).await?;
        let agents = store::agent::list(conn, account).await?;
        Ok(Self {
            names: users.into_iter().map(|User { id, name, .. }| (id, name.into())).collect(),
            joined: agents.into_iter().map(|agent| (agent.user_id, agent.joined)).collect(),
        })
    }

    fn member(&self, membership: Membership) -> MemberView {
        let user = membership.user_id;
        let joined = self.joined.get(&user).is_some_and(|queues| queues.contains(&membership.queue_id));
        MemberView { membership, name: self.names.get(&user).cloned().unwrap_or_default(), joined }
    }
}

async fn view(conn: &mut Conn, queue: Queue, known: &Known) -> Result<QueueView> {
    let members = members_of(conn, queue.account_id, queue.id, known).await?;
    let extensions = store::extension::by_target(conn, queue.account_id, Target::Queue(queue.id)).await?;
    Ok(QueueView { queue, members, extensions })
}

async fn members_of(conn: &mut Conn, account: AccountId, queue: QueueId, known: &Known) -> Result<Vec<MemberView>> {
    let members = store::membership::of_queue(conn, account, queue).await?;
    Ok(members.into_iter().map(|membership| known.member(membership)).collect())
}

/// The members of a queue, for their own list.
pub(super) async fn members(conn: &mut Conn, account: AccountId, queue: QueueId) -> Result<Vec<MemberView>> {
    store::queue::get(conn, account, queue).await?.ok_or(Error::NotFound("queue"))?;
    let known = Known::load(conn, account).await?;
    members_of(conn, account, queue, &known).await
}
