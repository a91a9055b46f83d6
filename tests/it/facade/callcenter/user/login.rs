//! `POST /api/user/login`, and what its session is good for.

use ccgate::clock::Clock;
use ccgate::service::PasswordGiven;
use serde_json::{Value, json};

use crate::facade::callcenter::{agent, data, refusal};
use crate::facade::world_trials;
use crate::harness::api::Api;
use crate::harness::world::Kind;
use crate::harness::{Answer, World, trial};

world_trials![
    gives_a_session,
    however_the_parameters_come,
    the_session_in_each_place,
    a_cookie_of_another_page,
    https_behind_a_proxy,
    refused_the_same_whatever_is_wrong,
    what_is_required,
    no_cc_api_and_no_more_than_is_permitted,
    itself_only_and_by_default,
    a_session_before_a_key,
    md5_for_programs_that_send_it,
    kept_over_a_restart
];

pub(crate) fn clocked() -> Vec<libtest_mimic::Trial> {
    macro_rules! clocked {
        ($($name:ident),+) => {
            vec![$(trial(concat!(module_path!(), "::", stringify!($name)), || async {
                let clock = Clock::manual(Clock::system().now());
                let mut world = World::with(Kind::Sim, clock.clone(), |_| {}).await;
                $name(&mut world, &clock).await;
                world.stop().await;
            })),+]
        };
    }
    clocked![ends_after_its_time, ends_with_the_password_the_right_and_the_user]
}

fn dana() -> Value {
    json!({"username": "dana", "password": "Ab123456"})
}

async fn log_in(w: &World, name: &str) -> String {
    let given = json!({"username": name, "password": "Ab123456"});
    data(w.anonymous().post("/api/user/login", given).await)["ssid"].as_str().expect("an ssid").to_owned()
}

/// A client of that session, which sends it as a parameter does not: as a browser would.
fn browser(w: &World, ssid: &str) -> Api {
    w.anonymous().with_header("cookie", &format!("ssid={ssid}")).with_header("sec-fetch-site", "same-origin")
}

/// How many sessions are kept.
async fn sessions(w: &World) -> i64 {
    let mut conn = w.running().store().read().await.expect("the database can be read");
    ccgate::store::session::count(&mut conn).await.expect("sessions can be counted")
}

fn cookie(answer: &Answer) -> &str {
    answer.headers["set-cookie"].to_str().expect("text")
}

async fn gives_a_session(w: &mut World) {
    let id = agent(w, "dana").await;
    assert_eq!(data(w.get(&format!("/api/user/{id}")).await)["last_login"], json!(null));
    let before = Clock::system().now().epoch_s();
    let answer = w.anonymous().post("/api/user/login", dana()).await;
    let session = data(answer.clone());
    let ssid = session["ssid"].as_str().unwrap();
    assert_eq!(session, json!({"user_id": id, "ssid": ssid, "session_ttl": 86_400}));
    assert_eq!(ssid.len(), 43, "256 bits");
    assert_eq!(cookie(&answer), format!("ssid={ssid}; HttpOnly; SameSite=Strict; Path=/; Max-Age=86400"));
    let last = data(w.get(&format!("/api/user/{id}")).await)["last_login"].as_i64().unwrap();
    assert!((before..=Clock::system().now().epoch_s()).contains(&last));
    assert_ne!(log_in(w, "DANA@mail.com").await, ssid, "an email does too");
}

async fn however_the_parameters_come(w: &mut World) {
    agent(w, "dana").await;
    let nobody = w.anonymous();
    data(nobody.post_form("/api/user/login/", "username=dana&password=Ab123456").await);
    data(nobody.post("/api/user/login?username=dana&password=Ab123456", json!({})).await);
    // It changes something, and a GET of it stands in the logs of proxies.
    assert_eq!(refusal(nobody.get("/api/user/login?username=dana&password=Ab123456").await, 401), "Unauthorized");
}

async fn the_session_in_each_place(w: &mut World) {
    let id = agent(w, "dana").await;
    let (ssid, nobody, path) = (log_in(w, "dana").await, w.anonymous(), format!("/api/user/{id}"));
    data(nobody.get(&format!("{path}?ssid={ssid}")).await);
    data(nobody.post_form("/api/cc_agent/checkOut", &format!("ssid={ssid}")).await);
    data(nobody.post("/api/cc_agent/checkOut", json!({"ssid": ssid})).await);
    data(browser(w, &ssid).get(&path).await);
    assert_eq!(refusal(nobody.get(&format!("{path}?ssid={ssid}x")).await, 401), "Unauthorized");
    assert_eq!(refusal(nobody.with_key(&ssid).get(&path).await, 401), "Unauthorized", "a session is no key");
}

