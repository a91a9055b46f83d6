//! What becomes of a user on the switch: its overrides of the account's defaults, and what is left when it goes.

use serde_json::{Value, json};

use super::{ANSWERS, agent, done, queue, scenarios};
use crate::harness::World;

scenarios![overrides, a_user_that_goes];

const NAMES: [&str; 5] = ["max_no_answer", "wrap_up_time", "reject_delay_time", "busy_delay_time", "no_answer_delay_time"];

async fn overrides(w: &mut World) {
    let (user, device) = agent(w, "1001", ANSWERS).await;
    done(w.put("/api/account", named(&[4, 11, 12, 13, 14])).await);
    done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    assert_eq!(on_the_switch(w, user).await, named(&[4, 11, 12, 13, 14]), "the account's");
    let path = format!("/api/user/{user}");
    done(w.put(&path, named(&[2, 21, 22, 23, 24])).await);
    assert_eq!(on_the_switch(w, user).await, named(&[2, 21, 22, 23, 24]), "the user's own");
    done(w.put(&path, json!({"reject_delay_time": null, "max_no_answer": ""})).await);
    assert_eq!(on_the_switch(w, user).await, named(&[4, 21, 12, 23, 24]), "cleared");
}

async fn a_user_that_goes(w: &mut World) {
    let (dana, device) = agent(w, "1001", ANSWERS).await;
    let (noam, other) = agent(w, "1002", ANSWERS).await;
    queue(w, "Support", "7000", &[dana, noam]).await;
    for (user, device) in [(dana, device), (noam, other)] {
        done(w.get(&format!("/api/cc_agent/checkInDevice?user_id={user}&device_id={device}")).await);
    }
    assert_eq!((rows_of(w, dana).await, rows_of(w, noam).await), (2, 2), "an agent and a tier");
    done(w.put(&format!("/api/user/{dana}"), json!({"active": 0})).await);
    done(w.delete(&format!("/api/user/{noam}")).await);
    assert_eq!((rows_of(w, dana).await, rows_of(w, noam).await), (0, 0));
}

/// In how many rows of the switch's agents and tiers the user stands.
async fn rows_of(w: &World, user: i64) -> usize {
    let listed = [w.ask_switch("callcenter_config agent list").await, w.ask_switch("callcenter_config tier list").await].concat();
    let name = format!("{user}@lab.local");
    listed.lines().filter(|line| line.split('|').any(|cell| cell == name)).count()
}

fn named(values: &[u32]) -> Value {
    NAMES.iter().zip(values).map(|(name, value)| ((*name).to_owned(), json!(value))).collect::<serde_json::Map<_, _>>().into()
}

/// The agent's parameters as the switch lists them.
async fn on_the_switch(w: &World, user: i64) -> Value {
    let listed = w.ask_switch("callcenter_config agent list").await;
    let mut lines = listed.lines().map(|line| line.split('|').collect::<Vec<_>>());
    let names = lines.next().expect("a head");
    let row = lines.find(|row| row[0].starts_with(&format!("{user}@"))).unwrap_or_else(|| panic!("no such agent: {listed}"));
    let value = |name: &&str| row[names.iter().position(|column| column == name).expect("a column")].parse().expect("a number");
    named(&NAMES.iter().map(value).collect::<Vec<_>>())
}
