//! The handle: what everybody else has of reconciling.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;
use tokio::time::timeout;

use super::build;
use super::desired::Desired;
use super::heal::Counts;
use super::hold::{Hold, Holds};
use super::params::Options;
use super::presence::Presence;
use super::report::{Outcome, Report};
use super::rounds::Rounds;
use super::served::Served;
use crate::domain::UserId;
use crate::store::{self, Conn};

/// Wakes the reconciler and shows what it knows. A clone is the same one. [`super::task::run`] does the work.
#[derive(Clone, Debug)]
pub struct Reconciler(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: Options,
    desired: ArcSwap<Desired>,
    served: Served,
    presence: Presence,
    holds: Holds,
    repairs: Counts,
    rounds: Rounds,
    /// Counts wakes.
    wakes: watch::Sender<u64>,
    passes: watch::Sender<Passes>,
    reports: watch::Sender<Report>,
}

/// The wakes that passes have covered: a pass covers those from before it read the database.
#[derive(Clone, Copy, Debug, Default)]
struct Passes {
    ended: u64,
    applied: u64,
}

/// A wake, to ask about later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Reconciler {
    /// A reconciler that knows nothing until its task runs.
    pub fn new(options: Options) -> Self {
        Self(Arc::new(Inner {
            options,
            desired: ArcSwap::default(),
            served: Served::default(),
            presence: Presence::default(),
            holds: Holds::default(),
            repairs: Counts::default(),
            rounds: Rounds::default(),
            wakes: watch::Sender::new(0),
            passes: watch::Sender::new(Passes::default()),
            reports: watch::Sender::new(Report::default()),
        }))
    }

    /// Something was committed: there will be a pass that sees it. Wakes that come together share one.
    pub fn wake(&self) -> Ticket {
        let mut ticket = 0;
        self.0.wakes.send_modify(|wakes| {
            *wakes += 1;
            ticket = *wakes;
        });
        Ticket(ticket)
    }

    /// Whether a pass that read the database after the wake made the switch as desired, within `wait`. False as soon as that pass ended
    /// otherwise, and so at once when the switch is away.
    pub async fn applied(&self, ticket: Ticket, wait: Duration) -> bool {
        let mut passes = self.0.passes.subscribe();
        let ended = passes.wait_for(|passes| passes.ended >= ticket.0);
        matches!(timeout(wait, ended).await, Ok(Ok(passes)) if passes.applied >= ticket.0)
    }

    /// What should be, as of the last read of the database. It is here before the switch is told.
    pub fn desired(&self) -> Arc<Desired> {
        self.0.desired.load_full()
    }

    /// Who sits where.
    pub fn presence(&self) -> &Presence {
        &self.0.presence
    }

    /// Where to note what was served to the switch.
    pub fn served(&self) -> &Served {
        &self.0.served
    }

    /// What passes did and saw; the last one.
    pub fn reports(&self) -> watch::Receiver<Report> {
        self.0.reports.subscribe()
    }

    /// How often what was repaired.
    pub fn repairs(&self) -> &Counts {
        &self.0.repairs
    }

    /// How often a pass came to what.
    pub fn rounds(&self) -> &Rounds {
        &self.0.rounds
    }

    /// What the configuration says of calls.
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// Keeps passes off these agents for as long as the hold lives. To be taken before a live change touches the switch, and dropped after its
    /// commit and after [`Presence::set`].
    pub fn hold(&self, users: &[UserId]) -> Hold {
        self.0.holds.hold(users)
    }

    /// Whether a live change of the agent is under way: the switch may have it already, and the database not yet.
    pub fn is_held(&self, user: UserId) -> bool {
        self.0.holds.is_held(user)
    }

    /// Reads the database and publishes what should be, without touching the switch: so that xml_curl has an answer before the first pass.
    ///
    /// # Errors
    /// The store's.
    pub async fn publish(&self, conn: &mut Conn) -> Result<Arc<Desired>, store::Error> {
        let mark = self.0.presence.mark();
        let desired = Arc::new(build::load(conn, &self.0.options).await?);
        self.0.presence.refresh(&desired, mark);
        self.0.desired.store(desired.clone());
        Ok(desired)
    }

    pub(super) fn wakes(&self) -> watch::Receiver<u64> {
        self.0.wakes.subscribe()
    }

    pub(super) fn holds(&self) -> &Holds {
        &self.0.holds
    }

    /// A pass has ended; it covers the wakes up to `covered`, unless there is to be another one at once to finish it.
    pub(super) fn ended(&self, covered: Option<u64>, report: Report) {
        let applied = report.outcome == Outcome::Applied;
        self.0.rounds.add(&report);
        self.0.reports.send_replace(report);
        let Some(covered) = covered else { return };
        self.0.passes.send_modify(|passes| {
            passes.ended = covered;
            if applied {
                passes.applied = covered;
            }
        });
    }
}
