//! Statistics of queues and agents.

use std::collections::HashMap;

use super::access::Caller;
use super::{Error, Result, Service};
use crate::domain::stats::{AgentFigures, AgentFold, Period, QueueFigures, QueueFold, ServiceLevel};
use crate::domain::text::Label;
use crate::domain::{AccountId, Permission, QueueId, UserId};
use crate::store::{self, Conn, Page};

/// The most figures of one answer: queues or agents, times intervals.
pub const FIGURES_MAX: usize = 200_000;

/// A queue's figures.
#[derive(Clone, Debug)]
pub struct QueueReport {
    /// The queue.
    pub id: QueueId,
    /// Its name; none when it is gone.
    pub name: Option<Label>,
    /// What decides its service level; none when it is gone, or `sla_answer_time` is not set.
    pub level: Option<ServiceLevel>,
    /// Of the whole period.
    pub whole: QueueFigures,
    /// Of each interval.
    pub intervals: Vec<QueueFigures>,
}

/// An agent's figures.
#[derive(Clone, Debug)]
pub struct AgentReport {
    /// The user.
    pub id: UserId,
    /// Its name; none when it is gone.
    pub name: Option<Label>,
    /// Of the whole period.
    pub whole: AgentFigures,
    /// Of each interval.
    pub intervals: Vec<AgentFigures>,
}

impl Service {
    /// The figures of these queues, or of every queue that there is or that had callers in the period.
    ///
    /// # Errors
    /// [`Error::Permission`] without `supervise`; [`Error::NotFound`] for a queue that there never was; [`Error::Invalid`] for more than
    /// [`FIGURES_MAX`].
    pub async fn queue_stats(&self, caller: &Caller, asked: Option<&[QueueId]>, period: &Period) -> Result<Vec<QueueReport>> {
        caller.require(Permission::Supervise)?;
        self.queue_figures(caller.account_id(), asked, period).await
    }

    /// [`Service::queue_stats`] for what asks on nobody's behalf.
    pub(super) async fn queue_figures(&self, account: AccountId, asked: Option<&[QueueId]>, period: &Period) -> Result<Vec<QueueReport>> {
        let mut conn = self.store().read().await?;
        let queues = store::queue::list(&mut conn, account, &store::queue::Filter::default(), Page::default()).await?;
        let queues: HashMap<_, _> = queues.into_iter().map(|queue| (queue.id, queue)).collect();
        let remembered = store::stats::queues(&mut conn, account).await?;
        let known = sorted(queues.keys().copied().chain(remembered));
        let ids = chosen(asked, known, "queue")?;
        limited(ids.len(), period)?;
        let answer_time = |id: &QueueId| Some((*id, queues.get(id)?.settings.sla_answer_time?));
        let mut fold = QueueFold::new(period, ids.iter().filter_map(answer_time).collect());
        for &id in &ids {
            store::stats::each_stay(&mut conn, account, id, (period.from(), period.to()), |stay| fold.add(stay)).await?;
        }
        let report = |id: QueueId| {
            let (queue, intervals) = (queues.get(&id), fold.of(id));
            let whole = intervals.iter().fold(QueueFigures::default(), QueueFigures::and);
            let level = queue.and_then(|queue| {
                let strategy = queue.settings.sla_strategy.unwrap_or(1);
                queue.settings.sla_answer_time.map(|answer_time_s| ServiceLevel { strategy, answer_time_s })
            });
            QueueReport { id, name: queue.map(|queue| queue.name.clone()), level, whole, intervals }
        };
        let shown = |report: &QueueReport| asked.is_some() || report.name.is_some() || report.whole.offered > 0;
        Ok(ids.into_iter().map(report).filter(shown).collect())
    }

    /// The figures of these users, or of every agent and whoever else did something in the period. Without `supervise` a caller has its own.
    /// Users with `in_reports` off have none.
    ///
    /// # Errors
    /// [`Error::Permission`] for another's; [`Error::NotFound`] for a user that there never was, or that is left out; [`Error::Invalid`] for
    /// more than [`FIGURES_MAX`].
    pub async fn agent_stats(&self, caller: &Caller, asked: Option<&[UserId]>, period: &Period) -> Result<Vec<AgentReport>> {
        let own = [caller.user.id];
        let asked = match asked {
            _ if caller.may(Permission::Supervise) => asked,
            None => Some(&own[..]),
            Some(asked) if asked == own => Some(asked),
            Some(_) => return Err(Error::Permission(Permission::Supervise)),
        };
        let account = caller.account_id();
        let mut conn = self.store().read().await?;
        let users = store::user::list(&mut conn, account, &store::user::Filter::default(), Page::default()).await?;
        let users: HashMap<_, _> = users.into_iter().map(|user| (user.id, user)).collect();
        let remembered = store::stats::users(&mut conn, account).await?;
        let counts = |id: &UserId| users.get(id).is_none_or(|user| user.settings.in_reports);
        let known = sorted(users.keys().copied().chain(remembered).filter(counts));
        let ids = chosen(asked, known, "user")?;
        limited(ids.len(), period)?;
        let mut fold = AgentFold::new(period, self.clock().now());
        for &id in &ids {
            add_agent(&mut conn, account, id, period, &mut fold).await?;
        }
        let report = |id: UserId| {
            let intervals = fold.of(id);
            let whole = intervals.iter().fold(AgentFigures::default(), AgentFigures::and);
            AgentReport { id, name: users.get(&id).map(|user| user.name.clone()), whole, intervals }
        };
        let is_agent = |id: &UserId| users.get(id).is_some_and(|user| user.is_agent && user.active);
        let shown = |report: &AgentReport| asked.is_some() || is_agent(&report.id) || report.whole != AgentFigures::default();
        Ok(ids.into_iter().map(report).filter(shown).collect())
    }
}

async fn add_agent(conn: &mut Conn, account: AccountId, user: UserId, period: &Period, fold: &mut AgentFold<'_>) -> Result<()> {
    let (from, to) = (period.from(), period.to());
    for span in store::agent_span::between(conn, account, user, from, to).await? {
        fold.add_span(&span);
    }
    Ok(store::stats::each_leg(conn, account, user, (from, to), |leg| fold.add_leg(leg)).await?)
}

fn sorted<T: Ord>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut ids: Vec<T> = ids.collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Those that were asked for, each of which must be known; all when none were.
fn chosen<T: Copy + Ord>(asked: Option<&[T]>, known: Vec<T>, kind: &'static str) -> Result<Vec<T>> {
    let Some(asked) = asked else { return Ok(known) };
    if asked.iter().any(|id| known.binary_search(id).is_err()) {
        return Err(Error::NotFound(kind));
    }
    Ok(sorted(asked.iter().copied()))
}

fn limited(ids: usize, period: &Period) -> Result<()> {
    if ids.saturating_mul(period.intervals().len()) <= FIGURES_MAX {
        return Ok(());
    }
    Err(Error::invalid("interval", format!("would give more than {FIGURES_MAX} figures; ask for longer intervals or fewer ids")))
}
