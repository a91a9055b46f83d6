//! The switch's records of legs that ended, on their way to the task that hears the feed.

use std::future::pending;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::clock::Millis;
use crate::domain::SwitchId;
use crate::domain::call::LegId;
use crate::store::{self, Store};
use crate::switch::cdr::Cdr;

/// Records that wait for what the feed may still hold; with more, none are taken, and the switch keeps them.
pub const RECORDS_HELD_MAX: usize = 10_000;
/// Messages on their way to the task.
const SAID_MAX: usize = 64;

/// Takes records. Clones share the way.
#[derive(Clone, Debug)]
pub struct Records {
    said: mpsc::Sender<Said>,
    store: Store,
    switch: SwitchId,
}

/// Records of ended legs, and the news that the folder of those that could not be posted was read.
pub struct Second {
    /// Where they come from.
    pub(super) said: mpsc::Receiver<Said>,
    /// Asks for the folder to be read, counted; none when there is no folder.
    pub(super) read: Option<watch::Sender<u64>>,
}

/// What the task is told.
#[derive(Debug)]
pub(super) enum Said {
    /// Legs ended; answered when everything that is told of that is committed.
    Ended(Vec<Cdr>, oneshot::Sender<()>),
    /// The folder was read since it was asked for so many times.
    FolderRead(u64),
}

/// The two ends: for whoever has records, and for [`super::Calls::with_records`]. With `read` the task asks for the folder to be read.
pub(super) fn channel(store: Store, switch: SwitchId, read: Option<watch::Sender<u64>>) -> (Records, Second) {
    let (said, heard) = mpsc::channel(SAID_MAX);
    (Records { said, store, switch }, Second { said: heard, read })
}

impl Records {
    /// Without a folder.
    pub fn new(store: Store, switch: SwitchId) -> (Self, Second) {
        channel(store, switch, None)
    }

    /// Takes records of legs that ended. When it returns, what they tell is committed, and they are needed no more.
    ///
    /// # Errors
    /// When the database cannot be read or ccgate ends: the records are needed still.
    pub async fn take(&self, mut cdrs: Vec<Cdr>) -> Result<(), store::Error> {
        let mut read = self.store.read().await?;
        let mut unknown = Vec::with_capacity(cdrs.len());
        for cdr in cdrs.drain(..) {
            if !store::leg::has_ended(&mut read, self.switch, &cdr.fact.leg).await? {
                unknown.push(cdr);
            }
        }
        drop(read);
        if unknown.is_empty() {
            return Ok(());
        }
        let (done, told) = oneshot::channel();
        self.said.send(Said::Ended(unknown, done)).await.map_err(|_| store::Error::Closed)?;
        told.await.map_err(|_| store::Error::Closed)
    }

    pub(super) async fn folder_read(&self, times: u64) {
        // A task that ended waits for nothing.
        let _gone = self.said.send(Said::FolderRead(times)).await;
    }
}

/// Asks for the folder of records to be read once more; the count of that reading.
pub(super) fn ask_to_read(read: &watch::Sender<u64>) -> u64 {
    read.send_modify(|times| *times += 1);
    *read.borrow()
}

/// The next record; never, when nobody sends any.
pub(super) async fn next_said(second: &mut Option<Second>) -> Option<Said> {
    match second {
        Some(second) => second.said.recv().await,
        None => pending().await,
    }
}

/// Records that wait for the feed, and those who wait for their commit. No IO.
#[derive(Debug, Default)]
pub(super) struct Held {
    askers: Vec<Asker>,
}

/// Who waits.
#[derive(Debug)]
struct Asker {
    /// Of legs that are not over yet, each with when the feed no longer has anything of it; none while it is to come.
    cdrs: Vec<(Option<Instant>, Cdr)>,
    /// Answered once so many changes are committed.
    after: u64,
    /// Whether what it waited for is being taken in, so that `after` is still to come.
    taken: bool,
    done: Option<oneshot::Sender<()>>,
}

impl Held {
    /// Holds each of `cdrs` as long as it says; those who sent them are answered after so many changes, and after what comes of these.
    pub(super) fn hold(&mut self, cdrs: Vec<(Option<Instant>, Cdr)>, after: u64, done: oneshot::Sender<()>) {
        self.askers.push(Asker { cdrs, after, taken: false, done: Some(done) });
    }

    /// The feed has nothing more, from `due_at` on, of the legs that were to come in it and that ended before `ended_before`.
    pub(super) fn expect_no_more(&mut self, ended_before: Millis, due_at: Instant) {
        for (due, cdr) in self.askers.iter_mut().flat_map(|asker| &mut asker.cdrs) {
            if due.is_none() && ended_at(cdr) < ended_before {
                *due = Some(due_at);
            }
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.askers.iter().map(|asker| asker.cdrs.len()).sum::<usize>() >= RECORDS_HELD_MAX
    }

    /// When the next ones are due.
    pub(super) fn next_at(&self) -> Option<Instant> {
        self.askers.iter().flat_map(|asker| &asker.cdrs).filter_map(|(due_at, _)| *due_at).min()
    }

    /// The feed told that the leg is over, of which the first `after` changes tell.
    pub(super) fn heard(&mut self, leg: &LegId, after: u64) {
        for asker in &mut self.askers {
            let before = asker.cdrs.len();
            asker.cdrs.retain(|(_, cdr)| cdr.fact.leg != *leg);
            if asker.cdrs.len() < before {
                asker.after = asker.after.max(after);
            }
        }
    }

    /// Gives those that are due by `until`, and when none all that the feed is not sure to tell of. Call [`Held::took`] when they are taken in.
    pub(super) fn take(&mut self, until: Option<Instant>) -> Vec<Cdr> {
        let mut taken = Vec::new();
        for asker in &mut self.askers {
            let is_due = |(due_at, _): &mut (Option<Instant>, Cdr)| due_at.is_some_and(|due| until.is_none_or(|until| due <= until));
            let before = taken.len();
            taken.extend(asker.cdrs.extract_if(.., is_due).map(|(_, cdr)| cdr));
            asker.taken |= taken.len() > before;
        }
        taken
    }

    /// Of what was taken the first `after` changes tell.
    pub(super) fn took(&mut self, after: u64) {
        for asker in self.askers.iter_mut().filter(|asker| asker.taken) {
            asker.taken = false;
            asker.after = after;
        }
    }

    /// Answers those of whom all is committed, when so many changes are.
    pub(super) fn answer(&mut self, committed: u64) {
        self.askers.retain_mut(|asker| {
            let waits = !asker.cdrs.is_empty() || asker.after > committed;
            if !waits && let Some(done) = asker.done.take() {
                // Who gave up waiting sends the record again.
                let _gone = done.send(());
            }
            waits
        });
    }
}

/// When the leg of a record ended, by the switch's clock.
pub(super) fn ended_at(cdr: &Cdr) -> Millis {
    cdr.fact.times.hung_up_at.unwrap_or(cdr.fact.at)
}
