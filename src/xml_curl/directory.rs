//! Phones and mailboxes for FreeSWITCH's directory.
//!
//! A user is kept in FreeSWITCH's cache without end (`cacheable`), so that phones register and ring with ccgate away; the reconciler flushes it
//! when the device changes. So nothing is written here that changes without the device: who sits at a phone is said by contacts and by the
//! dialplan. FreeSWITCH also sets these variables on a leg that was dialled as `user/...`, over those of the dial string.

use std::io;

use super::document::{Xml, not_found};
use crate::domain::device::{Device, Line};
use crate::domain::voicemail::Voicemail;
use crate::reconcile::{Desired, DesiredAccount};

/// Where a phone is called: its registrations, in whichever profile they are. With none, FreeSWITCH gives USER_NOT_REGISTERED, for which
/// mod_callcenter waits 5 s and counts no no-answer (trap 12).
const DIAL_STRING: &str = "{sip_invite_domain=${dialed_domain},presence_id=${dialed_user}@${dialed_domain}}\
    ${sofia_contact(*/${dialed_user}@${dialed_domain})}";

/// The document for one user of a domain: a phone, a mailbox, or both of one name. Nobody signs in as a mailbox. Whom an account's domain does
/// not have is nobody, whatever the switch's own files say: a phone that was deleted may be in the snapshot for a while.
pub(super) fn user(desired: &Desired, user: &str, domain: &str, signs_in: bool) -> io::Result<String> {
    let Some(account) = desired.domain(domain) else { return not_found() };
    // A phone that was there before ccgate has its password in the switch's own directory, and so have those that ccgate does not know.
    if account
        .sip_user(user)
        .map_or(account.kept.is_some(), |phone| matches!(&phone.line, Line::Sip { a1_hash, .. } if a1_hash.0.is_empty()))
    {
        return not_found();
    }
    match (account.sip_user(user), account.voicemail(user)) {
        (Some(phone), mailbox) => document(domain, |xml| entry(xml, user, Some(phone), mailbox)),
        (None, Some(mailbox)) if !signs_in => document(domain, |xml| entry(xml, user, None, Some(mailbox))),
        (None, _) => document(domain, |_| Ok(())),
    }
}

/// Every user of every account, for when nobody answers; but for accounts whose domain is in the switch's own files, which this would stand before.
pub(super) fn file(desired: &Desired) -> io::Result<String> {
    Xml::include(|xml| desired.accounts().filter(|account| !account.kept.is_some()).try_for_each(|account| whole(xml, account)))
}

fn whole(xml: &mut Xml, account: &DesiredAccount) -> io::Result<()> {
    xml.within("domain", &[("name", account.account.domain.as_str())], |xml| {
        xml.within("users", &[], |xml| {
            xml.line()?;
            for phone in account.sip_devices() {
                let Line::Sip { username, .. } = &phone.line else { continue };
                entry(xml, username.as_str(), Some(phone), account.voicemail(username.as_str()))?;
                xml.line()?;
            }
            for mailbox in account.voicemails.values().filter(|mailbox| account.sip_user(mailbox.number.as_str()).is_none()) {
                entry(xml, mailbox.number.as_str(), None, Some(mailbox))?;
                xml.line()?;
            }
            Ok(())
        })
    })?;
    xml.line()
}

/// The document for a domain, without its users.
pub(super) fn domain(desired: &Desired, domain: &str) -> io::Result<String> {
    match desired.domain(domain).filter(|account| !account.kept.is_some()) {
        Some(_) => document(domain, |_| Ok(())),
        None => not_found(),
    }
}

/// FreeSWITCH looks for the very name that it asked for, so it gets that spelling back.
fn document(domain: &str, users: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<String> {
    Xml::document("directory", |xml| xml.within("domain", &[("name", domain)], |xml| xml.within("users", &[], users)))
}

/// A mailbox alone is not cached: mod_voicemail asks for it when a message is left, and its password and address may have changed.
fn entry(xml: &mut Xml, user: &str, phone: Option<&Device>, mailbox: Option<&Voicemail>) -> io::Result<()> {
    let cached: &[_] = if phone.is_some() { &[("id", user), ("cacheable", "true")] } else { &[("id", user)] };
    xml.within("user", cached, |xml| {
        xml.within("params", &[], |xml| {
            match phone.map(|phone| &phone.line) {
                Some(Line::Sip { a1_hash, .. }) => {
                    xml.param("a1-hash", &a1_hash.0)?;
                    xml.param("dial-string", DIAL_STRING)?;
                }
                // FreeSWITCH lets a user without a password in with any.
                _ => xml.param("allow-empty-password", "false")?,
            }
            mailbox.map_or(Ok(()), |mailbox| voicemail(xml, mailbox))
        })?;
        xml.within("variables", &[], |xml| {
            let Some(phone) = phone else { return Ok(()) };
            let mut variable = |name, value: &str| xml.empty("variable", &[("name", name), ("value", value)]);
            variable("user_context", "default")?;
            variable("ccgate_account_id", &phone.account_id.to_string())?;
            variable("ccgate_device_id", &phone.id.to_string())
        })
    })
}

fn voicemail(xml: &mut Xml, mailbox: &Voicemail) -> io::Result<()> {
    xml.param("vm-password", mailbox.password.expose())?;
    let Some(email) = &mailbox.email else { return Ok(()) };
    xml.param("vm-mailto", email)?;
    xml.param("vm-email-all-messages", "true")?;
    xml.param("vm-attach-file", "true")
}
