//! Names on the switch. They are ids, so that a rename touches nothing there; but for those that were there before ccgate, which stay.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::domain::kept::{Kept, KeptName, KeptNames};
use crate::domain::number::Domain;
use crate::domain::{AccountId, QueueId, UserId};

macro_rules! names {
    ($(#[$doc:meta])* $name:ident, $id:ident: $Id:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name {
            /// What it names.
            pub $id: $Id,
            /// The account's domain.
            pub domain: Domain,
            /// What it is called instead.
            kept: Option<KeptName>,
        }

        impl $name {
            /// The name of this id in this domain.
            pub fn new($id: $Id, domain: &Domain) -> Self {
                Self { $id, domain: domain.clone(), kept: None }
            }

            /// The same, called as it was before ccgate.
            #[must_use]
            pub fn kept_as(self, name: Option<&KeptName>) -> Self {
                Self { kept: name.cloned(), ..self }
            }

            /// Reads what [`fmt::Display`] writes of a name that is an id; none for any other, which is not ours or is among [`Names`].
            pub fn parse(name: &str) -> Option<Self> {
                let (id, domain) = name.split_once('@')?;
                let canonical = id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0');
                let number: i64 = id.parse().ok().filter(|_| canonical)?;
                Some(Self { $id: number.into(), domain: Domain::parse(domain).ok()?, kept: None })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match &self.kept {
                    Some(name) => name.fmt(f),
                    None => write!(f, "{}@{}", self.$id, self.domain),
                }
            }
        }
    };
}

names!(
    /// An agent of mod_callcenter: `<user id>@<domain>`, or the name that it kept.
    AgentName,
    user: UserId
);

names!(
    /// A queue of mod_callcenter: `<queue id>@<domain>`, or the name that it kept.
    QueueName,
    queue: QueueId
);

/// Whose a name on the switch is: the way back from a name to an id. Without any account that keeps names, every name that is an id is ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    agents: HashMap<String, AgentName>,
    queues: HashMap<String, QueueName>,
    /// By domain in lower case: the accounts that keep names, and from where on their numbers are ids.
    keepers: BTreeMap<String, Keeper>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Keeper {
    account: AccountId,
    users_from: UserId,
    queues_from: QueueId,
}

impl Names {
    /// Those of accounts with these domains.
    pub fn new<'a>(kept: &KeptNames, domains: impl Iterator<Item = (AccountId, &'a Domain)>) -> Self {
        let mut names = Self::default();
        for (account, domain) in domains {
            let Some(Kept { agents, queues, users_from, queues_from }) = kept.get(&account) else { continue };
            let keeper = Keeper { account, users_from: *users_from, queues_from: *queues_from };
            names.keepers.insert(domain.as_str().to_ascii_lowercase(), keeper);
            for (user, name) in agents {
                names.agents.insert(name.to_string(), AgentName::new(*user, domain).kept_as(Some(name)));
            }
            for (queue, kept) in queues {
                names.queues.insert(kept.name.to_string(), QueueName::new(*queue, domain).kept_as(Some(&kept.name)));
            }
        }
        names
    }

    /// The agent of this name; none for a stranger.
    pub fn agent(&self, name: &str) -> Option<AgentName> {
        let own = || AgentName::parse(name).filter(|own| self.keeper(&own.domain).is_none_or(|keeper| own.user >= keeper.users_from));
        self.agents.get(name).cloned().or_else(own)
    }

    /// The queue of this name; none for a stranger.
    pub fn queue(&self, name: &str) -> Option<QueueName> {
        let own = || QueueName::parse(name).filter(|own| self.keeper(&own.domain).is_none_or(|keeper| own.queue >= keeper.queues_from));
        self.queues.get(name).cloned().or_else(own)
    }

    /// The account of a domain, when it keeps names: channels of such calls may not say whose they are.
    pub fn account(&self, domain: &Domain) -> Option<AccountId> {
        self.keeper(domain).map(|keeper| keeper.account)
    }

    fn keeper(&self, domain: &Domain) -> Option<&Keeper> {
        self.keepers.get(&domain.as_str().to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::kept::KeptQueue;

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

    #[test]
    fn a_kept_name_comes_back_and_a_number_below_it_is_a_strangers() {
        let name = |name: &str| name.parse::<KeptName>().unwrap();
        let kept = Kept {
            agents: BTreeMap::from([(UserId(1042), name("1000@default"))]),
            queues: BTreeMap::from([(QueueId(7), KeptQueue { name: name("support@default"), owned: false })]),
            users_from: UserId(1001),
            queues_from: QueueId(7),
        };
        let (account, domain, other) = (AccountId(3), Domain::parse("Default").unwrap(), Domain::parse("lab.local").unwrap());
        let accounts = [(account, &domain), (AccountId(4), &other)];
        let names = Names::new(&KeptNames::from([(account, kept)]), accounts.into_iter());
        let agent = names.agent("1000@default").unwrap();
        assert_eq!((agent.user, agent.to_string()), (UserId(1042), "1000@default".to_owned()));
        assert_eq!(names.agent("1044@default").map(|agent| agent.user), Some(UserId(1044)));
        assert_eq!((names.agent("999@default"), names.agent("bob@default")), (None, None));
        assert_eq!(names.agent("17@lab.local").map(|agent| agent.user), Some(UserId(17)));
        assert_eq!(names.queue("support@default").map(|queue| queue.queue), Some(QueueId(7)));
        assert_eq!(names.queue("6@default"), None);
        assert_eq!((names.account(&agent.domain), names.account(&other)), (Some(account), None));
    }
}
