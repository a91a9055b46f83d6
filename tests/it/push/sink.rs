//! A customer's server: keeps what it is sent and answers as it is told.

use std::sync::{Arc, Mutex};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::watch;

/// A request that came.
#[derive(Clone, Debug)]
pub struct Received {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `data.n` of the event, which the tests use to tell events apart.
    pub fn n(&self) -> i64 {
        self.json()["data"]["n"].as_i64().unwrap()
    }
}

type Answer = Arc<dyn Fn(Received) -> BoxFuture<'static, Response<Body>> + Send + Sync>;

#[derive(Default)]
struct Seen {
    all: Vec<Received>,
    open: usize,
    most_open: usize,
}

#[derive(Clone)]
struct Shared {
    seen: Arc<Mutex<Seen>>,
    count: Arc<watch::Sender<usize>>,
    answer: Answer,
}

/// The server; ends with the runtime.
pub struct Sink {
    pub url: String,
    pub port: u16,
    shared: Shared,
}

/// An answer without a body.
pub fn status(code: u16) -> Response<Body> {
    Response::builder().status(code).body(Body::empty()).unwrap()
}

impl Sink {
    /// Answers at once.
    pub async fn answering(answer: impl Fn(&Received) -> Response<Body> + Send + Sync + 'static) -> Self {
        Self::start(Arc::new(move |received| Box::pin(std::future::ready(answer(&received))))).await
    }

    /// Answers 204 to a request only once the event's `n` is less than what `open` says.
    pub async fn holding(open: watch::Receiver<i64>) -> Self {
        Self::held(open, 204).await
    }

    /// Answers 410, once the event's `n` is less than what `open` says.
    pub async fn gone_when(open: watch::Receiver<i64>) -> Self {
        Self::held(open, 410).await
    }

    async fn held(open: watch::Receiver<i64>, code: u16) -> Self {
        Self::start(Arc::new(move |received| {
            let mut open = open.clone();
            Box::pin(async move {
                let n = received.n();
                let _open = open.wait_for(|below| n < *below).await;
                status(code)
            })
        }))
        .await
    }

    async fn start(answer: Answer) -> Self {
        let shared = Shared { seen: Arc::default(), count: Arc::new(watch::Sender::new(0)), answer };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let app = axum::Router::new().fallback(take).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url: format!("http://127.0.0.1:{port}/hook"), port, shared }
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.seen.lock().unwrap().all.clone()
    }

    /// The `n` of what came so far, in order.
    pub fn numbers(&self) -> Vec<i64> {
        self.received().iter().map(Received::n).collect()
    }

    /// The most requests that were open at a time.
    pub fn most_open(&self) -> usize {
        self.shared.seen.lock().unwrap().most_open
    }

    /// Waits until that many requests have come in all.
    pub async fn has(&self, count: usize) {
        self.shared.count.subscribe().wait_for(|so_far| *so_far >= count).await.unwrap();
    }
}

async fn take(State(shared): State<Shared>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let received = Received { path: uri.path().to_owned(), headers, body };
    {
        let mut seen = shared.seen.lock().unwrap();
        seen.all.push(received.clone());
        seen.open += 1;
        seen.most_open = seen.most_open.max(seen.open);
    }
    shared.count.send_modify(|count| *count += 1);
    let answer = (shared.answer)(received).await;
    shared.seen.lock().unwrap().open -= 1;
    answer
}
