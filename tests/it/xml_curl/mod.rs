//! What FreeSWITCH does with what xml_curl answers: a real one, SIPp at its phones, and an office that does not change.

mod cdr;
mod office;

use ccgate::domain::{DeviceId, UserId};
use libtest_mimic::Trial;
use office::{DID, DOMAIN, Office, PASSWORD};

use crate::harness::freeswitch::live;
use crate::harness::patience;
use crate::harness::phones::{Behaviour, Outcome};

/// `xml_curl::*`, `live_xml_curl::*`
pub(crate) fn trials() -> Vec<Trial> {
    let mut all = cdr::trials();
    all.extend([
        live("live_xml_curl::phones_register_with_their_passwords_only", phones_register_with_their_passwords_only),
        live("live_xml_curl::a_star_code_is_redeemed_by_the_phone_that_dials_it", a_star_code_is_redeemed_by_the_phone_that_dials_it),
        live("live_xml_curl::who_is_not_checked_in_reaches_emergency_numbers_only", who_is_not_checked_in_reaches_emergency_numbers_only),
        live("live_xml_curl::an_agent_calls_another_phone", an_agent_calls_another_phone),
        live("live_xml_curl::a_queue_call_is_answered_and_again_after_a_restart", a_queue_call_is_answered_and_again_after_a_restart),
        live("live_xml_curl::callers_hear_something_with_ccgate_away", callers_hear_something_with_ccgate_away),
    ]);
    all
}

const ANSWER: Behaviour = Behaviour::Answer { after_ms: 50, talk_ms: Some(300) };
const WAIT: Behaviour = Behaviour::Answer { after_ms: 50, talk_ms: None };

async fn phones_register_with_their_passwords_only() {
    let mut office = Office::open().await;
    assert!(!office.phones.try_phone("1001", "not-its-password", WAIT).await);
    assert!(!office.phones.try_phone("1009", PASSWORD, WAIT).await, "there is no such phone");
    office.phones.phone("1001", PASSWORD, WAIT).await;
    let registered = |reply: String| !reply.starts_with("error/");
    assert!(registered(office.switch.api(&format!("sofia_contact */1001@{DOMAIN}")).await));
    office.phones.unregister("1001").await;
    assert!(!registered(office.switch.api(&format!("sofia_contact */1001@{DOMAIN}")).await));
    let failed = office.switch.api(&format!("originate user/1001@{DOMAIN} &park")).await;
    assert_eq!(failed.trim(), "-ERR USER_NOT_REGISTERED");
}

async fn a_star_code_is_redeemed_by_the_phone_that_dials_it() {
    let mut office = Office::open().await;
    office.phones.phone("1001", PASSWORD, WAIT).await;
    for code in ["**9477", "**0000"] {
        let call = office.phones.dial("1001", code);
        assert_eq!(office.phones.answered(call).await, Outcome::Answered, "a tone is played");
        assert!(!office.phones.ended(call).await, "the switch hangs up after it");
        let star = patience("the code", office.codes.recv()).await.expect("the office is open");
        assert_eq!((star.device, star.code.as_str()), (DeviceId(1), code));
    }
}

async fn who_is_not_checked_in_reaches_emergency_numbers_only() {
    let mut office = Office::open().await;
    office.phones.phone("1001", PASSWORD, WAIT).await;
    office.phones.outside(ANSWER).await;
    for number in ["700", "202", "0312345678"] {
        let call = office.phones.dial("1001", number);
        assert_eq!(office.phones.answered(call).await, Outcome::Refused { status: 480 }, "{number}");
    }
    for number in ["112", "0312345678"] {
        let call = office.phones.dial("1001", number);
        assert_eq!(office.phones.answered(call).await, Outcome::Answered, "{number}");
        assert!(!office.phones.ended(call).await, "the one outside hangs up");
        office.presence.set(UserId(7), Some(DeviceId(1)), 1);
    }
}

async fn an_agent_calls_another_phone() {
    let mut office = Office::open().await;
    office.presence.set(UserId(7), Some(DeviceId(1)), 1);
    office.presence.set(UserId(8), Some(DeviceId(2)), 1);
    office.agents().await;
    office.phones.phone("1001", PASSWORD, WAIT).await;
    for (behaviour, status) in [(Behaviour::Busy, 486), (Behaviour::Reject, 603)] {
        office.phones.phone("1002", PASSWORD, behaviour).await;
        let call = office.phones.dial("1001", "202");
        assert_eq!(office.phones.answered(call).await, Outcome::Refused { status });
    }
    office.phones.phone("1002", PASSWORD, WAIT).await;
    let call = office.phones.dial("1001", "202");
    assert_eq!(office.phones.answered(call).await, Outcome::Answered);
    for agent in ["7", "8"] {
        assert_eq!(office.external_calls(agent).await, 1, "the call of agent {agent} outside the queue is tracked");
    }
    office.phones.hang_up(call).await;
}

async fn a_queue_call_is_answered_and_again_after_a_restart() {
    let mut office = Office::open().await;
    office.presence.set(UserId(7), Some(DeviceId(1)), 1);
    office.agents().await;
    office.phones.phone("1001", PASSWORD, ANSWER).await;
    for restarts in [true, false] {
        let call = office.phones.call_in("972501234567", DID);
        assert_eq!(office.phones.answered(call).await, Outcome::Answered);
        assert!(!office.phones.ended(call).await, "the agent hangs up");
        if restarts {
            // Registrations, agents and tiers outlive it; the queue is asked for again.
            office.switch.restart().await;
        }
    }
}

async fn callers_hear_something_with_ccgate_away() {
    let mut office = Office::open().await;
    office.phones.phone("1001", PASSWORD, WAIT).await;
    office.close();
    let call = office.phones.call_in("972501234567", DID);
    assert_eq!(office.phones.answered(call).await, Outcome::Answered);
    office.phones.hang_up(call).await;
    let call = office.phones.dial("1001", "700");
    assert_eq!(office.phones.answered(call).await, Outcome::Answered, "its password is still known");
    office.phones.hang_up(call).await;
}
