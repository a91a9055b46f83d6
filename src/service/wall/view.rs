//! What a wall shows. The names of fields are those of its JSON.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::clock::Millis;
use crate::domain::call::CallState;
use crate::domain::queue::Queue;
use crate::domain::stats::{Period, QueueFigures, ServiceLevel, Step, ratio};
use crate::domain::text::Label;
use crate::domain::{Account, AccountId, QueueId, UserId};
use crate::service::agents::state::{AgentNow, Doing};
use crate::service::stats::QueueReport;
use crate::service::{Error, Result, Service};
use crate::store::{self, Page};

/// How far back the line of the last hours goes, in milliseconds.
const HOURS_MS: i64 = 8 * 3_600_000;
/// Its points, a half hour each.
const INTERVALS: usize = 16;
/// The most callers and agents of a wall; more fit on none.
const ROWS_MAX: usize = 500;

/// All that a wall shows. Times are milliseconds since the epoch, in `_ms` also of a stretch of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wall {
    /// Whether ccgate hears the switch; while it does not, calls are as they were when it was last heard.
    pub switch_connected: bool,
    /// The queue, or every queue, by name.
    pub queues: Vec<QueueCard>,
    /// Callers whom no agent has answered, the longest first; at most 500.
    pub waiting: Vec<CallerCard>,
    /// The queue's members, or every agent; at most 500, by name.
    pub agents: Vec<AgentCard>,
    /// Of all these queues together.
    pub today: Figures,
    /// The last hours, in half hours; the last one has only begun.
    pub hours: Vec<Interval>,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueueCard {
    /// Which.
    pub id: QueueId,
    /// `tv_name`, else its name.
    pub title: String,
    /// As it is set.
    pub background_color: Option<String>,
    /// As it is set.
    pub font_color: Option<String>,
    /// How many wait.
    pub waiting: usize,
    /// Since when the first of them does.
    pub waiting_since_ms: Option<Millis>,
    /// Seconds after which a wait is too long, where that is set.
    pub sla_answer_time: Option<u32>,
    /// Members that are ready.
    pub ready: usize,
    /// Since the day began in the account's time zone.
    pub today: Figures,
}

/// A caller who waits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallerCard {
    /// Where.
    pub queue_id: QueueId,
    /// Its name, where that is not its number.
    pub name: Option<String>,
    /// Its number.
    pub number: Option<String>,
    /// Since when.
    pub since_ms: Millis,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentCard {
    /// Who.
    pub user_id: UserId,
    /// Its name.
    pub name: Label,
    /// What it does.
    pub state: Doing,
    /// Of a pause, of all queues or of the one that is shown: why.
    pub reason: Option<Label>,
    /// Since when, as far as that is known.
    pub since_ms: Option<Millis>,
    /// Of a wrap-up: when it ends.
    pub until_ms: Option<Millis>,
}

/// The figures of a stretch of time; those of nobody are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as QueueFigures has them")]
pub struct Figures {
    pub offered: u64,
    pub answered: u64,
    pub abandoned: u64,
    pub service_level: Option<f64>,
    pub wait_avg_ms: Option<i64>,
    pub wait_max_ms: i64,
}

/// A point of the line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(missing_docs, reason = "as QueueFigures has them")]
pub struct Interval {
    pub from_ms: Millis,
    pub offered: u64,
    pub answered: u64,
    pub abandoned: u64,
}

/// All of an account, to be shown as a whole or by queue.
pub(super) struct Whole {
    switch_connected: bool,
    queues: Vec<(Queue, QueueReport)>,
    waiting: Vec<CallerCard>,
    agents: Vec<AgentNow>,
    members: HashMap<QueueId, HashSet<UserId>>,
    /// The intervals of the reports, from the first that is shown.
    intervals: Vec<(Millis, Millis)>,
    today_from: Millis,
}

