//! What is remembered of calls, and the figures that are made of it, over a restart.

use serde_json::{Value, json};

use super::{ANSWERS, agent, check_in, done, queue, scenarios};
use crate::harness::World;

scenarios![a_call_that_was_answered_and_one_that_was_not];

/// So long that it runs all the time.
const WRAP_UP_S: u32 = 3_600;

/// The switch's clock goes by so many milliseconds.
const SWITCH_TICK_MS: i64 = 20;

async fn a_call_that_was_answered_and_one_that_was_not(w: &mut World) {
    let secret = w.push_to_sink().await;
    let began_s = w.clock().now().epoch_s();
    let (user, device) = agent(w, "1001", ANSWERS).await;
    done(w.put(&format!("/api/user/{user}"), json!({"wrap_up_time": WRAP_UP_S})).await);
    let support = queue(w, "Support", "7000", &[user]).await;
    done(w.put(&format!("/api/cc_queue/{support}"), json!({"sla_answer_time": WRAP_UP_S})).await);
    check_in(w, user, device).await;

    let answered = w.phones.call_in("972501111111", "97237000").await;
    for _ in ["the agent's leg", "the caller's"] {
        w.sink.next("call:answer", &secret).await;
    }
    has_talked(w, user, began_s).await;
    w.phones.hang_up(answered).await;
    let mut ends = Vec::new();
    for _ in ["the agent's leg", "the caller's"] {
        ends.push(w.sink.next("call:end", &secret).await["data"].clone());
    }
    // The agent wraps up: nobody is offered this one.
    let abandoned = w.phones.call_in("972502222222", "97237000").await;
    super::waiting(w, support, 1).await;
    w.phones.hang_up(abandoned).await;
    ends.push(w.sink.next("call:end", &secret).await["data"].clone());
    w.idle().await;

    let told = remembered(w, [user, support, began_s], &ends).await;
    w.restart_ccgate().await;
    w.reconciled().await;
    assert_eq!(remembered(w, [user, support, began_s], &ends).await, told, "over a restart");
}

/// Waits until the agent has talked for longer than a tick of the switch's clock, or the talk has no length by it.
async fn has_talked(w: &World, user: i64, began_s: i64) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    crate::harness::patience("a talk of some length", async {
        let talked = async || done(w.get(&format!("/api/stats/agent?user_id={user}&from={began_s}")).await)[0]["queue_talk_ms"].as_i64();
        while talked().await < Some(2 * SWITCH_TICK_MS) {
            looks.tick().await;
        }
    })
    .await;
}

/// What the API tells of both calls, but for what goes on.
async fn remembered(w: &World, [user, support, began_s]: [i64; 3], ends: &[Value]) -> [Value; 3] {
    // The legs, with what their last events said.
    let legs = done(w.get("/api/cdr").await);
    assert_eq!(legs.as_array().map(Vec::len), Some(3), "{legs}");
    for end in ends {
        let leg =
            legs.as_array().into_iter().flatten().find(|leg| leg["uuid"] == end["id"]).unwrap_or_else(|| panic!("{end} is not in {legs}"));
        for (field, value) in end.as_object().into_iter().flatten() {
            assert_eq!(&leg[field], value, "{field} of {leg}");
        }
        assert_eq!((&leg["ended_at"], &leg["reconciled"]), (&end["ts"], &json!(false)), "{leg}");
    }
    let of = |number: &str| first(&legs, |leg| leg["cid_num"] == number && leg["id"] == leg["call_id"]);
    let mut outcomes = Vec::new();
    for number in ["972501111111", "972502222222"] {
        let caller = done(w.get(&format!("/api/cdr/{}", of(number)["uuid"].as_str().unwrap_or_default())).await);
        let stay = &caller["stays"][0];
        outcomes.push(json!([stay["queue_id"], stay["outcome"], stay["agent_id"], caller["stays"].as_array().map(Vec::len)]));
    }
    assert_eq!(outcomes, [json!([support, "served", user, 1]), json!([support, "abandoned", null, 1])]);

    let queue = done(w.get(&format!("/api/stats/queue?queue_id={support}&from={began_s}")).await)[0].clone();
    let counts =
        ["offered", "answered", "abandoned", "timeouts", "left_otherwise", "waiting", "answered_in_time"].map(|name| queue[name].as_i64());
    assert_eq!(counts, [2, 1, 1, 0, 0, 0, 1].map(Some), "{queue}");
    assert_eq!(queue["service_level"], json!(0.5), "{queue}");
    assert!(queue["talk_ms"].as_i64() > Some(0), "{queue}");

    let mut agent = done(w.get(&format!("/api/stats/agent?user_id={user}&from={began_s}")).await)[0].clone();
    let counts = ["offered", "answered", "no_answers", "outbound", "other_talk_ms", "paused_ms"].map(|name| agent[name].as_i64());
    assert_eq!(counts, [1, 1, 0, 0, 0, 0].map(Some), "{agent}");
    let ms = |name: &str| agent[name].as_i64().unwrap_or_default();
    // It talked, and has wrapped up since.
    assert!(ms("queue_talk_ms") > 0 && ms("wrap_up_ms") > 0 && ms("queue_talk_ms") + ms("wrap_up_ms") <= ms("checked_in_ms"), "{agent}");
    for goes_on in ["wrap_up_ms", "checked_in_ms", "occupancy"] {
        agent[goes_on] = json!(null);
    }
    [legs, queue, agent]
}

fn first(legs: &Value, is: impl Fn(&Value) -> bool) -> Value {
    legs.as_array().into_iter().flatten().find(|leg| is(leg)).cloned().unwrap_or_default()
}
