//! When agents' last queue calls ended, as far as it was heard: mod_callcenter's own wrap-up runs from there, and says nothing (trap 5).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::clock::Millis;
use crate::domain::UserId;

/// The end of each agent's last queue call.
#[derive(Debug, Default)]
pub(in crate::service) struct Recent(Mutex<HashMap<UserId, Millis>>);

impl Recent {
    /// A queue call of the agent has ended.
    pub(in crate::service) fn ended(&self, user: UserId, at: Millis) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user, at);
    }

    /// When the last one ended.
    pub(in crate::service) fn end_of(&self, user: UserId) -> Option<Millis> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&user).copied()
    }
}
