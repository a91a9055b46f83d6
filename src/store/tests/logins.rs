//! Sessions, and failures to log in.

use super::{Fixture, NOW};
use crate::clock::Millis;
use crate::domain::lockout::Lockout;
use crate::domain::{AccountId, UserId};
use crate::store::{Error, login_failure, session, user};

fn new(account_id: AccountId, user_id: UserId, number: u8, at: Millis) -> session::New {
    session::New { account_id, user_id, key_id: None, hash: [number; 32], created_at: at, expires_at: at.plus_ms(1_000) }
}

async fn begin(fixture: &Fixture, new: session::New) -> Result<(), Error> {
    fixture.write(move |tx| Box::pin(async move { session::insert(tx, &new).await })).await
}

async fn whose(fixture: &Fixture, number: u8, now: Millis) -> Option<UserId> {
    session::by_hash(&mut *fixture.read().await, &[number; 32], now).await.unwrap().map(|found| found.user.id)
}

#[tokio::test]
async fn a_session_is_of_one_account_and_ends() {
    let fixture = Fixture::new().await;
    let (account, other) = (fixture.account, fixture.other);
    let dana = fixture.user(account, "dana").await;
    assert!(matches!(begin(&fixture, new(other, dana, 1, NOW)).await, Err(Error::Missing("user"))), "ids do not cross accounts");
    begin(&fixture, new(account, dana, 1, NOW)).await.unwrap();
    assert_eq!(whose(&fixture, 1, NOW.plus_ms(999)).await, Some(dana));
    assert_eq!(whose(&fixture, 1, NOW.plus_ms(1_000)).await, None);
    let id = session::by_hash(&mut *fixture.read().await, &[1; 32], NOW).await.unwrap().unwrap().session;
    fixture.write(move |tx| Box::pin(async move { session::end(tx, other, id).await })).await.unwrap();
    fixture.write(move |tx| Box::pin(async move { session::end_all(tx, other, dana).await })).await.unwrap();
    assert_eq!(whose(&fixture, 1, NOW).await, Some(dana), "another account ends nothing");
    fixture.write(move |tx| Box::pin(async move { session::end(tx, account, id).await })).await.unwrap();
    assert_eq!(whose(&fixture, 1, NOW).await, None);
    begin(&fixture, new(account, dana, 2, NOW)).await.unwrap();
    fixture.write(move |tx| Box::pin(async move { user::delete(tx, account, dana).await })).await.unwrap();
    assert_eq!(session::count(&mut *fixture.read().await).await.unwrap(), 0);
}

#[tokio::test]
async fn the_hundred_and_first_session_ends_the_first() {
    let fixture = Fixture::new().await;
    let (dana, noa) = (fixture.user(fixture.account, "dana").await, fixture.user(fixture.account, "noa").await);
    begin(&fixture, new(fixture.account, noa, 200, NOW)).await.unwrap();
    for number in 0..=100 {
        begin(&fixture, new(fixture.account, dana, number, NOW.plus_ms(i64::from(number)))).await.unwrap();
    }
    let now = NOW.plus_ms(100);
    assert_eq!((whose(&fixture, 0, now).await, whose(&fixture, 1, now).await), (None, Some(dana)));
    assert_eq!(whose(&fixture, 200, now).await, Some(noa));
}

#[tokio::test]
async fn failures_are_counted_cleared_and_swept() {
    let fixture = Fixture::new().await;
    for (subject, at) in [("one", NOW), ("one", NOW.plus_ms(5)), ("two", NOW.plus_ms(7)), ("old", NOW)] {
        fixture.write(move |tx| Box::pin(async move { login_failure::count(tx, subject, at).await })).await.unwrap();
    }
    let of = async |subject: &str| login_failure::get(&mut *fixture.read().await, subject).await.unwrap();
    assert_eq!(of("one").await, Lockout { failures: 2, last_at: NOW.plus_ms(5) });
    fixture.write(|tx| Box::pin(async move { login_failure::sweep(tx, NOW.plus_ms(5)).await })).await.unwrap();
    assert_eq!((of("one").await.failures, of("two").await.failures, of("old").await), (2, 1, Lockout::default()));
    fixture.write(|tx| Box::pin(async move { login_failure::clear(tx, "one").await })).await.unwrap();
    assert_eq!((of("one").await, of("two").await.failures), (Lockout::default(), 1));
}
