//! Where mod_callcenter rings an agent.
//!
//! The switch expands a contact on the caller's channel at each offer (trap 2), so what belongs to the queue (how long it rings, whether the
//! phone answers by itself) and to the call (its id) comes from variables that our dialplan sets on the caller. A variable that is not set
//! becomes nothing, which FreeSWITCH takes for "not said".

use std::fmt;

use crate::domain::User;
use crate::domain::device::{Device, Line};
use crate::domain::number::{DialNumber, Domain, Gateway, SipUser};
use crate::domain::user::Way;
use crate::switch::recording::on_answer;

/// What is played to somebody outside until they press 1: tones, since a prompt that the switch does not have ends the call. With the commas
/// as a dial string has them.
pub const CONFIRM_PROMPT: &str = r"tone_stream://%(200\,200\,700);%(200\,1400\,700);loops=5";

/// On a leg that is called outside: `true`.
pub const OUTSIDE: &str = "ccgate_outside";
/// An endpoint that is nobody's: calling it fails as for a phone that is not registered.
const NOBODY: &str = "error/user_not_registered";

/// A contact made by [`contact`]. Nothing else makes one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Contact(String);

impl Contact {
    /// The dial string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The contact of an agent on a device. An external number is reached through its own gateway, else through `gateway`; with none of them the
/// offer fails as for a phone that is not registered, which waits and does not count as a no-answer (trap 12); so does that of one that is `barred`.
pub fn contact(agent: &User, device: &Device, domain: &Domain, gateway: Option<&Gateway>, barred: bool) -> Contact {
    let mut variables = vec![
        "ccgate_call_id=${ccgate_call_id}".to_owned(),
        format!("ccgate_account_id={}", device.account_id),
        format!("ccgate_user_id={}", agent.id),
        format!("ccgate_device_id={}", device.id),
        "ccgate_queue_id=${ccgate_queue_id}".to_owned(),
        "ccgate_call_type=queue".to_owned(),
        "leg_timeout=${ccgate_ring_timeout}".to_owned(),
        "sip_auto_answer=${ccgate_auto_answer}".to_owned(),
    ];
    variables.extend(recording(agent));
    if let Line::External { confirm, .. } = device.line {
        variables.push(format!("{OUTSIDE}=true"));
        if confirm {
            variables.push("group_confirm_key=1".to_owned());
            variables.push(format!("group_confirm_file={CONFIRM_PROMPT}"));
        }
    }
    let endpoint = if barred { NOBODY.to_owned() } else { endpoint(device, domain, gateway) };
    Contact(format!("[{}]{endpoint}", variables.join(",")))
}

/// The recording of an agent that has its calls recorded: where to is said by the caller's channel, in one of two variables, when the queue leaves
/// it to the agent; with no path the application does nothing.
fn recording(agent: &User) -> Option<String> {
    let own = agent.settings.device_overrides()?;
    let paths: String = [(Way::FromOutside, "${ccgate_record_ext}"), (Way::FromOffice, "${ccgate_record_int}")]
        .into_iter()
        .filter_map(|(way, path)| own.records(way).then_some(path))
        .collect();
    (!paths.is_empty()).then(|| on_answer(&paths))
}

/// The device's endpoint in a dial string, without variables: `user/1001@lab.local`, `sofia/gateway/provider/+972501234567`.
pub fn endpoint(device: &Device, domain: &Domain, gateway: Option<&Gateway>) -> String {
    match &device.line {
        Line::Sip { username, .. } => format!("user/{}", presence_id(username, domain)),
        Line::External { number, gateway: own, .. } => match own.as_ref().or(gateway) {
            Some(gateway) => format!("sofia/gateway/{gateway}/{number}"),
            None => NOBODY.to_owned(),
        },
    }
}

/// Whom a contact rings that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phone {
    /// A registered phone, by its SIP user.
    Sip(String),
    /// A number, through a gateway of the switch.
    Outside {
        /// The gateway.
        gateway: Gateway,
        /// The number.
        number: DialNumber,
    },
}

/// Reads a contact: `user/1001@domain`, `${sofia_contact(1001@domain)}`, `sofia/<profile>/1001@domain` or `sofia/gateway/<gateway>/<number>`, each
/// with or without variables before it. None for any other.
pub fn phone_of(contact: &str) -> Option<Phone> {
    let end = |open, close| contact.starts_with(open).then(|| contact.rfind(close)).flatten().map_or(0, |at| at + 1);
    let endpoint = contact.get(end('[', ']').max(if contact.starts_with("{") { end('{', '}') } else { 0 })..)?;
    if let Some(outside) = endpoint.strip_prefix("sofia/gateway/") {
        let (gateway, number) = outside.split_once('/')?;
        return Some(Phone::Outside { gateway: Gateway::parse(gateway).ok()?, number: DialNumber::parse(number).ok()? });
    }
    let address = endpoint
        .strip_prefix("user/")
        .or_else(|| endpoint.strip_prefix("${sofia_contact(").and_then(|rest| rest.strip_suffix(")}")))
        .or_else(|| endpoint.strip_prefix("sofia/"))?;
    let address = address.rsplit('/').next()?;
    let user = address.split('@').next()?;
    SipUser::parse(user).ok().map(|user| Phone::Sip(user.to_string()))
}

