//! Who may ask about whom: a session about its own user, who has `agents` about every agent of its account.

use serde_json::{Value, json};

use super::{ask, error, session};
use crate::facade::callcenter::{agent, data, user_with};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![an_agent_about_itself, a_supervisor_about_others, a_key_in_a_header, places_and_keys];

async fn an_agent_about_itself(w: &mut World) {
    let (dana, noam) = (agent(w, "dana").await, agent(w, "noam").await);
    data(w.put(&format!("/api/user/{dana}"), json!({"permissions": {"cc_api": true}})).await);
    let ssid = session(w, "dana").await;
    let key = data(w.post(&format!("/api/user/{dana}/key"), json!({})).await)["key"].clone();
    let no_match = error(1501, "Agent id not match");
    let found = error(1502, "On break is : 0");
    let rows = [
        (json!({ "ssid": ssid }), &found),
        (json!({"ssid": ssid, "userId": dana.to_string()}), &found),
        (json!({"ssid": ssid, "userId": noam.to_string()}), &no_match),
        (json!({"userId": dana.to_string(), "token": key}), &found),
        (json!({"userId": dana, "token": key}), &found),
        (json!({"userId": noam.to_string(), "token": key}), &no_match),
        (json!({"userId": dana.to_string(), "token": "ccg_wrong"}), &no_match),
        (json!({"userId": "dana", "token": key}), &no_match),
        (json!({ "token": key }), &no_match),
        (json!({"userId": dana.to_string()}), &no_match),
        (json!({"ssid": "over"}), &no_match),
        (json!({}), &no_match),
    ];
    for (sent, expected) in rows {
        assert_eq!(ask(w, "agentOnBreak", sent.clone()).await, *expected, "{sent}");
    }
}

async fn a_supervisor_about_others(w: &mut World) {
    let dana = agent(w, "dana").await;
    let other = w.other_account("other.local").await;
    let asked = |key: &str, user: i64| json!({"userId": user.to_string(), "token": key});
    assert_eq!(ask(w, "agentOnBreak", asked(w.key(), dana)).await["code"], 1502);
    let ping = json!({"userId": dana.to_string(), "token": w.key(), "mic_perm": 1});
    assert_eq!(ask(w, "setWebPingTime", ping).await["status"], "success");
    for (key, user) in [(other.key(), dana), (w.key(), 999_999)] {
        for method in ["agentOnBreak", "checkAgentInWrapUp", "setWebPingTime"] {
            let mut sent = asked(key, user);
            sent["mic_perm"] = json!(1);
            assert_eq!(ask(w, method, sent).await, error(1501, "Agent id not match"), "{method}");
        }
    }
}

/// As in every API; what the body says counts first.
async fn a_key_in_a_header(w: &mut World) {
    let dana = agent(w, "dana").await;
    let (noam, key) = user_with(w, "noam", json!({"cc_api": true})).await;
    let ssid = session(w, "dana").await;
    let wrong = w.with_key("ccg_wrong");
    for (client, sent, code) in [
        (&key, json!({}), 1502),
        (&key, json!({ "userId": noam }), 1502),
        (&key, json!({ "userId": dana }), 1501),
        (&**w, json!({ "userId": dana }), 1502),
        (&wrong, json!({}), 1501),
        (&wrong, json!({ "ssid": ssid }), 1502),
        (&key, json!({"userId": noam, "token": "ccg_wrong"}), 1501),
    ] {
        let answer = client.post("/deepcall/api/v2/agentProfile/agentOnBreak", sent.clone()).await;
        assert_eq!(answer.body["code"], code, "{sent}: {}", answer.body);
    }
}

async fn places_and_keys(w: &mut World) {
    let dana = agent(w, "dana").await;
    let key = data(w.post(&format!("/api/user/{dana}/key"), json!({})).await)["key"].clone();
    let asked = json!({"userId": dana.to_string(), "token": key});
    let refused = |answer: Value| (answer["status"].clone(), answer["code"].clone());
    assert_eq!(refused(ask(w, "agentOnBreak", asked.clone()).await), (json!("error"), json!(403)), "a key needs cc_api");
    data(w.put(&format!("/api/user/{dana}"), json!({"permissions": {"cc_api": true}, "allowed_ips": "192.0.2.0/24"})).await);
    assert_eq!(refused(ask(w, "agentOnBreak", asked.clone()).await), (json!("error"), json!(403)), "from anywhere else");
    let path = "/api/v2/agentProfile/agentOnBreak";
    assert_eq!(w.anonymous().from("192.0.2.7").post(path, asked).await.body["code"], 1502);
    // Wrong keys are counted as everywhere.
    let guess = json!({"userId": dana.to_string(), "token": "ccg_wrong"});
    for _ in 0..5 {
        assert_eq!(w.anonymous().from("198.51.100.1").post(path, guess.clone()).await.body["code"], 1501);
    }
    assert_eq!(w.anonymous().from("198.51.100.1").post(path, guess).await.body["code"], 429);
}
