//! What happens when it does not work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::Response;
use ccgate::push::Config;
use ccgate::push::schedule::{DELAYS_MS, JITTER_MAX_PERCENT};

use super::fixture::{Counts, Fixture};
use super::sink::{Received, Sink, status};

pub async fn a_failure_holds_back_its_key_and_no_other() {
    let fixture = Fixture::new().await;
    let down = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&down);
    let sink =
        Sink::answering(move |received: &Received| status(if received.n() == 2 && asked.load(Ordering::SeqCst) { 500 } else { 200 })).await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1), ("a", 2), ("b", 10), ("a", 3), ("b", 11), ("a", 4)]).await;
    let tally = fixture.run().await;
    assert_eq!((tally.delivered, tally.failed), (3, 1));
    let of = |numbers: Vec<i64>, low: bool| numbers.into_iter().filter(|n| (*n < 10) == low).collect::<Vec<_>>();
    assert_eq!(of(sink.numbers(), true), [1, 2]);
    assert_eq!(of(sink.numbers(), false), [10, 11]);

    // Later ones of the key wait behind those that wait.
    fixture.happen(account, &[("a", 5)]).await;
    fixture.clock.advance_ms(4_999);
    assert_eq!(fixture.run().await, Default::default(), "jitter only adds");
    down.store(false, Ordering::SeqCst);
    fixture.clock.advance_ms(1_001);
    assert_eq!(fixture.run().await.delivered, 4);
    assert_eq!(of(sink.numbers(), true), [1, 2, 2, 3, 4, 5]);
}

pub async fn after_the_last_attempt_it_is_dead_and_the_next_goes() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|received| status(if received.n() == 1 { 500 } else { 200 })).await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1), ("a", 2)]).await;
    for delay_ms in DELAYS_MS {
        assert_eq!(fixture.run().await.failed, 1);
        let next = fixture.next_in_ms().await.unwrap();
        assert!((delay_ms..=delay_ms + delay_ms * JITTER_MAX_PERCENT / 100).contains(&next), "{next} after {delay_ms}");
        fixture.clock.advance_ms(next);
    }
    let tally = fixture.run().await;
    assert_eq!((tally.dead, tally.delivered), (1, 1));
    assert_eq!(sink.numbers(), [1, 1, 1, 1, 1, 1, 1, 1, 2]);
    assert_eq!(fixture.counts(account).await, Counts { waiting: 0, pending: 0, done: 1, dead: 1 });
    assert_eq!(fixture.next_in_ms().await, None);

    // Each attempt is kept: the waits between them are the table's, and jitter only added.
    let made = fixture.attempts(account, 1).await;
    assert_eq!(made.iter().map(|made| (made.place, made.status)).collect::<Vec<_>>(), (1..=8).map(|n| (n, Some(500))).collect::<Vec<_>>());
    let waits = made.windows(2).map(|pair| pair[1].at.since(pair[0].at));
    assert!(waits.zip(DELAYS_MS).all(|(wait, least)| (least..=least + least * JITTER_MAX_PERCENT / 100).contains(&wait)), "{made:?}");
}

pub async fn retry_after_is_honoured() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| Response::builder().status(429).header("retry-after", "120").body(Body::empty()).unwrap()).await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1)]).await;
    assert_eq!(fixture.run().await.failed, 1);
    let next = fixture.next_in_ms().await.unwrap();
    assert!((120_000..=144_000).contains(&next), "{next}");
}

pub async fn gone_disables_until_the_address_is_set() {
    let fixture = Fixture::new().await;
    let gone = Sink::answering(|_| status(410)).await;
    let account = fixture.account("a.example", &gone.url).await;
    fixture.happen(account, &[("a", 1), ("a", 2)]).await;
    assert_eq!(fixture.run().await.gone, 1);
    fixture.happen(account, &[("b", 3)]).await;
    fixture.clock.advance_ms(100_000_000);
    assert_eq!(fixture.run().await, Default::default());
    assert_eq!(fixture.next_in_ms().await, None);
    assert_eq!(gone.numbers(), [1]);
    assert_eq!(fixture.told(account).await, ["push:disabled"]);

    let sink = Sink::answering(|_| status(200)).await;
    fixture.set_url(account, &sink.url).await;
    assert_eq!(fixture.run().await.delivered, 3);
    let mut numbers = sink.numbers();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3], "nothing was lost");
}

pub async fn gone_from_an_old_address_does_not_disable_the_new() {
    let fixture = Fixture::new().await;
    let (answer, wait) = tokio::sync::watch::channel(0);
    let (old, new) = (Sink::gone_when(wait).await, Sink::answering(|_| status(200)).await);
    let account = fixture.account("a.example", &old.url).await;
    fixture.happen(account, &[("a", 1)]).await;
    let (tally, ()) = tokio::join!(fixture.run(), async {
        old.has(1).await;
        fixture.set_url(account, &new.url).await;
        answer.send(2).unwrap();
    });
    assert_eq!((tally.gone, tally.delivered), (1, 1));
    assert_eq!(fixture.standing(account).await.disabled, None);
    assert_eq!(new.numbers(), [1]);
}

pub async fn a_redirect_is_not_followed() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| Response::builder().status(307).header("location", "/elsewhere").body(Body::empty()).unwrap()).await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1)]).await;
    assert_eq!(fixture.run().await.failed, 1);
    let paths: Vec<_> = sink.received().into_iter().map(|received| received.path).collect();
    assert_eq!(paths, ["/hook"]);
}

pub async fn only_2xx_is_success() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|received| status(u16::try_from(received.n()).unwrap())).await;
    let account = fixture.account("a.example", &sink.url).await;
    let codes = [200, 202, 299, 304, 400, 401, 404, 429, 500, 599];
    for code in codes {
        fixture.happen(account, &[(&code.to_string(), code)]).await;
    }
    let tally = fixture.run().await;
    assert_eq!((tally.delivered, tally.failed), (3, 7));
}

pub async fn private_addresses_are_refused() {
    let mut fixture = Fixture::new().await;
    fixture.config = Config::default();
    let sink = Sink::answering(|_| status(200)).await;
    let urls = [sink.url.clone(), format!("http://localhost:{}/", sink.port), format!("http://[::ffff:127.0.0.1]:{}/", sink.port)];
    let mut accounts = Vec::new();
    for (n, url) in urls.iter().enumerate() {
        let account = fixture.account(&format!("a{n}.example"), url).await;
        fixture.happen(account, &[("a", 1)]).await;
        accounts.push(account);
    }
    assert_eq!(fixture.run().await.failed, 3);
    assert!(sink.received().is_empty());
    for account in accounts {
        let error = fixture.last_error(account).await;
        assert_eq!(error.as_deref(), Some("the address is not public"));
    }
}
