//! The event socket, the dialplan's applications, the directory and originate, where no recording shows them.

use libtest_mimic::Trial;

use ccgate::sim::phones::{Behaviour, CallPlan, Origin, PhoneKey};

use super::bench::{Bench, EVENTS};
use super::transcript::Frame;
use super::trial;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("switch::commands_in_any_pieces", pieces),
        trial("switch::events_as_json_and_filtered", json_and_filter),
        trial("switch::bgapi_makes_a_job_uuid", job),
        trial("switch::bridge_to_a_user", bridge),
        trial("switch::bridge_to_two_users", bridge_both),
        trial("switch::continue_on_fail", fallback),
        trial("switch::an_unknown_application_ends_the_call", odd),
        trial("switch::no_route", no_route),
        trial("switch::wrong_password_is_refused", refused),
        trial("switch::originate_through_a_gateway", gateway),
        trial("switch::originate_fails_with_its_cause", causes),
        trial("switch::callers_leave_before_an_answer", cancel),
        trial("switch::listings_and_variables", listings),
        trial("switch::cacheable_users_are_asked_once", requests),
        trial("switch::registration_ends", registration_ends),
    ]
}

fn events(b: &mut Bench) -> Vec<String> {
    let name = |f: &Frame| {
        let e = f.event()?;
        let dest = e.get("Caller-Destination-Number").cloned().unwrap_or_default();
        Some(format!("{} {dest} {}", e.get("Event-Name")?, e.get("Hangup-Cause").cloned().unwrap_or_default()).trim().to_string())
    };
    b.fresh().iter().filter_map(name).collect()
}

fn pieces() {
    let mut b = Bench::new(1);
    let at = b.frames().len();
    for byte in b"\n\napi echo one\n\napi echo two\r\n\r\n\n" {
        b.core.input(ccgate::sim::ConnId(1), &[*byte], b.now);
        b.settle();
    }
    let bodies: Vec<String> = b.frames()[at..].iter().map(|f| f.body.clone()).collect();
    assert_eq!(bodies, ["one", "two"]);
}

fn json_and_filter() {
    let mut b = Bench::new(1);
    b.command("event json CUSTOM ccgate::probe");
    b.command("filter X-Kind good");
    b.command("sendevent CUSTOM\nEvent-Subclass: ccgate::probe\nX-Kind: bad");
    b.fresh();
    b.command("sendevent CUSTOM\nEvent-Subclass: ccgate::probe\nX-Kind: good\nContent-Length: 3\n\nabc");
    let frames = b.fresh();
    let json: Vec<&Frame> = frames.iter().filter(|f| f.kind() == "text/event-json").collect();
    assert_eq!(json.len(), 1);
    let value: serde_json::Value = serde_json::from_str(&json[0].body).unwrap();
    assert_eq!((value["Event-Name"].as_str(), value["X-Kind"].as_str()), (Some("CUSTOM"), Some("good")));
    assert!(b.frames().iter().all(|f| !f.body.contains("bad")));
}

fn job() {
    let mut b = Bench::new(1);
    b.command("event plain BACKGROUND_JOB");
    b.fresh();
    let reply = b.command("bgapi echo hello");
    let uuid = reply.rsplit(' ').next().unwrap().to_string();
    let frames = b.fresh();
    let event = frames.iter().find_map(Frame::event).unwrap();
    assert_eq!(event.get("Job-UUID"), Some(&uuid));
    assert!(frames.last().unwrap().body.ends_with("Content-Length: 5\n\nhello"));
}

const TALK: CallPlan = CallPlan { give_up_after_ms: None, talk_ms: Some(1000), end_after_ms: None, digits: Vec::new() };

fn bridge() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.phone("1001", Behaviour::Answer { after_ms: 300, talk_ms: Some(700) });
    b.fresh();
    b.call("desk", CallPlan::default());
    b.run(2000);
    assert_eq!(
        events(&mut b),
        [
            "CHANNEL_CREATE desk",
            "CHANNEL_CREATE 1001",
            "CHANNEL_PROGRESS 1001",
            "CHANNEL_PROGRESS desk",
            "CHANNEL_ANSWER 1001",
            "CHANNEL_PROGRESS_MEDIA desk",
            "CHANNEL_ANSWER desk",
            "CHANNEL_BRIDGE desk",
            "CHANNEL_UNBRIDGE desk",
            "CHANNEL_HANGUP_COMPLETE desk NORMAL_CLEARING",
            "CHANNEL_HANGUP_COMPLETE 1001 NORMAL_CLEARING",
            "CHANNEL_DESTROY desk NORMAL_CLEARING",
            "CHANNEL_DESTROY 1001 NORMAL_CLEARING",
        ]
    );
}

