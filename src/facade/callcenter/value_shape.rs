//! What the types of parameters take, as a schema: see [`super::value`], which parses them. Texts that look like what a schema says (`"5"` for 5)
//! are taken too; that is said once, for all of them.

use std::collections::BTreeMap;

use ipnet::IpNet;

use super::value::{Ids, Json, MAX_ITEMS, MAX_TEXT_CHARS, Rows, Secret, Text, Words};
use crate::domain::media::{self, MediaPath, StreamName, ToneSpec};
use crate::domain::number::{DialNumber, Domain, ExtensionNumber, Gateway, LeadId, SipUser, StarCode};
use crate::domain::permission::{Permission, Permissions};
use crate::domain::phone_list::Vars;
use crate::domain::queue::{Strategy, TimeBaseScore};
use crate::domain::text::Label;
use crate::domain::voicemail::Pin;
use crate::domain::{DeviceId, DialRuleId, MediaId, PauseId, PgroupId, PhoneListId, QueueId, SiteId, TimeGroupId, UserId, VoicemailId};
use crate::facade::shape::{Shape, Takes};

macro_rules! takes {
    ($($type:ty, $shape:expr);+ $(;)?) => {$(
        impl Takes for $type {
            fn shape() -> Shape {
                $shape
            }
        }
    )+};
}

takes! {
    u32, Shape::between(0, i64::from(i32::MAX));
    i64, Shape::integer();
    i32, Shape::between(i64::from(i32::MIN), i64::from(i32::MAX));
    bool, Shape::flag();
    Text, Shape::chars(0, MAX_TEXT_CHARS);
    Secret, Shape::chars(0, MAX_TEXT_CHARS);
    Ids, Shape::between(1, i64::MAX).list().at_most(MAX_ITEMS);
    Words, Shape::text().list().at_most(MAX_ITEMS);
    Rows, Shape::any().list().list().at_most(MAX_ITEMS);
    Json, Shape::any();
    Vars, Shape::map(Shape::text(), Shape::any());
    Permissions, Shape::map(Shape::words(Permission::ALL.map(Permission::name)), Shape::flag());
    Label, Shape::chars(1, Label::MAX_CHARS);
    DialNumber, Shape::chars(1, DialNumber::MAX_CHARS).pattern(r"^\+?[0-9*#]*$");
    ExtensionNumber, Shape::chars(1, ExtensionNumber::MAX_CHARS).pattern(r"^\+?[0-9]*$");
    StarCode, Shape::chars(1, StarCode::MAX_CHARS).pattern(r"^\*[0-9]*$");
    LeadId, Shape::chars(1, LeadId::MAX_CHARS).pattern(NAME);
    SipUser, Shape::chars(1, SipUser::MAX_CHARS).pattern(NAME);
    Gateway, Shape::chars(1, Gateway::MAX_CHARS).pattern(NAME);
    Domain, Shape::chars(1, Domain::MAX_CHARS).pattern("^[A-Za-z0-9.-]*$");
    MediaPath, Shape::chars(1, media::MAX_CHARS);
    ToneSpec, Shape::chars(1, media::MAX_CHARS);
    StreamName, Shape::chars(1, media::MAX_CHARS);
    Pin, Shape::text().pattern("^[0-9]{4,16}$");
    Strategy, Shape::words(STRATEGIES);
    TimeBaseScore, Shape::words(["system", "queue"]);
    Vec<ExtensionNumber>, ExtensionNumber::shape().list().at_most(MAX_ITEMS);
    BTreeMap<String, ExtensionNumber>, Shape::map(Shape::text().pattern("^[A-Za-z]{2}$"), ExtensionNumber::shape());
    Vec<IpNet>, Shape::text().list().at_most(MAX_ITEMS);
}

/// What names on the switch may hold.
const NAME: &str = "^[A-Za-z0-9._-]*$";

/// As [`Strategy`] is written.
pub(super) const STRATEGIES: [&str; 9] = [
    "ring-all",
    "longest-idle-agent",
    "round-robin",
    "top-down",
    "agent-with-least-talk-time",
    "agent-with-fewest-calls",
    "sequentially-by-agent-order",
    "sequentially-by-next-agent-order",
    "random",
];

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl Takes for $name {
            fn shape() -> Shape {
                Shape::count()
            }
        }
    )+};
}

ids!(UserId, DeviceId, QueueId, PauseId, PgroupId, SiteId, MediaId, TimeGroupId, DialRuleId, VoicemailId, PhoneListId);

impl<T: Takes> Takes for Option<T> {
    /// `null`, and in a form an empty text, clear a field.
    fn shape() -> Shape {
        T::shape().nullable()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::value::FromParam as _;
    use super::*;

    #[test]
    fn the_strategies_that_are_told_are_those_that_are_taken() {
        for word in STRATEGIES {
            assert!(Strategy::from_param(&json!(word)).is_ok(), "{word}");
        }
        let why = Strategy::from_param(&json!("none")).unwrap_err();
        assert_eq!(why, format!("must be {}", STRATEGIES.join(", ").replace(", random", " or random")));
    }
}
