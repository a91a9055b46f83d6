//! Calls that are up and that were, their recordings, and figures.

use serde_json::json;

use super::agent::user;
use super::{Common as _, data, done, operation, other, page, rows};
use crate::domain::number::{DialNumber, ExtensionNumber, LeadId};
use crate::domain::{DeviceId, QueueId, UserId};
use crate::facade::callcenter::value::{Ids, Text};
use crate::facade::operation::{Answer, Operation};
use crate::facade::shape::{Field, Shape, field, param, part};

pub(in super::super) const TAG: &str = "Calls";
pub(in super::super) const HISTORY: &str = "Call records";
pub(in super::super) const RECORDINGS: &str = "Recordings";
pub(in super::super) const STATS: &str = "Statistics";

const UUID: &str = "5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11";
const EPOCH: i64 = 1_795_590_000;

pub(in super::super) fn originate() -> Operation {
    let called = Shape::record([
        field("success", Shape::only(true), "The agent has picked up.", true),
        field("Success", Shape::only(true), "The same.", true),
        field("uuid", Shape::text().format("uuid"), "Of the phone's leg.", UUID),
    ]);
    let failed = Shape::record([
        field("success", Shape::only(false), "It failed on the telephone side.", false),
        field("Success", Shape::only(false), "The same.", false),
        field("msg", Shape::text(), "Why.", "the device is busy"),
        field("hangup_cause", Shape::text(), "FreeSWITCH's name for why.", "USER_BUSY"),
    ]);
    let either = Answer::json("The agent has picked up, or the phone could not be reached.", Shape::any_of([called, failed]));
    let name = |name, about| param::<Option<Text>>(name, about, "Noa");
    operation(TAG, "Call for an agent", "originate")
        .more("Rings the phone first and answers when it is picked up; then the destination is dialled by the dial rules. One of device_id, user_id, extension, else the caller's own phone.")
        .fields([
            param::<DialNumber>("destination", "A number outside, or an extension.", "0501234567").needed(),
            param::<Option<DeviceId>>("device_id", "The phone that rings.", 3),
            user(),
            param::<Option<ExtensionNumber>>("extension", "The phone or user that it leads to.", "1001"),
            param::<Option<DialNumber>>("cid", "The number that the destination sees.", "+97231234567"),
            name("cnam", "The name that the destination sees."),
            param::<Option<DialNumber>>("display_cid", "The number that the phone shows while it rings.", "0501234567"),
            name("display_cnam", "The name that the phone shows while it rings."),
            param::<Option<LeadId>>("lead_id", "The customer's id of a lead, whose name, tags and variables go along.", "04"),
            param::<Option<bool>>("sip_auto_answer", "Whether the phone answers by itself.", true),
        ])
        .not_found()
        .conflict()
        .away()
        .answer(200, either)
}

pub(in super::super) fn active() -> Operation {
    let state = Shape::words(["ringing", "dialling", "waiting", "answered", "held"]);
    let own = [field("uuid", Shape::text(), "The leg.", UUID), field("state", state, "What it does.", "answered")];
    let row = Shape::record([own.to_vec(), ids_and_time(), told()].concat()).named("ActiveCall");
    operation(TAG, "List the legs that are up", "")
        .more("The caller's own; others' need the permission `supervise`.")
        .fields([
            param::<Ids>("user_id", "Of these users.", json!([7])),
            param::<Ids>("queue_id", "Of these queues.", json!([1])),
            param::<Option<LeadId>>("lead_id", "Of this lead.", "04"),
        ])
        .fields(page())
        .not_found()
        .gives(rows(row))
}

fn ids_and_time() -> Vec<Field> {
    vec![
        field("id", Shape::text(), "The leg's UUID.", UUID),
        field("call_id", Shape::text(), "The UUID of the call's first leg.", UUID),
        field("ts", Shape::integer(), "When it was told; seconds since the epoch.", EPOCH),
    ]
}

