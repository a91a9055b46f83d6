//! Emergency numbers pass every rule, and are told.

use serde_json::json;

use super::outside::do_not_call;
use super::{ANSWERS, agent, done, leg_to, resource, scenarios};
use crate::harness::World;

scenarios![an_emergency_call_passes_everything];

/// Nobody is checked in, the rule denies everything and rewrites, the number is not to be called, and the limits are 0.
async fn an_emergency_call_passes_everything(w: &mut World) {
    let secret = w.push_to_sink().await;
    let (user, desk) = agent(w, "1001", ANSWERS).await;
    let rule = json!({"name": "Nothing", "allow": ["999"], "strip": 1, "prepend": "7", "gateway": "nowhere"});
    let rule = resource(w, "dial_rule", rule).await;
    do_not_call(w, "112").await;
    done(w.put("/api/account", json!({"dr_id": rule, "limits": {"calls_at_once": 0, "calls_per_second": 0}})).await);
    w.phones.outside("112", ANSWERS).await;
    let call = w.phones.dial("1001", "112").await;
    let leg = leg_to(w, "112").await;
    assert!(w.phones.answered(call).await, "{leg}");
    let told = w.sink.next("emergency:call", &secret).await["data"].clone();
    assert_eq!(told, json!({"user_id": user, "device_id": desk, "device_name": "Phone 1001", "number": "112"}));
    w.phones.hang_up(call).await;
    w.idle().await;

    let clicked = w.get(&format!("/api/cc_agent/originate?user_id={user}&destination=112")).await;
    assert_eq!((clicked.status, &clicked.body["success"]), (200, &json!(true)), "{}", clicked.body);
    leg_to(w, "112").await;
    assert_eq!(w.sink.next("emergency:call", &secret).await["data"]["device_id"], json!(desk));
    w.ask_switch("hupall NORMAL_CLEARING").await;
    w.idle().await;
    let told = w.event_names().await.iter().filter(|name| *name == "emergency:call").count();
    assert_eq!(told, 2, "each is told once");
}
