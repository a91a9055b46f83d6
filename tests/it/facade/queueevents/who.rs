//! Who may ask, and what there is not.

use reqwest::Method;
use serde_json::{Value, json};

use super::{Agent, KINDS, fine, refused};
use crate::facade::callcenter::{agent as user, data, user_with};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![every_path, nobody, who_may_not, what_is_not_there, another_account];

/// The ten methods and the token, at an agent of either kind.
async fn every_path(w: &mut World) {
    let mut agents = Vec::new();
    for kind in KINDS {
        agents.push(Agent::new(w, kind).await);
    }
    let routes: Vec<_> = ccgate::facade::queueevents::routes().collect();
    assert_eq!(routes.len(), 11);
    for (method, path) in routes.iter().filter(|(_, path)| path.starts_with("/client")) {
        let agent = agents.iter().find(|agent| path.contains(agent.kind)).unwrap();
        let event = agent.event(w, "agent-login", "GET", "https://somehost.com/").await;
        let ids = [("{client_id}", w.account_id().0), ("{agent_id}", agent.user), ("{event_id}", event)];
        let path = ids.into_iter().fold(path.clone(), |path, (name, id)| path.replace(name, &id.to_string()));
        let body = if matches!(*method, Method::POST | Method::PUT) { fine() } else { Value::Null };
        let answer = w.call(method.clone(), &path, &body).await;
        assert!((200..=204).contains(&answer.status), "{method} {path}: {}", answer.body);
        let other = w.call(Method::PATCH, &path, &Value::Null).await;
        assert_eq!((other.status, other.body), (405, Value::Null));
        assert!(other.headers["allow"].to_str().unwrap().contains(method.as_str()));
    }
    for path in ["/client", "/client/1", "/client/1/agent/local", "/client/1/agent/local/1/event/1/2"] {
        assert_eq!(refused(w, Method::GET, path, Value::Null).await, (404, Value::Null), "{path}");
    }
}

