//! Sessions and keys.

use serde_json::json;

use super::{Common as _, data, done, operation, other, rows};
use crate::domain::text::Label;
use crate::facade::callcenter::value::{Secret, Text};
use crate::facade::operation::Operation;
use crate::facade::shape::{Shape, field, param};

pub(in super::super) const TAG: &str = "Sessions";

pub(in super::super) fn login() -> Operation {
    let session = Shape::record([
        field("user_id", Shape::integer(), "The user.", 7),
        field("ssid", Shape::text(), "The session; also in a cookie.", "8d0e3f6a1b2c"),
        field("session_ttl", Shape::count(), "Seconds until it ends.", 86_400),
    ]);
    operation(TAG, "Log in", "")
        .open()
        .more("Five failures of a user or an address are 429, for longer each time.")
        .fields([
            param::<Text>("username", "A user's name or email.", "dana").needed(),
            param::<Secret>("password", "Its password.", "Ab123456").needed(),
        ])
        .gives(data(session.named("Session")))
}

pub(in super::super) fn logout() -> Operation {
    operation(TAG, "End the session", "").more("Of a request with a session; a key cannot log out.").gives(done())
}

pub(in super::super) fn keys() -> Operation {
    let key = Shape::record(key()).named("Key");
    operation(TAG, "List the keys of a user", "users").more("Its own need no permission.").id("The user.").gives(rows(key))
}

pub(in super::super) fn create_key() -> Operation {
    let shown = field("key", Shape::text(), "The key, this once.", "ccg_5Zk1v0");
    let name = param::<Option<Label>>("name", "To know it by.", "CRM");
    operation(TAG, "Make a key of a user", "users")
        .id("The user.")
        .fields([name])
        .conflict()
        .gives(data(Shape::record([key().as_slice(), &[shown]].concat())))
}

pub(in super::super) fn revoke_key() -> Operation {
    let key = field("key_id", Shape::integer(), "The key.", 3);
    operation(TAG, "Revoke a key", "users").id("The user.").path(key).gives(done())
}

fn key() -> [crate::facade::shape::Field; 6] {
    [
        field("id", Shape::integer(), "Its id.", 3),
        field("user_id", Shape::integer(), "Whose it is.", 7),
        field("name", Shape::text().nullable(), "What it is known by.", json!("CRM")),
        field("prefix", Shape::text(), "How it begins.", "ccg_5Zk1v0"),
        field("ts", Shape::integer(), "When it was made; seconds since the epoch.", 1_795_590_000),
        other("last_use", "When it was last used; seconds since the epoch.", 1_795_590_000),
    ]
}
