//! Call Center API v1.3, mounted at `/api`.
//!
//! [`call::serve`] reads and authenticates a request once; a handler takes the [`call::Call`], asks the service, and shows what it gives.

mod account;
mod agent;
pub mod call;
mod cdr;
mod csv;
mod device;
mod envelope;
mod error;
mod event;
mod event_wire;
mod extension;
mod key;
mod lead;
mod lead_wire;
mod list;
mod member;
mod originate;
pub mod params;
mod pause;
mod pgroup;
mod phone_list;
mod queue;
mod queue_wire;
mod recording;
mod resource;
mod resource_wire;
mod route;
mod session;
mod stats;
mod stream;
mod time_group;
mod upload;
mod user;
mod user_wire;
pub mod value;
mod when;

use axum::Router;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::any;

use self::call::Api;
use self::envelope::failure;
use self::route::{Methods, delete, get, post, put};
use super::auth::TrustedProxies;
use crate::domain::dial_rule::DialRule;
use crate::domain::group::{Group, QueueLabel, Site};
use crate::domain::media::Media;
use crate::domain::time_group::TimeGroup;
use crate::domain::voicemail::Voicemail;
use crate::service::Service;

/// The paths below `/api`, all of them authenticated but the login. The server must give the peer as `ConnectInfo<Peer>`.
pub fn router(service: Service, proxies: TrustedProxies) -> Router {
    let api = Api { service, proxies };
    let router = table().into_iter().fold(Router::new(), |router, (path, methods)| methods.at(router, path));
    router
        .route("/api", any(unknown))
        .route("/api/", any(unknown))
        .route("/api/{*path}", any(unknown))
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(api, call::serve))
}

/// Every method and path that there is; parts of a path in braces are ids.
pub fn routes() -> impl Iterator<Item = (Method, &'static str)> {
    table().into_iter().flat_map(|(path, methods)| methods.names().iter().map(|name| (name.clone(), path)).collect::<Vec<_>>())
}

fn table() -> Vec<(&'static str, Methods)> {
    vec![
        (session::LOGIN, post(session::login)),
        ("/api/user/logout", get(session::logout)),
        ("/api/user", get(user::list).post(user::create)),
        ("/api/user/{id}", get(user::show).put(user::update).delete(user::delete)),
        ("/api/user/{id}/key", get(key::list).post(key::create)),
        ("/api/user/{id}/key/{key_id}", delete(key::revoke)),
        ("/api/user/{id}/queues", get(member::of_user).post(member::add_queues).put(member::set_queues).delete(member::remove_queues)),
        ("/api/device", get(device::list).post(device::create)),
        ("/api/device/{id}", get(device::show).put(device::update).delete(device::delete)),
        ("/api/extension", get(extension::list).post(extension::create)),
        ("/api/extension/{id}", get(extension::show).put(extension::update).delete(extension::delete)),
        ("/api/pause", get(pause::list).post(pause::create)),
        ("/api/pause/{id}", get(pause::show).put(pause::update).delete(pause::delete)),
        ("/api/pgroup", get(pgroup::list).post(pgroup::create)),
        ("/api/pgroup/{id}", get(pgroup::show).put(pgroup::update).delete(pgroup::delete)),
        ("/api/site", resource::all::<Site>()),
        ("/api/site/{id}", resource::one::<Site>()),
        ("/api/group", resource::all::<Group>()),
        ("/api/group/{id}", resource::one::<Group>()),
        ("/api/label", resource::all::<QueueLabel>()),
        ("/api/label/{id}", resource::one::<QueueLabel>()),
        ("/api/time_group", resource::all::<TimeGroup>()),
        ("/api/time_group/{id}", resource::one::<TimeGroup>()),
        ("/api/media", resource::all::<Media>()),
        ("/api/media/{id}", resource::one::<Media>()),
        ("/api/dial_rule", resource::all::<DialRule>()),
        ("/api/dial_rule/{id}", resource::one::<DialRule>()),
        ("/api/voicemail", resource::all::<Voicemail>()),
        ("/api/voicemail/{id}", resource::one::<Voicemail>()),
        ("/api/cc_queue", get(queue::list).post(queue::create)),
        ("/api/cc_queue/{id}", get(queue::show).put(queue::update).delete(queue::delete)),
        ("/api/cc_queue/{id}/users", get(member::of_queue).post(member::add_users).put(member::set_users).delete(member::remove_users)),
        ("/api/phone_list", get(phone_list::list).post(phone_list::create)),
        ("/api/phone_list/{id}", put(phone_list::update).delete(phone_list::delete)),
        // The one path where the slash makes a difference: with it, the leads (the document's example); without, the list's record (its table).
        ("/api/phone_list/{id}", get(phone_list::show).exactly()),
        ("/api/phone_list/{id}/", get(lead::list).exactly()),
        ("/api/phone_list/{id}/lead", get(lead::list).post(lead::add).delete(lead::delete_many)),
        ("/api/phone_list/{id}/lead/{phone}", put(lead::update).delete(lead::delete)),
        ("/api/phone_list/{id}/import", get(lead::imports)),
        ("/api/cdr", get(cdr::list)),
        ("/api/cdr/{uuid}", get(cdr::show)),
        ("/api/stats/queue", get(stats::queues)),
        ("/api/stats/agent", get(stats::agents)),
        ("/api/account", get(account::show).put(account::update)),
        ("/api/event", get(event::list)),
        ("/api/event/replay", post(event::replay_range)),
        ("/api/event/test", post(event::test)),
        ("/api/event/{id}", get(event::show)),
        ("/api/event/{id}/attempts", get(event::attempts)),
        ("/api/event/{id}/replay", post(event::replay)),
        ("/api/cc_agent/active_calls", get(agent::active_calls)),
        ("/api/stream", get(stream::open)),
        ("/api/cc_agent/checkIn", verb(get(agent::check_in), agent::check_in)),
        ("/api/cc_agent/checkInDevice", verb(get(agent::check_in_device), agent::check_in_device)),
        ("/api/cc_agent/checkOut", verb(get(agent::check_out), agent::check_out)),
        ("/api/cc_agent/setPause", verb(get(agent::set_pause), agent::set_pause)),
        ("/api/cc_agent/setQueues", verb(get(agent::set_queues), agent::set_queues)),
        ("/api/setQueues", verb(get(agent::set_queues), agent::set_queues)),
        ("/api/cc_agent/wrapup", verb(get(agent::wrap_up), agent::wrap_up)),
        ("/api/cc_agent/originate", verb(get(originate::originate), originate::originate)),
        ("/api/cc_agent/setRecording", verb(get(recording::set), recording::set)),
        ("/api/cdr/recordings/{uuid}", get(recording::play).delete(recording::delete)),
    ]
}

/// The verbs of agents are GETs in the document; parameters in a body need a POST.
fn verb<H: Handler<T, ()>, T: 'static>(methods: Methods, handler: H) -> Methods {
    methods.post(handler)
}

async fn unknown() -> Response {
    failure(StatusCode::NOT_FOUND, "there is no such path")
}

async fn not_allowed() -> Response {
    failure(StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method")
}
