//! What an account's walls share: one task that works out what they show.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::view::Whole;
use super::{IDLE_MS, PACE_MS, WALLS_MAX};
use crate::domain::{AccountId, QueueId};
use crate::service::{Error, Result, Service};

/// What working it out takes may be at most this part of the time: where a day has very many calls, walls are a little later, and ccgate has time for them.
const PART_OF_TIME: u32 = 4;

/// The accounts that have walls.
#[derive(Debug, Default)]
pub(in crate::service) struct Walls(Arc<Mutex<HashMap<AccountId, Board>>>);

/// An account's.
#[derive(Debug)]
struct Board {
    /// By what they show: a queue, or the account.
    shown: HashMap<Option<QueueId>, Shown>,
    /// Somebody wants what nobody wanted before.
    wanted: Arc<Notify>,
    _task: DropGuard,
}

#[derive(Debug)]
struct Shown {
    latest: watch::Sender<Latest>,
    walls: usize,
}

/// What a wall shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Latest {
    /// It was not worked out yet.
    #[default]
    Unknown,
    /// JSON.
    Wall(Arc<str>),
    /// There is no such queue any more.
    Gone,
}

/// A wall's place. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct Seat {
    latest: watch::Receiver<Latest>,
    account: AccountId,
    queue: Option<QueueId>,
    walls: Arc<Mutex<HashMap<AccountId, Board>>>,
}

impl Walls {
    /// A place among those who are shown this.
    pub(super) fn join(&self, service: &Service, account: AccountId, queue: Option<QueueId>) -> Result<Seat> {
        let mut boards = lock(&self.0);
        let board = boards.entry(account).or_insert_with(|| Board::start(service.clone(), account, Arc::clone(&self.0)));
        if board.walls() >= WALLS_MAX {
            return Err(Error::Streams { whose: "account", most: WALLS_MAX });
        }
        let shown = board.shown.entry(queue).or_insert_with(|| {
            board.wanted.notify_one();
            Shown { latest: watch::Sender::default(), walls: 0 }
        });
        shown.walls += 1;
        Ok(Seat { latest: shown.latest.subscribe(), account, queue, walls: Arc::clone(&self.0) })
    }

    pub(super) fn open(&self, account: AccountId) -> usize {
        lock(&self.0).get(&account).map_or(0, Board::walls)
    }
}

impl Seat {
    pub(super) fn latest(&self) -> watch::Receiver<Latest> {
        self.latest.clone()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut boards = lock(&self.walls);
        let Some(board) = boards.get_mut(&self.account) else { return };
        if let Some(shown) = board.shown.get_mut(&self.queue) {
            shown.walls -= 1;
            if shown.walls == 0 {
                board.shown.remove(&self.queue);
            }
        }
        if board.shown.is_empty() {
            boards.remove(&self.account);
        }
    }
}

impl Board {
    fn start(service: Service, account: AccountId, boards: Arc<Mutex<HashMap<AccountId, Self>>>) -> Self {
        let (wanted, ended) = (Arc::new(Notify::new()), CancellationToken::new());
        tokio::spawn(ended.clone().run_until_cancelled_owned(keep(service, account, boards, Arc::clone(&wanted))));
        Self { shown: HashMap::new(), wanted, _task: ended.drop_guard() }
    }

    fn walls(&self) -> usize {
        self.shown.values().map(|shown| shown.walls).sum()
    }
}

/// Works out what the account's walls show, for as long as there are some.
async fn keep(service: Service, account: AccountId, boards: Arc<Mutex<HashMap<AccountId, Board>>>, wanted: Arc<Notify>) {
    let mut committed = service.store().committed();
    loop {
        committed.mark_unchanged();
        let began = Instant::now();
        // One that is wanted from here on may be of a queue that is not among those that are read now.
        let queues: Vec<_> = lock(&boards).get(&account).map(|board| board.shown.keys().copied().collect()).unwrap_or_default();
        let whole = AssertUnwindSafe(Whole::now(&service, account)).catch_unwind().await;
        match whole.unwrap_or_else(|_| Err(Error::Internal("working them out panicked".to_owned()))) {
            Ok(whole) => {
                for queue in queues {
                    let latest = whole.of(queue).map_or(Latest::Gone, |wall| Latest::Wall(wall.text().into()));
                    show(&boards, account, queue, latest);
                }
            }
            Err(error) => tracing::error!(%account, %error, "what the wallboards show could not be read; trying again"),
        }
        sleep(Duration::from_millis(PACE_MS).max(began.elapsed() * PART_OF_TIME)).await;
        tokio::select! {
            changed = committed.changed() => if changed.is_err() { return },
            () = wanted.notified() => {}
            () = sleep_until(began + Duration::from_millis(IDLE_MS)) => {}
        }
    }
}

fn show(boards: &Mutex<HashMap<AccountId, Board>>, account: AccountId, queue: Option<QueueId>, latest: Latest) {
    if let Some(shown) = lock(boards).get(&account).and_then(|board| board.shown.get(&queue)) {
        shown.latest.send_if_modified(|before| {
            let is_new = *before != latest;
            if is_new {
                *before = latest;
            }
            is_new
        });
    }
}

fn lock<T>(boards: &Mutex<T>) -> MutexGuard<'_, T> {
    boards.lock().unwrap_or_else(PoisonError::into_inner)
}
