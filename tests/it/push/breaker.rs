//! An address that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ccgate::push::breaker::{FAILURES_MAX, PROBE_WAIT_MS};
use ccgate::push::flights::{IN_FLIGHT_MAX, PROBES_MAX};
use tokio::sync::watch;

use super::fixture::Fixture;
use super::sink::{Sink, status};

/// A sink that answers 500 until it is mended.
async fn broken() -> (Sink, Arc<AtomicBool>) {
    let mended = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&mended);
    (Sink::answering(move |_| status(if asked.load(Ordering::SeqCst) { 204 } else { 500 })).await, mended)
}

/// Events of as many calls.
async fn calls(fixture: &Fixture, account: ccgate::domain::AccountId, count: i64) {
    let keys: Vec<_> = (0..count).map(|n| format!("call {n}")).collect();
    let events: Vec<_> = keys.iter().map(String::as_str).zip(0..).collect();
    fixture.happen(account, &events).await;
}

pub async fn an_address_that_fails_gets_one_attempt_at_a_time() {
    let fixture = Fixture::new().await;
    let (sink, mended) = broken().await;
    let account = fixture.account("a.example", &sink.url).await;
    calls(&fixture, account, 60).await;
    let failed = usize::try_from(fixture.run().await.failed).unwrap();
    // What was under way when it opened is no more than what may be.
    assert!((FAILURES_MAX as usize..FAILURES_MAX as usize + IN_FLIGHT_MAX).contains(&failed), "{failed}");
    let opened_at = fixture.clock.now();
    assert_eq!(fixture.standing(account).await.breaker.unwrap().opened_at, Some(opened_at));
    assert_eq!(fixture.told(account).await, ["push:failing"]);

    for probe in 1..=3 {
        assert_eq!(fixture.run().await, Default::default(), "it is left alone");
        assert_eq!(fixture.next_in_ms().await, Some(PROBE_WAIT_MS));
        fixture.clock.advance_ms(PROBE_WAIT_MS);
        assert_eq!(fixture.run().await.failed, 1);
        assert_eq!(sink.received().len(), failed + probe);
    }
    assert_eq!(fixture.counts(account).await.pending, 60, "attempts that are not made are not used up");

    mended.store(true, Ordering::SeqCst);
    fixture.clock.advance_ms(PROBE_WAIT_MS);
    assert_eq!(fixture.run().await.delivered, 60);
    assert_eq!(fixture.standing(account).await.breaker, None);
    assert_eq!(fixture.told(account).await, ["push:failing", "push:recovered"]);
}

pub async fn failures_are_counted_over_a_restart() {
    let mut fixture = Fixture::new().await;
    let (sink, _) = broken().await;
    let account = fixture.account("a.example", &sink.url).await;
    calls(&fixture, account, 9).await;
    assert_eq!(fixture.run().await.failed, 9);
    fixture.restart().await;
    fixture.happen(account, &[("another call", 10)]).await;
    fixture.happen(account, &[("yet another", 11)]).await;
    fixture.run().await;
    assert!(fixture.standing(account).await.breaker.unwrap().opened_at.is_some());
    fixture.restart().await;
    fixture.happen(account, &[("and one more", 12)]).await;
    assert_eq!(fixture.run().await, Default::default());
}

pub async fn another_address_begins_anew() {
    let fixture = Fixture::new().await;
    let ((sink, _), well) = (broken().await, Sink::answering(|_| status(200)).await);
    let account = fixture.account("a.example", &sink.url).await;
    calls(&fixture, account, 20).await;
    fixture.run().await;
    assert_eq!(fixture.run().await, Default::default());
    fixture.set_url(account, &well.url).await;
    assert_eq!(fixture.run().await.delivered, 20, "at once, and those that were to be tried later too");
    assert_eq!(fixture.standing(account).await.breaker, None);
}

/// More addresses than there are places for those that fail, each of which takes a request and never answers it.
pub async fn dead_addresses_take_no_place_from_the_others() {
    let fixture = Fixture::new().await;
    let (sink, mended) = broken().await;
    let mut dead = Vec::new();
    for n in 0..PROBES_MAX + 6 {
        let account = fixture.account(&format!("dead{n}.example"), &sink.url).await;
        calls(&fixture, account, 10).await;
        dead.push(account);
    }
    fixture.run().await;
    let (open, gate) = watch::channel(0);
    let silent = Sink::holding(gate).await;
    for account in &dead {
        assert!(fixture.standing(*account).await.breaker.unwrap().opened_at.is_some());
        // Behind the service's back, so that what is known of the address stays.
        fixture.redirect(*account, &silent.url).await;
    }
    let well = Sink::answering(|_| status(200)).await;
    let healthy = fixture.account("well.example", &well.url).await;
    fixture.clock.advance_ms(PROBE_WAIT_MS);
    let (tally, ()) = tokio::join!(fixture.run(), async {
        silent.has(PROBES_MAX).await;
        calls(&fixture, healthy, 20).await;
        well.has(20).await;
        assert_eq!(silent.received().len(), PROBES_MAX, "as many as have a place wait for nothing");
        open.send(i64::MAX).unwrap();
    });
    assert_eq!(tally.delivered, 20 + 10 * u32::try_from(dead.len()).unwrap());
    assert!(!mended.load(Ordering::SeqCst));
}
