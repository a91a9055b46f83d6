//! Who is in a call now.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::clock::Millis;
use crate::domain::call::{CallType, Direction, Leg, LegId, Role};
use crate::domain::id::{AccountId, DeviceId, UserId};
use crate::domain::recording::RecordingFile;

/// How long a call that was let out counts before any leg of it is seen, in milliseconds.
const UNSEEN_MS: i64 = 10_000;

/// The legs that are up, by who is at their end. Written by the task that hears the switch, read by whoever wants to know; no lock is held
/// over an await. Star codes are no calls and are not on it.
#[derive(Debug, Default)]
pub struct CallBoard {
    legs: RwLock<HashMap<LegId, Row>>,
    /// Calls that may leave and of which no leg is known to leave yet, by their first leg; locked before `legs`.
    leaving: Mutex<HashMap<LegId, (AccountId, Millis)>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    leg: Arc<Leg>,
    user_id: Option<UserId>,
    device_id: Option<DeviceId>,
    stage: Stage,
    outside: Option<Outside>,
}

/// A leg of a call to outside.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outside {
    account_id: AccountId,
    call: LegId,
    number: Option<String>,
    /// Whether it is the one that was called there.
    is_far: bool,
}

/// How far a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The switch calls the phone, and nobody has answered.
    Ringing,
    /// The phone dialled, or answered.
    InCall,
}

