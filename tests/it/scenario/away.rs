//! ccgate is away: the switch goes on with what it has cached and with the snapshot, and what happened is in the history afterwards.

use std::time::Duration;

use serde_json::{Value, json};

use super::missed::{legs, speaking};
use super::{ANSWERS, PASSWORD, agent, agent_row, check_in, done, extension, queue, scenarios};
use crate::harness::phones::CallId;
use crate::harness::{World, patience};

scenarios![
    queue_calls_connect_with_ccgate_away,
    phones_call_with_ccgate_away,
    what_was_deleted_is_gone_from_the_snapshot,
    a_call_comes_while_documents_hang,
];

const CALLER: &str = "972501234567";
/// How often something is looked at that is not ours.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Waits until two legs speak with each other.
async fn speak(w: &World) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    patience("two legs to speak", async {
        while !speaking(&legs(w).await) {
            looks.tick().await;
        }
    })
    .await;
}

async fn ends(w: &mut World, call: CallId) {
    w.phones.hang_up(call).await;
    w.idle().await;
}

async fn queue_calls_connect_with_ccgate_away(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    w.stop_ccgate().await;

    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    let call = w.phones.call_in(CALLER, "97237000").await;
    speak(w).await;
    ends(w, call).await;
    // A switch that starts has nothing cached.
    w.restart_switch().await;
    let mut looks = tokio::time::interval(LOOK_EVERY);
    patience("the queue, once mod_callcenter is loaded", async {
        while !w.ask_switch("callcenter_config queue list").await.contains(&format!("{support}@lab.local|")) {
            looks.tick().await;
        }
    })
    .await;
    let call = w.phones.call_in(CALLER, "97237000").await;
    speak(w).await;
    ends(w, call).await;
    w.until_spooled(4).await;

    w.start_ccgate().await;
    w.reconciled().await;
    w.until_spooled(0).await;
    let told = done(w.get("/api/cdr").await);
    let told = told.as_array().cloned().unwrap_or_default();
    assert_eq!(told.len(), 4, "{told:?}");
    for leg in &told {
        let shown = ["type", "queue_id", "hangup_cause", "reconciled", "cid_num"].map(|field| leg[field].clone());
        assert_eq!(shown, [json!("queue"), json!(support), json!("NORMAL_CLEARING"), json!(true), json!(CALLER)], "{leg}");
        assert!(leg["billms"].as_i64().is_some_and(|ms| ms > 0), "somebody answered: {leg}");
        assert_eq!(leg["dst_user_id"], json!(user), "{leg}");
    }
    for name in ["call:start", "call:answer", "call:end"] {
        let told: Vec<Value> = w.told(name).await.into_iter().map(|event| event["id"].clone()).collect();
        let once: std::collections::BTreeSet<String> = told.iter().map(Value::to_string).collect();
        assert_eq!(once.len(), told.len(), "{name} is told once a leg: {told:?}");
    }
}

/// Who may dial reaches the office, and nobody gets outside but to an emergency number.
async fn phones_call_with_ccgate_away(w: &mut World) {
    let (sits, desk) = agent(w, "1001", ANSWERS).await;
    let (away, _) = agent(w, "1002", ANSWERS).await;
    let fields = json!({"name": "Never seen", "type": "sip", "username": "1003", "password": PASSWORD});
    let never = done(w.post("/api/device", fields).await)["id"].as_i64().expect("an id");
    for (number, target, id) in [("2001", "user", sits), ("2002", "user", away), ("2003", "device", never)] {
        extension(w, number, target, id).await;
    }
    check_in(w, sits, desk).await;
    w.phones.outside("112", ANSWERS).await;
    w.stop_ccgate().await;

    assert!(!w.phones.try_phone("1003", "not its password", ANSWERS).await);
    assert!(!w.phones.try_phone("1004", PASSWORD, ANSWERS).await, "there is no such phone");
    w.phones.phone("1003", PASSWORD, ANSWERS).await;
    for number in ["2002", "2003"] {
        let call = w.phones.dial("1001", number).await;
        assert!(w.phones.answered(call).await, "{number}");
        speak(w).await;
        let callee = legs(w).await.into_iter().find(|leg| leg["direction"] == "outbound").expect("a leg to a phone");
        assert_eq!(callee["cid_num"], "1001", "{callee}");
        ends(w, call).await;
    }
    let call = w.phones.dial("1002", "2001").await;
    assert!(!w.phones.answered(call).await, "nobody is checked in there");
    w.idle().await;
    for number in ["0501234567", "**1234", "2009"] {
        let call = w.phones.dial("1001", number).await;
        assert!(w.phones.answered(call).await, "{number} is told that nobody can be reached");
        let up = legs(w).await;
        assert!(up.iter().all(|leg| leg["direction"] == "inbound"), "{number} goes nowhere: {up:?}");
        ends(w, call).await;
    }
    let call = w.phones.dial("1002", "112").await;
    assert!(w.phones.answered(call).await);
    speak(w).await;
    ends(w, call).await;
}

/// What ccgate does not have is not looked for in its snapshot, however old that is.
async fn what_was_deleted_is_gone_from_the_snapshot(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    // The switch reads what is true now.
    w.restart_ccgate().await;
    w.reconciled().await;
    assert!(agent_row(w, user).await.contains("|Available|"));

    done(w.delete(&format!("/api/user/{user}")).await);
    done(w.delete(&format!("/api/device/{device}")).await);
    assert!(!w.phones.try_phone("1001", PASSWORD, ANSWERS).await, "ccgate has no such phone");
    done(w.delete(&format!("/api/cc_queue/{support}")).await);
    w.ask_switch(&format!("callcenter_config queue list members {support}@lab.local")).await;
    let queues = w.ask_switch("callcenter_config queue list").await;
    assert!(!queues.contains(&format!("{support}@lab.local|")), "looking for it does not load it: {queues}");
    w.stop_ccgate().await;
    assert!(!w.phones.try_phone("1001", PASSWORD, ANSWERS).await, "nor has the snapshot");
}

/// The switch asks, and waits in vain: the call goes on by the snapshot, and whatever needs no document goes on meanwhile.
async fn a_call_comes_while_documents_hang(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let (other, desk) = agent(w, "1002", ANSWERS).await;
    let support = queue(w, "Support", "7000", &[user]).await;
    check_in(w, user, device).await;
    check_in(w, other, desk).await;
    // What the switch goes on with is what is true now.
    w.restart_ccgate().await;
    w.reconciled().await;
    w.door().mute(true);
    let call = w.phones.call_in(CALLER, "97237000").await;
    done(w.get(&format!("/api/cc_agent/setPause?user_id={other}&id=1")).await);
    assert!(agent_row(w, other).await.contains("|On Break|"), "{}", agent_row(w, other).await);
    speak(w).await;
    w.door().mute(false);
    ends(w, call).await;
    super::ended(w, 2).await;
    let told = done(w.get("/api/cdr").await);
    let queues: Vec<_> = told.as_array().into_iter().flatten().map(|leg| leg["queue_id"].clone()).collect();
    assert_eq!(queues, [json!(support), json!(support)], "{told}");
}
