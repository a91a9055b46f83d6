//! The first account of a box, its administrator and a key.

use super::password::Passwords;
use super::secret::{Secret, key_hash};
use super::users::{draft, new_row, set_password};
use super::{Error, Result};
use crate::domain::account::Settings;
use crate::domain::number::Domain;
use crate::domain::text::Label;
use crate::domain::{Account, AccountId, UserId};
use crate::store::{self, Store};

/// The name of the group that an administrator is in; every account has it.
const ADMINISTRATOR: &str = "Administrator";

/// A user that administers an account.
#[derive(Clone, Debug)]
pub struct NewAdmin {
    /// Full name.
    pub name: Label,
    /// Unique on the box.
    pub username: String,
    /// Unique in the account.
    pub email: String,
    /// At least 8 characters, with digits, capitals and small letters; none for a user that has keys only.
    pub password: Option<String>,
}

/// A user that was made, with its key, which is shown this once.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The user.
    pub user_id: UserId,
    /// Its account.
    pub account_id: AccountId,
    /// Its API key.
    pub key: Secret,
}

/// Makes an account.
///
/// # Errors
/// [`Error::Conflict`] for a domain in use.
pub async fn create_account(store: &Store, name: Label, domain: Domain, settings: Settings) -> Result<AccountId> {
    let event_secret = Secret::new_event_secret().expose().to_owned().into();
    let new = store::account::New { name, domain, event_secret, settings };
    Ok(store.write(move |conn| Box::pin(async move { store::account::create(conn, &new).await })).await?)
}

/// The account of the box, when it has exactly one.
///
/// # Errors
/// [`Error::NotFound`] for none, [`Error::Conflict`] for several: say which.
pub async fn only_account(store: &Store) -> Result<Account> {
    let mut accounts = store::account::all(&mut *store.read().await?).await?;
    match (accounts.pop(), accounts.is_empty()) {
        (Some(account), true) => Ok(account),
        (None, _) => Err(Error::NotFound("account")),
        (Some(_), false) => Err(Error::Conflict("there are several accounts; say which by its domain".to_owned())),
    }
}

/// Makes an administrator with a key.
///
/// # Errors
/// [`Error::Invalid`] for a weak password, [`Error::Conflict`] for a username or email in use, [`Error::NotFound`] for the account.
pub async fn create_admin(store: &Store, account_id: AccountId, new: NewAdmin) -> Result<Admin> {
    // A password that nobody knows is as good as none.
    let password = new.password.unwrap_or_else(|| format!("Aa1{}", Secret::new_device_password().expose()));
    let mut user = draft(account_id, new.name, store.clock().now());
    user.username = new.username;
    user.email = new.email;
    set_password(&mut user, Passwords::default().hash(password).await?);
    let key = Secret::new_key();
    let (prefix, hash, created_at) = (key.prefix(), key_hash(key.expose()), user.created_at);
    let user_id = store.write(move |conn| {
        Box::pin(async move {
            let group = store::pgroup::by_name(conn, account_id, ADMINISTRATOR).await?;
            user.pgroup_id = Some(group.ok_or(Error::NotFound("permission group Administrator"))?.id);
            let user_id = store::user::insert(conn, &new_row(&user)).await?;
            let name = "first key".to_owned();
            store::key::insert(conn, &store::key::New { account_id, user_id, name, prefix, hash, created_at }).await?;
            Ok::<_, Error>(user_id)
        })
    });
    Ok(Admin { user_id: user_id.await?, account_id, key })
}