/// Who waits in queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    /// How many.
    pub waiting: usize,
    /// Since when the one who waits the longest does; none when nobody waits.
    pub longest_since: Option<Millis>,
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

    /// The phone with which a leg speaks, or did last.
    pub fn spoke_with(&self, leg: &LegId) -> Option<DeviceId> {
        self.legs.read().unwrap_or_else(PoisonError::into_inner).get(leg).and_then(|row| row.leg.spoke_with())
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
        let rows = self.legs.read().unwrap_or_else(PoisonError::into_inner);
        rows.iter().filter(|(_, row)| row.user_id == Some(user)).map(|(leg, row)| (leg.clone(), row.stage)).collect()
    }

    /// The legs on which the user is, or was, offered callers of queues.
    pub fn offers_of(&self, user: UserId) -> Vec<LegId> {
        let rows = self.legs.read().unwrap_or_else(PoisonError::into_inner);
        let offer = |row: &Row| row.user_id == Some(user) && row.leg.info().role == Some(Role::Agent) && row.leg.account_id().is_some();
        rows.iter().filter(|(_, row)| offer(row)).map(|(leg, _)| leg.clone()).collect()
    }

    /// What is recorded of the calls that a user is in, and of the one with this leg only when it is given: the legs that are, and where to. None
    /// when the user is in no such call. Whom the user speaks with is of the call, also when two calls became one by a transfer.
    pub fn recordings_of(&self, user: UserId, leg: Option<&LegId>) -> Option<Vec<(LegId, RecordingFile)>> {
        let rows = self.legs.read().unwrap_or_else(PoisonError::into_inner);
        let named = |(id, row): &(&LegId, &Row)| leg.is_none_or(|leg| *id == leg || row.leg.call_id() == leg);
        let own: Vec<_> = rows.iter().filter(|(_, row)| row.user_id == Some(user) && row.stage == Stage::InCall).filter(named).collect();
        if own.is_empty() {
            return None;
        }
        let others = own.iter().filter_map(|(_, row)| rows.get(row.leg.with()?));
        let calls: HashSet<&LegId> = own.iter().map(|(_, row)| *row).chain(others).map(|row| row.leg.call_id()).collect();
        let recorded = rows.iter().filter(|(_, row)| calls.contains(row.leg.call_id()));
        Some(recorded.filter_map(|(id, row)| Some((id.clone(), row.leg.info().recording().cloned()?))).collect())
    }

    /// Whether a leg is up.
    pub fn is_up(&self, leg: &LegId) -> bool {
        self.legs.read().unwrap_or_else(PoisonError::into_inner).contains_key(leg)
    }

    /// The account's legs that are up, the oldest first.
    pub fn of_account(&self, account: AccountId) -> Vec<Arc<Leg>> {
        let rows = self.legs.read().unwrap_or_else(PoisonError::into_inner);
        let mut legs: Vec<_> = rows.values().filter(|row| row.leg.account_id() == Some(account)).map(|row| Arc::clone(&row.leg)).collect();
        drop(rows);
        legs.sort_by(|one, other| (one.created_at(), one.id()).cmp(&(other.created_at(), other.id())));
        legs
    }

    /// How many legs are up.
    pub fn legs(&self) -> usize {
        self.legs.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Who waits in queues.
    pub fn callers(&self) -> Callers {
        let rows = self.legs.read().unwrap_or_else(PoisonError::into_inner);
        let stays = rows.values().filter_map(|row| row.leg.stays().last());
        let waiting = stays.filter(|stay| stay.left.is_none() && stay.served_at.is_none());
        waiting.fold(Callers::default(), |callers, stay| Callers {
            waiting: callers.waiting + 1,
            longest_since: Some(callers.longest_since.map_or(stay.joined_at, |since| since.min(stay.joined_at))),
        })
    }

    /// Lets a call leave when `admit` does, which is told how many of the account's are under way; those to numbers that are `free` do not count.
    /// `call` is its first leg, which may not be there yet. One that was let out before is again, and counts for what it has outside already: whom
    /// a phone has called it may transfer to another number outside, and is free itself.
    ///
    /// # Errors
    /// What `admit` says.
    pub fn leave<E>(
        &self,
        account: AccountId,
        call: &LegId,
        free: impl Fn(&str) -> bool,
        now: Millis,
        admit: impl FnOnce(u32) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut leaving = self.leaving();
        leaving.retain(|_, (_, since)| now.since(*since) < UNSEEN_MS);
        let rows = self.legs.read().unwrap_or_else(PoisonError::into_inner);
        let counts = |out: &&Outside| out.account_id == account && !out.number.as_deref().is_some_and(&free);
        let mut calls: HashMap<&LegId, u32> = HashMap::new();
        for (row, out) in rows.values().filter_map(|row| Some((row, row.outside.as_ref().filter(counts)?))) {
            *calls.entry(&out.call).or_default() += u32::from(out.is_far && row.stage == Stage::InCall);
        }
        for (call, _) in leaving.iter().filter(|(_, (whose, _))| *whose == account) {
            calls.entry(call).or_default();
        }
        let own = calls.remove(call);
        let others: u32 = calls.values().map(|legs| legs.max(&1)).sum();
        admit(others + own.unwrap_or_default())?;
        if own.is_none() {
            leaving.insert(call.clone(), (account, now));
        }
        Ok(())
    }

    /// A call that was let out does not come about.
    pub fn stay(&self, call: &LegId) {
        self.leaving().remove(call);
    }

    /// Notes the state of a leg.
    pub(super) fn note(&self, leg: &Arc<Leg>) {
        let row = (leg.is_up() && !leg.info().is_code()).then(|| Row::of(leg));
        let mut leaving = row.as_ref().is_none_or(|row| row.outside.is_some()).then(|| self.leaving());
        let mut rows = self.legs.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaving) = &mut leaving {
            leaving.remove(leg.id());
        }
        match row {
            Some(row) => drop(rows.insert(leg.id().clone(), row)),
            None => drop(rows.remove(leg.id())),
        }
    }

    fn leaving(&self) -> MutexGuard<'_, HashMap<LegId, (AccountId, Millis)>> {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn any(&self, wanted: impl Fn(&Row) -> bool) -> bool {
        self.legs.read().unwrap_or_else(PoisonError::into_inner).values().any(wanted)
    }
}

