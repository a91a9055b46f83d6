//! Lists: everything when no `limit` is asked, so that an unchanged client loses no row; a page and `total` when one is.

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use serde_json::Value;

use super::params::{BadParam, Params};
use crate::service::{Error, Listing};
use crate::store::Page;

/// The most rows of one page.
pub(super) const LIMIT_MAX: u32 = 500;
/// Rows are sent in pieces of about so many bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// `limit` and `offset`.
///
/// # Errors
/// When one of them cannot be taken.
pub(super) fn page(params: &Params) -> Result<Page, BadParam> {
    let limit = params.get::<Option<u32>>("limit")?.flatten();
    if limit.is_some_and(|limit| !(1..=LIMIT_MAX).contains(&limit)) {
        return Err(BadParam::new("limit", format!("must be from 1 to {LIMIT_MAX}; leave it out for everything")));
    }
    let offset = params.get::<Option<u32>>("offset")?.flatten().unwrap_or(0);
    Ok(Page { limit, offset })
}

/// The rows in the envelope, written piece by piece: the whole text is never in memory at once.
pub(super) fn answer<T, F>(listing: Listing<T>, show: F) -> Response
where
    T: Send + 'static,
    F: Fn(&T) -> Value + Send + 'static,
{
    answer_rows(stream::iter(listing.rows).map(Ok), listing.total, show)
}

/// As [`answer`], for rows that may come from the database while they are sent. Where they fail to come the answer breaks off, so that nobody
/// takes it for the whole.
pub(super) fn answer_rows<T, F>(rows: impl Stream<Item = Result<T, Error>> + Send + 'static, total: Option<i64>, show: F) -> Response
where
    T: Send + 'static,
    F: Fn(&T) -> Value + Send + 'static,
{
    respond("{\"success\":true,\"data\":[", rows, total, show)
}

/// As [`answer_rows`], with `Success` as well.
pub(super) fn answer_both<T, F>(rows: impl Stream<Item = Result<T, Error>> + Send + 'static, total: Option<i64>, show: F) -> Response
where
    T: Send + 'static,
    F: Fn(&T) -> Value + Send + 'static,
{
    respond("{\"success\":true,\"Success\":true,\"data\":[", rows, total, show)
}

fn respond<T, F>(head: &str, rows: impl Stream<Item = Result<T, Error>> + Send + 'static, total: Option<i64>, show: F) -> Response
where
    T: Send + 'static,
    F: Fn(&T) -> Value + Send + 'static,
{
    let tail = match total {
        Some(total) => format!("],\"total\":{total}}}"),
        None => "]}".to_owned(),
    };
    let frame = Frame { head: head.to_owned(), between: ",", tail };
    ([(header::CONTENT_TYPE, "application/json")], written(frame, rows, move |row| show(row).to_string())).into_response()
}

/// What stands around rows.
pub(super) struct Frame {
    /// Before the first.
    pub(super) head: String,
    /// Between two.
    pub(super) between: &'static str,
    /// After the last.
    pub(super) tail: String,
}

/// Rows as they come, in pieces.
pub(super) fn written<T, F>(frame: Frame, rows: impl Stream<Item = Result<T, Error>> + Send + 'static, show: F) -> Body
where
    T: Send + 'static,
    F: Fn(&T) -> String + Send + 'static,
{
    let Frame { head, between, tail } = frame;
    let begun = (Box::pin(rows), Some(head), tail, show);
    let pieces = stream::unfold(Some(begun), async move |begun| {
        let (mut rows, mut head, tail, show) = begun?;
        let mut is_first = head.is_some();
        let mut piece = head.take().unwrap_or_default();
        while piece.len() < PIECE_BYTES {
            match rows.next().await {
                Some(Ok(row)) => {
                    if !is_first {
                        piece.push_str(between);
                    }
                    is_first = false;
                    piece.push_str(&show(&row));
                }
                Some(Err(error)) => return Some((Err(error), None)),
                None => {
                    piece.push_str(&tail);
                    return Some((Ok(Bytes::from(piece)), None));
                }
            }
        }
        Some((Ok(Bytes::from(piece)), Some((rows, head, tail, show))))
    });
    Body::from_stream(pieces)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    async fn text(rows: usize, total: Option<i64>) -> Value {
        let listing = Listing { rows: (0..rows).collect(), total };
        let response = answer(listing, |row| json!({"id": row, "name": "x".repeat(40)}));
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    #[tokio::test]
    async fn a_list_of_any_length_is_one_json_document() {
        assert_eq!(text(0, None).await, json!({"success": true, "data": []}));
        for rows in [1, 2, 5_000] {
            assert_eq!(text(rows, None).await["data"].as_array().unwrap().len(), rows);
        }
        assert_eq!(text(1, Some(7)).await["total"], json!(7));
    }

    #[test]
    fn a_page_has_at_most_500_rows() {
        let page_of = |params| page(&Params::from_json(params)).map_err(|bad| bad.to_string());
        assert_eq!(page_of(json!({})), Ok(Page { limit: None, offset: 0 }));
        assert_eq!(page_of(json!({"limit": "500", "offset": 3})), Ok(Page { limit: Some(500), offset: 3 }));
        assert!(page_of(json!({"limit": 501})).unwrap_err().starts_with("limit must be from 1 to 500"));
        assert!(page_of(json!({"limit": 0})).is_err());
    }
}
