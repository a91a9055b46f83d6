//! `/api/extension`

use axum::response::Response;
use serde_json::{Value, json};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::list as lists;
use super::params::{BadParam, Params};
use super::value::Text;
use crate::domain::extension::{Extension, Kind, Target};
use crate::domain::number::ExtensionNumber;
use crate::domain::text::Label;
use crate::domain::{DeviceId, ExtensionId, QueueId, UserId, VoicemailId};
use crate::service::Error;

pub(super) async fn list(call: Call) -> Result<Response, Error> {
    let q = call.params.get::<Option<Text>>("q")?.flatten().map(|text| text.0);
    let listing = call.service.extensions(&call.caller, q, lists::page(&call.params)?).await?;
    Ok(lists::answer(listing, show_extension))
}

pub(super) async fn show(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::data(show_extension(&call.service.extension(&call.caller, ExtensionId(id)).await?)))
}

pub(super) async fn create(call: Call) -> Answer {
    let params = &call.params;
    let number: ExtensionNumber = params.need("number")?;
    // The number is its name when none is given.
    let name = match params.get::<Option<Label>>("name")?.flatten() {
        Some(name) => name,
        None => Label::new(number.as_str()).map_err(|why| BadParam::new("name", why))?,
    };
    let kind = kind(params)?.unwrap_or(Kind::Internal);
    let target = target(params)?.ok_or_else(|| BadParam::missing("target"))?;
    let draft = Extension { id: ExtensionId(0), account_id: call.caller.account_id(), name, number, kind, target };
    let (extension, applied) = call.service.create_extension(&call.caller, draft).await?;
    Ok(Reply::data(show_extension(&extension)).applied(applied))
}

pub(super) async fn update(call: Call, Ids([id]): Ids<1>) -> Answer {
    let params = call.params.clone();
    let edit = Box::new(move |extension: &mut Extension| Ok(apply(&params, extension)?));
    let (extension, applied) = call.service.update_extension(&call.caller, ExtensionId(id), edit).await?;
    Ok(Reply::data(show_extension(&extension)).applied(applied))
}

pub(super) async fn delete(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::done().applied(call.service.delete_extension(&call.caller, ExtensionId(id)).await?))
}

fn apply(params: &Params, extension: &mut Extension) -> Result<(), BadParam> {
    params.set("name", &mut extension.name)?;
    params.set("number", &mut extension.number)?;
    if let Some(kind) = kind(params)? {
        extension.kind = kind;
    }
    if params.has("target") {
        extension.target = target(params)?.ok_or_else(|| BadParam::missing("target"))?;
    } else if let Some(id) = params.get::<i64>("target_id")? {
        extension.target = match extension.target {
            Target::Device(_) => Target::Device(DeviceId(id)),
            Target::User(_) => Target::User(UserId(id)),
            Target::Queue(_) => Target::Queue(QueueId(id)),
            Target::Voicemail(_) => Target::Voicemail(VoicemailId(id)),
        };
    }
    Ok(())
}

fn kind(params: &Params) -> Result<Option<Kind>, BadParam> {
    match params.get::<Text>("kind")?.as_ref().map(|text| text.0.as_str()) {
        None => Ok(None),
        Some("internal") => Ok(Some(Kind::Internal)),
        Some("did") => Ok(Some(Kind::Did)),
        Some(_) => Err(BadParam::new("kind", "must be internal or did")),
    }
}

/// `target` and `target_id`, which go together.
fn target(params: &Params) -> Result<Option<Target>, BadParam> {
    let Some(Text(kind)) = params.get("target")? else { return Ok(None) };
    let id: i64 = params.need("target_id")?;
    match kind.as_str() {
        "device" => Ok(Some(Target::Device(DeviceId(id)))),
        "user" => Ok(Some(Target::User(UserId(id)))),
        "queue" => Ok(Some(Target::Queue(QueueId(id)))),
        "voicemail" => Ok(Some(Target::Voicemail(VoicemailId(id)))),
        _ => Err(BadParam::new("target", "must be device, user, queue or voicemail")),
    }
}

fn show_extension(extension: &Extension) -> Value {
    let kind = match extension.kind {
        Kind::Internal => "internal",
        Kind::Did => "did",
    };
    let (target, target_id) = match extension.target {
        Target::Device(id) => ("device", id.0),
        Target::User(id) => ("user", id.0),
        Target::Queue(id) => ("queue", id.0),
        Target::Voicemail(id) => ("voicemail", id.0),
    };
    json!({
        "id": extension.id,
        "account_id": extension.account_id,
        "name": extension.name,
        "number": extension.number,
        "kind": kind,
        "target": target,
        "target_id": target_id,
    })
}
