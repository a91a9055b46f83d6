//! Who is in a call now.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::call::{Direction, Leg, LegId};
use crate::domain::id::{DeviceId, UserId};

/// The legs that are up, by who is at their end. Written by the task that hears the switch, read by whoever wants to know; no lock is held
/// over an await. Star codes are no calls and are not on it.
#[derive(Debug, Default)]
pub struct CallBoard(RwLock<HashMap<LegId, Row>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    user_id: Option<UserId>,
    device_id: Option<DeviceId>,
    stage: Stage,
}

/// How far a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The switch calls the phone, and nobody has answered.
    Ringing,
    /// The phone dialled, or answered.
    InCall,
}

impl CallBoard {
    /// Whether the user has dialled or answered on any phone. One that rings is in no call yet.
    pub fn in_call(&self, user: UserId) -> bool {
        self.any(|row| row.user_id == Some(user) && row.stage == Stage::InCall)
    }

    /// The same of a phone, whoever is at it.
    pub fn device_in_call(&self, device: DeviceId) -> bool {
        self.any(|row| row.device_id == Some(device) && row.stage == Stage::InCall)
    }

    /// Whether a phone of the user rings.
    pub fn is_ringing(&self, user: UserId) -> bool {
        self.any(|row| row.user_id == Some(user) && row.stage == Stage::Ringing)
    }

    /// Whether the user has a leg at all.
    pub fn has_leg(&self, user: UserId) -> bool {
        self.any(|row| row.user_id == Some(user))
    }

    /// The legs of a user, with how far they are.
    pub fn legs_of(&self, user: UserId) -> Vec<(LegId, Stage)> {
        let rows = self.0.read().unwrap_or_else(PoisonError::into_inner);
        rows.iter().filter(|(_, row)| row.user_id == Some(user)).map(|(leg, row)| (leg.clone(), row.stage)).collect()
    }

    /// How many legs are up.
    pub fn legs(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Notes the state of a leg.
    pub(super) fn note(&self, leg: &Leg) {
        let mut rows = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if leg.is_up() && !leg.info().is_code() {
            rows.insert(leg.id().clone(), Row::of(leg));
        } else {
            rows.remove(leg.id());
        }
    }

    fn any(&self, wanted: impl Fn(&Row) -> bool) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().any(wanted)
    }
}

impl Row {
    fn of(leg: &Leg) -> Self {
        let info = leg.info();
        let ringing = info.direction == Some(Direction::Outbound) && leg.is_ringing();
        Self { user_id: info.user_id, device_id: info.device_id, stage: if ringing { Stage::Ringing } else { Stage::InCall } }
    }
}
