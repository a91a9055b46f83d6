//! `/api/phone_list`

use axum::response::Response;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::list as lists;
use super::value::Text;
use crate::domain::{PhoneList, PhoneListId};
use crate::service::Error;

pub(super) async fn list(call: Call) -> Result<Response, Error> {
    let q = call.params.get::<Option<Text>>("q")?.flatten().map(|text| text.0);
    let listing = call.service.phone_lists(&call.caller, q, lists::page(&call.params)?).await?;
    Ok(lists::answer_both(stream::iter(listing.rows).map(Ok), listing.total, show_list))
}

pub(super) async fn show(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(reply(&call.service.phone_list(&call.caller, PhoneListId(id)).await?))
}

pub(super) async fn create(call: Call) -> Answer {
    let name = call.params.need("name")?;
    Ok(reply(&call.service.create_phone_list(&call.caller, name).await?))
}

pub(super) async fn update(call: Call, Ids([id]): Ids<1>) -> Answer {
    let name = call.params.get("name")?;
    Ok(reply(&call.service.update_phone_list(&call.caller, PhoneListId(id), name).await?))
}

pub(super) async fn delete(call: Call, Ids([id]): Ids<1>) -> Answer {
    call.service.delete_phone_list(&call.caller, PhoneListId(id)).await?;
    Ok(Reply::done().both_spellings())
}

fn reply(list: &PhoneList) -> Reply {
    Reply::data(show_list(list)).both_spellings()
}

fn show_list(list: &PhoneList) -> Value {
    json!({"id": list.id, "account_id": list.account_id, "name": list.name, "list_rows": list.list_rows})
}
