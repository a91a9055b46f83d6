//! `/api/cc_queue`, and memberships from both sides.

use serde_json::json;

use super::{Common as _, Noun, applied, data, identity, operation, other, others, page, rows, search};
use crate::domain::number::ExtensionNumber;
use crate::domain::queue::{Strategy, TimeBaseScore};
use crate::domain::text::Label;
use crate::domain::{MediaId, SiteId};
use crate::facade::callcenter::value::{Ids, Rows, Text};
use crate::facade::callcenter::value_shape::STRATEGIES;
use crate::facade::operation::{Answer, FORM, JSON, Operation};
use crate::facade::shape::{Field, Shape, Takes as _, field, param, part};

pub(in super::super) const TAG: &str = "Queues";
pub(in super::super) const MEMBERS: &str = "Memberships";

pub(in super::super) fn noun() -> Noun {
    Noun {
        tag: TAG,
        summaries: ["List queues, or create one", "Show a queue", "Create a queue", "Change a queue", "Delete a queue"],
        reads: "queues",
        writes: "queues",
        fields: [needed(), parameters()].concat(),
        name: "Queue",
        record: record(),
        made_up: None,
        on_switch: true,
    }
}

/// The vendor's example creates a queue by a GET.
pub(in super::super) fn list() -> Operation {
    let either = Shape::any_of([Shape::record(rows(noun().shape())), Shape::record(applied(data(noun().shape())))]);
    operation(TAG, "List queues, or create one", "queues")
        .about(
            "Where `name`, `strategy` and `time_base_score` are all there, a queue is created as by POST, which see for its other fields.",
        )
        .fields([search("Part of the name.")])
        .fields(page())
        .fields(needed().into_iter().map(Field::sometimes))
        .not_found()
        .conflict()
        .away()
        .answer(200, Answer::json("The queues, or the one that was created.", either))
}

fn needed() -> Vec<Field> {
    vec![
        param::<Label>("name", "Unique in the account.", "Sales").needed(),
        param::<Strategy>("strategy", "Which agent is offered the next call.", "longest-idle-agent").needed(),
        param::<TimeBaseScore>("time_base_score", "Where a caller's score starts: when its call began, or when it joined.", "queue")
            .needed(),
    ]
}

fn parameters() -> Vec<Field> {
    let seconds = |name, about, example: u32| param::<u32>(name, about, example);
    let flag = |name, about| param::<bool>(name, about, true);
    let sound = |name, about| param::<Option<MediaId>>(name, about, 1);
    vec![
        param::<Option<SiteId>>("site_id", "Its site; 0 for none.", 1),
        param::<Option<Text>>("tv_name", "Its name on wallboards.", "SALES"),
        param::<Option<bool>>("record", "Whether its calls are recorded; null leaves it to the agent.", true),
        seconds("max_wait_time", "Seconds; 0 for ever.", 300),
        seconds("max_wait_time_with_no_agent", "Seconds; 0 for ever.", 60),
        seconds("max_wait_time_with_no_agent_time_reached", "Seconds after that before the next is refused.", 5),
        flag("tier_rules_apply", "Whether levels wait for each other."),
        seconds("tier_rule_wait_second", "Seconds until the next level is offered calls.", 30),
        flag("tier_rule_no_agent_no_wait", "Whether a level without agents is passed over."),
        flag("tier_rule_wait_multiply_level", "Whether that time counts once a level."),
        seconds("discard_abandoned_after", "Seconds that a place is kept.", 60),
        flag("abandoned_resume_allowed", "Whether a caller that hung up gets its place back."),
        sound("announce_id", "Played to who waits; 0 for none."),
        seconds("announce_frequency", "Seconds between announcements.", 30),
        sound("moh_id", "Music; 0 for the default."),
        field("sla_strategy", Shape::between(1, 3).nullable(), "How the service level is worked out.", 1),
        param::<Option<u32>>("sla_answer_time", "Seconds that count as in time.", 20),
        flag("auto_answer", "Whether the agents' phones answer by themselves."),
        sound("pre_bridge_announce", "Played to the agent before the caller; 0 for none."),
        sound("join_announce", "Played to the caller before the queue; 0 for none."),
        field("exits", exits().nullable(), "Extensions for callers that no agent took.", exits_example()),
        param::<Option<u32>>("ring_timeout", "Seconds an agent's phone rings.", 20),
        field("background_color", color(), "For pages.", "#1a2b3c"),
        field("font_color", color(), "For pages.", "white"),
        param::<Ids>("labels", "Labels.", json!([1])),
        param::<Option<u32>>("avg_wait_range", "Minutes; kept for statistics.", 15),
        field(
            "audio_playback",
            playback().nullable(),
            "Played instead of `moh_id`, with `music_advanced`.",
            json!([{"media_id": 1, "times": 2}]),
        ),
        flag("music_advanced", "Whether `audio_playback` is played."),
        param::<Rows>("users", "Memberships: rows `[user_id, mode, position, level, timegroup_id]`.", json!([[7, 3, 1, 1, null]])),
    ]
}

