use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::domain::AccountId;
use crate::domain::account::Settings;
use crate::domain::event::NewEvent;
use crate::domain::number::Domain;
use crate::domain::text::Label;
use crate::push::Config;
use crate::store::account;

/// A store with an account whose events go to an address that is refused without a connection.
async fn store() -> (tempfile::TempDir, Store, AccountId) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("ccgate.db"), Clock::manual(Millis(0))).await.unwrap();
    let new = account::New {
        name: Label::new("Account").unwrap(),
        domain: Domain::parse("a.example").unwrap(),
        event_secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3".into(),
        settings: Settings { event_url: Some("http://127.0.0.1:9/".to_owned()), ..Settings::default() },
    };
    let account = store.write(move |conn| Box::pin(async move { account::create(conn, &new).await })).await.unwrap();
    (folder, store, account)
}

async fn tell(store: &Store, account: AccountId, leg: &str) {
    let data = json!({"id": leg});
    let told =
        NewEvent { account_id: account, name: "call:ring", at: Millis(1), order_key: leg.to_owned(), reconciled: false, data: data.into() };
    store.write(move |conn| Box::pin(async move { event::append(conn, &[told]).await })).await.unwrap();
}

fn seqs(round: &Round<'_>) -> BTreeSet<i64> {
    round.flights.seqs().into_iter().collect()
}

#[tokio::test]
async fn what_is_committed_starts_without_a_search_and_only_once() {
    let (_folder, store, account) = store().await;
    tell(&store, account, "before").await;
    let client = Client::new(&Config::default()).unwrap();
    let dispatcher = Dispatcher::new(store.clone(), client, CancellationToken::new());
    let mut round = Round::new(&dispatcher, Clock::manual(Millis(2)));
    round.look().await.unwrap();
    assert_eq!(seqs(&round), BTreeSet::from([1]));

    // However slow the machine is, none is due; and one could not go unseen.
    let searched_at = Instant::now() + LOOK_MAX;
    (round.searched_at, round.search_at) = (searched_at, searched_at);
    tell(&store, account, "one").await;
    tell(&store, account, "two").await;
    // It waits for the first, which has not been recorded.
    tell(&store, account, "one").await;
    round.look().await.unwrap();
    assert_eq!((seqs(&round), round.searched_at), (BTreeSet::from([1, 2, 3]), searched_at));

    // The search finds what is under way again.
    round.searched_at = Instant::now() - SEARCH_WITHIN;
    round.look().await.unwrap();
    assert_eq!((seqs(&round), round.searched_at < searched_at, round.sending.len()), (BTreeSet::from([1, 2, 3]), true, 3));
}