fn bridge_both() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.phone("1001", Behaviour::RingOn);
    b.phone("1002", Behaviour::Answer { after_ms: 300, talk_ms: None });
    b.call("both", TALK);
    b.run(3000);
    let seen = events(&mut b);
    assert!(seen.contains(&"CHANNEL_HANGUP_COMPLETE 1001 LOSE_RACE".to_string()), "{seen:?}");
    assert!(seen.contains(&"CHANNEL_HANGUP_COMPLETE 1002 NORMAL_CLEARING".to_string()), "{seen:?}");
    assert!(b.core.channel_uuids().is_empty());
}

fn fallback() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.phone("1001", Behaviour::Busy);
    b.phone("1002", Behaviour::Reject);
    b.call("fallback", CallPlan::default());
    b.run(1000);
    let seen = events(&mut b);
    assert!(seen.contains(&"CHANNEL_HANGUP_COMPLETE 1001 USER_BUSY".to_string()), "{seen:?}");
    assert!(seen.contains(&"CHANNEL_HANGUP_COMPLETE fallback CALL_REJECTED".to_string()), "{seen:?}");
}

fn odd() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.call("odd", CallPlan::default());
    b.run(100);
    assert!(events(&mut b).contains(&"CHANNEL_HANGUP_COMPLETE odd DESTINATION_OUT_OF_ORDER".to_string()));
    assert_eq!(b.core.counters().unknown_applications.get("frobnicate"), Some(&1));
}

fn no_route() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.call("nowhere", CallPlan::default());
    b.run(100);
    assert!(events(&mut b).contains(&"CHANNEL_HANGUP_COMPLETE nowhere NO_ROUTE_DESTINATION".to_string()));
}

fn refused() {
    let mut b = Bench::new(1);
    for (user, password, why) in
        [("1001", "no", ccgate::sim::core::RegisterError::WrongPassword), ("1009", "pw1009", ccgate::sim::core::RegisterError::UnknownUser)]
    {
        let result = std::sync::Arc::new(std::sync::Mutex::new(None));
        let seen = result.clone();
        b.core.register(PhoneKey::new(user, "lab.local"), password, Behaviour::ANSWER, b.now, move |r| *seen.lock().unwrap() = Some(r));
        b.settle();
        assert_eq!(*result.lock().unwrap(), Some(Err(why)));
    }
    let from = Origin::Phone(PhoneKey::new("1001", "lab.local"));
    assert_eq!(b.call_from(from, "ans100", CallPlan::default()), Err(ccgate::sim::core::DialError::Forbidden));
}

fn gateway() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.core.set_far_end("972501234567", Behaviour::Answer { after_ms: 200, talk_ms: Some(500) });
    b.command("bgapi originate {origination_caller_id_number=97231}user/1001@lab.local &bridge(sofia/gateway/out/972501234567)");
    b.run(3000);
    let seen = events(&mut b);
    assert!(seen.contains(&"CHANNEL_BRIDGE 1001".to_string()), "{seen:?}");
    assert!(seen.contains(&"CHANNEL_HANGUP_COMPLETE 972501234567 NORMAL_CLEARING".to_string()), "{seen:?}");
}