/// A colour for pages.
pub(super) fn color() -> Shape {
    Shape::chars(0, 32).pattern("^[A-Za-z0-9#]*$").nullable()
}

fn exits() -> Shape {
    let number = || ExtensionNumber::shape().nullable();
    let keys = Shape::map(Shape::text().pattern("^[0-9*#]$"), number());
    Shape::record([
        field("timeout", number(), "After `max_wait_time`.", "200").sometimes(),
        field("no_agent", number(), "After `max_wait_time_with_no_agent`.", "201").sometimes(),
        field("keys", keys, "By the key that was pressed.", json!({"1": "202"})).sometimes(),
    ])
}

fn exits_example() -> serde_json::Value {
    json!({"timeout": "200", "no_agent": "201", "keys": {"1": "202"}})
}

fn playback() -> Shape {
    let item = Shape::record([
        field("media_id", Shape::between(0, i64::from(i32::MAX)), "The sound.", 1),
        field("times", Shape::between(0, i64::from(i32::MAX)), "How often.", 2).sometimes(),
    ]);
    item.list()
}

fn record() -> Vec<Field> {
    let seconds = |name, about, example| field(name, Shape::count(), about, example);
    let flag = |name, about| field(name, Shape::flag(), about, true);
    let text = |name, about, example| field(name, Shape::text().nullable(), about, example);
    let fields = [
        other("site_id", "Its site.", 1),
        text("tv_name", "Its name on wallboards.", "SALES"),
        field("strategy", Shape::words(STRATEGIES), "Which agent is offered the next call.", "longest-idle-agent"),
        field("record", Shape::bit().nullable(), "Whether its calls are recorded.", 1),
        field("time_base_score", TimeBaseScore::shape(), "Where a caller's score starts.", "queue"),
        seconds("max_wait_time", "Seconds; 0 for ever.", 300),
        seconds("max_wait_time_with_no_agent", "Seconds; 0 for ever.", 60),
        seconds("max_wait_time_with_no_agent_time_reached", "Seconds.", 5),
        flag("tier_rules_apply", "Whether levels wait for each other."),
        seconds("tier_rule_wait_second", "Seconds.", 30),
        flag("tier_rule_no_agent_no_wait", "Whether a level without agents is passed over."),
        flag("tier_rule_wait_multiply_level", "Whether that time counts once a level."),
        seconds("discard_abandoned_after", "Seconds.", 60),
        flag("abandoned_resume_allowed", "Whether a caller that hung up gets its place back."),
        other("announce_id", "Played to who waits.", 1),
        seconds("announce_frequency", "Seconds.", 30),
        other("moh_id", "Music.", 1),
        field("sla_strategy", Shape::between(1, 3).nullable(), "How the service level is worked out.", 1),
        field("sla_answer_time", Shape::count().nullable(), "Seconds.", 20),
        flag("auto_answer", "Whether the agents' phones answer by themselves."),
        other("pre_bridge_announce", "Played to the agent.", 1),
        other("join_announce", "Played to the caller.", 1),
        field("exits", exits().nullable(), "Extensions for callers that no agent took.", exits_example()),
        field("ring_timeout", Shape::count().nullable(), "Seconds.", 20),
        text("background_color", "For pages.", "#1a2b3c"),
        text("font_color", "For pages.", "white"),
        others("labels", "Its labels.", 1),
        field("avg_wait_range", Shape::count().nullable(), "Minutes.", 15),
        field("audio_playback", playback().nullable(), "Played instead of `moh_id`.", json!([{"media_id": 1, "times": 2}])),
        flag("music_advanced", "Whether `audio_playback` is played."),
        others("user_ids", "Its members.", 7),
        part("users", members()),
        field("extensions", Shape::text(), "Its extensions, separated by commas.", "200"),
        field("dids", Shape::text(), "Its numbers outside, separated by commas.", "97231234567"),
    ];
    [&identity("Its id; on the switch it is `<id>@<domain>`.", "Its name.", "Sales")[..], &fields].concat()
}

