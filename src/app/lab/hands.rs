//! Which of the lab's phones do nothing by themselves.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::seed::{BY_ITSELF, DOMAIN};
use crate::sim::Handle;
use crate::sim::phones::Behaviour;

/// Phones that somebody has taken: they ring until they are answered, rejected or given up, and their agents neither pause, leave nor call by themselves.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands(Arc<Mutex<BTreeSet<String>>>);

impl Hands {
    /// Takes a phone, or gives it back.
    pub(super) async fn take(&self, switch: &Handle, phone: &str, taken: bool) {
        if taken {
            self.lock().insert(phone.to_owned());
        } else {
            self.lock().remove(phone);
        }
        switch.set_behaviour(phone, DOMAIN, self.behaviour(phone)).await;
    }

    /// Whether somebody has it.
    pub(super) fn have(&self, phone: &str) -> bool {
        self.lock().contains(phone)
    }

    /// All of them, by user.
    pub(super) fn all(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    /// What it does when it rings, as long as nobody says otherwise.
    pub(super) fn behaviour(&self, phone: &str) -> Behaviour {
        if self.have(phone) { Behaviour::RingOn } else { BY_ITSELF }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
