//! `/api/account`

use libtest_mimic::Trial;
use serde_json::json;

use ccgate::clock::Clock;
use ccgate::config::Toll;

use super::{data, phone, refusal, user_with};
use crate::harness::World;
use crate::harness::world::Kind;

pub(crate) fn trials() -> Vec<Trial> {
    let mut trials = one_record::trials();
    trials.push(crate::harness::trial("facade::callcenter::account::no_account_is_above_the_box", no_account_is_above_the_box));
    trials
}

/// The operator's configuration is the most that any account may.
async fn no_account_is_above_the_box() {
    let toll = Toll { premium: false, international: false, allow: vec!["+44".to_owned()], calls_at_once: Some(5), ..Toll::default() };
    let mut w = World::with(Kind::Sim, Clock::system(), |config| config.toll = toll).await;
    let before = data(w.get("/api/account").await);
    for (fields, field) in [
        (json!({"toll": {"premium": true}}), "toll.premium must be false"),
        (json!({"toll": {"international": true}}), "toll.international must be false"),
        (json!({"limits": {"calls_at_once": 6}}), "limits.calls_at_once must be at most 5"),
    ] {
        let why = refusal(w.put("/api/account", fields).await, 400);
        assert!(why.starts_with(field) && why.contains("[toll]"), "{why}");
    }
    assert_eq!(data(w.get("/api/account").await), before);
    // By a prefix of its own it does not get above either.
    data(w.put("/api/account", json!({"toll": {"allow": ["+1", "+44"]}, "limits": {"calls_at_once": 5}})).await);
    let device = phone(&mut w, "1001").await;
    for (number, why) in [("+12125550123", "[toll]"), ("+449091234567", "[toll]")] {
        let path = format!("/api/cc_agent/originate?device_id={device}&destination={}", number.replace('+', "%2B"));
        assert!(refusal(w.get(&path).await, 403).contains(why), "{number}");
    }
    w.stop().await;
}

mod one_record {
    use super::*;
    use crate::facade::world_trials;

    world_trials![
        settings,
        the_secret_is_written_only,
        a_secret_is_replaced,
        the_push_is_shown,
        bad_values,
        which_event_is_none_is_said,
        the_domain_stays_with_its_phones,
        limits,
        toll_has_a_permission,
        toll_is_the_administrators,
        emergency_numbers
    ];

    async fn settings(w: &mut World) {
        let fields = json!({
            "timezone": "Asia/Jerusalem", "country": "US", "event_url": "https://example.com/events", "event_names": ["agent:checkin"],
            "emergency_numbers": ["100", "911"], "dial_without_checkin": true, "wrap_up_time": 10, "max_no_answer": 3,
        });
        let after = data(w.put("/api/account", fields.clone()).await);
        for (name, value) in fields.as_object().unwrap() {
            assert_eq!(&after[name], value, "{name}");
        }
        assert_eq!(data(w.get("/api/account/").await), after);
    }

