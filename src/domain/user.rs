//! People and programs that log in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::{BoolFromInt, serde_as};

use super::account::Overrides;
use super::dial_rule::DialRule;
use super::group::{Group, Site};
use super::id::{AccountId, DialRuleId, GroupId, PgroupId, SiteId, UserId, VoicemailId};
use super::number::ExtensionNumber;
use super::permission::Permissions;
use super::resource::{Reference, refer};
use super::text::Label;
use super::voicemail::Voicemail;
use crate::clock::Millis;

/// A user. The names of the fields are those of the vendors' table, so that a reader finds them again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Full name.
    pub name: Label,
    /// Unique on the box, regardless of case.
    pub username: String,
    /// Unique in the account, regardless of case.
    pub email: String,
    /// argon2id, in PHC form.
    pub password_hash: PasswordHash,
    /// The same of the password's MD5 in lowercase hex. None when the password was set before this was kept.
    pub password_md5_hash: Option<PasswordHash>,
    /// Whether it may log in, be an agent and use keys.
    pub active: bool,
    /// Whether it is an agent of the call centre.
    pub is_agent: bool,
    /// Its permission group.
    pub pgroup_id: Option<PgroupId>,
    /// Exceptions from the group.
    pub permissions: Permissions,
    /// When it was made.
    pub created_at: Millis,
    /// When it last logged in.
    pub last_login_at: Option<Millis>,
    /// The rest.
    pub settings: Settings,
}

/// A secret. Not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What is kept and shown as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether statistics count it.
    pub in_reports: bool,
    /// IANA name of its time zone.
    pub timezone: String,
    /// Sites.
    pub sites: Vec<SiteId>,
    /// User groups.
    pub groups: Vec<GroupId>,
    /// Groups whose calls it may intercept.
    pub intercept_groups: Vec<GroupId>,
    /// Other groups whose calls it may intercept.
    pub intercept_other_groups: Vec<GroupId>,
    /// Country codes from which it may log in; any when empty.
    pub geo_limit: Vec<String>,
    /// Networks from which it may log in and use keys; any when empty.
    pub allowed_ips: Vec<ipnet::IpNet>,
    /// 0: all devices ring at once; N: one after the other, N seconds each.
    pub follow_me: u32,
    /// Dial rule.
    pub dr_id: Option<DialRuleId>,
    /// Seconds before a call to it goes to voicemail.
    pub call_timeout: Option<u32>,
    /// Voicemail box.
    pub vm_id: Option<VoicemailId>,
    /// Whether [`Settings::device`] holds.
    pub override_device: bool,
    /// What holds in place of the phone's own.
    pub device: DeviceOverrides,
    /// Of the account's defaults.
    #[serde(flatten)]
    pub overrides: Overrides,
}

impl Settings {
    /// Which resources they name.
    pub fn references(&self) -> Vec<Reference> {
        let groups = [
            ("groups", &self.groups),
            ("intercept_groups", &self.intercept_groups),
            ("intercept_other_groups", &self.intercept_other_groups),
        ];
        let groups = groups.into_iter().flat_map(|(field, ids)| refer::<Group>(field, ids.iter().copied()));
        let sites = refer::<Site>("sites", self.sites.iter().copied());
        sites.chain(groups).chain(refer::<DialRule>("dr_id", self.dr_id)).chain(refer::<Voicemail>("vm_id", self.vm_id)).collect()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            in_reports: true,
            timezone: "UTC".to_owned(),
            sites: Vec::new(),
            groups: Vec::new(),
            intercept_groups: Vec::new(),
            intercept_other_groups: Vec::new(),
            geo_limit: Vec::new(),
            allowed_ips: Vec::new(),
            follow_me: 0,
            dr_id: None,
            call_timeout: None,
            vm_id: None,
            override_device: false,
            device: DeviceOverrides::default(),
            overrides: Overrides::default(),
        }
    }
}

impl Settings {
    /// The device settings, when they hold.
    pub fn device_overrides(&self) -> Option<&DeviceOverrides> {
        self.override_device.then_some(&self.device)
    }
}

/// What a user's calls show and whether they are recorded, at whichever phone it sits. The names are the document's.
#[serde_as]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceOverrides {
    /// The name that callees outside see.
    pub ecnam: Option<Label>,
    /// The number that they see.
    pub ecnum: Option<ExtensionNumber>,
    /// The name that the office sees.
    pub ocnam: Option<Label>,
    /// The number that it sees.
    pub ocnum: Option<ExtensionNumber>,
    /// The number that callees of a country see (ISO 3166-1 alpha-2), before [`DeviceOverrides::ecnum`].
    pub cnum_by_country: Option<BTreeMap<String, ExtensionNumber>>,
    /// The extensions whose state its phone shows: kept and shown; the phone itself asks for them.
    pub blf_ext: Option<Vec<ExtensionNumber>>,
    /// Whether every call is recorded.
    #[serde_as(as = "Option<BoolFromInt>")]
    pub user_record: Option<bool>,
    /// Whether calls from outside are recorded.
    #[serde_as(as = "Option<BoolFromInt>")]
    pub rec_inb_ext: Option<bool>,
    /// Whether calls to outside are.
    #[serde_as(as = "Option<BoolFromInt>")]
    pub rec_out_ext: Option<bool>,
    /// Whether calls from the office are.
    #[serde_as(as = "Option<BoolFromInt>")]
    pub rec_inb_int: Option<bool>,
    /// Whether calls to the office are.
    #[serde_as(as = "Option<BoolFromInt>")]
    pub rec_out_int: Option<bool>,
}

/// A call as one of its users has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The user is called from outside.
    FromOutside,
    /// The user calls outside.
    ToOutside,
    /// The user is called by the office.
    FromOffice,
    /// The user calls the office.
    ToOffice,
}

impl DeviceOverrides {
    /// Whether such a call is recorded.
    pub fn records(&self, way: Way) -> bool {
        let of_way = match way {
            Way::FromOutside => self.rec_inb_ext,
            Way::ToOutside => self.rec_out_ext,
            Way::FromOffice => self.rec_inb_int,
            Way::ToOffice => self.rec_out_int,
        };
        self.user_record == Some(true) || of_way == Some(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_settings_are_kept_as_they_are_shown() {
        let shown = serde_json::json!({
            "ecnam": "Sales", "ecnum": "+97231234567", "ocnam": null, "ocnum": "1001", "cnum_by_country": {"US": "12125550100"},
            "blf_ext": ["1002"], "user_record": null, "rec_inb_ext": 1, "rec_out_ext": 0, "rec_inb_int": null, "rec_out_int": null,
        });
        let device: DeviceOverrides = serde_json::from_value(shown.clone()).unwrap();
        assert_eq!(serde_json::to_value(&device).unwrap(), shown);
        assert!(device.records(Way::FromOutside) && !device.records(Way::ToOutside) && !device.records(Way::FromOffice));
        let all = DeviceOverrides { user_record: Some(true), ..device.clone() };
        assert!(all.records(Way::ToOutside) && all.records(Way::ToOffice));
        let settings = Settings { device, ..Settings::default() };
        assert_eq!(settings.device_overrides(), None, "they hold only when override_device is set");
    }
}
