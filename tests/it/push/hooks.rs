//! Addresses of agents beside those of accounts.

use ccgate::domain::event::{AVAILABLE, NewEvent};
use ccgate::domain::hook::{Method, Tells};
use ccgate::domain::text::Label;
use ccgate::domain::{AccountId, Hook, HookId, UserId};
use ccgate::push::keep::{Kept, keep_once};
use ccgate::service::setup::{NewAdmin, create_admin};
use ccgate::store::endpoint::{self, Address, Standing};
use ccgate::store::{event, hook};
use serde_json::json;

use super::fixture::{Counts, Fixture};
use super::sink::{Received, Sink, status};

async fn user(fixture: &Fixture, account: AccountId) -> UserId {
    let (username, email) = (format!("agent{account}"), format!("agent{account}@example.org"));
    let new = NewAdmin { name: Label::new("Agent").unwrap(), username, email, password: None };
    create_admin(&fixture.store, account, new).await.unwrap().user_id
}

async fn hook(fixture: &Fixture, account_id: AccountId, user_id: UserId, url: &str) -> HookId {
    let new = Hook { id: HookId(0), account_id, user_id, tells: Tells::Available, method: Method::Post, url: url.to_owned() };
    fixture.store.write(move |conn| Box::pin(async move { hook::insert(conn, &new).await })).await.unwrap()
}

/// The order key and `n` of each.
async fn happen(fixture: &Fixture, account_id: AccountId, hook: HookId, events: &[(&str, i64)]) {
    let at = fixture.clock.now();
    let event = |(key, n): &(&str, i64)| {
        let order_key = (*key).to_owned();
        (hook, NewEvent { account_id, name: AVAILABLE, at, order_key, reconciled: false, data: json!({"n": n}).into() })
    };
    let events: Vec<_> = events.iter().map(event).collect();
    fixture.store.write(move |conn| Box::pin(async move { event::append_to_hooks(conn, &events).await })).await.unwrap();
}

async fn standing(fixture: &Fixture, account_id: AccountId, hook: HookId) -> Standing {
    let address = Address { account_id, hook_id: Some(hook) };
    endpoint::standing(&mut fixture.store.read().await.unwrap(), address).await.unwrap()
}

/// The `n` of a form.
fn n(received: &Received) -> i64 {
    std::str::from_utf8(&received.body).unwrap().strip_prefix("n=").unwrap().parse().unwrap()
}

pub async fn a_hook_that_fails_is_nobody_elses_matter() {
    let fixture = Fixture::new().await;
    let (own, dead, well) =
        (Sink::answering(|_| status(200)).await, Sink::answering(|_| status(500)).await, Sink::answering(|_| status(200)).await);
    let account = fixture.account("a.example", &own.url).await;
    let user = user(&fixture, account).await;
    let (bad, good) = (hook(&fixture, account, user, &dead.url).await, hook(&fixture, account, user, &well.url).await);
    let events: Vec<_> = (0..12).map(|n| (format!("bad{n}"), n)).collect();
    happen(&fixture, account, bad, &events.iter().map(|(key, n)| (key.as_str(), *n)).collect::<Vec<_>>()).await;
    happen(&fixture, account, good, &[("good", 100)]).await;
    fixture.happen(account, &[("a", 1)]).await;
    let tally = fixture.run().await;
    assert_eq!((tally.delivered, tally.failed), (2, 12));
    assert!(standing(&fixture, account, bad).await.breaker.unwrap().opened_at.is_some());
    assert_eq!((standing(&fixture, account, good).await.breaker, fixture.standing(account).await.breaker), (None, None));
    assert_eq!(fixture.told(account).await, ["push:failing"]);
    // One attempt each ten seconds there; as ever elsewhere.
    happen(&fixture, account, bad, &[("bad", 200)]).await;
    happen(&fixture, account, good, &[("good", 201)]).await;
    assert_eq!((fixture.run().await.delivered, dead.received().len()), (1, 12));
    assert_eq!(fixture.next_in_ms().await, Some(10_000));
    fixture.clock.advance_ms(10_000);
    fixture.run().await;
    assert_eq!(dead.received().len(), 13);
    assert_eq!((own.numbers(), well.received().iter().map(n).collect::<Vec<_>>()), (vec![1], vec![100, 201]));
}

pub async fn hooks_have_a_limit_each() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|_| status(200)).await;
    let account = fixture.account("a.example", &sink.url).await;
    let user = user(&fixture, account).await;
    let (one, other) = (hook(&fixture, account, user, &sink.url).await, hook(&fixture, account, user, &sink.url).await);
    happen(&fixture, account, one, &[("a", 1), ("a", 2), ("b", 3), ("a", 4)]).await;
    happen(&fixture, account, other, &[("a", 5), ("a", 6)]).await;
    fixture.happen(account, &[("c", 7), ("c", 8)]).await;
    let keep = async |most| keep_once(&fixture.store, fixture.clock.now(), 30, most).await.unwrap();
    assert_eq!(keep(4).await, Kept::default());
    assert_eq!(keep(3).await, Kept { deleted: 0, given_up: 1 });
    assert_eq!(fixture.told(account).await, ["push:capped"]);
    assert_eq!(fixture.run().await.delivered, 7);
    assert_eq!(fixture.counts(account).await, Counts { waiting: 0, pending: 0, done: 7, dead: 1 });
}

pub async fn hooks_of_one_address_are_told_in_order_and_of_others_beside_it() {
    let fixture = Fixture::new().await;
    let sink = Sink::answering(|received| status(if n(received) == 1 { 500 } else { 200 })).await;
    let account = fixture.account("a.example", &sink.url).await;
    let user = user(&fixture, account).await;
    let (came, went) = (hook(&fixture, account, user, &sink.url).await, hook(&fixture, account, user, &sink.url).await);
    happen(&fixture, account, came, &[("same", 1)]).await;
    happen(&fixture, account, went, &[("same", 2), ("other", 3)]).await;
    assert_eq!(fixture.run().await.delivered, 1);
    let mut heard: Vec<_> = sink.received().iter().map(n).collect();
    heard.sort_unstable();
    assert_eq!(heard, [1, 3]);
    // Once it is deleted, what waited behind it is told.
    let gone = fixture.store.write(move |conn| Box::pin(async move { hook::delete(conn, account, user, came).await }));
    gone.await.unwrap();
    assert_eq!(fixture.run().await.delivered, 1);
    assert_eq!(n(sink.received().last().unwrap()), 2);
}
