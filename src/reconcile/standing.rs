//! How long each difference between database and switch has stood.

use std::collections::BTreeMap;

use tracing::warn;

use crate::clock::Millis;
use crate::domain::SwitchId;
use crate::store::{self, Store};
use crate::switch::Step;

/// Differences that are remembered; of more it is only known that they are there.
pub const STANDING_MAX: usize = 10_000;

/// The differences that the last pass saw, by what would end each ([`Step::summary`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing(BTreeMap<String, Difference>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Difference {
    kind: &'static str,
    since: Millis,
}

/// The differences of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stands {
    /// What would end them: [`Step::kind`].
    pub kind: &'static str,
    /// How many there are.
    pub count: usize,
    /// Since when the oldest stands.
    pub since: Millis,
}

impl Standing {
    /// What a pass wanted done at `now`. A difference that stood before keeps its time, or has that in `known`, from an earlier run.
    #[must_use]
    pub fn next(&self, wanted: &[Step], known: &[(String, Millis)], now: Millis) -> Self {
        let known: BTreeMap<_, _> = known.iter().map(|(step, since)| (step.as_str(), *since)).collect();
        let difference = |step: &Step| {
            let summary = step.summary();
            let since = self.0.get(&summary).map(|before| before.since).or_else(|| known.get(summary.as_str()).copied());
            (summary, Difference { kind: step.kind(), since: since.unwrap_or(now) })
        };
        Self(wanted.iter().take(STANDING_MAX).map(difference).collect())
    }

    /// Those that stood before `now`, in the order of their steps: what one pass sees and the next does not is no standing difference.
    pub fn before(&self, now: Millis) -> Vec<(String, Millis)> {
        self.0.iter().filter(|(_, difference)| difference.since < now).map(|(step, difference)| (step.clone(), difference.since)).collect()
    }

    /// How many of each kind, and the oldest.
    pub fn by_kind(&self) -> Vec<Stands> {
        let mut kinds: BTreeMap<&'static str, Stands> = BTreeMap::new();
        for Difference { kind, since } in self.0.values() {
            let stands = kinds.entry(kind).or_insert(Stands { kind, count: 0, since: *since });
            stands.count += 1;
            stands.since = stands.since.min(*since);
        }
        kinds.into_values().collect()
    }
}

/// What passes over one switch remember of it. The database has the differences that stand, too: another process may ask, and this one may be
/// started again.
#[derive(Debug, Default)]
pub(super) struct Memory {
    standing: Standing,
    /// What the database says; none until it was asked.
    written: Option<Vec<(String, Millis)>>,
}

impl Memory {
    /// Takes in what a pass wants done, and gives what stands.
    pub(super) async fn note(&mut self, store: &Store, switch: SwitchId, wanted: &[Step], now: Millis) -> Vec<Stands> {
        if self.written.is_none() {
            let read = async { store::kept::standing(&mut *store.read().await?, switch).await };
            self.written = read.await.inspect_err(|error| warn!(%error, "since when differences stand could not be read")).ok();
        }
        self.standing = self.standing.next(wanted, self.written.as_deref().unwrap_or_default(), now);
        let stood = self.standing.before(now);
        if self.written.as_ref().is_some_and(|written| *written != stood) {
            let rows = stood.clone();
            let job = store.write(move |conn| Box::pin(async move { store::kept::set_standing(conn, switch, &rows).await }));
            match job.await {
                Ok(()) => self.written = Some(stood),
                Err(error) => warn!(%error, "since when differences stand could not be written"),
            }
        }
        self.standing.by_kind()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::switch::{AgentName, AgentStatus};

    fn status(agent: &str) -> Step {
        Step::AgentStatus(AgentName::parse(agent).unwrap(), AgentStatus::Available)
    }

    #[test]
    fn a_difference_keeps_its_time_while_it_stands() {
        let (one, two) = (status("1@a"), status("2@a"));
        let first = Standing::default().next(std::slice::from_ref(&one), &[], Millis(10));
        assert_eq!(first.before(Millis(10)), [], "it has only just been seen");
        let second = first.next(&[one.clone(), two.clone()], &[], Millis(20));
        assert_eq!(second.before(Millis(20)), [(one.summary(), Millis(10))]);
        assert_eq!(second.by_kind(), [Stands { kind: "agent status", count: 2, since: Millis(10) }]);
        let third = second.next(std::slice::from_ref(&two), &[], Millis(30));
        assert_eq!(third.before(Millis(30)), [(two.summary(), Millis(20))]);
        // It was gone in between.
        assert_eq!(third.next(std::slice::from_ref(&one), &[], Millis(40)).by_kind()[0].since, Millis(40));
    }

    #[test]
    fn what_an_earlier_run_knew_counts() {
        let one = status("1@a");
        let known = [(one.summary(), Millis(5))];
        assert_eq!(Standing::default().next(&[one], &known, Millis(10)).before(Millis(10)), known);
    }
}
