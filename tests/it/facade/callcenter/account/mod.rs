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

    world_trials![settings, the_secret_is_written_only, bad_values, the_domain_stays_with_its_phones, limits, emergency_numbers];

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

    async fn bad_values(w: &mut World) {
        for (field, value) in [
            ("timezone", json!("Mars")),
            ("country", json!("ISR")),
            ("event_url", json!("ftp://example.com")),
            ("event_url", json!("events")),
            ("event_names", json!("A B")),
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
