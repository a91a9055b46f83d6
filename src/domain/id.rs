//! One type an id, so that ids of two kinds cannot be mistaken for each other.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(s: &str) -> Result<Self, ParseIntError> {
                s.parse().map(Self)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A customer of this box; every other row belongs to one.
    AccountId,
    /// A person or a program that may log in; an agent when `is_agent`.
    UserId,
    /// A SIP phone or an external number.
    DeviceId,
    /// A queue of mod_callcenter.
    QueueId,
    /// A number that callers dial, and what it leads to.
    ExtensionId,
    /// A reason for which an agent takes no calls.
    PauseId,
    /// A permission group; 0 in the API means none.
    PgroupId,
    /// A sound.
    MediaId,
    /// A place of the account's.
    SiteId,
    /// A group of users.
    GroupId,
    /// A label of queues.
    LabelId,
    /// Hours in which something holds.
    TimeGroupId,
    /// Which numbers may be dialled, and how.
    DialRuleId,
    /// A mailbox.
    VoicemailId,
    /// A list of phone numbers.
    PhoneListId,
    /// A long import of leads.
    ImportId,
    /// An API key.
    KeyId,
    /// A session of a user; what its client sends is a secret, and not this.
    SessionId,
    /// An address that is told of an agent.
    HookId,
    /// A FreeSWITCH box.
    SwitchId,
}
