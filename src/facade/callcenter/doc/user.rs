//! `/api/user`

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde_json::json;

use super::queue::memberships;
use super::{Common as _, Noun, identity, operation, other, others, page, rows, search};
use crate::domain::number::ExtensionNumber;
use crate::domain::permission::Permissions;
use crate::domain::text::Label;
use crate::domain::{DialRuleId, PgroupId, VoicemailId};
use crate::facade::callcenter::user_wire::{EMAIL_MAX_CHARS, USERNAME_MAX_CHARS};
use crate::facade::callcenter::value::{Ids, Rows, Secret, Text, Words};
use crate::facade::operation::Operation;
use crate::facade::shape::{Field, Shape, Takes as _, field, param, part};

pub(in super::super) const TAG: &str = "Users";

pub(in super::super) fn noun() -> Noun {
    Noun {
        tag: TAG,
        summaries: ["List users", "Show a user", "Create a user", "Change a user", "Delete a user"],
        reads: "users",
        writes: "users",
        fields: [parameters(), seen_as(), overrides(true)].concat(),
        name: "User",
        record: record(),
        made_up: None,
        on_switch: true,
    }
}

pub(in super::super) fn list() -> Operation {
    let agents = param::<Option<bool>>("is_agent", "1 lists agents only, 0 is no filter.", true);
    operation(TAG, "List users", "users")
        .fields([search("Part of a name, username or email."), agents])
        .fields(page())
        .gives(rows(noun().shape()))
}

fn parameters() -> Vec<Field> {
    vec![
        param::<Label>("name", "Full name.", "Dana Levi").needed(),
        field("username", Shape::chars(1, USERNAME_MAX_CHARS), "Unique on the box, without blanks.", "dana").needed(),
        param::<Secret>("password", "8 characters at least, with digits, uppercase and lowercase letters; never shown.", "Ab123456")
            .needed(),
        field("email", Shape::chars(3, EMAIL_MAX_CHARS), "Unique in the account.", "dana@example.com").needed(),
        param::<bool>("active", "0 checks out, ends sessions, refuses logins and keys.", true),
        param::<bool>("is_agent", "Whether it is an agent.", true),
        param::<bool>("in_reports", "Whether statistics count it.", true),
        param::<Option<Text>>("timezone", "IANA name; UTC where it is cleared.", "Asia/Jerusalem"),
        param::<Ids>("sites", "Sites.", json!([1])),
        param::<Ids>("groups", "Groups of users that it is in.", json!([1])),
        param::<Ids>("intercept_groups", "Groups whose calls it may intercept.", json!([1])),
        param::<Ids>("intercept_other_groups", "Other groups whose calls it may intercept.", json!([1])),
        param::<Words>("geo_limit", "Countries from which its logins, sessions and keys are taken; any where empty.", json!(["IL"])),
        param::<Vec<IpNet>>("allowed_ips", "Networks from which they are; any where empty.", json!(["192.0.2.0/24"])),
        param::<u32>("follow_me", "0: all its phones ring at once; N: one after the other by N seconds.", 0),
        param::<Option<DialRuleId>>("dr_id", "The dial rule of calls outside, before the account's; 0 for none.", 1),
        param::<Option<u32>>("call_timeout", "Seconds until the mailbox takes the call.", 30),
        param::<Option<VoicemailId>>("vm_id", "The mailbox; 0 for none.", 1),
        param::<Option<PgroupId>>("pgroup_id", "The group of permissions; 0 for none.", 3),
        param::<Permissions>("permissions", "Exceptions from the group.", json!({"originate": true})),
        param::<Rows>("queue_perms", "Memberships: rows `[queue_id, mode, position, level, timegroup_id]`.", json!([[1, 3, 1, 1, null]])),
        param::<bool>("override_device", "Whether the settings of calls below hold.", false),
    ]
}

/// How its calls are seen and recorded, as they are taken and shown.
fn seen_as() -> Vec<Field> {
    let flag = |name, about| param::<Option<bool>>(name, about, true);
    let mut fields = names_and_numbers();
    fields.extend([
        flag("user_record", "Records every call of the user."),
        flag("rec_inb_ext", "Records calls from outside."),
        flag("rec_out_ext", "Records calls to outside."),
        flag("rec_inb_int", "Records calls from the office."),
        flag("rec_out_int", "Records calls to the office."),
    ]);
    fields
}

fn names_and_numbers() -> Vec<Field> {
    vec![
        param::<Option<Label>>("ecnam", "Name on calls outside.", "Sales"),
        param::<Option<ExtensionNumber>>("ecnum", "Number on calls outside.", "+97231234567"),
        param::<Option<Label>>("ocnam", "Name within the office.", "Dana"),
        param::<Option<ExtensionNumber>>("ocnum", "Number within the office.", "1001"),
        param::<Option<BTreeMap<String, ExtensionNumber>>>(
            "cnum_by_country",
            "The number that callees of a country see.",
            json!({"US": "12125550100"}),
        ),
        field("blf_ext", <Vec<ExtensionNumber>>::shape().nullable(), "Extensions whose state its phone shows.", json!(["1002"])),
    ]
}

