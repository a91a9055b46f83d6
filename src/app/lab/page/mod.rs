//! The lab's phones, at `/lab`: a page, and the paths by which it or a test moves them.
//!
//! Who asks says who it is as at the API, and needs the permission `devices`. Answers are in the API's envelope. Only `ccgate lab` serves any of it.

mod view;

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::from_fn_with_state;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::view::Shown;
use super::hands::Hands;
use super::seed::{DOMAIN, PHONE_PASSWORD};
use crate::domain::Permission;
use crate::domain::number::DialNumber;
use crate::facade::auth::TrustedProxies;
use crate::facade::callcenter::call::{self, Api, Call};
use crate::facade::callcenter::value::Text;
use crate::facade::page::{self as pages, File, SCRIPT, STYLE};
use crate::service::{Error, Service};
use crate::sim::Handle;
use crate::sim::core::{CallView, DialError, PhoneView, Stage};
use crate::sim::phones::{Origin, PhoneKey};
use crate::switch::Switch;

/// While nothing changes, those who follow are told the time so often.
const STILL: Duration = Duration::from_secs(5);

const PAGE: &str = include_str!("page.html");
const FILES: [File; 4] = [
    ("log.js", SCRIPT, include_str!("log.js")),
    ("page.js", SCRIPT, include_str!("page.js")),
    ("phones.js", SCRIPT, include_str!("phones.js")),
    ("page.css", STYLE, include_str!("page.css")),
];

/// What the paths share.
#[derive(Clone)]
struct Lab {
    sim: Handle,
    switch: Switch,
    hands: Hands,
    shown: watch::Receiver<Shown>,
    stop: CancellationToken,
}

type Answer = Result<Json<Value>, Error>;

/// The page and its paths, until `stop`.
pub(super) fn router(service: &Service, switch: &Switch, sim: Handle, hands: Hands, stop: CancellationToken) -> Router {
    let shown = view::follow(sim.clone(), switch.clone(), hands.clone(), stop.clone());
    let api = Api::new(service.clone(), TrustedProxies::default());
    let paths = Router::new()
        .route("/lab/phones", get(list))
        .route("/lab/stream", get(follow))
        .route("/lab/phones/{user}/dial", post(dial))
        .route("/lab/phones/{user}/answer", post(answer))
        .route("/lab/phones/{user}/reject", post(reject))
        .route("/lab/phones/{user}/hangup", post(hang_up))
        .route("/lab/phones/{user}/register", post(register))
        .route("/lab/phones/{user}/unregister", post(unregister))
        .route("/lab/phones/{user}/hand", post(take))
        .route("/lab/callers", post(call_in))
        .route("/lab/callers/{uuid}/hangup", post(caller_hangs_up))
        .route("/lab/switch/restart", post(restart))
        .with_state(Lab { sim, switch: switch.clone(), hands, shown, stop })
        .layer(from_fn_with_state(api, call::serve));
    let file = |Path(name): Path<String>, headers: HeaderMap| async move { pages::one_of(&FILES, &name, &headers) };
    let page = || async { pages::html(PAGE.to_owned()) };
    paths.route("/lab", get(page)).route("/lab/", get(page)).route("/lab/assets/{file}", get(file))
}

async fn list(call: Call, State(lab): State<Lab>) -> Answer {
    may(&call)?;
    Ok(data(view::of(&lab.sim, &lab.switch, &lab.hands).await.to_json()))
}

/// All of it, at once and after each change.
async fn follow(call: Call, State(lab): State<Lab>) -> Result<Response, Error> {
    may(&call)?;
    let mut shown = lab.shown.clone();
    shown.mark_changed();
    let events = stream::unfold((shown, lab.stop), |(mut shown, stop)| async move {
        let changed = stop.run_until_cancelled(timeout(STILL, shown.changed())).await?;
        let event = match changed {
            Ok(Ok(())) => Event::default().event("lab").data(shown.borrow_and_update().to_json().to_string()),
            Ok(Err(_)) => return None,
            Err(_) => Event::default().comment(""),
        };
        Some((Ok::<_, Infallible>(event), (shown, stop)))
    });
    // The connection is closed with the stream, and no proxy is to hold events back.
    let headers = [(header::CONNECTION, "close"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(events)).into_response())
}

async fn dial(call: Call, State(lab): State<Lab>, Path(user): Path<String>) -> Answer {
    let phone = phone(&call, &lab, &user).await?;
    let number: DialNumber = call.params.need("number")?;
    if !phone.calls.is_empty() {
        return Err(Error::Conflict(format!("phone {user} is in a call already; hang up first")));
    }
    started(lab.sim.dial(Origin::Phone(phone.key), number.as_str()).await.map(|call| call.uuid))
}

