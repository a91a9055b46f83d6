//! The use cases: a verb a function, whichever vendor's API asks.
//!
//! A *configuration* verb commits, wakes the reconciler, and says whether the switch has it yet ([`Applied`]). A *live* verb ([`agents`])
//! has the switch's `+OK` first, then commits the state and the events that tell of it, together. Every verb takes the [`access::Caller`],
//! and every store call its account.

pub mod access;
pub mod account;
pub mod active_calls;
pub mod adoption;
pub mod agents;
mod callers;
pub mod cdr;
pub mod countries;
pub mod devices;
mod error;
pub mod events;
mod extensions;
pub mod figures;
pub mod hooks;
pub mod keys;
pub mod leads;
mod live_events;
mod logins;
pub mod memberships;
pub mod news;
pub mod originate;
pub mod outside;
pub mod pace;
mod password;
mod pauses;
mod pgroups;
pub mod phone_lists;
pub mod queues;
mod reach;
pub mod recordings;
mod references;
pub mod refusals;
pub mod remote;
pub mod repairs;
pub mod resources;
mod seats;
pub mod secret;
mod sessions;
pub mod setup;
pub mod stats;
pub mod stream;
pub mod users;
pub mod wall;
mod web_pings;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};

pub use error::{Error, Result};
pub use password::PasswordGiven;
pub use sessions::{Login, TOKEN_TTL_S};

use self::agents::recent::Recent;
use self::agents::waiting::Waiting;
use self::callers::Callers;
use self::calls::CallBoard;
use self::countries::Countries;
use self::keys::LastUse;
use self::logins::Counted;
use self::password::Passwords;
use self::reach::Reach;
use self::recordings::Recordings;
use self::stream::Hub;
use self::wall::Walls;
use crate::clock::{Clock, Millis};
use crate::domain::text::Label;
use crate::reconcile::Reconciler;
use crate::store::{Page, Store};
use crate::switch::Switch;

pub mod calls;

/// How long a configuration verb waits for the switch to have its change.
pub const APPLY_WAIT: Duration = Duration::from_secs(2);
/// Phones that may be ringing at once because of click-to-call.
const ORIGINATES_AT_ONCE: usize = 200;
/// The time in which an account's limit of calls that begin holds.
const CALLS_WINDOW_MS: i64 = 1_000;
/// Long imports that run at once, because each takes its memory; others wait.
const IMPORTS_AT_ONCE: usize = 2;

/// What the service is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The switch.
    pub switch: Switch,
    /// What keeps it as the database says.
    pub reconciler: Reconciler,
    /// Who is in a call.
    pub board: Arc<CallBoard>,
    /// Where an address is.
    pub countries: Countries,
    /// Where recorded calls are.
    pub recordings: Recordings,
    /// The time.
    pub clock: Clock,
}

/// The use cases. Clones share everything.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    parts: Parts,
    passwords: Passwords,
    failures_counted: Counted,
    callers: Callers,
    last_use: LastUse,
    recent: Recent,
    reach: Reach,
    waiting: Waiting,
    due: Notify,
    wrong_codes: agents::wrong_codes::WrongCodes,
    originates: Arc<Semaphore>,
    pace: pace::Pace,
    told: outside::Told,
    refusals: refusals::Refusals,
    imports: Arc<Semaphore>,
    streams: Hub,
    walls: Walls,
}

/// Whether the switch has a change of configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied(pub bool);

/// Rows of a list.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many there are in all, where a page was asked for.
    pub total: Option<i64>,
}

impl<T> Listing<T> {
    /// A page of the rows whose name has `q` in it, of a table so short that it is read whole.
    fn named(mut rows: Vec<T>, name: fn(&T) -> &Label, q: Option<String>, page: Page) -> Self {
        if let Some(q) = q.map(|q| q.to_lowercase()) {
            rows.retain(|row| name(row).as_str().to_lowercase().contains(&q));
        }
        Self::page_of(rows, page)
    }

    /// A page of rows that are all at hand.
    fn page_of(rows: Vec<T>, page: Page) -> Self {
        let total = total(page, i64::try_from(rows.len()).unwrap_or(i64::MAX));
        let (offset, limit) = (usize::try_from(page.offset).unwrap_or(usize::MAX), page.limit.map_or(usize::MAX, |limit| limit as usize));
        Self { rows: rows.into_iter().skip(offset).take(limit).collect(), total }
    }
}

/// Changes a row inside the transaction, so that two callers who change different fields keep both.
pub type Edit<T> = Box<dyn FnOnce(&mut T) -> Result<()> + Send>;

impl Service {
    /// Puts the parts together. Starts nothing.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            passwords: Passwords::default(),
            failures_counted: Counted::default(),
            callers: Callers::default(),
            last_use: LastUse::default(),
            recent: Recent::default(),
            reach: Reach::default(),
            waiting: Waiting::default(),
            due: Notify::new(),
            wrong_codes: agents::wrong_codes::WrongCodes::default(),
            originates: Arc::new(Semaphore::new(ORIGINATES_AT_ONCE)),
            pace: pace::Pace::new(CALLS_WINDOW_MS),
            told: outside::Told::default(),
            refusals: refusals::Refusals::default(),
            imports: Arc::new(Semaphore::new(IMPORTS_AT_ONCE)),
            streams: Hub::default(),
            walls: Walls::default(),
        }))
    }

    /// The time, as every verb sees it.
    pub fn now(&self) -> Millis {
        self.clock().now()
    }

    /// How many commits there were: what was read of the database since it last changed still holds.
    pub fn version(&self) -> u64 {
        self.store().version()
    }

    fn store(&self) -> &Store {
        &self.0.parts.store
    }

    fn switch(&self) -> &Switch {
        &self.0.parts.switch
    }

    fn reconciler(&self) -> &Reconciler {
        &self.0.parts.reconciler
    }

    pub fn board(&self) -> &CallBoard {
        &self.0.parts.board
    }

    fn clock(&self) -> &Clock {
        &self.0.parts.clock
    }

    /// To be asked for before a verb of configuration commits anything.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the switch is only observed.
    fn configure(&self) -> Result<Configure<'_>> {
        self.switch().hands()?;
        Ok(Configure(self))
    }
}

/// That configuration may be changed.
#[must_use]
struct Configure<'a>(&'a Service);

impl Configure<'_> {
    /// After the commit: wakes the reconciler and waits a little.
    async fn apply(self) -> Applied {
        let ticket = self.0.reconciler().wake();
        Applied(self.0.reconciler().applied(ticket, APPLY_WAIT).await)
    }
}

/// What a page lacks to be everything: none when everything was asked for.
fn total(page: Page, count: i64) -> Option<i64> {
    page.limit.map(|_| count)
}
