//! Phones for FreeSWITCH's directory.
//!
//! A user is kept in FreeSWITCH's cache without end (`cacheable`), so that phones register and ring with ccgate away; the reconciler flushes it
//! when the device changes. So nothing is written here that changes without the device: who sits at a phone is said by contacts and by the
//! dialplan. FreeSWITCH also sets these variables on a leg that was dialled as `user/...`, over those of the dial string.

use std::io;

use super::document::{Xml, not_found};
use crate::domain::device::{Device, Line};
use crate::reconcile::Desired;

/// Where a phone is called: its registrations, in whichever profile they are. With none, FreeSWITCH gives USER_NOT_REGISTERED, for which
/// mod_callcenter waits 5 s and counts no no-answer (trap 12).
const DIAL_STRING: &str = "{sip_invite_domain=${dialed_domain},presence_id=${dialed_user}@${dialed_domain}}\
    ${sofia_contact(*/${dialed_user}@${dialed_domain})}";

/// The document for one user of a domain.
pub(super) fn user(desired: &Desired, user: &str, domain: &str) -> io::Result<String> {
    match desired.domain(domain).and_then(|account| account.sip_user(user)) {
        Some(device) => document(domain, |xml| entry(xml, device, user)),
        None => not_found(),
    }
}

/// The document for a domain, without its users.
pub(super) fn domain(desired: &Desired, domain: &str) -> io::Result<String> {
    match desired.domain(domain) {
        Some(_) => document(domain, |_| Ok(())),
        None => not_found(),
    }
}

/// FreeSWITCH looks for the very name that it asked for, so it gets that spelling back.
fn document(domain: &str, users: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<String> {
    Xml::document("directory", |xml| xml.within("domain", &[("name", domain)], |xml| xml.within("users", &[], users)))
}

fn entry(xml: &mut Xml, device: &Device, user: &str) -> io::Result<()> {
    let Line::Sip { a1_hash, .. } = &device.line else { return Ok(()) };
    xml.within("user", &[("id", user), ("cacheable", "true")], |xml| {
        xml.within("params", &[], |xml| {
            xml.param("a1-hash", &a1_hash.0)?;
            xml.param("dial-string", DIAL_STRING)
        })?;
        xml.within("variables", &[], |xml| {
            let mut variable = |name, value: &str| xml.empty("variable", &[("name", name), ("value", value)]);
            variable("user_context", "default")?;
            variable("ccgate_account_id", &device.account_id.to_string())?;
            variable("ccgate_device_id", &device.id.to_string())
        })
    })
}
