//! Who sits at which phone, for the dialplan: it has to answer at once (invariant 3), and to know of a check-in from its commit on.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::desired::Desired;
use crate::domain::{DeviceId, UserId};

/// Who sits where. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Presence(Arc<RwLock<Table>>);

/// A point in time of a [`Presence`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(u64);

#[derive(Debug, Default)]
struct Table {
    users: HashMap<UserId, Seat>,
    devices: HashMap<DeviceId, UserId>,
    /// Counts changes.
    clock: u64,
}

#[derive(Clone, Copy, Debug)]
struct Seat {
    device: Option<DeviceId>,
    /// Of the agent's row.
    version: i64,
    /// When it was set, by the table's clock.
    set_at: u64,
}

impl Presence {
    /// Who is checked in on the device.
    pub fn user_on(&self, device: DeviceId) -> Option<UserId> {
        self.read().devices.get(&device).copied()
    }

    /// Where the user is checked in.
    pub fn device_of(&self, user: UserId) -> Option<DeviceId> {
        self.read().users.get(&user).and_then(|seat| seat.device)
    }

    /// Sets where the user is checked in, as of this version of the agent's row; an older one than is known changes nothing. To be called right
    /// after the commit.
    pub fn set(&self, user: UserId, device: Option<DeviceId>, version: i64) {
        self.write().set(user, device, version);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.read().clock)
    }

    /// Takes over what was read from the database at or after `mark`. Agents that are not in it are gone, but for those set since.
    pub(super) fn refresh(&self, desired: &Desired, mark: Mark) {
        let mut table = self.write();
        let gone: Vec<_> = table
            .users
            .iter()
            .filter(|(user, seat)| seat.set_at <= mark.0 && !desired.accounts().any(|account| account.agents.contains_key(user)))
            .map(|(user, _)| *user)
            .collect();
        for user in gone {
            table.vacate(user);
            table.users.remove(&user);
        }
        for agent in desired.agents() {
            table.set(agent.name.user, agent.device_id, agent.version);
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Table> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn set(&mut self, user: UserId, device: Option<DeviceId>, version: i64) {
        if self.users.get(&user).is_some_and(|seat| seat.version > version) {
            return;
        }
        self.vacate(user);
        self.clock += 1;
        self.users.insert(user, Seat { device, version, set_at: self.clock });
        if let Some(device) = device {
            self.devices.insert(device, user);
        }
    }

    /// Frees the user's device, unless somebody else has taken it since.
    fn vacate(&mut self, user: UserId) {
        let device = self.users.get(&user).and_then(|seat| seat.device);
        if let Some(device) = device.filter(|device| self.devices.get(device) == Some(&user)) {
            self.devices.remove(&device);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: DeviceId = DeviceId(1);

    #[test]
    fn the_newer_version_wins() {
        let presence = Presence::default();
        presence.set(UserId(1), Some(DESK), 2);
        presence.set(UserId(1), None, 1);
        assert_eq!(presence.user_on(DESK), Some(UserId(1)));
        presence.set(UserId(1), None, 3);
        assert_eq!((presence.user_on(DESK), presence.device_of(UserId(1))), (None, None));
    }

    #[test]
    fn an_eviction_in_either_order() {
        for taken_first in [true, false] {
            let presence = Presence::default();
            presence.set(UserId(1), Some(DESK), 1);
            if taken_first {
                presence.set(UserId(2), Some(DESK), 1);
            }
            presence.set(UserId(1), None, 2);
            presence.set(UserId(2), Some(DESK), 1);
            assert_eq!((presence.user_on(DESK), presence.device_of(UserId(1))), (Some(UserId(2)), None));
        }
    }

    #[test]
    fn a_refresh_removes_who_is_gone_and_keeps_who_came_since() {
        let presence = Presence::default();
        presence.set(UserId(1), Some(DESK), 1);
        let mark = presence.mark();
        presence.set(UserId(2), Some(DeviceId(2)), 1);
        presence.refresh(&Desired::default(), mark);
        assert_eq!((presence.user_on(DESK), presence.user_on(DeviceId(2))), (None, Some(UserId(2))));
    }
}
