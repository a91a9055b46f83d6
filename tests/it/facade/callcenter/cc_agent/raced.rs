//! A live verb reads, has the switch act, and commits. What changes in between, of its user or of the user's memberships, it must not miss.

use std::sync::atomic::{AtomicBool, Ordering};

use ccgate::domain::event::Source;
use ccgate::domain::{Account, AccountId, DeviceId, UserId};
use ccgate::service::agents::{CheckIn, Entered, Live, Worked};
use ccgate::service::{Error, Result, Service};
use ccgate::store::Conn;
use serde_json::{Value, json};

use crate::facade::callcenter::{PHONE_PASSWORD, agent, data, phone, queue};
use crate::facade::world_trials;
use crate::harness::World;
use crate::harness::api::Api;
use crate::harness::phones::Behaviour;

world_trials![a_new_membership, a_lost_membership, a_queue_that_goes, no_agent_any_more, not_active_any_more, deleted];

/// A check-in during which somebody else does something, once.
struct Raced {
    check_in: CheckIn,
    api: Api,
    meanwhile: (reqwest::Method, String, Value),
    done: AtomicBool,
}

impl Live for Raced {
    type Answer = Entered;

    fn account(&self) -> &Account {
        self.check_in.account()
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<Entered>> {
        let worked = self.check_in.work(service, conn).await?;
        if !self.done.swap(true, Ordering::SeqCst) {
            let (method, path, body) = &self.meanwhile;
            data(self.api.call(method.clone(), path, body).await);
        }
        Ok(worked)
    }
}

async fn race(w: &World, (user, device): (i64, i64), meanwhile: (reqwest::Method, String, Value)) -> Result<Entered> {
    let account = {
        let mut conn = w.running().store().read().await.unwrap();
        let id = data(w.get("/api/account").await)["id"].as_i64().unwrap();
        ccgate::store::account::get(&mut conn, AccountId(id)).await.unwrap().unwrap()
    };
    let check_in = CheckIn { account, user: UserId(user), device: DeviceId(device), force: false, source: Source::Api };
    let raced = Raced { check_in, api: w.with_key(w.key()), meanwhile, done: AtomicBool::new(false) };
    w.running().service().perform(raced).await
}

async fn joined(w: &World, user: i64) -> Value {
    data(w.get(&format!("/api/user/{user}")).await)["queues"].clone()
}

async fn a_new_membership(w: &mut World) {
    let seat = (agent(w, "dana").await, phone(w, "1001").await);
    let queue = queue(w, "Queue", json!([])).await;
    let change = (reqwest::Method::POST, format!("/api/cc_queue/{queue}/users"), json!({"users": [[seat.0, 3]]}));
    race(w, seat, change).await.unwrap();
    assert_eq!(joined(w, seat.0).await, json!([queue]));
}

async fn a_lost_membership(w: &mut World) {
    let seat = (agent(w, "dana").await, phone(w, "1001").await);
    queue(w, "Queue", json!([[seat.0, 4]])).await;
    let change = (reqwest::Method::PUT, format!("/api/user/{}", seat.0), json!({"queue_perms": []}));
    race(w, seat, change).await.unwrap();
    assert_eq!(joined(w, seat.0).await, json!([]));
}

async fn a_queue_that_goes(w: &mut World) {
    let seat = (agent(w, "dana").await, phone(w, "1001").await);
    let queue = queue(w, "Queue", json!([[seat.0, 4]])).await;
    w.phones.phone("1001", PHONE_PASSWORD, Behaviour::RingOn).await;
    // The switch is the first to notice.
    let raced = race(w, seat, (reqwest::Method::DELETE, format!("/api/cc_queue/{queue}"), Value::Null)).await;
    assert!(matches!(raced, Err(Error::Switch(_))), "{raced:?}");
    race(w, seat, (reqwest::Method::GET, "/api/cc_queue".to_owned(), Value::Null)).await.unwrap();
    assert_eq!(joined(w, seat.0).await, json!([]));
}

async fn no_agent_any_more(w: &mut World) {
    let seat = (agent(w, "dana").await, phone(w, "1001").await);
    let path = format!("/api/user/{}", seat.0);
    let raced = race(w, seat, (reqwest::Method::PUT, path.clone(), json!({"is_agent": false}))).await;
    assert!(matches!(raced, Err(Error::NotAnAgent)), "{raced:?}");
    // The same of one that has been checked in before.
    data(w.put(&path, json!({"is_agent": true})).await);
    race(w, seat, (reqwest::Method::GET, path.clone(), Value::Null)).await.unwrap();
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={}", seat.0)).await);
    let raced = race(w, seat, (reqwest::Method::PUT, path.clone(), json!({"is_agent": false}))).await;
    assert!(matches!(raced, Err(Error::NotAnAgent)), "{raced:?}");
    assert_eq!(data(w.get(&path).await)["online"], 0);
}

async fn not_active_any_more(w: &mut World) {
    let seat = (agent(w, "dana").await, phone(w, "1001").await);
    let path = format!("/api/user/{}", seat.0);
    let raced = race(w, seat, (reqwest::Method::PUT, path.clone(), json!({"active": 0}))).await;
    assert!(matches!(raced, Err(Error::NotAnAgent)), "{raced:?}");
    assert_eq!(data(w.get(&path).await)["online"], 0);
}

async fn deleted(w: &mut World) {
    let seat = (agent(w, "dana").await, phone(w, "1001").await);
    let raced = race(w, seat, (reqwest::Method::DELETE, format!("/api/user/{}", seat.0), Value::Null)).await;
    assert!(matches!(raced, Err(Error::NotFound("user"))), "{raced:?}");
    assert_eq!(data(w.get(&format!("/api/device/{}", seat.1)).await)["agent_id"], json!(null));
}
