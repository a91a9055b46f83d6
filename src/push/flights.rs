//! Which requests are under way, and who may have another. No IO.

use std::collections::HashMap;

use crate::domain::AccountId;
use crate::store::endpoint::Endpoint;

/// Requests to one account's address at a time.
pub const IN_FLIGHT_MAX: usize = 8;
/// Events of one account that were delivered and are not recorded yet; after a crash they are sent again.
pub const UNRECORDED_MAX: usize = 64;
/// Requests at a time, to all addresses that are well.
pub const SENDS_MAX: usize = 2048;
/// Requests at a time to addresses that fail, one each: they wait long for nothing, and have places of their own.
pub const PROBES_MAX: usize = 64;

/// The requests of an account.
#[derive(Debug, Default)]
struct Flying {
    /// Under way, and whether it keeps its place; what was delivered has given it back, and is here until it is recorded.
    seqs: HashMap<i64, bool>,
    /// How many keep a place.
    places: usize,
    is_probe: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Flights {
    accounts: HashMap<AccountId, Flying>,
    sends: usize,
    probes: usize,
}

impl Flights {
    /// How many places an account has.
    pub(super) fn of(&self, account: AccountId) -> usize {
        self.accounts.get(&account).map_or(0, |flying| flying.places)
    }

    /// How many more may start to this address.
    pub(super) fn free(&self, endpoint: &Endpoint) -> usize {
        let (own, unrecorded) = self.accounts.get(&endpoint.account_id).map_or((0, 0), |flying| (flying.places, flying.seqs.len()));
        if endpoint.is_open {
            return usize::from(unrecorded == 0 && self.probes < PROBES_MAX);
        }
        IN_FLIGHT_MAX.saturating_sub(own).min(UNRECORDED_MAX.saturating_sub(unrecorded)).min(SENDS_MAX.saturating_sub(self.sends))
    }

    /// The events under way or not recorded yet, which the database still has as due.
    pub(super) fn seqs(&self) -> Vec<i64> {
        self.accounts.values().flat_map(|flying| flying.seqs.keys().copied()).collect()
    }

    /// One starts.
    pub(super) fn start(&mut self, endpoint: &Endpoint, seq: i64) {
        let flying = self.accounts.entry(endpoint.account_id).or_default();
        if flying.seqs.insert(seq, true).is_none() {
            flying.places += 1;
            flying.is_probe = endpoint.is_open;
            *if endpoint.is_open { &mut self.probes } else { &mut self.sends } += 1;
        }
    }

    /// One was delivered: its place is free, though nothing is recorded yet. One that failed keeps its place until then, because what is
    /// recorded may keep the next ones back.
    pub(super) fn delivered(&mut self, account: AccountId, seq: i64) {
        let Some(flying) = self.accounts.get_mut(&account) else { return };
        if let Some(has_place @ true) = flying.seqs.get_mut(&seq) {
            *has_place = false;
            flying.places -= 1;
            let places = if flying.is_probe { &mut self.probes } else { &mut self.sends };
            *places = places.saturating_sub(1);
        }
    }

    /// One is over, and its result recorded or lost.
    pub(super) fn end(&mut self, account: AccountId, seq: i64) {
        self.delivered(account, seq);
        let Some(flying) = self.accounts.get_mut(&account) else { return };
        flying.seqs.remove(&seq);
        if flying.seqs.is_empty() {
            self.accounts.remove(&account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(account: i64, is_open: bool) -> Endpoint {
        Endpoint { account_id: AccountId(account), url: String::new(), secrets: Vec::new(), is_open }
    }

    #[test]
    fn an_address_that_fails_has_one_place_and_takes_none_from_the_others() {
        let mut flights = Flights::default();
        for account in 1..=100 {
            let failing = endpoint(account, true);
            if flights.free(&failing) > 0 {
                flights.start(&failing, account);
            }
            assert_eq!(flights.free(&failing), 0);
        }
        assert_eq!((flights.probes, flights.sends), (PROBES_MAX, 0));
        assert_eq!(flights.free(&endpoint(1_000, false)), IN_FLIGHT_MAX);
        flights.end(AccountId(1), 1);
        assert_eq!((flights.free(&endpoint(1, true)), flights.probes), (1, PROBES_MAX - 1));
    }

    #[test]
    fn what_was_under_way_when_it_opened_is_waited_for() {
        let mut flights = Flights::default();
        let well = endpoint(1, false);
        for seq in 0..8 {
            flights.start(&well, seq);
        }
        assert_eq!(flights.free(&well), 0);
        for seq in 0..8 {
            assert_eq!(flights.free(&endpoint(1, true)), 0);
            flights.end(AccountId(1), seq);
        }
        assert_eq!((flights.free(&endpoint(1, true)), flights.sends, flights.of(AccountId(1))), (1, 0, 0));
    }

    #[test]
    fn what_was_delivered_gives_its_place_back_before_it_is_recorded_but_not_without_end() {
        let mut flights = Flights::default();
        let well = endpoint(1, false);
        let mut seqs = 0..;
        while flights.free(&well) > 0 {
            let seq = seqs.next().unwrap();
            flights.start(&well, seq);
            flights.delivered(AccountId(1), seq);
        }
        assert_eq!((seqs.next(), flights.sends, flights.seqs().len()), (Some(64), 0, UNRECORDED_MAX));
        assert_eq!(flights.free(&endpoint(1, true)), 0, "what comes of them is not known yet");
        flights.end(AccountId(1), 7);
        assert_eq!((flights.free(&well), flights.sends), (1, 0));
    }

    #[test]
    fn all_together_have_a_limit() {
        let mut flights = Flights::default();
        let mut seq = 0;
        for account in 0..1_000 {
            for _ in 0..flights.free(&endpoint(account, false)) {
                seq += 1;
                flights.start(&endpoint(account, false), seq);
            }
        }
        assert_eq!(flights.sends, SENDS_MAX);
    }
}
