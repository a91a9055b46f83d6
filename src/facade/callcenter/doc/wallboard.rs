//! `/api/wallboard`

use serde_json::json;

use super::{Common as _, data, operation, other};
use crate::facade::operation::{Answer, Operation};
use crate::facade::shape::{Field, Shape, field, param, part};

pub(in super::super) const TAG: &str = "Wallboard";
const NOW_MS: i64 = 1_795_590_000_000;

pub(in super::super) fn show() -> Operation {
    about("Show the wallboard").gives(data(wall()))
}

pub(in super::super) fn stream() -> Operation {
    let text = json!("event:still\ndata:{\"now_ms\":1795590000000}\n\n");
    let answer = Answer::empty(
        "Server-sent events: `wall` with all of what `/api/wallboard` gives as `data`, first now and then after each change, and `still` with the time while nothing changes.",
    );
    about("Follow the wallboard").answer(200, answer.or("text/event-stream", Shape::text(), Some(text)))
}

fn about(summary: &'static str) -> Operation {
    let queue = param::<Option<i64>>("queue_id", "Of this queue and its members; of the whole account where it is left out.", 1);
    operation(TAG, summary, "supervise").fields([queue]).not_found()
}

fn wall() -> Shape {
    let caller = Shape::record([
        field("queue_id", Shape::integer(), "Where.", 1),
        field("name", Shape::text().nullable(), "Where that is not the number.", "Avi Mizrahi"),
        field("number", Shape::text().nullable(), "As the caller gave it.", "972501234567"),
        field("since_ms", Shape::integer(), "Since when; milliseconds since the epoch.", NOW_MS),
    ]);
    let states = ["offline", "in_call", "ringing", "paused", "unreachable", "wrap_up", "ready"];
    let agent = Shape::record([
        field("user_id", Shape::integer(), "Who.", 7),
        field("name", Shape::text(), "Its name.", "Dana Levi"),
        field("state", Shape::words(states), "What it does.", "ready"),
        field("reason", Shape::text().nullable(), "Of a pause, of all its queues or of the one that is shown: why.", "Lunch"),
        other("since_ms", "Since when, as far as that is known.", NOW_MS),
        other("until_ms", "Of a wrap-up: when it ends.", NOW_MS),
    ]);
    let interval = Shape::record([
        field("from_ms", Shape::integer(), "Its beginning; milliseconds since the epoch.", NOW_MS),
        count("offered", "Callers that joined.", 12),
        count("answered", "Of those, that an agent took.", 9),
        count("abandoned", "Of those, that hung up.", 2),
    ]);
    Shape::record([
        field("now_ms", Shape::integer(), "ccgate's time; milliseconds since the epoch.", NOW_MS),
        field("switch_connected", Shape::flag(), "While it is false, calls are as they were when the switch was last heard.", true),
        part("queues", queue().named("WallboardQueue").list()),
        part("waiting", caller.named("WallboardCaller").list()),
        part("agents", agent.named("WallboardAgent").list()),
        part("today", today()),
        part("hours", interval.named("WallboardInterval").list()),
    ])
    .named("Wallboard")
}

fn queue() -> Shape {
    Shape::record([
        field("id", Shape::integer(), "Which.", 1),
        field("title", Shape::text(), "`tv_name`, else its name.", "SALES"),
        field("background_color", Shape::text().nullable(), "As it is set.", "#1a2b3c"),
        field("font_color", Shape::text().nullable(), "As it is set.", "white"),
        count("waiting", "Callers whom no agent has answered.", 3),
        other("waiting_since_ms", "Since when the first of them waits.", NOW_MS),
        other("sla_answer_time", "Seconds that count as in time.", 20),
        count("ready", "Members that are ready.", 2),
        part("today", today()),
    ])
}

/// Since the day began in the account's time zone.
fn today() -> Shape {
    Shape::record([
        count("offered", "Callers that joined.", 12),
        count("answered", "Of those, that an agent took.", 9),
        count("abandoned", "Of those, that hung up.", 2),
        field("service_level", Shape::number().nullable(), "From 0 to 1; null without one, or of nobody.", 0.73),
        field("wait_avg_ms", Shape::count().nullable(), "Milliseconds until an answer; null of nobody.", 8_400),
        count("wait_max_ms", "Milliseconds.", 95_000),
    ])
    .named("WallboardFigures")
}

fn count(name: &'static str, about: &'static str, example: i64) -> Field {
    field(name, Shape::count(), about, example)
}
