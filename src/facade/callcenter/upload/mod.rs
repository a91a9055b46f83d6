//! Bodies that are too long to be read whole: a JSON array of objects, or CSV, both row by row.
//!
//! `text/csv` is CSV, the file of a `multipart/form-data` is CSV or JSON, and a body that begins with `[` is JSON. The key of such a request
//! stands in its query string or headers.

mod csv;
mod json;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::RequestPartsExt;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, MatchedPath, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use multer::Multipart;
use serde_json::{Map, Value};

use super::params::BadParam;
use crate::service::Error;

/// The one route that takes uploads, and its other spelling.
const ROUTES: [&str; 2] = ["/api/phone_list/{id}/lead", "/api/phone_list/{id}/lead/"];
/// The most bytes of an upload.
const UPLOAD_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// The most bytes of a row.
const ROW_BYTES_MAX: usize = 64 * 1024;
/// The most bytes of a form before its file.
const FORM_HEAD_BYTES_MAX: usize = 1024 * 1024;
/// How long a client may send nothing.
const IDLE_WAIT: Duration = Duration::from_secs(60);

/// What a body is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
    /// A form with a file; what stands between its fields.
    Form(String),
}

/// One row.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// Its place among the rows, from 0.
    pub(super) index: u64,
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// Its length as it came.
    pub(super) bytes: usize,
    /// What it holds, or why that cannot be said.
    pub(super) fields: Result<Map<String, Value>, String>,
}

/// Where and why no further row can be read. `why` continues a sentence that begins with the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) line: u64,
    pub(super) why: String,
}

/// A body that is read row by row.
pub(super) struct Upload {
    rows: Rows,
    pieces: Pieces,
    piece: Bytes,
    bytes: u64,
}

/// The upload of a request, when that is what its body is.
pub(super) struct Sent(pub(super) Option<Upload>);

type Pieces = BoxStream<'static, Result<Bytes, String>>;

enum Rows {
    Csv(Box<csv::Rows>),
    Json(json::Rows),
}

/// Parts a body into what is to be read whole, for parameters, and what is left for [`Sent`]; one of them is empty.
pub(super) async fn divert(parts: &mut Parts, body: Body) -> (Body, Body) {
    let route = parts.extract::<MatchedPath>().await;
    if parts.method != Method::POST || !route.is_ok_and(|route| ROUTES.contains(&route.as_str())) {
        return (body, Body::empty());
    }
    let (first, body) = peek(body.into_data_stream().map_err(|error| error.to_string()).boxed()).await;
    let body = Body::from_stream(body);
    match format(&parts.headers, first) {
        Some(format) => {
            parts.extensions.insert(format);
            (Body::empty(), body)
        }
        None => (body, Body::empty()),
    }
}

impl<S: Sync> FromRequest<S> for Sent {
    type Rejection = Response;

    async fn from_request(mut request: Request, _: &S) -> Result<Self, Response> {
        let Some(format) = request.extensions_mut().remove::<Format>() else { return Ok(Self(None)) };
        let pieces = request.into_body().into_data_stream().map_err(|error| error.to_string()).boxed();
        let (rows, pieces) = match format {
            Format::Csv => (Rows::Csv(Box::default()), pieces),
            Format::Json => (Rows::Json(json::Rows::default()), pieces),
            Format::Form(boundary) => file(pieces, boundary).await.map_err(|bad| Error::from(bad).into_response())?,
        };
        Ok(Self(Some(Upload { rows, pieces, piece: Bytes::new(), bytes: 0 })))
    }
}

impl Upload {
    /// The next row; none after the last.
    pub(super) async fn next_row(&mut self) -> Result<Option<Row>, Broken> {
        loop {
            if let Some(row) = self.rows.next(&mut self.piece)? {
                return Ok(Some(row));
            }
            match tokio::time::timeout(IDLE_WAIT, self.pieces.next()).await {
                Ok(Some(Ok(piece))) => {
                    self.bytes += piece.len() as u64;
                    self.piece = piece;
                }
                Ok(None) => return self.rows.end(),
                Ok(Some(Err(why))) => return Err(self.rows.broken(format!("is where the body broke off: {why}"))),
                Err(_) => return Err(self.rows.broken(format!("is where nothing more came for {} s", IDLE_WAIT.as_secs()))),
            }
            if self.bytes > UPLOAD_BYTES_MAX {
                return Err(self.rows.broken(format!("is beyond the {UPLOAD_BYTES_MAX} bytes that a body may have")));
            }
        }
    }
}

