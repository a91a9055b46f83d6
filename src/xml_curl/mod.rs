//! What FreeSWITCH asks ccgate for over mod_xml_curl: phones (directory), queues (callcenter.conf) and where a call goes (dialplan).
//!
//! Everything is answered from a snapshot in memory and waits on nothing, because mod_callcenter holds its lock while it asks (trap 19). The two
//! exceptions are in the dialplan, where only the call's own phone waits: a star code is decided and committed, so that the tone tells the truth;
//! and of a number outside it is looked up whether it may be called now. An emergency call waits for neither.
//! What is unknown gets FreeSWITCH's "not found" document, and FreeSWITCH goes on with its static files. They include a snapshot of the answers, for
//! when there are none.
//!
//! mod_json_cdr, which tells of each leg that ended, comes by the same door.

mod auth;
mod callcenter;
mod cdr;
mod dialplan;
mod directory;
mod document;
#[cfg(test)]
mod hostile_tests;
mod request;
mod snapshot;
#[cfg(test)]
mod tests;

use std::io;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

pub use auth::Credentials;
use auth::TheSwitch;
use dialplan::{Cause, Destination, Known, Route};
pub use request::PROBE;
use request::{Call, Request};
pub use snapshot::{RELOAD_EVERY, RENDER_EVERY, Snapshot};

use crate::domain::DeviceId;
use crate::domain::call::LegId;
use crate::reconcile::{Desired, Presence, Served};
use crate::service::outside::{Admitted, Barred, Emergency, Leaving, Leg};
use crate::service::refusals::{DIAL_RULE, Refused};
use crate::switch::cdr::Cdr;
use crate::switch::{originate, transfer};

/// The most a request has: a dialplan request, or a record, carries every variable of its channel, some 10 kB.
pub const BODY_MAX_BYTES: usize = 1024 * 1024;

/// A star code that a phone dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarCode {
    /// The phone, which authenticated.
    pub device: DeviceId,
    /// What it dialled: `**` and all that follows, or one of the account's codes.
    pub code: String,
    /// The channel's UUID: one that asks again gets the same answer.
    pub channel: String,
}

/// Whether a star code did what it says, and that it did is committed.
pub type Redeemed = Pin<Box<dyn Future<Output = bool> + Send>>;

/// Whether a call may leave now.
pub type Left = Pin<Box<dyn Future<Output = Result<Admitted, Barred>> + Send>>;

/// Whether what a record tells is committed.
pub type Recorded = Pin<Box<dyn Future<Output = bool> + Send>>;

/// The phone of ours with which a leg speaks, or did last.
pub type SpokeWith = dyn Fn(&LegId) -> Option<DeviceId> + Send + Sync;

/// Where the answers come from.
#[derive(Clone)]
pub struct Sources {
    /// What the switch must send.
    pub credentials: Credentials,
    /// Whether anything is served: a switch that is only observed goes on with its own files.
    pub serves: bool,
    /// What should be true.
    pub desired: Arc<dyn Fn() -> Arc<Desired> + Send + Sync>,
    /// Who sits where.
    pub presence: Presence,
    /// Told of each queue that is served.
    pub served: Served,
    /// Redeems a star code.
    pub redeem: Arc<dyn Fn(StarCode) -> Redeemed + Send + Sync>,
    /// The phone with which a leg speaks, or did last.
    pub spoke_with: Arc<SpokeWith>,
    /// Lets a call leave.
    pub leave: Arc<dyn Fn(Leaving) -> Left + Send + Sync>,
    /// Counts and tells of a call that the dial rule does not let out, without waiting.
    pub refused: Arc<dyn Fn(Refused) + Send + Sync>,
    /// Tells of a call to an emergency number, without waiting.
    pub emergency: Arc<dyn Fn(Emergency) + Send + Sync>,
    /// Takes the record of a leg that ended.
    pub record: Arc<dyn Fn(Cdr) -> Recorded + Send + Sync>,
}

/// `POST /freeswitch/xml` for mod_xml_curl and `POST /freeswitch/cdr` for mod_json_cdr, with HTTP Basic authentication.
pub fn router(sources: Sources) -> Router {
    Router::new()
        .route("/freeswitch/xml", post(answer))
        .route("/freeswitch/cdr", post(cdr::take))
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .with_state(sources)
}

