//! `/api/cc_queue`

use axum::response::{IntoResponse, Response};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::kept::until_commit;
use super::value::Text;
use super::{list as lists, queue_wire};
use crate::domain::queue::{Settings, Strategy, TimeBaseScore};
use crate::domain::{Queue, QueueId};
use crate::service::Error;

/// The document's example creates a queue by a GET; it has all three of the fields that a queue must have.
pub(super) async fn list(call: Call) -> Result<Response, Error> {
    if ["name", "strategy", "time_base_score"].iter().all(|name| call.params.has(name)) {
        return Ok(create(call).await.into_response());
    }
    let q = call.params.get::<Option<Text>>("q")?.flatten().map(|text| text.0);
    let listing = call.service.queues(&call.caller, q, lists::page(&call.params)?).await?;
    Ok(until_commit(lists::answer(listing, queue_wire::show)))
}

pub(super) async fn show(call: Call, Ids([id]): Ids<1>) -> Result<Response, Error> {
    Ok(until_commit(Reply::data(queue_wire::show(&call.service.queue(&call.caller, QueueId(id)).await?))))
}

pub(super) async fn create(call: Call) -> Answer {
    let params = &call.params;
    let name = params.need("name")?;
    params.need::<Strategy>("strategy")?;
    params.need::<TimeBaseScore>("time_base_score")?;
    let mut queue = Queue { id: QueueId(0), account_id: call.caller.account_id(), name, settings: Settings::default() };
    queue_wire::apply(params, &mut queue)?;
    let rows = queue_wire::rows(params, "users")?.unwrap_or_default();
    let members = rows.into_iter().map(|row| row.of_queue(QueueId(0))).collect();
    let (view, applied) = call.service.create_queue(&call.caller, queue, members).await?;
    Ok(Reply::data(queue_wire::show(&view)).applied(applied))
}

pub(super) async fn update(call: Call, Ids([id]): Ids<1>) -> Answer {
    let id = QueueId(id);
    let members = queue_wire::rows(&call.params, "users")?;
    let members = members.map(|rows| rows.into_iter().map(|row| row.of_queue(id)).collect());
    let params = call.params.clone();
    let edit = Box::new(move |queue: &mut Queue| Ok(queue_wire::apply(&params, queue)?));
    let (view, applied) = call.service.update_queue(&call.caller, id, members, edit).await?;
    Ok(Reply::data(queue_wire::show(&view)).applied(applied))
}

pub(super) async fn delete(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::done().applied(call.service.delete_queue(&call.caller, QueueId(id)).await?))
}
