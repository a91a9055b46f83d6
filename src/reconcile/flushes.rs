//! What the switch may still have cached of the directory.

use super::desired::Desired;
use crate::domain::number::{Domain, SipUser};
use crate::switch::Step;

/// What is to be flushed in the next pass that reaches the switch.
#[derive(Debug)]
pub(super) struct Flushes {
    users: Vec<(SipUser, Domain)>,
    /// Whether everything cached may be old.
    all: bool,
}

impl Flushes {
    /// As of a start: an earlier run of ccgate may have ended before it flushed what had changed.
    pub(super) fn at_start() -> Self {
        Self { users: Vec::new(), all: true }
    }

    /// What should be has changed.
    pub(super) fn changed(&mut self, before: &Desired, after: &Desired) {
        self.users.extend(before.stale_users(after));
        self.users.sort();
        self.users.dedup();
    }

    /// What is to be done now, and then no more.
    pub(super) fn take(&mut self) -> Vec<Step> {
        let all = std::mem::take(&mut self.all).then_some(Step::FlushUsers);
        all.into_iter().chain(self.users.drain(..).map(|(user, domain)| Step::FlushUser(user, domain))).collect()
    }

    /// The step was not done.
    pub(super) fn failed(&mut self, step: &Step) {
        match step {
            Step::FlushUsers => self.all = true,
            Step::FlushUser(user, domain) => self.users.push((user.clone(), domain.clone())),
            _ => {}
        }
    }
}