async fn a_cookie_of_another_page(w: &mut World) {
    let id = agent(w, "dana").await;
    let sent = w.anonymous().with_header("cookie", &format!("a=b; ssid={}", log_in(w, "dana").await));
    let path = format!("/api/user/{id}");
    refusal(sent.get(&path).await, 401);
    for site in ["cross-site", "same-site", "none"] {
        refusal(sent.with_header("sec-fetch-site", site).get(&path).await, 401);
    }
    data(sent.with_header("x-requested-with", "XMLHttpRequest").get(&path).await);
    data(sent.with_header("sec-fetch-site", "same-origin").get(&path).await);
}

async fn https_behind_a_proxy(w: &mut World) {
    agent(w, "dana").await;
    let answer = w.anonymous().with_header("x-forwarded-proto", "https").post("/api/user/login", dana()).await;
    assert!(cookie(&answer).ends_with("; Secure"), "{}", cookie(&answer));
}

async fn refused_the_same_whatever_is_wrong(w: &mut World) {
    let id = agent(w, "dana").await;
    let idle = agent(w, "idle").await;
    data(w.put(&format!("/api/user/{idle}"), json!({"active": 0})).await);
    let service = w.running().service().clone();
    for (address, username, password) in
        [("192.0.2.1", "dana", "Ab123457"), ("192.0.2.2", "nobody", "Ab123456"), ("192.0.2.3", "idle", "Ab123456")]
    {
        let before = service.passwords_verified();
        let answer = w.anonymous().from(address).post("/api/user/login", json!({"username": username, "password": password})).await;
        assert_eq!(
            (answer.status, answer.body),
            (401, json!({"success": false, "msg": "wrong username or password, or the user is not active"})),
            "{username}"
        );
        assert!(!answer.headers.contains_key("set-cookie"));
        assert_eq!(service.passwords_verified(), before + 1, "{username} is as much work as anybody");
    }
    assert_eq!(data(w.get(&format!("/api/user/{id}")).await)["last_login"], json!(null));
    // Who has the address in two accounts cannot be told by it.
    let other = w.other_account("other.local").await;
    let double = json!({"name": "Double", "username": "double", "password": "Ab123456", "email": "dana@mail.com"});
    data(other.post("/api/user", double).await);
    let given = json!({"username": "dana@mail.com", "password": "Ab123456"});
    refusal(w.anonymous().from("192.0.2.4").post("/api/user/login", given).await, 401);
    data(w.anonymous().post("/api/user/login", dana()).await);
}

async fn what_is_required(w: &mut World) {
    for field in ["username", "password"] {
        let mut given = dana();
        given.as_object_mut().unwrap().remove(field);
        assert_eq!(refusal(w.anonymous().post("/api/user/login", given).await, 400), format!("{field} is required"));
    }
    assert!(refusal(w.anonymous().post_raw("/api/user/login", "application/json", "{").await, 400).contains("JSON"));
}

async fn no_cc_api_and_no_more_than_is_permitted(w: &mut World) {
    let id = agent(w, "dana").await;
    let session = browser(w, &log_in(w, "dana").await);
    assert!(refusal(session.get("/api/device").await, 403).contains("devices"));
    data(w.put(&format!("/api/user/{id}"), json!({"permissions": {"devices": true}})).await);
    data(session.get("/api/device").await);
}

async fn itself_only_and_by_default(w: &mut World) {
    let (dana, noam) = (agent(w, "dana").await, agent(w, "noam").await);
    let device = super::super::phone(w, "1001").await;
    let session = browser(w, &log_in(w, "dana").await);
    data(session.get(&format!("/api/cc_agent/checkInDevice?device_id={device}")).await);
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(dana), "the default user is the session's");
    data(session.get(&format!("/api/cc_agent/setPause?id=1&user_id={dana}")).await);
    assert_eq!(data(session.get(&format!("/api/user/{dana}")).await)["pause_id"], 1);
    for path in [
        format!("/api/cc_agent/checkIn?user_id={noam}"),
        format!("/api/cc_agent/checkInDevice?user_id={noam}&device_id={device}"),
        format!("/api/cc_agent/checkOut?user_id={noam}"),
        format!("/api/cc_agent/setPause?id=1&user_id={noam}"),
        format!("/api/cc_agent/setQueues?queue_ids=&user_id={noam}"),
        format!("/api/cc_agent/wrapup?seconds=0&user_id={noam}"),
    ] {
        assert!(refusal(session.get(&path).await, 403).contains("agents"), "{path}");
    }
    assert!(refusal(session.get(&format!("/api/user/{noam}")).await, 403).contains("users"));
    data(session.get("/api/cc_agent/checkOut").await);
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(null));
    data(w.put(&format!("/api/user/{dana}"), json!({"permissions": {"agents": true}})).await);
    data(session.get(&format!("/api/cc_agent/checkOut?user_id={noam}")).await);
}

