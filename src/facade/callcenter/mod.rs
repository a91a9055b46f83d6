//! Call Center API v1.3, mounted at `/api`.
//!
//! [`call::serve`] reads and authenticates a request once; a handler takes the [`call::Call`], asks the service, and shows what it gives.

mod account;
mod agent;
pub mod call;
mod cdr;
mod csv;
mod desk;
mod device;
mod doc;
mod envelope;
mod error;
mod event;
mod event_wire;
mod extension;
mod kept;
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
mod repair;
mod resource;
mod resource_wire;
mod session;
mod stats;
mod stream;
mod time_group;
mod toll;
mod upload;
mod user;
mod user_wire;
pub mod value;
mod value_shape;
mod wallboard;
mod when;

use axum::Router;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::any;

use self::call::Api;
use self::envelope::failure;
use super::auth::TrustedProxies;
use super::openapi::Surface;
use super::operation::Operation;
use super::route::{Methods, delete, get, post, put};
use crate::domain::dial_rule::DialRule;
use crate::domain::group::{Group, QueueLabel, Site};
use crate::domain::media::Media;
use crate::domain::time_group::TimeGroup;
use crate::domain::voicemail::Voicemail;
use crate::service::Service;

/// The paths below `/api`, all of them authenticated but the login. The server must give the peer as `ConnectInfo<Peer>`.
pub fn router(service: Service, proxies: TrustedProxies) -> Router {
    let api = Api::new(service, proxies);
    let router = table().into_iter().fold(Router::new(), |router, (path, methods)| methods.at(router, path));
    router
        .route("/api", any(unknown))
        .route("/api/", any(unknown))
        .route("/api/{*path}", any(unknown))
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(api, call::serve))
}

/// Every method and path that there is; parts of a path in braces are ids.
pub fn routes() -> impl Iterator<Item = (Method, String)> {
    surface().operations.into_iter().map(|(method, path, _)| (method, path))
}

/// What there is, for its OpenAPI document.
pub fn surface() -> Surface {
    Surface {
        name: "callcenter",
        title: "Call Center API",
        version: "1.3",
        about: doc::ABOUT.to_owned(),
        tags: doc::TAGS.to_vec(),
        keys: doc::keys(),
        keyless: false,
        operations: table().into_iter().flat_map(|(path, methods)| methods.described(path)).collect(),
    }
}

fn table() -> Vec<(&'static str, Methods)> {
    [people(), configuration(), queues(), phone_lists(), history(), agents()].concat()
}

fn people() -> Vec<(&'static str, Methods)> {
    let (users, devices, extensions) = (doc::user::noun(), doc::device::noun(), doc::device::extensions());
    let own = doc::queue::OF_USER;
    vec![
        (session::LOGIN, post(session::login, doc::session::login())),
        ("/api/user/logout", get(session::logout, doc::session::logout())),
        ("/api/user", get(user::list, doc::user::list()).post(user::create, users.create())),
        ("/api/user/{id}", get(user::show, users.show()).put(user::update, users.update()).delete(user::delete, users.delete())),
        ("/api/user/{id}/key", get(key::list, doc::session::keys()).post(key::create, doc::session::create_key())),
        ("/api/user/{id}/key/{key_id}", delete(key::revoke, doc::session::revoke_key())),
        (
            "/api/user/{id}/queues",
            get(member::of_user, own.list())
                .post(member::add_queues, own.add())
                .put(member::set_queues, own.set())
                .delete(member::remove_queues, own.remove()),
        ),
        ("/api/device", get(device::list, doc::device::list()).post(device::create, devices.create())),
        (
            "/api/device/{id}",
            get(device::show, devices.show()).put(device::update, devices.update()).delete(device::delete, devices.delete()),
        ),
        ("/api/extension", get(extension::list, extensions.list()).post(extension::create, extensions.create())),
        (
            "/api/extension/{id}",
            get(extension::show, extensions.show())
                .put(extension::update, extensions.update())
                .delete(extension::delete, extensions.delete()),
        ),
    ]
}

fn configuration() -> Vec<(&'static str, Methods)> {
    let (pauses, groups) = (doc::pause::noun(), doc::pause::groups());
    vec![
        ("/api/pause", get(pause::list, pauses.list()).post(pause::create, pauses.create())),
        ("/api/pause/{id}", get(pause::show, pauses.show()).put(pause::update, pauses.update()).delete(pause::delete, pauses.delete())),
        ("/api/pgroup", get(pgroup::list, groups.list()).post(pgroup::create, groups.create())),
        ("/api/pgroup/{id}", get(pgroup::show, groups.show()).put(pgroup::update, groups.update()).delete(pgroup::delete, groups.delete())),
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
        ("/api/account", get(account::show, doc::account::show()).put(account::update, doc::account::update())),
    ]
}

