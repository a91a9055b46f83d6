//! A customer's server that takes what hooks are told, by either method and at any path, and hands it to the test as it came.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::patience;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// Of the query string or the form.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The server.
pub(crate) struct HookSink {
    url: String,
    heard: mpsc::UnboundedReceiver<Heard>,
    answers: Arc<AtomicU16>,
}

type Shared = (mpsc::UnboundedSender<Heard>, Arc<AtomicU16>);

impl HookSink {
    /// Listens on a free port of loopback, and answers 200.
    pub(crate) async fn start() -> Self {
        let (sender, heard) = mpsc::unbounded_channel();
        let answers = Arc::new(AtomicU16::new(200));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(take).with_state((sender, Arc::clone(&answers)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, heard, answers }
    }

    /// An address of it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// What it answers from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.answers.store(status, Ordering::SeqCst);
    }

    /// The next request.
    pub(crate) async fn next(&mut self) -> Heard {
        patience("a hook to be told", self.heard.recv()).await.expect("the sink lives as long as the test")
    }
}

impl Heard {
    /// A field; empty when it did not come.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

async fn take(State((sender, answers)): State<Shared>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = if method == Method::GET { uri.query().unwrap_or_default().as_bytes() } else { &body };
    let fields = serde_urlencoded::from_bytes(text).expect("what a hook is told is URL-encoded");
    // Before the test hears of it, and changes it.
    let status = answers.load(Ordering::SeqCst);
    // A test that ended hears no more.
    let _ = sender.send(Heard { method, path: uri.path().to_owned(), fields, headers, body });
    StatusCode::from_u16(status).expect("a status")
}
