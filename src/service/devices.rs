//! Devices.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::access::Caller;
use super::agents::changes::{Saved, save_in};
use super::secret::{Secret, a1_hash};
use super::{Applied, Error, Listing, Result, Service, total};
use crate::clock::Millis;
use crate::domain::device::{A1Hash, Device, Line, Ring};
use crate::domain::event::Source;
use crate::domain::number::{DialNumber, Domain, Gateway, SipUser};
use crate::domain::text::Label;
use crate::domain::{Account, DeviceId, Permission, UserId};
use crate::store::{self, Conn, Page};

/// The fewest characters of a phone's password that is not generated.
pub const PASSWORD_MIN_CHARS: usize = 12;
/// The most.
pub const PASSWORD_MAX_CHARS: usize = 128;
/// How long a read waits to hear which phones are registered.
const REGISTRATIONS_WAIT: Duration = Duration::from_secs(1);

/// Which devices are listed.
#[derive(Clone, Debug, Default)]
pub struct DeviceFilter {
    /// Part of the name, SIP user or number.
    pub q: Option<String>,
    /// Only those of this user.
    pub user_id: Option<UserId>,
}

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// A phone that registers.
    Sip,
    /// A number outside.
    External,
}

/// What is set of a device; none leaves it as it is.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "see domain::Device")]
pub struct DeviceEdit {
    pub kind: Option<DeviceKind>,
    pub name: Option<Label>,
    pub username: Option<SipUser>,
    pub password: Option<String>,
    pub number: Option<DialNumber>,
    pub gateway: Option<Option<Gateway>>,
    pub confirm: Option<bool>,
    pub user_id: Option<Option<UserId>>,
    pub ring: Option<u32>,
    pub delay: Option<u32>,
    pub timeout: Option<u32>,
}

/// A device with what is known of it.
#[derive(Clone, Debug)]
pub struct DeviceView {
    /// The device.
    pub device: Device,
    /// Who is checked in on it.
    pub agent_id: Option<UserId>,
    /// Whether the phone is registered; none when that is not known, as for a number outside.
    pub registered: Option<bool>,
    /// Since when it can be reached; none when it cannot, or that is not known.
    pub reachable_since: Option<Millis>,
}

impl Service {
    /// The devices that match.
    ///
    /// # Errors
    /// [`Error::Permission`].
    pub async fn devices(&self, caller: &Caller, filter: DeviceFilter, page: Page) -> Result<Listing<DeviceView>> {
        caller.require(Permission::Devices)?;
        let account = caller.account_id();
        let filter = store::device::Filter { q: filter.q, user_id: filter.user_id };
        let mut conn = self.store().read().await?;
        let devices = store::device::list(&mut conn, account, &filter, page).await?;
        let total = total(page, store::device::count(&mut conn, account, &filter).await?);
        let agents = store::agent::list(&mut conn, account).await?;
        let seats: HashMap<_, _> = agents.iter().filter_map(|agent| Some((agent.device_id?, agent.user_id))).collect();
        drop(conn);
        let phones = self.registered_phones(&caller.account.domain).await;
        let rows = devices.into_iter().map(|device| self.device_view(device, &caller.account.domain, &seats, phones.as_ref())).collect();
        Ok(Listing { rows, total })
    }