/// What overrides the account's defaults, as it is taken and shown.
pub(super) fn overrides(of_user: bool) -> Vec<Field> {
    let mut fields = vec![
        param::<Option<u32>>("session_ttl", "Seconds a session lives; 0: a day.", 86_400),
        param::<Option<u32>>("max_snooze", "How often a wrap-up may be extended.", 2),
        param::<Option<u32>>("wrap_up_time", "Seconds of wrap-up after a queue call.", 30),
        param::<Option<u32>>("no_answer_delay_time", "Seconds without offers after a no-answer.", 10),
        param::<Option<u32>>("reject_delay_time", "Seconds without offers after a rejected offer.", 10),
        param::<Option<u32>>("busy_delay_time", "Seconds without offers after a busy phone.", 10),
        param::<Option<u32>>("max_no_answer", "No-answers in a row after which the agent is paused; 0 for never.", 3),
    ];
    if !of_user {
        fields.iter_mut().for_each(|field| field.about = "The default of its users' field of this name.");
    }
    fields
}

fn record() -> Vec<Field> {
    let bit_or_null = |name, about| field(name, Shape::bit().nullable(), about, 1);
    let fields = [
        vec![
            field("id", Shape::integer(), "Its id.", 7),
            field("active", Shape::bit(), "Whether it may log in.", 1),
            field("is_agent", Shape::flag(), "Whether it is an agent.", true),
            field("username", Shape::text(), "Its username.", "dana"),
            field("email", Shape::text(), "Its address.", "dana@example.com"),
            field("in_reports", Shape::flag(), "Whether statistics count it.", true),
            field("timezone", Shape::text(), "Its time zone.", "Asia/Jerusalem"),
            others("sites", "Its sites.", 1),
            others("groups", "Its groups.", 1),
            others("intercept_groups", "Groups whose calls it may intercept.", 1),
            others("intercept_other_groups", "Other such groups.", 1),
            field("geo_limit", Shape::text(), "Countries, separated by commas.", "IL,US"),
            field("allowed_ips", Shape::text(), "Networks, separated by commas.", "192.0.2.0/24"),
            field("follow_me", Shape::count(), "How its phones ring.", 0),
            other("last_login", "When it last logged in; seconds since the epoch.", 1_795_590_000),
            field("ts", Shape::integer(), "When it was made; seconds since the epoch.", 1_795_590_000),
            part("devices", devices()),
            field("extensions", Shape::text(), "Its extensions, separated by commas.", "1001"),
            field("dids", Shape::text(), "Its numbers outside, separated by commas.", "97231234567"),
            other("dr_id", "Its dial rule.", 1),
            field("call_timeout", Shape::count().nullable(), "Seconds until the mailbox takes the call.", 30),
            other("vm_id", "Its mailbox.", 1),
            field("vm_name", Shape::text().nullable(), "The mailbox's name.", "Dana's"),
            field("pgroup_id", Shape::integer(), "Its group of permissions; 0 for none.", 3),
            field("pgroup", Shape::text().nullable(), "The group's name.", "Agent"),
            field("permissions", Permissions::shape(), "Exceptions from the group.", json!({"originate": true})),
            part("queue_perms", memberships()),
            field("override_device", Shape::flag(), "Whether the settings of calls hold.", false),
        ],
        names_and_numbers(),
        vec![
            bit_or_null("user_record", "Whether every call is recorded."),
            bit_or_null("rec_inb_ext", "Whether calls from outside are."),
            bit_or_null("rec_out_ext", "Whether calls to outside are."),
            bit_or_null("rec_inb_int", "Whether calls from the office are."),
            bit_or_null("rec_out_int", "Whether calls to the office are."),
            field("pause_id", Shape::integer(), "Its pause; 0 for none.", 0),
            field("online", Shape::bit(), "1 while it is checked in.", 1),
            field(
                "unreachable_since",
                Shape::integer().nullable(),
                "Since when its phone is not registered, so that it is offered nothing; seconds since the epoch.",
                json!(null),
            ),
            field("wrap_up_left", Shape::count(), "How many seconds are left of its wrap-up; 0 when it is in none.", 0),
            others("queues", "The queues that it is joined to.", 1),
            others("queues_paused", "Those that it is paused in by themselves.", 2),
            field(
                "web",
                web().nullable(),
                "The last ping of its page.",
                json!({"ping_time": 1_795_590_000, "mic_perm": 1, "stale": false}),
            ),
        ],
        overrides(true),
    ]
    .concat();
    [&identity("Its id.", "Full name.", "Dana Levi")[1..], &fields].concat()
}

fn web() -> Shape {
    Shape::record([
        field("ping_time", Shape::count(), "When; seconds since the epoch.", 1_795_590_000),
        field("mic_perm", Shape::bit(), "Whether the page may use the microphone.", 1),
        field("stale", Shape::flag(), "Whether that was more than a minute ago.", false),
    ])
}

/// Objects, or rows where the account wants them.
fn devices() -> Shape {
    let fields = || {
        [
            field("device_id", Shape::integer(), "The phone.", 3),
            field("ring", Shape::count(), "Its place in the order.", 1),
            field("delay", Shape::count(), "Seconds before it rings.", 0),
            field("timeout", Shape::count(), "Seconds that it rings; 0 for the default.", 30),
            field("name", Shape::text(), "Its name.", "Desk"),
        ]
    };
    let example = json!([{"device_id": 3, "ring": 1, "delay": 0, "timeout": 30, "name": "Desk"}]);
    Shape::any_of([Shape::record(fields()).list(), Shape::row(fields()).list()])
        .about("Its phones; rows of the same where the account has `devices_as_rows`.", &example)
}
