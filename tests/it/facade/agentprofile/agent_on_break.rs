//! `agentOnBreak`

use ccgate::clock::Clock;
use serde_json::{Value, json};

use super::{ask, error, session, success};
use crate::facade::callcenter::{data, seated};
use crate::facade::updateagentstate::{boss, does};
use crate::harness::world::Kind;
use crate::harness::{World, trial};

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    vec![trial(concat!(module_path!(), "::on_break_and_not"), || async {
        let clock = Clock::manual(Clock::system().now());
        let mut world = World::with(Kind::Sim, clock.clone(), |_| {}).await;
        on_break_and_not(&mut world, &clock).await;
        world.stop().await;
    })]
}

async fn on_break_and_not(w: &mut World, clock: &Clock) {
    let (user, _) = seated(w, "1001").await;
    boss(w).await;
    let ssid = session(w, "1001").await;
    let asked = || json!({ "ssid": ssid });
    let not = error(1502, "On break is : 0");
    assert_eq!(ask(w, "agentOnBreak", asked()).await, not);
    // By the other two surfaces, and at once.
    data(w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=2")).await);
    let since = clock.now().epoch_s();
    clock.advance_ms(90_999);
    let detail = json!({"id": "2", "name": "Lunch", "reason": "Lunch", "start_time": since, "duration": 90});
    let id = user.to_string();
    let on_break = |detail: Value| json!({"on_break": 1, "breakDetail": detail, "agent_id": id, "user_id": id});
    assert_eq!(success(w, "agentOnBreak", asked()).await, on_break(detail));
    let since = clock.now().epoch_s();
    does(w, "action=pause&agent=1001&reason=Dentist").await;
    let detail = json!({"id": "1", "name": "Break", "reason": "Dentist", "start_time": since, "duration": 0});
    assert_eq!(success(w, "agentOnBreak", asked()).await, on_break(detail));
    does(w, "action=unpause&agent=1001").await;
    assert_eq!(ask(w, "agentOnBreak", asked()).await, not);
}
