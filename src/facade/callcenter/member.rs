//! `/api/cc_queue/{id}/users` and, from the other side, `/api/user/{id}/queues`.

use axum::response::Response;

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::params::{BadParam, Params};
use super::value::{FromParam, Ids as IdList};
use super::{list as lists, queue_wire};
use crate::domain::{QueueId, UserId};
use crate::service::memberships::{Side, Write};
use crate::service::{Error, Listing};

pub(super) async fn of_queue(call: Call, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let members = call.service.members(&call.caller, QueueId(id)).await?;
    Ok(lists::answer(Listing { rows: members, total: None }, queue_wire::member_row))
}

pub(super) async fn of_user(call: Call, Ids([id]): Ids<1>) -> Result<Response, Error> {
    let memberships = call.service.memberships(&call.caller, UserId(id)).await?;
    Ok(lists::answer(Listing { rows: memberships, total: None }, queue_wire::user_row))
}

pub(super) async fn add_users(call: Call, Ids([id]): Ids<1>) -> Answer {
    let rows = queue_wire::rows_or_body(&call.params, "users")?;
    let rows = rows.into_iter().map(|row| row.of_queue(QueueId(id))).collect();
    write(&call, Side::Queue(QueueId(id)), Write::Add(rows)).await
}

pub(super) async fn set_users(call: Call, Ids([id]): Ids<1>) -> Answer {
    let rows = queue_wire::rows_or_body(&call.params, "users")?;
    let rows = rows.into_iter().map(|row| row.of_queue(QueueId(id))).collect();
    write(&call, Side::Queue(QueueId(id)), Write::Replace(rows)).await
}

pub(super) async fn remove_users(call: Call, Ids([id]): Ids<1>) -> Answer {
    let ids = ids(&call.params)?;
    write(&call, Side::Queue(QueueId(id)), Write::Remove(ids)).await
}

pub(super) async fn add_queues(call: Call, Ids([id]): Ids<1>) -> Answer {
    let rows = queue_wire::rows_or_body(&call.params, "queues")?;
    let rows = rows.into_iter().map(|row| row.of_user(UserId(id))).collect();
    write(&call, Side::User(UserId(id)), Write::Add(rows)).await
}

pub(super) async fn set_queues(call: Call, Ids([id]): Ids<1>) -> Answer {
    let rows = queue_wire::rows_or_body(&call.params, "queues")?;
    let rows = rows.into_iter().map(|row| row.of_user(UserId(id))).collect();
    write(&call, Side::User(UserId(id)), Write::Replace(rows)).await
}

pub(super) async fn remove_queues(call: Call, Ids([id]): Ids<1>) -> Answer {
    let ids = ids(&call.params)?;
    write(&call, Side::User(UserId(id)), Write::Remove(ids)).await
}

/// Answers the rows as they are afterwards, from the side that was asked.
async fn write(call: &Call, side: Side, change: Write) -> Answer {
    let applied = call.service.write_memberships(&call.caller, side, change).await?;
    let rows: Vec<_> = match side {
        Side::Queue(id) => call.service.members(&call.caller, id).await?.iter().map(queue_wire::member_row).collect(),
        Side::User(id) => call.service.memberships(&call.caller, id).await?.iter().map(queue_wire::user_row).collect(),
    };
    Ok(Reply::data(rows.into()).applied(applied))
}

fn ids(params: &Params) -> Result<Vec<i64>, BadParam> {
    if let Some(IdList(ids)) = params.get("ids")? {
        return Ok(ids);
    }
    let array = params.bare_array().ok_or_else(|| BadParam::missing("ids"))?;
    IdList::from_param(&array.to_vec().into()).map(|ids| ids.0).map_err(|why| BadParam::new("ids", why))
}
