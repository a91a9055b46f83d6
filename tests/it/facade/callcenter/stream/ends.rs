//! When a stream ends, and when none begins.

use serde_json::{Value, json};

use super::super::{agent, data, refusal};
use super::{commit, listen, next_number};
use crate::facade::world_trials;
use crate::harness::{World, patience};

world_trials![with_ccgate, with_the_key, with_the_session, with_the_token, with_a_permission, an_account_has_so_many];

async fn with_ccgate(w: &mut World) {
    let mut listening = listen(w, "", "").await;
    commit(w.running().store(), w.account_id(), 0..1, &Value::Null).await;
    assert_eq!(next_number(&mut listening).await, Some(0));
    w.restart_ccgate().await;
    assert_eq!(listening.next().await, None);
    let mut again = listen(w, "", &listening.last_id().await).await;
    commit(w.running().store(), w.account_id(), 1..2, &Value::Null).await;
    assert_eq!(next_number(&mut again).await, Some(1));
}

async fn with_the_key(w: &mut World) {
    let made = data(w.post(&format!("/api/user/{}/key", w.user_id()), json!({})).await);
    let mut listening = w.with_key(made["key"].as_str().expect("a key")).listen("", "").await.expect("a stream");
    data(w.delete(&format!("/api/user/{}/key/{}", w.user_id(), made["id"])).await);
    assert_eq!(listening.next().await, None);
}

async fn with_the_session(w: &mut World) {
    let user = agent(w, "dana").await;
    let login = data(w.anonymous().post("/api/user/login", json!({"username": "dana", "password": "Ab123456"})).await);
    let ssid = login["ssid"].as_str().expect("a session").to_owned();
    let mut listening = w.anonymous().listen(&format!("?ssid={ssid}"), "").await.expect("a stream");
    data(w.put(&format!("/api/user/{user}"), json!({"active": false})).await);
    assert_eq!(listening.next().await.map(|heard| heard.event), None);
}

/// That of a key which stays: its session is over once the password is another one.
async fn with_the_token(w: &mut World) {
    let user = agent(w, "dana").await;
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": {"cc_api": true}})).await);
    let key = data(w.post(&format!("/api/user/{user}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
    let form = format!("grant_type=client_credentials&client_id={}&client_secret={key}", w.account_id());
    let made = w.anonymous().post_raw("/oauth/token", "application/x-www-form-urlencoded", &form).await.body;
    let token = made["access_token"].as_str().expect("a token");
    let mut listening = w.anonymous().listen(&format!("?ssid={token}"), "").await.expect("a stream");
    data(w.put(&format!("/api/user/{user}"), json!({"password": "Cd123456"})).await);
    assert_eq!(listening.next().await.map(|heard| heard.event), None);
    assert_ne!(w.with_key(&key).get("/api/user").await.status, 401, "the key stays");
}

/// What it may see is decided when it begins.
async fn with_a_permission(w: &mut World) {
    let user = agent(w, "dana").await;
    let permit = |supervise: bool| json!({"permissions": {"cc_api": true, "supervise": supervise}});
    data(w.put(&format!("/api/user/{user}"), permit(true)).await);
    let key = data(w.post(&format!("/api/user/{user}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
    let mut listening = w.with_key(&key).listen("", "").await.expect("a stream");
    data(w.put(&format!("/api/user/{user}"), permit(false)).await);
    assert_eq!(listening.next().await, None);
}

async fn an_account_has_so_many(w: &mut World) {
    let (most, of_user) = (ccgate::service::stream::STREAMS_MAX, ccgate::service::stream::STREAMS_OF_USER_MAX);
    let mut open = Vec::new();
    for at in 0..most / of_user {
        let user = agent(w, &format!("user{at}")).await;
        let watches = json!({"permissions": {"cc_api": true, "supervise": true}});
        data(w.put(&format!("/api/user/{user}"), watches).await);
        let key = data(w.post(&format!("/api/user/{user}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
        let client = w.with_key(&key);
        for _ in 0..of_user {
            open.push(client.listen("", "").await.expect("a stream"));
        }
        let refused = client.listen("", "").await.err().expect("one too many");
        // Of the last user, the account's are all taken as well.
        assert!(refusal(refused, 429).contains(&if open.len() < most { of_user } else { most }.to_string()));
    }
    let refused = w.listen("", "").await.err().expect("one too many");
    assert!(refusal(refused, 429).contains(&most.to_string()));
    w.other_account("other.local").await.listen("", "").await.expect("another account has its own");
    open.pop();
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience("a place to be free", async {
        while w.running().service().open_streams(w.account_id()) == most {
            looks.tick().await;
        }
    })
    .await;
    listen(w, "", "").await;
}
