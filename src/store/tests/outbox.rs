//! Events and their deliveries.

use serde_json::json;

use super::{Fixture, NOW, URL};
use crate::clock::Millis;
use crate::domain::AccountId;
use crate::domain::event::NewEvent;
use crate::store::delivery::{self, Attempt, Backlog, Then};
use crate::store::endpoint::Address;
use crate::store::{Error, account, endpoint, event};

const FAR: Millis = Millis(i64::MAX);

fn happened(account_id: AccountId, name: &'static str, order_key: &str) -> NewEvent {
    NewEvent { account_id, name, at: NOW, order_key: order_key.to_owned(), reconciled: false, data: json!({"name": name}).into() }
}

async fn append(fixture: &Fixture, events: Vec<NewEvent>) {
    fixture.write(move |tx| Box::pin(async move { event::append(tx, &events).await })).await.unwrap();
}

/// An attempt ends.
async fn ends(fixture: &Fixture, account_id: AccountId, seq: i64, then: Then) {
    let error = (then != Then::Done).then(|| "status 500".to_owned());
    let status = Some(if then == Then::Done { 204 } else { 500 });
    let attempt = Attempt { account_id, seq, at: NOW, duration_ms: 7, status, error, then };
    fixture.write(move |tx| Box::pin(async move { delivery::record(tx, &[attempt]).await })).await.unwrap();
}

async fn due_accounts(fixture: &Fixture, now: Millis) -> Vec<AccountId> {
    let due = endpoint::due(&mut *fixture.read().await, now).await.unwrap();
    due.into_iter().map(|endpoint| endpoint.address.account_id).collect()
}

async fn due(fixture: &Fixture) -> Vec<(i64, String)> {
    let addresses = [Address::own(fixture.account), Address::own(fixture.other)];
    let due = delivery::due(&mut *fixture.read().await, &addresses, &[], FAR, 100).await.unwrap();
    due.into_iter().map(|due| (due.seq, due.name)).collect()
}

async fn settings(fixture: &Fixture, change: impl FnOnce(&mut crate::domain::account::Settings)) {
    let mut account = account::get(&mut *fixture.read().await, fixture.account).await.unwrap().unwrap();
    change(&mut account.settings);
    fixture.write(move |tx| Box::pin(async move { account::update(tx, &account).await })).await.unwrap();
}

#[tokio::test]
async fn of_one_key_only_the_first_is_due_and_the_next_when_that_is_done_or_dead() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    let new = |name, key| happened(account, name, key);
    append(&fixture, vec![new("call:start", "a"), new("call:ring", "a"), new("call:start", "b"), new("call:end", "a")]).await;
    assert_eq!(due(&fixture).await, [(1, "call:start".to_owned()), (3, "call:start".to_owned())]);
    let first = delivery::due(&mut *fixture.read().await, &[Address::own(account)], &[], FAR, 1).await.unwrap();
    assert_eq!(first.iter().map(|due| due.seq).collect::<Vec<_>>(), [1]);
    let other = delivery::due(&mut *fixture.read().await, &[Address::own(account)], &[1], FAR, 1).await.unwrap();
    assert_eq!(other.iter().map(|due| due.seq).collect::<Vec<_>>(), [3], "the first is under way");
    ends(&fixture, account, 1, Then::Done).await;
    assert_eq!(due(&fixture).await, [(2, "call:ring".to_owned()), (3, "call:start".to_owned())]);
    ends(&fixture, account, 2, Then::Dead).await;
    assert_eq!(due(&fixture).await, [(3, "call:start".to_owned()), (4, "call:end".to_owned())]);
    // A second report of the same changes nothing, nor does one of another account.
    ends(&fixture, account, 2, Then::Done).await;
    ends(&fixture, fixture.other, 3, Then::Done).await;
    let backlog = delivery::backlog(&mut *fixture.read().await, account).await.unwrap();
    assert_eq!(backlog, Backlog { waiting: 0, pending: 2, dead: 1 });
}

#[tokio::test]
async fn a_failure_is_due_later_and_keeps_its_place() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    append(&fixture, vec![happened(account, "call:start", "a"), happened(account, "call:end", "a")]).await;
    let later = NOW.plus_ms(5_000);
    ends(&fixture, account, 1, Then::RetryAt(later)).await;
    assert!(due_accounts(&fixture, NOW).await.is_empty());
    assert_eq!(due_accounts(&fixture, later).await, [account]);
    let mut conn = fixture.read().await;
    assert_eq!(endpoint::next_due(&mut conn, NOW).await.unwrap(), Some(later));
    assert_eq!(endpoint::next_due(&mut conn, later).await.unwrap(), None);
    let due = delivery::due(&mut conn, &[Address::own(account)], &[], later, 100).await.unwrap();
    assert_eq!(due.iter().map(|due| (due.seq, due.attempts)).collect::<Vec<_>>(), [(1, 1)]);
}

