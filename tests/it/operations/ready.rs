//! `/livez` and `/readyz`.

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::ask;
use crate::harness::{World, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("operations::readyz_says_what_is_missing", says_what_is_missing),
        trial("operations::readyz_knows_whether_the_switch_asks", knows_whether_the_switch_asks),
        trial("operations::livez_lives_without_a_switch", lives_without_a_switch),
    ]
}

async fn readyz(w: &World) -> (u16, Value) {
    let answer = ask(w, "/readyz").await;
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.expect("it is text")).expect("it is JSON"))
}

async fn says_what_is_missing() {
    let w = World::start().await;
    let (status, body) = readyz(&w).await;
    assert_eq!((status, &body["ready"], &body["missing"]), (200, &json!(true), &json!([])), "{body}");
    w.take_switch_away().await;
    let (status, body) = readyz(&w).await;
    assert_eq!((status, &body["ready"]), (503, &json!(false)), "{body}");
    let missing: Vec<_> = body["missing"].as_array().into_iter().flatten().collect();
    assert!(missing.contains(&&json!("event_socket")) && !missing.contains(&&json!("database")), "{body}");
    w.stop().await;
}

/// A switch that has nothing to ask for is made to ask; one that cannot reach ccgate is told of.
async fn knows_whether_the_switch_asks() {
    let mut w = World::start().await;
    // What was asked so far was asked long ago.
    w.stop_the_clock().await;
    w.clock().advance_ms(3_600_000);
    assert_eq!(readyz(&w).await.0, 200);
    w.clock().advance_ms(3_600_000);
    w.door().refuse(true);
    w.door().cut();
    let (status, body) = readyz(&w).await;
    assert_eq!((status, &body["missing"]), (503, &json!(["xml_curl"])), "{body}");
    w.door().refuse(false);
    assert_eq!(readyz(&w).await.0, 200);
    w.stop().await;
}

async fn lives_without_a_switch() {
    let w = World::start().await;
    w.take_switch_away().await;
    assert_eq!(ask(&w, "/livez").await.status(), 200);
    w.stop().await;
}
