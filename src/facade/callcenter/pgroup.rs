//! `/api/pgroup`

use axum::response::Response;
use serde_json::{Value, json};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::list as lists;
use super::value::Text;
use crate::domain::PgroupId;
use crate::domain::permission::Pgroup;
use crate::service::Error;

pub(super) async fn list(call: Call) -> Result<Response, Error> {
    let q = call.params.get::<Option<Text>>("q")?.flatten().map(|text| text.0);
    Ok(lists::answer(call.service.pgroups(&call.caller, q, lists::page(&call.params)?).await?, show_pgroup))
}

pub(super) async fn show(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::data(show_pgroup(&call.service.pgroup(&call.caller, PgroupId(id)).await?)))
}

pub(super) async fn create(call: Call) -> Answer {
    let name = call.params.need("name")?;
    let permissions = call.params.get("permissions")?.unwrap_or_default();
    Ok(Reply::data(show_pgroup(&call.service.create_pgroup(&call.caller, name, permissions).await?)))
}

pub(super) async fn update(call: Call, Ids([id]): Ids<1>) -> Answer {
    let params = call.params.clone();
    let edit = Box::new(move |group: &mut Pgroup| {
        params.set("name", &mut group.name)?;
        Ok(params.set("permissions", &mut group.permissions)?)
    });
    Ok(Reply::data(show_pgroup(&call.service.update_pgroup(&call.caller, PgroupId(id), edit).await?)))
}

pub(super) async fn delete(call: Call, Ids([id]): Ids<1>) -> Answer {
    call.service.delete_pgroup(&call.caller, PgroupId(id)).await?;
    Ok(Reply::done())
}

fn show_pgroup(group: &Pgroup) -> Value {
    json!({"id": group.id, "account_id": group.account_id, "name": group.name, "permissions": group.permissions})
}
