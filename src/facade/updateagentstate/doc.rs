//! The one path as the OpenAPI document tells it.

use serde_json::json;

use super::action;
use crate::domain::text::Label;
use crate::facade::operation::{Answer, FORM, Operation};
use crate::facade::shape::{Field, Shape, field, part};

const TAG: &str = "UpdateAgentState";

/// What holds for it.
pub(super) const ABOUT: &str = "One path, an action in a parameter. Parameters come in the query string or a form body; one in the body wins, and an \
    empty one counts as none. Each request brings a username and its password, or a key in a header. Every answer is HTTP 200 with `status` ok or error, but 401 where \
    the login is refused.";

/// What it is listed under.
pub(super) const TAGS: [(&str, &str); 1] = [(TAG, "Agents in their queues.")];

/// The path.
pub(super) fn update_agent_state() -> Operation {
    let done = Answer::json(
        "What was asked for, or why it was not done.",
        Shape::any_of([agent_answer(), queue_answer(), figures_answer(), error()]),
    );
    let retry = field("retry-after", Shape::count(), "Seconds, after too many failed attempts.", 30);
    let refused = Answer::json("The username or the password is missing or wrong, or there were too many failed attempts.", error());
    Operation::new(TAG, "Change or show agents and queues")
        .about(
            "`add` joins an agent to a queue; a number that nobody has makes an external agent with that phone, named by `alias`. `remove` leaves a \
             queue. `pause` and `unpause` are of one queue where `queue` is given, else of all. `showstate` shows an agent, as those four do. \
             `showqueue` shows what happens in a queue now, `showqueuestat` its figures of today; without `queue` each gives an array of all.",
        )
        .takes(&[FORM])
        .fields(parameters())
        .answer(200, done)
        .answer(401, refused.header(retry).example(json!({"status": "error", "message": "username and password are required"})))
}

fn parameters() -> [Field; 7] {
    let name = || Shape::chars(0, Label::MAX_CHARS);
    [
        field("username", Shape::text(), "A user's name or email.", "boss"),
        field("password", Shape::text(), "Its password, or the MD5 of that in hex.", "Ab123456"),
        field("action", Shape::words(action::ALL.map(|(name, _)| name)), "What to do.", "showstate"),
        field("agent", Shape::text(), "The number where the agent sits: an extension, a device's username or an external number.", "1001"),
        field("queue", Shape::text(), "A queue's extension number or id; `add` and `remove` need it.", "200"),
        field("alias", name(), "Names the agent.", "Dana"),
        field("reason", name(), "Of a pause: the one of that name, else the account's default pause with this as its note.", "Lunch"),
    ]
}

fn ok(data: Shape) -> Shape {
    Shape::record([field("status", Shape::only("ok"), "It was done.", "ok"), part("data", data)])
}

/// One of them, or all.
fn one_or_all(one: Shape) -> Shape {
    ok(Shape::any_of([one.clone(), one.list()]))
}

fn agent_answer() -> Shape {
    ok(agent())
}

fn agent() -> Shape {
    let states = ["offline", "in_call", "ringing", "paused", "unreachable", "wrap_up", "ready"];
    let queue = Shape::record([
        field("queue", Shape::text(), "Its first internal number, else its id.", "200"),
        field("paused", Shape::flag(), "Whether it offers nothing because of a pause.", true),
        field("reason", Shape::text().nullable(), "Why.", "Lunch"),
    ]);
    let queue = queue.named("AgentQueue").list();
    Shape::record([
        field("agent", Shape::text().nullable(), "The number where the agent sits.", "1001"),
        field("alias", Shape::text(), "Its name.", "Dana"),
        field("state", Shape::words(states), "What it does; the first of these that holds.", "paused"),
        field("reason", Shape::text().nullable(), "Of a pause.", "Lunch"),
        field("since", Shape::integer().nullable(), "Seconds since the epoch, as far as that is known.", 1_795_590_000),
        part("queues", queue),
    ])
    .named("Agent")
}

fn queue_answer() -> Shape {
    let caller = Shape::record([
        field("number", Shape::text(), "The caller's.", "972501234567"),
        field("name", Shape::text(), "The caller's.", "Noa"),
        field("wait_s", Shape::integer(), "Seconds so far.", 42),
    ]);
    let queue = Shape::record([
        field("queue", Shape::text(), "Its first internal number, else its id.", "200"),
        field("name", Shape::text(), "Its name.", "Sales"),
        field("strategy", Shape::text(), "Who is offered the next call.", "longest-idle-agent"),
        part("waiting", caller.named("Caller").list()),
        part("agents", agent().list()),
    ]);
    one_or_all(queue.named("Queue"))
}

fn figures_answer() -> Shape {
    let figures = Shape::record([
        field("queue", Shape::text(), "Its first internal number, else its id.", "200"),
        field("name", Shape::text().nullable(), "Its name.", "Sales"),
        field("offered", Shape::count(), "Callers that joined.", 12),
        field("answered", Shape::count(), "Of those, that an agent took.", 9),
        field("abandoned", Shape::count(), "Of those, that hung up.", 2),
        field("sla_percent", Shape::number().nullable(), "Its service level; null where it has none, or of nobody.", 83.3),
        field("avg_wait_s", Shape::count().nullable(), "Seconds until an answer; null of nobody.", 21),
        field("avg_talk_s", Shape::count().nullable(), "Seconds of a call; null of nobody.", 180),
        field("max_wait_s", Shape::count(), "Seconds.", 95),
    ]);
    one_or_all(figures.named("QueueFigures"))
}

fn error() -> Shape {
    Shape::record([
        field("status", Shape::only("error"), "It was not done.", "error"),
        field("message", Shape::text(), "What is wrong and what to do.", "agent not found"),
    ])
    .named("Error")
}
