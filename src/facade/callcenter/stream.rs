//! `GET /api/stream`: the account's events as they happen, as server-sent events.

use std::convert::Infallible;

use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;

use super::call::Call;
use super::params::BadParam;
use super::value::{Text, Words};
use crate::domain::{QueueId, UserId};
use crate::facade::connection::Peer;
use crate::service::Error;
use crate::service::stream::{Piece, Wanted};

/// What a client sends that was connected before. The header is what a browser adds by itself; it counts before the parameter.
const LAST_EVENT_ID: &str = "last-event-id";
/// What a client is told instead of events that are not known any more.
const GAP: &str = "stream:gap";

pub(super) async fn open(call: Call, headers: HeaderMap, ConnectInfo(peer): ConnectInfo<Peer>) -> Result<Response, Error> {
    let (wanted, last) = (wanted(&call)?, last(&call, &headers)?);
    let account = call.caller.account_id();
    let pieces = call.service.stream(&call.caller, wanted, last, peer.cut).await?;
    let events = stream::unfold(pieces, move |mut pieces| async move {
        let piece = pieces.recv().await?;
        Some((Ok::<_, Infallible>(show(&piece, account.0)), pieces))
    });
    // The connection is closed with the stream, and no proxy is to hold events back.
    let headers = [(header::CONNECTION, "close"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(events)).into_response())
}

fn wanted(call: &Call) -> Result<Wanted, BadParam> {
    let mut wanted = Wanted::default();
    call.params.set_ids::<UserId, _>("user_id", &mut wanted.users)?;
    call.params.set_ids::<QueueId, _>("queue_id", &mut wanted.queues)?;
    if let Some(Words(names)) = call.params.get("event")? {
        wanted.names = names.into_iter().collect();
    }
    Ok(wanted)
}

fn last(call: &Call, headers: &HeaderMap) -> Result<Option<String>, BadParam> {
    if let Some(header) = headers.get(LAST_EVENT_ID) {
        let text = header.to_str().map_err(|_| BadParam::new("Last-Event-ID", "must be the id of an event as it was sent"))?;
        return Ok(Some(text.trim().to_owned()).filter(|id| !id.is_empty()));
    }
    Ok(call.params.get::<Option<Text>>("last_event_id")?.flatten().map(|text| text.0))
}

fn show(piece: &Piece, account: i64) -> Event {
    match piece {
        Piece::Event(told) => Event::default().id(&told.id).event(&told.name).data(&told.body),
        Piece::Gap(latest) => {
            let body = json!({"event": GAP, "account_id": account, "data": {}});
            // An empty id has the client forget the one that it has.
            Event::default().id(latest.as_deref().unwrap_or_default()).event(GAP).data(body.to_string())
        }
        // An id without data moves a browser's last event, and fires nothing.
        Piece::Still(Some(id)) => Event::default().id(id),
        Piece::Still(None) => Event::default().comment(""),
    }
}
