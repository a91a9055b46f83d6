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

    world_trials![settings, the_secret_is_written_only, bad_values, the_domain_stays_with_its_phones];

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
        ] {
            assert!(refusal(w.put("/api/account", json!({field: value})).await, 400).starts_with(field), "{field}");
        }
    }

    async fn the_domain_stays_with_its_phones(w: &mut World) {
        phone(w, "1001").await;
        refusal(w.put("/api/account", json!({"domain": "other.example"})).await, 409);
    }
}
