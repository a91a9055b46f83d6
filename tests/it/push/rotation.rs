//! A secret is replaced.

use ccgate::domain::AccountId;
use ccgate::store::endpoint::{RETIRED_SECRETS_MAX, replace_secret};
use standardwebhooks::Webhook;

use super::fixture::{Fixture, SECRET};
use super::sink::{Received, Sink, status};

const NEW: &str = "whsec_bmV3MTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc=";

async fn replace(fixture: &Fixture, account: AccountId, secret: &str, overlap_ms: i64) {
    let (now, secret) = (fixture.clock.now(), secret.to_owned().into());
    let replaced = fixture
        .store
        .write(move |conn| Box::pin(async move { replace_secret(conn, account, &secret, now.plus_ms(overlap_ms), now).await }));
    replaced.await.unwrap();
}

fn verifies(secret: &str, received: &Received) -> bool {
    Webhook::new(secret).unwrap().verify(&received.body, &received.headers).is_ok()
}

/// Sends an event and gives what came.
async fn sent(fixture: &Fixture, account: AccountId, sink: &Sink) -> Received {
    fixture.happen(account, &[("a", 1)]).await;
    assert_eq!(fixture.run().await.delivered, 1);
    sink.received().pop().unwrap()
}

pub async fn both_secrets_sign_until_the_old_one_ends() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| status(200)).await;
    let account = fixture.account("a.example", &sink.url).await;
    replace(&fixture, account, NEW, 60_000).await;
    let signed_by = async || {
        let received = sent(&fixture, account, &sink).await;
        (verifies(SECRET, &received), verifies(NEW, &received), received.headers["webhook-signature"].to_str().unwrap().split(' ').count())
    };
    assert_eq!(signed_by().await, (true, true, 2));
    fixture.clock.advance_ms(59_999);
    assert_eq!(signed_by().await, (true, true, 2));
    fixture.clock.advance_ms(1);
    assert_eq!(signed_by().await, (false, true, 1));
    // One that leaked ends at once.
    replace(&fixture, account, SECRET, 0).await;
    assert_eq!(signed_by().await, (true, false, 1));
}

pub async fn few_old_secrets_sign() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| status(200)).await;
    let account = fixture.account("a.example", &sink.url).await;
    let secrets: Vec<String> = (0..6_u8).map(|n| format!("whsec_{}", "QUJD".repeat(8 + usize::from(n)))).collect();
    for secret in &secrets {
        replace(&fixture, account, secret, 60_000).await;
        fixture.clock.advance_ms(1);
    }
    let received = sent(&fixture, account, &sink).await;
    let sign: Vec<_> = secrets.iter().map(|secret| verifies(secret, &received)).collect();
    assert_eq!(sign, [false, false, true, true, true, true]);
    assert_eq!(sign.iter().filter(|signs| **signs).count(), 1 + RETIRED_SECRETS_MAX as usize);
    assert!(!verifies(SECRET, &received));
}
