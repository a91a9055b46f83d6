//! The lab of docker-compose.yml without an engine: its scripts as plain processes, with a real switch.

use libtest_mimic::Trial;
use serde_json::Value;

use super::ANSWERS;
use crate::harness::freeswitch::live;
use crate::harness::phones::Phones;
use crate::harness::process::Process;
use crate::harness::world::Kind;
use crate::harness::{World, patience};

pub(crate) fn trials() -> Vec<Trial> {
    vec![live("live_the_compose_labs_journey", || async {
        let mut world = World::on(Kind::Live).await;
        journey(&mut world).await;
        world.stop().await;
    })]
}

async fn journey(w: &mut World) {
    let local = ("LISTEN_IP", "127.0.0.1".to_owned());
    let mut sink = Process::start("sink.pl", &[local, ("LISTEN_PORT", "0".to_owned())]);
    let port = said(&mut sink, "listening ").await;
    let variables = [
        ("CCGATE_URL", w.base().to_owned()),
        ("CCGATE_KEY", w.key().to_owned()),
        ("EVENT_URL", format!("http://127.0.0.1:{port}/events")),
        ("START", "true".to_owned()),
    ];
    let mut journey = Process::start("journey.sh", &variables);
    said(&mut journey, "made: ").await;
    w.phones.phone("1001", "lab-phone-1001", ANSWERS).await;
    let Phones::Live(phones) = &mut w.phones else { panic!("the scripts are for a real switch") };
    let caller = phones.call_in_again_and_again("972501234567", "97231234567");
    said(&mut journey, "checked in: ").await;
    for event in ["call:start", "call:ring", "call:answer", "call:end"] {
        assert_eq!(said(&mut journey, "delivered: ").await, event);
    }
    assert!(journey.ended().await, "the journey ends well");
    drop(caller);
    // The same is in what the customer's server printed.
    let ended = patience("the end of a call at the sink", async {
        loop {
            let line = sink.line().await.expect("the sink runs");
            let body: Value = line.split('\t').nth(3).and_then(|body| serde_json::from_str(body).ok()).expect("a body");
            if body["event"] == "call:end" {
                return body;
            }
        }
    })
    .await;
    assert_eq!(ended["data"]["queue_id"], 1, "{ended}");
}

/// What follows `beginning` in the next line.
async fn said(process: &mut Process, beginning: &str) -> String {
    let line = process.line().await.unwrap_or_else(|| panic!("it ended before it said {beginning:?}"));
    line.strip_prefix(beginning).unwrap_or_else(|| panic!("{line:?} where {beginning:?} was expected")).to_owned()
}
