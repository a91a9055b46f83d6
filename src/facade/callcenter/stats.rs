//! `/api/stats/queue` and `/api/stats/agent`

use std::collections::HashMap;

use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::call::Call;
use super::envelope::Reply;
use super::params::{BadParam, Params};
use super::resource_wire::object;
use super::value::{Ids, Text};
use super::when;
use crate::clock::Millis;
use crate::domain::stats::{AgentFigures, Period, PeriodError, QueueFigures, ServiceLevel, Step};
use crate::domain::text::Label;
use crate::domain::{PauseId, QueueId, UserId};
use crate::service::Error;
use crate::service::stats::{AgentReport, QueueReport};
use crate::store::Page;

/// What `interval` may be.
const STEPS: [(&str, Step); 6] = [
    ("15m", Step::QuarterHour),
    ("30m", Step::HalfHour),
    ("hour", Step::Hour),
    ("day", Step::Day),
    ("week", Step::Week),
    ("month", Step::Month),
];

/// What was asked for.
struct Asked {
    zone: String,
    period: Period,
    in_intervals: bool,
}

/// From `from` (today's beginning where it is not sent) to `to` (now).
fn asked(call: &Call) -> Result<Asked, BadParam> {
    let params = &call.params;
    let (name, zone) = when::zone(params, &call.caller.account.settings.timezone)?;
    let step = step(params)?;
    let now = call.service.now();
    let bad = |error: PeriodError| BadParam::new(if error == PeriodError::TooMany { "interval" } else { "to" }, error);
    let to = when::to(params, &zone)?.unwrap_or(now);
    let from = match when::from(params, &zone)? {
        Some(from) => from,
        // A millisecond before: a period up to midnight is of the day that ends there.
        None => Period::day_of(to.plus_ms(-1), &zone).map_err(bad)?,
    };
    let period = Period::new(from, to, step, &zone).map_err(bad)?;
    Ok(Asked { zone: name, period, in_intervals: step.is_some() })
}

fn step(params: &Params) -> Result<Option<Step>, BadParam> {
    let Some(Text(text)) = params.get::<Option<Text>>("interval")?.flatten() else { return Ok(None) };
    let found = STEPS.iter().find(|(name, _)| *name == text);
    found
        .map(|(_, step)| Some(*step))
        .ok_or_else(|| BadParam::new("interval", format!("must be {}", STEPS.map(|(name, _)| name).join(", "))))
}

/// Those that are named; none when nobody is.
fn ids<T: From<i64>>(params: &Params, name: &str) -> Result<Option<Vec<T>>, BadParam> {
    let named = params.get::<Ids>(name)?.filter(|ids| !ids.0.is_empty());
    Ok(named.map(|ids| ids.0.into_iter().map(T::from).collect()))
}

pub(super) async fn queues(call: Call) -> Result<Response, Error> {
    let asked = asked(&call)?;
    let queues = ids::<QueueId>(&call.params, "queue_id")?;
    let reports = call.service.queue_stats(&call.caller, queues.as_deref(), &asked.period).await?;
    let row = |report: &QueueReport| {
        let mut row = show_queue(&report.whole, report.level);
        name(&mut row, "queue_id", json!(report.id), report.name.as_ref());
        row.insert("sla_strategy".to_owned(), json!(report.level.map(|level| level.strategy)));
        row.insert("sla_answer_time".to_owned(), json!(report.level.map(|level| level.answer_time_s)));
        asked.with_intervals(row, &report.intervals, |figures| show_queue(figures, report.level))
    };
    Ok(asked.reply(reports.iter().map(row).collect()))
}

pub(super) async fn agents(call: Call) -> Result<Response, Error> {
    let asked = asked(&call)?;
    let users = ids::<UserId>(&call.params, "user_id")?;
    let reports = call.service.agent_stats(&call.caller, users.as_deref(), &asked.period).await?;
    let pauses = call.service.pauses(&call.caller, None, Page::default()).await?.rows;
    let pauses: HashMap<_, _> = pauses.into_iter().map(|pause| (pause.id, pause.name)).collect();
    let row = |report: &AgentReport| {
        let mut row = show_agent(&report.whole, &pauses);
        name(&mut row, "user_id", json!(report.id), report.name.as_ref());
        asked.with_intervals(row, &report.intervals, |figures| show_agent(figures, &pauses))
    };
    Ok(asked.reply(reports.iter().map(row).collect()))
}

impl Asked {
    fn with_intervals<T>(&self, mut row: Map<String, Value>, intervals: &[T], show: impl Fn(&T) -> Map<String, Value>) -> Value {
        if self.in_intervals {
            let one = |(figures, (from, to)): (&T, (Millis, Millis))| {
                let mut one = show(figures);
                one.insert("from".to_owned(), json!(from.epoch_s()));
                one.insert("to".to_owned(), json!(to.epoch_s()));
                Value::Object(one)
            };
            row.insert("intervals".to_owned(), intervals.iter().zip(self.period.intervals()).map(one).collect());
        }
        Value::Object(row)
    }

    fn reply(&self, rows: Vec<Value>) -> Response {
        let (from, to) = (self.period.from().epoch_s(), self.period.to().epoch_s());
        Reply::data(rows.into()).with("from", from).with("to", to).with("timezone", self.zone.as_str()).into_response()
    }
}

fn name(row: &mut Map<String, Value>, id_name: &str, id: Value, name: Option<&Label>) {
    row.insert(id_name.to_owned(), id);
    row.insert("name".to_owned(), json!(name));
}

/// See [`QueueFigures`].
fn show_queue(figures: &QueueFigures, level: Option<ServiceLevel>) -> Map<String, Value> {
    object(json!({
        "offered": figures.offered,
        "answered": figures.answered,
        "abandoned": figures.abandoned,
        "timeouts": figures.timeouts,
        "left_otherwise": figures.left_otherwise,
        "waiting": figures.waiting,
        "answered_in_time": level.map(|_| figures.answered_in_time),
        "abandoned_in_time": level.map(|_| figures.abandoned_in_time),
        "service_level": level.and_then(|level| figures.service_level(level)),
        "wait_avg_ms": figures.wait_avg_ms(),
        "wait_max_ms": figures.wait_max_ms,
        "talk_ms": figures.talk_ms,
        "talk_avg_ms": figures.talk_avg_ms(),
    }))
}

/// See [`AgentFigures`].
fn show_agent(figures: &AgentFigures, names: &HashMap<PauseId, Label>) -> Map<String, Value> {
    let pause = |(id, ms): (&PauseId, &i64)| json!({"pause_id": id, "name": names.get(id), "paused_ms": ms});
    object(json!({
        "offered": figures.offered,
        "answered": figures.answered,
        "no_answers": figures.no_answers,
        "outbound": figures.outbound,
        "checked_in_ms": figures.checked_in_ms,
        "paused_ms": figures.paused_ms(),
        "pauses": figures.pauses.iter().map(pause).collect::<Vec<_>>(),
        "wrap_up_ms": figures.wrap_up_ms,
        "unreachable_ms": figures.unreachable_ms,
        "queue_talk_ms": figures.queue_talk_ms,
        "other_talk_ms": figures.other_talk_ms,
        "occupancy": figures.occupancy(),
    }))
}