async fn a_session_before_a_key(w: &mut World) {
    let (dana, device) = (agent(w, "dana").await, super::super::phone(w, "1001").await);
    let ssid = log_in(w, "dana").await;
    let keyed = w.with_key(w.key());
    data(keyed.get(&format!("/api/cc_agent/checkInDevice?device_id={device}&ssid={ssid}")).await);
    assert_eq!(data(w.get(&format!("/api/device/{device}")).await)["agent_id"], json!(dana));
    // Nothing falls back to somebody else.
    refusal(keyed.get("/api/cc_agent/checkOut?ssid=over").await, 401);
}

async fn md5_for_programs_that_send_it(w: &mut World) {
    let id = agent(w, "dana").await;
    let service = w.running().service().clone();
    // `printf Ab123456 | md5sum`, in capitals, and that of Ab1234567.
    let (first, second) = ("A0A475CF454CF9A06979034098167B9E", "40fb09d74b0b994232dd8a0ef18f9c3f");
    let verify = async |given| service.verify_login("dana", given, None).await.map(|caller| caller.user.id.0).ok();
    let md5 = |text: &str| PasswordGiven::Md5Hex(text.to_owned());
    assert_eq!(verify(md5(first)).await, Some(id));
    assert_eq!(verify(PasswordGiven::Plain("Ab123456".to_owned())).await, Some(id));
    assert_eq!(verify(PasswordGiven::Plain(first.to_lowercase())).await, None, "what is sent in place of it is no password");
    data(w.put(&format!("/api/user/{id}"), json!({"password": "Ab1234567"})).await);
    assert_eq!(verify(md5(first)).await, None);
    assert_eq!(verify(md5(second)).await, Some(id));
}

async fn kept_over_a_restart(w: &mut World) {
    let id = agent(w, "dana").await;
    let ssid = log_in(w, "dana").await;
    w.restart_ccgate().await;
    data(browser(w, &ssid).get(&format!("/api/user/{id}")).await);
}

async fn ends_after_its_time(w: &mut World, clock: &Clock) {
    let id = agent(w, "dana").await;
    let path = format!("/api/user/{id}");
    let ttl = async || data(w.anonymous().post("/api/user/login", dana()).await)["session_ttl"].clone();
    data(w.put("/api/account", json!({"session_ttl": 600})).await);
    assert_eq!(ttl().await, 600, "the account's");
    data(w.put(&path, json!({"session_ttl": 60})).await);
    let answer = w.anonymous().post("/api/user/login", dana()).await;
    assert!(cookie(&answer).ends_with("Max-Age=60"), "{}", cookie(&answer));
    let session = browser(w, data(answer)["ssid"].as_str().unwrap());
    // What is set later is for later sessions.
    data(w.put(&path, json!({"session_ttl": 0})).await);
    clock.advance_ms(59_999);
    data(session.get(&path).await);
    clock.advance_ms(1);
    assert_eq!(refusal(session.get(&path).await, 401), "Unauthorized");
    assert_eq!(ttl().await, 86_400, "0 is a day");
    // The one of 600 seconds is still there; the one that is over was swept.
    assert_eq!(sessions(w).await, 2);
}

async fn ends_with_the_password_the_right_and_the_user(w: &mut World, _: &Clock) {
    let id = agent(w, "dana").await;
    let path = format!("/api/user/{id}");
    let (one, two) = (browser(w, &log_in(w, "dana").await), browser(w, &log_in(w, "dana").await));
    data(w.put(&path, json!({"name": "Dana", "password": ""})).await);
    data(one.get(&path).await);
    data(w.put(&path, json!({"password": "Ab123457"})).await);
    for session in [&one, &two] {
        refusal(session.get(&path).await, 401);
    }
    data(w.put(&path, json!({"password": "Ab123456"})).await);
    let session = browser(w, &log_in(w, "dana").await);
    data(w.put(&path, json!({"active": 0})).await);
    refusal(session.get(&path).await, 401);
    data(w.put(&path, json!({"active": 1})).await);
    refusal(session.get(&path).await, 401);
    let session = browser(w, &log_in(w, "dana").await);
    data(w.delete(&path).await);
    refusal(session.get(&path).await, 401);
    assert_eq!(sessions(w).await, 0);
}
