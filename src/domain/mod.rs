//! Pure types and rules: no IO, no clock, no vendor's words.
//!
//! What is here is true whichever API asked and whichever switch answers.

pub mod account;
pub mod agent;
pub mod call;
pub mod device;
pub mod event;
pub mod extension;
pub mod id;
pub mod number;
pub mod pause;
pub mod permission;
pub mod queue;
pub mod text;
pub mod user;

pub use account::Account;
pub use agent::Agent;
pub use device::Device;
pub use extension::Extension;
pub use id::{AccountId, DeviceId, ExtensionId, KeyId, MediaId, PauseId, PgroupId, QueueId, SwitchId, UserId};
pub use number::{DialNumber, ExtensionNumber};
pub use pause::Pause;
pub use permission::{Permission, Permissions};
pub use queue::{Membership, Queue};
pub use user::User;
