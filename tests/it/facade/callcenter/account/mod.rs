//! `/api/account`

use libtest_mimic::Trial;
use serde_json::json;

use super::{data, phone, refusal};
use crate::harness::World;

pub(crate) fn trials() -> Vec<Trial> {
    one_record::trials()
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
        assert_eq!(data(w.get("/api/account").await)["limits"], json!({"calls_at_once": null, "calls_per_second": null}));
        assert_eq!(of(w, json!({"calls_at_once": "10"})).await, json!({"calls_at_once": 10, "calls_per_second": null}));
        assert_eq!(of(w, json!("{\"calls_per_second\":2}")).await, json!({"calls_at_once": 10, "calls_per_second": 2}));
        assert_eq!(of(w, json!({"calls_at_once": null})).await, json!({"calls_at_once": null, "calls_per_second": 2}));
        assert_eq!(of(w, json!(null)).await, json!({"calls_at_once": null, "calls_per_second": null}));
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
