//! The 51 fields of a user, and ours: from parameters to the domain and back.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::params::{BadParam, Params};
use super::queue_wire;
use super::value::{Text, Words, country};
use crate::clock::Millis;
use crate::domain::User;
use crate::domain::account::Overrides;
use crate::domain::device::Device;
use crate::domain::extension::{Extension, Kind};
use crate::domain::number::ExtensionNumber;
use crate::domain::permission::Permissions;
use crate::domain::user::DeviceOverrides;
use crate::service::users::UserView;

/// The most characters of a user name.
pub(super) const USERNAME_MAX_CHARS: usize = 100;
/// The most characters of an address: what SMTP allows.
pub(super) const EMAIL_MAX_CHARS: usize = 254;

/// Writes what was sent into `user`; fields that are read only or unknown are ignored.
///
/// # Errors
/// The first parameter that cannot be taken.
pub(super) fn apply(params: &Params, user: &mut User) -> Result<(), BadParam> {
    params.set("name", &mut user.name)?;
    if let Some(Text(username)) = params.get("username")? {
        user.username = checked_username(username)?;
    }
    if let Some(Text(email)) = params.get("email")? {
        user.email = checked_email(email)?;
    }
    params.set("active", &mut user.active)?;
    params.set("is_agent", &mut user.is_agent)?;
    params.set_id("pgroup_id", &mut user.pgroup_id)?;
    params.set::<Permissions>("permissions", &mut user.permissions)?;
    let settings = &mut user.settings;
    params.set("in_reports", &mut settings.in_reports)?;
    if let Some(zone) = params.get::<Option<Text>>("timezone")? {
        settings.timezone = checked_timezone(zone.map_or_else(|| "UTC".to_owned(), |zone| zone.0))?;
    }
    params.set_ids("sites", &mut settings.sites)?;
    params.set_ids("groups", &mut settings.groups)?;
    params.set_ids("intercept_groups", &mut settings.intercept_groups)?;
    params.set_ids("intercept_other_groups", &mut settings.intercept_other_groups)?;
    if let Some(Words(codes)) = params.get("geo_limit")? {
        let why = || BadParam::new("geo_limit", "must be a comma separated list of 2 letter country codes: IL,US");
        settings.geo_limit = codes.iter().map(|code| country(code).ok_or_else(why)).collect::<Result<_, _>>()?;
    }
    params.set("allowed_ips", &mut settings.allowed_ips)?;
    params.set("follow_me", &mut settings.follow_me)?;
    params.set_id("dr_id", &mut settings.dr_id)?;
    params.set("call_timeout", &mut settings.call_timeout)?;
    params.set_id("vm_id", &mut settings.vm_id)?;
    params.set("override_device", &mut settings.override_device)?;
    apply_device(params, &mut settings.device)?;
    apply_overrides(params, &mut settings.overrides)
}

/// The overrides of an account's defaults; an account's own defaults are the same fields.
pub(super) fn apply_overrides(params: &Params, overrides: &mut Overrides) -> Result<(), BadParam> {
    params.set("session_ttl", &mut overrides.session_ttl)?;
    params.set("max_snooze", &mut overrides.max_snooze)?;
    params.set("wrap_up_time", &mut overrides.wrap_up_time)?;
    params.set("no_answer_delay_time", &mut overrides.no_answer_delay_time)?;
    params.set("reject_delay_time", &mut overrides.reject_delay_time)?;
    params.set("busy_delay_time", &mut overrides.busy_delay_time)?;
    params.set("max_no_answer", &mut overrides.max_no_answer)
}

fn apply_device(params: &Params, device: &mut DeviceOverrides) -> Result<(), BadParam> {
    params.set("ecnam", &mut device.ecnam)?;
    params.set("ecnum", &mut device.ecnum)?;
    params.set("ocnam", &mut device.ocnam)?;
    params.set("ocnum", &mut device.ocnum)?;
    params.set("user_record", &mut device.user_record)?;
    params.set("rec_inb_ext", &mut device.rec_inb_ext)?;
    params.set("rec_out_ext", &mut device.rec_out_ext)?;
    params.set("rec_inb_int", &mut device.rec_inb_int)?;
    params.set("rec_out_int", &mut device.rec_out_int)?;
    if let Some(numbers) = params.get::<Option<BTreeMap<String, ExtensionNumber>>>("cnum_by_country")? {
        let why = || BadParam::new("cnum_by_country", r#"must be an object of numbers by 2 letter country code: {"US":"12125550100"}"#);
        let by_country = |numbers: BTreeMap<String, ExtensionNumber>| {
            numbers.into_iter().map(|(code, number)| Ok((country(&code).ok_or_else(why)?, number))).collect::<Result<_, _>>()
        };
        device.cnum_by_country = numbers.map(by_country).transpose()?;
    }
    if let Some(extensions) = params.get::<Option<Words>>("blf_ext")? {
        let number = |text: &String| ExtensionNumber::parse(text).map_err(|error| BadParam::new("blf_ext", error));
        device.blf_ext = extensions.map(|Words(texts)| texts.iter().map(number).collect()).transpose()?;
    }
    Ok(())
}

fn checked_username(username: String) -> Result<String, BadParam> {
    let chars = username.chars().count();
    if chars == 0 || chars > USERNAME_MAX_CHARS || username.chars().any(char::is_whitespace) {
        return Err(BadParam::new("username", format!("must have 1 to {USERNAME_MAX_CHARS} characters and no blanks")));
    }
    Ok(username)
}

/// An address of that form.
pub(super) fn checked_email(email: String) -> Result<String, BadParam> {
    let parts = email
        .split_once('@')
        .filter(|(local, host)| !local.is_empty() && !local.starts_with('-') && !host.is_empty() && !host.contains('@'));
    if parts.is_none() || email.chars().count() > EMAIL_MAX_CHARS || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(BadParam::new("email", "must be an email address: name@example.com"));
    }
    Ok(email)
}

