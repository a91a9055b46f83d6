//! `/api/account`: one record, the caller's.

use serde_json::{Value, json};

use super::call::Call;
use super::envelope::{Answer, Reply};
use super::event_wire::show_push;
use super::params::{BadParam, Params};
use super::toll;
use super::user_wire::{apply_overrides, checked_timezone, show_settings};
use super::value::{Secret, Text, Words, country};
use crate::domain::account::{LISTEN_CODE, Settings};
use crate::domain::number::{ExtensionNumber, StarCode};
use crate::domain::{Account, event};
use crate::facade::address::is_address;
use crate::service::Error;
use crate::service::account::PushChange;

pub(super) async fn show(call: Call) -> Answer {
    let account = call.service.account(&call.caller).await?;
    Ok(Reply::data(shown(&call, &account).await?))
}

/// `event_secret` is written and never shown; `rotate` makes a new one, which is in the answer this once.
pub(super) async fn update(call: Call) -> Answer {
    let params = call.params.clone();
    let push = PushChange {
        secret: params.get::<Option<Secret>>("event_secret")?.flatten().map(|secret| secret.0),
        overlap_s: params.get::<Option<u32>>("event_secret_overlap")?.flatten(),
        is_url_set: params.has("event_url"),
    };
    let edit = Box::new(move |account: &mut Account| Ok(apply(&params, account)?));
    let (account, generated, applied) = call.service.update_account(&call.caller, push, edit).await?;
    let mut data = shown(&call, &account).await?;
    if let Some(secret) = generated {
        data["event_secret"] = json!(secret.expose());
    }
    Ok(Reply::data(data).applied(applied))
}

async fn shown(call: &Call, account: &Account) -> Result<Value, Error> {
    let mut shown = show_account(account);
    shown["push"] = show_push(&call.service.push_state(&call.caller).await?);
    Ok(shown)
}

fn apply(params: &Params, account: &mut Account) -> Result<(), BadParam> {
    params.set("name", &mut account.name)?;
    params.set("domain", &mut account.domain)?;
    apply_emergency_numbers(params, account)?;
    let settings = &mut account.settings;
    if let Some(Text(zone)) = params.get("timezone")? {
        settings.timezone = checked_timezone(zone)?;
    }
    if let Some(Text(code)) = params.get("country")? {
        settings.country = country(&code).ok_or_else(|| BadParam::new("country", "must be a 2 letter country code: IL"))?;
    }
    if let Some(url) = params.get::<Option<Text>>("event_url")? {
        settings.event_url = url.map(|url| checked_url(url.0)).transpose()?;
    }
    if let Some(Words(names)) = params.get("event_names")? {
        settings.event_names = checked_names(names)?;
    }
    params.set_id("dnc_list_id", &mut settings.dnc_list_id)?;
    params.set_id("dr_id", &mut settings.dr_id)?;
    toll::apply(params, settings)?;
    params.set("dial_without_checkin", &mut settings.dial_without_checkin)?;
    apply_codes(params, settings)?;
    params.set("devices_as_rows", &mut settings.devices_as_rows)?;
    params.set("legacy_http_status", &mut settings.legacy_http_status)?;
    apply_overrides(params, &mut settings.defaults)
}

/// Codes that phones dial; null for none.
fn apply_codes(params: &Params, settings: &mut Settings) -> Result<(), BadParam> {
    let mut sent = None;
    for (name, code) in [("queue_login_code", &mut settings.queue_login_code), ("queue_logout_code", &mut settings.queue_logout_code)] {
        if let Some(wanted) = params.get::<Option<StarCode>>(name)? {
            (*code, sent) = (wanted, Some(name));
        }
    }
    match sent.filter(|_| settings.codes_are_mistakable()) {
        None => Ok(()),
        Some(name) => {
            Err(BadParam::new(name, format!("must have a digit, and none of the codes may begin another, or {LISTEN_CODE}: *45, *46")))
        }
    }
}

/// Digits of an emergency number: whatever is one passes all rules, so nothing with a country's code can be.
const EMERGENCY_DIGITS_MAX: usize = 6;

fn is_short(number: &str) -> bool {
    number.len() <= EMERGENCY_DIGITS_MAX && !number.starts_with('+')
}

/// A list that is written as it was read is no list of the account's own: the country's stays the country's.
fn apply_emergency_numbers(params: &Params, account: &mut Account) -> Result<(), BadParam> {
    if let Some(numbers) = params.get::<Vec<ExtensionNumber>>("emergency_numbers")? {
        if let Some(long) = numbers.iter().find(|number| !is_short(number.as_str())) {
            let why = format!("has {long}, which is no emergency number: take at most {EMERGENCY_DIGITS_MAX} digits, and no +");
            return Err(BadParam::new("emergency_numbers", why));
        }
        let sent: Vec<_> = numbers.iter().map(ExtensionNumber::as_str).collect();
        if sent != account.emergency_numbers() {
            account.settings.emergency_numbers = numbers;
        }
    }
    Ok(())
}

/// The form of an address; whether it may be reached is decided when connecting.
fn checked_url(url: String) -> Result<String, BadParam> {
    let why = || BadParam::new("event_url", "must be an http or https address: https://example.com/events");
    if !is_address(&url) {
        return Err(why());
    }
    Ok(url)
}

/// Each must be the name of an event: one that is misspelt would never come.
fn checked_names(names: Vec<String>) -> Result<Vec<String>, BadParam> {
    match names.iter().find(|name| !event::names().any(|known| known == *name)) {
        None => Ok(names),
        Some(name) => {
            let known: Vec<_> = event::names().collect();
            Err(BadParam::new("event_names", format!("has {name:?}, which is no event: take from {}", known.join(", "))))
        }
    }
}

fn show_account(account: &Account) -> Value {
    let settings = &account.settings;
    let mut shown = json!({
        "id": account.id,
        "name": account.name,
        "domain": account.domain,
        "timezone": settings.timezone,
        "country": settings.country,
        "event_url": settings.event_url,
        "event_names": settings.event_names,
        "emergency_numbers": account.emergency_numbers(),
        "dnc_list_id": settings.dnc_list_id,
        "dr_id": settings.dr_id,
        "limits": settings.limits,
        "toll": toll::show(&settings.toll),
        "dial_without_checkin": settings.dial_without_checkin,
        "queue_login_code": settings.queue_login_code,
        "queue_logout_code": settings.queue_logout_code,
        "devices_as_rows": settings.devices_as_rows,
        "legacy_http_status": settings.legacy_http_status,
    });
    if let Value::Object(fields) = &mut shown {
        show_settings(fields, &settings.defaults);
    }
    shown
}
