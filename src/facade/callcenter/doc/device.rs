//! `/api/device` and `/api/extension`.

use super::{Common as _, Noun, identity, operation, other, page, rows, search};
use crate::domain::UserId;
use crate::domain::number::{DialNumber, ExtensionNumber, Gateway, SipUser};
use crate::domain::text::Label;
use crate::facade::operation::Operation;
use crate::facade::shape::{Field, Shape, field, param};
use crate::service::devices::{PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS};

pub(in super::super) const TAG: &str = "Devices";
pub(in super::super) const EXTENSIONS: &str = "Extensions";

pub(in super::super) fn noun() -> Noun {
    let password = field("password", Shape::text(), "The password, this once, where it was made up.", "k3Yd0nT5hArE").sometimes();
    Noun {
        tag: TAG,
        summaries: ["List phones", "Show a phone", "Create a phone", "Change a phone", "Delete a phone"],
        reads: "devices",
        writes: "devices",
        fields: parameters(),
        name: "Device",
        record: record(),
        made_up: Some(password),
        on_switch: true,
    }
}

pub(in super::super) fn list() -> Operation {
    let owner = param::<Option<UserId>>("user_id", "Of this owner only.", 7);
    operation(TAG, "List phones", "devices")
        .fields([search("Part of a name, username or number."), owner])
        .fields(page())
        .gives(rows(noun().shape()))
}

fn parameters() -> Vec<Field> {
    let password = Shape::chars(PASSWORD_MIN_CHARS, PASSWORD_MAX_CHARS).nullable();
    vec![
        param::<Label>("name", "Its name.", "Desk").needed(),
        field("type", kind(), "A SIP phone, or a number outside.", "sip").needed(),
        param::<Option<SipUser>>("username", "Of a SIP phone: its user, unique in the account.", "1001"),
        field("password", password, "Of a SIP phone; made up where it is left out, and never shown again.", "k3Yd0nT5hArE"),
        param::<Option<DialNumber>>("number", "Of a number outside.", "+972501234567"),
        param::<Option<Gateway>>("gateway", "Of a number outside: the gateway to it.", "carrier"),
        param::<Option<bool>>("confirm", "Of a number outside: whether who answers must press 1.", true),
        param::<Option<UserId>>("user_id", "Its owner; 0 for none.", 7),
        param::<u32>("ring", "Its place among the phones of its owner, where they ring in turn.", 1),
        param::<u32>("delay", "Seconds before it rings.", 0),
        param::<u32>("timeout", "Seconds that it rings; 0 for the default.", 30),
    ]
}

fn kind() -> Shape {
    Shape::words(["sip", "external"])
}

fn record() -> Vec<Field> {
    let fields = [
        field("type", kind(), "A SIP phone, or a number outside.", "sip"),
        field("username", Shape::text().nullable(), "Its SIP user.", "1001"),
        field("number", Shape::text().nullable(), "Its number outside.", "+972501234567"),
        field("gateway", Shape::text().nullable(), "The gateway to it.", "carrier"),
        field("confirm", Shape::flag().nullable(), "Whether who answers must press 1.", true),
        other("user_id", "Its owner.", 7),
        field("ring", Shape::count(), "Its place among the phones of its owner.", 1),
        field("delay", Shape::count(), "Seconds before it rings.", 0),
        field("timeout", Shape::count(), "Seconds that it rings; 0 for the default.", 30),
        field("registered", Shape::flag().nullable(), "Whether it is registered; null of a number outside.", true),
        other("reachable_since", "Since when; seconds since the epoch.", 1_795_590_000),
        other("agent_id", "Who sits at it.", 7),
    ];
    [&identity("Its id.", "Its name.", "Desk")[..], &fields].concat()
}

pub(in super::super) fn extensions() -> Noun {
    let target = Shape::words(["device", "user", "queue", "voicemail"]);
    let kind = Shape::words(["internal", "did"]);
    let record = [
        field("number", Shape::text(), "Its number.", "1001"),
        field("kind", kind.clone(), "Within the office, or from outside.", "internal"),
        field("target", target.clone(), "What it leads to.", "user"),
        field("target_id", Shape::integer(), "Which.", 7),
    ];
    Noun {
        tag: EXTENSIONS,
        summaries: ["List extensions", "Show an extension", "Create an extension", "Change an extension", "Delete an extension"],
        reads: "queues",
        writes: "queues",
        fields: vec![
            param::<ExtensionNumber>("number", "Unique in the account.", "1001").needed(),
            param::<Option<Label>>("name", "The number where it is left out.", "Dana"),
            field("kind", kind, "Within the office, or from outside.", "internal"),
            field("target", target, "What it leads to; goes with `target_id`.", "user").needed(),
            field("target_id", Shape::integer(), "Which.", 7).needed(),
        ],
        name: "Extension",
        record: [&identity("Its id.", "Its name.", "Dana")[..], &record].concat(),
        made_up: None,
        on_switch: true,
    }
}
