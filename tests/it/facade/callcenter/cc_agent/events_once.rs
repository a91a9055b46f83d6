//! Every change of an agent's state through the API emits its documented event, once, and what changes nothing emits none.

use serde_json::{Value, json};

use crate::facade::callcenter::{agent, data, phone, queue};
use crate::facade::world_trials;
use crate::harness::{Answer, World};

world_trials![live_verbs, memberships, what_they_hang_on];

const ENTERS: [&str; 3] = ["agent:checkin", "agent:status", "queue:join"];
const LEAVES: [&str; 3] = ["queue:leave", "agent:checkout", "agent:status"];

/// A request, and the events that it emits.
type Row<'a> = (&'a str, String, Value, &'a [&'a str]);

/// Does one after the other. Each is a success.
async fn play(w: &World, rows: &[Row<'_>]) {
    for (method, path, body, events) in rows {
        let told = w.event_names().await.len();
        let answer: Answer = match *method {
            "GET" => w.get(path).await,
            "POST" => w.post(path, body.clone()).await,
            "PUT" => w.put(path, body.clone()).await,
            _ => w.delete(path).await,
        };
        data(answer);
        assert_eq!(w.event_names().await[told..], **events, "{method} {path} {body}");
    }
}

fn get<'a>(path: String, events: &'a [&'a str]) -> Row<'a> {
    ("GET", format!("/api/cc_agent/{path}"), json!(null), events)
}

async fn live_verbs(w: &mut World) {
    let (user, other) = (agent(w, "one").await, agent(w, "two").await);
    let (here, there) = (phone(w, "1001").await, phone(w, "1002").await);
    let free = queue(w, "Free", json!([[user, 1]])).await;
    let default = queue(w, "Default", json!([[user, 3]])).await;
    queue(w, "Always", json!([[user, 4]])).await;
    let at = |user: i64, device: i64, force: u8| format!("checkInDevice?user_id={user}&device_id={device}&forceCheckOut={force}");
    let pause = |id: u8| format!("setPause?user_id={user}&id={id}");
    let queues = |ids: &str| format!("setQueues?user_id={user}&queue_ids={ids}");
    let wrap_up = |seconds: u8| format!("wrapup?user_id={user}&seconds={seconds}");
    let moves = [&LEAVES[..], &ENTERS[..]].concat();
    let evicts = [&LEAVES[..], &["agent:checkin", "agent:status"]].concat();
    let both = format!("{free},{default}");
    play(
        w,
        &[
            get(format!("checkIn?user_id={user}"), &[]),
            get(pause(0), &[]),
            get(format!("checkOut?user_id={user}"), &[]),
            get(at(user, here, 0), &ENTERS),
            get(at(user, here, 0), &[]),
            get(at(user, here, 1), &[]),
            get(pause(1), &["agent:status"]),
            get(pause(1), &[]),
            get(pause(2), &["agent:status"]),
            get(pause(0), &["agent:status"]),
            get(pause(0), &[]),
            get(queues(&both), &["queue:join"]),
            get(queues(&both), &[]),
            get(queues(&free.to_string()), &["queue:leave"]),
            get(queues(&default.to_string()), &["queue:leave", "queue:join"]),
            get(queues(""), &["queue:leave"]),
            get(queues(""), &[]),
            get(wrap_up(30), &[]),
            get(wrap_up(0), &[]),
            get(at(user, there, 1), &moves),
            get(at(other, there, 1), &evicts),
            get(at(other, here, 1), &["agent:checkout", "agent:status", "agent:checkin", "agent:status"]),
            get(format!("checkOut?user_id={other}"), &["agent:checkout", "agent:status"]),
            get(format!("checkOut?user_id={other}"), &[]),
        ],
    )
    .await;
}

async fn memberships(w: &mut World) {
    let (user, here) = (agent(w, "one").await, phone(w, "1001").await);
    let (one, two) = (queue(w, "One", json!([])).await, queue(w, "Two", json!([])).await);
    let (of_queue, of_user) = (format!("/api/cc_queue/{one}/users"), format!("/api/user/{user}/queues"));
    let row = |mode: u8| json!([[user, mode]]);
    let perms = |rows: Value| ("PUT", format!("/api/user/{user}"), json!({ "queue_perms": rows }));
    let (always, none) = (perms(json!([[two, 4]])), perms(json!([])));
    play(
        w,
        &[
            get(format!("checkInDevice?user_id={user}&device_id={here}"), &["agent:checkin", "agent:status"]),
            ("POST", of_queue.clone(), row(3), &[]),
            ("PUT", of_queue.clone(), row(4), &["queue:join"]),
            ("PUT", of_queue.clone(), row(4), &[]),
            ("PUT", of_queue.clone(), row(1), &[]),
            ("PUT", of_queue.clone(), row(0), &["queue:leave"]),
            ("DELETE", format!("{of_queue}?ids={user}"), json!(null), &[]),
            ("POST", of_user.clone(), json!([[one, 4], [two, 1]]), &["queue:join"]),
            ("PUT", of_user.clone(), json!([[two, 4]]), &["queue:leave", "queue:join"]),
            ("DELETE", format!("{of_user}?ids={two}"), json!(null), &["queue:leave"]),
            (always.0, always.1, always.2, &["queue:join"]),
            (none.0, none.1, none.2, &["queue:leave"]),
            ("PUT", format!("/api/cc_queue/{one}"), json!({"users": [[user, 4]]}), &["queue:join"]),
            ("PUT", format!("/api/cc_queue/{one}"), json!({"name": "Another", "max_wait_time": 9}), &[]),
            ("PUT", format!("/api/cc_queue/{one}"), json!({"users": []}), &["queue:leave"]),
            ("DELETE", format!("/api/cc_queue/{two}"), json!(null), &[]),
        ],
    )
    .await;
    let made = json!({"name": "Three", "strategy": "ring-all", "time_base_score": "queue", "users": [[user, 4]]});
    play(w, &[("POST", "/api/cc_queue".to_owned(), made, &["queue:join"])]).await;
    let three = data(w.get("/api/cc_queue?q=Three").await)[0]["id"].clone();
    play(w, &[("DELETE", format!("/api/cc_queue/{three}"), json!(null), &["queue:leave"])]).await;
}

/// The user, and the phone it sits at.
async fn what_they_hang_on(w: &mut World) {
    let (user, here, there) = (agent(w, "one").await, phone(w, "1001").await, phone(w, "1002").await);
    queue(w, "Always", json!([[user, 4]])).await;
    let (me, enter) = (format!("/api/user/{user}"), |device: i64| get(format!("checkInDevice?user_id={user}&device_id={device}"), &ENTERS));
    play(
        w,
        &[
            enter(here),
            ("PUT", me.clone(), json!({"name": "Somebody else", "wrap_up_time": 9}), &[]),
            ("PUT", format!("/api/device/{here}"), json!({"name": "Desk", "user_id": user}), &[]),
            ("DELETE", format!("/api/device/{here}"), json!(null), &LEAVES),
            enter(there),
            ("PUT", me.clone(), json!({"active": 0}), &LEAVES),
            ("PUT", me.clone(), json!({"active": 0}), &[]),
            ("PUT", me.clone(), json!({"active": 1}), &[]),
            enter(there),
            ("PUT", me.clone(), json!({"is_agent": 0}), &LEAVES),
            ("PUT", me.clone(), json!({"is_agent": 1}), &[]),
            enter(there),
            ("DELETE", me.clone(), json!(null), &LEAVES),
        ],
    )
    .await;
}
