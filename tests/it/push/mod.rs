//! The event push against a customer's server on loopback.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "these are tests: a failed unwrap fails one, and nothing is exported")]

mod addresses;
mod breaker;
mod concurrency;
mod failures;
pub(crate) mod fixture;
mod hooks;
mod kept;
mod rotation;
pub(crate) mod sink;
mod success;

use std::future::Future;
use std::time::Duration;

use libtest_mimic::Trial;

/// A test that waits for what does not come fails then.
const TEST_MAX: Duration = Duration::from_secs(60);

/// The tests of this folder.
pub fn trials() -> Vec<Trial> {
    vec![
        trial("a_delivery_is_signed_and_has_the_contracts_shape", success::a_delivery_is_signed_and_has_the_contracts_shape),
        trial("an_endless_answer_is_cut_off", success::an_endless_answer_is_cut_off),
        trial("a_restart_delivers_what_is_pending_and_nothing_else", success::a_restart_delivers_what_is_pending_and_nothing_else),
        trial("a_failure_holds_back_its_key_and_no_other", failures::a_failure_holds_back_its_key_and_no_other),
        trial("after_the_last_attempt_it_is_dead_and_the_next_goes", failures::after_the_last_attempt_it_is_dead_and_the_next_goes),
        trial("retry_after_is_honoured", failures::retry_after_is_honoured),
        trial("gone_disables_until_the_address_is_set", failures::gone_disables_until_the_address_is_set),
        trial("gone_from_an_old_address_does_not_disable_the_new", failures::gone_from_an_old_address_does_not_disable_the_new),
        trial("a_redirect_is_not_followed", failures::a_redirect_is_not_followed),
        trial("only_2xx_is_success", failures::only_2xx_is_success),
        trial("private_addresses_are_refused", failures::private_addresses_are_refused),
        trial("an_endpoint_gets_few_requests_at_a_time_and_one_a_key", concurrency::an_endpoint_gets_few_requests_at_a_time_and_one_a_key),
        trial("a_silent_address_keeps_nobody_else_waiting", concurrency::a_silent_address_keeps_nobody_else_waiting),
        trial(
            "what_is_committed_meanwhile_does_not_wait_for_a_slow_one",
            concurrency::what_is_committed_meanwhile_does_not_wait_for_a_slow_one,
        ),
        trial("the_task_tries_again_when_it_is_due", concurrency::the_task_tries_again_when_it_is_due),
        trial("an_address_that_fails_gets_one_attempt_at_a_time", breaker::an_address_that_fails_gets_one_attempt_at_a_time),
        trial("failures_are_counted_over_a_restart", breaker::failures_are_counted_over_a_restart),
        trial("another_address_begins_anew", breaker::another_address_begins_anew),
        trial("dead_addresses_take_no_place_from_the_others", breaker::dead_addresses_take_no_place_from_the_others),
        trial("a_hook_that_fails_is_nobody_elses_matter", hooks::a_hook_that_fails_is_nobody_elses_matter),
        trial("hooks_have_a_limit_each", hooks::hooks_have_a_limit_each),
        trial(
            "hooks_of_one_address_are_told_in_order_and_of_others_beside_it",
            hooks::hooks_of_one_address_are_told_in_order_and_of_others_beside_it,
        ),
        trial("of_too_many_the_oldest_are_given_up_and_can_be_replayed", kept::of_too_many_the_oldest_are_given_up_and_can_be_replayed),
        trial("old_events_go_and_what_is_pending_stays", kept::old_events_go_and_what_is_pending_stays),
        trial("a_replay_keeps_the_id_and_the_order", kept::a_replay_keeps_the_id_and_the_order),
        trial("both_secrets_sign_until_the_old_one_ends", rotation::both_secrets_sign_until_the_old_one_ends),
        trial("few_old_secrets_sign", rotation::few_old_secrets_sign),
        trial("a_name_that_turns_private_is_refused", addresses::a_name_that_turns_private_is_refused),
        Trial::test(addresses::NO_PROXY, addresses::no_proxy_is_used),
    ]
}

fn trial<F: Future<Output = ()> + 'static>(name: &str, test: fn() -> F) -> Trial {
    Trial::test(format!("push::{name}"), move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(async { tokio::time::timeout(TEST_MAX, test()).await })?)
    })
}
