//! What each recording comes to, as `<event> <leg>`, and for an end the hangup cause, `canceled` where there is one, and whether there was
//! anything to bill. Legs are named in the order in which they came to be: of a queue call `a` is the caller.

use ccgate::domain::event::NewEvent;
use ccgate::domain::id::UserId;
use ccgate::service::calls::SwitchNews;
use libtest_mimic::{Failed, Trial};

use super::{Played, play};

type Recording = (&'static str, &'static [&'static str]);

const ANSWERED: &[&str] = &[
    "call:start a",
    "call:ring b",
    "call:answer b",
    "call:answer a",
    "call:end b NORMAL_CLEARING billed",
    "call:end a NORMAL_CLEARING billed",
];

const RECORDINGS: [Recording; 20] = [
    ("queue-call-answered", ANSWERED),
    (
        "agent-hangs-up",
        &[
            "call:start a",
            "call:ring b",
            "call:answer b",
            "call:answer a",
            "call:end a NORMAL_CLEARING billed",
            "call:end b NORMAL_CLEARING billed",
        ],
    ),
    ("queue-call-hold", ANSWERED),
    ("queue-call-transferred", ANSWERED),
    ("queue-call-abandoned", &["call:start a", "call:end a NORMAL_CLEARING BREAK_OUT unbilled"]),
    ("queue-call-no-agent-timeout", &["call:start a", "call:end a NORMAL_CLEARING NO_AGENT_TIMEOUT unbilled"]),
    ("queue-call-timeout", &["call:start a", "call:end a NORMAL_CLEARING TIMEOUT unbilled"]),
    ("queue-call-exit-key", &["call:start a", "call:end a NORMAL_CLEARING NONE unbilled"]),
    ("queue-member-transferred-while-waiting", &["call:start a", "call:end a NORMAL_CLEARING NONE unbilled"]),
    (
        "queue-call-second-agent-answers",
        &[
            "call:start a",
            "call:ring b",
            "call:end b NO_ANSWER unbilled",
            "call:ring c",
            "call:answer c",
            "call:answer a",
            "call:end a NORMAL_CLEARING billed",
            "call:end c NORMAL_CLEARING billed",
        ],
    ),
    (
        "queue-call-ring-all-lose-race",
        &[
            "call:start a",
            "call:ring b",
            "call:ring c",
            "call:answer b",
            "call:end c LOSE_RACE unbilled",
            "call:answer a",
            "call:end b NORMAL_CLEARING billed",
            "call:end a NORMAL_CLEARING billed",
        ],
    ),
    ("agent-rejects", &["call:start a", "call:end b CALL_REJECTED unbilled", "call:end a NORMAL_CLEARING BREAK_OUT unbilled"]),
    (
        "agent-paused-while-ringing",
        &["call:start a", "call:ring b", "call:end b ORIGINATOR_CANCEL unbilled", "call:end a NORMAL_CLEARING BREAK_OUT unbilled"],
    ),
    ("agent-unregistered", &["call:start a", "call:end a NORMAL_CLEARING BREAK_OUT unbilled"]),
    (
        "agent-max-no-answer",
        &[
            "call:start a",
            "call:ring b",
            "call:end b NO_ANSWER unbilled",
            "call:ring c",
            "call:end c NO_ANSWER unbilled",
            "call:end a NORMAL_CLEARING BREAK_OUT unbilled",
        ],
    ),
    ("originate-answered", &["call:ring a", "call:answer a", "call:end a NORMAL_CLEARING billed"]),
    ("originate-device-busy", &["call:end a USER_BUSY unbilled"]),
    ("originate-device-no-answer", &["call:ring a", "call:end a NO_ANSWER unbilled"]),
    ("originate-device-unregistered", &[]),
    ("register-and-dial-star-code", &[]),
];

pub(super) fn trials() -> Vec<Trial> {
    let told = RECORDINGS.iter().map(|(name, expected)| Trial::test(format!("calls::recordings::{name}"), move || tells(name, expected)));
    let mut trials: Vec<_> = told.collect();
    trials.push(Trial::test("calls::recordings::originate-destination-busy", destination_busy));
    trials.push(Trial::test("calls::recordings::durations_are_the_switchs_own", durations_are_the_switchs_own));
    trials.push(Trial::test("calls::recordings::fields_of_an_answered_queue_call", fields_of_an_answered_queue_call));
    trials.push(Trial::test("calls::recordings::news_for_the_service", news_for_the_service));
    trials
}

fn line(played: &Played, event: &NewEvent) -> String {
    let mut line = format!("{} {}", event.name, played.letter(event, "id"));
    if event.name == "call:end" {
        let billed = if event.data.value()["billms"].as_i64().expect("billms") > 0 { "billed" } else { "unbilled" };
        for part in
            [event.data.value()["hangup_cause"].as_str(), event.data.value()["canceled"].as_str(), Some(billed)].into_iter().flatten()
        {
            line.push(' ');
            line.push_str(part);
        }
    }
    line
}

fn lines(played: &Played) -> Vec<String> {
    played.events.iter().map(|event| line(played, event)).collect()
}

fn tells(recording: &str, expected: &[&str]) -> Result<(), Failed> {
    let played = play(recording);
    let told = lines(&played);
    if told != expected {
        return Err(format!("told {told:#?}").into());
    }
    for event in &played.events {
        let of_queue = event.data.value()["type"] == "queue";
        if of_queue && (played.letter(event, "call_id") != 'a' || event.order_key != event.data.value()["call_id"]) {
            return Err(format!("{} is not of its caller's call", line(&played, event)).into());
        }
        if event.data.value().get("reconciled").is_some() {
            return Err(format!("{} was heard, not worked out", line(&played, event)).into());
        }
    }
    Ok(())
}

/// The device answered and lived on for as long as it took to find the destination busy.
fn destination_busy() -> Result<(), Failed> {
    let told = lines(&play("originate-destination-busy"));
    let names: Vec<_> = told.iter().map(|line| line.trim_end_matches(" billed").trim_end_matches(" unbilled")).collect();
    if names == ["call:ring a", "call:answer a", "call:end a USER_BUSY"] { Ok(()) } else { Err(format!("told {told:#?}").into()) }
}

fn durations_are_the_switchs_own() -> Result<(), Failed> {
    let mut compared = 0;
    for (recording, _) in RECORDINGS {
        let played = play(recording);
        for event in played.events.iter().filter(|event| event.name == "call:end") {
            let said = &played.hangups[event.data.value()["id"].as_str().expect("a leg")];
            let number = |header: &str| said.get(header).and_then(|value| value.parse::<i64>().ok());
            let is_caller = said.get("variable_cc_side").as_deref() == Some("member");
            let pairs = [("durationms", "variable_mduration", false), ("billms", "variable_billmsec", is_caller)];
            for (field, header, skip) in pairs {
                let (ours, theirs) = (event.data.value()[field].as_i64(), number(header));
                if !skip && ours != theirs {
                    return Err(format!("{recording}: {field} {ours:?}, the switch says {theirs:?}").into());
                }
                compared += 1;
            }
        }
    }
    if compared > 40 { Ok(()) } else { Err(format!("only {compared} compared").into()) }
}

fn fields_of_an_answered_queue_call() -> Result<(), Failed> {
    let played = play("queue-call-answered");
    let of = |name: &str, leg: char| {
        let found = played.events.iter().find(|event| event.name == name && played.letter(event, "id") == leg);
        found.map(|event| event.data.value()).ok_or_else(|| Failed::from(format!("no {name} {leg}")))
    };
    let (start, ring, answer, end) = (of("call:start", 'a')?, of("call:ring", 'b')?, of("call:answer", 'a')?, of("call:end", 'a')?);
    let checks = [
        (&start["type"], serde_json::json!("queue")),
        (&start["dst_num"], serde_json::json!("support")),
        (&start["cid_num"], serde_json::json!("sipp")),
        (&start["durationms"], serde_json::Value::Null),
        (&ring["dst_num"], serde_json::json!("support")),
        (&ring["dst_user_id"], serde_json::json!(17798)),
        (&ring["progressms"], serde_json::json!(0)),
        (&answer["dst_user_id"], serde_json::json!(17798)),
        (&answer["waitms"], serde_json::json!(80)),
        (&answer["cc_wait"], serde_json::json!(0)),
        (&end["durationms"], serde_json::json!(2520)),
        (&end["billms"], serde_json::json!(2440)),
        (&end["ts"], serde_json::json!(1_795_322_084)),
    ];
    for (at, (found, expected)) in checks.iter().enumerate() {
        if **found != *expected {
            return Err(format!("check {at}: {found}, not {expected}").into());
        }
    }
    Ok(())
}

fn news_for_the_service() -> Result<(), Failed> {
    let agent = UserId(17798);
    let of_agent = play("agent-max-no-answer").news;
    if !of_agent.iter().any(|news| matches!(news, SwitchNews::MaxNoAnswer { user_id, .. } if *user_id == agent)) {
        return Err(format!("{of_agent:?}").into());
    }
    if of_agent.iter().filter(|news| **news == SwitchNews::CallEnded(agent)).count() != 2 {
        return Err(format!("{of_agent:?}").into());
    }
    let phones = play("register-and-dial-star-code").news;
    let registered = phones.iter().filter(|news| matches!(news, SwitchNews::Registration(phone) if phone.reachable)).count();
    if registered == 3 { Ok(()) } else { Err(format!("{phones:?}").into()) }
}
