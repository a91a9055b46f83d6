//! The wallboard: who waits, what agents do, and the day's figures, of an account or of one of its queues.
//!
//! What is sent is always all of it, as it is now, and no difference from before: a wall that missed something shows the truth again with the next that it
//! gets, and cannot drift. It is worked out once for all the walls of an account (`hub`), after a commit and otherwise once a second, because
//! a wrap-up ends and midnight comes without one; and written once for all the walls that show the same. A wall that does not read misses what is
//! between, not what is last.

mod hub;
mod view;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

pub(super) use hub::Walls;
pub use view::{AgentCard, CallerCard, Figures, Interval, QueueCard, Wall};

use self::hub::{Latest, Seat};
use self::view::Whole;
use super::access::Caller;
use super::stream::{LINGER_MS, STALLED_MS, access_changes};
use super::{Error, Result, Service};
use crate::clock::Millis;
use crate::domain::{AccountId, Permission, QueueId};
use crate::store;

/// Walls of an account at a time.
pub const WALLS_MAX: usize = 1_024;
/// It is worked out at most so often, in milliseconds.
pub const PACE_MS: u64 = 200;
/// And so long, in milliseconds, after it was where nothing is committed.
pub const IDLE_MS: u64 = 1_000;
/// While nothing changes a wall is told the time so often, in milliseconds.
pub const STILL_MS: u64 = 5_000;

/// What goes to a wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// All that it shows, a [`Wall`] as JSON.
    Wall(Arc<str>),
    /// Nothing has changed until now.
    Still(Millis),
}

impl Service {
    /// The wall of a queue, or of the account, now.
    ///
    /// # Errors
    /// [`Error::Permission`] without `supervise`, [`Error::NotFound`].
    pub async fn wall_now(&self, caller: &Caller, queue: Option<QueueId>) -> Result<Wall> {
        caller.require(Permission::Supervise)?;
        Whole::now(self, caller.account_id()).await?.of(queue).ok_or(Error::NotFound("queue"))
    }

    /// The same whenever it changes, beginning with now, until the queue is gone or the caller may not see it any more. The receiver ends with it; `cut` is
    /// cancelled a little later, in case nobody reads.
    ///
    /// # Errors
    /// [`Error::Permission`] without `supervise`, [`Error::NotFound`], [`Error::Streams`].
    pub async fn wall(&self, caller: &Caller, queue: Option<QueueId>, cut: CancellationToken) -> Result<mpsc::Receiver<Piece>> {
        caller.require(Permission::Supervise)?;
        let account = caller.account_id();
        if let Some(id) = queue {
            store::queue::get(&mut *self.store().read().await?, account, id).await?.ok_or(Error::NotFound("queue"))?;
        }
        let seat = self.0.walls.join(self, account, queue)?;
        let (out, pieces) = mpsc::channel(1);
        tokio::spawn(run(self.clone(), caller.clone(), seat, out, cut));
        Ok(pieces)
    }

    /// How many walls of an account are open.
    pub fn open_walls(&self, account: AccountId) -> usize {
        self.0.walls.open(account)
    }
}

/// One wall, until it ends; closes its connection.
async fn run(service: Service, caller: Caller, seat: Seat, out: mpsc::Sender<Piece>, cut: CancellationToken) {
    tokio::select! {
        biased;
        () = service.0.streams.closing().cancelled() => {}
        () = out.closed() => {}
        () = access_changes(&service, &caller) => {}
        () = pass(&service, seat.latest(), &out) => {}
    }
    drop((seat, out));
    sleep(Duration::from_millis(LINGER_MS)).await;
    cut.cancel();
}

/// Passes on what there is to show, until there is nothing, or nobody reads.
async fn pass(service: &Service, mut latest: watch::Receiver<Latest>, out: &mpsc::Sender<Piece>) {
    latest.mark_changed();
    loop {
        let piece = tokio::select! {
            changed = latest.changed() => match (changed, &*latest.borrow_and_update()) {
                (Ok(()), Latest::Wall(text)) => Piece::Wall(Arc::clone(text)),
                (Ok(()), Latest::Unknown) => continue,
                _ => return,
            },
            () = sleep(Duration::from_millis(STILL_MS)) => Piece::Still(service.now()),
        };
        if !matches!(timeout(Duration::from_millis(STALLED_MS), out.send(piece)).await, Ok(Ok(()))) {
            return;
        }
    }
}
