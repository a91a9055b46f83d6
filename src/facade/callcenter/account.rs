//! `/api/account`: one record, the caller's.

use serde_json::{Value, json};

use super::call::Call;
use super::envelope::{Answer, Reply};
use super::params::{BadParam, Params};
use super::user_wire::{apply_overrides, checked_timezone, show_settings};
use super::value::{Secret, Text, Words, country};
use crate::domain::Account;
use crate::domain::number::ExtensionNumber;

pub(super) async fn show(call: Call) -> Answer {
    Ok(Reply::data(show_account(&call.service.account(&call.caller).await?)))
}

/// `event_secret` is written and never shown; `rotate` makes a new one, which is in the answer this once.
pub(super) async fn update(call: Call) -> Answer {
    let params = call.params.clone();
    let secret = params.get::<Option<Secret>>("event_secret")?.flatten().map(|secret| secret.0);
    let edit = Box::new(move |account: &mut Account| Ok(apply(&params, account)?));
    let (account, generated, applied) = call.service.update_account(&call.caller, secret, edit).await?;
    let mut data = show_account(&account);
    if let Some(secret) = generated {
        data["event_secret"] = json!(secret.expose());
    }
    Ok(Reply::data(data).applied(applied))
}

fn apply(params: &Params, account: &mut Account) -> Result<(), BadParam> {
    params.set("name", &mut account.name)?;
    params.set("domain", &mut account.domain)?;
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
    if let Some(Words(numbers)) = params.get("emergency_numbers")? {
        let number = |text: &String| ExtensionNumber::parse(text).map_err(|why| BadParam::new("emergency_numbers", why));
        settings.emergency_numbers = numbers.iter().map(number).collect::<Result<_, _>>()?;
    }
    params.set("dial_without_checkin", &mut settings.dial_without_checkin)?;
    params.set("devices_as_rows", &mut settings.devices_as_rows)?;
    params.set("legacy_http_status", &mut settings.legacy_http_status)?;
    apply_overrides(params, &mut settings.defaults)
}

/// The form of an address; whether it may be reached is decided when connecting.
fn checked_url(url: String) -> Result<String, BadParam> {
    let why = || BadParam::new("event_url", "must be an http or https address: https://example.com/events");
    let parsed = reqwest::Url::parse(&url).map_err(|_| why())?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
        return Err(why());
    }
    Ok(url)
}

fn checked_names(names: Vec<String>) -> Result<Vec<String>, BadParam> {
    let is_name = |name: &String| name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_lowercase() || b":*_".contains(&byte));
    if names.iter().all(is_name) {
        return Ok(names);
    }
    Err(BadParam::new("event_names", "must be a list of event names: agent:checkin,call:start"))
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
        "emergency_numbers": settings.emergency_numbers,
        "dial_without_checkin": settings.dial_without_checkin,
        "devices_as_rows": settings.devices_as_rows,
        "legacy_http_status": settings.legacy_http_status,
    });
    if let Value::Object(fields) = &mut shown {
        show_settings(fields, &settings.defaults);
    }
    shown
}
