//! `/api/device`

use axum::response::Response;
use serde_json::{Value, json};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::list as lists;
use super::params::{BadParam, Params};
use super::value::{Secret, Text};
use crate::clock::Millis;
use crate::domain::device::Line;
use crate::domain::{DeviceId, UserId};
use crate::service::Error;
use crate::service::devices::{DeviceEdit, DeviceFilter, DeviceKind, DeviceView};

pub(super) async fn list(call: Call) -> Result<Response, Error> {
    let params = &call.params;
    let q = params.get::<Option<Text>>("q")?.flatten().map(|text| text.0);
    let user_id = params.get::<Option<UserId>>("user_id")?.flatten();
    let listing = call.service.devices(&call.caller, DeviceFilter { q, user_id }, lists::page(params)?).await?;
    Ok(lists::answer(listing, show_device))
}

pub(super) async fn show(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::data(show_device(&call.service.device(&call.caller, DeviceId(id)).await?)))
}

/// A generated password is in the answer, this once.
pub(super) async fn create(call: Call) -> Answer {
    let (view, generated, applied) = call.service.create_device(&call.caller, edit(&call.params)?).await?;
    let mut data = show_device(&view);
    if let Some(password) = generated {
        data["password"] = json!(password.expose());
    }
    Ok(Reply::data(data).applied(applied))
}

pub(super) async fn update(call: Call, Ids([id]): Ids<1>) -> Answer {
    let (view, applied) = call.service.update_device(&call.caller, DeviceId(id), edit(&call.params)?).await?;
    Ok(Reply::data(show_device(&view)).applied(applied))
}

pub(super) async fn delete(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::done().applied(call.service.delete_device(&call.caller, DeviceId(id)).await?))
}

fn edit(params: &Params) -> Result<DeviceEdit, BadParam> {
    let kind = match params.get::<Text>("type")?.as_ref().map(|text| text.0.as_str()) {
        None => None,
        Some("sip") => Some(DeviceKind::Sip),
        Some("external") => Some(DeviceKind::External),
        Some(_) => return Err(BadParam::new("type", "must be sip or external")),
    };
    Ok(DeviceEdit {
        kind,
        name: params.get("name")?,
        username: params.get::<Option<_>>("username")?.flatten(),
        password: params.get::<Option<Secret>>("password")?.flatten().map(|secret| secret.0),
        number: params.get::<Option<_>>("number")?.flatten(),
        gateway: params.get("gateway")?,
        confirm: params.get::<Option<bool>>("confirm")?.flatten(),
        user_id: params.get::<Option<UserId>>("user_id")?.map(|id| id.filter(|id| id.0 != 0)),
        ring: params.get("ring")?,
        delay: params.get("delay")?,
        timeout: params.get("timeout")?,
    })
}

/// The password is never shown: only its hash is kept.
fn show_device(view: &DeviceView) -> Value {
    let device = &view.device;
    let mut shown = json!({
        "id": device.id,
        "account_id": device.account_id,
        "name": device.name,
        "user_id": device.user_id,
        "ring": device.ring.ring,
        "delay": device.ring.delay,
        "timeout": device.ring.timeout,
        "registered": view.registered,
        "reachable_since": view.reachable_since.map(Millis::epoch_s),
        "agent_id": view.agent_id,
    });
    let line = match &device.line {
        Line::Sip { username, .. } => json!({"type": "sip", "username": username, "number": null, "gateway": null, "confirm": null}),
        Line::External { number, gateway, confirm } => {
            json!({"type": "external", "username": null, "number": number, "gateway": gateway, "confirm": confirm})
        }
    };
    if let (Value::Object(shown), Value::Object(line)) = (&mut shown, line) {
        shown.extend(line);
    }
    shown
}
