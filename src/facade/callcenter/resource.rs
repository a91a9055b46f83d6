//! `/api/site`, `/api/group`, `/api/label`, `/api/time_group`, `/api/media`, `/api/dial_rule`, `/api/voicemail`: one REST for all of them.

use axum::response::Response;
use serde_json::{Map, Value, json};

use super::call::{Call, Ids};
use super::doc::Noun as Described;
use super::envelope::{Answer, Reply};
use super::list as lists;
use super::params::{BadParam, Params};

use super::value::Text;
use crate::domain::Resource;
use crate::facade::route::{Methods, get};
use crate::service::Error;
use crate::service::resources::Noun;

/// A kind of resource on the wire. Each has `id`, `account_id` and `name` besides.
pub(super) trait Wire: Noun {
    /// What the OpenAPI document tells of it.
    fn described() -> Described;

    /// What was sent, over what there was; `before` is none for a new one.
    ///
    /// # Errors
    /// The first parameter that cannot be taken, or that a new one lacks.
    fn parse(params: &Params, before: Option<Self>) -> Result<Self, BadParam>;

    /// Its own fields, without those that are never shown.
    fn fields(&self) -> Map<String, Value>;

    /// What was made up for a new one, to show it this once: a field and its value.
    fn made_up(&self, _params: &Params) -> Option<(&'static str, String)> {
        None
    }
}

/// The path without an id.
pub(super) fn all<K: Wire>() -> Methods {
    let noun = K::described();
    get(list::<K>, noun.list()).post(create::<K>, noun.create())
}

/// The path with an id.
pub(super) fn one<K: Wire>() -> Methods {
    let noun = K::described();
    get(show::<K>, noun.show()).put(update::<K>, noun.update()).delete(delete::<K>, noun.delete())
}

async fn list<K: Wire>(call: Call) -> Result<Response, Error> {
    let q = call.params.get::<Option<Text>>("q")?.flatten().map(|text| text.0);
    let listing = call.service.resources::<K>(&call.caller, q, lists::page(&call.params)?).await?;
    Ok(lists::answer(listing, shown))
}

async fn show<K: Wire>(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::data(shown(&call.service.resource::<K>(&call.caller, id.into()).await?)))
}

async fn create<K: Wire>(call: Call) -> Answer {
    let name = call.params.need("name")?;
    let (made, applied) = call.service.create_resource(&call.caller, name, K::parse(&call.params, None)?).await?;
    let mut data = shown(&made);
    if let Some((field, value)) = made.settings.made_up(&call.params) {
        data[field] = json!(value);
    }
    Ok(Reply::data(data).applied(applied))
}

async fn update<K: Wire>(call: Call, Ids([id]): Ids<1>) -> Answer {
    let params = call.params.clone();
    let edit = Box::new(move |row: &mut Resource<K>| {
        params.set("name", &mut row.name)?;
        row.settings = K::parse(&params, Some(row.settings.clone()))?;
        Ok(())
    });
    let (changed, applied) = call.service.update_resource(&call.caller, id.into(), edit).await?;
    Ok(Reply::data(shown(&changed)).applied(applied))
}

async fn delete<K: Wire>(call: Call, Ids([id]): Ids<1>) -> Answer {
    Ok(Reply::done().applied(call.service.delete_resource::<K>(&call.caller, id.into()).await?))
}

fn shown<K: Wire>(row: &Resource<K>) -> Value {
    let mut shown = row.settings.fields();
    shown.insert("id".to_owned(), json!(row.id));
    shown.insert("account_id".to_owned(), json!(row.account_id));
    shown.insert("name".to_owned(), json!(row.name));
    Value::Object(shown)
}
