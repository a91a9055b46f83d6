//! Calls that come in: from a phone that authenticates, from a trunk, or from a trusted address.

use super::cause;
use super::channel::{Direction, Profile};
use super::dial::LegEnd;
use super::directory::User;
use super::registrations::password_fits;
use super::{ChanId, Core, Then};
use crate::clock::Millis;
use crate::sim::phones::{CallPlan, Origin, PhoneKey};

/// Why a call did not even get a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// There is no such phone; it must have tried to register before.
    #[error("no such phone")]
    UnknownPhone,
    /// 403: the directory does not know the user, or another password.
    #[error("the switch refused the phone")]
    Forbidden,
    /// The switch stopped.
    #[error("the switch is gone")]
    Gone,
}

impl Core {
    /// Somebody dials; `then` is given the channel's UUID once there is one.
    pub fn place_call(
        &mut self,
        from: Origin,
        number: &str,
        plan: CallPlan,
        now: Millis,
        then: impl FnOnce(Result<String, DialError>) + Send + 'static,
    ) {
        self.advance(now);
        let number = number.to_string();
        match from {
            Origin::Phone(key) => self.authenticated_call(key, number, plan, Box::new(move |_, r| then(r))),
            Origin::Trunk { cid_number, cid_name } => {
                let name = format!("sofia/external/{cid_number}@127.0.0.1");
                then(Ok(self.incoming(name, (cid_name, cid_number), "public", &number, plan, None)));
            }
            Origin::Trusted { cid_number, context } => {
                let name = format!("sofia/internal/{cid_number}@127.0.0.1:5099");
                then(Ok(self.incoming(name, (cid_number.clone(), cid_number), &context, &number, plan, None)));
            }
        }
        self.settle();
    }

    fn authenticated_call(&mut self, key: PhoneKey, number: String, plan: CallPlan, then: Then<Result<String, DialError>>) {
        let Some(phone) = self.phones.get(&key) else { return then(self, Err(DialError::UnknownPhone)) };
        let (password, port) = (phone.password.clone(), phone.port);
        let params = self.sip_auth_params(&key, port, &number, "INVITE");
        let who = key.clone();
        self.find_user(
            &key.user,
            &key.domain,
            params,
            Box::new(move |core, user| {
                let Some(user) = user.filter(|u| password_fits(u, &who, &password)) else {
                    return then(core, Err(DialError::Forbidden));
                };
                let context = user.variable("user_context").unwrap_or("default").to_string();
                let name = format!("sofia/internal/{}@{}", who.user, who.domain);
                let cid = (who.user.clone(), who.user.clone());
                let uuid = core.incoming(name, cid, &context, &number, plan, Some((&who, &user, port)));
                then(core, Ok(uuid));
            }),
        );
    }

    fn incoming(
        &mut self,
        name: String,
        cid: (String, String),
        context: &str,
        number: &str,
        plan: CallPlan,
        auth: Option<(&PhoneKey, &User, u16)>,
    ) -> String {
        let profile = Profile {
            username: cid.1.clone(),
            dialplan: "XML".into(),
            cid_name: cid.0.clone(),
            cid_number: cid.1.clone(),
            orig_cid_name: cid.0,
            orig_cid_number: cid.1.clone(),
            network_addr: "127.0.0.1".into(),
            ani: cid.1.clone(),
            destination: number.to_string(),
            source: "mod_sofia",
            context: context.to_string(),
            ..Profile::default()
        };
        let uuid = self.new_uuid();
        let external = name.starts_with("sofia/external/");
        let id = self.new_channel(uuid.clone(), name, Direction::Inbound, profile, LegEnd::Caller(plan.clone()));
        if let Some(channel) = self.channels.get_mut(&id) {
            let host = auth.map_or("127.0.0.1", |(k, _, _)| k.domain.as_str());
            for (name, value) in [
                ("sip_from_user", cid.1.as_str()),
                ("sip_from_host", host),
                ("sip_network_ip", "127.0.0.1"),
                ("sip_received_ip", "127.0.0.1"),
                ("sip_via_protocol", "udp"),
            ] {
                channel.set(name, value);
            }
            if let Some((key, user, port)) = auth {
                channel.set("sip_network_port", port);
                channel.set("sip_authorized", true);
                channel.set("sip_number_alias", &key.user);
                channel.set("sip_auth_username", &key.user);
                channel.set("sip_auth_realm", &key.domain);
                channel.set("number_alias", &key.user);
                channel.set("requested_user_name", &key.user);
                channel.set("requested_domain_name", &key.domain);
                for (name, value) in &user.variables {
                    channel.set(name, value);
                }
                channel.set("user_name", &user.id);
                channel.set("domain_name", &key.domain);
            }
            let profile = if external { "external" } else { "internal" };
            channel.set("sofia_profile_name", profile);
            channel.set("recovery_profile_name", profile);
            channel.set("sip_req_user", number);
            channel.set("sip_to_user", number);
            channel.set("sip_to_host", host);
            channel.set("max_forwards", 70);
            channel.set("endpoint_disposition", "DELAYED NEGOTIATION");
        }
        self.create_event(id);
        self.carry_out(id, &plan);
        self.after(0, move |core| core.route(id));
        uuid
    }

