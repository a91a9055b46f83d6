//! `POST /oauth/token`

use reqwest::Method;
use serde_json::{Value, json};

use super::{Agent, refused};
use crate::facade::callcenter::{data, user_with};
use crate::facade::world_trials;
use crate::harness::{Answer, World};

world_trials![as_a_key, with_its_key, refusals];

async fn ask(w: &World, key: &str) -> Answer {
    let form = format!("grant_type=client_credentials&client_id={}&client_secret={key}", w.account_id());
    w.anonymous().post_form("/oauth/token", &form).await
}

/// A token of the administrator's key.
pub(super) async fn token(w: &World) -> String {
    let answer = ask(w, w.key()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["access_token"].as_str().expect("a token").to_owned()
}

async fn as_a_key(w: &mut World) {
    let agent = Agent::new(w, "local").await;
    let answer = ask(w, w.key()).await;
    let token = answer.body["access_token"].as_str().unwrap();
    assert_eq!((answer.status, &answer.body), (200, &json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600})));
    assert_eq!(answer.headers["cache-control"], "no-store");
    let client = w.anonymous().with_header("authorization", &format!("Bearer {token}"));
    assert_eq!(client.get(&agent.path).await.status, 200);
    // As RFC 6749 prefers it.
    let basic = reqwest::Client::new().post(format!("{}/oauth/token", w.base())).basic_auth(w.account_id(), Some(w.key()));
    let answer = basic.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    // Those who fetch one for each request end no session of the user.
    let login = json!({"username": "local", "password": "Ab123456"});
    let ssid = data(w.anonymous().post("/api/user/login", login).await)["ssid"].as_str().unwrap().to_owned();
    let key = data(w.post(&format!("/api/user/{}/key", agent.user), json!({})).await)["key"].as_str().unwrap().to_owned();
    data(w.put(&format!("/api/user/{}", agent.user), json!({"permissions": {"cc_api": true}})).await);
    for _ in 0..101 {
        assert_eq!(ask(w, &key).await.status, 200);
    }
    data(w.anonymous().get(&format!("/api/user/logout?ssid={ssid}")).await);
}

/// It may what the key may, and ends with it.
async fn with_its_key(w: &mut World) {
    let (user, client) = user_with(w, "program", json!({"cc_api": true})).await;
    let path = format!("/client/{}/agent/local/{user}/event/", w.account_id());
    let bearer = ask(w, client.key()).await.body["access_token"].as_str().unwrap().to_owned();
    let bearer = w.with_key(&bearer);
    assert_eq!(bearer.get(&path).await.status, 200);
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": {"cc_api": false}})).await);
    assert_eq!(refused(&bearer, Method::GET, &path, Value::Null).await, (403, json!({"status": "access_denied"})));
    let again = ask(w, client.key()).await;
    assert_eq!((again.status, &again.body["error"]), (400, &json!("unauthorized_client")));
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": {"cc_api": true}})).await);
    let keys = data(w.get(&format!("/api/user/{user}/key")).await);
    data(w.delete(&format!("/api/user/{user}/key/{}", keys[0]["id"])).await);
    assert_eq!(refused(&bearer, Method::GET, &path, Value::Null).await, (401, Value::Null));
}

async fn refusals(w: &mut World) {
    let (account, key) = (w.account_id(), w.key().to_owned());
    let theirs = w.other_account("other.local").await.key().to_owned();
    for (form, status, error) in [
        (String::new(), 400, "invalid_request"),
        (format!("client_id={account}&client_secret={key}"), 400, "invalid_request"),
        (format!("grant_type=password&client_id={account}&client_secret={key}"), 400, "unsupported_grant_type"),
        (format!("grant_type=client_credentials&client_id={account}"), 400, "invalid_request"),
        (format!("grant_type=client_credentials&client_secret={key}"), 400, "invalid_request"),
        ("grant_type=client_credentials&client_id=x&client_secret=y".to_owned(), 401, "invalid_client"),
        (format!("grant_type=client_credentials&client_id={account}&client_secret=wrong"), 401, "invalid_client"),
        (format!("grant_type=client_credentials&client_id={account}&client_secret={theirs}"), 401, "invalid_client"),
        ("x".repeat(70_000), 400, "invalid_request"),
    ] {
        let answer = w.anonymous().post_form("/oauth/token", &form).await;
        assert_eq!((answer.status, &answer.body["error"]), (status, &json!(error)), "{form:.80}");
    }
    let got = w.get("/oauth/token").await;
    assert_eq!((got.status, got.body), (405, Value::Null));
}
