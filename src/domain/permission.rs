//! What a user may do, and the groups that say so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::{AccountId, PgroupId};
use super::text::Label;

/// One thing a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Any call with a key.
    CcApi,
    /// The state of other agents; without it a user acts on itself only.
    Agents,
    /// Click-to-call.
    Originate,
    /// Users, their keys and the groups they are in.
    Users,
    /// Queues, extensions, pauses, and what queues are sorted and limited by: sites, labels, time groups.
    Queues,
    /// Phone lists and leads.
    PhoneLists,
    /// Devices.
    Devices,
    /// The account, media, dial rules and mailboxes.
    Settings,
    /// What only a supervisor may: memberships of mode 2, other people's calls.
    Supervise,
    /// Which numbers outside the account calls, and how much: what a stolen key must not be able to change.
    Toll,
}

impl Permission {
    /// Every permission, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::CcApi,
        Self::Agents,
        Self::Originate,
        Self::Users,
        Self::Queues,
        Self::PhoneLists,
        Self::Devices,
        Self::Settings,
        Self::Supervise,
        Self::Toll,
    ];

    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::CcApi => "cc_api",
            Self::Agents => "agents",
            Self::Originate => "originate",
            Self::Users => "users",
            Self::Queues => "queues",
            Self::PhoneLists => "phone_lists",
            Self::Devices => "devices",
            Self::Settings => "settings",
            Self::Supervise => "supervise",
            Self::Toll => "toll",
        }
    }
}

/// `{permission: given}`: a group's, or a user's exceptions from its group.
pub type Permissions = BTreeMap<Permission, bool>;

/// A permission group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pgroup {
    /// Its id.
    pub id: PgroupId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name, unique in the account.
    pub name: Label,
    /// What its members may do.
    pub permissions: Permissions,
}

/// Whether a user with these `overrides`, in a group with these permissions, may do it.
pub fn allowed(permission: Permission, group: Option<&Permissions>, overrides: &Permissions) -> bool {
    overrides.get(&permission).or_else(|| group.and_then(|group| group.get(&permission))).copied().unwrap_or(false)
}

/// The groups that a new account has: name and permissions.
pub fn default_groups() -> [(&'static str, Vec<Permission>); 4] {
    use Permission::{Agents, CcApi, Devices, Originate, PhoneLists, Queues, Settings, Supervise, Users};
    [
        ("Administrator", Permission::ALL.to_vec()),
        ("Supervisor", vec![CcApi, Agents, Originate, Queues, PhoneLists, Supervise]),
        ("Agent", vec![CcApi, Originate]),
        ("API", vec![CcApi, Agents, Originate, Users, Queues, PhoneLists, Devices, Settings]),
    ]
}