async fn nobody(w: &mut World) {
    let agent = Agent::new(w, "local").await;
    let login = w.anonymous().post("/api/user/login", json!({"username": "local", "password": "Ab123456"})).await;
    let session = data(login)["ssid"].as_str().unwrap().to_owned();
    for client in [w.anonymous(), w.with_key("ccg_wrong"), w.with_key(&session), w.anonymous().with_header("authorization", "Basic YTpi")] {
        for (method, body) in [(Method::GET, Value::Null), (Method::POST, fine())] {
            let answer = client.from("192.0.2.7").call(method, &agent.path, &body).await;
            assert_eq!((answer.status, answer.body), (401, Value::Null));
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
    assert_eq!(w.get(&agent.path).await.body, json!([]));
    // The key itself, as a token is sent.
    let bearer = w.anonymous().with_header("authorization", &format!("Bearer {}", w.key()));
    assert_eq!(bearer.get(&agent.path).await.status, 200);
    // Guesses from one place are not looked at any more.
    for _ in 0..6 {
        w.with_key("ccg_guess").from("192.0.2.8").get(&agent.path).await;
    }
    let waits = w.with_key("ccg_guess").from("192.0.2.8").get(&agent.path).await;
    assert!(waits.status == 401 && waits.headers.contains_key("retry-after"));
    assert_eq!(w.from("192.0.2.8").get(&agent.path).await.status, 200, "a good key always works");
}

async fn who_may_not(w: &mut World) {
    let agent = Agent::new(w, "local").await;
    let denied = (403, json!({"status": "access_denied"}));
    let (own, no_api) = user_with(w, "no-api", json!({})).await;
    let mine = format!("/client/{}/agent/local/{own}/event/", w.account_id());
    assert_eq!(refused(&no_api, Method::GET, &mine, Value::Null).await, denied, "its key lacks cc_api");
    // Without `agents` it has its own only.
    data(w.put(&format!("/api/user/{own}"), json!({"permissions": {"cc_api": true}})).await);
    assert_eq!(no_api.post(&mine, fine()).await.status, 201);
    let id = agent.event(w, "agent-login", "GET", "https://somehost.com/").await;
    let one = format!("{}{id}", agent.path);
    for (method, path, body) in [
        (Method::GET, &agent.path, Value::Null),
        (Method::POST, &agent.path, fine()),
        (Method::GET, &one, Value::Null),
        (Method::PUT, &one, json!({"method": "POST"})),
        (Method::DELETE, &one, Value::Null),
    ] {
        assert_eq!(refused(&no_api, method, path, body).await, denied);
    }
    assert_eq!(
        w.get(&agent.path).await.body,
        json!([{"url": "https://somehost.com/", "id": id, "method": "GET", "event_type": "agent-login"}])
    );
    data(w.put(&format!("/api/user/{own}"), json!({"permissions": {"cc_api": true, "agents": true}})).await);
    assert_eq!(no_api.get(&one).await.status, 200);
    // Where its user does not allow itself to be used.
    data(w.put(&format!("/api/user/{own}"), json!({"allowed_ips": ["198.51.100.0/24"]})).await);
    assert_eq!(refused(&no_api.from("192.0.2.1"), Method::GET, &mine, Value::Null).await, denied);
    assert_eq!(no_api.from("198.51.100.9").get(&mine).await.status, 200);
}

async fn what_is_not_there(w: &mut World) {
    let agents = [Agent::new(w, "local").await, Agent::new(w, "remote").await];
    let account = w.account_id();
    let plain = json!({"name": "Plain", "username": "plain", "password": "Ab123456", "email": "plain@mail.com"});
    let plain = data(w.post("/api/user", plain).await)["id"].as_i64().unwrap();
    // The wrong kind of an agent; who is none; nobody.
    let wrong = [("remote", agents[0].user), ("local", agents[1].user), ("local", plain), ("local", 999_999)];
    for (kind, id) in wrong {
        for (method, body) in [(Method::GET, Value::Null), (Method::POST, fine()), (Method::POST, json!({}))] {
            let path = format!("/client/{account}/agent/{kind}/{id}/event/");
            assert_eq!(refused(w, method, &path, body).await, (404, Value::Null), "{path}");
        }
    }
    for path in [format!("/client/{account}/agent/other/1/event/"), format!("/client/{account}/agent/local/x/event/")] {
        assert_eq!(refused(w, Method::GET, &path, Value::Null).await, (404, Value::Null), "{path}");
    }
    for client in ["x", "999999", "0"] {
        let path = agents[0].path.replacen(&format!("/client/{account}/"), &format!("/client/{client}/"), 1);
        assert_eq!(refused(w, Method::GET, &path, Value::Null).await, (404, json!({"status": "client_not_found"})), "{path}");
    }
    // Who has no phone of its own sits at whichever is free; with one outside and one inside it is local, with the first alone remote.
    let guest = user(w, "guest").await;
    let of = |kind: &str| format!("/client/{account}/agent/{kind}/{guest}/event/");
    assert_eq!(w.get(&of("local")).await.status, 200);
    let mobile = json!({"name": "Mobile 2", "type": "external", "number": "0507654321", "user_id": guest});
    data(w.post("/api/device", mobile).await);
    assert_eq!((w.get(&of("local")).await.status, w.get(&of("remote")).await.status), (404, 200));
    let desk = json!({"name": "Desk", "type": "sip", "username": "1009", "password": "phone-secret-12", "user_id": guest});
    data(w.post("/api/device", desk).await);
    assert_eq!((w.get(&of("local")).await.status, w.get(&of("remote")).await.status), (200, 404));
}

async fn another_account(w: &mut World) {
    let agent = Agent::new(w, "local").await;
    let id = agent.event(w, "agent-login", "GET", "https://somehost.com/").await;
    let theirs = w.other_account("other.local").await;
    let not_theirs = (404, json!({"status": "client_not_found"}));
    let one = format!("{}{id}", agent.path);
    for (method, path, body) in [
        (Method::GET, &agent.path, Value::Null),
        (Method::POST, &agent.path, fine()),
        (Method::PUT, &one, json!({"method": "POST"})),
        (Method::DELETE, &one, Value::Null),
    ] {
        assert_eq!(refused(&theirs, method, path, body).await, not_theirs);
    }
    // Nor under their own number.
    let account = data(theirs.get("/api/account").await)["id"].clone();
    for (method, body) in [(Method::GET, Value::Null), (Method::PUT, json!({"method": "POST"})), (Method::DELETE, Value::Null)] {
        let path = format!("/client/{account}/agent/local/{}/event/{id}", agent.user);
        assert_eq!(refused(&theirs, method, &path, body).await, (404, Value::Null));
    }
    assert_eq!(w.get(&one).await.body["method"], "GET");
}
