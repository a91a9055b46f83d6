//! Sites, groups, labels, time groups, media, dial rules and mailboxes: see [`super::super::resource`].

use std::collections::BTreeMap;

use serde_json::json;

use super::queue::color;
use super::{Noun, identity, others};
use crate::domain::media::MAX_CHARS;
use crate::domain::number::{ExtensionNumber, Gateway};
use crate::domain::text::Label;
use crate::domain::voicemail::Pin;
use crate::facade::callcenter::time_group::MAX_ENTRIES;
use crate::facade::callcenter::user_wire::EMAIL_MAX_CHARS;
use crate::facade::callcenter::value::{Ids, Text};
use crate::facade::shape::{Field, Shape, Takes as _, field, param};

pub(in super::super) const TAG: &str = "Resources";

/// The five methods of one of them.
fn noun(
    summaries: [&'static str; 5],
    [reads, writes]: [&'static str; 2],
    name: &'static str,
    record: (&'static str, Vec<Field>),
    fields: Vec<Field>,
) -> Noun {
    let (record_name, shown) = record;
    let name_of = param::<Label>("name", "Unique in the account.", name).needed();
    Noun {
        tag: TAG,
        summaries,
        reads,
        writes,
        fields: [vec![name_of], fields].concat(),
        name: record_name,
        record: [identity("Its id.", "Its name.", name).to_vec(), shown].concat(),
        made_up: None,
        on_switch: true,
    }
}

const OF_QUEUES: [&str; 2] = ["queues` or `agents", "queues"];
const SETTINGS: [&str; 2] = ["settings", "settings"];

pub(in super::super) fn site() -> Noun {
    noun(["List sites", "Show a site", "Create a site", "Change a site", "Delete a site"], OF_QUEUES, "Haifa", ("Site", vec![]), vec![])
}

pub(in super::super) fn group() -> Noun {
    let summaries =
        ["List groups of users", "Show a group of users", "Create a group of users", "Change a group of users", "Delete a group of users"];
    let users = param::<Ids>("user_ids", "Its users.", json!([7]));
    noun(summaries, ["users` or `agents", "users"], "Team A", ("Group", vec![others("user_ids", "Its users.", 7)]), vec![users])
}

pub(in super::super) fn label() -> Noun {
    let shown = field("color", Shape::text().nullable(), "For pages.", "#1a2b3c");
    let summaries = ["List labels of queues", "Show a label", "Create a label", "Change a label", "Delete a label"];
    noun(summaries, OF_QUEUES, "VIP", ("Label", vec![shown]), vec![field("color", color(), "For pages.", "#1a2b3c")])
}

/// From one moment of the day to another.
pub(super) fn hours() -> [Field; 2] {
    let time = || Shape::text().pattern("^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$");
    [
        field("from", time(), "When it begins.", "09:00"),
        field("to", time(), "When it ends, up to 24:00; earlier than `from`: over midnight.", "17:30"),
    ]
}

pub(in super::super) fn time_group() -> Noun {
    let days = field("days", Shape::between(1, 7).list(), "1 Monday to 7 Sunday.", json!([1, 2]));
    let date = field("date", Shape::text().format("date"), "The day, all of which it stands for.", "2026-12-25");
    let rules = Shape::record([&[days][..], &hours()].concat()).list();
    let exceptions = Shape::record([&[date][..], &hours()].concat()).list();
    let rule = json!([{"days": [1, 2], "from": "09:00", "to": "17:30"}]);
    let exception = json!([{"date": "2026-12-25", "from": "10:00", "to": "12:00"}]);
    let summaries = ["List time groups", "Show a time group", "Create a time group", "Change a time group", "Delete a time group"];
    let shown = vec![
        field("timezone", Shape::text().nullable(), "Its time zone; the account's where null.", "Asia/Jerusalem"),
        field("rules", rules.clone(), "Hours of days of the week.", rule.clone()),
        field("exceptions", exceptions.clone(), "Hours of single days.", exception.clone()),
    ];
    let fields = vec![
        param::<Option<Text>>("timezone", "IANA name; the account's where null.", "Asia/Jerusalem"),
        field("rules", rules.at_most(MAX_ENTRIES).nullable(), "Hours of days of the week.", rule),
        field("exceptions", exceptions.at_most(MAX_ENTRIES).nullable(), "Hours of single days; `from` as `to` closes the day.", exception),
    ];
    noun(summaries, OF_QUEUES, "Office hours", ("TimeGroup", shown), fields)
}

pub(in super::super) fn media() -> Noun {
    let kind = Shape::words(["file", "tone", "stream"]);
    let text = || Shape::chars(0, MAX_CHARS).nullable();
    let shown = vec![
        field("kind", kind.clone(), "What it is.", "file"),
        field("path", Shape::text().nullable(), "Of a file.", "greetings/hello.wav"),
        field("spec", Shape::text().nullable(), "Of a tone or a stream.", json!(null)),
    ];
    let fields = vec![
        field("kind", kind, "What it is.", "file").needed(),
        field("path", text(), "Of a file: below the configured folder.", "greetings/hello.wav"),
        field("spec", text(), "Of a tone as TGML, of a stream its name.", json!(null)),
    ];
    noun(["List sounds", "Show a sound", "Create a sound", "Change a sound", "Delete a sound"], SETTINGS, "Hello", ("Media", shown), fields)
}

pub(in super::super) fn dial_rule() -> Noun {
    let prefixes = || Shape::text().list();
    let by_country = || <BTreeMap<String, ExtensionNumber>>::shape();
    let shown = vec![
        field("allow", prefixes(), "Prefixes that may be dialled; any where empty.", json!(["05", "+97"])),
        field("deny", prefixes(), "Prefixes that may not.", json!(["1900"])),
        field("gateway", Shape::text().nullable(), "The gateway; the configured one where null.", "carrier"),
        field("strip", Shape::count(), "Digits taken from the front.", 1),
        field("prepend", Shape::text().nullable(), "Put in their place.", "+972"),
        field("caller_number", Shape::text().nullable(), "The number that is seen.", "031234567"),
        field("by_country", by_country(), "The number that a country sees.", json!({"IL": "+97231234567"})),
    ];
    let fields = vec![
        field("allow", <Vec<ExtensionNumber>>::shape().nullable(), "Prefixes that may be dialled; any where empty.", json!(["05", "+97"])),
        field("deny", <Vec<ExtensionNumber>>::shape().nullable(), "Prefixes that may not.", json!(["1900"])),
        param::<Option<Gateway>>("gateway", "The gateway; the configured one where null.", "carrier"),
        param::<u32>("strip", "Digits taken from the front.", 1),
        param::<Option<ExtensionNumber>>("prepend", "Put in their place.", "+972"),
        param::<Option<ExtensionNumber>>("caller_number", "The number that is seen.", "031234567"),
        field("by_country", by_country(), "The number that a country sees.", json!({"IL": "+97231234567"})),
    ];
    let summaries = ["List dial rules", "Show a dial rule", "Create a dial rule", "Change a dial rule", "Delete a dial rule"];
    noun(summaries, SETTINGS, "Home", ("DialRule", shown), fields)
}

pub(in super::super) fn voicemail() -> Noun {
    let shown = vec![
        field("number", Shape::text(), "The mailbox's number.", "8000"),
        field("email", Shape::text().nullable(), "Where messages are sent.", "dana@example.com"),
    ];
    let password = field("password", Pin::shape(), "The password, this once, where it was made up.", "2468").sometimes();
    let fields = vec![
        param::<ExtensionNumber>("number", "The mailbox's number.", "8000").needed(),
        param::<Option<Pin>>("password", "Made up where it is left out, and never shown again.", "2468"),
        field(
            "email",
            Shape::chars(0, EMAIL_MAX_CHARS).nullable(),
            "Where messages are sent: letters, digits and `@ . _ + - =`.",
            "dana@example.com",
        ),
    ];
    let summaries = ["List mailboxes", "Show a mailbox", "Create a mailbox", "Change a mailbox", "Delete a mailbox"];
    let noun = noun(summaries, SETTINGS, "Dana's", ("Mailbox", shown), fields);
    Noun { made_up: Some(password), ..noun }
}
