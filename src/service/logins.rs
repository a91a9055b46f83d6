//! Who logs in with a password, and who fails to too often.
//!
//! Failures are counted by user and by network, so that neither many guesses at one user nor one guess at each of many gets far; and kept in
//! the database, so that a restart forgives nothing. Wrong keys are counted by network too, apart from logins: a forgotten program that goes on
//! sending a revoked key must not keep the people beside it from logging in.

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use ipnet::Ipv6Net;

use super::access::{Caller, Proof};
use super::keys::caller;
use super::password::PasswordGiven;
use super::secret::sha256_hex;
use super::{Error, Result, Service};
use crate::domain::lockout::FORGET_MS;
use crate::domain::{AccountId, User, UserId};
use crate::store::{self, Conn};

/// Old failures are swept once in so many.
const SWEEP_EVERY: u64 = 64;
/// A network of IPv6 is what one customer gets.
const IPV6_PREFIX: u8 = 64;

/// Failures counted since the start.
#[derive(Debug, Default)]
pub(super) struct Counted(AtomicU64);

impl Service {
    /// Who has this username, or this email when nobody has it as username, and this password. An email that users of several accounts have is
    /// nobody's. Whatever is wrong, the answer is the same, and so is the work.
    ///
    /// # Errors
    /// [`Error::WrongLogin`]; [`Error::Blocked`] after too many failures; [`Error::Forbidden`] from a place that the user does not allow;
    /// [`Error::Busy`].
    pub async fn verify_login(&self, name: &str, given: PasswordGiven, client: Option<IpAddr>) -> Result<Caller> {
        let user = find(&mut *self.store().read().await?, name).await?;
        let by_user = user.as_ref().map_or_else(|| format!("name:{}", sha256_hex(&name.to_lowercase())), |user| of_user(user.id));
        let subjects: Vec<String> = [by_user.clone()].into_iter().chain(client.map(|client| of_network("login", client))).collect();
        self.check_blocked(&subjects).await?;
        let turn = self.0.passwords.turn().await?;
        // Others may have failed while this one waited.
        self.check_blocked(&subjects).await?;
        let hash = user.as_ref().and_then(|user| match given {
            PasswordGiven::Plain(_) => Some(user.password_hash.clone()),
            PasswordGiven::Md5Hex(_) => user.password_md5_hash.clone(),
        });
        // The turn is kept until a failure is counted, so that at most as many slip through as are verified at once.
        let (right, _turn) = self.0.passwords.verify(turn, given, hash).await?;
        let Some(user) = user.filter(|user| right && user.active) else {
            self.count_failures(subjects).await?;
            return Err(Error::WrongLogin);
        };
        let caller = {
            let mut conn = self.store().read().await?;
            let account = store::account::get(&mut conn, user.account_id).await?.ok_or(Error::WrongLogin)?;
            caller(&mut conn, user, account, Proof::Password).await?
        };
        caller.check_place(client, &self.0.parts.countries)?;
        self.forget_failures(by_user).await?;
        Ok(caller)
    }

    /// How many passwords were verified since the start.
    pub fn passwords_verified(&self) -> u64 {
        self.0.passwords.verified()
    }

    /// A key was sent that there is not: counts it, and says how it is refused.
    pub(super) async fn wrong_key(&self, client: Option<IpAddr>) -> Error {
        let subjects: Vec<String> = client.map(|client| of_network("key", client)).into_iter().collect();
        let counted = async {
            self.check_blocked(&subjects).await?;
            self.count_failures(subjects.clone()).await
        };
        counted.await.err().unwrap_or(Error::Unauthorized)
    }

    async fn check_blocked(&self, subjects: &[String]) -> Result<()> {
        let now = self.clock().now();
        let mut conn = self.store().read().await?;
        let mut longest_ms = None;
        for subject in subjects {
            longest_ms = longest_ms.max(store::login_failure::get(&mut conn, subject).await?.wait_ms(now));
        }
        match longest_ms {
            Some(wait_ms) => Err(Error::Blocked { retry_after_s: wait_ms.unsigned_abs().div_ceil(1_000) }),
            None => Ok(()),
        }
    }

    async fn count_failures(&self, subjects: Vec<String>) -> Result<()> {
        let now = self.clock().now();
        let sweep = self.0.failures_counted.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY);
        let counted = self.store().write(move |conn| {
            Box::pin(async move {
                for subject in &subjects {
                    store::login_failure::count(conn, subject, now).await?;
                }
                if sweep {
                    store::login_failure::sweep(conn, now.plus_ms(-FORGET_MS)).await?;
                }
                Ok::<_, Error>(())
            })
        });
        counted.await
    }

    /// Most logins have nothing to forget, and no commit to wait for.
    async fn forget_failures(&self, subject: String) -> Result<()> {
        let failures = store::login_failure::get(&mut *self.store().read().await?, &subject).await?.failures;
        if failures == 0 {
            return Ok(());
        }
        Ok(self.store().write(move |conn| Box::pin(async move { store::login_failure::clear(conn, &subject).await })).await?)
    }
}

/// Ends the sessions of a user whose password or right to log in has changed, and forgets its failures: an administrator has seen to it.
pub(super) async fn log_out_in(conn: &mut Conn, account: AccountId, user: UserId) -> Result<(), store::Error> {
    store::login_failure::clear(conn, &of_user(user)).await?;
    store::session::end_all(conn, account, user).await
}

async fn find(conn: &mut Conn, name: &str) -> Result<Option<User>> {
    if let Some(user) = store::user::by_username(conn, name).await? {
        return Ok(Some(user));
    }
    let mut users = store::user::by_email(conn, name).await?;
    Ok(if users.len() == 1 { users.pop() } else { None })
}

fn of_user(user: UserId) -> String {
    format!("user:{user}")
}

/// One address of IPv4; of IPv6 all that one customer gets.
fn of_network(what: &str, client: IpAddr) -> String {
    match client {
        IpAddr::V4(address) => format!("{what}:{address}"),
        IpAddr::V6(address) => format!("{what}:{}", Ipv6Net::new_assert(address, IPV6_PREFIX).trunc()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_an_address_or_a_64() {
        let of = |text: &str| of_network("login", text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "login:192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3::4"), "login:2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2:ffff::"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:3::1"), of("2001:db8:1:2::1"));
    }
}
