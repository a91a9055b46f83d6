//! Whether anything was changed of who may ask: accounts, users, their groups and keys. Whoever remembers whose a key is looks here whether that still
//! holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::Conn;

/// The tables. Each has a rowid, without which SQLite tells of no change.
pub(super) const TABLES: [&str; 4] = ["account", "api_key", "pgroup", "user"];

/// Counts the commits that changed any of it. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct People(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// By what is not committed yet, or was given up.
    touched: AtomicBool,
    version: AtomicU64,
}

impl People {
    /// Notes what this connection writes.
    pub(super) async fn watch(&self, conn: &mut Conn) -> Result<(), sqlx::Error> {
        let people = self.0.clone();
        conn.lock_handle().await?.set_update_hook(move |row| {
            if TABLES.contains(&row.table) {
                people.touched.store(true, Ordering::Release);
            }
        });
        Ok(())
    }

    /// What was noted is committed, and nobody was told yet.
    pub(super) fn committed(&self) {
        if self.0.touched.swap(false, Ordering::AcqRel) {
            self.0.version.fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Another one after each such commit.
    pub(super) fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }
}
