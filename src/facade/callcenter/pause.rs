//! `/api/pause`

use axum::response::Response;
use serde_json::{Value, json};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::list as lists;
use super::params::{BadParam, Params};
use super::queue_wire::set_color;
use super::value::Text;
use crate::domain::{Pause, PauseId};
use crate::service::Error;

pub(super) async fn list(call: Call) -> Result<Response, Error> {
    let q = call.params.get::<Option<Text>>("q")?.flatten().map(|text| text.0);
    let listing = call.service.pauses(&call.caller, q, lists::page(&call.params)?).await?;
    Ok(lists::answer(listing, show_pause))
}

pub(super) async fn show(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::data(show_pause(&call.service.pause(&call.caller, PauseId(id)).await?)))
}

pub(super) async fn create(call: Call) -> Answer {
    let mut pause = Pause {
        id: PauseId(0),
        account_id: call.caller.account_id(),
        name: call.params.need("name")?,
        color: None,
        max_seconds: 0,
        paid: false,
        is_default: false,
        system: false,
    };
    apply(&call.params, &mut pause)?;
    Ok(Reply::data(show_pause(&call.service.create_pause(&call.caller, pause).await?)))
}

pub(super) async fn update(call: Call, Ids([id]): Ids<1>) -> Answer {
    let params = call.params.clone();
    let edit = Box::new(move |pause: &mut Pause| Ok(apply(&params, pause)?));
    Ok(Reply::data(show_pause(&call.service.update_pause(&call.caller, PauseId(id), edit).await?)))
}

pub(super) async fn delete(call: Call, Ids([id]): Ids<1>) -> Answer {
    call.service.delete_pause(&call.caller, PauseId(id)).await?;
    Ok(Reply::done())
}

fn apply(params: &Params, pause: &mut Pause) -> Result<(), BadParam> {
    params.set("name", &mut pause.name)?;
    set_color(params, "color", &mut pause.color)?;
    params.set("max_seconds", &mut pause.max_seconds)?;
    params.set("paid", &mut pause.paid)?;
    params.set("default", &mut pause.is_default)
}

fn show_pause(pause: &Pause) -> Value {
    json!({
        "id": pause.id,
        "account_id": pause.account_id,
        "name": pause.name,
        "color": pause.color,
        "max_seconds": pause.max_seconds,
        "paid": pause.paid,
        "default": pause.is_default,
        "system": pause.system,
    })
}
