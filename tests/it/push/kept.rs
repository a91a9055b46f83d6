//! What is kept, for how long, and sent again.

use ccgate::push::keep::{Kept, OUTSTANDING_MAX, keep_once};
use ccgate::store::event_list::Filter;
use ccgate::store::replay;

use super::fixture::{Counts, Fixture};
use super::sink::{Sink, status};

const DAY_MS: i64 = 86_400_000;

pub async fn of_too_many_the_oldest_are_given_up_and_can_be_replayed() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| status(200)).await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1), ("a", 2), ("b", 10), ("a", 3), ("b", 11), ("a", 4), ("c", 20)]).await;
    let keep = async |most| keep_once(&fixture.store, fixture.clock.now(), 30, most).await.unwrap();
    assert_eq!(keep(7).await, Kept::default(), "as many as there may be");
    assert_eq!(keep(4).await, Kept { deleted: 0, given_up: 3 });
    assert_eq!(fixture.counts(account).await, Counts { waiting: 1, pending: 3, done: 0, dead: 3 });
    assert_eq!(fixture.told(account).await, ["push:capped"]);
    assert_eq!(fixture.run().await.delivered, 4);
    let mut numbers = sink.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, [3, 4, 11, 20]);

    fixture.store.write(move |conn| Box::pin(async move { replay::all(conn, account, &Filter::default(), 100).await })).await.unwrap();
    assert_eq!(fixture.run().await.delivered, 7, "what was given up, and what was delivered");
    let of_a: Vec<_> = sink.numbers()[4..].iter().copied().filter(|n| *n < 10).collect();
    assert_eq!(of_a, [1, 2, 3, 4]);
}

pub async fn old_events_go_and_what_is_pending_stays() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|received| status(if received.n() == 2 { 500 } else { 200 })).await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1), ("b", 2), ("b", 3)]).await;
    assert_eq!(fixture.run().await.delivered, 1);
    fixture.clock.advance_ms(20 * DAY_MS);
    fixture.happen(account, &[("c", 4)]).await;
    fixture.clock.advance_ms(10 * DAY_MS);
    let keep = async || keep_once(&fixture.store, fixture.clock.now(), 30, OUTSTANDING_MAX).await.unwrap();
    assert_eq!(keep().await, Kept::default(), "not a moment earlier");
    fixture.clock.advance_ms(1);
    assert_eq!(keep().await, Kept { deleted: 1, given_up: 0 });
    assert_eq!(fixture.counts(account).await, Counts { waiting: 1, pending: 2, done: 0, dead: 0 });
    // Its attempts have gone with it; those of the other are there.
    assert_eq!(fixture.attempts(account, 2).await.len(), 1);
    fixture.clock.advance_ms(11 * DAY_MS);
    assert_eq!(keep().await, Kept::default());
}

pub async fn a_replay_keeps_the_id_and_the_order() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| status(200)).await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1), ("a", 2), ("b", 3)]).await;
    assert_eq!(fixture.run().await.delivered, 3);
    // One of the call is still to be sent: it goes first, for it is pending.
    fixture.happen(account, &[("a", 4), ("a", 5)]).await;
    for n in [2, 1] {
        let id = fixture.id(account, n).await;
        fixture.store.write(move |conn| Box::pin(async move { replay::one(conn, account, &id).await })).await.unwrap();
    }
    assert_eq!(fixture.counts(account).await, Counts { waiting: 3, pending: 1, done: 1, dead: 0 });
    assert_eq!(fixture.run().await.delivered, 4);
    assert_eq!(sink.numbers()[3..], [4, 1, 2, 5]);
    let ids = |n: i64| {
        let all = sink.received().into_iter().filter(move |received| received.n() == n);
        all.map(|received| received.headers["webhook-id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((ids(1).len(), &ids(1)[0]), (2, &ids(1)[1]));
    assert_eq!(fixture.attempts(account, 1).await.len(), 2, "both are kept");
}
