//! Numbers that callers dial.

use super::id::{AccountId, DeviceId, ExtensionId, QueueId, UserId, VoicemailId};
use super::number::ExtensionNumber;
use super::text::Label;

/// A number and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Its id.
    pub id: ExtensionId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What people call it.
    pub name: Label,
    /// What is dialled.
    pub number: ExtensionNumber,
    /// Who dials it.
    pub kind: Kind,
    /// Where it leads.
    pub target: Target,
}

/// Who dials an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The account's own phones; unique in the account.
    Internal,
    /// Callers from outside; unique on the box.
    Did,
}

/// Where an extension leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// One device.
    Device(DeviceId),
    /// All the devices of a user.
    User(UserId),
    /// A queue.
    Queue(QueueId),
    /// A mailbox: whoever dials it leaves a message.
    Voicemail(VoicemailId),
}