impl Row {
    fn of(leg: &Arc<Leg>) -> Self {
        let info = leg.info();
        let ringing = info.direction == Some(Direction::Outbound) && leg.is_ringing();
        let is_far = info.outside == Some(true);
        let outside = info.account_id.filter(|_| is_far || info.call_type == Some(CallType::Outbound)).map(|account_id| Outside {
            account_id,
            call: leg.call_id().clone(),
            number: info.dst_num.clone(),
            is_far,
        });
        let stage = if ringing { Stage::Ringing } else { Stage::InCall };
        Self { leg: Arc::clone(leg), user_id: info.user_id, device_id: info.device_id, stage, outside }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::call::{Around, LegFact, LegInfo, LegTimes, What};
    use crate::domain::recording::Recorded;

    const ACCOUNT: AccountId = AccountId(1);

    fn leg(id: &str, first: Option<&str>, number: &str, what: What) -> Arc<Leg> {
        let info = LegInfo {
            account_id: Some(ACCOUNT),
            call_type: Some(CallType::Outbound),
            call_id: first.map(LegId::new),
            dst_num: Some(number.to_owned()),
            ..LegInfo::default()
        };
        let fact = LegFact { leg: LegId::new(id), at: Millis(1), what, info, times: LegTimes::default() };
        Arc::new(Leg::new(LegId::new(id)).apply(&fact, &Around::default()).0)
    }

    fn ended() -> What {
        What::HungUp { cause: "NORMAL_CLEARING".to_owned() }
    }

    #[test]
    fn what_is_recorded_of_a_users_calls() {
        let board = CallBoard::default();
        let note = |id: &str, call: &str, user: Option<i64>, recorded: bool, with: Option<&str>| {
            let file = RecordingFile::parse("1/2026/11/25/a.wav").unwrap();
            let info = LegInfo {
                call_id: Some(LegId::new(call)),
                user_id: user.map(UserId),
                recorded: recorded.then_some(Recorded::In(file)),
                ..LegInfo::default()
            };
            let what = with.map_or(What::Created, |with| What::Bridged { with: LegId::new(with) });
            let fact = LegFact { leg: LegId::new(id), at: Millis(1), what, info, times: LegTimes::default() };
            board.note(&Arc::new(Leg::new(LegId::new(id)).apply(&fact, &Around::default()).0));
        };
        // A caller that is recorded and its agent; the agent's call to another, who is put through to the caller; somebody else's call.
        note("caller", "caller", None, true, Some("other"));
        note("agent", "caller", Some(7), false, None);
        note("asks", "asks", Some(7), false, None);
        note("other", "asks", Some(8), false, Some("caller"));
        note("stranger", "stranger", Some(9), true, None);
        let of = |user: i64, leg: Option<&str>| {
            let found = board.recordings_of(UserId(user), leg.map(LegId::new).as_ref())?;
            Some(found.into_iter().map(|(leg, _)| leg.to_string()).collect::<Vec<_>>())
        };
        assert_eq!(of(7, None), Some(vec!["caller".to_owned()]));
        assert_eq!(of(7, Some("caller")), of(7, None));
        assert_eq!(of(7, Some("asks")), Some(vec![]), "that call is not");
        assert_eq!(of(8, None), of(7, None), "it speaks with the caller");
        assert_eq!((of(7, Some("stranger")), of(6, None)), (None, None));
    }

    #[test]
    fn calls_that_leave_are_counted_once_and_until_they_end() {
        let board = CallBoard::default();
        let only = |under_way| if under_way < 1 { Ok(()) } else { Err(()) };
        let leave = |call: &str, now| board.leave(ACCOUNT, &LegId::new(call), |number| number == "112", Millis(now), only).is_ok();
        board.note(&leg("e", None, "112", What::Created));
        assert!(leave("a", 0), "an emergency call does not count");
        assert!(!leave("b", 1) && leave("a", 1));
        assert!(board.leave(AccountId(2), &LegId::new("c"), |_| false, Millis(1), only).is_ok(), "another account's do not count");
        board.note(&leg("a", None, "0501234567", What::Created));
        board.note(&leg("a2", Some("a"), "0501234567", What::Created));
        assert!(!leave("b", UNSEEN_MS * 2), "it is under way for as long as a leg is up");
        board.note(&leg("a2", Some("a"), "0501234567", ended()));
        board.note(&leg("a", None, "0501234567", ended()));
        assert!(leave("b", UNSEEN_MS * 2));
        board.note(&leg("b", None, "0501234567", What::Created));
        board.note(&leg("b", None, "0501234567", ended()));
        assert!(leave("c", UNSEEN_MS * 2), "it was seen to end");
        board.stay(&LegId::new("c"));
        assert!(leave("d", UNSEEN_MS * 2) && !leave("e", UNSEEN_MS * 2));
        assert!(leave("e", UNSEEN_MS * 3), "one of which nothing is ever seen does not count for ever");
    }
}
