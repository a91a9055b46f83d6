//! Events on the wire.

use serde_json::{Value, json};

use super::params::{BadParam, Params};
use super::value::Text;
use crate::clock::Millis;
use crate::service::events::PushState;
use crate::store::delivery::Made;
use crate::store::event_list::{Filter, State, Told};

/// `event`, `call_id` or `order_key`, `state`, `from` and `to`.
///
/// # Errors
/// When one of them cannot be taken.
pub(super) fn filter(params: &Params) -> Result<Filter, BadParam> {
    let text = |name| Ok::<_, BadParam>(params.get::<Option<Text>>(name)?.flatten().map(|text| text.0));
    let state = |name: String| {
        let why = || BadParam::new("state", format!("must be one of {}", State::ALL.map(State::name).join(", ")));
        State::ALL.into_iter().find(|state| state.name() == name).ok_or_else(why)
    };
    Ok(Filter {
        name: text("event")?,
        order_key: text("call_id")?.or(text("order_key")?),
        state: text("state")?.map(state).transpose()?,
        from: moment(params, "from")?,
        to: moment(params, "to")?,
    })
}

/// Epoch seconds, or a time with its zone.
fn moment(params: &Params, name: &str) -> Result<Option<Millis>, BadParam> {
    let Some(Text(text)) = params.get::<Option<Text>>(name)?.flatten() else { return Ok(None) };
    let seconds = || text.parse::<i64>().ok().and_then(|seconds| seconds.checked_mul(1_000));
    let time = || text.parse::<jiff::Timestamp>().ok().map(|time| time.as_millisecond());
    let why = || BadParam::new(name, "must be epoch seconds or a time with its zone: 1700000000, 2026-01-31T12:00:00Z");
    seconds().or_else(time).map(Millis).map(Some).ok_or_else(why)
}

pub(super) fn show_event(event: &Told) -> Value {
    json!({
        "id": event.id,
        "event": event.name,
        "ts": event.at.epoch_s(),
        "order_key": event.order_key,
        "hook_id": event.hook_id,
        "reconciled": event.reconciled,
        "data": event.data,
        "state": event.state.name(),
        "attempts": event.attempts,
        "next_attempt": event.next_at.map(Millis::epoch_s),
        "last_error": event.last_error,
    })
}

pub(super) fn show_attempt(made: &Made) -> Value {
    json!({
        "attempt": made.place,
        "ts": made.at.epoch_s(),
        "duration_ms": made.duration_ms,
        "status": made.status,
        "success": made.error.is_none(),
        "error": made.error,
    })
}

/// How the event push is doing: `off` without an address, `disabled` after a 410, `failing` while one event at a time is tried, else `ok`.
pub(super) fn show_push(push: &PushState) -> Value {
    let standing = &push.standing;
    let opened_at = standing.breaker.and_then(|breaker| breaker.opened_at);
    let (state, since, reason) = match (&standing.url, &standing.disabled, opened_at) {
        (None, _, _) => ("off", None, None),
        (_, Some((since, reason)), _) => ("disabled", Some(*since), Some(reason)),
        (_, _, Some(since)) => ("failing", Some(since), None),
        _ => ("ok", None, None),
    };
    json!({
        "state": state,
        "since": since.map(Millis::epoch_s),
        "reason": reason,
        "failures": standing.breaker.map_or(0, |breaker| breaker.failures),
        "waiting": push.backlog.waiting,
        "pending": push.backlog.pending,
        "dead": push.backlog.dead,
        "old_secrets_until": standing.retired_until.map(Millis::epoch_s),
    })
}
