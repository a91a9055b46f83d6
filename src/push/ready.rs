//! What is due and known, and has no place yet. No IO.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::store::delivery::Due;
use crate::store::endpoint::Address;

/// Deliveries to one address that are kept; more are looked for in the database.
pub(super) const READY_MAX: usize = 32;

/// By address, in the order of commits.
#[derive(Debug, Default)]
pub(super) struct Ready {
    due: BTreeMap<Address, VecDeque<Due>>,
    /// Those of which the database has more that is due, behind what is here.
    behind: BTreeSet<Address>,
    /// What lies up to here was looked for.
    searched_to: i64,
}

impl Ready {
    /// After a look at the database, which has events up to `seq`: what it found. `behind` may have more than that.
    pub(super) fn found(&mut self, seq: i64, due: Vec<Due>, behind: BTreeSet<Address>) {
        *self = Self { due: BTreeMap::new(), behind, searched_to: seq };
        for due in due {
            self.due.entry(due.address).or_default().push_back(due);
        }
    }

    /// These were committed. What the last look has seen is not new, and what comes behind something that is not here stays where it is.
    pub(super) fn committed(&mut self, due: Vec<Due>) {
        for due in due.into_iter().filter(|due| due.seq > self.searched_to) {
            if self.due.get(&due.address).is_some_and(|waiting| waiting.len() >= READY_MAX) {
                self.behind.insert(due.address);
            }
            if !self.behind.contains(&due.address) {
                self.due.entry(due.address).or_default().push_back(due);
            }
        }
    }

    /// Whether anything is here.
    pub(super) fn has_any(&self) -> bool {
        !self.due.is_empty()
    }

    /// The addresses of what is here.
    pub(super) fn addresses(&self) -> Vec<Address> {
        self.due.keys().copied().collect()
    }

    /// Those of which nothing is here, while the database has something.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &Address> {
        self.behind.iter().filter(|address| !self.due.contains_key(address))
    }

    /// The next for an address.
    pub(super) fn pop(&mut self, address: Address) -> Option<Due> {
        let waiting = self.due.get_mut(&address)?;
        let next = waiting.pop_front();
        if waiting.is_empty() {
            self.due.remove(&address);
        }
        next
    }

    /// Nothing is sent to any but these now.
    pub(super) fn keep(&mut self, addresses: &BTreeSet<Address>) {
        self.due.retain(|address, _| addresses.contains(address));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Millis;
    use crate::domain::AccountId;
    use crate::domain::event::Fields;

    const HERE: Address = Address { account_id: AccountId(1), hook_id: None };
    const THERE: Address = Address { account_id: AccountId(2), hook_id: None };

    fn due(address: Address, seq: i64) -> Due {
        Due {
            seq,
            event_id: String::new(),
            address,
            name: String::new(),
            at: Millis(0),
            order_key: String::new(),
            reconciled: false,
            data: Fields::of(&()),
            attempts: 0,
            is_followed: false,
        }
    }

    fn seqs(ready: &mut Ready, address: Address) -> Vec<i64> {
        std::iter::from_fn(|| ready.pop(address)).map(|due| due.seq).collect()
    }

    #[test]
    fn what_a_look_has_seen_is_not_new() {
        let mut ready = Ready::default();
        ready.found(7, vec![due(HERE, 3)], BTreeSet::new());
        ready.committed(vec![due(HERE, 7), due(HERE, 8)]);
        assert_eq!((seqs(&mut ready, HERE), ready.addresses()), (vec![3, 8], vec![]));
    }

    #[test]
    fn nothing_goes_before_what_is_still_in_the_database() {
        let mut ready = Ready::default();
        ready.found(7, vec![due(HERE, 3)], BTreeSet::from([HERE]));
        ready.committed(vec![due(HERE, 8), due(THERE, 9)]);
        assert_eq!((ready.hidden().count(), seqs(&mut ready, HERE), seqs(&mut ready, THERE)), (0, vec![3], vec![9]));
        assert_eq!(ready.hidden().collect::<Vec<_>>(), [&HERE]);
    }

    #[test]
    fn more_than_there_is_room_for_is_left_in_the_database() {
        let mut ready = Ready::default();
        let most = i64::try_from(READY_MAX).unwrap();
        ready.committed((1..=most + 1).map(|seq| due(HERE, seq)).collect());
        ready.committed(vec![due(HERE, most + 2)]);
        assert_eq!(seqs(&mut ready, HERE).len(), READY_MAX);
        assert_eq!(ready.hidden().count(), 1);
    }
}