fn causes() {
    let mut b = Bench::new(1);
    let try_one = |b: &mut Bench, url: &str| {
        b.command("event plain BACKGROUND_JOB");
        b.fresh();
        b.command(&format!("bgapi originate {url} &park()"));
        b.run(5000);
        let frames = b.fresh();
        let job = frames.iter().find(|f| f.body.contains("BACKGROUND_JOB")).unwrap();
        job.body.rsplit("\n\n").next().unwrap().trim().to_string()
    };
    b.phone("1001", Behaviour::Reject);
    b.phone("1002", Behaviour::RingOn);
    assert_eq!(try_one(&mut b, "user/1001@lab.local"), "-ERR CALL_REJECTED");
    assert_eq!(try_one(&mut b, "{originate_timeout=2}user/1002@lab.local"), "-ERR NO_ANSWER");
    assert_eq!(try_one(&mut b, "error/user_busy"), "-ERR USER_BUSY");
    assert_eq!(try_one(&mut b, "user/1009@lab.local|error/gateway_down"), "-ERR GATEWAY_DOWN");
    b.core.unregister(&PhoneKey::new("1003", "lab.local"), b.now);
    assert_eq!(try_one(&mut b, "user/1003@lab.local"), "-ERR USER_NOT_REGISTERED");
}

fn cancel() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.phone("1001", Behaviour::RingOn);
    b.fresh();
    b.call("desk", CallPlan { give_up_after_ms: Some(500), ..CallPlan::default() });
    b.run(2000);
    let seen = events(&mut b);
    assert!(seen.contains(&"CHANNEL_HANGUP_COMPLETE desk ORIGINATOR_CANCEL".to_string()), "{seen:?}");
    assert!(seen.contains(&"CHANNEL_HANGUP_COMPLETE 1001 ORIGINATOR_CANCEL".to_string()), "{seen:?}");
    assert!(b.core.channel_uuids().is_empty());
}

fn listings() {
    let mut b = Bench::new(1);
    let caller = b.call("desk", CallPlan::default());
    b.run(100);
    let calls: serde_json::Value = serde_json::from_str(&b.api("show calls as json")).unwrap();
    assert_eq!(calls["row_count"], 1);
    assert_eq!(calls["rows"][0]["uuid"].as_str(), Some(caller.as_str()));
    assert_eq!(calls["rows"][0]["b_dest"].as_str(), Some("1001"));
    assert_eq!(b.api("show channels count"), "\n2 total.\n");
    assert_eq!(b.api(&format!("uuid_setvar {caller} a_b c d")), "+OK\n");
    assert_eq!(b.api(&format!("uuid_getvar {caller} a_b")), "c d");
    assert_eq!(b.api(&format!("uuid_getvar {caller} none")), "_undef_");
    let dump: serde_json::Value = serde_json::from_str(&b.api(&format!("uuid_dump {caller} json"))).unwrap();
    assert_eq!(dump["variable_a_b"].as_str(), Some("c d"));
    assert_eq!(b.api("hupall normal_clearing"), "+OK hangup all channels with cause NORMAL_CLEARING\n");
    b.run(100);
    assert_eq!(b.api("show calls as json"), "{\"row_count\": 0}\n");
}

fn requests() {
    let mut b = Bench::new(1);
    let before = b.requests.len();
    b.call("desk", CallPlan { end_after_ms: Some(300), ..CallPlan::default() });
    b.run(1000);
    let asked: Vec<_> = b.requests[before..].iter().map(|r| super::documents::fields(r)).collect();
    assert_eq!(asked.len(), 2, "the dialplan, and the user that is rung");
    assert_eq!(asked[0]["section"], "dialplan");
    assert_eq!(asked[0]["Caller-Destination-Number"], "desk");
    assert_eq!((asked[1]["action"].as_str(), asked[1]["user"].as_str(), asked[1]["key"].as_str()), ("user_call", "1001", "id"));
    assert_eq!(b.api("xml_flush_cache"), "+OK cleared 0 entries\n");
}

fn registration_ends() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.fresh();
    b.core.unregister(&PhoneKey::new("1001", "lab.local"), b.now);
    b.core.expire(&PhoneKey::new("1002", "lab.local"), b.now);
    b.settle();
    let subclass = |f: &Frame| f.event()?.get("Event-Subclass").cloned();
    let seen: Vec<String> = b.fresh().iter().filter_map(subclass).collect();
    assert_eq!(seen, ["sofia::unregister", "sofia::expire"]);
    assert_eq!(b.api("sofia_contact */1002@lab.local"), "error/user_not_registered");
    // The third phone refreshes its registration and stays.
    b.run(2 * 3_600_000);
    assert!(b.api("show registrations as json").starts_with("{\"row_count\":1,"));
}
