//! Which requests are under way, and who may have another. No IO.

use std::collections::{BTreeMap, HashMap};

use crate::domain::AccountId;
use crate::store::endpoint::{Address, Endpoint};

/// Requests to one address at a time.
pub const IN_FLIGHT_MAX: usize = 8;
/// Events to one address that were delivered and are not recorded yet; after a crash they are sent again.
pub const UNRECORDED_MAX: usize = 64;
/// Requests of one account's hooks at a time, besides those to its own address.
pub const HOOKS_MAX: usize = 32;
/// Requests at a time, to all addresses that are well.
pub const SENDS_MAX: usize = 2048;
/// Requests at a time to addresses that fail, one each: they wait long for nothing, and have places of their own.
pub const PROBES_MAX: usize = 64;
/// Of these, those to hooks of one account.
pub const HOOK_PROBES_MAX: usize = 8;

/// The requests to an address.
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
    addresses: BTreeMap<Address, Flying>,
    sends: usize,
    probes: usize,
}

impl Flights {
    /// How many places an account has.
    pub(super) fn of(&self, account: AccountId) -> usize {
        self.count(account, |_, _| true)
    }

    /// How many more may start to this address.
    pub(super) fn free(&self, endpoint: &Endpoint) -> usize {
        let Address { account_id, hook_id } = endpoint.address;
        let (own, unrecorded) = self.addresses.get(&endpoint.address).map_or((0, 0), |flying| (flying.places, flying.seqs.len()));
        // Many hooks of one account are often one server: they get no more of what is everybody's than so much.
        let of_hooks = |probes: bool| self.count(account_id, |address, flying| address.hook_id.is_some() && flying.is_probe == probes);
        if endpoint.is_open {
            let has_place = self.probes < PROBES_MAX && (hook_id.is_none() || of_hooks(true) < HOOK_PROBES_MAX);
            return usize::from(unrecorded == 0 && has_place);
        }
        let unrecorded_left = UNRECORDED_MAX.saturating_sub(unrecorded);
        let left = IN_FLIGHT_MAX.saturating_sub(own).min(unrecorded_left).min(SENDS_MAX.saturating_sub(self.sends));
        if hook_id.is_none() { left } else { left.min(HOOKS_MAX.saturating_sub(of_hooks(false))) }
    }

    fn count(&self, account_id: AccountId, counts: impl Fn(&Address, &Flying) -> bool) -> usize {
        let all = self.addresses.range(Address::own(account_id)..).take_while(|(address, _)| address.account_id == account_id);
        all.filter(|(address, flying)| counts(address, flying)).map(|(_, flying)| flying.places).sum()
    }

    /// The events under way or not recorded yet, which the database still has as due.
    pub(super) fn seqs(&self) -> Vec<i64> {
        self.addresses.values().flat_map(|flying| flying.seqs.keys().copied()).collect()
    }

    /// One starts.
    pub(super) fn start(&mut self, endpoint: &Endpoint, seq: i64) {
        let flying = self.addresses.entry(endpoint.address).or_default();
        if flying.seqs.insert(seq, true).is_none() {
            flying.places += 1;
            flying.is_probe = endpoint.is_open;
            *if endpoint.is_open { &mut self.probes } else { &mut self.sends } += 1;
        }
    }

    /// One was delivered: its place is free, though nothing is recorded yet. One that failed keeps its place until then, because what is
    /// recorded may keep the next ones back.
    pub(super) fn delivered(&mut self, address: Address, seq: i64) {
        let Some(flying) = self.addresses.get_mut(&address) else { return };
        if let Some(has_place @ true) = flying.seqs.get_mut(&seq) {
            *has_place = false;
            flying.places -= 1;
            let places = if flying.is_probe { &mut self.probes } else { &mut self.sends };
            *places = places.saturating_sub(1);
        }
    }

    /// One is over, and its result recorded or lost.
    pub(super) fn end(&mut self, address: Address, seq: i64) {
        self.delivered(address, seq);
        let Some(flying) = self.addresses.get_mut(&address) else { return };
        flying.seqs.remove(&seq);
        if flying.seqs.is_empty() {
            self.addresses.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::HookId;

    fn endpoint(account: i64, is_open: bool) -> Endpoint {
        Endpoint { address: Address::own(AccountId(account)), url: String::new(), method: None, secrets: Vec::new(), is_open }
    }

    fn hook(account: i64, hook: i64, is_open: bool) -> Endpoint {
        let address = Address { account_id: AccountId(account), hook_id: Some(HookId(hook)) };
        Endpoint { address, ..endpoint(account, is_open) }
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
        flights.end(Address::own(AccountId(1)), 1);
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
            flights.end(Address::own(AccountId(1)), seq);
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
            flights.delivered(Address::own(AccountId(1)), seq);
        }
        assert_eq!((seqs.next(), flights.sends, flights.seqs().len()), (Some(64), 0, UNRECORDED_MAX));
        assert_eq!(flights.free(&endpoint(1, true)), 0, "what comes of them is not known yet");
        flights.end(Address::own(AccountId(1)), 7);
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

    #[test]
    fn the_hooks_of_an_account_take_no_place_from_its_own_address_or_from_others() {
        for (is_open, most) in [(false, HOOKS_MAX), (true, HOOK_PROBES_MAX)] {
            let mut flights = Flights::default();
            for id in 1..=100 {
                let one = hook(1, id, is_open);
                if flights.free(&one) > 0 {
                    flights.start(&one, id);
                }
            }
            assert_eq!((flights.of(AccountId(1)), flights.sends + flights.probes), (most, most));
            assert_eq!(flights.free(&hook(1, 101, is_open)), 0);
            assert_eq!((flights.free(&endpoint(1, false)), flights.free(&hook(2, 102, false))), (IN_FLIGHT_MAX, IN_FLIGHT_MAX));
            assert_eq!((flights.free(&endpoint(1, true)), flights.free(&hook(2, 102, true))), (1, 1));
        }
    }
}