    async fn the_secret_is_written_only(w: &mut World) {
        let rotated = data(w.put("/api/account", json!({"event_secret": "rotate"})).await);
        let secret = rotated["event_secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("whsec_"));
        assert!(!w.get("/api/account").await.body.to_string().contains("whsec_"));
        assert!(data(w.put("/api/account", json!({"event_secret": secret})).await).get("event_secret").is_none());
    }

    /// The old secret signs for a day unless something else is said, and both are taken by the reference implementation.
    async fn a_secret_is_replaced(w: &mut World) {
        let old = w.push_to_sink().await;
        assert_eq!(data(w.get("/api/account").await)["push"]["old_secrets_until"], json!(null));
        let rotated = data(w.put("/api/account", json!({"event_secret": "rotate"})).await);
        let until = rotated["push"]["old_secrets_until"].as_i64().unwrap();
        let left_s = until - ccgate::clock::Clock::system().now().epoch_s();
        assert!((86_000..=86_400).contains(&left_s), "{left_s}");
        let new = rotated["event_secret"].as_str().unwrap().to_owned();
        for secret in [&old, &new] {
            data(w.post("/api/event/test", json!({})).await);
            w.sink.next("test", secret).await;
        }
        let ended = data(w.put("/api/account", json!({"event_secret": "rotate", "event_secret_overlap": 60})).await);
        let newest = ended["event_secret"].as_str().unwrap().to_owned();
        for secret in [&old, &new, &newest] {
            data(w.post("/api/event/test", json!({})).await);
            w.sink.next("test", secret).await;
        }
    }

    async fn the_push_is_shown(w: &mut World) {
        let push = async |w: &mut World| data(w.get("/api/account").await)["push"].clone();
        assert_eq!(push(w).await["state"], "off");
        w.push_to_sink().await;
        let ok = json!({
            "state": "ok", "since": null, "reason": null, "failures": 0, "waiting": 0, "pending": 0, "dead": 0, "old_secrets_until": null,
        });
        assert_eq!(push(w).await, ok);
        let gone = Gone::start().await;
        data(w.put("/api/account", json!({"event_url": gone.url})).await);
        let told = w.event_names().await.len();
        let id = data(w.post("/api/event/test", json!({})).await)["id"].clone();
        w.until_event(told, "push:disabled").await;
        let after = push(w).await;
        assert_eq!((&after["state"], &after["reason"]), (&json!("disabled"), &json!("the address answered 410 Gone")));
        assert!(after["since"].is_i64());
        assert_eq!(after["pending"], 1, "it is kept");
        let why = refusal(w.post("/api/event/test", json!({})).await, 409);
        assert_eq!(why, "the address answered 410 Gone; set event_url, to the same or another, and send it again");
        // The same address, set again: it is asked again.
        let told = w.event_names().await.len();
        data(w.put("/api/account", json!({"event_url": gone.url})).await);
        w.until_event(told, "push:disabled").await;
        let secret = w.push_to_sink().await;
        assert_eq!(w.sink.next("test", &secret).await["id"], id, "nothing is lost");
    }

    /// An address where nothing is wanted.
    struct Gone {
        url: String,
    }

    impl Gone {
        async fn start() -> Self {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            let app = axum::Router::new().fallback(|| async { axum::http::StatusCode::GONE });
            tokio::spawn(async move { axum::serve(listener, app).await });
            Self { url }
        }
    }

    async fn bad_values(w: &mut World) {
        for (field, value) in [
            ("timezone", json!("Mars")),
            ("country", json!("ISR")),
            ("event_url", json!("ftp://example.com")),
            ("event_url", json!("events")),
            ("event_names", json!("A B")),
            ("event_names", json!("agent:checkin,call:*")),
            ("event_names", json!(["call:started"])),
            ("event_secret_overlap", json!(604_801)),
            ("event_secret", json!("secret")),
            ("emergency_numbers", json!("1,x")),
            ("emergency_numbers", json!(["+19005550123"])),
            ("emergency_numbers", json!(["1900123456"])),
            ("toll", json!({"premuim": true})),
            ("domain", json!("a b")),
            ("dnc_list_id", json!("x")),
            ("dr_id", json!(-1)),
            ("limits", json!(5)),
            ("limits", json!({"calls_at_once": -1})),
            ("limits", json!({"calls": 1})),
        ] {
            assert!(refusal(w.put("/api/account", json!({field: value})).await, 400).starts_with(field), "{field}");
        }
    }

    async fn which_event_is_none_is_said(w: &mut World) {
        let why = refusal(w.put("/api/account", json!({"event_names": ["call:end", "call:*"]})).await, 400);
        assert!(why.starts_with("event_names has \"call:*\", which is no event: take from agent:checkin, "), "{why}");
        let every = json!(ccgate::domain::event::names().collect::<Vec<_>>());
        assert_eq!(data(w.put("/api/account", json!({"event_names": every})).await)["event_names"], every);
    }

    async fn limits(w: &mut World) {
        let of =
            async |w: &mut World, limits: serde_json::Value| data(w.put("/api/account", json!({"limits": limits})).await)["limits"].clone();
        let are = |at_once: serde_json::Value, per_second: serde_json::Value, minutes: serde_json::Value| json!({"calls_at_once": at_once, "calls_per_second": per_second, "minutes_per_day": minutes});
        let none = are(json!(null), json!(null), json!(null));
        assert_eq!(data(w.get("/api/account").await)["limits"], none);
        assert_eq!(of(w, json!({"calls_at_once": "10"})).await, are(json!(10), json!(null), json!(null)));
        assert_eq!(of(w, json!("{\"calls_per_second\":2}")).await, are(json!(10), json!(2), json!(null)));
        assert_eq!(of(w, json!({"calls_at_once": null, "minutes_per_day": 60})).await, are(json!(null), json!(2), json!(60)));
        assert_eq!(of(w, json!(null)).await, none);
    }

    /// With `settings` alone nothing is changed that decides which calls leave, and nobody gets `toll` from who does not have it.
    async fn toll_has_a_permission(w: &mut World) {
        let permissions = json!({"cc_api": true, "settings": true, "users": true});
        let (id, clerk) = user_with(w, "clerk", permissions).await;
        let before = data(w.get("/api/account").await);
        assert_eq!(before["toll"]["premium"], false);
        for (field, value) in [
            ("toll", json!({"international": true})),
            ("limits", json!({"calls_at_once": 10})),
            ("emergency_numbers", json!(["1900"])),
            ("country", json!("US")),
            ("timezone", json!("Asia/Jerusalem")),
        ] {
            assert!(refusal(clerk.put("/api/account", json!({field: value})).await, 403).contains("permission toll"), "{field}");
        }
        assert_eq!(data(w.get("/api/account").await), before);
        data(clerk.put("/api/account", json!({"name": "Renamed", "toll": before["toll"], "limits": null})).await);
        let own = json!({"permissions": {"cc_api": true, "settings": true, "users": true, "toll": true}});
        refusal(clerk.put(&format!("/api/user/{id}"), own).await, 403);
        let toll = json!({"international": true, "night": {"from": "22:00", "to": "06:00"}});
        let after = data(w.put("/api/account", json!({"toll": toll})).await)["toll"].clone();
        assert_eq!(
            after,
            json!({"premium": false, "international": true, "unlisted": false, "countries": [], "allow": [], "night": toll["night"]})
        );
    }

    /// Of every group that an account begins with, the administrators' only; also where the account was there before.
    async fn toll_is_the_administrators(w: &mut World) {
        let groups = data(w.get("/api/pgroup").await);
        let may: Vec<_> = groups.as_array().unwrap().iter().filter(|group| group["permissions"]["toll"] == json!(true)).collect();
        assert_eq!(may.iter().map(|group| group["name"].clone()).collect::<Vec<_>>(), [json!("Administrator")]);
    }

    /// What is shown is what a phone reaches.
    async fn emergency(w: &mut World, fields: serde_json::Value) -> serde_json::Value {
        let shown = data(w.put("/api/account", fields).await)["emergency_numbers"].clone();
        let desired = w.running().reconciler().desired();
        let account = desired.domain(crate::harness::world::DOMAIN).unwrap();
        for number in ["100", "112", "911", "999"] {
            assert_eq!(account.is_emergency(number), shown.as_array().unwrap().contains(&json!(number)), "{number}");
        }
        shown
    }

    async fn emergency_numbers(w: &mut World) {
        let israel = json!(["100", "101", "102", "112"]);
        assert_eq!(emergency(w, json!({})).await, israel);
        assert_eq!(emergency(w, json!({"country": "GB"})).await, json!(["112", "999"]));
        // What was read may be written: the list stays the country's.
        assert_eq!(emergency(w, json!({"emergency_numbers": ["112", "999"]})).await, json!(["112", "999"]));
        assert_eq!(emergency(w, json!({"country": "IL"})).await, israel);
        // A list of its own stays its own.
        assert_eq!(emergency(w, json!({"emergency_numbers": "911"})).await, json!(["911"]));
        assert_eq!(emergency(w, json!({"country": "GB"})).await, json!(["911"]));
        for cleared in [json!([]), json!(""), json!(null)] {
            data(w.put("/api/account", json!({"emergency_numbers": ["100"]})).await);
            assert_eq!(emergency(w, json!({"emergency_numbers": cleared})).await, json!(["112", "999"]));
        }
    }

    async fn the_domain_stays_with_its_phones(w: &mut World) {
        phone(w, "1001").await;
        refusal(w.put("/api/account", json!({"domain": "other.example"})).await, 409);
    }
}
