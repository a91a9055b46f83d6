//! `ccgate backup` and `ccgate restore`.

use std::cell::{Cell, RefCell};
use std::path::Path;

use libtest_mimic::Trial;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Notify;

use crate::harness::serve::say;
use crate::harness::{World, patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("operations::a_backup_under_load_has_all_that_was_accepted_before", under_load),
        trial("operations::what_is_no_backup_is_refused_and_changes_nothing", refused),
    ]
}

/// Requests at a time.
const CLIENTS: usize = 4;
/// Accepted requests before the backup begins, and at least so many meanwhile and after.
const BEFORE: usize = 40;

/// What clients were told is done: the names of pauses, and the ids of events.
#[derive(Default)]
struct Accepted {
    pauses: RefCell<Vec<String>>,
    events: RefCell<Vec<String>>,
    more: Notify,
    enough: Cell<bool>,
}

impl Accepted {
    /// Makes one after the other until it is enough.
    async fn fill(&self, w: &World, client: usize) {
        for n in 0.. {
            if self.enough.get() {
                return;
            }
            let name = format!("Pause {client} {n}");
            let made = w.post("/api/pause", json!({"name": name})).await;
            assert_eq!(made.status, 200, "{}", made.body);
            self.pauses.borrow_mut().push(name);
            let told = w.post("/api/event/test", json!({})).await;
            assert_eq!(told.status, 200, "{}", told.body);
            self.events.borrow_mut().push(told.body["data"]["id"].as_str().expect("an id").to_owned());
            self.more.notify_one();
        }
    }

    async fn until(&self, count: usize) {
        patience(&format!("{count} accepted requests"), async {
            while self.events.borrow().len() < count {
                self.more.notified().await;
            }
        })
        .await;
    }

    fn so_far(&self) -> (Vec<String>, Vec<String>) {
        (self.pauses.borrow().clone(), self.events.borrow().clone())
    }
}

async fn under_load() {
    let mut w = World::start().await;
    w.push_to_sink().await;
    let folder = TempDir::new().expect("a folder");
    let copy = folder.path().join("copy.db");
    let accepted = Accepted::default();
    let load = futures_util::future::join_all((0..CLIENTS).map(|client| accepted.fill(&w, client)));
    let backup = async {
        accepted.until(BEFORE).await;
        let before = accepted.so_far();
        let said = say(&w, "backup", &[&copy]).await;
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        accepted.until(before.1.len() + BEFORE).await;
        accepted.enough.set(true);
        before
    };
    let (_, (pauses, events)) = tokio::join!(load, backup);
    assert_eq!(mode(&copy), 0o600, "others may read keys and passwords");
    let again = say(&w, "backup", &[&copy]).await;
    assert!(!again.status.success() && words(&again.stderr).contains("is there already"), "{}", words(&again.stderr));
    let running = say(&w, "restore", &[&copy]).await;
    assert!(!running.status.success() && words(&running.stderr).contains("stop ccgate first"), "{}", words(&running.stderr));

    w.stop_ccgate().await;
    let restored = say(&w, "restore", &[&copy]).await;
    assert!(restored.status.success(), "{}", words(&restored.stderr));
    w.start_ccgate().await;
    w.reconciled().await;
    let there = w.get("/api/pause").await.body.to_string();
    let lost: Vec<_> = pauses.iter().filter(|name| !there.contains(&format!("\"{name}\""))).collect();
    assert!(lost.is_empty(), "{lost:?}");
    for id in &events {
        assert_eq!(w.get(&format!("/api/event/{id}")).await.status, 200, "event {id} is missing");
    }
    let last = accepted.so_far().0.pop().expect("many were accepted");
    assert!(!there.contains(&format!("\"{last}\"")), "what came after the backup is there: it was not restored");
    w.stop().await;
}

async fn refused() {
    let mut w = World::start().await;
    w.stop_ccgate().await;
    let database = w.config().database.path.clone();
    let before = std::fs::read(&database).expect("the database can be read");
    let folder = TempDir::new().expect("a folder");
    let text = folder.path().join("text");
    std::fs::write(&text, "no database").expect("a file");
    let half = folder.path().join("half.db");
    std::fs::write(&half, &before[..before.len() / 2]).expect("a file");
    let with_log = folder.path().join("by-hand.db");
    std::fs::write(&with_log, &before).expect("a file");
    std::fs::write(folder.path().join("by-hand.db-wal"), "").expect("a file");
    for file in [&text, &half, &with_log, &folder.path().join("nothing")] {
        let said = say(&w, "restore", &[file]).await;
        assert!(!said.status.success() && words(&said.stderr).contains("no whole database"), "{}", words(&said.stderr));
    }
    assert!(std::fs::read(&database).expect("the database can be read") == before, "it was changed");
    let files = std::fs::read_dir(database.parent().expect("a folder")).expect("it can be listed");
    let names: Vec<_> = files.map(|file| file.expect("it can be listed").file_name().into_string().expect("a name")).collect();
    assert!(!names.iter().any(|name| name.contains("restoring") || name.contains("replaced")), "{names:?}");
    w.start_ccgate().await;
    w.stop().await;
}

fn words(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}
