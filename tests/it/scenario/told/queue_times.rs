//! What is measured of a queue call, against the switch's own record of it.

use serde_json::Value;

use super::queue::{CALLER, NUMBER, office, told};
use super::scenarios;
use crate::harness::World;
use crate::harness::phones::Behaviour;

scenarios![times_of_a_queue_call];

/// How long the phone rings, and how long it talks.
const RINGS_MS: i64 = 2_000;
const TALKS_MS: i64 = 2_000;
/// How far apart the switch's own clock ticks, in milliseconds: what it times may be shorter by that.
const TICK_MS: i64 = 20;
/// Between what happens and the switch's own note of it, in milliseconds, on a machine that is busy.
const NOTED_MS: i64 = 500;

/// A leg that is up, as the switch has it.
async fn dump(w: &World, leg: &Value) -> Value {
    let dump = w.ask_switch(&format!("uuid_dump {} json", leg["id"].as_str().expect("a leg"))).await;
    serde_json::from_str(&dump).unwrap_or_else(|error| panic!("{error}: {dump}"))
}

/// A number of a dump; times are in microseconds.
fn number(dump: &Value, name: &str) -> i64 {
    dump[name].as_str().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{name} of {dump}"))
}

/// From one time of a dump to another, in milliseconds.
fn between(dump: &Value, from: &str, to: &str) -> i64 {
    let ms = |name: &str| number(dump, &format!("Caller-Channel-{name}-Time")) / 1_000;
    ms(to) - ms(from)
}

async fn times_of_a_queue_call(w: &mut World) {
    let [after_ms, talk_ms] = [RINGS_MS, TALKS_MS].map(i64::unsigned_abs);
    let (secret, _) = office(w, Behaviour::Answer { after_ms, talk_ms: Some(talk_ms) }).await;
    w.phones.call_in(CALLER, NUMBER).await;
    let agent = w.sink.next("call:answer", &secret).await["data"].clone();
    let caller = w.sink.next("call:answer", &secret).await["data"].clone();
    let (of_agent, of_caller) = (dump(w, &agent).await, dump(w, &caller).await);
    told(w, "call:end", 2, &secret).await;

    let ms = |event: &Value, name: &str| event[name].as_i64().unwrap_or_else(|| panic!("{name} of {event}"));
    let range = |event: &Value, name: &str, from: i64, to: i64| {
        assert!((from..=to).contains(&ms(event, name)), "{name} is not in {from}..={to}: {event}");
    };
    // The agent's phone: to the millisecond what the switch noted.
    assert_eq!(ms(&agent, "progressms"), between(&of_agent, "Created", "Progress"), "{agent} {of_agent}");
    assert_eq!(ms(&agent, "waitms"), between(&of_agent, "Created", "Answered"), "{agent} {of_agent}");
    assert!(ms(&agent, "waitms") - ms(&agent, "progressms") >= RINGS_MS - TICK_MS, "it rang: {agent}");
    // The caller: until an agent speaks with it, not until the music.
    let bridged_ms = between(&of_caller, "Created", "Bridged");
    range(&caller, "waitms", bridged_ms - NOTED_MS, bridged_ms + NOTED_MS);
    assert!(ms(&caller, "waitms") >= between(&of_caller, "Created", "Answered") + RINGS_MS - TICK_MS, "{caller}");
    // mod_callcenter's own clock has whole seconds.
    let waited_s = number(&of_caller, "variable_cc_queue_answered_epoch") - number(&of_caller, "variable_cc_queue_joined_epoch");
    range(&caller, "cc_wait", waited_s - 1, waited_s + 1);

    // The phone hangs up after its time; the caller's talk begins when the switch puts the two together.
    let late_ms = (number(&of_caller, "Caller-Channel-Bridged-Time") - number(&of_agent, "Caller-Channel-Answered-Time")) / 1_000;
    for (answer, dump, late_ms) in [(&agent, &of_agent, 0), (&caller, &of_caller, late_ms)] {
        let ends = w.sink.seen().iter().filter(|event| event["event"] == "call:end").map(|event| &event["data"]);
        let end = ends.clone().find(|end| end["id"] == answer["id"]).expect("it ended");
        for name in ["waitms", "progressms", "cc_wait"] {
            assert_eq!(end[name], answer[name], "{name} does not change: {end}");
        }
        assert_eq!(ms(end, "durationms"), ms(end, "waitms") + ms(end, "billms"), "{end}");
        // From the start that the switch noted to the second in which the event says that it ended.
        let ended_ms = number(dump, "Caller-Channel-Created-Time") / 1_000 + ms(end, "durationms");
        assert_eq!(ended_ms.div_euclid(1_000), ms(end, "ts"), "{end}");
        range(end, "billms", TALKS_MS - late_ms - NOTED_MS, ms(end, "durationms") - RINGS_MS + TICK_MS);
    }
}
