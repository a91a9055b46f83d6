//! `/api/cdr`

use axum::http::{HeaderMap, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::call::{Call, TextId};
use super::csv;
use super::envelope::{Answer, Reply};
use super::list as lists;
use super::params::{BadParam, Params};
use super::value::Text;
use super::when;
use crate::clock::Millis;
use crate::domain::call::{CallType, Stay};
use crate::domain::phone;
use crate::service::access::Caller;
use crate::service::{Error, Listing};
use crate::store::Page;
use crate::store::cdr::{Entry, Filter};

/// Legs that are read from the database at once, where all are asked for.
const ROWS_AT_ONCE: u32 = 1_000;

/// The columns of CSV: fields of [`show_entry`].
const COLUMNS: [&str; 38] = [
    "uuid",
    "call_id",
    "type",
    "direction",
    "started_at",
    "rang_at",
    "answered_at",
    "ended_at",
    "cid_num",
    "cid_name",
    "dst_num",
    "a2",
    "user_id",
    "device_id",
    "queue_id",
    "src_user_id",
    "src_device_id",
    "dst_user_id",
    "dst_device_id",
    "site_id",
    "lead_id",
    "lead_name",
    "tags",
    "campaign_id",
    "dialer_id",
    "conference_id",
    "call_script",
    "waitms",
    "durationms",
    "progressms",
    "billms",
    "cc_wait",
    "hangup_cause",
    "canceled",
    "recording",
    "reconciled",
    "ts",
    "id",
];

pub(super) async fn list(call: Call, headers: HeaderMap) -> Result<Response, Error> {
    let as_csv = wants_csv(&call.params, &headers)?;
    let page = lists::page(&call.params)?;
    let filter = filter(&call.params, &call.caller)?;
    let first = Page { limit: page.limit.or(Some(ROWS_AT_ONCE)), ..page };
    let Listing { rows, total } = call.service.cdr(&call.caller, &filter, first).await?;
    let (rows, total) = match page.limit {
        Some(_) => (stream::iter(rows).map(Ok).boxed(), total),
        None => (all(call, filter, rows).boxed(), None),
    };
    Ok(if as_csv { csv::answer("calls.csv", &COLUMNS, rows, show_entry) } else { lists::answer_rows(rows, total, show_entry) })
}

pub(super) async fn show(call: Call, TextId(uuid): TextId) -> Answer {
    let (entry, stays) = call.service.cdr_of(&call.caller, &uuid).await?;
    let mut shown = show_entry(&entry);
    shown["stays"] = stays.iter().map(show_stay).collect();
    Ok(Reply::data(shown))
}

/// These legs and all that come after them, read while they are sent.
fn all(call: Call, filter: Filter, first: Vec<Entry>) -> impl Stream<Item = Result<Entry, Error>> + Send {
    let chunks = stream::try_unfold(Some(first), move |legs| {
        let (call, filter) = (call.clone(), filter.clone());
        async move {
            let Some(legs) = legs else { return Ok::<_, Error>(None) };
            let next = match legs.last() {
                Some(last) => Some(call.service.cdr_after(&call.caller, &filter, last, ROWS_AT_ONCE).await?),
                None => None,
            };
            Ok(Some((stream::iter(legs).map(Ok), next)))
        }
    });
    chunks.try_flatten()
}

/// `format`, else what the client accepts.
fn wants_csv(params: &Params, headers: &HeaderMap) -> Result<bool, BadParam> {
    match params.get::<Option<Text>>("format")?.flatten() {
        Some(Text(format)) if format == "csv" => Ok(true),
        Some(Text(format)) if format == "json" => Ok(false),
        Some(_) => Err(BadParam::new("format", "must be json or csv")),
        None => {
            Ok(headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.starts_with("text/csv")))
        }
    }
}

fn filter(params: &Params, caller: &Caller) -> Result<Filter, BadParam> {
    let (_, zone) = when::zone(params, &caller.account.settings.timezone)?;
    let numbers = |text: String| phone::as_written(&text, &caller.account.settings.country).map_err(|why| BadParam::new("number", why));
    let text = |name| Ok::<_, BadParam>(params.get::<Option<Text>>(name)?.flatten().map(|Text(text)| text));
    let one_of = |name, known: &dyn Fn(&str) -> bool, why| match text(name)? {
        Some(word) if !known(&word) => Err(BadParam::new(name, why)),
        word => Ok(word),
    };
    let is_type = |word: &str| CallType::parse(word).is_some_and(|kind| kind != CallType::Code);
    Ok(Filter {
        from: when::from(params, &zone)?,
        to: when::to(params, &zone)?,
        user: params.get::<Option<_>>("user_id")?.flatten(),
        queue: params.get::<Option<_>>("queue_id")?.flatten(),
        device: params.get::<Option<_>>("device_id")?.flatten(),
        kind: one_of("type", &is_type, "must be inbound, outbound, internal, queue, fax or conf")?,
        direction: one_of("direction", &|word| matches!(word, "inbound" | "outbound"), "must be inbound or outbound")?,
        numbers: text("number")?.map(numbers).transpose()?.unwrap_or_default(),
        lead_id: text("lead_id")?,
        hangup_cause: text("hangup_cause")?.map(|cause| cause.to_ascii_uppercase()),
        answered: params.get::<Option<_>>("answered")?.flatten(),
        call_id: text("call_id")?,
        first: params.get::<Option<_>>("first")?.flatten(),
    })
}

/// The fields of its last event, and what is known besides. Times are epoch seconds.
fn show_entry(entry: &Entry) -> Value {
    let mut shown = entry.data.clone();
    let epoch_s = |at: Option<Millis>| json!(at.map(Millis::epoch_s));
    for (name, value) in [
        ("uuid", json!(entry.uuid)),
        ("call_id", json!(entry.call_id)),
        ("type", json!(entry.kind)),
        ("direction", json!(entry.direction)),
        ("user_id", json!(entry.user_id)),
        ("device_id", json!(entry.device_id)),
        ("queue_id", json!(entry.queue_id)),
        ("lead_id", json!(entry.lead_id)),
        ("started_at", epoch_s(Some(entry.started_at))),
        ("rang_at", epoch_s(entry.rang_at)),
        ("answered_at", epoch_s(entry.answered_at)),
        ("ended_at", epoch_s(entry.ended_at)),
        ("hangup_cause", json!(entry.hangup_cause)),
        ("recording", json!(entry.recorded)),
        ("reconciled", json!(entry.reconciled)),
    ] {
        shown.insert(name.to_owned(), value);
    }
    Value::Object(shown)
}

fn show_stay(stay: &Stay) -> Value {
    json!({
        "queue_id": stay.queue_id,
        "joined_at": stay.joined_at.epoch_s(),
        "served_at": stay.served_at.map(Millis::epoch_s),
        "left_at": stay.left.map(|(_, at)| at.epoch_s()),
        "outcome": stay.left.map(|(how, _)| how.as_str()),
        "agent_id": stay.agent_id,
    })
}
