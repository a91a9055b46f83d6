//! The legs of one switch, and what their facts come to. No IO.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::board::CallBoard;
use super::look::Seen;
use super::outbox::Change;
use crate::clock::Millis;
use crate::domain::call::{Around, Leg, LegFact, LegId, LegInfo, LegTimes, Role, What};
use crate::domain::id::UserId;
use crate::switch::cdr::Cdr;

/// Legs that are followed at a time; facts of more are left alone.
pub const LEGS_MAX: usize = 50_000;
/// Legs that are remembered to be over, so that a late fact does not bring one back.
pub(super) const GONE_MAX: usize = 8_192;
/// What is told of a leg that was gone when we looked: its hangup was not seen.
const VANISHED_CAUSE: &str = "NORMAL_UNSPECIFIED";

/// What a fact came to.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Outcome {
    /// To be committed, in order.
    pub(super) changes: Vec<Change>,
    /// Users whose last leg ended.
    pub(super) ended: Vec<UserId>,
    /// Agents whose phones are called for a queue.
    pub(super) offered: Vec<UserId>,
    /// Legs of agents in queue calls that ended.
    pub(super) offers: Vec<(UserId, LegId)>,
}

/// The legs of one switch.
#[derive(Debug)]
pub(super) struct Book {
    legs: HashMap<LegId, Arc<Leg>>,
    board: Arc<CallBoard>,
    gone: Gone,
    /// Not among the channels when we looked. The hangup may still be on its way.
    vanished: HashSet<LegId>,
}

impl Book {
    pub(super) fn new(board: Arc<CallBoard>) -> Self {
        Self { legs: HashMap::new(), board, gone: Gone::default(), vanished: HashSet::new() }
    }

    /// Goes on where another one stopped: with its legs that are up, and those that are over, the last first.
    pub(super) fn resume(&mut self, legs: Vec<Leg>, ended: Vec<LegId>) {
        for leg in legs.into_iter().map(Arc::new) {
            self.board.note(&leg);
            self.legs.insert(leg.id().clone(), leg);
        }
        ended.into_iter().rev().for_each(|leg| self.gone.add(leg));
    }

    /// The legs that are up, as far as is known.
    pub(super) fn up(&self) -> Vec<LegId> {
        self.legs.values().filter(|leg| leg.is_up()).map(|leg| leg.id().clone()).collect()
    }

    /// Whether the leg is known, and known to be over.
    pub(super) fn is_over(&self, leg: &LegId) -> bool {
        self.gone.contains(leg) || self.legs.get(leg).is_some_and(|leg| !leg.is_up())
    }

    /// Takes in a fact that was heard.
    pub(super) fn apply(&mut self, fact: &LegFact) -> Outcome {
        self.vanished.remove(&fact.leg);
        let mut outcome = Outcome::default();
        self.take_in(fact, false, &mut outcome);
        if let What::Bridged { with } = &fact.what
            && self.legs.contains_key(with)
        {
            // The switch says it of one of the two.
            self.vanished.remove(with);
            let what = What::Bridged { with: fact.leg.clone() };
            self.take_in(&bare(with.clone(), fact.at, what), false, &mut outcome);
        }
        outcome
    }

    /// Compares with the channels that were found just now: what nobody was told of them is told. A leg that was not found waits for
    /// [`Book::settle`].
    pub(super) fn look(&mut self, seen: Seen) -> Outcome {
        let Seen { legs: mut seen, unread, .. } = seen;
        seen.sort_by_key(first_legs_first);
        let mut outcome = self.meet(seen.iter());
        for fact in &seen {
            self.take_in(fact, true, &mut outcome);
        }
        let found: HashSet<_> = seen.iter().map(|fact| &fact.leg).chain(&unread).collect();
        self.vanished.retain(|leg| !found.contains(leg));
        let lost: Vec<_> = self.legs.keys().filter(|leg| !found.contains(leg)).cloned().collect();
        for leg in lost {
            if self.legs.get(&leg).is_some_and(|leg| leg.is_up()) {
                self.vanished.insert(leg);
            } else {
                self.forget(&leg);
            }
        }
        outcome
    }

    /// Takes in what the switch recorded of legs that ended: what nobody was told of them is told. One that is over stays as it is.
    pub(super) fn record(&mut self, mut cdrs: Vec<Cdr>) -> Outcome {
        cdrs.retain(|cdr| !self.is_over(&cdr.fact.leg));
        cdrs.sort_by_key(|cdr| first_legs_first(&cdr.fact));
        let mut outcome = self.meet(cdrs.iter().map(|cdr| &cdr.fact));
        for Cdr { fact, with } in cdrs {
            let seen = LegFact { what: What::Seen { with }, ..fact.clone() };
            self.take_in(&seen, true, &mut outcome);
            self.take_in(&fact, true, &mut outcome);
            self.forget(&fact.leg);
        }
        outcome
    }

