//! What the other vendors' APIs change and show, with phones and callers.

use serde_json::{Value, json};

use super::{ANSWERS, PASSWORD, agent, agent_row, check_in, done, queue, scenarios, tiers, wait_in, waiting};
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![pauses_of_all_queues_and_of_one, what_is_shown_of_a_queue_call, an_agent_made_by_its_number];

const CALLER: &str = "972501111111";

/// Makes an administrator, as whom [`update`] asks.
pub(super) async fn boss(w: &World) {
    let groups = done(w.get("/api/pgroup?q=Administrator").await);
    let boss = json!({"name": "Boss", "username": "boss", "email": "boss@mail.com", "password": "Ab123456", "pgroup_id": groups[0]["id"]});
    done(w.post("/api/user", boss).await);
}

pub(super) async fn update(w: &World, query: &str) -> Value {
    let answer = w.anonymous().get(&format!("/API/UpdateAgentState.php?{query}&username=boss&password=Ab123456")).await;
    assert_eq!(answer.body["status"], "ok", "{query}: {}", answer.body);
    answer.body["data"].clone()
}

async fn profile(w: &World, method: &str, user: i64) -> Value {
    let asked = json!({"userId": user.to_string(), "token": w.key()});
    w.anonymous().post(&format!("/deepcall/api/v2/agentProfile/{method}"), asked).await.body
}

async fn pauses_of_all_queues_and_of_one(w: &mut World) {
    let secret = w.push_to_sink().await;
    boss(w).await;
    let (user, device) = agent(w, "1001", ANSWERS).await;
    let (support, sales) = (queue(w, "Support", "7000", &[user]).await, queue(w, "Sales", "7001", &[user]).await);
    check_in(w, user, device).await;
    update(w, "action=pause&agent=1001&reason=Lunch").await;
    assert!(agent_row(w, user).await.contains("|On Break|"), "{}", agent_row(w, user).await);
    assert_eq!(tiers(w, user).await, [support, sales]);
    assert_eq!(profile(w, "agentOnBreak", user).await["data"]["breakDetail"]["name"], "Lunch");
    update(w, "action=unpause&agent=1001").await;
    assert!(agent_row(w, user).await.contains("|Available|"), "{}", agent_row(w, user).await);
    // In one queue: its caller waits, the other's is served.
    update(w, "action=pause&agent=1001&queue=7000").await;
    assert_eq!(tiers(w, user).await, [sales]);
    let waits = w.phones.call_in(CALLER, "97237000").await;
    waiting(w, support, 1).await;
    let other = w.phones.call_in("972502222222", "97237001").await;
    assert_eq!(w.sink.next("call:ring", &secret).await["data"]["queue_id"], json!(sales));
    w.sink.next("call:answer", &secret).await;
    w.phones.hang_up(other).await;
    for _ in ["one leg", "the other"] {
        w.sink.next("call:end", &secret).await;
    }
    assert_eq!(wait_in(w, support).await, 1);
    update(w, "action=unpause&agent=1001&queue=7000").await;
    assert_eq!(w.sink.next("call:ring", &secret).await["data"]["queue_id"], json!(support));
    w.phones.hang_up(waits).await;
}

async fn what_is_shown_of_a_queue_call(w: &mut World) {
    let secret = w.push_to_sink().await;
    boss(w).await;
    let (user, device) = agent(w, "1001", Behaviour::RingOn).await;
    done(w.put(&format!("/api/user/{user}"), json!({"wrap_up_time": 3_000})).await);
    let support = queue(w, "Support", "7000", &[user]).await;
    let waits = w.phones.call_in(CALLER, "97237000").await;
    waiting(w, support, 1).await;
    let shown = update(w, "action=showqueue&queue=7000").await;
    let caller = &shown["waiting"][0];
    assert_eq!((&caller["number"], shown["waiting"].as_array().unwrap().len()), (&json!(CALLER), 1), "{shown}");
    assert!(caller["name"].is_string() && caller["wait_s"].as_i64().is_some_and(|seconds| (0..3_000).contains(&seconds)), "{shown}");
    check_in(w, user, device).await;
    w.sink.next("call:ring", &secret).await;
    let state = async |w: &World| update(w, "action=showstate&agent=1001").await["state"].as_str().unwrap().to_owned();
    assert_eq!(state(w).await, "ringing");
    assert_eq!(update(w, "action=showqueue&queue=7000").await["agents"][0]["state"], "ringing");
    w.phones.hang_up(waits).await;
    w.sink.next("call:end", &secret).await;
    w.sink.next("call:end", &secret).await;
    assert_eq!(profile(w, "checkAgentInWrapUp", user).await["code"], 1504, "nothing was answered");
    // One that is answered.
    w.phones.unregister("1001").await;
    w.phones.phone("1001", PASSWORD, ANSWERS).await;
    let call = w.phones.call_in(CALLER, "97237000").await;
    w.sink.next("call:answer", &secret).await;
    w.sink.next("call:answer", &secret).await;
    assert_eq!(state(w).await, "in_call");
    assert_eq!(update(w, "action=showqueue&queue=7000").await["waiting"], json!([]), "whom an agent answered waits no longer");
    assert_eq!(profile(w, "checkAgentInWrapUp", user).await["code"], 1504, "it is to come");
    w.phones.hang_up(call).await;
    w.sink.next("call:end", &secret).await;
    let end = w.sink.next("call:end", &secret).await;
    w.idle().await;
    let shown = profile(w, "checkAgentInWrapUp", user).await["data"].clone();
    assert_eq!((&shown["response"], &shown["callId"], &shown["cNumber"]), (&json!(1), &end["data"]["call_id"], &json!(CALLER)), "{shown}");
    let (ends, left) = (shown["wrapETime"].as_i64().unwrap(), shown["currentDuration"].as_i64().unwrap());
    assert!((1..=3_000).contains(&left) && ends > 3_000, "{shown}");
    assert_eq!(state(w).await, "wrap_up");
    done(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=0")).await);
    assert_eq!(profile(w, "checkAgentInWrapUp", user).await["code"], 1504);
    assert_eq!(state(w).await, "ready");
}

async fn an_agent_made_by_its_number(w: &mut World) {
    boss(w).await;
    let support = queue(w, "Support", "7000", &[]).await;
    update(w, "action=add&agent=0501234567&queue=7000&alias=Noa").await;
    let user = done(w.get("/api/user?q=Noa").await)[0]["id"].as_i64().unwrap();
    let row = agent_row(w, user).await;
    assert!(row.contains("|Available|Waiting|") && row.contains("0501234567"), "{row}");
    assert_eq!(tiers(w, user).await, [support]);
    update(w, "action=remove&agent=0501234567&queue=7000").await;
    assert_eq!(tiers(w, user).await, [0_i64; 0]);
}