/// The fields of a call event; those that do not apply are left out.
fn told() -> Vec<Field> {
    let text = |name, about, example: &str| field(name, Shape::text(), about, example).sometimes();
    let number = |name, about, example: i64| field(name, Shape::integer(), about, example).sometimes();
    vec![
        number("site_id", "The site of its queue.", 1),
        text("type", "inbound, outbound, internal, queue, fax or conf.", "queue"),
        text("dst_num", "What was dialled.", "200"),
        number("src_device_id", "The phone that called.", 3),
        number("dst_device_id", "The phone that was called.", 4),
        number("src_user_id", "Who called.", 7),
        number("dst_user_id", "Who was called.", 8),
        text("cid_num", "The caller's number.", "972501234567"),
        text("cid_name", "The caller's name.", "Noa"),
        text("a2", "The country of the party outside.", "IL"),
        text("tags", "Of the lead.", "vip"),
        number("queue_id", "The queue.", 1),
        text("lead_id", "The customer's id of the lead.", "04"),
        text("lead_name", "The lead's name.", "Noa"),
        text("campaign_id", "When it is on the channel.", "12"),
        text("dialer_id", "When it is on the channel.", "1"),
        text("conference_id", "When it is on the channel.", "3000"),
        text("call_script", "When it is on the channel.", "welcome"),
        number("waitms", "Milliseconds to the answer, or the end.", 8_400),
        number("durationms", "Milliseconds from the start to the end.", 68_400),
        number("progressms", "Milliseconds to the 180.", 300),
        number("billms", "Milliseconds from the answer to the end.", 60_000),
        number("cc_wait", "Seconds that a caller waited in the queue.", 8),
        text("hangup_cause", "FreeSWITCH's name for why it ended.", "NORMAL_CLEARING"),
        text("canceled", "Why no agent took a queue's caller.", "TIMEOUT"),
    ]
}

pub(in super::super) fn history() -> Operation {
    let types = Shape::words(["inbound", "outbound", "internal", "queue", "fax", "conf"]).nullable();
    let flag = |name, about| param::<Option<bool>>(name, about, true);
    let text = |name, about, example: &str| param::<Option<Text>>(name, about, example);
    let csv = json!("uuid,call_id,type\r\n5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11,5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11,queue\r\n");
    let answer = Answer::json("The legs, the latest first.", Shape::record(rows(leg(Vec::new()).named("CallRecord"))));
    operation(HISTORY, "List the legs that were", "")
        .more("The caller's own; others' need the permission `supervise`.")
        .fields(when())
        .fields([
            param::<Option<UserId>>("user_id", "Of this user.", 7),
            param::<Option<QueueId>>("queue_id", "Of this queue.", 1),
            param::<Option<DeviceId>>("device_id", "Of this phone.", 3),
            field("type", types, "Of this kind.", "queue"),
            field("direction", Shape::words(["inbound", "outbound"]).nullable(), "Of this direction.", "inbound"),
            text("number", "With this number at either end.", "0501234567"),
            text("lead_id", "Of this lead.", "04"),
            text("hangup_cause", "That ended so.", "NORMAL_CLEARING"),
            flag("answered", "Whether it was answered."),
            text("call_id", "Of this call.", UUID),
            flag("first", "Whether it is its call's first leg."),
            field(
                "format",
                Shape::words(["json", "csv"]).nullable(),
                "CSV for spreadsheets; what the client accepts where it is left out.",
                "json",
            ),
        ])
        .fields(page())
        .answer(200, answer.or("text/csv", Shape::text(), Some(csv)))
}

pub(in super::super) fn record() -> Operation {
    let stay = Shape::record([
        field("queue_id", Shape::integer(), "The queue.", 1),
        field("joined_at", Shape::integer(), "When it joined; seconds since the epoch.", EPOCH),
        other("served_at", "When an agent took it; seconds since the epoch.", EPOCH + 8),
        other("left_at", "When it left; seconds since the epoch.", EPOCH + 68),
        field("outcome", Shape::text().nullable(), "What became of it.", "answered"),
        other("agent_id", "Who took it.", 8),
    ]);
    let stays = part("stays", stay.named("Stay").list());
    let operation = operation(HISTORY, "Show a leg that was", "").more("Others' need the permission `supervise`.");
    operation.path(leg_id()).not_found().gives(data(leg(vec![stays]).named("CallRecordWithStays")))
}

