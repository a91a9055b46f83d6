//! Going on after the last event that was seen.

use ccgate::domain::AccountId;
use ccgate::domain::event::NewEvent;
use ccgate::push::keep::keep_once;
use ccgate::store::event;
use serde_json::{Value, json};

use super::{commit, listen, next_number};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![
    nothing_is_missed_and_nothing_comes_twice,
    an_event_that_is_not_known,
    an_event_after_which_some_are_deleted,
    as_it_is_pushed,
];

const DAY_MS: i64 = 86_400_000;

/// Events in all, of which a commit has up to so many.
const EVENTS: usize = 4_000;
const COMMIT_MAX: usize = 61;

/// A client comes and goes while events are committed, once right at the beginning; what it gets are all of them, in order.
async fn nothing_is_missed_and_nothing_comes_twice(w: &mut World) {
    let (store, account) = (w.running().store().clone(), w.account_id());
    commit(&store, account, 0..1, &Value::Null).await;
    let mut last = listen(w, "", "").await.last_id().await;
    let writer = tokio::spawn(async move {
        let mut from = 1;
        while from < EVENTS {
            let to = EVENTS.min(from + 1 + from % COMMIT_MAX);
            commit(&store, account, from..to, &Value::Null).await;
            from = to;
        }
    });
    let (mut expected, mut visits) = (1, 0);
    while expected < EVENTS {
        visits += 1;
        // Both ways of saying it; a browser's first connection can send no header.
        let mut listening = match visits % 2 {
            0 => listen(w, "", &last).await,
            _ => listen(w, &format!("?last_event_id={last}"), "").await,
        };
        for _ in 0..(visits * 37) % 500 {
            if expected < EVENTS {
                assert_eq!(next_number(&mut listening).await, Some(expected), "visit {visits}");
                last = listening.last_id().await;
                expected += 1;
            }
        }
    }
    writer.await.expect("the writer ends");
    let mut listening = listen(w, "", &last).await;
    commit(w.running().store(), account, EVENTS..EVENTS + 1, &Value::Null).await;
    assert_eq!(next_number(&mut listening).await, Some(EVENTS), "nothing came twice");
}

/// Its retention may have ended. The client is told, and goes on from here.
async fn an_event_that_is_not_known(w: &mut World) {
    // Nothing has happened in a new account, not even that the switch is there.
    let (theirs, store) = (w.other_account("other.local").await, w.running().store());
    let account = AccountId(w.account_id().0 + 1);
    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    for events in 0..2 {
        let mut listening = theirs.listen("", unknown).await.expect("a stream");
        let gap = listening.next().await.expect("a gap");
        assert_eq!((gap.event.as_str(), gap.id.is_empty()), ("stream:gap", events == 0), "{gap:?}");
        commit(store, account, events..events + 1, &Value::Null).await;
        assert_eq!(next_number(&mut listening).await, Some(events));
    }
    let refused = w.listen("", "what").await.err().expect("no id");
    assert_eq!((refused.status, &refused.body["success"]), (400, &json!(false)));
    assert!(refused.body["msg"].as_str().is_some_and(|msg| msg.starts_with("last_event_id must be")), "{}", refused.body);
}

/// It may be known still, and what followed it not: that is deleted by when it happened.
async fn an_event_after_which_some_are_deleted(w: &mut World) {
    let (store, account) = (w.running().store().clone(), w.account_id());
    commit(&store, account, 0..1, &Value::Null).await;
    let seen = listen(w, "", "").await.last_id().await;
    let (now, mut late) = (w.clock().now(), Vec::new());
    for (n, days) in [(1, 40), (2, 0)] {
        let (at, order_key, data) = (now.plus_ms(-days * DAY_MS), "agent:1".to_owned(), json!({"n": n}).into());
        late.push(NewEvent { account_id: account, name: "agent:status", at, order_key, reconciled: true, data });
    }
    let told: Result<(), ccgate::store::Error> = store.write(move |conn| Box::pin(async move { event::append(conn, &late).await })).await;
    told.expect("they are told");
    let mut listening = listen(w, "", &seen).await;
    let [old, last] = [listening.next().await.expect("the old one").id, listening.next().await.expect("the last one").id];
    assert_eq!(keep_once(&store, now, 30, u32::MAX).await.expect("it is kept").deleted, 1);
    for id in [seen, old] {
        let gap = listen(w, "", &id).await.next().await.expect("a gap");
        assert_eq!((gap.event.as_str(), &gap.id), ("stream:gap", &last));
    }
    let mut listening = listen(w, "", &last).await;
    commit(&store, account, 3..4, &Value::Null).await;
    assert_eq!(next_number(&mut listening).await, Some(3), "of what follows nothing is gone");
}

/// The same id and body by both ways.
async fn as_it_is_pushed(w: &mut World) {
    let secret = w.push_to_sink().await;
    let mut listening = listen(w, "?event=agent:status", "").await;
    commit(w.running().store(), w.account_id(), 0..1, &json!({"user_id": 7})).await;
    let heard = listening.next().await.expect("an event");
    assert_eq!(heard.data, w.sink.next("agent:status", &secret).await);
}