    fn carry_out(&mut self, id: ChanId, plan: &CallPlan) {
        let ms = |t: u64| i64::try_from(t).unwrap_or(i64::MAX);
        if let Some(t) = plan.give_up_after_ms {
            self.after(ms(t), move |core| {
                if core.channels.get(&id).is_some_and(|c| c.times.bridged == 0) {
                    core.phone_hangs_up(id);
                }
            });
        }
        if let Some(t) = plan.end_after_ms {
            self.after(ms(t), move |core| core.phone_hangs_up(id));
        }
        for (t, digits) in plan.digits.clone() {
            self.after(ms(t), move |core| core.press(id, &digits));
        }
    }

    /// The first time a caller is bridged, its talk time begins.
    pub(super) fn talk_begins(&mut self, id: ChanId) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        let LegEnd::Caller(plan) = &mut channel.end else { return };
        if let Some(t) = plan.talk_ms.take().and_then(|t| i64::try_from(t).ok()) {
            self.after(t, move |core| core.phone_hangs_up(id));
        }
    }

    /// The person puts the phone down: BYE, or CANCEL before an answer.
    pub(super) fn phone_hangs_up(&mut self, id: ChanId) {
        let Some(channel) = self.channels.get_mut(&id).filter(|c| c.up()) else { return };
        let answered = channel.answered();
        if answered {
            channel.set("sip_term_status", 200);
            channel.set("proto_specific_hangup_cause", "sip:200");
            channel.set("sip_term_cause", 16);
        }
        channel.set("sip_hangup_disposition", if answered { "recv_bye" } else { "recv_cancel" });
        let why = if answered { cause::NORMAL_CLEARING } else { cause::ORIGINATOR_CANCEL };
        self.hangup(id, why);
    }

    /// The person at this channel puts the phone down. False when there is no such channel.
    pub fn hang_up_phone(&mut self, uuid: &str, now: Millis) -> bool {
        self.advance(now);
        let Some(&id) = self.by_uuid.get(uuid) else { return false };
        self.phone_hangs_up(id);
        self.settle();
        true
    }

    /// The person at this channel presses keys. False when there is no such channel.
    pub fn press_keys(&mut self, uuid: &str, digits: &str, now: Millis) -> bool {
        self.advance(now);
        let Some(&id) = self.by_uuid.get(uuid) else { return false };
        self.press(id, digits);
        self.settle();
        true
    }

    pub(super) fn press(&mut self, id: ChanId, digits: &str) {
        self.confirm(id, digits);
        for digit in digits.chars().filter(|c| c.is_ascii_digit() || "*#ABCDabcd".contains(*c)) {
            self.member_key(id, digit);
        }
    }

    /// Runs what is due now, after an act from outside.
    pub(super) fn settle(&mut self) {
        self.advance(self.now);
    }
}