impl Rows {
    fn next(&mut self, piece: &mut Bytes) -> Result<Option<Row>, Broken> {
        match self {
            Self::Csv(rows) => rows.next(piece),
            Self::Json(rows) => rows.next(piece),
        }
    }

    fn end(&mut self) -> Result<Option<Row>, Broken> {
        match self {
            Self::Csv(rows) => rows.end(),
            Self::Json(rows) => rows.end().map(|()| None),
        }
    }

    fn broken(&self, why: String) -> Broken {
        let line = match self {
            Self::Csv(rows) => rows.line(),
            Self::Json(rows) => rows.line(),
        };
        Broken { line, why }
    }
}

fn format(headers: &HeaderMap, first: Option<u8>) -> Option<Format> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match (kind.as_str(), first) {
        ("text/csv" | "application/csv", _) => Some(Format::Csv),
        ("multipart/form-data", _) => multer::parse_boundary(content_type).ok().map(Format::Form),
        (_, Some(b'[')) => Some(Format::Json),
        _ => None,
    }
}

/// The first byte that is no blank, when it comes soon, and everything.
async fn peek(mut pieces: Pieces) -> (Option<u8>, Pieces) {
    let (mut read, mut bytes) = (Vec::new(), 0);
    let mut first = None;
    while first.is_none() && bytes < ROW_BYTES_MAX {
        let Ok(Some(piece)) = tokio::time::timeout(IDLE_WAIT, pieces.next()).await else { break };
        bytes += piece.as_ref().map_or(0, Bytes::len);
        first = piece.as_ref().ok().and_then(|piece| piece.iter().find(|byte| !byte.is_ascii_whitespace()).copied());
        let failed = piece.is_err();
        read.push(piece);
        if failed {
            break;
        }
    }
    (first, stream::iter(read).chain(pieces).boxed())
}

/// The first file of a form.
async fn file(pieces: Pieces, boundary: String) -> Result<(Rows, Pieces), BadParam> {
    let bad = |why: &dyn std::fmt::Display| BadParam::new("the body", format!("must be a form with a file: {why}"));
    let found = Arc::new(AtomicBool::new(false));
    let mut form = Multipart::new(one_at_a_time(pieces, Arc::clone(&found)), boundary);
    loop {
        let next = tokio::time::timeout(IDLE_WAIT, form.next_field()).await.map_err(|_| bad(&"nothing more came"))?;
        let Some(field) = next.map_err(|error| bad(&error))? else { break };
        if field.file_name().is_none() && field.name() != Some("file") {
            continue;
        }
        found.store(true, Ordering::Relaxed);
        let (first, pieces) = peek(field.map_err(|error| error.to_string()).boxed()).await;
        let rows = if first == Some(b'[') { Rows::Json(json::Rows::default()) } else { Rows::Csv(Box::default()) };
        return Ok((rows, pieces));
    }
    Err(bad(&"it has none"))
}

/// The reader of forms takes whatever is there into its memory before it gives anything; a pause between two pieces keeps it to one. What comes
/// before the file was `found` it keeps.
fn one_at_a_time(pieces: Pieces, found: Arc<AtomicBool>) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send {
    stream::unfold((pieces, found, 0), async |(mut pieces, found, head_bytes)| {
        // It does not bear one before the first, which has the form's beginning.
        if head_bytes > 0 {
            tokio::task::yield_now().await;
        }
        let piece = pieces.next().await?;
        let head_bytes = head_bytes + piece.as_ref().map_or(0, Bytes::len).max(1);
        let too_much = head_bytes > FORM_HEAD_BYTES_MAX && !found.load(Ordering::Relaxed);
        let piece = if too_much { Err(format!("it has none in its first {FORM_HEAD_BYTES_MAX} bytes")) } else { piece };
        Some((piece.map_err(std::io::Error::other), (pieces, found, head_bytes)))
    })
}
