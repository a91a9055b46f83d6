//! `/api/event`

mod list;
mod replay;
mod show;
mod test;

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::{data, refusal, seated};
use crate::harness::World;

pub(crate) fn trials() -> Vec<Trial> {
    [list::trials(), replay::trials(), show::trials(), test::trials()].into_iter().flatten().collect()
}

/// An event as it is listed, of this name.
async fn one(w: &World, name: &str) -> Value {
    data(w.get(&format!("/api/event?event={name}&limit=1")).await)[0].clone()
}

/// Waits until the delivery of an event is in this state, and gives it.
async fn until(w: &World, id: &Value, state: &str) -> Value {
    let mut commits = w.running().store().committed();
    let path = format!("/api/event/{}", id.as_str().unwrap());
    crate::harness::patience(&format!("an event that is {state}"), async {
        loop {
            commits.mark_unchanged();
            let event = data(w.get(&path).await);
            if event["state"] == json!(state) {
                return event;
            }
            commits.changed().await.unwrap();
        }
    })
    .await
}
