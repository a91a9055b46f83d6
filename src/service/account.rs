//! The caller's account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

use super::access::Caller;
use super::secret::Secret;
use super::{Applied, Edit, Error, Result, Service, references};
use crate::domain::account::Settings;
use crate::domain::toll::Ceiling;
use crate::domain::{Account, Permission};
use crate::store;

/// What is sent for a secret that ccgate is to make.
const ROTATE: &str = "rotate";
/// How long a replaced secret signs beside the new one where nothing is said, and at most, in seconds: a day, a week.
pub const SECRET_OVERLAP_S: u32 = 86_400;
/// See [`SECRET_OVERLAP_S`].
pub const SECRET_OVERLAP_MAX_S: u32 = 604_800;
/// Bytes of a signing secret, as Standard Webhooks wants them.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What is changed about the event push, besides the settings.
#[derive(Debug, Default)]
pub struct PushChange {
    /// `whsec_...`, or `rotate` for a new one.
    pub secret: Option<String>,
    /// How long the secret before signs beside it, in seconds; [`SECRET_OVERLAP_S`] when none.
    pub overlap_s: Option<u32>,
    /// The address was set, be it to what it was: nothing is known of it any more, and what waits is sent.
    pub is_url_set: bool,
}

impl Service {
    /// The account.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn account(&self, caller: &Caller) -> Result<Account> {
        caller.require(Permission::Settings)?;
        let mut conn = self.store().read().await?;
        store::account::get(&mut conn, caller.account_id()).await?.ok_or(Error::NotFound("account"))
    }

    /// Changes the account. A secret that was made is given, this once.
    ///
    /// # Errors
    /// [`Error::Invalid`]; [`Error::Conflict`] for a domain in use, or one that cannot be changed any more; [`Error::Permission`].
    pub async fn update_account(
        &self,
        caller: &Caller,
        push: PushChange,
        edit: Edit<Account>,
    ) -> Result<(Account, Option<Secret>, Applied)> {
        caller.require(Permission::Settings)?;
        let configure = self.configure()?;
        let generated = (push.secret.as_deref() == Some(ROTATE)).then(Secret::new_event_secret);
        let secret = match (&generated, push.secret) {
            (Some(secret), _) => Some(secret.expose().to_owned()),
            (None, Some(given)) => Some(checked_secret(given)?),
            (None, None) => None,
        };
        let overlap_s = push.overlap_s.unwrap_or(SECRET_OVERLAP_S);
        if overlap_s > SECRET_OVERLAP_MAX_S {
            let why = format!("must be seconds from 0 to {SECRET_OVERLAP_MAX_S}; 0 ends the old secret at once");
            return Err(Error::invalid("event_secret_overlap", why));
        }
        let now = self.clock().now();
        let (id, may_toll) = (caller.account_id(), caller.may(Permission::Toll));
        let ceiling = self.reconciler().options().ceiling.clone();
        let changed = self.store().write(move |conn| {
            Box::pin(async move {
                let mut account = store::account::get(conn, id).await?.ok_or(Error::NotFound("account"))?;
                let (before, named) = (account.clone(), account.settings.references());
                edit(&mut account)?;
                check_toll(&before.settings, &account.settings, may_toll, &ceiling)?;
                references::check(conn, id, &named, &account.settings.references()).await?;
                if let Some(list) = account.settings.dnc_list_id {
                    store::phone_list::owned(conn, id, list).await.map_err(|error| match error {
                        store::Error::Missing(words) => {
                            Error::invalid("dnc_list_id", format!("names {list}, which is no {words} of this account"))
                        }
                        other => other.into(),
                    })?;
                }
                // Every phone's password is a hash that holds the domain, and every name on the switch ends in it.
                if account.domain != before.domain
                    && !store::device::list(conn, id, &Default::default(), Default::default()).await?.is_empty()
                {
                    return Err(Error::Conflict(
                        "the domain cannot be changed while there are devices: their passwords belong to it".to_owned(),
                    ));
                }
                store::account::update(conn, &account).await?;
                if let Some(secret) = secret {
                    let until = now.plus_ms(i64::from(overlap_s) * 1_000);
                    store::endpoint::replace_secret(conn, id, &SecretString::from(secret), until, now).await?;
                }
                if push.is_url_set {
                    store::endpoint::enable(conn, store::endpoint::Address::own(id)).await?;
                }
                Ok(account)
            })
        });
        let account = changed.await?;
        Ok((account, generated, configure.apply().await))
    }
}

/// What decides which calls leave is changed by who may do that only, and not to more than the box lets any account do.
fn check_toll(before: &Settings, after: &Settings, may_toll: bool, ceiling: &Ceiling) -> Result<()> {
    let rules = |of: &Settings| (of.toll.clone(), of.limits, of.emergency_numbers.clone(), of.country.clone(), of.timezone.clone());
    let (was, is) = (rules(before), rules(after));
    if was == is {
        return Ok(());
    }
    if !may_toll {
        return Err(Error::Permission(Permission::Toll));
    }
    match ceiling.exceeded_by(&after.toll, &after.limits).filter(|_| (&was.0, was.1) != (&is.0, is.1)) {
        Some((field, most)) => {
            Err(Error::invalid(field, format!("must be {most}: [toll] of this ccgate's configuration lets no account do more")))
        }
        None => Ok(()),
    }
}

fn checked_secret(given: String) -> Result<String> {
    let decoded = given.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
    if decoded.is_some_and(|bytes| SECRET_BYTES.contains(&bytes.len())) {
        return Ok(given);
    }
    Err(Error::invalid("event_secret", "must be whsec_ and 24 to 64 bytes in base64, or rotate for a new one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_of_standard_webhooks() {
        assert!(checked_secret(Secret::new_event_secret().expose().to_owned()).is_ok());
        for wrong in ["", "secret", "whsec_", "whsec_YQ==", "whsec_!!!!"] {
            assert!(checked_secret(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
