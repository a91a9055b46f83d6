//! What customers are told of a call: every field of every event, the same of both switches.
//!
//! A scenario plays a call to its end and gives [`as_told`] the number of its legs. One snapshot holds what both switches come to: UUIDs are
//! letters, what the switch measured is compared with one another, and shown as 0 only where nobody spoke.

mod agent_outside;
mod by_phone;
mod click;
mod inside;
mod moved;
mod outside;
mod queue;
mod queue_left;
mod queue_offers;
mod queue_times;

use std::collections::{BTreeMap, HashMap};

use ccgate::store::event::{self, Event};
use libtest_mimic::Trial;
use serde_json::Value;

use super::{ANSWERS, agent, check_in, ended, scenarios};
use crate::harness::World;

pub(crate) fn trials() -> Vec<Trial> {
    [
        agent_outside::trials(),
        by_phone::trials(),
        click::trials(),
        inside::trials(),
        moved::trials(),
        outside::trials(),
        queue::trials(),
        queue_left::trials(),
        queue_offers::trials(),
        queue_times::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// More events than a call has.
const EVENTS_MAX: u32 = 1_000;
/// The fields that the switch measures, in milliseconds, and in seconds.
const MEASURED: [&str; 5] = ["waitms", "durationms", "progressms", "billms", "cc_wait"];

/// Waits until so many legs have ended and none is left on the switch, and compares all that was told of calls with the snapshot `name`.
pub(super) async fn as_told(w: &World, name: &str, legs: usize) {
    ended(w, legs).await;
    w.idle().await;
    let mut conn = w.running().store().read().await.expect("the database can be read");
    let mut events = event::after(&mut conn, w.account(), 0, EVENTS_MAX).await.expect("events can be read");
    drop(conn);
    // A call that was not let out has a leg, which is told as any other; this event is not of a leg.
    events.retain(|event| event.name.starts_with("call:") && event.name != "call:refused");
    check_order(&events);
    let told = describe(&events);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("told_{name}"), told);
    });
}

/// Of each leg the events come in order, once each, the end last; it may join a queue late, and so start then.
fn check_order(events: &[Event]) {
    const ORDER: [&str; 4] = ["call:start", "call:ring", "call:answer", "call:end"];
    let mut of_legs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for event in events {
        assert_eq!(event.order_key, text(event, "call_id"), "a call's events are delivered in order");
        let place = ORDER.iter().position(|name| *name == event.name).expect("a call event");
        of_legs.entry(text(event, "id")).or_default().push(place);
    }
    for (leg, places) in of_legs {
        let late: Vec<usize> = places.iter().copied().filter(|place| *place != 0).collect();
        let in_order = late.is_sorted_by(|a, b| a < b) && places.len() <= late.len() + 1;
        assert!(in_order && places.last() == Some(&3), "{leg}: {places:?} of {ORDER:?}");
    }
}

/// One line an event, a leg after the other: the first leg of a call, then the others by the phone they went to.
fn describe(events: &[Event]) -> String {
    let mut legs: Vec<Vec<&Event>> = Vec::new();
    for event in events {
        match legs.iter_mut().find(|leg| text(leg[0], "id") == text(event, "id")) {
            Some(leg) => leg.push(event),
            None => legs.push(vec![event]),
        }
    }
    let mut calls: Vec<&str> = Vec::new();
    for event in events {
        if !calls.contains(&text(event, "call_id")) {
            calls.push(text(event, "call_id"));
        }
    }
    legs.sort_by_key(|leg| {
        let first = leg[0];
        let call = calls.iter().position(|call| *call == text(first, "call_id"));
        (call, text(first, "id") != text(first, "call_id"), first.data["dst_device_id"].as_i64())
    });
    let letters: HashMap<&str, char> = legs.iter().map(|leg| text(leg[0], "id")).zip('a'..='z').collect();
    let lines = |leg: &Vec<&Event>| {
        let answered = leg.iter().any(|event| event.name == "call:answer");
        leg.iter().map(|event| line(event, answered, &letters)).collect::<String>()
    };
    legs.iter().map(lines).collect::<Vec<_>>().join("\n")
}

/// The switch's clock may stand for a moment: who spoke for 0 ms was answered all the same.
fn line(event: &Event, answered: bool, letters: &HashMap<&str, char>) -> String {
    check_times(event);
    let mut line = format!("{}{}", event.name, if event.reconciled { " reconciled" } else { "" });
    for (name, value) in event.data.as_object().expect("fields") {
        let value = match (name.as_str(), value) {
            ("id" | "call_id", Value::String(uuid)) => letters.get(uuid.as_str()).map_or("of no leg".to_owned(), char::to_string),
            ("ts", _) => continue,
            ("billms", Value::Number(ms)) if !answered => ms.to_string(),
            (name, Value::Number(_)) if MEASURED.contains(&name) => "some".to_owned(),
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        };
        line += &format!(" {name}={value}");
    }
    line + "\n"
}

/// What was measured fits together.
fn check_times(event: &Event) {
    let ms = |name: &str| event.data.get(name).map(|ms| ms.as_i64().expect("a number"));
    assert_eq!(ms("ts"), Some(event.at.epoch_s()), "{event:?}");
    assert!(ms("ts") > Some(1_700_000_000), "{event:?}");
    for name in MEASURED {
        assert!(ms(name).is_none_or(|ms| (0..600_000).contains(&ms)), "{name} of {event:?}");
    }
    let over = ["call:answer", "call:end"].contains(&event.name.as_str());
    assert_eq!(ms("waitms").is_some(), over, "{event:?}");
    assert!(ms("progressms").is_none_or(|progress| ms("waitms").is_none_or(|wait| progress <= wait)), "{event:?}");
    // Rounded down, and by the clock of mod_callcenter, which counts whole seconds.
    assert!(ms("cc_wait").is_none_or(|wait| wait * 1_000 <= ms("waitms").expect("there is one") + 1_000), "{event:?}");
    if event.name == "call:end" {
        let (wait, talk) = (ms("waitms").expect("there is one"), ms("billms").expect("there is one"));
        assert_eq!(ms("durationms"), Some(wait + talk), "{event:?}");
        assert!(event.data["hangup_cause"].is_string(), "{event:?}");
    }
}

fn text<'a>(event: &'a Event, name: &str) -> &'a str {
    event.data[name].as_str().unwrap_or_else(|| panic!("{name} of {event:?}"))
}
