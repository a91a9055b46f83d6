//! Counts requests by the route that answered them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use tokio::time::Instant;

use crate::clock::{Clock, Millis};
use crate::facade::Meant;

/// Limits of the ranges in which times of answers are counted, in seconds.
const SECONDS: [f64; 8] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5, 10.0];
/// Where mod_xml_curl asks.
const XML: &str = "/freeswitch/xml";
/// What was asked of no route.
const NO_ROUTE: &str = "none";

/// `method`, `route`, `status`.
pub(super) type RequestLabels = [(&'static str, String); 3];
/// `route`.
pub(super) type RouteLabel = [(&'static str, String); 1];

/// The requests since the start.
#[derive(Debug)]
pub struct Requests {
    pub(super) counts: Family<RequestLabels, Counter>,
    /// Until the answer begins: a stream goes on after that.
    pub(super) seconds: Family<RouteLabel, Histogram, fn() -> Histogram>,
    clock: Clock,
    xml_asked_at: AtomicI64,
}

impl Requests {
    /// None yet.
    pub fn new(clock: Clock) -> Self {
        let seconds = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        Self { counts: Family::default(), seconds, clock, xml_asked_at: AtomicI64::new(0) }
    }

    /// When mod_xml_curl, with its password, last asked for anything; none when it never did.
    pub(super) fn xml_asked_at(&self) -> Option<Millis> {
        Some(Millis(self.xml_asked_at.load(Ordering::Relaxed))).filter(|at| at.0 > 0)
    }

    /// A layer around everything that is routed.
    pub async fn count(State(requests): State<Arc<Self>>, request: Request, next: Next) -> Response {
        let route = request.extensions().get::<MatchedPath>().map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
        let (method, began) = (method(request.method()), Instant::now());
        let response = next.run(request).await;
        // The status that a client who asked for the vendor's way of always saying 200 was not told.
        let status = response.extensions().get::<Meant>().map_or_else(|| response.status(), |meant| meant.0);
        if route == XML && status == StatusCode::OK {
            requests.xml_asked_at.store(requests.clock.now().0, Ordering::Relaxed);
        }
        requests.seconds.get_or_create(&[("route", route.clone())]).observe(began.elapsed().as_secs_f64());
        requests.counts.get_or_create(&[("method", method.to_owned()), ("route", route), ("status", status.as_str().to_owned())]).inc();
        response
    }
}

/// A client may invent methods; each would be a series.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
