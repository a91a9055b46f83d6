//! Pure types and rules: no IO, no clock, no vendor's words.
//!
//! What is here is true whichever API asked and whichever switch answers.

pub mod account;
pub mod agent;
pub mod agent_span;
pub mod call;
pub mod device;
pub mod dial_rule;
pub mod emergency;
pub mod event;
pub mod extension;
pub mod group;
pub mod hook;
pub mod id;
pub mod kept;
pub mod lockout;
pub mod media;
pub mod number;
pub mod pause;
pub mod permission;
pub mod phone;
pub mod phone_list;
pub mod queue;
pub mod recording;
pub mod repair;
pub mod resource;
pub mod stats;
pub mod text;
pub mod time_group;
pub mod toll;
pub mod user;
pub mod voicemail;
pub mod web_ping;

pub use account::Account;
pub use agent::Agent;
pub use device::Device;
pub use extension::Extension;
pub use hook::Hook;
pub use id::{
    AccountId, DeviceId, DialRuleId, ExtensionId, GroupId, HookId, ImportId, KeyId, LabelId, MediaId, PauseId, PgroupId, PhoneListId,
    QueueId, SessionId, SiteId, SwitchId, TimeGroupId, UserId, VoicemailId,
};
pub use number::{DialNumber, ExtensionNumber, Phone};
pub use pause::Pause;
pub use permission::{Permission, Permissions};
pub use phone_list::{Lead, PhoneList};
pub use queue::{Membership, Queue};
pub use resource::Resource;
pub use user::User;
