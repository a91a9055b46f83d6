//! `/api/pause` and `/api/pgroup`.

use serde_json::json;

use super::queue::color;
use super::{Noun, identity};
use crate::domain::permission::Permissions;
use crate::domain::text::Label;
use crate::facade::shape::{Shape, Takes as _, field, param};

pub(in super::super) const TAG: &str = "Pauses";
pub(in super::super) const GROUPS: &str = "Permission groups";

pub(in super::super) fn noun() -> Noun {
    let record = [
        field("color", Shape::text().nullable(), "For pages.", "red"),
        field("max_seconds", Shape::count(), "Then the agent is available again; 0 for never.", 1_800),
        field("paid", Shape::flag(), "Whether it is paid.", true),
        field("default", Shape::flag(), "Whether UpdateAgentState takes it for a reason that names none.", false),
        field("system", Shape::flag(), "Whether ccgate gives it; it cannot be deleted.", false),
    ];
    Noun {
        tag: TAG,
        summaries: ["List pauses", "Show a pause", "Create a pause", "Change a pause", "Delete a pause"],
        reads: "",
        writes: "queues",
        fields: vec![
            param::<Label>("name", "Unique in the account.", "Lunch").needed(),
            field("color", color(), "For pages.", "red"),
            param::<u32>("max_seconds", "Then the agent is available again; 0 for never.", 1_800),
            param::<bool>("paid", "Whether it is paid.", true),
            param::<bool>("default", "Whether UpdateAgentState takes it for a reason that names none.", false),
        ],
        name: "Pause",
        record: [&identity("Its id.", "Its name.", "Lunch")[..], &record].concat(),
        made_up: None,
        on_switch: false,
    }
}

pub(in super::super) fn groups() -> Noun {
    let permissions = field("permissions", Permissions::shape(), "What its members may do.", json!({"cc_api": true, "agents": true}));
    Noun {
        tag: GROUPS,
        summaries: [
            "List groups of permissions",
            "Show a group of permissions",
            "Create a group of permissions",
            "Change a group of permissions",
            "Delete a group of permissions",
        ],
        reads: "users",
        writes: "users",
        fields: vec![param::<Label>("name", "Unique in the account.", "Trainers").needed(), permissions.clone()],
        name: "PermissionGroup",
        record: [&identity("Its id.", "Its name.", "Trainers")[..], &[permissions]].concat(),
        made_up: None,
        on_switch: false,
    }
}