#[tokio::test]
async fn only_what_an_account_wants_is_delivered_and_all_is_kept() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    append(&fixture, vec![happened(account, "agent:reachable", "a"), happened(account, "queue:join", "a")]).await;
    assert_eq!(due(&fixture).await, [(2, "queue:join".to_owned())]);
    settings(&fixture, |settings| settings.event_names = vec!["agent:reachable".to_owned()]).await;
    append(&fixture, vec![happened(account, "agent:reachable", "b"), happened(account, "queue:join", "b")]).await;
    assert_eq!(due(&fixture).await.len(), 2);
    settings(&fixture, |settings| settings.event_url = None).await;
    append(&fixture, vec![happened(account, "agent:reachable", "c")]).await;
    assert!(due_accounts(&fixture, FAR).await.is_empty(), "there is no address");
    let events = event::after(&mut *fixture.read().await, account, 1, 3).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(events[0].data, json!({"name": "queue:join"}));
    assert!(event::after(&mut *fixture.read().await, fixture.other, 0, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_disabled_address_gets_nothing_until_it_is_set_again() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    append(&fixture, vec![happened(account, "call:start", "a")]).await;
    let disable = || fixture.write(move |tx| Box::pin(async move { endpoint::disable(tx, Address::own(account), NOW, "gone").await }));
    assert!(disable().await.unwrap());
    assert!(!disable().await.unwrap(), "it was");
    append(&fixture, vec![happened(account, "call:start", "b")]).await;
    assert!(due_accounts(&fixture, FAR).await.is_empty());
    let standing = endpoint::standing(&mut *fixture.read().await, Address::own(account)).await.unwrap();
    assert_eq!(standing.disabled, Some((NOW, "gone".to_owned())));
    settings(&fixture, |settings| settings.event_url = Some(URL.to_owned())).await;
    assert!(due_accounts(&fixture, FAR).await.is_empty(), "the same address, not said to be set");
    settings(&fixture, |settings| settings.event_url = Some("https://new.example/".to_owned())).await;
    assert_eq!((due_accounts(&fixture, NOW).await, due(&fixture).await.len()), (vec![account], 2));
    disable().await.unwrap();
    fixture.write(move |tx| Box::pin(async move { endpoint::enable(tx, Address::own(account)).await })).await.unwrap();
    assert_eq!(due_accounts(&fixture, NOW).await, [account]);
}

#[tokio::test]
async fn attempts_are_kept_and_the_oldest_of_many_are_not() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    append(&fixture, vec![happened(account, "call:start", "a")]).await;
    for _ in 0..delivery::ATTEMPTS_KEPT_MAX + 5 {
        ends(&fixture, account, 1, Then::RetryAt(NOW)).await;
    }
    ends(&fixture, account, 1, Then::Done).await;
    let id = event::after(&mut *fixture.read().await, account, 0, 1).await.unwrap().remove(0).id;
    let made = delivery::attempts(&mut *fixture.read().await, account, &id).await.unwrap();
    assert_eq!(made.iter().map(|made| made.place).collect::<Vec<_>>(), (7..=26).collect::<Vec<_>>());
    assert_eq!(made[0].error.as_deref(), Some("status 500"));
    assert_eq!((made[19].status, &made[19].error, made[19].duration_ms), (Some(204), &None, 7));
    assert!(delivery::attempts(&mut *fixture.read().await, fixture.other, &id).await.is_err(), "of another account");
}

#[tokio::test]
async fn what_others_were_told_is_not_read_twice() {
    let f = Fixture::new().await;
    append(&f, vec![happened(f.account, "a", "k"), happened(f.other, "b", "k"), happened(f.other, "c", "k")]).await;
    let next = async |seq, limit| {
        let (events, read) = event::next(&mut *f.read().await, f.account, seq, limit).await.unwrap();
        (events.into_iter().map(|event| event.name).collect::<Vec<_>>(), read)
    };
    assert_eq!(next(0, 10).await, (vec!["a".to_owned()], 3), "up to the end of the table");
    assert_eq!(next(3, 10).await, (vec![], 3));
    append(&f, vec![happened(f.account, "d", "k"), happened(f.account, "e", "k"), happened(f.other, "f", "k")]).await;
    assert_eq!(next(3, 1).await, (vec!["d".to_owned()], 4), "there may be more behind a full page");
    assert_eq!(next(4, 1).await, (vec!["e".to_owned()], 5));
    assert_eq!(next(5, 1).await, (vec![], 6));
}

#[tokio::test]
async fn what_may_start_is_handed_over_after_its_commit() {
    let fixture = Fixture::new().await;
    let account = fixture.account;
    assert!(fixture.store.fresh().is_cut, "what was before nobody kept");
    append(&fixture, vec![happened(account, "call:start", "a"), happened(account, "call:ring", "a"), happened(account, "call:start", "b")])
        .await;
    let fails = fixture.write(move |tx| {
        Box::pin(async move {
            event::append(tx, &[happened(account, "call:start", "c")]).await?;
            Err::<(), _>(Error::Missing("anything"))
        })
    });
    fails.await.unwrap_err();
    let fresh = fixture.store.fresh();
    let seqs: Vec<_> = fresh.due.iter().map(|due| due.seq).collect();
    assert_eq!((seqs, fresh.is_cut), (vec![1, 3], false));
    let due = delivery::due(&mut *fixture.read().await, &[Address::own(account)], &[], FAR, 100).await.unwrap();
    let looked_for: Vec<_> = due.into_iter().map(|due| delivery::Due { is_followed: false, ..due }).collect();
    assert_eq!(fresh.due, looked_for);
    assert!(fixture.store.fresh().due.is_empty());
}
