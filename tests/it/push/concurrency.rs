//! What goes on at the same time, and what must not.

use std::collections::HashMap;
use std::sync::Arc;

use ccgate::clock::Clock;
use ccgate::push::flights::IN_FLIGHT_MAX;
use ccgate::push::task;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fixture::Fixture;
use super::sink::{Received, Sink, status};

/// Runs the task until the token is cancelled.
fn start(fixture: &Fixture, clock: Clock) -> (CancellationToken, JoinHandle<()>) {
    let shutdown = CancellationToken::new();
    let (store, config, stop) = (fixture.store.clone(), fixture.config.clone(), shutdown.clone());
    (shutdown, tokio::spawn(async move { task::run(store, config, Arc::default(), clock, stop).await.unwrap() }))
}

pub async fn an_endpoint_gets_few_requests_at_a_time_and_one_a_key() {
    let fixture = Fixture::new().await;
    let (open, gate) = watch::channel(0);
    let sink = Sink::holding(gate).await;
    let account = fixture.account("a.example", &sink.url).await;
    let keys: Vec<String> = (0..20).map(|key| format!("key {key}")).collect();
    for round in 0..3 {
        let events: Vec<_> = keys.iter().zip(0..).map(|(key, n)| (key.as_str(), round * 20 + n)).collect();
        fixture.happen(account, &events).await;
    }
    let (tally, first) = tokio::join!(fixture.run(), async {
        sink.has(IN_FLIGHT_MAX).await;
        let mut first = sink.numbers();
        first.sort_unstable();
        open.send(i64::MAX).unwrap();
        first
    });
    assert_eq!(tally.delivered, 60);
    assert_eq!(first, (0..i64::try_from(IN_FLIGHT_MAX).unwrap()).collect::<Vec<_>>(), "the first that were committed");
    assert_eq!(sink.most_open(), IN_FLIGHT_MAX);
    let mut last_of_key = HashMap::new();
    for n in sink.numbers() {
        assert!(last_of_key.insert(n % 20, n).is_none_or(|before| before < n), "{n} came after a later one of its key");
    }
}

pub async fn a_silent_address_keeps_nobody_else_waiting() {
    let fixture = Fixture::new().await;
    let (open, gate) = watch::channel(0);
    let (silent, well) = (Sink::holding(gate).await, Sink::answering(|_| status(200)).await);
    let (first, second) = (fixture.account("a.example", &silent.url).await, fixture.account("b.example", &well.url).await);
    let (shutdown, running) = start(&fixture, fixture.clock.clone());
    fixture.happen(first, &[("a", 1)]).await;
    silent.has(1).await;
    for n in 0..20 {
        fixture.happen(second, &[("a", n)]).await;
    }
    well.has(20).await;
    assert_eq!(well.numbers(), (0..20).collect::<Vec<_>>());
    assert_eq!(silent.received().len(), 1);
    assert_eq!(fixture.last_error(first).await, None, "it is still under way");
    open.send(i64::MAX).unwrap();
    shutdown.cancel();
    running.await.unwrap();
    assert_eq!(fixture.counts(first).await.done, 1, "what was under way at shutdown was recorded");
}

pub async fn what_is_committed_meanwhile_does_not_wait_for_a_slow_one() {
    let fixture = Fixture::new().await;
    let (open, gate) = watch::channel(2);
    let sink = Sink::holding(gate).await;
    let account = fixture.account("a.example", &sink.url).await;
    let (shutdown, running) = start(&fixture, fixture.clock.clone());
    fixture.happen(account, &[("slow", 5)]).await;
    sink.has(1).await;
    fixture.happen(account, &[("quick", 1)]).await;
    sink.has(2).await;
    assert_eq!(sink.numbers(), [5, 1]);
    assert_eq!(fixture.last_error(account).await, None, "the slow one is still under way");
    open.send(i64::MAX).unwrap();
    shutdown.cancel();
    running.await.unwrap();
}

pub async fn the_task_tries_again_when_it_is_due() {
    let fixture = Fixture::new().await;
    let seen = std::sync::atomic::AtomicU32::new(0);
    let sink =
        Sink::answering(move |_: &Received| status(if seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 { 500 } else { 200 }))
            .await;
    let account = fixture.account("a.example", &sink.url).await;
    let other = fixture.account("b.example", "http://192.0.2.1/").await;
    let mut committed = fixture.store.committed();
    let (shutdown, running) = start(&fixture, fixture.clock.clone());
    fixture.happen(account, &[("a", 1)]).await;
    sink.has(1).await;
    // The result of the attempt is a commit of its own.
    let due_in_ms = loop {
        if let Some(ms) = fixture.next_in_ms().await {
            break ms;
        }
        committed.changed().await.unwrap();
    };
    assert!((5_000..=6_000).contains(&due_in_ms), "{due_in_ms}");
    fixture.clock.advance_ms(due_in_ms - 20);
    // Any commit wakes the task, which sees that only 20 ms are left; after that nothing but its timer wakes it.
    fixture.happen(other, &[]).await;
    fixture.set_url(other, "http://192.0.2.2/").await;
    fixture.clock.advance_ms(20);
    sink.has(2).await;
    assert_eq!(sink.numbers(), [1, 1]);
    shutdown.cancel();
    running.await.unwrap();
    assert_eq!(fixture.counts(account).await.done, 1);
}