/// How the switch names a phone on its channels and in its directory: `1001@lab.local`.
pub fn presence_id(username: &SipUser, domain: &Domain) -> String {
    format!("{username}@{domain}")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::clock::Millis;
    use crate::domain::device::{A1Hash, Ring};
    use crate::domain::permission::Permissions;
    use crate::domain::text::Label;
    use crate::domain::user::{DeviceOverrides, PasswordHash, Settings};
    use crate::domain::{AccountId, DeviceId, UserId};

    pub(crate) fn device(id: i64, line: Line) -> Device {
        let name = Label::new("Desk '${system id}'").unwrap();
        Device { id: DeviceId(id), account_id: AccountId(1), name, line, user_id: None, ring: Ring::default() }
    }

    pub(crate) fn sip(username: &str) -> Line {
        Line::Sip { username: SipUser::parse(username).unwrap(), a1_hash: A1Hash("0".repeat(32)) }
    }

    fn external(gateway: Option<&str>, confirm: bool) -> Line {
        let gateway = gateway.map(|gateway| Gateway::parse(gateway).unwrap());
        Line::External { number: DialNumber::parse("+972501234567").unwrap(), gateway, confirm }
    }

    pub(crate) fn user(id: i64) -> User {
        User {
            id: UserId(id),
            account_id: AccountId(1),
            name: Label::new("Dana '${system id}'").unwrap(),
            username: "dana".to_owned(),
            email: "dana@example.com".to_owned(),
            password_hash: PasswordHash(String::new()),
            password_md5_hash: None,
            active: true,
            is_agent: true,
            pgroup_id: None,
            permissions: Permissions::default(),
            created_at: Millis(0),
            last_login_at: None,
            settings: Settings::default(),
        }
    }

    #[test]
    fn an_agent_is_recorded_as_it_says() {
        let domain = Domain::parse("lab.local").unwrap();
        let made = |own| {
            let settings = Settings { override_device: true, device: own, ..Settings::default() };
            contact(&User { settings, ..user(17) }, &device(3, sip("1001")), &domain, None, false).to_string()
        };
        let records = DeviceOverrides { rec_inb_ext: Some(true), ..DeviceOverrides::default() };
        assert!(made(records.clone()).contains(",execute_on_answer_record=record_session ${ccgate_record_ext}]"));
        let all = DeviceOverrides { user_record: Some(true), ..records };
        assert!(made(all).contains(",execute_on_answer_record=record_session ${ccgate_record_ext}${ccgate_record_int}]"));
        assert!(!made(DeviceOverrides { rec_out_ext: Some(true), ..DeviceOverrides::default() }).contains("record"));
    }

    #[test]
    fn what_somebody_wrote_is_read() {
        let ours = contact(&user(17), &device(3, sip("1001")), &Domain::parse("lab.local").unwrap(), None, false);
        for (contact, user) in [
            (ours.as_str(), Some("1001")),
            ("user/1000@default", Some("1000")),
            ("user/1000", Some("1000")),
            ("[leg_timeout=10]user/1000@default", Some("1000")),
            ("{origination_caller_id_name=a}user/1000@default", Some("1000")),
            ("[call_timeout=${x[1]}]${sofia_contact(internal/1000@default)}", Some("1000")),
            ("sofia/internal/1000@10.0.0.5:5062", Some("1000")),
            ("loopback/1000", None),
            ("user/", None),
            ("", None),
        ] {
            assert_eq!(phone_of(contact), user.map(|user| Phone::Sip(user.to_owned())), "{contact}");
        }
        let outside = Phone::Outside { gateway: Gateway::parse("own").unwrap(), number: DialNumber::parse("+972501234567").unwrap() };
        assert_eq!(phone_of("[leg_timeout=10]sofia/gateway/own/+972501234567"), Some(outside));
    }

    #[test]
    fn contacts() {
        let domain = Domain::parse("lab.local").unwrap();
        let provider = Gateway::parse("provider").unwrap();
        let made = |line, gateway| contact(&user(17), &device(3, line), &domain, gateway, false).to_string();
        insta::assert_snapshot!(made(sip("1001"), None), @"[ccgate_call_id=${ccgate_call_id},ccgate_account_id=1,ccgate_user_id=17,ccgate_device_id=3,ccgate_queue_id=${ccgate_queue_id},ccgate_call_type=queue,leg_timeout=${ccgate_ring_timeout},sip_auto_answer=${ccgate_auto_answer}]user/1001@lab.local");
        assert!(made(external(Some("own"), false), Some(&provider)).ends_with("]sofia/gateway/own/+972501234567"));
        let confirmed = made(external(None, true), Some(&provider));
        assert!(
            confirmed.ends_with(
                ",group_confirm_key=1,group_confirm_file=tone_stream://%(200\\,200\\,700);%(200\\,1400\\,700);loops=5]sofia/gateway/provider/+972501234567"
            )
        );
        assert!(made(external(None, false), None).ends_with("]error/user_not_registered"));
    }
}
