//! What users, queues and the account name by id: it is there when they are written, and stays for as long as they name it.

use super::{Error, Result};
use crate::domain::AccountId;
use crate::domain::resource::{Kind, Reference};
use crate::domain::time_group::TimeGroup;
use crate::store::{self, Conn, Page};

/// Checks what a row names that it did not name before.
///
/// # Errors
/// [`Error::Invalid`] with the field that names what is not the account's.
pub(super) async fn check(conn: &mut Conn, account: AccountId, before: &[Reference], after: &[Reference]) -> Result<()> {
    for named in after.iter().filter(|named| !before.contains(named)) {
        if !store::resource::names_ours(conn, account, named).await? {
            return Err(Error::invalid(named.field, format!("names {}, which is no {} of this account", named.id, named.words)));
        }
    }
    Ok(())
}

/// Checks that nothing names a resource.
///
/// # Errors
/// [`Error::Conflict`] that says what does.
pub(super) async fn unused<K: Kind>(conn: &mut Conn, account: AccountId, id: K::Id) -> Result<()> {
    match user_of::<K>(conn, account, id).await? {
        Some(user) => Err(Error::Conflict(format!("the {} is still used by {user}; take it away there first", K::WORDS))),
        None => Ok(()),
    }
}

/// The first that names it, in words.
async fn user_of<K: Kind>(conn: &mut Conn, account: AccountId, id: K::Id) -> Result<Option<String>> {
    let id: i64 = id.into();
    let named_in = |references: Vec<Reference>| references.iter().any(|named| (named.kind, named.id) == (K::NAME, id));
    if store::account::get(conn, account).await?.is_some_and(|row| named_in(row.settings.references())) {
        return Ok(Some("the account".to_owned()));
    }
    let users = store::user::list(conn, account, &store::user::Filter::default(), Page::default()).await?;
    if let Some(user) = users.into_iter().find(|user| named_in(user.settings.references())) {
        return Ok(Some(format!("user '{}'", user.name)));
    }
    for queue in store::queue::list(conn, account, &store::queue::Filter::default(), Page::default()).await? {
        if named_in(queue.settings.references()) {
            return Ok(Some(format!("queue '{}'", queue.name)));
        }
        let limits = K::NAME == TimeGroup::NAME
            && store::membership::of_queue(conn, account, queue.id)
                .await?
                .iter()
                .any(|row| row.timegroup_id.is_some_and(|hours| hours.0 == id));
        if limits {
            return Ok(Some(format!("a member of queue '{}'", queue.name)));
        }
    }
    Ok(None)
}
