//! `/api/cc_agent/state`

use serde_json::json;

use super::agent::{TAG, user};
use super::phone_list::lead;
use super::{Common as _, data, operation, other};
use crate::facade::operation::Operation;
use crate::facade::shape::{Shape, field, part};

const NOW_MS: i64 = 1_795_590_000_000;
const UUID: &str = "5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11";

pub(in super::super) fn show() -> Operation {
    let states = ["offline", "in_call", "ringing", "paused", "unreachable", "wrap_up", "ready"];
    let text = |name, about, example: &str| field(name, Shape::text().nullable(), about, example);
    let desk = Shape::record([
        field("now_ms", Shape::integer(), "ccgate's time; milliseconds since the epoch.", NOW_MS),
        field("switch_connected", Shape::flag(), "While it is false, calls are as they were when the switch was last heard.", true),
        field("user_id", Shape::integer(), "Who.", 7),
        field("name", Shape::text(), "Its name.", "Dana Levi"),
        field("state", Shape::words(states), "What it does: the first of these that holds.", "ready"),
        other("since_ms", "Since when, as far as that is known.", NOW_MS),
        other("until_ms", "Of a wrap-up: when it ends.", NOW_MS),
        other("pause_id", "The pause that it is in.", 3),
        text("reason", "Of a pause: the words with which it was set, else its name.", "Lunch"),
        other("device_id", "Where it is checked in.", 3),
        field("reachable", Shape::flag().nullable(), "Whether its phone can be called; null where it is not checked in.", true),
        field("wrap_up_time", Shape::count(), "Seconds of a wrap-up, and that an extension adds.", 30),
        field("snoozes_left", Shape::count().nullable(), "How often this wrap-up may still be extended; null without a limit.", 2),
        field("may_dial", Shape::flag(), "Whether the caller has the permission `originate`.", true),
        part("devices", phone().named("AgentPhone").list()),
        part("queues", queue().named("AgentQueue").list()),
        part("calls", call().named("AgentCall").list()),
    ]);
    operation(TAG, "Show what an agent does", "")
        .more("And where it may check in, which queues it may serve, and whom it speaks with. Somebody else than the caller needs the permission `agents`. Follow `/api/stream?user_id=` and ask again after each event.")
        .fields([user()])
        .not_found()
        .conflict()
        .gives(data(desk.named("AgentState")))
}

/// Its own ones and the one where it sits.
fn phone() -> Shape {
    let registered = "Whether it is registered; null of a number outside, and when the switch does not say.";
    Shape::record([
        field("id", Shape::integer(), "Which.", 3),
        field("name", Shape::text(), "Its name.", "Desk 1"),
        field("number", Shape::text(), "Its SIP user, or its number.", "1001"),
        field("registered", Shape::flag().nullable(), registered, true),
        field("taken_by", Shape::text().nullable(), "Another agent who sits there.", json!(null)),
    ])
}

fn queue() -> Shape {
    Shape::record([
        field("id", Shape::integer(), "Which.", 1),
        field("name", Shape::text(), "Its name.", "Sales"),
        field("mode", Shape::between(0, 4), "How it is joined: as in the queue's `users`.", 3),
        field("joined", Shape::flag(), "Whether it is joined.", true),
        field("paused", Shape::flag(), "Whether nothing of it is offered because of a pause, of this queue or of all.", false),
        field("reason", Shape::text().nullable(), "Why.", json!(null)),
        field("closed", Shape::text().nullable(), "The hours in which it can be joined, when it is not one of them.", json!(null)),
    ])
}

fn call() -> Shape {
    let states = Shape::words(["ringing", "dialling", "waiting", "answered", "held"]);
    let whose = "The other party's name, where that is not its number.";
    let found = "The lead that the call was made for, else one of the account's lists with the other party's number.";
    Shape::record([
        field("uuid", Shape::text(), "The agent's leg.", UUID),
        field("call_id", Shape::text(), "The UUID of the call's first leg.", UUID),
        field("state", states, "What it does.", "answered"),
        field("outgoing", Shape::flag(), "Whether the agent called.", false),
        field("number", Shape::text().nullable(), "The other party's number.", "972501234567"),
        field("name", Shape::text().nullable(), whose, "Noa"),
        other("queue_id", "The queue that it came from.", 1),
        other("since_ms", "Since when it does that.", NOW_MS),
        field("lead", lead().nullable(), found, json!(null)),
    ])
}
