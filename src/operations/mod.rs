//! What an operator's machinery asks: whether ccgate lives, whether it is ready, and what it counts. On a listener of its own, where nobody is asked
//! for a key: what is answered holds numbers and names of parts, nothing of an account.

mod metrics;
mod ready;
mod requests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use self::requests::Requests;
use crate::clock::Clock;
use crate::esl::client::Client;
use crate::facade::auth::TrustedProxies;
use crate::facade::connection::Listener;
use crate::facade::places::Places;
use crate::facade::server;
use crate::facade::tls::Certificate;
use crate::push;
use crate::reconcile::Reconciler;
use crate::service::Service;
use crate::service::calls::CallStats;
use crate::store::Store;
use crate::switch::Switch;

/// Requests that are answered at a time; others wait.
pub const REQUESTS_AT_ONCE: usize = 4;
/// How long an answer may take.
pub const ANSWER_WAIT: Duration = Duration::from_secs(10);

/// Connections at a time; who comes then is closed.
pub const CONNECTIONS_MAX: usize = 256;

/// The connections to the listeners of the API.
#[derive(Clone, Debug)]
pub struct Connections {
    /// To `http.listen`.
    pub http: Arc<Places>,
    /// To `https.listen`; none where there is none.
    pub https: Arc<Places>,
}

/// What is looked at.
#[derive(Clone)]
pub struct Watched {
    /// The database.
    pub store: Store,
    /// The connections to the switch.
    pub client: Client,
    /// The switch behind them.
    pub switch: Switch,
    /// What keeps it as the database says.
    pub reconciler: Reconciler,
    /// The use cases.
    pub service: Service,
    /// What the task of the calls counts.
    pub calls: Arc<CallStats>,
    /// What became of attempts to deliver.
    pub push: Arc<push::Counts>,
    /// The requests to the API and from the switch.
    pub requests: Arc<Requests>,
    /// The connections on which they come.
    pub connections: Connections,
    /// The certificate of https, where there is one.
    pub certificate: Option<Arc<Certificate>>,
    /// The document of xml_curl with which it is seen whether the switch asks.
    pub probe: &'static str,
    /// The time.
    pub clock: Clock,
}

/// Answers on `listener` until `shutdown`.
pub async fn run(watched: Watched, listener: TcpListener, shutdown: CancellationToken) {
    let places = Places::new(CONNECTIONS_MAX, CONNECTIONS_MAX, TrustedProxies::default());
    server::serve(Listener::new(listener, places), router(watched), shutdown).await;
}

/// `GET /livez`, `/readyz` and `/metrics`.
fn router(watched: Watched) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics_page))
        .layer(from_fn_with_state(Arc::new(Semaphore::new(REQUESTS_AT_ONCE)), in_turn))
        .with_state(watched)
}

/// Few at a time, and none for ever.
async fn in_turn(State(places): State<Arc<Semaphore>>, request: axum::extract::Request, next: Next) -> Response {
    let answer = async {
        let _place = places.acquire().await;
        next.run(request).await
    };
    timeout(ANSWER_WAIT, answer).await.unwrap_or_else(|_| (StatusCode::SERVICE_UNAVAILABLE, "no answer in time\n").into_response())
}

async fn readyz(State(watched): State<Watched>) -> Response {
    let ready = ready::look(&watched).await;
    let status = if ready.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(ready)).into_response()
}

async fn metrics_page(State(watched): State<Watched>) -> Response {
    match metrics::page(&watched).await {
        Ok(text) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
