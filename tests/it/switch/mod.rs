//! Steps and click-to-call against either switch.
#![allow(clippy::unwrap_used, reason = "a test that fails here says where")]

use std::sync::Arc;
use std::time::Duration;

use ccgate::domain::call::CallType;
use ccgate::domain::number::{DialNumber, Domain};
use ccgate::domain::{DeviceId, UserId};
use ccgate::reconcile::agent_steps;
use ccgate::switch::originate::{CallerId, VariableName};
use ccgate::switch::spoken::Spoken;
use ccgate::switch::{AgentName, Free, HangupCause, OriginateError, OriginateRequest, Step, StepError};
use libtest_mimic::Trial;
use uuid::Uuid;

use crate::harness::freeswitch::live;
use crate::harness::phones::Behaviour;
use crate::harness::{patience, trial};
use crate::reconcile::rig::{DOMAIN, Kind, Rig};

/// `sim_switch::*` and `live_switch::*`
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("sim_switch::a_check_in_and_out_by_steps", || a_check_in_and_out_by_steps(Kind::Sim)),
        live("live_switch::a_check_in_and_out_by_steps", || a_check_in_and_out_by_steps(Kind::Live)),
        trial("sim_switch::a_device_that_answers", || a_device_that_answers(Kind::Sim)),
        live("live_switch::a_device_that_answers", || a_device_that_answers(Kind::Live)),
        trial("sim_switch::devices_that_do_not_answer", || devices_that_do_not_answer(Kind::Sim)),
        live("live_switch::devices_that_do_not_answer", || devices_that_do_not_answer(Kind::Live)),
        trial("sim_switch::a_connection_that_is_lost_while_the_device_rings", || a_lost_connection(Kind::Sim)),
        live("live_switch::a_connection_that_is_lost_while_the_device_rings", || a_lost_connection(Kind::Live)),
    ]
}

const ANSWER: Behaviour = Behaviour::Answer { after_ms: 300, talk_ms: None };

async fn a_check_in_and_out_by_steps(kind: Kind) {
    let rig = Rig::start(kind).await;
    let desired = rig.reconciler.desired();
    let name = AgentName::new(UserId(1), &Domain::parse(DOMAIN).unwrap());
    let here = desired.agent(&name).unwrap();
    let gone = here.checked_out();
    for _ in 0..2 {
        assert_eq!(rig.switch.hands().unwrap().execute(&agent_steps(Some(&gone), here)).await, Ok(()));
        let shown = rig.shown().await;
        assert!(shown.contains(&"agent 1@lab.local Available Waiting user/1001@lab.local".to_owned()), "{shown:?}");
        assert!(shown.contains(&"tier 1@lab.local 1@lab.local 1 2".to_owned()), "{shown:?}");
        assert_eq!(rig.switch.hands().unwrap().execute(&agent_steps(Some(here), &gone)).await, Ok(()));
        let shown = rig.shown().await;
        assert!(shown.contains(&"agent 1@lab.local Logged Out Waiting user/1001@lab.local".to_owned()), "{shown:?}");
        assert!(!shown.iter().any(|line| line.starts_with("tier")), "{shown:?}");
    }
    let stranger = AgentName::new(UserId(99), &name.domain);
    let steps = vec![Step::AgentReadyTime(stranger, 1), Step::AgentAdd(name)];
    assert_eq!(rig.switch.hands().unwrap().execute(&steps).await, Err(StepError::AgentNotFound));
    let free: Free = Arc::new(|_| true);
    assert_eq!(rig.switch.hands().unwrap().execute_many(&steps, &free).await, [Err(StepError::AgentNotFound), Ok(())]);
}