    /// Gets to know the legs of `facts`, without what they came to: who speaks with whom is known only when every leg is.
    fn meet<'a>(&mut self, facts: impl Iterator<Item = &'a LegFact>) -> Outcome {
        let mut outcome = Outcome::default();
        for fact in facts.filter(|fact| !self.legs.contains_key(&fact.leg)).map(without_times).collect::<Vec<_>>() {
            self.take_in(&fact, true, &mut outcome);
        }
        outcome
    }

    /// Whether legs wait for [`Book::settle`].
    pub(super) fn is_unsettled(&self) -> bool {
        !self.vanished.is_empty()
    }

    /// Ends the legs that were not found, and of which nothing was heard since. What the switch's clock said then nobody knows: `now` is ours.
    pub(super) fn settle(&mut self, now: Millis) -> Outcome {
        let mut outcome = Outcome::default();
        for leg in std::mem::take(&mut self.vanished) {
            let what = What::HungUp { cause: VANISHED_CAUSE.to_owned() };
            self.take_in(&bare(leg.clone(), now, what), true, &mut outcome);
            self.forget(&leg);
        }
        outcome
    }

    /// Runs `change` on the leg of `fact`, or on a new one, with what is known of the legs around it. The leg is out of the book then.
    fn with_around<T>(&mut self, fact: &LegFact, reconciled: bool, change: impl FnOnce(Leg, &Around<'_>) -> T) -> T {
        let leg = self.legs.remove(&fact.leg).map_or_else(|| Leg::new(fact.leg.clone()), Arc::unwrap_or_clone);
        let info = |id: &LegId| self.legs.get(id).map(|leg| leg.info());
        let peer = match &fact.what {
            What::Bridged { with } | What::Seen { with: Some(with) } => info(with),
            _ => None,
        };
        // Where the first leg is gone, another leg of the call remembers it: somebody who was transferred calls on.
        let remembered = |id: &LegId| self.legs.values().filter(|other| other.call_id() == id).find_map(|leg| leg.first());
        let call = fact.info.call_id.as_ref().or(leg.info().call_id.as_ref());
        let first = call.and_then(|id| info(id).or_else(|| if leg.first().is_none() { remembered(id) } else { None }));
        change(leg, &Around { first, peer, reconciled })
    }

    fn take_in(&mut self, fact: &LegFact, reconciled: bool, outcome: &mut Outcome) {
        let known = self.legs.contains_key(&fact.leg);
        if self.gone.contains(&fact.leg) || (!known && self.legs.len() >= LEGS_MAX) {
            return;
        }
        let (was_up, stayed, (leg, events)) =
            self.with_around(fact, reconciled, |leg, around| (leg.is_up(), leg.stays().to_vec(), leg.apply(fact, around)));
        let leg = Arc::new(leg);
        if !events.is_empty() || leg.stays() != stayed {
            outcome.changes.push(Change { leg: Arc::clone(&leg), events });
        }
        self.board.note(&leg);
        // Of no account are agents whom the switch had before, whatever their names look like.
        if !known && leg.is_up() && leg.info().role == Some(Role::Agent) && leg.account_id().is_some() {
            outcome.offered.extend(leg.info().user_id);
        }
        if was_up && !leg.is_up() && !leg.info().is_code() {
            if leg.info().role == Some(Role::Agent) {
                outcome.offers.extend(leg.info().user_id.map(|user| (user, leg.id().clone())));
            }
            outcome.ended.extend(leg.info().user_id.filter(|user| !self.board.has_leg(*user)));
        }
        let destroyed = leg.is_destroyed();
        self.legs.insert(fact.leg.clone(), leg);
        if destroyed {
            self.forget(&fact.leg);
        }
    }

    fn forget(&mut self, leg: &LegId) {
        self.legs.remove(leg);
        self.vanished.remove(leg);
        self.gone.add(leg.clone());
    }
}

/// The others ask the first legs of their calls.
fn first_legs_first(fact: &LegFact) -> (bool, Option<Millis>) {
    (fact.info.call_id.is_some(), fact.times.created_at)
}

/// A fact that says nothing else.
fn bare(leg: LegId, at: Millis, what: What) -> LegFact {
    LegFact { leg, at, what, info: LegInfo::default(), times: LegTimes::default() }
}

/// Who a leg is, without what it has come to.
fn without_times(fact: &LegFact) -> LegFact {
    LegFact { what: What::Created, times: LegTimes { created_at: fact.times.created_at, ..LegTimes::default() }, ..fact.clone() }
}

/// The last legs that are over.
#[derive(Debug, Default)]
struct Gone {
    order: VecDeque<LegId>,
    set: HashSet<LegId>,
}

impl Gone {
    fn contains(&self, leg: &LegId) -> bool {
        self.set.contains(leg)
    }

    fn add(&mut self, leg: LegId) {
        if self.set.insert(leg.clone()) {
            self.order.push_back(leg);
        }
        if self.order.len() > GONE_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
    }
}
