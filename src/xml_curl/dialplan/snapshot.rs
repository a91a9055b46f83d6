//! The dialplan for when nobody answers: every call that needs no decision of ccgate's, by the same code that answers. The rest hears that nobody
//! can be reached.
//!
//! `freeswitch-conf/dialplan/away.xml` sends a call here. What a caller of the account may dial is written a number and a phone, not for each pair
//! of them: an extension of the phone that calls says who it is, and goes on to the one of the number.

use std::io;

use super::render::{Action, action, actions, caller, write};
use super::route::{Known, PUBLIC, QUEUE_EXIT, of_number, of_phone, route};
use super::{Cause, Destination, Phone, Route};
use crate::domain::QueueId;
use crate::reconcile::DesiredAccount;
use crate::switch::transfer;
use crate::xml_curl::document::Xml;
use crate::xml_curl::request::{Call, Left, LeftQueue};

/// Of authenticated phones.
const PHONES: &str = "default";
/// Set on the channel of a phone that may dial, while its extensions are looked for; and that it is set.
const MAY_DIAL: &str = "ccgate_may_dial=true";
const IF_MAY_DIAL: &str = "${ccgate_may_dial}";
/// FreeSWITCH's name for what was dialled.
const DIALLED: &str = "destination_number";

/// Conditions that all must hold: a field, or a text with variables, and the only text that it may be.
type Conditions<'a> = &'a [(&'a str, String)];

/// Callers from outside: the numbers (DIDs) of every account.
pub(in crate::xml_curl) fn public(known: Known<'_>) -> io::Result<String> {
    document(|xml| {
        context(xml, PUBLIC, |xml| {
            known.desired.dids().try_for_each(|number| {
                let call = Call { context: PUBLIC.to_owned(), destination: number.to_owned(), ..Call::default() };
                let Some((account, _)) = known.desired.did(number) else { return Ok(()) };
                let route = without_barred(known, account, route(known, &call));
                extension(xml, &[(DIALLED, only(number))], actions(&route, &call, false))
            })
        })
    })
}

/// What the account's own phones dial, and where its callers go that leave a queue or are transferred.
pub(in crate::xml_curl) fn of_account(known: Known<'_>, account: &DesiredAccount) -> io::Result<String> {
    document(|xml| {
        context(xml, PHONES, |xml| phones(xml, known, account))?;
        context(xml, transfer::CONTEXT, |xml| callers(xml, known, account))
    })
}

fn phones(xml: &mut Xml, known: Known<'_>, account: &DesiredAccount) -> io::Result<()> {
    let dialled = |number: &str| {
        let call = Call { context: PHONES.to_owned(), destination: number.to_owned(), ..Call::default() };
        actions(&without_barred(known, account, of_number(known, account, number)), &call, false)
    };
    for number in account.account.emergency_numbers() {
        extension(xml, &[(DIALLED, only(number))], dialled(number))?;
    }
    for phone in account.sip_devices() {
        let by = of_phone(known, account, phone);
        let is_it = ("${ccgate_device_id}", only(&phone.id.to_string()));
        match by {
            Some(by) => who_calls(xml, &is_it, &caller(&by))?,
            None => extension(xml, &[is_it], Some(vec![action("hangup", Cause::FacilityNotSubscribed.as_str())]))?,
        }
    }
    account.internal_numbers().try_for_each(|number| {
        let conditions = [(IF_MAY_DIAL, only("true")), (DIALLED, only(number))];
        extension(xml, &conditions, dialled(number))
    })
}

fn callers(xml: &mut Xml, known: Known<'_>, account: &DesiredAccount) -> io::Result<()> {
    let call = |destination: &str, left: Option<LeftQueue>| Call {
        context: transfer::CONTEXT.to_owned(),
        destination: destination.to_owned(),
        account_id: Some(account.account.id.0),
        // It has one, from where it was routed first.
        call_id: Some(String::new()),
        recording_named: left.is_some(),
        left,
        ..Call::default()
    };
    for (id, queue) in &account.queues {
        let exits = queue.queue.settings.exits();
        let keys = exits.keys.into_keys().map(Left::Key);
        for how in [Left::Timeout, Left::NoAgent].into_iter().chain(keys) {
            let conditions = left_so(*id, &how);
            let call = call(QUEUE_EXIT, Some(LeftQueue { queue_id: id.0, how }));
            extension(xml, &conditions, actions(&without_barred(known, account, route(known, &call)), &call, false))?;
        }
    }
    account.internal_numbers().try_for_each(|number| {
        let call = call(number, None);
        extension(xml, &[(DIALLED, only(number))], actions(&without_barred(known, account, route(known, &call)), &call, false))
    })
}

/// A route without the phones outside that may not be called at all. What depends on the moment is not asked while nobody answers.
fn without_barred(known: Known<'_>, account: &DesiredAccount, mut route: Route) -> Route {
    let may_ring =
        |phone: &Phone| account.devices.get(&phone.device).is_none_or(|device| account.may_ring(device, known.desired.ceiling()).is_ok());
    if let Route::Connect(connection) = &mut route
        && let Destination::Phones { phones, mailbox, .. } = &mut connection.to
    {
        phones.retain(may_ring);
        if phones.is_empty() {
            let barred = Destination::Nowhere(Cause::OutgoingCallBarred);
            connection.to = mailbox.take().map_or(barred, Destination::Mailbox);
        }
    }
    route
}

/// The conditions under which a caller has left a queue in this way.
fn left_so(queue: QueueId, how: &Left) -> Vec<(&'static str, String)> {
    let mut conditions = vec![(DIALLED, only(QUEUE_EXIT)), ("${ccgate_queue_id}", only(&queue.to_string()))];
    conditions.push(("${cc_cancel_reason}", only(how.reason())));
    if let Left::Key(key) = how {
        conditions.push(("${cc_exit_key}", only(key)));
    }
    conditions
}

fn document(contexts: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<String> {
    Xml::document("dialplan", |xml| {
        xml.line()?;
        contexts(xml)
    })
}

/// A context, and what everybody in it hears for whom it has nothing: `away_announcement` of vars.xml.
fn context(xml: &mut Xml, name: &str, extensions: impl FnOnce(&mut Xml) -> io::Result<()>) -> io::Result<()> {
    xml.within("context", &[("name", name)], |xml| {
        xml.line()?;
        extensions(xml)?;
        let away = [
            action("answer", ""),
            action("sleep", "500"),
            action("playback", "${away_announcement}"),
            action("hangup", Cause::NormalTemporaryFailure.as_str()),
        ];
        extension(xml, &[], Some(away.into()))
    })?;
    xml.line()
}

fn extension(xml: &mut Xml, conditions: Conditions<'_>, actions: Option<Vec<Action>>) -> io::Result<()> {
    let Some(actions) = actions else { return Ok(()) };
    xml.within("extension", &[("name", "ccgate-snapshot")], |xml| {
        for (field, expression) in conditions {
            xml.empty("condition", &[("field", field), ("expression", expression)])?;
        }
        xml.within("condition", &[], |xml| write(xml, &actions))
    })?;
    xml.line()
}

/// The extension of a phone, after which the one of the number is looked for.
fn who_calls(xml: &mut Xml, (field, expression): &(&str, String), actions: &[Action]) -> io::Result<()> {
    xml.within("extension", &[("name", "ccgate-snapshot-phone"), ("continue", "true")], |xml| {
        xml.within("condition", &[("field", field), ("expression", expression)], |xml| {
            xml.empty("action", &[("application", "set"), ("data", MAY_DIAL), ("inline", "true")])?;
            write(xml, actions)
        })
    })?;
    xml.line()
}

/// The regular expression for this text alone.
fn only(text: &str) -> String {
    let literal = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("[{c}]") };
    format!("^{}$", text.chars().map(literal).collect::<String>())
}
