//! The writer: one commit for many, and nobody harmed by a neighbour.

use std::os::unix::fs::PermissionsExt as _;

use futures_util::future::join_all;
use tokio::sync::oneshot;

use super::{Fixture, NOW, new_queue};
use crate::domain::{Agent, QueueId};
use crate::store::{Error, Store, Turn, agent, key, log_of, people, queue, user};

/// Holds the writer in a job of its own until the sender is used.
async fn hold(fixture: &Fixture) -> oneshot::Sender<()> {
    let (open, gate) = oneshot::channel::<()>();
    let (running, runs) = oneshot::channel();
    let store = fixture.store.clone();
    tokio::spawn(async move {
        let job = store.write(move |_| {
            Box::pin(async move {
                running.send(()).unwrap();
                gate.await.unwrap();
                Ok::<_, Error>(())
            })
        });
        job.await.unwrap();
    });
    runs.await.unwrap();
    open
}

async fn names(fixture: &Fixture) -> Vec<String> {
    let queues = queue::list(&mut *fixture.read().await, fixture.account, &Default::default(), Default::default()).await.unwrap();
    queues.into_iter().map(|queue| queue.name.to_string()).collect()
}

async fn add(store: Store, new: queue::New) -> Result<QueueId, Error> {
    store.write(move |tx| Box::pin(async move { queue::insert(tx, &new).await })).await
}

#[tokio::test]
async fn writers_that_wait_together_share_a_commit() {
    let fixture = Fixture::new().await;
    let before = *fixture.store.committed().borrow();
    let jobs = (0..64).map(|n| add(fixture.store.clone(), new_queue(fixture.account, &format!("queue {n}"))));
    let ids = join_all(jobs).await;
    assert!(ids.iter().all(Result::is_ok));
    assert_eq!(names(&fixture).await.len(), 64);
    let commits = *fixture.store.committed().borrow() - before;
    assert!((1..=8).contains(&commits), "{commits} commits for 64 writes");
}

#[tokio::test]
async fn who_may_ask_has_a_version_of_its_own() {
    let f = Fixture::new().await;
    let user = f.user(f.account, "dana").await;
    let key = key::New { account_id: f.account, user_id: user, name: String::new(), prefix: String::new(), hash: [7; 32], created_at: NOW };
    let mut seen = f.store.people_version();
    let mut moved = |changes: bool, what: &str| {
        let now = f.store.people_version();
        assert_eq!(now != std::mem::replace(&mut seen, now), changes, "{what}");
    };
    let account = f.account;
    let id = f.write(move |tx| Box::pin(async move { key::insert(tx, &key).await })).await.unwrap();
    moved(true, "a key is made");
    f.write(move |tx| Box::pin(async move { agent::save(tx, &Agent::new(account, user)).await })).await.unwrap();
    f.queue(account, "Sales").await;
    moved(false, "an agent and a queue change");
    f.write(move |tx| Box::pin(async move { key::delete(tx, account, user, id).await })).await.unwrap();
    moved(true, "a key is revoked");
    f.write(move |tx| Box::pin(async move { user::delete(tx, account, user).await })).await.unwrap();
    moved(true, "a user goes");
}

#[tokio::test]
async fn what_tells_of_who_may_ask_can_be_heard() {
    let f = Fixture::new().await;
    for table in people::TABLES {
        let sql: String =
            sqlx::query_scalar("SELECT sql FROM sqlite_schema WHERE name = ?").bind(table).fetch_one(&mut *f.read().await).await.unwrap();
        assert!(!sql.contains("WITHOUT ROWID"), "{table}");
    }
}

#[tokio::test]
async fn a_failing_job_rolls_back_alone() {
    let fixture = Fixture::new().await;
    let before = *fixture.store.committed().borrow();
    let open = hold(&fixture).await;
    let account = fixture.account;
    let half_done = fixture.store.write(move |tx| {
        Box::pin(async move {
            queue::insert(tx, &new_queue(account, "half done")).await?;
            queue::insert(tx, &new_queue(account, "first")).await
        })
    });
    let (first, failed, last, ()) = tokio::join!(
        add(fixture.store.clone(), new_queue(account, "first")),
        half_done,
        add(fixture.store.clone(), new_queue(account, "last")),
        async { open.send(()).unwrap() }
    );
    assert!(first.is_ok() && last.is_ok());
    assert!(matches!(failed, Err(Error::Conflict("the queue's name is in use already"))), "{failed:?}");
    assert_eq!(names(&fixture).await, ["first", "last"]);
    assert_eq!(*fixture.store.committed().borrow() - before, 2, "the held job's commit and that of the three");
}

#[tokio::test]
async fn a_panicking_job_rolls_back_alone() {
    let fixture = Fixture::new().await;
    let open = hold(&fixture).await;
    let account = fixture.account;
    let panics = fixture.store.write::<(), Error, _>(move |tx| {
        Box::pin(async move {
            queue::insert(tx, &new_queue(account, "lost")).await?;
            panic!("a bug in a job");
        })
    });
    let (panicked, kept, ()) =
        tokio::join!(panics, add(fixture.store.clone(), new_queue(account, "kept")), async { open.send(()).unwrap() });
    assert!(matches!(panicked, Err(Error::Closed)));
    assert!(kept.is_ok());
    assert_eq!(names(&fixture).await, ["kept"]);
}