impl Whole {
    /// Looks at everything.
    pub(super) async fn now(service: &Service, account: AccountId) -> Result<Self> {
        let now = service.now();
        let account = {
            let mut conn = service.store().read().await?;
            store::account::get(&mut conn, account).await?.ok_or(Error::NotFound("account"))?
        };
        let unknown = |why: &dyn std::fmt::Display| Error::Internal(format!("the account's time zone: {why}"));
        let zone = TimeZone::get(&account.settings.timezone).map_err(|why| unknown(&why))?;
        let day = |at| Period::day_of(at, &zone).map_err(|why| unknown(&why));
        // With this very millisecond, so that a day that begins now is one.
        let period = Period::new(day(now.plus_ms(-HOURS_MS))?, now.plus_ms(1), Some(Step::HalfHour), &zone).map_err(|why| unknown(&why))?;
        let today_from = day(now)?;
        let (agents, members, queues) = agents(service, &account).await?;
        let mut reports: HashMap<_, _> =
            service.queue_figures(account.id, None, &period).await?.into_iter().map(|report| (report.id, report)).collect();
        let queues = queues.into_iter().filter_map(|queue| reports.remove(&queue.id).map(|report| (queue, report))).collect();
        let intervals = period.intervals().collect();
        Ok(Self {
            switch_connected: !service.switch().away(),
            queues,
            waiting: waiting(service, account.id),
            agents,
            members,
            intervals,
            today_from,
        })
    }
}

type Members = HashMap<QueueId, HashSet<UserId>>;

/// The account's agents by name, who serves which queue, and the queues by name.
async fn agents(service: &Service, account: &Account) -> Result<(Vec<AgentNow>, Members, Vec<Queue>)> {
    let floor = service.floor(account).await?;
    let mut conn = service.store().read().await?;
    let users = store::user::list(&mut conn, account.id, &store::user::Filter::default(), Page::default()).await?;
    let mut known: HashMap<_, _> =
        store::agent::list(&mut conn, account.id).await?.into_iter().map(|agent| (agent.user_id, agent)).collect();
    let mut agents = Vec::new();
    for user in users.into_iter().filter(|user| user.active && user.is_agent) {
        let agent = match known.remove(&user.id) {
            Some(agent) => agent,
            None => store::agent::get(&mut conn, account.id, user.id).await?,
        };
        agents.push(service.look_at(&mut conn, &floor, user, agent).await?);
    }
    agents.sort_by(|one, other| (one.name.as_str(), one.user_id).cmp(&(other.name.as_str(), other.user_id)));
    let mut queues = store::queue::list(&mut conn, account.id, &store::queue::Filter::default(), Page::default()).await?;
    queues.sort_by(|one, other| (title(one), one.id).cmp(&(title(other), other.id)));
    let mut members = HashMap::new();
    for queue in &queues {
        let of_queue = store::membership::of_queue(&mut conn, account.id, queue.id).await?;
        members.insert(queue.id, of_queue.into_iter().map(|member| member.user_id).collect());
    }
    Ok((agents, members, queues))
}

/// Who waits, by the switch's own clock. A caller that is on its way into a queue does not wait in it yet.
fn waiting(service: &Service, account: AccountId) -> Vec<CallerCard> {
    let now = service.now();
    let legs = service.board().of_account(account);
    let mut waiting: Vec<_> = legs
        .iter()
        .filter(|leg| leg.state() == CallState::Waiting)
        .filter_map(|leg| {
            let stay = leg.stays().last().filter(|stay| stay.served_at.is_none() && stay.left.is_none())?;
            let data = leg.data_now(now);
            let name = data.cid_name.filter(|name| data.cid_num.as_ref() != Some(name));
            Some(CallerCard { queue_id: stay.queue_id?, name, number: data.cid_num, since_ms: stay.joined_at })
        })
        .collect();
    waiting.sort_by_key(|caller| caller.since_ms);
    waiting
}

impl Whole {
    /// A queue's wall, or the account's; none when there is no such queue.
    pub(super) fn of(&self, queue: Option<QueueId>) -> Option<Wall> {
        let shown: Vec<_> = self.queues.iter().filter(|(one, _)| queue.is_none_or(|queue| queue == one.id)).collect();
        if queue.is_some() && shown.is_empty() {
            return None;
        }
        let is_shown = |id: QueueId| queue.is_none_or(|queue| queue == id);
        let is_member = |user: UserId| queue.is_none_or(|queue| self.members.get(&queue).is_some_and(|of| of.contains(&user)));
        Some(Wall {
            switch_connected: self.switch_connected,
            queues: shown.iter().map(|(one, report)| self.card(one, report)).collect(),
            waiting: self.waiting.iter().filter(|caller| is_shown(caller.queue_id)).take(ROWS_MAX).cloned().collect(),
            agents: self
                .agents
                .iter()
                .filter(|agent| is_member(agent.user_id))
                .take(ROWS_MAX)
                .map(|agent| agent_card(agent, queue))
                .collect(),
            today: figures(shown.iter().map(|(_, report)| (self.today(report), report.level))),
            hours: self.hours(&shown),
        })
    }

