//! The live stream: an account's events as they are committed, in that order, for as long as somebody listens.
//!
//! One reader an account looks at the database after each commit, and hands what is new to every stream of the account (`hub`); so a hundred
//! wallboards cost one query. Each stream has a task (`pump`) that first reads what its client missed, then passes on what it [`Wanted`].
//! Nobody is waited for: a client that does not read is cut off at a bounded queue, and goes on from the last id that it saw.

mod hub;
mod pump;
mod told;
mod wanted;

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(super) use hub::Hub;
pub(super) use pump::access_changes;
pub use told::Told;
pub use wanted::Wanted;

use self::pump::Pump;
use super::access::Caller;
use super::{Error, Result, Service};
use crate::domain::event::names;
use crate::domain::{AccountId, Permission};
use crate::store::event;

/// Streams of an account at a time.
pub const STREAMS_MAX: usize = 256;
/// Of one user at a time, so that one that opens and opens leaves some to the others.
pub const STREAMS_OF_USER_MAX: usize = 64;
/// Events that wait for one client; one with more is cut off.
pub const WAITING_EVENTS_MAX: usize = 4_096;
/// The last events that the streams of an account share; a stream further behind reads from the database.
pub const SHARED_EVENTS_MAX: usize = 1_024;
/// Events that are read at once.
pub const PAGE_EVENTS: u32 = 512;
/// While nothing else is sent, something is sent so often, in milliseconds.
pub const KEEP_ALIVE_MS: u64 = 15_000;
/// How long a client that catches up may take nothing before it is cut off, in milliseconds.
pub const STALLED_MS: u64 = 30_000;
/// A key that was revoked, a session that is over, a permission that was taken or given ends a stream within so many milliseconds.
pub const RECHECK_MS: u64 = 5_000;
/// A connection is closed so many milliseconds after its stream has ended, whether its client has read the end or not.
pub const LINGER_MS: u64 = 1_000;

/// What goes to a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// What happened.
    Event(Arc<Told>),
    /// What came after the client's last event is not known; it goes on after the event of this id, none when there is none.
    Gap(Option<String>),
    /// Nothing for this client; what was up to the event of this id, where there is one, need not be asked for again.
    Still(Option<String>),
}

impl Service {
    /// The account's events from now on, or after the event `last`, as far as they are `wanted`. Without `supervise` those of the caller itself.
    /// The receiver ends with the stream; `cut` is cancelled a little later, in case nobody reads.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name or an id that there cannot be, [`Error::NotFound`] for a user or queue, [`Error::Permission`] for another
    /// user, [`Error::Streams`].
    pub async fn stream(
        &self,
        caller: &Caller,
        wanted: Wanted,
        last: Option<String>,
        cut: CancellationToken,
    ) -> Result<mpsc::Receiver<Piece>> {
        check_names(&wanted)?;
        self.may_watch(caller, &wanted.users, &wanted.queues).await?;
        let why = "must be the id of an event as it was sent, or left out";
        let last = last.map(|last| Uuid::parse_str(&last).map_err(|_| Error::invalid("last_event_id", why))).transpose()?;
        let account = caller.account_id();
        let seat = self.0.streams.join(self.store(), account, caller.user.id).await?;
        let mut conn = self.store().read().await?;
        let (head, latest) = event::head(&mut conn, account).await?;
        let known = match last {
            Some(last) => Some(event::seq_to_go_on(&mut conn, account, &last.to_string()).await?),
            None => None,
        };
        drop(conn);
        let (after, first) = match known {
            Some(Some(seq)) => (seq, None),
            Some(None) => (head, Some(Piece::Gap(latest))),
            None => (head, Some(Piece::Still(latest))),
        };
        let (out, pieces) = mpsc::channel(WAITING_EVENTS_MAX);
        if let Some(first) = first {
            // There is room: nothing was put in.
            let _room = out.try_send(first);
        }
        let own = (!caller.may(Permission::Supervise)).then_some(caller.user.id);
        let pump = Pump { service: self.clone(), caller: caller.clone(), wanted: Wanted { own, ..wanted }, seat, after, out, cut };
        tokio::spawn(pump.run());
        Ok(pieces)
    }

    /// How many streams of an account are open.
    pub fn open_streams(&self, account: AccountId) -> usize {
        self.0.streams.open(account)
    }

    /// Ends every stream, now and from now on.
    pub fn end_streams(&self) {
        self.0.streams.close();
    }
}

/// Ok when there are events of each name.
fn check_names(wanted: &Wanted) -> Result<()> {
    let Some(unknown) = wanted.names.iter().find(|name| !names().any(|known| known == *name)) else { return Ok(()) };
    let known = names().collect::<Vec<_>>().join(", ");
    Err(Error::invalid("event", format!("must be of the events that there are: {unknown} is none of {known}")))
}