#[tokio::test]
async fn a_waiter_that_goes_away_harms_nobody() {
    let fixture = Fixture::new().await;
    let open = hold(&fixture).await;
    let account = fixture.account;
    tokio::select! {
        biased;
        _ = add(fixture.store.clone(), new_queue(account, "abandoned")) => unreachable!("the writer is held"),
        () = std::future::ready(()) => {}
    }
    let (after, ()) = tokio::join!(add(fixture.store.clone(), new_queue(account, "after")), async { open.send(()).unwrap() });
    assert!(after.is_ok());
    assert_eq!(names(&fixture).await, ["abandoned", "after"], "it had its place in the queue, so it ran");
}

#[tokio::test]
async fn when_the_commit_fails_everybody_hears_of_it_and_the_next_batch_works() {
    let fixture = Fixture::new().await;
    let open = hold(&fixture).await;
    let account = fixture.account;
    let spoils = fixture.store.write(|tx| {
        Box::pin(async move {
            // The constraint is looked at only when the transaction is committed.
            sqlx::query("PRAGMA defer_foreign_keys = ON").execute(&mut *tx).await?;
            sqlx::query("INSERT INTO queue (account_id, name, settings) VALUES (999, 'orphan', '{}')").execute(tx).await?;
            Ok::<_, Error>(())
        })
    });
    let fails_alone = fixture.store.write::<(), Error, _>(|_| Box::pin(async { Err(Error::Stale) }));
    let (innocent, spoiled, own, ()) =
        tokio::join!(add(fixture.store.clone(), new_queue(account, "innocent")), spoils, fails_alone, async { open.send(()).unwrap() });
    assert!(matches!(innocent, Err(Error::Commit(_))), "{innocent:?}");
    assert!(matches!(spoiled, Err(Error::Commit(_))), "{spoiled:?}");
    assert!(matches!(own, Err(Error::Stale)), "{own:?}");
    assert!(names(&fixture).await.is_empty());
    assert!(add(fixture.store.clone(), new_queue(account, "next")).await.is_ok());
    assert_eq!(names(&fixture).await, ["next"]);
}

#[tokio::test]
async fn close_finishes_what_waits_and_refuses_what_comes() {
    let fixture = Fixture::new().await;
    let open = hold(&fixture).await;
    let account = fixture.account;
    let (waiting, (), ()) =
        tokio::join!(add(fixture.store.clone(), new_queue(account, "waiting")), fixture.store.close(), async { open.send(()).unwrap() });
    assert!(waiting.is_ok());
    assert!(matches!(add(fixture.store.clone(), new_queue(account, "late")).await, Err(Error::Closed)));
    assert!(matches!(fixture.store.read().await, Err(Error::Closed)));
}

#[tokio::test]
async fn the_file_is_safe_and_a_newer_one_is_left_alone() {
    let mut fixture = Fixture::new().await;
    let settings = fixture.write(|tx| {
        Box::pin(async move {
            let journal: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *tx).await?;
            let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *tx).await?;
            let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys").fetch_one(tx).await?;
            Ok((journal, synchronous, foreign_keys))
        })
    });
    assert_eq!(settings.await.unwrap(), ("wal".to_owned(), 2, 1));
    let mut reader = fixture.read().await;
    assert!(queue::insert(&mut reader, &new_queue(fixture.account, "by a reader")).await.is_err());
    drop(reader);

    for file in [fixture.path(), log_of(&fixture.path())] {
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
    fixture.reopen().await;
    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)";
    fixture.write(move |tx| Box::pin(async move { Ok(sqlx::query(newer).execute(tx).await?) })).await.unwrap();
    fixture.store.close().await;
    let opened = Store::open(&fixture.path(), Default::default()).await;
    assert!(matches!(opened, Err(Error::Newer(9999))), "{opened:?}");
    assert!(opened.unwrap_err().to_string().ends_with("before the upgrade in its place with ccgate restore"));
}

#[tokio::test]
async fn a_reader_sees_one_moment() {
    let fixture = Fixture::new().await;
    let mut reader = fixture.read().await;
    let all = queue::Filter::default();
    assert_eq!(queue::count(&mut reader, fixture.account, &all).await.unwrap(), 0);
    fixture.queue(fixture.account, "new").await;
    assert_eq!(queue::count(&mut reader, fixture.account, &all).await.unwrap(), 0);
    assert_eq!(queue::count(&mut *fixture.read().await, fixture.account, &all).await.unwrap(), 1);
}

#[tokio::test]
async fn what_may_wait_goes_with_the_next() {
    let fixture = Fixture::new().await;
    let before = *fixture.store.committed().borrow();
    let (account, open) = (fixture.account, hold(&fixture).await);
    let rides =
        fixture.store.write_in(Turn::Along, move |tx| Box::pin(async move { queue::insert(tx, &new_queue(account, "rides")).await }));
    let goes = add(fixture.store.clone(), new_queue(account, "goes"));
    let (rides, goes, ()) = tokio::join!(rides, goes, async { open.send(()).unwrap() });
    assert_eq!((rides.is_ok(), goes.is_ok(), *fixture.store.committed().borrow() - before), (true, true, 2), "with the one that was held");
    // With nobody else it goes alone.
    let alone =
        fixture.store.write_in(Turn::Along, move |tx| Box::pin(async move { queue::insert(tx, &new_queue(account, "alone")).await }));
    alone.await.unwrap();
    assert_eq!(names(&fixture).await.len(), 3);
}
