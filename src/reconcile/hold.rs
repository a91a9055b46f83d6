//! Agents that somebody is changing just now.
//!
//! A live change does its steps on the switch first and commits after the `+OK`. A pass that read the database before that commit would take the
//! steps back. So whoever makes a live change holds its agents meanwhile, and a pass leaves alone what was held at any time since it began.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::UserId;
use crate::switch::Free;

/// Who is held, and who was. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Holds(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    /// How many hold the agent.
    held: HashMap<UserId, usize>,
    /// Let go of since a pass began; empty while no pass runs.
    released: HashSet<UserId>,
    passes: usize,
}

/// Agents are held until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Hold {
    users: Vec<UserId>,
    holds: Holds,
}

/// A pass, from before it reads the database until it is done.
#[derive(Debug)]
#[must_use]
pub(super) struct Watch(Holds);

impl Holds {
    /// Holds the agents.
    pub(super) fn hold(&self, users: &[UserId]) -> Hold {
        let mut table = self.lock();
        for user in users {
            *table.held.entry(*user).or_default() += 1;
        }
        Hold { users: users.to_vec(), holds: self.clone() }
    }

    /// Whether somebody holds the agent now.
    pub(super) fn is_held(&self, user: UserId) -> bool {
        self.lock().held.contains_key(&user)
    }

    /// Begins to note who is let go of.
    pub(super) fn watch(&self) -> Watch {
        self.lock().passes += 1;
        Watch(self.clone())
    }

    fn touched(&self, user: UserId) -> bool {
        let table = self.lock();
        table.held.contains_key(&user) || table.released.contains(&user)
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Whether the agent is held, or was since this began.
    pub(super) fn touched(&self, user: UserId) -> bool {
        self.0.touched(user)
    }

    /// The same to ask at any later time.
    pub(super) fn free(&self) -> Free {
        let holds = self.0.clone();
        Arc::new(move |user| !holds.touched(user))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut table = self.holds.lock();
        for user in &self.users {
            if let Some(count) = table.held.get_mut(user) {
                *count -= 1;
                if *count == 0 {
                    table.held.remove(user);
                }
            }
            if table.passes > 0 {
                table.released.insert(*user);
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut table = self.0.lock();
        table.passes = table.passes.saturating_sub(1);
        if table.passes == 0 {
            table.released.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_sees_who_was_held_while_it_ran() {
        let holds = Holds::default();
        let (before, during) = (holds.hold(&[UserId(1)]), holds.hold(&[UserId(2), UserId(3)]));
        drop(before);
        let watch = holds.watch();
        let again = holds.hold(&[UserId(3)]);
        drop(during);
        assert_eq!([1, 2, 3, 4].map(|id| watch.touched(UserId(id))), [false, true, true, false]);
        assert_eq!([1, 2, 3, 4].map(|id| holds.is_held(UserId(id))), [false, false, true, false]);
        drop(watch);
        let next = holds.watch();
        assert_eq!([2, 3].map(|id| next.touched(UserId(id))), [false, true]);
        drop(again);
    }
}
