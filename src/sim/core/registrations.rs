//! Phones that register: checked against the directory, listed, refreshed, expired.

use md5::{Digest, Md5};

use super::Then;
use super::channel::Direction;
use super::directory::User;
use super::events::Event;
use super::{ChanId, Core};
use crate::clock::Millis;
use crate::sim::phones::{Behaviour, PhoneKey};

const EXPIRES_S: i64 = 3600;
const FIRST_PORT: u16 = 5081;

/// Why a phone may not register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// 403: the directory has no such user.
    #[error("no such user")]
    UnknownUser,
    /// 403: the password is another one.
    #[error("wrong password")]
    WrongPassword,
    /// The switch stopped.
    #[error("the switch is gone")]
    Gone,
}

/// A telephone, registered or not.
#[derive(Clone, Debug)]
pub(super) struct Phone {
    pub(super) password: String,
    pub(super) behaviour: Behaviour,
    pub(super) port: u16,
}

/// A row of `show registrations`.
#[derive(Clone, Debug)]
pub(super) struct Registration {
    pub(super) key: PhoneKey,
    pub(super) port: u16,
    pub(super) call_id: String,
    pub(super) expires_at: Millis,
    /// Nobody can be called there; `show registrations` has it until it expires.
    pub(super) flushed: bool,
    serial: u64,
}

impl Registration {
    /// `sip:1001@127.0.0.1:5081;transport=udp`
    pub(super) fn uri(&self) -> String {
        format!("sip:{}@127.0.0.1:{};transport=udp", self.key.user, self.port)
    }
}

impl Core {
    /// A phone asks to register; the directory decides. It goes on refreshing until it unregisters.
    pub fn register(
        &mut self,
        key: PhoneKey,
        password: &str,
        behaviour: Behaviour,
        now: Millis,
        then: impl FnOnce(Result<(), RegisterError>) + Send + 'static,
    ) {
        self.advance(now);
        let next = FIRST_PORT.saturating_add(u16::try_from(self.phones.len()).unwrap_or(u16::MAX));
        let port = self.phones.get(&key).map_or(next, |p| p.port);
        self.phones.insert(key.clone(), Phone { password: password.into(), behaviour, port });
        self.register_phone(key, Box::new(move |_, result| then(result)));
        self.settle();
    }

    /// The phone is switched off in an orderly way: its registration goes, the phone stays known.
    pub fn unregister(&mut self, key: &PhoneKey, now: Millis) {
        self.advance(now);
        let Some(at) = self.registrations.iter().position(|r| r.key == *key) else { return };
        let row = self.registrations.remove(at);
        let event = Event::custom("sofia::unregister", "sofia_reg.c", "sofia_reg_handle_register_token")
            .with("profile-name", "internal")
            .with("username", &key.user)
            .with("from-user", &key.user)
            .with("from-host", &key.domain)
            .with("contact", format!("\"\" <{}>", row.uri()))
            .with("call-id", &row.call_id)
            .with("rpid", "unknown")
            .with("realm", &key.domain)
            .with("network-ip", "127.0.0.1")
            .with("network-port", row.port)
            .with("user-agent", "unknown")
            .with("expires", 0);
        self.fire(event);
        self.settle();
    }

    /// The phone loses its power: it no longer refreshes, and its registration expires at once.
    pub fn expire(&mut self, key: &PhoneKey, now: Millis) {
        self.advance(now);
        self.drop_registration(key);
        self.settle();
    }

    /// What the phone does from now on when it rings.
    pub fn set_behaviour(&mut self, key: &PhoneKey, behaviour: Behaviour) {
        if let Some(phone) = self.phones.get_mut(key) {
            phone.behaviour = behaviour;
        }
    }

    /// What a number behind a gateway does from now on when it is dialled.
    pub fn set_far_end(&mut self, number: &str, behaviour: Behaviour) {
        self.numbers.insert(number.into(), behaviour);
    }