fn leg_id() -> Field {
    field("uuid", Shape::text(), "A leg of the call.", UUID)
}

/// What is known of a leg, with the fields of its last event.
fn leg(more: Vec<Field>) -> Shape {
    let known = [
        field("uuid", Shape::text(), "The leg.", UUID),
        field("call_id", Shape::text(), "Its call.", UUID),
        field("type", Shape::text().nullable(), "inbound, outbound, internal, queue, fax or conf.", "queue"),
        field("direction", Shape::text().nullable(), "Seen from the switch.", "inbound"),
        other("user_id", "Whose it was.", 7),
        other("device_id", "The phone.", 3),
        other("queue_id", "The queue.", 1),
        field("lead_id", Shape::text().nullable(), "The customer's id of the lead.", "04"),
        field("started_at", Shape::integer(), "Seconds since the epoch.", EPOCH),
        other("rang_at", "Seconds since the epoch.", EPOCH),
        other("answered_at", "Seconds since the epoch.", EPOCH + 8),
        other("ended_at", "Seconds since the epoch.", EPOCH + 68),
        field("hangup_cause", Shape::text().nullable(), "Why it ended.", "NORMAL_CLEARING"),
        field("recording", Shape::flag(), "Whether it was recorded.", true),
        field("reconciled", Shape::flag(), "Whether some of it was worked out after a gap.", false),
    ];
    let last = ids_and_time().into_iter().chain(told()).filter(|field| known.iter().all(|known| known.name != field.name));
    Shape::record([known.to_vec(), last.map(Field::sometimes).collect(), more].concat())
}

pub(in super::super) fn play() -> Operation {
    let range = field("range", Shape::text(), "A part of the file.", "bytes=0-1023");
    let sound = |answer: Answer| {
        let bytes = || Shape::text().format("binary");
        answer.or("audio/wav", bytes(), Some(json!("RIFF..."))).or("audio/mpeg", bytes(), Some(json!("ID3...")))
    };
    of_recording("Hear a recording")
        .header(range)
        .answer(200, sound(Answer::empty("The file.")))
        .answer(206, sound(Answer::empty("The part that was asked for.")))
        .answer(304, Answer::empty("The file is as the client has it."))
        .answer(412, Answer::empty("The file is not as the client says."))
        .answer(416, Answer::empty("The file has no such part."))
}

pub(in super::super) fn delete_recording() -> Operation {
    of_recording("Delete a recording").gives(done())
}

fn of_recording(summary: &'static str) -> Operation {
    operation(RECORDINGS, summary, "supervise").path(leg_id()).not_found().conflict()
}

/// `from`, `to` and `timezone`
pub(super) fn when() -> [Field; 3] {
    [
        param::<Option<Text>>("from", "Epoch seconds, a time with its offset, or a time or date of the time zone.", "2026-11-25"),
        param::<Option<Text>>("to", "The same; of a date, its end.", "2026-11-25T17:00"),
        param::<Option<Text>>("timezone", "IANA name; the account's where it is left out.", "Asia/Jerusalem"),
    ]
}

pub(in super::super) fn queue_stats() -> Operation {
    let queue = [
        field("queue_id", Shape::integer(), "The queue.", 1),
        field("name", Shape::text().nullable(), "Its name.", "Sales"),
        field("sla_strategy", Shape::integer().nullable(), "How its service level is worked out.", 1),
        field("sla_answer_time", Shape::integer().nullable(), "Seconds that count as in time.", 20),
    ];
    let queues = param::<Ids>("queue_id", "These queues; all where none is named.", json!([1]));
    stats("QueueFigures", "Figures of queues", "supervise", queues, queue.to_vec(), queue_figures())
}

