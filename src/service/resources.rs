//! What is no more than a name and settings: sites, groups of users, labels, hours, sounds, dial rules and mailboxes. One set of verbs for all.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use super::access::Caller;
use super::{Applied, Edit, Error, Listing, Result, Service, references, total};
use crate::domain::dial_rule::DialRule;
use crate::domain::group::{Group, QueueLabel, Site};
use crate::domain::media::Media;
use crate::domain::resource::Kind;
use crate::domain::text::Label;
use crate::domain::time_group::TimeGroup;
use crate::domain::voicemail::Voicemail;
use crate::domain::{AccountId, GroupId, Permission, Resource, UserId};
use crate::store::{self, Conn, Page};

/// A kind of resource as the verbs need it.
pub trait Noun: Kind {
    /// What it takes to change one.
    const WRITE: Permission;
    /// What it takes to see them: any of these. A page about agents shows what they are sorted by.
    const READ: &[Permission] = &[Self::WRITE];

    /// Fills in what other rows hold.
    fn complete(_conn: &mut Conn, _account: AccountId, _rows: &mut [Resource<Self>]) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// Writes what other rows hold.
    fn spread(_conn: &mut Conn, _row: &Resource<Self>) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }
}

impl Noun for Site {
    const WRITE: Permission = Permission::Queues;
    const READ: &[Permission] = &[Self::WRITE, Permission::Agents];
}

impl Noun for QueueLabel {
    const WRITE: Permission = Permission::Queues;
    const READ: &[Permission] = &[Self::WRITE, Permission::Agents];
}

impl Noun for TimeGroup {
    const WRITE: Permission = Permission::Queues;
    const READ: &[Permission] = &[Self::WRITE, Permission::Agents];
}

impl Noun for Media {
    const WRITE: Permission = Permission::Settings;
}

impl Noun for DialRule {
    const WRITE: Permission = Permission::Settings;
}

impl Noun for Voicemail {
    const WRITE: Permission = Permission::Settings;
}

/// Who is in a group is said by the users' settings.
impl Noun for Group {
    const WRITE: Permission = Permission::Users;
    const READ: &[Permission] = &[Self::WRITE, Permission::Agents];

    async fn complete(conn: &mut Conn, account: AccountId, rows: &mut [Resource<Self>]) -> Result<()> {
        let mut members: BTreeMap<GroupId, BTreeSet<UserId>> = BTreeMap::new();
        for user in store::user::list(conn, account, &store::user::Filter::default(), Page::default()).await? {
            for group in user.settings.groups {
                members.entry(group).or_default().insert(user.id);
            }
        }
        for row in rows {
            row.settings.user_ids = members.remove(&row.id).unwrap_or_default();
        }
        Ok(())
    }

    async fn spread(conn: &mut Conn, group: &Resource<Self>) -> Result<()> {
        let mut wanted = group.settings.user_ids.clone();
        for mut user in store::user::list(conn, group.account_id, &store::user::Filter::default(), Page::default()).await? {
            let groups = &mut user.settings.groups;
            match (groups.contains(&group.id), wanted.remove(&user.id)) {
                (false, true) => groups.push(group.id),
                (true, false) => groups.retain(|id| *id != group.id),
                (true, true) | (false, false) => continue,
            }
            store::user::update(conn, &user).await?;
        }
        match wanted.first() {
            Some(id) => Err(Error::invalid("user_ids", format!("names {id}, which is no user of this account"))),
            None => Ok(()),
        }
    }
}

impl Service {
    /// The resources of this kind whose name has `q` in it.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn resources<K: Noun>(&self, caller: &Caller, q: Option<String>, page: Page) -> Result<Listing<Resource<K>>> {
        may_read::<K>(caller)?;
        let (account, q) = (caller.account_id(), q.as_deref());
        let mut conn = self.store().read().await?;
        let mut rows = store::resource::list(&mut conn, account, q, page).await?;
        K::complete(&mut conn, account, &mut rows).await?;
        let total = total(page, store::resource::count::<K>(&mut conn, account, q).await?);
        Ok(Listing { rows, total })
    }

    /// One resource.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn resource<K: Noun>(&self, caller: &Caller, id: K::Id) -> Result<Resource<K>> {
        may_read::<K>(caller)?;
        let mut conn = self.store().read().await?;
        one(&mut conn, caller.account_id(), id).await
    }

    /// Makes a resource.
    ///
    /// # Errors
    /// [`Error::Conflict`] for a name, or a mailbox's number, in use; [`Error::Invalid`] for a user of a group that is not there.
    pub async fn create_resource<K: Noun>(&self, caller: &Caller, name: Label, settings: K) -> Result<(Resource<K>, Applied)> {
        caller.require(K::WRITE)?;
        let configure = self.configure()?;
        let account_id = caller.account_id();
        let made = self.store().write(move |conn| {
            Box::pin(async move {
                let id = store::resource::insert(conn, account_id, &name, &settings).await?;
                let made = Resource { id, account_id, name, settings };
                K::spread(conn, &made).await?;
                Ok::<_, Error>(made)
            })
        });
        let made = made.await?;
        Ok((made, configure.apply().await))
    }

    /// Changes a resource.
    ///
    /// # Errors
    /// As [`Service::create_resource`], and [`Error::NotFound`].
    pub async fn update_resource<K: Noun>(&self, caller: &Caller, id: K::Id, edit: Edit<Resource<K>>) -> Result<(Resource<K>, Applied)> {
        caller.require(K::WRITE)?;
        let configure = self.configure()?;
        let account = caller.account_id();
        let changed = self.store().write(move |conn| {
            Box::pin(async move {
                let mut row = one(conn, account, id).await?;
                edit(&mut row)?;
                store::resource::update(conn, &row).await?;
                K::spread(conn, &row).await?;
                Ok::<_, Error>(row)
            })
        });
        let changed = changed.await?;
        Ok((changed, configure.apply().await))
    }

    /// Deletes a resource that nothing uses; extensions that lead to a mailbox go with it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`]; [`Error::Conflict`] that says what uses it.
    pub async fn delete_resource<K: Noun>(&self, caller: &Caller, id: K::Id) -> Result<Applied> {
        caller.require(K::WRITE)?;
        let configure = self.configure()?;
        let account = caller.account_id();
        let deleted = self.store().write(move |conn| {
            Box::pin(async move {
                references::unused::<K>(conn, account, id).await?;
                if store::resource::delete::<K>(conn, account, id).await? { Ok(()) } else { Err(Error::NotFound(K::WORDS)) }
            })
        });
        deleted.await?;
        Ok(configure.apply().await)
    }
}

fn may_read<K: Noun>(caller: &Caller) -> Result<()> {
    if K::READ.iter().any(|&permission| caller.may(permission)) { Ok(()) } else { Err(Error::Permission(K::WRITE)) }
}

async fn one<K: Noun>(conn: &mut Conn, account: AccountId, id: K::Id) -> Result<Resource<K>> {
    let mut row = store::resource::get(conn, account, id).await?.ok_or(Error::NotFound(K::WORDS))?;
    K::complete(conn, account, std::slice::from_mut(&mut row)).await?;
    Ok(row)
}
