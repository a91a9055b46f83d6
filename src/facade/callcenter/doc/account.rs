//! `/api/account`

use serde_json::{Value, json};

use super::resource::hours;
use super::user::overrides;
use super::{Common as _, applied, data, operation, other};
use crate::domain::event;
use crate::domain::number::{Domain, ExtensionNumber, StarCode};
use crate::domain::text::Label;
use crate::domain::{DialRuleId, PhoneListId};
use crate::facade::callcenter::toll::LIST_MAX;
use crate::facade::callcenter::value::{Secret, Text};
use crate::facade::operation::Operation;
use crate::facade::shape::{Field, Shape, Takes as _, field, param, part};

pub(in super::super) const TAG: &str = "Account";

pub(in super::super) fn show() -> Operation {
    operation(TAG, "Show the account", "settings").gives(data(Shape::record(record()).named("Account")))
}

pub(in super::super) fn update() -> Operation {
    let secret = field("event_secret", Shape::text(), "The new secret, this once.", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").sometimes();
    let shown = Shape::record([record(), vec![secret]].concat()).named("ChangedAccount");
    let operation =
        operation(TAG, "Change the account", "settings").fields(parameters()).body_name("ChangeAccount").not_found().conflict().away();
    operation.gives(applied(data(shown))).more("Only what is sent is changed.")
}

fn limits() -> Shape {
    let limit = || Shape::between(0, i64::from(i32::MAX)).nullable();
    Shape::record([
        field("calls_at_once", limit(), "Calls outside that are up at once; null for no limit.", 10).sometimes(),
        field("calls_per_second", limit(), "Calls outside that begin within a second; null for no limit.", json!(null)).sometimes(),
        field("minutes_per_day", limit(), "Minutes spoken outside in a day; null for no limit.", 600).sometimes(),
    ])
}

fn toll() -> Shape {
    let code = Shape::text().pattern("^[A-Za-z]{2}$");
    let night = Shape::record(hours());
    Shape::record([
        field("premium", Shape::flag(), "Premium-rate and shared-cost numbers, satellites.", false).sometimes(),
        field("international", Shape::flag(), "Numbers of other countries.", false).sometimes(),
        field("unlisted", Shape::flag(), "Numbers that no numbering plan has, such as short codes.", false).sometimes(),
        field("countries", code.list().at_most(LIST_MAX), "Other countries that are called as the own is.", json!(["US"])).sometimes(),
        field(
            "allow",
            ExtensionNumber::shape().list().at_most(LIST_MAX),
            "How numbers begin that are called all the same: `+44`; without `+` those that no plan has.",
            json!(["+4420", "118"]),
        )
        .sometimes(),
        field("night", night.nullable(), "Hours of each day in which nothing leaves.", json!({"from": "22:00", "to": "06:00"})).sometimes(),
    ])
}

fn toll_example() -> Value {
    json!({"premium": false, "international": true, "countries": [], "allow": ["118"], "night": null})
}

fn names() -> Shape {
    Shape::words(event::names()).list()
}

fn parameters() -> Vec<Field> {
    let mut fields = vec![
        param::<Label>("name", "Its name.", "Example"),
        param::<Domain>("domain", "The SIP domain of its phones.", "example.com"),
        field("timezone", Text::shape(), "IANA name.", "Asia/Jerusalem"),
        field("country", Shape::text().pattern("^[A-Za-z]{2}$"), "ISO 3166-1 alpha-2.", "IL"),
        field(
            "event_url",
            Text::shape().format("uri").nullable(),
            "Where events are posted; null for nowhere.",
            "https://example.com/events",
        ),
        field("event_names", names(), "Which are; those of the vendor's document where empty.", json!(["call:end"])),
        param::<Option<Secret>>("event_secret", "Signs events; `rotate` makes one up. Never shown.", "rotate"),
        param::<Option<u32>>("event_secret_overlap", "Seconds that the old secret signs too.", 86_400),
        param::<Vec<ExtensionNumber>>(
            "emergency_numbers",
            "Reached whatever else is set; the country's where empty.",
            json!(["100", "112"]),
        ),
        param::<Option<PhoneListId>>("dnc_list_id", "The list of numbers that are not called; 0 for none.", 1),
        param::<Option<DialRuleId>>("dr_id", "The dial rule of users without one; 0 for none.", 1),
        field("limits", limits().nullable(), "How much may be called outside.", json!({"calls_at_once": 10, "calls_per_second": null})),
        field(
            "toll",
            toll().nullable(),
            "Which numbers outside may be called; needs the permission `toll`, as `limits` does.",
            toll_example(),
        ),
        param::<Option<StarCode>>("queue_login_code", "What a phone dials to begin to serve queues; null for none.", "*45"),
        param::<Option<StarCode>>("queue_logout_code", "What a phone dials to end to serve queues; null for none.", "*46"),
        param::<bool>("dial_without_checkin", "Whether a phone with nobody checked in may dial.", false),
        param::<bool>("devices_as_rows", "Whether a user's devices are rows instead of objects.", false),
        param::<bool>("legacy_http_status", "Whether every status but 401 comes as 200.", false),
    ];
    fields.extend(overrides(false));
    fields
}

fn record() -> Vec<Field> {
    let mut fields = vec![
        field("id", Shape::integer(), "Its id.", 1),
        field("name", Shape::text(), "Its name.", "Example"),
        field("domain", Shape::text(), "The SIP domain of its phones.", "example.com"),
        field("timezone", Shape::text(), "Its time zone.", "Asia/Jerusalem"),
        field("country", Shape::text(), "Its country.", "IL"),
        field("event_url", Shape::text().nullable(), "Where events are posted.", "https://example.com/events"),
        field("event_names", names(), "Which are.", json!(["call:end"])),
        field("emergency_numbers", Shape::text().list(), "Reached whatever else is set.", json!(["100", "112"])),
        other("dnc_list_id", "The list of numbers that are not called.", 1),
        other("dr_id", "The dial rule of users without one.", 1),
        field("limits", limits(), "How much may be called outside.", json!({"calls_at_once": 10, "calls_per_second": null})),
        field("toll", toll(), "Which numbers outside may be called.", toll_example()),
        field("queue_login_code", Shape::text().nullable(), "What a phone dials to begin to serve queues.", "*45"),
        field("queue_logout_code", Shape::text().nullable(), "What a phone dials to end to serve queues.", "*46"),
        field("dial_without_checkin", Shape::flag(), "Whether a phone with nobody checked in may dial.", false),
        field("devices_as_rows", Shape::flag(), "Whether a user's devices are rows.", false),
        field("legacy_http_status", Shape::flag(), "Whether every status but 401 comes as 200.", false),
        part("push", push()),
    ];
    fields.extend(overrides(false));
    fields
}

fn push() -> Shape {
    let states = ["off", "disabled", "failing", "ok"];
    Shape::record([
        field(
            "state",
            Shape::words(states),
            "off without an address, disabled after a 410, failing while one event at a time is tried.",
            "ok",
        ),
        other("since", "Since when; seconds since the epoch.", 1_795_590_000),
        field("reason", Shape::text().nullable(), "Why it is disabled.", json!(null)),
        field("failures", Shape::count(), "In a row.", 0),
        field("waiting", Shape::count(), "Events behind another of their key.", 0),
        field("pending", Shape::count(), "Events to be sent.", 2),
        field("dead", Shape::count(), "Events given up.", 0),
        other("old_secrets_until", "Until when old secrets sign too; seconds since the epoch.", 1_795_590_000),
    ])
    .named("Push")
}
