//! Whether an account may have changes that wait for the end of a call. Calls end often, and such changes are rare, so that the database is
//! asked only where there may be one.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::domain::AccountId;

/// The accounts that have none; of the others it is not known.
#[derive(Debug, Default)]
pub(in crate::service) struct Waiting(Mutex<HashSet<AccountId>>);

impl Waiting {
    /// A change was committed that waits.
    pub(in crate::service) fn some(&self, account: AccountId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }

    /// Whether one has to look. Whoever looks and finds something says so with [`Waiting::some`]; a change that is committed meanwhile does too.
    pub(in crate::service) fn look(&self, account: AccountId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_looks_once_and_again_after_each_change() {
        let (waiting, account) = (Waiting::default(), AccountId(1));
        assert!(waiting.look(account) && !waiting.look(account));
        waiting.some(account);
        assert!(waiting.look(account));
    }
}