    /// One device.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn device(&self, caller: &Caller, id: DeviceId) -> Result<DeviceView> {
        caller.require(Permission::Devices)?;
        let mut conn = self.store().read().await?;
        let device = store::device::get(&mut conn, caller.account_id(), id).await?.ok_or(Error::NotFound("device"))?;
        let agent = store::agent::on_device(&mut conn, caller.account_id(), id).await?;
        drop(conn);
        let seats = agent.map(|agent| (id, agent.user_id)).into_iter().collect();
        let phones = self.registered_phones(&caller.account.domain).await;
        Ok(self.device_view(device, &caller.account.domain, &seats, phones.as_ref()))
    }

    /// `phones` are the SIP users that are registered in `domain`, none when the switch does not say.
    fn device_view(
        &self,
        device: Device,
        domain: &Domain,
        seats: &HashMap<DeviceId, UserId>,
        phones: Option<&HashSet<String>>,
    ) -> DeviceView {
        let agent_id = seats.get(&device.id).copied();
        let Line::Sip { username, .. } = &device.line else {
            return DeviceView { device, agent_id, registered: None, reachable_since: None };
        };
        let registered = phones.map(|phones| phones.contains(&username.as_str().to_ascii_lowercase()));
        let reachable_since =
            registered.filter(|&registered| registered).and_then(|_| self.0.reach.since(username.as_str(), domain.as_str()));
        DeviceView { device, agent_id, registered, reachable_since }
    }

    /// The SIP users that are registered now, in lower case; none with the switch away or too slow: a list does not wait for it.
    pub(super) async fn registered_phones(&self, domain: &Domain) -> Option<HashSet<String>> {
        if self.switch().away() {
            return None;
        }
        let asked = tokio::time::timeout(REGISTRATIONS_WAIT, self.switch().registrations()).await.ok()?.ok()?;
        let ours = asked.into_iter().filter(|phone| phone.realm.eq_ignore_ascii_case(domain.as_str()));
        Some(ours.map(|phone| phone.user.to_ascii_lowercase()).collect())
    }

    /// Makes a device; a password that was generated is given this once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is missing or not allowed, [`Error::Conflict`] for a SIP user in use.
    pub async fn create_device(&self, caller: &Caller, edit: DeviceEdit) -> Result<(DeviceView, Option<Secret>, Applied)> {
        caller.require(Permission::Devices)?;
        let configure = self.configure()?;
        let name = edit.name.clone().ok_or_else(|| Error::invalid("name", "is required"))?;
        let (line, generated) = new_line(&edit, &caller.account.domain)?;
        let ring = ring(Ring::default(), &edit);
        let user_id = edit.user_id.flatten();
        let new = store::device::New { account_id: caller.account_id(), name, line, user_id, ring };
        let id = self.store().write(move |conn| {
            Box::pin(async move {
                let account = store::account::get(conn, new.account_id).await?.ok_or(Error::NotFound("account"))?;
                check_owner(conn, &account, new.user_id).await?;
                Ok::<_, Error>(store::device::insert(conn, &new).await?)
            })
        });
        let id = id.await?;
        let applied = configure.apply().await;
        Ok((self.device(caller, id).await?, generated, applied))
    }

    /// Changes a device. Its type stays; a new SIP user needs the password too, which is kept only as a hash of both.
    ///
    /// # Errors
    /// As [`Service::create_device`], and [`Error::NotFound`].
    pub async fn update_device(&self, caller: &Caller, id: DeviceId, edit: DeviceEdit) -> Result<(DeviceView, Applied)> {
        caller.require(Permission::Devices)?;
        let configure = self.configure()?;
        let account = caller.account.clone();
        let done = self.store().write(move |conn| {
            Box::pin(async move {
                let mut device = store::device::get(conn, account.id, id).await?.ok_or(Error::NotFound("device"))?;
                change_line(&mut device.line, &edit, &account.domain)?;
                device.ring = ring(device.ring, &edit);
                if let Some(user_id) = edit.user_id {
                    check_owner(conn, &account, user_id).await?;
                    device.user_id = user_id;
                }
                if let Some(name) = edit.name {
                    device.name = name;
                }
                store::device::update(conn, &device).await?;
                // A live change of whoever sits there may have been worked out from what it was.
                if let Some(agent) = store::agent::on_device(conn, account.id, id).await? {
                    store::agent::touch(conn, account.id, agent.user_id).await?;
                }
                Ok::<_, Error>(())
            })
        });
        done.await?;
        let applied = configure.apply().await;
        Ok((self.device(caller, id).await?, applied))
    }

    /// Deletes a device. Whoever is checked in on it is checked out; extensions that lead to it go with it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Permission`].
    pub async fn delete_device(&self, caller: &Caller, id: DeviceId) -> Result<Applied> {
        caller.require(Permission::Devices)?;
        let configure = self.configure()?;
        let (account, now) = (caller.account_id(), self.clock().now());
        let saved = self.store().write(move |conn| {
            Box::pin(async move {
                let saved = match store::agent::on_device(conn, account, id).await? {
                    Some(agent) => {
                        let change = agent.check_out();
                        save_in(conn, agent, change, Source::Api, now).await?
                    }
                    None => None,
                };
                if store::device::delete(conn, account, id).await? { Ok(saved) } else { Err(Error::NotFound("device")) }
            })
        });
        let saved: Option<Saved> = saved.await?;
        self.publish(saved.iter());
        configure.apply_and_withdraw(saved).await
    }
}

async fn check_owner(conn: &mut Conn, account: &Account, user: Option<UserId>) -> Result<()> {
    let Some(user) = user else { return Ok(()) };
    let found = store::user::get(conn, account.id, user).await?;
    found.map(|_| ()).ok_or_else(|| Error::invalid("user_id", "must be the id of a user, or 0 for nobody"))
}

fn ring(before: Ring, edit: &DeviceEdit) -> Ring {
    Ring {
        ring: edit.ring.unwrap_or(before.ring),
        delay: edit.delay.unwrap_or(before.delay),
        timeout: edit.timeout.unwrap_or(before.timeout),
    }
}

