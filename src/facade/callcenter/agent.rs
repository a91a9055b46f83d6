//! `/api/cc_agent`: what changes an agent's state now.

use axum::response::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::envelope::{Answer, Reply};
use super::list as lists;
use super::queue_wire;
use super::value::Ids;
use crate::domain::number::LeadId;
use crate::domain::{DeviceId, PauseId, QueueId, UserId};
use crate::service::Error;
use crate::service::active_calls::About;

pub(super) async fn check_in(call: Call) -> Answer {
    let code = call.service.check_in_code(&call.caller, user(&call)?, force(&call)?).await?;
    Ok(Reply::data(json!(code)))
}

pub(super) async fn check_in_device(call: Call) -> Answer {
    let device: DeviceId = call.params.need("device_id")?;
    call.service.check_in_device(&call.caller, user(&call)?, device, force(&call)?).await?;
    Ok(Reply::done())
}

pub(super) async fn check_out(call: Call) -> Answer {
    call.service.check_out(&call.caller, user(&call)?).await?;
    Ok(Reply::done())
}

pub(super) async fn set_pause(call: Call) -> Answer {
    let pause: PauseId = call.params.need("id")?;
    call.service.set_pause(&call.caller, user(&call)?, Some(pause).filter(|id| id.0 != 0)).await?;
    Ok(Reply::done())
}

/// One queue for one id, as in the document's example; an array for several or none.
pub(super) async fn set_queues(call: Call) -> Answer {
    let Ids(ids) = call.params.need("queue_ids")?;
    let wanted = ids.iter().map(|&id| QueueId(id)).collect();
    let queues = call.service.set_queues(&call.caller, user(&call)?, wanted).await?;
    let mut shown: Vec<Value> = queues.iter().map(queue_wire::show).collect();
    let one = if shown.len() == 1 { shown.pop() } else { None };
    Ok(Reply::data(one.unwrap_or(Value::Array(shown))))
}

pub(super) async fn wrap_up(call: Call) -> Answer {
    let seconds = call.params.get::<Option<u32>>("seconds")?.flatten();
    call.service.wrap_up(&call.caller, user(&call)?, seconds).await?;
    Ok(Reply::done())
}

/// The legs that are up: the fields of a call event, the leg's UUID as `uuid` too, and its `state`.
pub(super) async fn active_calls(call: Call) -> Result<Response, Error> {
    let mut about = About::default();
    call.params.set_ids::<UserId, _>("user_id", &mut about.users)?;
    call.params.set_ids::<QueueId, _>("queue_id", &mut about.queues)?;
    about.lead_id = call.params.get::<Option<LeadId>>("lead_id")?.flatten();
    let calls = call.service.active_calls(&call.caller, &about, lists::page(&call.params)?).await?;
    Ok(lists::answer(calls, |(state, data)| {
        let mut row = json!(data);
        row["uuid"] = json!(data.id);
        row["state"] = json!(state);
        row
    }))
}

pub(super) fn user(call: &Call) -> Result<Option<UserId>, Error> {
    Ok(call.params.get::<Option<UserId>>("user_id")?.flatten().filter(|id| id.0 != 0))
}

fn force(call: &Call) -> Result<bool, Error> {
    Ok(call.params.get::<Option<bool>>("forceCheckOut")?.flatten().unwrap_or(false))
}
