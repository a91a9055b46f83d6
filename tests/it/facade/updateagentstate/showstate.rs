//! `action=showstate`. With calls: the scenario `what_is_shown_of_a_queue_call`.

use ccgate::clock::Clock;
use serde_json::json;

use super::{does, refused, serving, until_reachable};
use crate::facade::callcenter::{data, phone};
use crate::harness::phones::Behaviour;
use crate::harness::world::Kind;
use crate::harness::{World, trial};

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    vec![
        trial(concat!(module_path!(), "::whatever_names_the_agent"), || async {
            let mut world = World::start().await;
            whatever_names_the_agent(&mut world).await;
            world.stop().await;
        }),
        trial(concat!(module_path!(), "::states"), || async {
            let clock = Clock::manual(Clock::system().now());
            let mut world = World::with(Kind::Sim, clock.clone(), |_| {}).await;
            states(&mut world, &clock).await;
            world.stop().await;
        }),
    ]
}

async fn whatever_names_the_agent(w: &mut World) {
    let (user, _, _) = serving(w).await;
    let device = data(w.get("/api/device").await)[0]["id"].clone();
    for (number, target, id) in [("1500", "user", json!(user)), ("1501", "device", device)] {
        data(w.post("/api/extension", json!({"number": number, "kind": "internal", "target": target, "target_id": id})).await);
    }
    for number in ["1001", "1500", "1501"] {
        let shown = does(w, &format!("action=showstate&agent={number}")).await;
        assert_eq!((&shown["agent"], &shown["alias"]), (&json!(number), &json!("Agent 1001")));
    }
    phone(w, "1009").await;
    for number in ["1009", "1999", "7000", "1001%0a", "''"] {
        assert_eq!(refused(w, &format!("action=showstate&agent={number}")).await, "agent not found", "{number}");
    }
    // Another account's numbers are nobody's.
    let other = w.other_account("other.local").await;
    let name = json!({"name": "Phone", "type": "sip", "username": "2001", "password": "phone-secret-12"});
    data(other.post("/api/device", name).await);
    assert_eq!(refused(w, "action=showstate&agent=2001").await, "agent not found");
}

async fn states(w: &mut World, clock: &Clock) {
    let (user, _, _) = serving(w).await;
    let checked_in = clock.now().epoch_s();
    let shown = async |w: &World| {
        let shown = does(w, "action=showstate&agent=1001").await;
        (shown["state"].as_str().unwrap().to_owned(), shown["since"].clone())
    };
    assert_eq!(shown(w).await, ("unreachable".to_owned(), json!(checked_in)));
    w.phones.phone("1001", "phone-secret-12", Behaviour::RingOn).await;
    until_reachable(w, user).await;
    clock.advance_ms(5_000);
    assert_eq!(shown(w).await, ("ready".to_owned(), json!(checked_in)));
    does(w, "action=pause&agent=1001").await;
    clock.advance_ms(5_000);
    assert_eq!(shown(w).await, ("paused".to_owned(), json!(checked_in + 5)));
    does(w, "action=unpause&agent=1001").await;
    data(w.get(&format!("/api/cc_agent/wrapup?user_id={user}&seconds=80000")).await);
    assert_eq!(shown(w).await.0, "wrap_up");
    data(w.post("/api/extension", json!({"number": "1500", "kind": "internal", "target": "user", "target_id": user})).await);
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    let shown = does(w, "action=showstate&agent=1500").await;
    assert_eq!((&shown["state"], &shown["queues"]), (&json!("offline"), &json!([])));
}