fn queues() -> Vec<(&'static str, Methods)> {
    let (queues, members) = (doc::queue::noun(), doc::queue::OF_QUEUE);
    vec![
        ("/api/cc_queue", get(queue::list, doc::queue::list()).post(queue::create, queues.create())),
        ("/api/cc_queue/{id}", get(queue::show, queues.show()).put(queue::update, queues.update()).delete(queue::delete, queues.delete())),
        (
            "/api/cc_queue/{id}/users",
            get(member::of_queue, members.list())
                .post(member::add_users, members.add())
                .put(member::set_users, members.set())
                .delete(member::remove_users, members.remove()),
        ),
    ]
}

fn phone_lists() -> Vec<(&'static str, Methods)> {
    use doc::phone_list as doc;
    vec![
        ("/api/phone_list", get(phone_list::list, doc::list()).post(phone_list::create, doc::create())),
        ("/api/phone_list/{id}", put(phone_list::update, doc::update()).delete(phone_list::delete, doc::delete())),
        // The one path where the slash makes a difference: with it, the leads (the document's example); without, the list's record (its table).
        ("/api/phone_list/{id}", get(phone_list::show, doc::show()).exactly()),
        ("/api/phone_list/{id}/", get(lead::list, doc::leads()).exactly()),
        (
            "/api/phone_list/{id}/lead",
            get(lead::list, doc::leads()).post(lead::add, doc::add()).delete(lead::delete_many, doc::delete_leads()),
        ),
        ("/api/phone_list/{id}/lead/{phone}", put(lead::update, doc::update_lead()).delete(lead::delete, doc::delete_lead())),
        ("/api/phone_list/{id}/import", get(lead::imports, doc::imports())),
    ]
}

fn history() -> Vec<(&'static str, Methods)> {
    use doc::{calls, event as events};
    vec![
        ("/api/cdr", get(cdr::list, calls::history())),
        ("/api/cdr/{uuid}", get(cdr::show, calls::record())),
        ("/api/cdr/recordings/{uuid}", get(recording::play, calls::play()).delete(recording::delete, calls::delete_recording())),
        ("/api/stats/queue", get(stats::queues, calls::queue_stats())),
        ("/api/stats/agent", get(stats::agents, calls::agent_stats())),
        ("/api/event", get(event::list, events::list())),
        ("/api/event/replay", post(event::replay_range, events::replay_range())),
        ("/api/event/test", post(event::test, events::test())),
        ("/api/event/{id}", get(event::show, events::show())),
        ("/api/event/{id}/attempts", get(event::attempts, events::attempts())),
        ("/api/event/{id}/replay", post(event::replay, events::replay())),
        ("/api/repair", get(repair::list, events::repairs())),
        ("/api/stream", get(stream::open, events::stream())),
        ("/api/cc_agent/active_calls", get(agent::active_calls, calls::active())),
        ("/api/wallboard", get(wallboard::show, doc::wallboard::show())),
        ("/api/wallboard/stream", get(wallboard::open, doc::wallboard::stream())),
    ]
}

fn agents() -> Vec<(&'static str, Methods)> {
    use doc::{agent as verbs, calls};
    vec![
        ("/api/cc_agent/state", get(desk::show, doc::desk::show())),
        ("/api/cc_agent/checkIn", verb(agent::check_in, verbs::check_in())),
        ("/api/cc_agent/checkInDevice", verb(agent::check_in_device, verbs::check_in_device())),
        ("/api/cc_agent/checkOut", verb(agent::check_out, verbs::check_out())),
        ("/api/cc_agent/setPause", verb(agent::set_pause, verbs::set_pause())),
        ("/api/cc_agent/setQueues", verb(agent::set_queues, verbs::set_queues())),
        ("/api/setQueues", verb(agent::set_queues, verbs::set_queues())),
        ("/api/cc_agent/wrapup", verb(agent::wrap_up, verbs::wrap_up())),
        ("/api/cc_agent/originate", verb(originate::originate, calls::originate())),
        ("/api/cc_agent/setRecording", verb(recording::set, verbs::set_recording())),
    ]
}

/// The verbs of agents are GETs in the document; parameters in a body need a POST.
fn verb<H: Handler<T, ()>, T: 'static>(handler: H, operation: Operation) -> Methods {
    get(handler.clone(), operation.clone()).post(handler, operation)
}

async fn unknown() -> Response {
    failure(StatusCode::NOT_FOUND, "there is no such path")
}

async fn not_allowed() -> Response {
    failure(StatusCode::METHOD_NOT_ALLOWED, "this path does not take this method")
}