fn queue_figures() -> Vec<Field> {
    let count = |name, about, example: i64| field(name, Shape::count(), about, example);
    let or_null = |name, about, example: i64| field(name, Shape::count().nullable(), about, example);
    vec![
        count("offered", "Callers that joined.", 12),
        count("answered", "Of those, that an agent took.", 9),
        count("abandoned", "Of those, that hung up.", 2),
        count("timeouts", "Of those, that waited too long.", 1),
        count("left_otherwise", "Of those, that left by a key, or were sent away.", 0),
        count("waiting", "Of those, that wait still.", 0),
        or_null("answered_in_time", "Null without a service level.", 8),
        or_null("abandoned_in_time", "Null without a service level.", 1),
        field("service_level", Shape::number().nullable(), "From 0 to 1; null without one, or of nobody.", 0.73),
        or_null("wait_avg_ms", "Milliseconds until an answer; null of nobody.", 8_400),
        count("wait_max_ms", "Milliseconds.", 95_000),
        count("talk_ms", "Milliseconds.", 540_000),
        or_null("talk_avg_ms", "Milliseconds; null of nobody.", 60_000),
    ]
}

pub(in super::super) fn agent_stats() -> Operation {
    let agent = [field("user_id", Shape::integer(), "The agent.", 7), field("name", Shape::text().nullable(), "Its name.", "Dana Levi")];
    let users = param::<Ids>("user_id", "These agents; all that the caller may see where none is named.", json!([7]));
    stats("AgentFigures", "Figures of agents", "", users, agent.to_vec(), agent_figures())
        .more("The caller's own; others' need the permission `supervise`.")
}

fn agent_figures() -> Vec<Field> {
    let count = |name, about, example: i64| field(name, Shape::count(), about, example);
    let pause = Shape::record([
        field("pause_id", Shape::integer(), "The pause.", 3),
        field("name", Shape::text().nullable(), "Its name.", "Lunch"),
        count("paused_ms", "Milliseconds.", 1_800_000),
    ]);
    vec![
        count("offered", "Calls of queues that its phone rang for.", 12),
        count("answered", "Of those, that it took.", 9),
        count("no_answers", "Of those, that it let ring.", 1),
        count("outbound", "Calls that it made.", 4),
        count("checked_in_ms", "Milliseconds.", 28_800_000),
        count("paused_ms", "Milliseconds.", 1_800_000),
        field("pauses", pause.list(), "The same by pause.", json!([{"pause_id": 3, "name": "Lunch", "paused_ms": 1_800_000}])),
        count("wrap_up_ms", "Milliseconds.", 270_000),
        count("unreachable_ms", "Milliseconds.", 0),
        count("queue_talk_ms", "Milliseconds.", 540_000),
        count("other_talk_ms", "Milliseconds.", 120_000),
        field("occupancy", Shape::number().nullable(), "Busy to ready time; above 1 where it talked while paused; null of no time.", 0.61),
    ]
}

fn stats(name: &str, summary: &'static str, permission: &str, whose: Field, own: Vec<Field>, figures: Vec<Field>) -> Operation {
    let bounds = || {
        [
            field("from", Shape::integer(), "Seconds since the epoch.", EPOCH),
            field("to", Shape::integer(), "Seconds since the epoch.", EPOCH + 3_600),
        ]
    };
    let interval = Shape::record([figures.clone(), bounds().to_vec()].concat()).named(&format!("{name}Interval"));
    let intervals = part("intervals", interval.list()).sometimes();
    let row = Shape::record([own, figures, vec![intervals]].concat()).named(name);
    let zone = field("timezone", Shape::text(), "What days are of.", "Asia/Jerusalem");
    let steps = Shape::words(["15m", "30m", "hour", "day", "week", "month"]).nullable();
    operation(STATS, summary, permission)
        .fields(when())
        .fields([whose, field("interval", steps, "Also in steps of this length.", "hour")])
        .not_found()
        .gives([data(row.list()), bounds().to_vec(), vec![zone]].concat())
}
