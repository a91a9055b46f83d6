//! Names that agents and queues had on a switch before ccgate, and keep there.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::id::{AccountId, QueueId, UserId};

/// A name on the switch that somebody else chose: 1 to [`KeptName::MAX_BYTES`] letters, digits and `@ . _ - +`, so that it means nothing else in
/// any command, dial string or document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeptName(String);

/// A name that ccgate does not keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name must be 1 to {} letters, digits and @ . _ - +", KeptName::MAX_BYTES)]
pub struct KeptNameError;

impl KeptName {
    /// The longest, in bytes.
    pub const MAX_BYTES: usize = 128;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`: the number or word that people know it by.
    pub fn short(&self) -> &str {
        self.0.split('@').next().filter(|short| !short.is_empty()).unwrap_or(&self.0)
    }
}

impl FromStr for KeptName {
    type Err = KeptNameError;

    fn from_str(name: &str) -> Result<Self, KeptNameError> {
        let fits = (1..=Self::MAX_BYTES).contains(&name.len());
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@._-+".contains(&byte));
        if fits && plain { Ok(Self(name.to_owned())) } else { Err(KeptNameError) }
    }
}

impl fmt::Display for KeptName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A queue's name, and whose the queue is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptQueue {
    /// On the switch.
    pub name: KeptName,
    /// Whether ccgate manages the queue, its tiers and its agents. Else they are looked at, and nothing more.
    pub owned: bool,
}

/// An account's names. They outlive the users and queues, so that what is left on the switch is known to be theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Of agents.
    pub agents: BTreeMap<UserId, KeptName>,
    /// Of queues.
    pub queues: BTreeMap<QueueId, KeptQueue>,
    /// In `<number>@<the account's domain>` the number is a user's id from here on; a smaller one is a stranger's name.
    pub users_from: UserId,
    /// The same of queues.
    pub queues_from: QueueId,
}

impl Kept {
    /// Whether the account has any: then its domain was there before ccgate.
    pub fn is_some(&self) -> bool {
        !self.agents.is_empty() || !self.queues.is_empty()
    }

    /// Whether ccgate manages a queue: its own, and those that it was given.
    pub fn manages(&self, queue: QueueId) -> bool {
        self.queues.get(&queue).is_none_or(|kept| kept.owned)
    }
}

/// The names that each account keeps; accounts that keep none are not in it.
pub type KeptNames = BTreeMap<AccountId, Kept>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain() {
        for name in ["1000@default", "support@10.0.0.5", "sales", "a_b-c+d.e@f"] {
            assert_eq!(name.parse::<KeptName>().map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for name in ["", "a b", "a'b", "a|b", "^^,a", "${x}", "a\n", "é", &"x".repeat(129)] {
            assert_eq!(name.parse::<KeptName>(), Err(KeptNameError), "{name:?}");
        }
        assert_eq!("1000@default".parse::<KeptName>().unwrap().short(), "1000");
        assert_eq!("@x".parse::<KeptName>().unwrap().short(), "@x");
    }
}
