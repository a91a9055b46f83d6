//! Sites, groups of users and labels: what users and queues are sorted by.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::id::{GroupId, LabelId, SiteId, UserId};
use super::resource::Kind;

/// A place of the account's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {}

impl Kind for Site {
    type Id = SiteId;
    const NAME: &'static str = "site";
    const WORDS: &'static str = "site";
}

/// A group of users.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Who is in it. Not in its row: a user's settings say which groups it is in.
    #[serde(skip)]
    pub user_ids: BTreeSet<UserId>,
}

impl Kind for Group {
    type Id = GroupId;
    const NAME: &'static str = "group";
    const WORDS: &'static str = "group";
}

/// A label of queues.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueLabel {
    /// A colour for pages, as `#rrggbb` or a word.
    pub color: Option<String>,
}

impl Kind for QueueLabel {
    type Id = LabelId;
    const NAME: &'static str = "label";
    const WORDS: &'static str = "label";
}
