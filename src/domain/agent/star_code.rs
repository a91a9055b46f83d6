//! What the codes that a phone dials do: an agent begins to serve its queues, or one of them, and ends.

use std::collections::BTreeSet;

use super::{Agent, Change, Refusal};
use crate::domain::id::QueueId;
use crate::domain::queue::{Mode, Standing};

impl Agent {
    /// Joins this queue, or with none each that it may join by itself: those outside their hours when these begin. Joined to them already, nothing
    /// changes.
    ///
    /// # Errors
    /// [`Refusal::NotCheckedIn`]; [`Refusal::NothingToJoin`], and for one queue as [`Agent::join`].
    pub fn log_in(&self, queue: Option<QueueId>, memberships: &[Standing]) -> Result<Change, Refusal> {
        if let Some(queue) = queue {
            return self.join(queue, memberships, false);
        }
        let may = |one: &&Standing| self.may_join(one.queue_id(), Some(one), false).is_ok();
        let wanted: BTreeSet<_> = memberships.iter().filter(may).map(Standing::queue_id).collect();
        let waits = |one: &&Standing| one.closed.is_some() && one.mode().joins_at_check_in();
        let Change { mut after, events } = self.set_queues(&wanted, memberships, false)?;
        after.awaited.extend(memberships.iter().filter(waits).map(Standing::queue_id).filter(|queue| !after.paused_in.contains_key(queue)));
        if after.joined.is_empty() && after.awaited.is_empty() {
            return Err(Refusal::NothingToJoin);
        }
        Ok(Change { after, events })
    }

    /// Leaves this queue, or with none all of them. Who always serves one leaves it by checking out. Nothing changes for who serves none.
    ///
    /// # Errors
    /// For one queue as [`Agent::leave`].
    pub fn log_out(&self, queue: Option<QueueId>, memberships: &[Standing]) -> Result<Change, Refusal> {
        match queue {
            Some(queue) => self.leave(queue, memberships),
            None if !self.online() => Ok(Change::none(self)),
            None if memberships.iter().any(|one| one.mode() == Mode::Always) => Ok(self.check_out()),
            None => self.set_queues(&BTreeSet::new(), memberships, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{closed, member, names, online, queues};
    use super::*;

    #[test]
    fn a_login_joins_what_it_may_and_a_second_one_nothing() {
        let memberships =
            [member(0, Mode::Off), member(1, Mode::Free), member(2, Mode::Supervised), member(3, Mode::Default), closed(5, Mode::Default)];
        let change = online(&[]).log_in(None, &memberships).unwrap();
        assert_eq!((&change.after.joined, &change.after.awaited), (&queues(&[1, 3]), &queues(&[5])));
        assert_eq!(names(&change), ["queue:join"]);
        assert_eq!(change.after.log_in(None, &memberships), Ok(Change::none(&change.after)));
        // One that a supervisor has let it join is kept.
        assert_eq!(online(&[2]).log_in(None, &memberships).unwrap().after.joined, queues(&[1, 2, 3]));
        assert_eq!(online(&[]).log_in(Some(QueueId(3)), &memberships).unwrap().after.joined, queues(&[3]));
        assert_eq!(online(&[]).log_in(Some(QueueId(2)), &memberships), Err(Refusal::QueueNotAllowed(QueueId(2))));
        assert_eq!(online(&[]).log_in(None, &memberships[..1]), Err(Refusal::NothingToJoin));
        let out = Agent { device_id: None, ..online(&[]) };
        assert_eq!(out.log_in(None, &memberships), Err(Refusal::NotCheckedIn));
    }

    #[test]
    fn a_logout_leaves_all_and_checks_out_who_always_serves() {
        let memberships = [member(1, Mode::Free), member(3, Mode::Default)];
        let change = online(&[1, 3]).log_out(None, &memberships).unwrap();
        assert!(change.after.online() && change.after.joined.is_empty());
        assert_eq!(change.after.log_out(None, &memberships), Ok(Change::none(&change.after)));
        assert_eq!(online(&[1, 3]).log_out(Some(QueueId(1)), &memberships).unwrap().after.joined, queues(&[3]));
        let always = [member(1, Mode::Free), member(4, Mode::Always)];
        let change = online(&[1, 4]).log_out(None, &always).unwrap();
        assert!(!change.after.online());
        assert_eq!(online(&[1, 4]).log_out(Some(QueueId(4)), &always), Err(Refusal::AlwaysServes(QueueId(4))));
        assert_eq!(change.after.log_out(None, &always), Ok(Change::none(&change.after)));
    }
}
