//! Queues.

mod delete;
pub mod now;

use std::collections::HashMap;

use super::access::Caller;
use super::agents::changes::{Saved, memberships_changed_in};
use super::memberships::replace_for_queue;
use super::{Applied, Edit, Error, Listing, Result, Service, references, total};
use crate::domain::extension::{Extension, Target};
use crate::domain::{AccountId, Membership, Permission, Queue, QueueId, UserId};
use crate::store::{self, Conn, Page};

pub use crate::store::membership::Member as MemberView;

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
        Ok(Listing { rows: views(&mut conn, account, queues).await?, total })
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
        let queue = store::queue::get(&mut conn, account, id).await?;
        views(&mut conn, account, queue.into_iter().collect()).await?.pop().ok_or(Error::NotFound("queue"))
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

/// Two statements, however many queues and agents there are.
async fn views(conn: &mut Conn, account: AccountId, queues: Vec<Queue>) -> Result<Vec<QueueView>> {
    let ids: Vec<_> = queues.iter().map(|queue| queue.id).collect();
    let mut members: HashMap<QueueId, Vec<MemberView>> = HashMap::new();
    for member in store::membership::shown(conn, account, &ids).await? {
        members.entry(member.membership.queue_id).or_default().push(member);
    }
    let mut extensions: HashMap<QueueId, Vec<Extension>> = HashMap::new();
    for extension in store::extension::of_queues(conn, account, &ids).await? {
        if let Target::Queue(queue) = extension.target {
            extensions.entry(queue).or_default().push(extension);
        }
    }
    let view = |queue: Queue| {
        let (members, extensions) = (members.remove(&queue.id), extensions.remove(&queue.id));
        QueueView { queue, members: members.unwrap_or_default(), extensions: extensions.unwrap_or_default() }
    };
    Ok(queues.into_iter().map(view).collect())
}

/// The members of a queue, for their own list.
pub(super) async fn members(conn: &mut Conn, account: AccountId, queue: QueueId) -> Result<Vec<MemberView>> {
    store::queue::get(conn, account, queue).await?.ok_or(Error::NotFound("queue"))?;
    Ok(store::membership::shown(conn, account, &[queue]).await?)
}