async fn answer(State(sources): State<Sources>, _: TheSwitch, body: Bytes) -> Response {
    match document(&sources, Request::parse(&body)).await {
        Ok(text) => ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer for mod_xml_curl could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn document(sources: &Sources, request: Request) -> io::Result<String> {
    let desired = (sources.desired)();
    match request {
        Request::Probe => document::probe(),
        _ if !sources.serves => document::not_found(),
        Request::User { user, domain, signs_in } => directory::user(&desired, &user, &domain, signs_in),
        Request::Domain(domain) => directory::domain(&desired, &domain),
        Request::CallCenter { queue, core_uuid } => {
            let text = callcenter::conf(&desired, queue.as_deref())?;
            note(sources, &desired, queue.as_deref(), core_uuid.as_deref());
            Ok(text)
        }
        Request::Dialplan(mut call) => {
            if call.context == transfer::CONTEXT {
                call.moved_by = (sources.spoke_with)(&LegId::new(&call.channel));
            }
            let route = dialplan::route(Known { desired: &desired, presence: &sources.presence }, &call);
            let route = leave(sources, route, &call).await;
            let redeemed = redeem(sources, &route, &call).await;
            dialplan::render(&route, &call, redeemed)
        }
        Request::Other => document::not_found(),
    }
}

/// Notes what the switch has been given, because it does not show it again (trap 3).
fn note(sources: &Sources, desired: &Desired, queue: Option<&str>, core_uuid: Option<&str>) {
    match (queue, core_uuid) {
        (None, _) => sources.served.module_loaded(callcenter::at_start(desired)),
        (Some(name), Some(core_uuid)) => sources.served.queue_loaded(core_uuid, name, callcenter::one(desired, name)),
        (Some(_), None) => {}
    }
}

async fn redeem(sources: &Sources, route: &Route, call: &Call) -> bool {
    match route {
        Route::Star { device, code } => {
            let star = StarCode { device: *device, code: code.clone(), channel: call.channel.clone() };
            (sources.redeem)(star).await
        }
        _ => false,
    }
}

/// What depends on the moment, of a call outside: to a number, or to phones that are there.
async fn leave(sources: &Sources, mut route: Route, call: &Call) -> Route {
    let Route::Connect(connection) = &mut route else { return route };
    let (account, number, user, device) = (connection.account, connection.number.clone(), connection.user, connection.device);
    let first = LegId::new(call.call_id.as_deref().unwrap_or(&call.channel));
    match &mut connection.to {
        Destination::Outside { call: outside, .. } if outside.emergency => {
            if let Some(device) = device {
                (sources.emergency)(Emergency { account, call: first, device, user, number });
            }
        }
        Destination::Outside { call: outside, max_s, .. } => {
            let leg = if call.context == originate::CONTEXT { Leg::Clicked } else { Leg::Dialled };
            let numbers = [number, outside.number.clone()];
            match (sources.leave)(Leaving { account, call: first, device, user, numbers, leg }).await {
                Ok(admitted) => *max_s = admitted.max_s,
                Err(barred) => connection.to = Destination::Nowhere(barred.into()),
            }
        }
        Destination::Phones { phones, mailbox, .. } => {
            let (mut may_ring, mut refused) = (Vec::with_capacity(phones.len()), None);
            for mut phone in std::mem::take(phones) {
                if let Some(number) = phone.outside.clone() {
                    let (device, user, numbers) = (Some(phone.device), phone.user, [number.clone(), number]);
                    match (sources.leave)(Leaving { account, call: first.clone(), device, user, numbers, leg: Leg::Phone }).await {
                        Ok(admitted) => phone.max_s = admitted.max_s,
                        Err(barred) => {
                            refused = Some(barred);
                            continue;
                        }
                    }
                }
                may_ring.push(phone);
            }
            *phones = may_ring;
            if let Some(barred) = refused.filter(|_| phones.is_empty()) {
                connection.to = mailbox.take().map_or(Destination::Nowhere(barred.into()), Destination::Mailbox);
            }
        }
        Destination::Nowhere(Cause::OutgoingCallBarred) => {
            (sources.refused)(Refused { account, call: first, device, user, number, reason: DIAL_RULE });
        }
        _ => {}
    }
    route
}
