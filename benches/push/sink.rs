//! Customers' servers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;

/// What came, by the leg that it tells of, and when.
#[derive(Clone)]
pub struct Sink(Arc<Inner>);

struct Inner {
    url: String,
    came: Mutex<HashMap<String, Instant>>,
    count: watch::Sender<usize>,
}

#[derive(Deserialize)]
struct Body {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    id: String,
}

impl Sink {
    pub async fn many(count: usize) -> Vec<Self> {
        let mut sinks = Vec::new();
        for _ in 0..count {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let url = format!("http://{}/", listener.local_addr().expect("an address"));
            let sink = Self(Arc::new(Inner { url, came: Mutex::default(), count: watch::Sender::new(0) }));
            let app = Router::new().fallback(take).with_state(sink.clone());
            tokio::spawn(async move { axum::serve(listener, app).await });
            sinks.push(sink);
        }
        sinks
    }

    pub fn url(&self) -> String {
        self.0.url.clone()
    }

    pub async fn has(&self, count: usize) {
        self.0.count.subscribe().wait_for(|came| *came >= count).await.expect("the sink is there");
    }

    /// What came since the last call.
    pub fn take(&self) -> HashMap<String, Instant> {
        let came = std::mem::take(&mut *self.0.came.lock().expect("no panic"));
        self.0.count.send_replace(0);
        came
    }

    /// Milliseconds of single requests, one after the other, over one connection.
    pub async fn single_posts(&self, count: usize) -> Vec<f64> {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut took = Vec::new();
        for n in 0..count {
            let body = format!(r#"{{"id":"0190b7a2-0000-7000-8000-000000000000","event":"call:ring","data":{{"id":"{n}"}}}}"#);
            let begun = Instant::now();
            client.post(&self.0.url).body(body).send().await.expect("an answer");
            took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        self.take();
        took
    }
}

async fn take(State(sink): State<Sink>, body: Bytes) -> StatusCode {
    let at = Instant::now();
    let body: Body = serde_json::from_slice(&body).expect("an event");
    sink.0.came.lock().expect("no panic").entry(body.data.id).or_insert(at);
    sink.0.count.send_modify(|count| *count += 1);
    StatusCode::NO_CONTENT
}

/// An address that takes connections and says nothing.
pub async fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok(connection) = listener.accept().await {
            held.push(connection);
        }
    });
    url
}

/// An address where nobody listens.
pub async fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    format!("http://{}/", listener.local_addr().expect("an address"))
}
