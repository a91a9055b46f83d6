//! Answers that are kept from one commit to the next: who asks the same again, while nothing was changed, is given the same bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;

use crate::domain::UserId;

/// The most bytes of an answer that is kept.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// The most bytes of all of them.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// What another process changes in the database is seen after so long.
const HOLDS: Duration = Duration::from_secs(1);

/// On an answer that is made of nothing but who asks, the path, the query string and the database.
#[derive(Clone, Copy)]
struct UntilCommit;

/// What is kept. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Arc<Mutex<Answers>>);

#[derive(Debug, Default)]
struct Answers {
    /// Of the database: [`crate::service::Service::version`].
    version: u64,
    bytes: usize,
    answers: HashMap<Asked, (Bytes, Instant)>,
}

/// A question that may be asked again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    by: UserId,
    at: String,
}

/// Marks an answer that holds until the next commit.
pub(super) fn until_commit(answer: impl IntoResponse) -> Response {
    let mut answer = answer.into_response();
    answer.extensions_mut().insert(UntilCommit);
    answer
}

impl Asked {
    /// The question of a request; none of one that has a body or is no GET.
    pub(super) fn of(parts: &Parts, by: UserId) -> Option<Self> {
        let has_body = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING].iter().any(|name| parts.headers.contains_key(name));
        (parts.method == Method::GET && !has_body).then(|| Self { by, at: parts.uri.to_string() })
    }
}

impl Kept {
    /// The answer, as long as the database has this version.
    pub(super) fn get(&self, version: u64, asked: &Asked) -> Option<Response> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, at) = kept.answers.get(asked).filter(|_| kept.version == version)?;
        (at.elapsed() < HOLDS)
            .then(|| ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], bytes.clone()).into_response())
    }

    /// Keeps an answer that is marked, and no longer than allowed. It was made when the database had this version, or a later one.
    pub(super) async fn put(&self, version: u64, asked: Asked, answer: Response) -> Response {
        let (mut parts, body) = answer.into_parts();
        if parts.extensions.remove::<UntilCommit>().is_none() || parts.status != StatusCode::OK {
            return Response::from_parts(parts, body);
        }
        let (mut pieces, mut bytes) = (body.into_data_stream(), Vec::new());
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(piece) => bytes.extend_from_slice(&piece),
                Err(error) => return Response::from_parts(parts, Body::from_stream(stream::iter([Ok(Bytes::from(bytes)), Err(error)]))),
            }
            if bytes.len() > ANSWER_BYTES_MAX {
                let begun = stream::iter([Ok(Bytes::from(bytes))]);
                return Response::from_parts(parts, Body::from_stream(begun.chain(pieces)));
            }
        }
        let bytes = Bytes::from(bytes);
        self.keep(version, asked, bytes.clone());
        Response::from_parts(parts, Body::from(bytes))
    }

    fn keep(&self, version: u64, asked: Asked, bytes: Bytes) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.version > version {
            return;
        }
        if kept.version < version || kept.bytes + bytes.len() > BYTES_MAX {
            *kept = Answers { version, ..Answers::default() };
        }
        kept.bytes += bytes.len();
        if let Some((before, _)) = kept.answers.insert(asked, (bytes, Instant::now())) {
            kept.bytes -= before.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn asked(method: Method, path: &str, by: i64, length: Option<&str>) -> Option<Asked> {
        let request = Request::builder().method(method).uri(path);
        let request = length.into_iter().fold(request, |request, length| request.header(header::CONTENT_LENGTH, length));
        Asked::of(&request.body(()).unwrap().into_parts().0, UserId(by))
    }

    fn get(path: &str, by: i64) -> Asked {
        asked(Method::GET, path, by, None).unwrap()
    }

    async fn text(response: Response) -> String {
        String::from_utf8(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_holds_until_the_next_commit_for_who_asked_that() {
        let kept = Kept::default();
        let answer = kept.put(1, get("/api/user/1?x=1", 7), until_commit("one")).await;
        assert_eq!(text(answer).await, "one");
        assert_eq!(text(kept.get(1, &get("/api/user/1?x=1", 7)).unwrap()).await, "one");
        for (version, path, by) in [(2, "/api/user/1?x=1", 7), (1, "/api/user/1?x=2", 7), (1, "/api/user/1?x=1", 8)] {
            assert!(kept.get(version, &get(path, by)).is_none(), "{version} {path} {by}");
        }
        kept.put(2, get("/api/user/2", 7), until_commit("two")).await;
        // It was read before that commit and came later.
        kept.put(1, get("/api/user/3", 7), until_commit("old")).await;
        assert!(kept.get(2, &get("/api/user/3", 7)).is_none() && kept.get(2, &get("/api/user/2", 7)).is_some());
        tokio::time::advance(HOLDS).await;
        assert!(kept.get(2, &get("/api/user/2", 7)).is_none(), "another process may have written");
    }

    #[tokio::test]
    async fn what_is_not_marked_or_too_long_is_not_kept() {
        let kept = Kept::default();
        kept.put(1, get("/api/pause", 7), "x".into_response()).await;
        kept.put(1, get("/api/user/9", 7), until_commit((StatusCode::NOT_FOUND, "x"))).await;
        let long = "x".repeat(ANSWER_BYTES_MAX + 1);
        let answer = kept.put(1, get("/api/user", 7), until_commit(long.clone())).await;
        assert_eq!(text(answer).await, long);
        for path in ["/api/pause", "/api/user/9", "/api/user"] {
            assert!(kept.get(1, &get(path, 7)).is_none(), "{path}");
        }
        let most = "x".repeat(ANSWER_BYTES_MAX);
        for n in 0..=BYTES_MAX / ANSWER_BYTES_MAX {
            kept.put(1, get(&format!("/api/user?offset={n}"), 7), until_commit(most.clone())).await;
        }
        assert_eq!(kept.0.lock().unwrap().bytes, ANSWER_BYTES_MAX, "there was room for all but one");
    }

    #[test]
    fn a_request_that_changes_something_or_has_a_body_is_not_asked_again() {
        assert!(asked(Method::POST, "/api/user", 7, None).is_none() && asked(Method::GET, "/api/user", 7, Some("2")).is_none());
    }
}
