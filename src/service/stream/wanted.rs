//! Which events a client wants.

use std::collections::BTreeSet;

use super::Told;
use crate::domain::{QueueId, UserId};

/// Events that fit each of these; an empty set lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of one of these names.
    pub names: BTreeSet<String>,
    /// About one of these users: the agent, who calls or who is called.
    pub users: BTreeSet<UserId>,
    /// About one of these queues: the call's, or one that an agent joined or left.
    pub queues: BTreeSet<QueueId>,
    /// About this user, whatever is wanted: who asks may see no other.
    pub(super) own: Option<UserId>,
}

impl Wanted {
    pub(super) fn takes(&self, told: &Told) -> bool {
        let fits = |one: bool, nothing_asked: bool| one || nothing_asked;
        self.own.is_none_or(|own| told.users.contains(&own))
            && fits(self.names.contains(&told.name), self.names.is_empty())
            && fits(told.users.iter().any(|user| self.users.contains(user)), self.users.is_empty())
            && fits(told.queues.iter().any(|queue| self.queues.contains(queue)), self.queues.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::clock::Millis;
    use crate::domain::AccountId;
    use crate::store::event::Event;

    fn told(name: &str, data: Value) -> Told {
        let (id, name, order_key) = (String::new(), name.to_owned(), String::new());
        Told::of(Event { seq: 1, id, account_id: AccountId(1), name, at: Millis(0), order_key, reconciled: false, data })
    }

    #[test]
    fn every_filter_must_fit_and_one_value_of_it_is_enough() {
        let call = told("call:ring", json!({"queue_id": 5, "src_user_id": null, "dst_user_id": 7}));
        let join = told("queue:join", json!({"user_id": 7, "queues": [4, 5]}));
        let pause = told("agent:status", json!({"user_id": 8}));
        let takes = |wanted: Wanted| [&call, &join, &pause].map(|told| wanted.takes(told));
        let (users, queues) = (BTreeSet::from([UserId(7)]), BTreeSet::from([QueueId(5), QueueId(6)]));
        let names = BTreeSet::from(["call:ring".to_owned(), "agent:status".to_owned()]);
        assert_eq!(takes(Wanted::default()), [true; 3]);
        assert_eq!(takes(Wanted { users: users.clone(), ..Wanted::default() }), [true, true, false]);
        assert_eq!(takes(Wanted { queues: queues.clone(), ..Wanted::default() }), [true, true, false]);
        assert_eq!(takes(Wanted { names: names.clone(), ..Wanted::default() }), [true, false, true]);
        assert_eq!(takes(Wanted { names, users, queues, own: None }), [true, false, false]);
        assert_eq!(takes(Wanted { own: Some(UserId(8)), ..Wanted::default() }), [false, false, true]);
    }
}