    fn card(&self, queue: &Queue, report: &QueueReport) -> QueueCard {
        let mut waiting = self.waiting.iter().filter(|caller| caller.queue_id == queue.id).peekable();
        let since = waiting.peek().map(|caller| caller.since_ms);
        let members = self.members.get(&queue.id);
        let ready = |agent: &&AgentNow| {
            agent.doing == Doing::Ready
                && members.is_some_and(|members| members.contains(&agent.user_id))
                && agent.queues.iter().any(|one| one.id == queue.id && !one.paused)
        };
        QueueCard {
            id: queue.id,
            title: title(queue).to_owned(),
            background_color: queue.settings.background_color.clone(),
            font_color: queue.settings.font_color.clone(),
            waiting: waiting.count(),
            waiting_since_ms: since,
            sla_answer_time: report.level.map(|level| level.answer_time_s),
            ready: self.agents.iter().filter(ready).count(),
            today: figures([(self.today(report), report.level)]),
        }
    }

    fn today(&self, report: &QueueReport) -> QueueFigures {
        let of_today = report.intervals.iter().zip(&self.intervals).filter(|(_, (from, _))| *from >= self.today_from);
        of_today.fold(QueueFigures::default(), |sum, (figures, _)| sum.and(figures))
    }

    fn hours(&self, shown: &[&(Queue, QueueReport)]) -> Vec<Interval> {
        let first = self.intervals.len().saturating_sub(INTERVALS);
        let interval = |(at, &(from_ms, _)): (usize, &(Millis, Millis))| {
            let of = shown.iter().filter_map(|(_, report)| report.intervals.get(at));
            let QueueFigures { offered, answered, abandoned, .. } = of.fold(QueueFigures::default(), QueueFigures::and);
            Interval { from_ms, offered, answered, abandoned }
        };
        self.intervals.iter().enumerate().skip(first).map(interval).collect()
    }
}

impl Wall {
    /// Its JSON.
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn title(queue: &Queue) -> &str {
    queue.settings.tv_name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(queue.name.as_str())
}

/// Paused in the queue that is shown is paused, there.
fn agent_card(agent: &AgentNow, queue: Option<QueueId>) -> AgentCard {
    let here = agent.queues.iter().find(|one| Some(one.id) == queue && one.paused);
    let is_paused_here = here.is_some() && matches!(agent.doing, Doing::Ready | Doing::WrapUp);
    let own = || here.filter(|_| is_paused_here).and_then(|one| one.reason.clone());
    AgentCard {
        user_id: agent.user_id,
        name: agent.name.clone(),
        state: if is_paused_here { Doing::Paused } else { agent.doing },
        reason: own().or_else(|| agent.reason.clone().filter(|_| agent.doing == Doing::Paused)),
        since_ms: agent.since,
        until_ms: agent.until.filter(|_| !is_paused_here),
    }
}

/// Of several queues, each with what decides its service level.
fn figures(of: impl IntoIterator<Item = (QueueFigures, Option<ServiceLevel>)>) -> Figures {
    let (mut sum, mut in_time, mut of_all) = (QueueFigures::default(), 0, 0);
    for (figures, level) in of {
        sum = sum.and(&figures);
        let (part, whole) = level.map_or((0, 0), |level| figures.in_time_of(level));
        (in_time, of_all) = (in_time + part, of_all + whole);
    }
    Figures {
        offered: sum.offered,
        answered: sum.answered,
        abandoned: sum.abandoned,
        service_level: ratio(in_time, of_all),
        wait_avg_ms: sum.wait_avg_ms(),
        wait_max_ms: sum.wait_max_ms,
    }
}
