//! `GET /api/stream`

mod ends;
mod others;
mod resume;
mod slow;
mod wanted;

use ccgate::clock::Clock;
use ccgate::domain::AccountId;
use ccgate::domain::event::NewEvent;
use ccgate::store::{self, Store, event};
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::harness::World;
use crate::harness::listening::Listening;

pub(crate) fn trials() -> Vec<Trial> {
    [ends::trials(), others::trials(), resume::trials(), slow::trials(), wanted::trials()].into_iter().flatten().collect()
}

/// Commits events that say `{"n": ..}` and more, in one commit.
async fn commit(store: &Store, account: AccountId, numbers: std::ops::Range<usize>, more: &Value) {
    // Not long ago: what is too old is deleted.
    let at = Clock::system().now();
    let told = |n| {
        let mut data = json!({"n": n});
        data.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        NewEvent { account_id: account, name: "agent:status", at, order_key: "agent:1".to_owned(), reconciled: false, data: data.into() }
    };
    let events: Vec<_> = numbers.map(told).collect();
    let committed: Result<(), store::Error> = store.write(move |conn| Box::pin(async move { event::append(conn, &events).await })).await;
    committed.expect("events are committed");
}

/// A stream that must be one.
async fn listen(w: &World, query: &str, last: &str) -> Listening {
    w.listen(query, last).await.expect("a stream")
}

/// The number in the next event of a test's own; none when the stream has ended.
async fn next_number(listening: &mut Listening) -> Option<usize> {
    loop {
        let heard = listening.next().await?;
        assert_eq!((&heard.data["id"], &heard.data["event"]), (&json!(heard.id), &json!(heard.event)), "the body is what is pushed");
        // The switch that is there is told of as well.
        if !heard.event.starts_with("switch:") {
            return heard.data["data"]["n"].as_u64().map(|n| usize::try_from(n).expect("a number of a test"));
        }
    }
}
