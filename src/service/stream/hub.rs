//! What an account's streams share: the reader.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{PAGE_EVENTS, SHARED_EVENTS_MAX, STREAMS_MAX, STREAMS_OF_USER_MAX, Told};
use crate::domain::{AccountId, UserId};
use crate::service::{Error, Result};
use crate::store::{self, Store, event};

/// How long the reader waits after an error of the database, in milliseconds.
const ERROR_WAIT_MS: u64 = 1_000;

/// The accounts that have streams.
#[derive(Debug, Default)]
pub(in crate::service) struct Hub {
    feeds: Arc<Feeds>,
    closing: CancellationToken,
}

#[derive(Debug, Default)]
struct Feeds(Mutex<HashMap<AccountId, Feed>>);

/// A reader, for as long as somebody listens.
#[derive(Debug)]
struct Feed {
    /// The reader's: when that ends by itself, its streams do, and the next one that joins starts another.
    live: broadcast::WeakSender<Arc<Told>>,
    /// How many each user has; none has 0.
    streams: HashMap<UserId, usize>,
    reader: DropGuard,
}

/// A stream's place. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct Seat {
    /// What is committed from here on, in order.
    pub(super) live: broadcast::Receiver<Arc<Told>>,
    pub(super) account: AccountId,
    user: UserId,
    feeds: Arc<Feeds>,
}

impl Hub {
    /// A place among the account's streams, for one of its users.
    pub(super) async fn join(&self, store: &Store, account: AccountId, user: UserId) -> Result<Seat> {
        let (head, _) = event::head(&mut *store.read().await?, account).await?;
        let mut feeds = self.feeds.lock();
        let feed = feeds.entry(account).or_insert_with(|| Feed::start(store.clone(), account, head));
        if feed.streams() >= STREAMS_MAX {
            return Err(Error::Streams { whose: "account", most: STREAMS_MAX });
        }
        let of_user = feed.streams.entry(user).or_default();
        if *of_user >= STREAMS_OF_USER_MAX {
            return Err(Error::Streams { whose: "user", most: STREAMS_OF_USER_MAX });
        }
        *of_user += 1;
        let live = match feed.live.upgrade() {
            Some(live) => live.subscribe(),
            None => feed.restart(store.clone(), account, head),
        };
        Ok(Seat { live, account, user, feeds: Arc::clone(&self.feeds) })
    }

    pub(super) fn open(&self, account: AccountId) -> usize {
        self.feeds.lock().get(&account).map_or(0, Feed::streams)
    }

    /// Cancelled when every stream has to end.
    pub(in crate::service) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    pub(super) fn close(&self) {
        self.closing.cancel();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut feeds = self.feeds.lock();
        let Some(feed) = feeds.get_mut(&self.account) else { return };
        if let Some(of_user) = feed.streams.get_mut(&self.user) {
            *of_user -= 1;
            if *of_user == 0 {
                feed.streams.remove(&self.user);
            }
        }
        if feed.streams.is_empty() {
            feeds.remove(&self.account);
        }
    }
}

impl Feeds {
    fn lock(&self) -> MutexGuard<'_, HashMap<AccountId, Feed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Feed {
    fn start(store: Store, account: AccountId, seq: i64) -> Self {
        let (live, reader, _) = reader(store, account, seq);
        Self { live, streams: HashMap::new(), reader }
    }

    fn restart(&mut self, store: Store, account: AccountId, seq: i64) -> broadcast::Receiver<Arc<Told>> {
        let (live, reader, first) = reader(store, account, seq);
        (self.live, self.reader) = (live, reader);
        first
    }

    fn streams(&self) -> usize {
        self.streams.values().sum()
    }
}

/// Begins to read.
fn reader(store: Store, account: AccountId, seq: i64) -> (broadcast::WeakSender<Arc<Told>>, DropGuard, broadcast::Receiver<Arc<Told>>) {
    let (live, first) = broadcast::channel(SHARED_EVENTS_MAX);
    let (weak, ended) = (live.downgrade(), CancellationToken::new());
    tokio::spawn(ended.clone().run_until_cancelled_owned(read(store, account, seq, live)));
    (weak, ended.drop_guard(), first)
}

/// Sends the account's events after `seq` as they are committed: one look at the database for all the commits since the last.
async fn read(store: Store, account: AccountId, mut seq: i64, live: broadcast::Sender<Arc<Told>>) {
    let mut committed = store.committed();
    loop {
        committed.mark_unchanged();
        match new_events(&store, account, &mut seq, &live).await {
            Ok(()) => {
                if committed.changed().await.is_err() {
                    return;
                }
            }
            Err(error) => {
                tracing::error!(%account, %error, "events could not be read for the live stream; trying again");
                tokio::time::sleep(Duration::from_millis(ERROR_WAIT_MS)).await;
            }
        }
    }
}

async fn new_events(store: &Store, account: AccountId, seq: &mut i64, live: &broadcast::Sender<Arc<Told>>) -> Result<(), store::Error> {
    loop {
        let (page, read) = event::next(&mut *store.read().await?, account, *seq, PAGE_EVENTS).await?;
        let is_last = page.len() < PAGE_EVENTS as usize;
        *seq = read;
        for event in page {
            // Nobody may be listening just now.
            let _listeners = live.send(Arc::new(Told::of(event)));
        }
        if is_last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast::error::{RecvError, TryRecvError};

    use super::*;
    use crate::clock::Clock;

    #[tokio::test]
    async fn streams_end_with_their_reader_and_the_next_has_another() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("ccgate.db"), Clock::system()).await.unwrap();
        let (hub, account) = (Hub::default(), AccountId(1));
        let mut first = hub.join(&store, account, UserId(1)).await.unwrap();
        let ended =
            hub.feeds.lock().get_mut(&account).map(|feed| std::mem::replace(&mut feed.reader, CancellationToken::new().drop_guard()));
        drop(ended);
        assert_eq!(first.live.recv().await.err(), Some(RecvError::Closed));
        let mut next = hub.join(&store, account, UserId(1)).await.unwrap();
        assert_eq!(next.live.try_recv().err(), Some(TryRecvError::Empty), "it is read for");
        drop(first);
        assert_eq!(hub.open(account), 1);
        drop(next);
        assert_eq!(hub.open(account), 0);
        store.close().await;
    }
}