/// The name of a time zone that there is.
pub(super) fn checked_timezone(name: String) -> Result<String, BadParam> {
    match jiff::tz::TimeZone::get(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err(BadParam::new("timezone", "must be the name of a time zone: Asia/Jerusalem, UTC")),
    }
}

/// A user as it is shown. `devices_as_rows` is the account's setting.
pub(super) fn show(view: &UserView, devices_as_rows: bool) -> Value {
    let user = &view.user;
    let settings = &user.settings;
    let mut shown = json!({
        "id": user.id,
        "active": u8::from(user.active),
        "account_id": user.account_id,
        "is_agent": user.is_agent,
        "in_reports": settings.in_reports,
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "timezone": settings.timezone,
        "sites": settings.sites,
        "groups": settings.groups,
        "intercept_groups": settings.intercept_groups,
        "intercept_other_groups": settings.intercept_other_groups,
        "geo_limit": settings.geo_limit.join(","),
        "allowed_ips": settings.allowed_ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        "follow_me": settings.follow_me,
        "last_login": user.last_login_at.map(crate::clock::Millis::epoch_s),
        "ts": user.created_at.epoch_s(),
        "devices": view.devices.iter().map(|device| show_device(device, devices_as_rows)).collect::<Vec<_>>(),
        "extensions": numbers(&view.extensions, Kind::Internal),
        "dids": numbers(&view.extensions, Kind::Did),
        "dr_id": settings.dr_id,
        "call_timeout": settings.call_timeout,
        "vm_id": settings.vm_id,
        "vm_name": view.vm_name,
        "pgroup_id": user.pgroup_id.map_or(0, |id| id.0),
        "pgroup": view.pgroup,
        "permissions": user.permissions,
        "queue_perms": view.memberships.iter().map(queue_wire::user_row).collect::<Vec<_>>(),
        "override_device": settings.override_device,
    });
    if let Value::Object(fields) = &mut shown {
        show_settings(fields, &settings.device);
        show_status(fields, view);
        show_settings(fields, &settings.overrides);
    }
    shown
}

fn show_status(fields: &mut Map<String, Value>, view: &UserView) {
    fields.insert("pause_id".to_owned(), json!(view.agent.pause_id.map_or(0, |id| id.0)));
    fields.insert("online".to_owned(), json!(u8::from(view.agent.online())));
    fields.insert("unreachable_since".to_owned(), json!(view.agent.unreachable_since.map(Millis::epoch_s)));
    fields.insert("wrap_up_left".to_owned(), json!(view.wrap_up_left_s));
    fields.insert("queues".to_owned(), json!(view.agent.joined));
    fields.insert("queues_paused".to_owned(), json!(view.agent.paused_in.keys().collect::<Vec<_>>()));
    let web = view.web_ping.map(|(ping, stale)| json!({"ping_time": ping.ping_time, "mic_perm": u8::from(ping.mic_perm), "stale": stale}));
    fields.insert("web".to_owned(), json!(web));
}

/// The fields that [`apply_overrides`] and [`apply_device`] take: they are shown by the names by which they are kept.
pub(super) fn show_settings(fields: &mut Map<String, Value>, settings: &impl Serialize) {
    if let Ok(Value::Object(shown)) = serde_json::to_value(settings) {
        fields.extend(shown);
    }
}

fn show_device(device: &Device, as_row: bool) -> Value {
    let ring = device.ring;
    if as_row {
        return json!([device.id, ring.ring, ring.delay, ring.timeout, device.name]);
    }
    json!({"device_id": device.id, "ring": ring.ring, "delay": ring.delay, "timeout": ring.timeout, "name": device.name})
}

/// The numbers of one kind, comma separated.
pub(super) fn numbers(extensions: &[Extension], kind: Kind) -> String {
    let of_kind = extensions.iter().filter(|extension| extension.kind == kind);
    of_kind.map(|extension| extension.number.as_str()).collect::<Vec<_>>().join(",")
}
