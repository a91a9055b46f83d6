//! A store with accounts whose events go to a sink.

use std::path::PathBuf;

use ccgate::clock::{Clock, Millis};
use ccgate::domain::AccountId;
use ccgate::domain::account::Settings;
use ccgate::domain::event::NewEvent;
use ccgate::domain::number::Domain;
use ccgate::domain::text::Label;
use ccgate::push::deliver::Client;
use ccgate::push::dispatch::Tally;
use ccgate::push::{Config, Dispatcher};
use ccgate::store::delivery::{self, Made};
use ccgate::store::endpoint::{self, Address, Standing};
use ccgate::store::event_list::{self, Filter, State};
use ccgate::store::{Page, Store, account, event};
use serde_json::json;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// `whsec_...` of every account.
pub const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3";

/// How many deliveries are in each state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub waiting: i64,
    pub pending: i64,
    pub done: i64,
    pub dead: i64,
}

pub struct Fixture {
    pub store: Store,
    pub clock: Clock,
    pub config: Config,
    dir: TempDir,
}

impl Fixture {
    /// A store whose clock stands at the machine's time, and a push that may use loopback.
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(Clock::system().now());
        let store = Store::open(&dir.path().join("ccgate.db"), clock.clone()).await.unwrap();
        Self { store, clock, config: Config { allow_cidrs: vec!["127.0.0.0/8".parse().unwrap()], ..Config::default() }, dir }
    }

    /// An account whose events go to `url`.
    pub async fn account(&self, domain: &str, url: &str) -> AccountId {
        let new = account::New {
            name: Label::new("Account").unwrap(),
            domain: Domain::parse(domain).unwrap(),
            event_secret: SECRET.into(),
            settings: Settings { event_url: Some(url.to_owned()), ..Settings::default() },
        };
        self.store.write(move |tx| Box::pin(async move { account::create(tx, &new).await })).await.unwrap()
    }

    /// Sets the account's address.
    pub async fn set_url(&self, account: AccountId, url: &str) {
        let mut account = account::get(&mut self.store.read().await.unwrap(), account).await.unwrap().unwrap();
        account.settings.event_url = Some(url.to_owned());
        self.store.write(move |tx| Box::pin(async move { account::update(tx, &account).await })).await.unwrap();
    }

    /// Sets the account's address as if the host behind it had changed: what is known of it stays known.
    pub async fn redirect(&self, account: AccountId, url: &str) {
        let breaker = self.standing(account).await.breaker;
        self.set_url(account, url).await;
        self.store.write(move |tx| Box::pin(async move { endpoint::set_breaker(tx, Address::own(account), breaker).await })).await.unwrap();
    }

    /// Commits events: the order key and `data.n` of each.
    pub async fn happen(&self, account: AccountId, events: &[(&str, i64)]) {
        let at = self.clock.now();
        let events: Vec<_> = events
            .iter()
            .map(|(key, n)| NewEvent {
                account_id: account,
                name: "call:start",
                at,
                order_key: (*key).to_owned(),
                reconciled: false,
                data: json!({"n": n}).into(),
            })
            .collect();
        self.store.write(move |tx| Box::pin(async move { event::append(tx, &events).await })).await.unwrap();
    }

    /// Sends everything that is due by the clock.
    pub async fn run(&self) -> Tally {
        self.run_with(Client::new(&self.config).unwrap()).await
    }

    /// The same by this client.
    pub async fn run_with(&self, client: Client) -> Tally {
        let dispatcher = Dispatcher::new(self.store.clone(), client, CancellationToken::new());
        dispatcher.run_once(self.clock.now()).await.unwrap()
    }

    /// Milliseconds until the next attempt.
    pub async fn next_in_ms(&self) -> Option<i64> {
        let now = self.clock.now();
        let next = endpoint::next_due(&mut self.store.read().await.unwrap(), now).await.unwrap();
        next.map(|next: Millis| next.since(now))
    }

    pub async fn counts(&self, account: AccountId) -> Counts {
        let mut conn = self.store.read().await.unwrap();
        let mut count = async |state| {
            let filter = Filter { state: Some(state), ..Filter::default() };
            event_list::count(&mut conn, account, &filter).await.unwrap()
        };
        Counts {
            waiting: count(State::Waiting).await,
            pending: count(State::Pending).await,
            done: count(State::Done).await,
            dead: count(State::Dead).await,
        }
    }

    /// The names of the account's events about its address.
    pub async fn told(&self, account: AccountId) -> Vec<String> {
        let events = event::after(&mut self.store.read().await.unwrap(), account, 0, 100_000).await.unwrap();
        events.into_iter().map(|event| event.name).filter(|name| name.starts_with("push:")).collect()
    }

    /// The id of the event with this `data.n`.
    pub async fn id(&self, account: AccountId, n: i64) -> String {
        let filter = Filter { name: Some("call:start".to_owned()), ..Filter::default() };
        let events = event_list::list(&mut self.store.read().await.unwrap(), account, &filter, None, Page::default()).await.unwrap();
        events.into_iter().find(|event| event.data["n"] == n).unwrap().id
    }

    /// The attempts to deliver the event with this `data.n`.
    pub async fn attempts(&self, account: AccountId, n: i64) -> Vec<Made> {
        let id = self.id(account, n).await;
        delivery::attempts(&mut self.store.read().await.unwrap(), account, &id).await.unwrap()
    }

    pub async fn standing(&self, account: AccountId) -> Standing {
        endpoint::standing(&mut self.store.read().await.unwrap(), Address::own(account)).await.unwrap()
    }

    /// Why the first attempt that still has to be made again failed.
    pub async fn last_error(&self, account: AccountId) -> Option<String> {
        delivery::last_error(&mut self.store.read().await.unwrap(), account).await.unwrap()
    }

    /// Closes the store and opens it again, as a restart does.
    pub async fn restart(&mut self) {
        let path: PathBuf = self.dir.path().join("ccgate.db");
        self.store.close().await;
        self.store = Store::open(&path, self.clock.clone()).await.unwrap();
    }
}
