//! What a customer gets.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Response;
use ccgate::push::deliver::ATTEMPT_WAIT_MS;
use futures_util::stream;
use standardwebhooks::Webhook;

use super::fixture::{Fixture, SECRET};
use super::sink::{Sink, status};

pub async fn a_delivery_is_signed_and_has_the_contracts_shape() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| status(204)).await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1)]).await;
    assert_eq!(fixture.run().await.delivered, 1);

    let [request] = sink.received().try_into().unwrap();
    assert_eq!(request.path, "/hook");
    Webhook::new(SECRET).unwrap().verify(&request.body, &request.headers).unwrap();
    assert!(Webhook::new("whsec_b3RoZXI=").unwrap().verify(&request.body, &request.headers).is_err());
    assert_eq!(request.headers["content-type"], "application/json");
    let id = request.headers["webhook-id"].to_str().unwrap();
    let ts = fixture.clock.now().epoch_s();
    let expected = format!(r#"{{"id":"{id}","event":"call:start","ts":{ts},"account_id":{account},"data":{{"n":1}}}}"#);
    assert_eq!(request.body, expected);
    assert_eq!(fixture.run().await, Default::default(), "once is enough");
}

pub async fn an_endless_answer_is_cut_off() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| {
        let chunk = Bytes::from_static(&[b'x'; 8192]);
        let endless = stream::repeat_with(move || Ok::<_, std::convert::Infallible>(chunk.clone()));
        Response::new(Body::from_stream(endless))
    })
    .await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1), ("a", 2)]).await;
    // Sooner than an attempt times out: it is the size that ends it.
    let tally = tokio::time::timeout(Duration::from_millis(ATTEMPT_WAIT_MS / 2), fixture.run()).await.unwrap();
    assert_eq!(tally.delivered, 2);
}

pub async fn a_restart_delivers_what_is_pending_and_nothing_else() {
    let mut fixture = Fixture::new().await;
    let down = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let asked = down.clone();
    let sink = Sink::answering(move |received| {
        status(if received.n() > 2 && asked.load(std::sync::atomic::Ordering::SeqCst) { 503 } else { 200 })
    })
    .await;
    let account = fixture.account("a.example", &sink.url).await;
    fixture.happen(account, &[("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 5)]).await;
    let tally = fixture.run().await;
    assert_eq!((tally.delivered, tally.failed), (2, 2));
    let ids = |n: i64| {
        let all = sink.received().into_iter().filter(move |received| received.n() == n);
        all.map(|received| received.headers["webhook-id"].clone()).collect::<Vec<_>>()
    };
    let before = sink.received().len();

    fixture.restart().await;
    down.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(fixture.run().await, Default::default(), "nothing is due yet");
    fixture.clock.advance_ms(6_000);
    assert_eq!(fixture.run().await.delivered, 3);
    let mut after = sink.numbers().split_off(before);
    let of_a: Vec<_> = after.iter().copied().filter(|n| *n != 5).collect();
    assert_eq!(of_a, [3, 4]);
    after.sort_unstable();
    assert_eq!(after, [3, 4, 5]);
    assert_eq!(ids(3)[0], ids(3)[1], "the id is stable over retries");
}
