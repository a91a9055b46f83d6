//! Names on the switch. They are ids, so that a rename touches nothing there.

use std::fmt;

use crate::domain::number::Domain;
use crate::domain::{QueueId, UserId};

macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $id:ident: $Id:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// What it names.
            pub $id: $Id,
            /// The account's domain.
            pub domain: Domain,
        }

        impl $name {
            /// The name of this id in this domain.
            pub fn new($id: $Id, domain: &Domain) -> Self {
                Self { $id, domain: domain.clone() }
            }

            /// Reads what [`fmt::Display`] writes; none for any other name, which then is not ours.
            pub fn parse(name: &str) -> Option<Self> {
                let (id, domain) = name.split_once('@')?;
                let canonical = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
                let number: i64 = id.parse().ok().filter(|_| canonical)?;
                Some(Self { $id: number.into(), domain: Domain::parse(domain).ok()? })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}@{}", self.$id, self.domain)
            }
        }
    };
}

names!(
    /// An agent of mod_callcenter: `<user id>@<domain>`.
    AgentName,
    user: UserId
);

names!(
    /// A queue of mod_callcenter: `<queue id>@<domain>`.
    QueueName,
    queue: QueueId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_back() {
        let name = AgentName::new(UserId(17), &Domain::parse("lab.local").unwrap());
        assert_eq!(name.to_string(), "17@lab.local");
        assert_eq!(AgentName::parse("17@lab.local"), Some(name));
    }

    #[test]
    fn other_names_are_not_ours() {
        for other in
            ["", "@", "17", "17@", "@lab.local", "bob@lab.local", "017@lab.local", "0@lab.local", "+17@lab.local", "-1@lab.local", "1 7@a"]
        {
            assert_eq!(QueueName::parse(other), None, "{other:?}");
        }
    }
}
