//! Phones.

use serde::{Deserialize, Serialize};

use super::id::{AccountId, DeviceId, UserId};
use super::number::{DialNumber, Gateway, SipUser};
use super::text::Label;

/// A SIP phone or an external number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: DeviceId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What people call it.
    pub name: Label,
    /// How it is reached.
    pub line: Line,
    /// The user it belongs to.
    pub user_id: Option<UserId>,
    /// Its place in the owner's ring order.
    pub ring: Ring,
}

/// How a device is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A phone that registers with the switch.
    Sip {
        /// Its SIP user, unique in the account's domain.
        username: SipUser,
        /// `md5(username:domain:password)` in hex, which is all that FreeSWITCH needs (`a1-hash`).
        a1_hash: A1Hash,
    },
    /// A number outside, reached through a gateway.
    External {
        /// What is dialled.
        number: DialNumber,
        /// Through which gateway; the configured one when none.
        gateway: Option<Gateway>,
        /// Whether the callee must press 1, so that a mailbox takes no caller.
        confirm: bool,
    },
}

/// A secret: whoever has it can register as the phone. Not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct A1Hash(pub String);

impl std::fmt::Debug for A1Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("A1Hash(…)")
    }
}

/// A device's place when its owner is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ring {
    /// Its place in the order.
    pub ring: u32,
    /// Seconds before it rings.
    pub delay: u32,
    /// Seconds for which it rings; 0 for the default.
    pub timeout: u32,
}

impl Device {
    /// Whether this is a SIP phone.
    pub fn is_sip(&self) -> bool {
        matches!(self.line, Line::Sip { .. })
    }

    /// Its SIP user, or its number outside.
    pub fn number(&self) -> String {
        match &self.line {
            Line::Sip { username, .. } => username.to_string(),
            Line::External { number, .. } => number.to_string(),
        }
    }
}