async fn a_device_that_answers(kind: Kind) {
    let mut rig = Rig::start(kind).await;
    rig.phone("1001", ANSWER).await;
    rig.phone("1002", ANSWER).await;
    let request = OriginateRequest {
        caller_id: CallerId { number: DialNumber::parse("97231234567").ok(), name: Spoken::new("Acme, {Inc} '${uuid}'") },
        display: CallerId { number: None, name: Spoken::new("Call back") },
        auto_answer: true,
        variables: vec![(VariableName::ext("crm").unwrap(), Spoken::new("7}user/1002@lab.local"))],
        ..request(&rig, "202").await
    };
    let leg = request.uuid;
    assert_eq!(rig.switch.hands().unwrap().originate(&request).await.unwrap().uuid, leg);
    assert!(rig.switch.exists(leg).await.unwrap());
    let get = async |name: &str| rig.api(&format!("uuid_getvar {leg} {name}")).await;
    assert_eq!(get("effective_caller_id_name").await, "Acme Inc uuid");
    assert_eq!(get("ext_crm").await, "7user1002lab.local");
    assert_eq!(get("ccgate_call_id").await, leg.to_string());
    assert_eq!(get("ccgate_device_id").await, "1");
    // The destination is rung. A leg is listed a little after it is there.
    legs(&rig, 2).await;
    let here = rig.switch.channels().await.unwrap().into_iter().find(|channel| channel.uuid == leg.to_string()).unwrap();
    assert_eq!(here.presence_id, "1001@lab.local");
    assert!(rig.switch.hands().unwrap().kill(leg, &HangupCause::normal_clearing()).await.unwrap());
    assert!(!rig.switch.hands().unwrap().kill(Uuid::new_v4(), &HangupCause::normal_clearing()).await.unwrap());
}

async fn devices_that_do_not_answer(kind: Kind) {
    let mut rig = Rig::start(kind).await;
    let failed = |cause: &str| OriginateError::Failed(HangupCause::parse(cause).unwrap());
    let unregistered = rig.switch.hands().unwrap().originate(&request(&rig, "202").await).await.unwrap_err();
    assert!([failed("USER_NOT_REGISTERED"), failed("SUBSCRIBER_ABSENT")].contains(&unregistered), "{unregistered}");
    for (behaviour, cause) in [(Behaviour::Busy, "USER_BUSY"), (Behaviour::Reject, "CALL_REJECTED"), (Behaviour::RingOn, "NO_ANSWER")] {
        rig.phone("1001", behaviour).await;
        let outcome = rig.switch.hands().unwrap().originate(&request(&rig, "202").await).await;
        assert_eq!(outcome, Err(failed(cause)));
    }
}

/// The job runs on; the leg is found again, and is not asked for twice.
async fn a_lost_connection(kind: Kind) {
    for (behaviour, answered) in [(Behaviour::Answer { after_ms: 1_500, talk_ms: None }, true), (Behaviour::RingOn, false)] {
        let mut rig = Rig::start(kind).await;
        rig.phone("1001", behaviour).await;
        rig.phone("1002", Behaviour::RingOn).await;
        let (request, switch) = (request(&rig, "202").await, rig.switch.clone());
        let leg = request.uuid;
        let call = tokio::spawn(async move { switch.hands().unwrap().originate(&request).await });
        legs(&rig, 1).await;
        rig.wire.cut();
        let outcome = patience("the outcome", call).await.unwrap();
        assert_eq!(outcome.map(|answered| answered.uuid), if answered { Ok(leg) } else { Err(OriginateError::Lost) });
        let channels = rig.switch.channels().await.unwrap();
        assert_eq!(channels.iter().any(|channel| channel.uuid == leg.to_string()), answered, "{channels:?}");
    }
}

/// Waits until there are so many legs.
async fn legs(rig: &Rig, count: usize) {
    let there = async {
        let mut looks = tokio::time::interval(Duration::from_millis(50));
        while rig.switch.channels().await.unwrap().len() < count {
            looks.tick().await;
        }
    };
    patience("the legs", there).await;
}

async fn request(rig: &Rig, destination: &str) -> OriginateRequest {
    let device = rig.device().await;
    assert_eq!(device.id, DeviceId(1));
    OriginateRequest {
        uuid: Uuid::new_v4(),
        account_id: rig.account,
        domain: Domain::parse(DOMAIN).unwrap(),
        user_id: Some(UserId(1)),
        gateway: None,
        destination: DialNumber::parse(destination).unwrap(),
        call_type: CallType::Outbound,
        country: None,
        caller_id: CallerId::default(),
        display: CallerId::default(),
        auto_answer: false,
        timeout_s: 3,
        lead_id: None,
        lead_name: Spoken::default(),
        tags: Vec::new(),
        variables: Vec::new(),
        device,
    }
}
