//! A customer's URL: takes events, checks their signatures, and hands them to the test in the order in which they came.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::Value;
use standardwebhooks::Webhook;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::patience;

/// An address that takes events.
pub(crate) struct Sink {
    url: String,
    events: mpsc::UnboundedReceiver<(HeaderMap, Bytes)>,
    seen: Vec<Value>,
}

impl Sink {
    /// Listens on a free port of loopback.
    pub(crate) async fn start() -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let take = |State(sender): State<mpsc::UnboundedSender<_>>, headers: HeaderMap, body: Bytes| async move {
            // A test that ended takes no more events; the sender learns nothing of it.
            let _ = sender.send((headers, body));
            StatusCode::OK
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/events", listener.local_addr().expect("an address"));
        let router = Router::new().route("/events", post(take)).with_state(sender);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, events, seen: Vec::new() }
    }

    /// Where events are to be sent.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the next event of this name; what comes before it is kept in [`Sink::seen`]. Verifies each signature with `secret`.
    pub(crate) async fn next(&mut self, name: &str, secret: &str) -> Value {
        let webhook = Webhook::new(secret).expect("the secret is a Standard Webhooks secret");
        loop {
            let came = patience(&format!("event {name}; seen so far: {:?}", self.names()), self.events.recv()).await;
            let (headers, body) = came.expect("the sink lives as long as the test");
            webhook.verify(&body, &headers).expect("the event is signed as Standard Webhooks");
            let event: Value = serde_json::from_slice(&body).expect("the event is JSON");
            self.seen.push(event.clone());
            if event["event"] == name {
                return event;
            }
        }
    }

    /// Every event that came, in order.
    pub(crate) fn seen(&self) -> &[Value] {
        &self.seen
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.seen.iter().filter_map(|event| event["event"].as_str()).collect()
    }
}