fn placed(id: Field) -> Vec<Field> {
    vec![
        id,
        field("mode", Shape::between(0, 4), "0 off, 1 joins and leaves, 2 by a supervisor, 3 joined at check-in, 4 always.", 3),
        field("position", Shape::count(), "Within the level.", 1),
        field("level", Shape::count(), "Lower is offered first.", 1),
    ]
}

fn member() -> Vec<Field> {
    let mut cells = placed(field("user_id", Shape::integer(), "The agent.", 7));
    cells.extend([
        field("name", Shape::text(), "The agent's name.", "Dana Levi"),
        other("timegroup_id", "Limits it to hours.", 1),
        field("joined", Shape::flag(), "Whether it is joined now.", true),
    ]);
    cells
}

fn members() -> Shape {
    Shape::row(member()).named("MemberRow").list()
}

/// The rows of a user.
pub(super) fn memberships() -> Shape {
    let mut cells = placed(field("queue_id", Shape::integer(), "The queue.", 1));
    cells.push(other("timegroup_id", "Limits it to hours.", 1));
    Shape::row(cells).named("MembershipRow").list()
}

/// One side of the memberships.
pub(in super::super) struct Side {
    summaries: [&'static str; 4],
    id: &'static str,
    permission: &'static str,
    /// The parameter of its rows.
    name: &'static str,
    about: &'static str,
    shown: fn() -> Shape,
}

/// `/api/cc_queue/{id}/users`
pub(in super::super) const OF_QUEUE: Side = Side {
    summaries: ["List the members of a queue", "Add members to a queue", "Set the members of a queue", "Take members from a queue"],
    id: "The queue.",
    permission: "queues",
    name: "users",
    about: "Rows `[user_id, mode, position, level, timegroup_id]`, of which the first two must be there; the body may be this array itself.",
    shown: members,
};

/// `/api/user/{id}/queues`
pub(in super::super) const OF_USER: Side = Side {
    summaries: ["List the queues of a user", "Add queues to a user", "Set the queues of a user", "Take queues from a user"],
    id: "The user.",
    permission: "users",
    name: "queues",
    about: "Rows `[queue_id, mode, position, level, timegroup_id]`, of which the first two must be there; the body may be this array itself.",
    shown: memberships,
};

impl Side {
    pub(in super::super) fn list(&self) -> Operation {
        operation(MEMBERS, self.summaries[0], self.permission).id(self.id).gives(data((self.shown)()))
    }

    pub(in super::super) fn add(&self) -> Operation {
        self.write(1)
    }

    pub(in super::super) fn set(&self) -> Operation {
        self.write(2)
    }

    pub(in super::super) fn remove(&self) -> Operation {
        let ids = || param::<Ids>("ids", "Who is taken.", json!([7]));
        let body = Shape::any_of([Shape::params([ids().needed()]), Ids::shape()]);
        let operation = operation(MEMBERS, self.summaries[3], self.permission)
            .more("`ids` may stand in the query string; the body may be the array itself.");
        self.changes(operation).fields([ids()]).body(JSON, body, json!({"ids": [7]})).body(
            FORM,
            Shape::params([ids()]),
            json!({"ids": [7]}),
        )
    }

    fn write(&self, summary: usize) -> Operation {
        let rows = param::<Rows>(self.name, self.about, json!([[7, 3, 1, 1, null]]));
        self.changes(operation(MEMBERS, self.summaries[summary], self.permission)).fields([rows.needed()])
    }

    fn changes(&self, operation: Operation) -> Operation {
        operation.id(self.id).conflict().away().gives(applied(data((self.shown)())))
    }
}
