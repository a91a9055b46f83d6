//! `/api/event` and `/api/stream`.

use serde_json::json;

use super::calls::when;
use super::{Common as _, data, operation, other, page, rows};
use crate::domain::repair::Kind;
use crate::domain::{QueueId, UserId};
use crate::facade::callcenter::value::{Ids, Text, Words};
use crate::facade::operation::{Answer, Operation};
use crate::facade::shape::{Field, Shape, Takes as _, field, param};
use crate::store::event_list::State;

pub(in super::super) const TAG: &str = "Events";
const EPOCH: i64 = 1_795_590_000;

pub(in super::super) fn list() -> Operation {
    operation(TAG, "List events", "settings").fields(filter()).fields(page()).gives(rows(record()))
}

pub(in super::super) fn show() -> Operation {
    one("Show an event").gives(data(record()))
}

pub(in super::super) fn attempts() -> Operation {
    let attempt = Shape::record([
        field("attempt", Shape::count(), "Its place, from 1.", 1),
        field("ts", Shape::integer(), "When; seconds since the epoch.", EPOCH),
        field("duration_ms", Shape::count(), "How long it took.", 84),
        field("status", Shape::integer().nullable(), "What the address answered.", 500),
        field("success", Shape::flag(), "Whether it was taken.", false),
        field("error", Shape::text().nullable(), "Why not.", "the address answered 500"),
    ]);
    one("List the attempts to deliver an event").gives(data(attempt.named("Attempt").list()))
}

pub(in super::super) fn replay() -> Operation {
    one("Send an event again").conflict().gives(data(record()))
}

pub(in super::super) fn replay_range() -> Operation {
    let fields = filter().into_iter().map(|field| if matches!(field.name, "from" | "to") { field.needed() } else { field });
    let replayed = Shape::record([field("replayed", Shape::count(), "How many.", 3)]);
    operation(TAG, "Send events of some time again", "settings").fields(fields).conflict().gives(data(replayed))
}

pub(in super::super) fn test() -> Operation {
    let id = Shape::record([field("id", Shape::text(), "The event's id.", "evt_01J9")]);
    operation(TAG, "Send a test to the account's URL", "settings").conflict().gives(data(id))
}

pub(in super::super) fn stream() -> Operation {
    let events = field("event", Words::shape(), "Only events of these names.", json!(["call:ring", "call:end"]));
    let last = param::<Option<Text>>("last_event_id", "Goes on after this one.", "evt_01J9");
    let header =
        field("Last-Event-ID", Shape::text(), "The same, as a browser sends it by itself; counts before the parameter.", "evt_01J9");
    let text = json!(
        "id:evt_01J9\nevent:agent:status\ndata:{\"id\":\"evt_01J9\",\"event\":\"agent:status\",\"ts\":1795590000,\"account_id\":1,\"data\":{}}\n\n"
    );
    let answer = Answer::empty("Server-sent events, as they happen: `data` is what is posted to the account's URL.");
    operation(TAG, "Follow events as they happen", "")
        .more("Without naming a user the caller sees its own; others need the permission `supervise`. `stream:gap` stands for events that are not known any more.")
        .fields([
            param::<Ids>("user_id", "Only events of these users.", json!([7])),
            param::<Ids>("queue_id", "Only events of these queues.", json!([1])),
            events,
            last,
        ])
        .header(header)
        .not_found()
        .answer(200, answer.or("text/event-stream", Shape::text(), Some(text)))
}

pub(in super::super) fn repairs() -> Operation {
    let kinds = || Kind::ALL.iter().map(|kind| kind.name());
    let repair = Shape::record([
        field("id", Shape::integer(), "Its id.", 17),
        field("ts", Shape::integer(), "When it was done; seconds since the epoch.", EPOCH),
        field("kind", Shape::words(kinds()), "What was wrong.", "agent_stuck"),
        other("user_id", "With which agent.", 7),
        other("queue_id", "With which queue.", 1),
        field("leg", Shape::text().nullable(), "With which leg.", json!(null)),
        field("seen", Shape::text(), "What was seen.", "in a queue call since 1795589000, without a leg"),
        field("done", Shape::text().nullable(), "What was done; null: an alarm.", "set to Waiting"),
    ]);
    operation(TAG, "List what was repaired on the switch", "settings")
        .more("The latest first.")
        .fields([
            field("kind", Shape::words(kinds()).nullable(), "Of this kind.", "agent_stuck"),
            param::<Option<UserId>>("user_id", "Of this agent.", 7),
            param::<Option<QueueId>>("queue_id", "Of this queue.", 1),
        ])
        .fields(when())
        .fields(page())
        .gives(rows(repair.named("Repair")))
}

fn one(summary: &'static str) -> Operation {
    operation(TAG, summary, "settings").path(field("id", Shape::text(), "The event's id.", "evt_01J9")).not_found()
}

fn filter() -> Vec<Field> {
    let text = |name, about, example: &str| param::<Option<Text>>(name, about, example);
    vec![
        text("event", "Of this name.", "call:end"),
        text("call_id", "Of this call.", "5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11"),
        text("order_key", "The same, or `agent:<user id>`.", "agent:7"),
        field("state", Shape::words(State::ALL.map(State::name)).nullable(), "Whose delivery stands so.", "dead"),
        text("from", "Epoch seconds, or a time with its zone.", "2026-11-25T00:00:00Z"),
        text("to", "Epoch seconds, or a time with its zone; not included.", "1795590000"),
    ]
}

fn record() -> Shape {
    Shape::record([
        field("id", Shape::text(), "Stable over retries and replays.", "evt_01J9"),
        field("event", Shape::text(), "Its name.", "agent:status"),
        field("ts", Shape::integer(), "When it happened; seconds since the epoch.", EPOCH),
        field("order_key", Shape::text(), "Events of one key are delivered in order.", "agent:7"),
        other("hook_id", "The address of an agent that it is for; null: the account's own.", 3),
        field("reconciled", Shape::flag(), "Whether it was worked out after a gap.", false),
        field(
            "data",
            Shape::map(Shape::text(), Shape::any()),
            "Its fields.",
            json!({"user_id": 7, "activity_id": 0, "pause_id": 0, "in_calls": 0}),
        ),
        field("state", Shape::words(State::ALL.map(State::name)), "How its delivery stands.", "done"),
        field("attempts", Shape::count(), "Attempts since it was queued.", 1),
        other("next_attempt", "When; seconds since the epoch.", EPOCH),
        field("last_error", Shape::text().nullable(), "Why the last attempt failed.", json!(null)),
    ])
    .named("Event")
}
