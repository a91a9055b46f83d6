//! `/api/wallboard`: what the page at `/tv` shows, once or as it changes.

use std::convert::Infallible;

use axum::extract::ConnectInfo;
use axum::http::{HeaderName, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::json;

use super::call::Call;
use super::envelope::{Answer, Reply};
use super::params::BadParam;
use crate::clock::Millis;
use crate::domain::QueueId;
use crate::facade::connection::Peer;
use crate::service::Error;
use crate::service::wall::Piece;

pub(super) async fn show(call: Call) -> Answer {
    let wall = call.service.wall_now(&call.caller, queue(&call)?).await?;
    let mut data = serde_json::to_value(wall).map_err(|error| Error::Internal(error.to_string()))?;
    data["now_ms"] = json!(call.service.now());
    Ok(Reply::data(data))
}

pub(super) async fn open(call: Call, ConnectInfo(peer): ConnectInfo<Peer>) -> Result<Response, Error> {
    let pieces = call.service.wall(&call.caller, queue(&call)?, peer.cut).await?;
    let events = stream::unfold((pieces, call.service), |(mut pieces, service)| async move {
        let event = event(pieces.recv().await?, service.now());
        Some((Ok::<_, Infallible>(event), (pieces, service)))
    });
    // The connection is closed with the stream, and no proxy is to hold events back.
    let headers = [(header::CONNECTION, "close"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(events)).into_response())
}

fn queue(call: &Call) -> Result<Option<QueueId>, BadParam> {
    Ok(call.params.get::<Option<i64>>("queue_id")?.flatten().map(QueueId))
}

/// The time is no part of what all walls share.
fn event(piece: Piece, now: Millis) -> Event {
    match piece {
        Piece::Wall(text) => Event::default().event("wall").data(format!("{{\"now_ms\":{},{}", now.0, text.trim_start_matches('{'))),
        Piece::Still(now) => Event::default().event("still").data(format!("{{\"now_ms\":{}}}", now.0)),
    }
}