/// The line of a new device, and its password when that was generated.
fn new_line(edit: &DeviceEdit, domain: &Domain) -> Result<(Line, Option<Secret>)> {
    let kind = edit.kind.unwrap_or(if edit.number.is_some() && edit.username.is_none() { DeviceKind::External } else { DeviceKind::Sip });
    match kind {
        DeviceKind::Sip => {
            let username = edit.username.clone().ok_or_else(|| Error::invalid("username", "is required for a device of type sip"))?;
            let (a1_hash, generated) = match &edit.password {
                Some(password) => (hash(&username, domain, password)?, None),
                None => {
                    let password = Secret::new_device_password();
                    (hash(&username, domain, password.expose())?, Some(password))
                }
            };
            Ok((Line::Sip { username, a1_hash }, generated))
        }
        DeviceKind::External => {
            let number = edit.number.clone().ok_or_else(|| Error::invalid("number", "is required for a device of type external"))?;
            Ok((Line::External { number, gateway: edit.gateway.clone().flatten(), confirm: edit.confirm.unwrap_or(true) }, None))
        }
    }
}

fn change_line(line: &mut Line, edit: &DeviceEdit, domain: &Domain) -> Result<()> {
    let kind = if matches!(line, Line::Sip { .. }) { DeviceKind::Sip } else { DeviceKind::External };
    if edit.kind.is_some_and(|wanted| wanted != kind) {
        return Err(Error::invalid("type", "cannot be changed; make another device"));
    }
    match line {
        Line::Sip { username, a1_hash } => {
            let wanted = edit.username.clone().unwrap_or_else(|| username.clone());
            match &edit.password {
                Some(password) => *a1_hash = hash(&wanted, domain, password)?,
                None if wanted != *username => {
                    return Err(Error::invalid("password", "is required with a new username: it is kept only as a hash of both"));
                }
                None => {}
            }
            *username = wanted;
        }
        Line::External { number, gateway, confirm } => {
            if let Some(wanted) = &edit.number {
                *number = wanted.clone();
            }
            if let Some(wanted) = &edit.gateway {
                *gateway = wanted.clone();
            }
            *confirm = edit.confirm.unwrap_or(*confirm);
        }
    }
    Ok(())
}

fn hash(username: &SipUser, domain: &Domain, password: &str) -> Result<A1Hash> {
    if !(PASSWORD_MIN_CHARS..=PASSWORD_MAX_CHARS).contains(&password.chars().count()) || password.chars().any(char::is_control) {
        let why = format!(
            "must have {PASSWORD_MIN_CHARS} to {PASSWORD_MAX_CHARS} characters and no control characters; leave it out for a generated one"
        );
        return Err(Error::invalid("password", why));
    }
    Ok(A1Hash(a1_hash(username.as_str(), domain.as_str(), password)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sip(username: &str, password: Option<&str>) -> DeviceEdit {
        DeviceEdit { username: Some(SipUser::parse(username).unwrap()), password: password.map(str::to_owned), ..DeviceEdit::default() }
    }

    #[test]
    fn a_password_is_long_or_generated_and_belongs_to_the_username() {
        let domain = Domain::parse("lab.local").unwrap();
        assert!(new_line(&sip("1001", Some("short")), &domain).is_err());
        let (mut line, generated) = new_line(&sip("1001", None), &domain).unwrap();
        let password = generated.unwrap();
        let expected = A1Hash(a1_hash("1001", "lab.local", password.expose()));
        assert!(matches!(&line, Line::Sip { a1_hash, .. } if *a1_hash == expected));
        let error = change_line(&mut line, &sip("1002", None), &domain).unwrap_err();
        assert!(error.to_string().starts_with("password is required with a new username"));
        change_line(&mut line, &sip("1001", None), &domain).unwrap();
        change_line(&mut line, &sip("1002", Some("long enough 12")), &domain).unwrap();
    }

    #[test]
    fn an_external_number_asks_for_a_key_unless_told_otherwise() {
        let domain = Domain::parse("lab.local").unwrap();
        let edit = DeviceEdit { number: Some(DialNumber::parse("+972501234567").unwrap()), ..DeviceEdit::default() };
        let (mut line, generated) = new_line(&edit, &domain).unwrap();
        assert!(generated.is_none() && matches!(line, Line::External { confirm: true, .. }));
        let wrong = DeviceEdit { kind: Some(DeviceKind::Sip), ..DeviceEdit::default() };
        assert!(change_line(&mut line, &wrong, &domain).is_err());
    }
}
