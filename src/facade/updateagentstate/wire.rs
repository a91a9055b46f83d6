//! What is shown of agents and queues. Times are seconds since the epoch.

use serde_json::{Value, json};

use crate::clock::Millis;
use crate::service::agents::state::{AgentNow, Doing};
use crate::service::queues::now::QueueState;
use crate::service::stats::QueueReport;

/// One agent.
pub(super) fn agent(agent: &AgentNow) -> Value {
    let queues: Vec<_> =
        agent.queues.iter().map(|queue| json!({"queue": queue.number, "paused": queue.paused, "reason": queue.reason})).collect();
    json!({
        "agent": agent.number,
        "alias": agent.name,
        "state": word(agent.doing),
        "reason": agent.reason,
        "since": agent.since.map(Millis::epoch_s),
        "queues": queues,
    })
}

/// One queue.
pub(super) fn queue(state: &QueueState) -> Value {
    let waiting: Vec<_> =
        state.waiting.iter().map(|caller| json!({"number": caller.number, "name": caller.name, "wait_s": caller.wait_s})).collect();
    json!({
        "queue": state.number,
        "name": state.name,
        "strategy": state.strategy,
        "waiting": waiting,
        "agents": state.agents.iter().map(agent).collect::<Vec<_>>(),
    })
}

/// The figures of one queue: seconds are rounded, and what is an average or a part of nobody is null.
pub(super) fn figures((number, report): &(String, QueueReport)) -> Value {
    let figures = &report.whole;
    let seconds = |ms: i64| (ms + 500) / 1_000;
    let level = report.level.and_then(|level| figures.service_level(level));
    json!({
        "queue": number,
        "name": report.name,
        "offered": figures.offered,
        "answered": figures.answered,
        "abandoned": figures.abandoned,
        "sla_percent": level.map(|level| (level * 1_000.0).round() / 10.0),
        "avg_wait_s": figures.wait_avg_ms().map(seconds),
        "avg_talk_s": figures.talk_avg_ms().map(seconds),
        "max_wait_s": seconds(figures.wait_max_ms),
    })
}

fn word(doing: Doing) -> &'static str {
    match doing {
        Doing::Offline => "offline",
        Doing::InCall => "in_call",
        Doing::Ringing => "ringing",
        Doing::Paused => "paused",
        Doing::Unreachable => "unreachable",
        Doing::WrapUp => "wrap_up",
        Doing::Ready => "ready",
    }
}
