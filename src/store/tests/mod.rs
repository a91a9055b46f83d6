//! Tests of the store, on a file of their own each.

mod history;
mod leads;
mod logins;
mod nouns;
mod outbox;
mod people;
mod writer;

use std::path::PathBuf;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use tempfile::TempDir;

use super::{Conn, Error, Read, Store, account, device, queue, user};
use crate::clock::{Clock, Millis};
use crate::domain::account::Settings;
use crate::domain::device::{A1Hash, Line, Ring};
use crate::domain::number::{Domain, SipUser};
use crate::domain::text::Label;
use crate::domain::user::PasswordHash;
use crate::domain::{AccountId, DeviceId, QueueId, UserId};

pub(super) const NOW: Millis = Millis(1_700_000_000_000);
pub(super) const URL: &str = "https://customer.example/hook";

/// A store with two accounts; the file goes with it.
pub(super) struct Fixture {
    pub(super) store: Store,
    pub(super) account: AccountId,
    pub(super) other: AccountId,
    dir: TempDir,
}

pub(super) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

pub(super) fn new_account(domain: &str) -> account::New {
    account::New {
        name: label("Account"),
        domain: Domain::parse(domain).unwrap(),
        event_secret: SecretString::from("whsec_c2VjcmV0"),
        settings: Settings { event_url: Some(URL.to_owned()), ..Settings::default() },
    }
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("ccgate.db"), Clock::manual(NOW)).await.unwrap();
        let make = |domain: &'static str| store.write(move |tx| Box::pin(async move { account::create(tx, &new_account(domain)).await }));
        let account = make("one.example").await.unwrap();
        let other = make("two.example").await.unwrap();
        Self { store, account, other, dir }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.dir.path().join("ccgate.db")
    }

    /// Closes the store and opens it again.
    pub(super) async fn reopen(&mut self) {
        self.store.close().await;
        self.store = Store::open(&self.path(), Clock::manual(NOW)).await.unwrap();
    }

    pub(super) async fn read(&self) -> Read {
        self.store.read().await.unwrap()
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        job: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        self.store.write(job).await
    }

    pub(super) async fn user(&self, account: AccountId, username: &'static str) -> UserId {
        self.write(move |tx| Box::pin(async move { user::insert(tx, &new_user(account, username)).await })).await.unwrap()
    }

    pub(super) async fn phone(&self, account: AccountId, username: &'static str) -> DeviceId {
        self.write(move |tx| Box::pin(async move { device::insert(tx, &new_phone(account, username)).await })).await.unwrap()
    }

    pub(super) async fn queue(&self, account: AccountId, name: &'static str) -> QueueId {
        self.write(move |tx| Box::pin(async move { queue::insert(tx, &new_queue(account, name)).await })).await.unwrap()
    }
}

pub(super) fn new_user(account_id: AccountId, username: &str) -> user::New {
    user::New {
        account_id,
        name: label("Dana"),
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        password_hash: PasswordHash("$argon2id$".to_owned()),
        password_md5_hash: None,
        active: true,
        is_agent: true,
        pgroup_id: None,
        permissions: Default::default(),
        created_at: NOW,
        settings: Default::default(),
    }
}

pub(super) fn new_phone(account_id: AccountId, username: &str) -> device::New {
    let line = Line::Sip { username: SipUser::parse(username).unwrap(), a1_hash: A1Hash("0123".to_owned()) };
    device::New { account_id, name: label("Desk"), line, user_id: None, ring: Ring::default() }
}

pub(super) fn new_queue(account_id: AccountId, name: &str) -> queue::New {
    queue::New { account_id, name: label(name), settings: Default::default() }
}

/// A leg with these columns besides those that must be there; `data` is JSON.
pub(super) async fn leg(f: &Fixture, account: AccountId, uuid: &str, started_at: i64, columns: &[(&'static str, &str)]) {
    let mut query =
        sqlx::QueryBuilder::new("INSERT INTO leg (uuid, account_id, switch_id, call_id, started_at, told, cid_num, dst_num, data");
    for (column, _) in columns {
        query.push(", ").push(*column);
    }
    let call_id = uuid.split('/').next().unwrap().to_owned();
    let data = format!(r#"{{"id":"{uuid}","cid_num":"0501234567","dst_num":"7000"}}"#);
    query.push(") VALUES (").push_bind(uuid.to_owned()).push(", ").push_bind(account.0).push(", 1, ").push_bind(call_id);
    query.push(", ").push_bind(started_at).push(", 0, '0501234567', '7000', ").push_bind(data);
    for (_, value) in columns {
        query.push(", ").push_bind((*value).to_owned());
    }
    query.push(")");
    f.write(move |tx| Box::pin(async move { Ok(query.build().execute(tx).await.map(|_| ())?) })).await.unwrap();
}

/// A stay in a queue of a leg's: when it joined, was served (by user 7) and left, and how.
pub(super) async fn stay(f: &Fixture, account: AccountId, uuid: &str, queue: i64, times: (i64, Option<i64>, Option<i64>), outcome: &str) {
    let (uuid, outcome, agent) = (uuid.to_owned(), outcome.to_owned(), times.1.map(|_| 7));
    let job = f.write(move |tx| {
        Box::pin(async move {
            sqlx::query!(
                "INSERT INTO queue_stay (leg_uuid, place, account_id, queue_id, joined_at, served_at, agent_id, left_at, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                uuid,
                queue,
                account.0,
                queue,
                times.0,
                times.1,
                agent,
                times.2,
                outcome
            )
            .execute(tx)
            .await?;
            Ok(())
        })
    });
    job.await.unwrap();
}
