//! What happens because time passes: pauses and wrap-ups end, the hours of memberships begin and end, and recordings are kept no longer.
//!
//! One loop knows the next moment at which anything does. It is worked out from the database alone, so that a restart, or a switch that was
//! away, delays a change and loses none. Whoever changes what it depends on wakes it: a pause or its limit ([`Service::look_at_the_time`]), or
//! configuration, after which the reconciler reports.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::hours::Hours;
use super::{Live, Worked};
use crate::clock::Millis;
use crate::domain::agent::Change;
use crate::domain::queue::Standing;
use crate::domain::{Account, Agent, UserId};
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn};

/// How long what decides when something is due may wait to be looked at: many changes are looked at together, and no limit is shorter than a second.
const LOOK_AFTER: Duration = Duration::from_millis(100);
/// Agents that are changed at once: their commits are one.
const AT_ONCE: usize = 32;

/// What is due, and when something is next.
#[derive(Debug, Default)]
struct Due {
    agents: Vec<(Account, UserId)>,
    next: Option<Millis>,
}

impl Service {
    /// Changes agents and deletes recordings as time passes, until `shutdown` is cancelled.
    pub async fn keep_time(&self, shutdown: CancellationToken) {
        let mut reports = self.reconciler().reports();
        loop {
            let now = self.clock().now();
            let looks = [self.due_once(now).await, self.recordings_once(now).await];
            let next = looks.into_iter().filter_map(|next| {
                next.unwrap_or_else(|error| {
                    tracing::warn!(%error, "what is due could not be looked at");
                    None
                })
            });
            let next = next.min();
            tokio::select! {
                () = self.until(next) => {}
                () = self.0.due.notified() => sleep(LOOK_AFTER).await,
                // After each pass, and so when the switch is back, when configuration changed, and now and then.
                changed = reports.changed() => if changed.is_err() { return },
                () = shutdown.cancelled() => return,
            }
        }
    }

    /// Does what is due at `now`, and gives the moment at which something is next. With the switch away nothing is done; what fails otherwise
    /// is tried again at the next look.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_once(&self, now: Millis) -> Result<Option<Millis>> {
        let mut ends = Vec::new();
        let accounts = store::account::all(&mut *self.store().read().await?).await?;
        for account in accounts {
            ends.extend(self.tell_wrap_ups_over(account.id, now).await?);
        }
        let next_end = ends.into_iter().min();
        if self.switch().away() {
            return Ok(next_end);
        }
        let due = self.due(now).await?;
        stream::iter(due.agents)
            .for_each_concurrent(AT_ONCE, |(account, user)| async move {
                match self.perform(AsOf { account, user, now }).await {
                    Ok(()) | Err(Error::Away) => {}
                    Err(error) => tracing::warn!(%user, %error, "an agent could not be changed when it was due"),
                }
            })
            .await;
        Ok(due.next.into_iter().chain(next_end).min())
    }

    /// Something changed that decides when something is due.
    pub(in crate::service) fn look_at_the_time(&self) {
        self.0.due.notify_one();
    }

    async fn due(&self, now: Millis) -> Result<Due> {
        let mut due = Due::default();
        let mut conn = self.store().read().await?;
        for account in store::account::all(&mut conn).await? {
            let hours = Hours::at(&mut conn, account.id, now).await?;
            let mut next: Vec<_> = hours.next_change().into_iter().collect();
            for agent in store::agent::timed(&mut conn, account.id).await? {
                let now_is = Now {
                    standings: hours.of_user(&mut conn, account.id, agent.user_id).await?,
                    ..Now::of(&mut conn, &account, &agent, now).await?
                };
                next.extend([now_is.pause_ends_at, now_is.rule_due].into_iter().flatten().filter(|ends| *ends > now));
                if now_is.change(&agent, now).after != agent {
                    due.agents.push((account.clone(), agent.user_id));
                }
            }
            due.next = due.next.into_iter().chain(next).min();
        }
        Ok(due)
    }

    async fn until(&self, at: Option<Millis>) {
        match at.map(|at| self.clock().until(at)) {
            Some(wait) => sleep(wait + Duration::from_millis(1)).await,
            None => std::future::pending().await,
        }
    }
}

/// What an agent's state depends on besides itself.
#[derive(Debug, Default)]
struct Now {
    pause_ends_at: Option<Millis>,
    /// When mod_callcenter's own wrap-up may be turned on again.
    rule_due: Option<Millis>,
    standings: Vec<Standing>,
}

impl Now {
    /// Without its memberships.
    async fn of(conn: &mut Conn, account: &Account, agent: &Agent, now: Millis) -> Result<Self, store::Error> {
        let pause = match agent.pause_id {
            Some(pause) => store::pause::get(conn, agent.account_id, pause).await?,
            None => None,
        };
        let rule_due = super::wrap_up::rule_due(conn, account, agent, now).await?;
        Ok(Self { pause_ends_at: pause.and_then(|pause| agent.pause_ends_at(pause.max_seconds)), rule_due, standings: Vec::new() })
    }

    fn change(&self, agent: &Agent, now: Millis) -> Change {
        let over = self.pause_ends_at.is_some_and(|ends| ends <= now);
        let Change { mut after, mut events } = if over { agent.resume() } else { Change::none(agent) };
        if self.rule_due.is_some_and(|due| due <= now) {
            (after.wrap_up_until, after.snoozes) = (None, 0);
        }
        let settled = after.settle(&self.standings);
        events.extend(settled.events);
        Change { after: settled.after, events }
    }
}

/// An agent becomes what it should be at a moment.
#[derive(Clone, Debug)]
struct AsOf {
    account: Account,
    user: UserId,
    now: Millis,
}

impl Live for AsOf {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, _: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        let agent = store::agent::get(conn, self.account.id, self.user).await?;
        let standings = super::hours::standings(conn, self.account.id, self.user, self.now).await?;
        let change = Now { standings, ..Now::of(conn, &self.account, &agent, self.now).await? }.change(&agent, self.now);
        Ok(if change.after == agent { Worked::nothing(()) } else { Worked::one(agent, change, ()) })
    }
}