async fn answer(call: Call, State(lab): State<Lab>, Path(user): Path<String>) -> Answer {
    let ringing = ringing(&call, &lab, &user).await?;
    done(lab.sim.pick_up(&ringing).await, &user)
}

async fn reject(call: Call, State(lab): State<Lab>, Path(user): Path<String>) -> Answer {
    let ringing = ringing(&call, &lab, &user).await?;
    done(lab.sim.decline(&ringing).await, &user)
}

async fn hang_up(call: Call, State(lab): State<Lab>, Path(user): Path<String>) -> Answer {
    let phone = phone(&call, &lab, &user).await?;
    let calls: Vec<_> = phone.calls.into_iter().filter(|call| call.stage != Stage::Ringing).collect();
    if calls.is_empty() {
        return Err(Error::Conflict(format!("phone {user} is in no call")));
    }
    for call in calls {
        lab.sim.hangup(&call.uuid).await;
    }
    Ok(data(Value::Null))
}

async fn register(call: Call, State(lab): State<Lab>, Path(user): Path<String>) -> Answer {
    let phone = phone(&call, &lab, &user).await?;
    let registered = lab.sim.register(&phone.key.user, DOMAIN, PHONE_PASSWORD, lab.hands.behaviour(&user)).await;
    registered.map_err(|refused| Error::Conflict(format!("phone {user} may not register: {refused}")))?;
    Ok(data(Value::Null))
}

async fn unregister(call: Call, State(lab): State<Lab>, Path(user): Path<String>) -> Answer {
    let phone = phone(&call, &lab, &user).await?;
    lab.sim.unregister(&phone.key.user, DOMAIN).await;
    Ok(data(Value::Null))
}

async fn take(call: Call, State(lab): State<Lab>, Path(user): Path<String>) -> Answer {
    phone(&call, &lab, &user).await?;
    lab.hands.take(&lab.sim, &user, call.params.need("by_hand")?).await;
    Ok(data(Value::Null))
}

async fn call_in(call: Call, State(lab): State<Lab>) -> Answer {
    may(&call)?;
    let (from, number): (DialNumber, DialNumber) = (call.params.need("from")?, call.params.need("number")?);
    let name = call.params.get::<Text>("name")?.map_or_else(|| from.to_string(), |name| name.0);
    let from = Origin::Trunk { cid_number: from.to_string(), cid_name: name };
    started(lab.sim.dial(from, number.as_str()).await.map(|call| call.uuid))
}

async fn caller_hangs_up(call: Call, State(lab): State<Lab>, Path(uuid): Path<String>) -> Answer {
    may(&call)?;
    let caller: CallView = lab.sim.seen().await.callers.into_iter().find(|caller| caller.uuid == uuid).ok_or(Error::NotFound("caller"))?;
    lab.sim.hangup(&caller.uuid).await;
    Ok(data(Value::Null))
}

async fn restart(call: Call, State(lab): State<Lab>) -> Answer {
    may(&call)?;
    lab.sim.restart().await;
    Ok(data(Value::Null))
}

fn may(call: &Call) -> Result<(), Error> {
    call.caller.require(Permission::Devices)
}

async fn phone(call: &Call, lab: &Lab, user: &str) -> Result<PhoneView, Error> {
    may(call)?;
    let key = PhoneKey::new(user, DOMAIN);
    lab.sim.seen().await.phones.into_iter().find(|phone| phone.key == key).ok_or(Error::NotFound("phone"))
}

async fn ringing(call: &Call, lab: &Lab, user: &str) -> Result<String, Error> {
    let phone = phone(call, lab, user).await?;
    let ringing = phone.calls.into_iter().find(|call| call.stage == Stage::Ringing);
    ringing.map(|call| call.uuid).ok_or_else(|| Error::Conflict(format!("phone {user} does not ring")))
}

fn done(was: bool, user: &str) -> Answer {
    if was { Ok(data(Value::Null)) } else { Err(Error::Conflict(format!("phone {user} does not ring any more"))) }
}

fn started(uuid: Result<String, DialError>) -> Answer {
    uuid.map(|uuid| data(json!({"uuid": uuid}))).map_err(|refused| Error::Conflict(refused.to_string()))
}

fn data(data: Value) -> Json<Value> {
    if data.is_null() { Json(json!({"success": true})) } else { Json(json!({"success": true, "data": data})) }
}