    fn register_phone(&mut self, key: PhoneKey, then: Then<Result<(), RegisterError>>) {
        let Some(phone) = self.phones.get(&key) else { return then(self, Err(RegisterError::UnknownUser)) };
        let (password, port) = (phone.password.clone(), phone.port);
        let params = self.sip_auth_params(&key, port, &key.user.clone(), "REGISTER");
        let who = key.clone();
        self.find_user(
            &key.user,
            &key.domain,
            params,
            Box::new(move |core, user| {
                let result = match user {
                    None => Err(RegisterError::UnknownUser),
                    Some(user) if !password_fits(&user, &who, &password) => Err(RegisterError::WrongPassword),
                    Some(user) => {
                        core.registered(&who, port, &user);
                        Ok(())
                    }
                };
                then(core, result);
            }),
        );
    }

    fn registered(&mut self, key: &PhoneKey, port: u16, user: &User) {
        let old = self.registrations.iter().position(|r| r.key == *key).map(|at| self.registrations.remove(at));
        let call_id = old.map_or_else(|| format!("{}-{}@127.0.0.1", port, self.next_chan), |r| r.call_id);
        self.serial += 1;
        let serial = self.serial;
        let expires_at = self.now.plus_ms(EXPIRES_S * 1000);
        let row = Registration { key: key.clone(), port, call_id: call_id.clone(), expires_at, flushed: false, serial };
        let contact = format!("\"\" <{}>", row.uri());
        self.registrations.push(row);
        let mut event = Event::custom("sofia::register", "sofia_reg.c", "sofia_reg_handle_register_token");
        for (name, value) in [
            ("profile-name", "internal"),
            ("from-user", &key.user),
            ("from-host", &key.domain),
            ("presence-hosts", "n/a"),
            ("contact", &contact),
            ("call-id", &call_id),
            ("rpid", "unknown"),
            ("status", "Registered(UDP)"),
            ("expires", "3600"),
            ("to-user", &key.user),
            ("to-host", &key.domain),
            ("network-ip", "127.0.0.1"),
            ("network-port", &port.to_string()),
            ("username", &key.user),
            ("realm", &key.domain),
            ("user-agent", "unknown"),
            ("sip_number_alias", &key.user),
            ("sip_auth_username", &key.user),
            ("sip_auth_realm", &key.domain),
            ("number_alias", &key.user),
            ("user_name", &user.id),
            ("domain_name", &key.domain),
        ] {
            event.add(name, value);
        }
        for (name, value) in &user.variables {
            event.add(name, value);
        }
        self.fire(event);
        self.refresh_later(key.clone(), serial);
    }

    fn refresh_later(&mut self, key: PhoneKey, serial: u64) {
        let Some(row) = self.registrations.iter().find(|r| r.key == key && r.serial == serial) else { return };
        let at = row.expires_at.plus_ms(-EXPIRES_S * 500).max(self.now.plus_ms(1));
        self.at(at, move |core| {
            if !core.registrations.iter().any(|r| r.key == key && r.serial == serial) {
                return;
            }
            let who = key.clone();
            core.register_phone(
                key,
                Box::new(move |core, result| {
                    if result.is_err() {
                        core.drop_registration(&who);
                    }
                }),
            );
        });
    }

    /// After a restart the rows are there again, and so are the phones that refresh them.
    pub(super) fn rearm_registrations(&mut self) {
        for (key, serial) in self.registrations.iter().map(|r| (r.key.clone(), r.serial)).collect::<Vec<_>>() {
            self.refresh_later(key, serial);
        }
    }

    /// mod_sofia forgets it; the core's own table, which is what is shown, is not told.
    pub(super) fn flush_registration(&mut self, key: &PhoneKey) {
        let Some(row) = self.registrations.iter_mut().find(|r| r.key == *key && !r.flushed) else { return };
        row.flushed = true;
        row.serial = 0;
        let row = row.clone();
        self.expired(&row);
    }

    fn drop_registration(&mut self, key: &PhoneKey) {
        let Some(at) = self.registrations.iter().position(|r| r.key == *key) else { return };
        let row = self.registrations.remove(at);
        self.expired(&row);
    }

