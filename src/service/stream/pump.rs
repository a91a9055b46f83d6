//! The task of one stream.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::hub::Seat;
use super::{KEEP_ALIVE_MS, LINGER_MS, PAGE_EVENTS, Piece, RECHECK_MS, STALLED_MS, Told, Wanted};
use crate::domain::Permission;
use crate::service::access::Caller;
use crate::service::{Error, Service};
use crate::store::event;

/// One client's stream.
pub(super) struct Pump {
    pub(super) service: Service,
    pub(super) caller: Caller,
    pub(super) wanted: Wanted,
    pub(super) seat: Seat,
    /// The place up to which the client has all events.
    pub(super) after: i64,
    pub(super) out: mpsc::Sender<Piece>,
    pub(super) cut: CancellationToken,
}

/// Why a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// The client went away.
    Gone,
    /// The client did not read.
    Slow,
    /// Who asked may not, or may see more or less than it did.
    Access,
    /// ccgate ends.
    Closing,
    /// The database failed.
    Failed,
}

impl Pump {
    /// Runs until the stream ends, and closes its connection.
    pub(super) async fn run(self) {
        let Self { service, caller, wanted, seat, after, out, cut } = self;
        let left = out.clone();
        let closing = service.0.streams.closing();
        let mut events = Events { service: &service, wanted, seat, after, passed: None, out };
        let why = tokio::select! {
            biased;
            () = closing.cancelled() => Ended::Closing,
            () = left.closed() => Ended::Gone,
            () = access_changes(&service, &caller) => Ended::Access,
            why = events.run() => why,
        };
        tracing::debug!(user = %caller.user.id, ?why, "a live stream ended");
        drop((events, left));
        // Those who read have the end by then.
        sleep(Duration::from_millis(LINGER_MS)).await;
        cut.cancel();
    }
}

/// Until the caller may not see what it sees, or might see more.
pub(in crate::service) async fn access_changes(service: &Service, caller: &Caller) {
    loop {
        sleep(Duration::from_millis(RECHECK_MS)).await;
        match service.authenticate_again(caller).await {
            Ok(by_now) if by_now.may(Permission::Supervise) == caller.may(Permission::Supervise) => {}
            // Nothing is known then; the reader tells of it.
            Err(Error::Store(_)) => {}
            _ => return,
        }
    }
}

/// The events on their way to a client.
struct Events<'a> {
    service: &'a Service,
    wanted: Wanted,
    seat: Seat,
    after: i64,
    /// The last event that the client did not want, since it was told.
    passed: Option<String>,
    out: mpsc::Sender<Piece>,
}

impl Events<'_> {
    async fn run(&mut self) -> Ended {
        let mut still = interval_at(Instant::now() + Duration::from_millis(KEEP_ALIVE_MS), Duration::from_millis(KEEP_ALIVE_MS));
        still.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Who comes back sets the pace until it is up to date; from then on nobody is waited for, and all others have theirs in time.
        let mut wait_ms = STALLED_MS;
        loop {
            if let Err(ended) = self.catch_up(Duration::from_millis(wait_ms)).await {
                return ended;
            }
            wait_ms = 0;
            loop {
                let piece = tokio::select! {
                    told = self.seat.live.recv() => match told {
                        Ok(told) => self.pass(told),
                        Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return Ended::Failed,
                    },
                    _ = still.tick() => Some(Piece::Still(self.passed.take())),
                };
                if piece.is_some_and(|piece| self.out.try_send(piece).is_err()) {
                    return Ended::Slow;
                }
            }
        }
    }

    /// What is in the database after the client's last event, waiting so long for room. What is committed meanwhile is read, too: only what follows
    /// the last page is left to the reader that all share.
    async fn catch_up(&mut self, wait: Duration) -> Result<(), Ended> {
        loop {
            self.seat.live = self.seat.live.resubscribe();
            let read = async {
                let mut conn = self.service.store().read().await?;
                event::next(&mut conn, self.seat.account, self.after, PAGE_EVENTS).await
            };
            let (page, read) = read.await.map_err(|error| {
                tracing::error!(%error, "events could not be read for a live stream");
                Ended::Failed
            })?;
            let is_last = page.len() < PAGE_EVENTS as usize;
            for event in page {
                if let Some(piece) = self.pass(Arc::new(Told::of(event))) {
                    let given = timeout(wait, self.out.send(piece)).await;
                    given.map_err(|_| Ended::Slow)?.map_err(|_| Ended::Gone)?;
                }
            }
            self.after = read;
            if is_last {
                return Ok(());
            }
        }
    }

    /// What goes to the client because of an event: once, and when it is wanted.
    fn pass(&mut self, told: Arc<Told>) -> Option<Piece> {
        if told.seq <= self.after {
            return None;
        }
        self.after = told.seq;
        if self.wanted.takes(&told) {
            self.passed = None;
            return Some(Piece::Event(told));
        }
        self.passed = Some(told.id.clone());
        None
    }
}
