//! `/api/repair`: what was wrong on the switch, and what was done about it.

use axum::response::Response;
use serde_json::{Value, json};

use super::call::Call;
use super::list as lists;
use super::params::{BadParam, Params};
use super::value::Text;
use super::when;
use crate::domain::repair::Kind;
use crate::service::Error;
use crate::service::access::Caller;
use crate::store::repair::{Entry, Filter};

pub(super) async fn list(call: Call) -> Result<Response, Error> {
    let (filter, page) = (filter(&call.params, &call.caller)?, lists::page(&call.params)?);
    Ok(lists::answer(call.service.repairs(&call.caller, &filter, page).await?, show))
}

fn filter(params: &Params, caller: &Caller) -> Result<Filter, BadParam> {
    let (_, zone) = when::zone(params, &caller.account.settings.timezone)?;
    let kind = params.get::<Option<Text>>("kind")?.flatten().map(|Text(name)| {
        let known = || Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
        Kind::parse(&name).ok_or_else(|| BadParam::new("kind", format!("must be one of {}", known())))
    });
    Ok(Filter {
        kind: kind.transpose()?,
        user: params.get::<Option<_>>("user_id")?.flatten(),
        queue: params.get::<Option<_>>("queue_id")?.flatten(),
        from: when::from(params, &zone)?,
        to: when::to(params, &zone)?,
    })
}

fn show(Entry { id, repair }: &Entry) -> Value {
    json!({
        "id": id,
        "ts": repair.at.epoch_s(),
        "kind": repair.kind.name(),
        "user_id": repair.user_id,
        "queue_id": repair.queue_id,
        "leg": repair.leg,
        "seen": repair.seen,
        "done": repair.done,
    })
}
