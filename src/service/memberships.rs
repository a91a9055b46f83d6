//! Who may serve which queue, seen from either side.

use super::access::Caller;
use super::agents::changes::Saved;
use super::queues::{MemberView, members, members_changed};
use super::{Applied, Error, Result, Service};
use crate::domain::{AccountId, Membership, Permission, QueueId, UserId};
use crate::store::{self, Conn};

/// From which side memberships are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The users of a queue.
    Queue(QueueId),
    /// The queues of a user.
    User(UserId),
}

/// What is done to them.
#[derive(Clone, Debug)]
pub enum Write {
    /// Adds these, or changes them where they are there.
    Add(Vec<Membership>),
    /// Makes these the only ones.
    Replace(Vec<Membership>),
    /// Ends those with these ids of the other side.
    Remove(Vec<i64>),
}

impl Service {
    /// Who may serve a queue.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn members(&self, caller: &Caller, queue: QueueId) -> Result<Vec<MemberView>> {
        caller.require(Permission::Queues)?;
        let mut conn = self.store().read().await?;
        members(&mut conn, caller.account_id(), queue).await
    }

    /// Which queues a user may serve.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn memberships(&self, caller: &Caller, user: UserId) -> Result<Vec<Membership>> {
        if user != caller.user.id {
            caller.require(Permission::Users)?;
        }
        let mut conn = self.store().read().await?;
        store::user::get(&mut conn, caller.account_id(), user).await?.ok_or(Error::NotFound("user"))?;
        Ok(store::membership::of_user(&mut conn, caller.account_id(), user).await?)
    }

    /// Writes memberships; an agent that lost a queue leaves it, one that serves a queue always joins it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the side that is asked, [`Error::Invalid`] for one of the others that is not there, [`Error::Permission`].
    pub async fn write_memberships(&self, caller: &Caller, side: Side, write: Write) -> Result<Applied> {
        caller.require(match side {
            Side::Queue(_) => Permission::Queues,
            Side::User(_) => Permission::Users,
        })?;
        let configure = self.configure()?;
        self.own_queues(queues_of(side, &write))?;
        let (account, now) = (caller.account_id(), self.clock().now());
        let saved = self.store().write(move |conn| {
            Box::pin(async move {
                check_side(conn, account, side).await?;
                let users = carry_out(conn, account, side, write).await?;
                members_changed(conn, account, users, now).await
            })
        });
        let saved: Vec<Saved> = saved.await?;
        self.publish(saved.iter());
        Ok(configure.apply().await)
    }
}

/// The queues that a change is about.
fn queues_of(side: Side, write: &Write) -> Vec<QueueId> {
    match (side, write) {
        (Side::Queue(queue), _) => vec![queue],
        (Side::User(_), Write::Add(rows) | Write::Replace(rows)) => rows.iter().map(|row| row.queue_id).collect(),
        (Side::User(_), Write::Remove(ids)) => ids.iter().copied().map(QueueId).collect(),
    }
}

async fn check_side(conn: &mut Conn, account: AccountId, side: Side) -> Result<()> {
    match side {
        Side::Queue(id) => store::queue::get(conn, account, id).await?.map(|_| ()).ok_or(Error::NotFound("queue")),
        Side::User(id) => store::user::get(conn, account, id).await?.map(|_| ()).ok_or(Error::NotFound("user")),
    }
}

/// Writes, and gives the users whose memberships may have changed.
async fn carry_out(conn: &mut Conn, account: AccountId, side: Side, write: Write) -> Result<Vec<UserId>> {
    match (side, write) {
        (_, Write::Add(rows)) => {
            for row in &rows {
                store::membership::upsert(conn, account, row).await.map_err(other_side)?;
            }
            Ok(rows.into_iter().map(|row| row.user_id).collect())
        }
        (Side::Queue(queue), Write::Replace(rows)) => {
            let users = super::queues::users_of(conn, account, queue, &rows).await?;
            replace_for_queue(conn, account, queue, &rows).await?;
            Ok(users)
        }
        (Side::User(user), Write::Replace(rows)) => {
            store::membership::replace_for_user(conn, account, user, &rows).await.map_err(other_side)?;
            Ok(vec![user])
        }
        (Side::Queue(queue), Write::Remove(ids)) => {
            let users: Vec<_> = ids.into_iter().map(UserId).collect();
            for &user in &users {
                store::user::get(conn, account, user).await?.ok_or_else(|| Error::invalid("ids", "names a user that is not there"))?;
                store::membership::remove(conn, account, user, queue).await?;
            }
            Ok(users)
        }
        (Side::User(user), Write::Remove(ids)) => {
            for queue in ids.into_iter().map(QueueId) {
                store::queue::get(conn, account, queue).await?.ok_or_else(|| Error::invalid("ids", "names a queue that is not there"))?;
                store::membership::remove(conn, account, user, queue).await?;
            }
            Ok(vec![user])
        }
    }
}

/// Makes these the only members of a queue.
pub(super) async fn replace_for_queue(conn: &mut Conn, account: AccountId, queue: QueueId, members: &[Membership]) -> Result<()> {
    store::membership::replace_for_queue(conn, account, queue, members).await.map_err(other_side)
}

/// A row that names what is not there is a bad value, not an unknown path.
fn other_side(error: store::Error) -> Error {
    match error {
        store::Error::Missing("user") => Error::invalid("users", "names a user that is not there"),
        store::Error::Missing("queue") => Error::invalid("queues", "names a queue that is not there"),
        store::Error::Missing("time group") => Error::invalid("timegroup_id", "must be the id of a time group of this account"),
        other => other.into(),
    }
}
