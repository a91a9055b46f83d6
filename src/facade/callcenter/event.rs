//! `/api/event`: what was told, how its delivery stands, and telling it again.

use axum::response::Response;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use serde_json::json;

use super::call::{Call, TextId};
use super::envelope::{Answer, Reply};
use super::event_wire::{filter, show_attempt, show_event};
use super::list as lists;
use super::params::BadParam;
use crate::service::{Error, Listing};
use crate::store::Page;
use crate::store::event_list::{Filter, State, Told};

/// Events that are read from the database at once, where all are asked for.
const ROWS_AT_ONCE: u32 = 1_000;

pub(super) async fn list(call: Call) -> Result<Response, Error> {
    let (filter, page) = (filter(&call.params)?, lists::page(&call.params)?);
    let first = Page { limit: page.limit.or(Some(ROWS_AT_ONCE)), ..page };
    let listing = call.service.events(&call.caller, &filter, first).await?;
    Ok(match page.limit {
        Some(_) => lists::answer(listing, show_event),
        None => lists::answer_rows(all(call, filter, listing), None, show_event),
    })
}

/// These events and all that follow, read while they are sent.
fn all(call: Call, filter: Filter, first: Listing<Told>) -> impl Stream<Item = Result<Told, Error>> + Send {
    let chunks = stream::try_unfold(Some(first.rows), move |events| {
        let (call, filter) = (call.clone(), filter.clone());
        async move {
            let Some(events) = events else { return Ok::<_, Error>(None) };
            let next = match events.last() {
                Some(last) => Some(call.service.events_after(&call.caller, &filter, last, ROWS_AT_ONCE).await?),
                None => None,
            };
            Ok(Some((stream::iter(events).map(Ok), next)))
        }
    });
    chunks.try_flatten()
}

pub(super) async fn show(call: Call, TextId(id): TextId) -> Answer {
    Ok(Reply::data(show_event(&call.service.event(&call.caller, &id).await?)))
}

pub(super) async fn attempts(call: Call, TextId(id): TextId) -> Result<Response, Error> {
    let rows = call.service.event_attempts(&call.caller, &id).await?;
    Ok(lists::answer(Listing { rows, total: None }, show_attempt))
}

pub(super) async fn replay(call: Call, TextId(id): TextId) -> Answer {
    Ok(Reply::data(show_event(&call.service.replay_event(&call.caller, id).await?)))
}

pub(super) async fn replay_range(call: Call) -> Answer {
    let filter = filter(&call.params)?;
    for (name, bound) in [("from", filter.from), ("to", filter.to)] {
        bound.ok_or_else(|| BadParam::missing(name))?;
    }
    if matches!(filter.state, Some(State::Waiting | State::Pending)) {
        return Err(BadParam::new("state", "must be done, dead or none: what is waiting or pending is sent anyway").into());
    }
    let replayed = call.service.replay_events(&call.caller, filter).await?;
    Ok(Reply::data(json!({"replayed": replayed})))
}

pub(super) async fn test(call: Call) -> Answer {
    let id = call.service.test_event(&call.caller).await?;
    Ok(Reply::data(json!({"id": id})))
}
