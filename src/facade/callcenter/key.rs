//! `/api/user/{id}/key`: shown once, when it is made.

use axum::response::Response;
use serde_json::{Value, json};

use super::call::{Call, Ids};
use super::envelope::{Answer, Reply};
use super::list as lists;
use crate::clock::Millis;
use crate::domain::text::Label;
use crate::domain::{KeyId, UserId};
use crate::service::Error;
use crate::service::keys::KeyView;

pub(super) async fn list(call: Call, Ids([user]): Ids<1>) -> Result<Response, Error> {
    let keys = call.service.keys(&call.caller, UserId(user)).await?;
    Ok(lists::answer(keys, show))
}

pub(super) async fn create(call: Call, Ids([user]): Ids<1>) -> Answer {
    let name = call.params.get::<Option<Label>>("name")?.flatten();
    let (view, key) = call.service.create_key(&call.caller, UserId(user), name).await?;
    let mut data = show(&view);
    data["key"] = json!(key.expose());
    Ok(Reply::data(data))
}

pub(super) async fn revoke(call: Call, Ids([user, key]): Ids<2>) -> Answer {
    call.service.revoke_key(&call.caller, UserId(user), KeyId(key)).await?;
    Ok(Reply::done())
}

fn show(key: &KeyView) -> Value {
    json!({
        "id": key.id,
        "user_id": key.user_id,
        "name": key.name,
        "prefix": key.prefix,
        "ts": key.created_at.epoch_s(),
        "last_use": key.last_used_at.map(Millis::epoch_s),
    })
}