    fn expired(&mut self, row: &Registration) {
        let key = &row.key;
        let event = Event::custom("sofia::expire", "sofia_reg.c", "sofia_reg_del_callback")
            .with("profile-name", "internal")
            .with("call-id", &row.call_id)
            .with("user", &key.user)
            .with("username", &key.user)
            .with("host", &key.domain)
            .with("contact", format!("\"\" <{}>", row.uri()))
            .with("expires", row.expires_at.epoch_s())
            .with("user-agent", "unknown")
            .with("realm", &key.domain)
            .with("network-ip", "127.0.0.1")
            .with("network-port", row.port);
        self.fire(event);
    }

    /// What mod_sofia tells the directory when it checks a password.
    pub(super) fn sip_auth_params(&mut self, key: &PhoneKey, port: u16, to: &str, method: &str) -> Vec<(String, String)> {
        let mut params = self.base_headers("REQUEST_PARAMS", ("sofia_reg.c", "sofia_reg_parse_auth"));
        for (name, value) in [
            ("action", "sip_auth"),
            ("sip_profile", "internal"),
            ("sip_user_agent", "unknown"),
            ("sip_auth_username", &key.user),
            ("sip_auth_realm", &key.domain),
            ("sip_contact_user", &key.user),
            ("sip_contact_host", "127.0.0.1"),
            ("sip_to_user", to),
            ("sip_to_host", &key.domain),
            ("sip_via_protocol", "udp"),
            ("sip_from_user", &key.user),
            ("sip_from_host", &key.domain),
            ("sip_request_user", to),
            ("sip_request_host", &key.domain),
            ("sip_auth_qop", "auth"),
            ("sip_auth_method", method),
            ("client_port", &port.to_string()),
        ] {
            params.push((name.into(), value.into()));
        }
        params.push(("ip".into(), "127.0.0.1".into()));
        params
    }

    /// The registration that a contact URI points at.
    pub(super) fn phone_at(&self, uri: &str) -> Option<&Registration> {
        let wanted = uri.split(';').next().unwrap_or(uri);
        self.registrations.iter().find(|r| !r.flushed && r.uri().split(';').next() == Some(wanted))
    }

    /// `sofia_contact`'s answer: the dial string of a user, or the endpoint that fails with the reason.
    pub(super) fn sofia_contact(&self, who: &str) -> String {
        let who = who.split_once('/').map_or(who, |(_, rest)| rest);
        let (user, domain) = who.split_once('@').unwrap_or((who, &self.cfg.domain));
        let found: Vec<String> = self
            .registrations
            .iter()
            .filter(|r| !r.flushed && r.key.user.eq_ignore_ascii_case(user) && r.key.domain.eq_ignore_ascii_case(domain))
            .map(|r| format!("sofia/internal/{}", r.uri()))
            .collect();
        if found.is_empty() { "error/user_not_registered".into() } else { found.join(",") }
    }

    /// Whether this outgoing leg goes to a phone or number that behaves so.
    pub(super) fn behaviour_of(&self, id: ChanId) -> Behaviour {
        let Some(channel) = self.channels.get(&id) else { return Behaviour::Dead };
        debug_assert_eq!(channel.direction, Direction::Outbound);
        match &channel.end {
            super::dial::LegEnd::Phone(key) => self.phones.get(key).map_or(Behaviour::Dead, |p| p.behaviour),
            super::dial::LegEnd::Number(number) => self.numbers.get(number).copied().unwrap_or(self.cfg.far_end),
            super::dial::LegEnd::Caller(_) => Behaviour::Dead,
        }
    }
}

/// Whether the phone's password is the directory's: `password` in clear, or `a1-hash` = MD5(user:domain:password).
pub(super) fn password_fits(user: &User, key: &PhoneKey, password: &str) -> bool {
    if let Some(hash) = user.param("a1-hash") {
        let text = format!("{}:{}:{password}", key.user, key.domain);
        let mine: String = Md5::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        return mine.eq_ignore_ascii_case(hash);
    }
    user.param("password").is_some_and(|p| p == password)
}
