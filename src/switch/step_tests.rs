use super::super::contact::{
    contact,
    tests::{device, sip, user},
};
use super::*;
use crate::domain::QueueId;

fn agent() -> AgentName {
    AgentName::parse("17@lab.local").unwrap()
}

fn queue() -> QueueName {
    QueueName::new(QueueId(3), &agent().domain)
}

fn every_step() -> Vec<Step> {
    let domain = agent().domain;
    vec![
        Step::AgentAdd(agent()),
        Step::AgentContact(agent(), contact(&user(17), &device(3, sip("1001")), &domain, None, false)),
        Step::AgentCallback(agent()),
        Step::AgentSet(agent(), AgentParam::WrapUpTime, 10),
        Step::AgentReadyTime(agent(), 1_795_322_221),
        Step::AgentStatus(agent(), AgentStatus::OnBreak),
        Step::AgentStatus(agent(), AgentStatus::Available),
        Step::AgentState(agent(), AgentState::Waiting),
        Step::AgentDel(agent()),
        Step::TierAdd { queue: queue(), agent: agent(), level: 2, position: 3 },
        Step::TierLevel(queue(), agent(), 5),
        Step::TierPosition(queue(), agent(), 7),
        Step::TierState(queue(), agent(), TierState::Ready),
        Step::TierDel(queue(), agent()),
        Step::QueueLoad(queue()),
        Step::QueueReload(queue()),
        Step::QueueUnload(queue()),
        Step::LegTransfer(Uuid::nil(), ExtensionNumber::parse("7001").unwrap()),
        Step::LegKill(Uuid::nil(), HangupCause::temporary_failure()),
        Step::FlushUser(SipUser::parse("1001").unwrap(), domain),
    ]
}

#[test]
fn commands() {
    let lines: Vec<_> = every_step().iter().map(|step| step.api().unwrap().line()).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    callcenter_config agent add 17@lab.local callback
    callcenter_config agent set contact 17@lab.local '[ccgate_call_id=${ccgate_call_id},ccgate_account_id=1,ccgate_user_id=17,ccgate_device_id=3,ccgate_queue_id=${ccgate_queue_id},ccgate_call_type=queue,leg_timeout=${ccgate_ring_timeout},sip_auto_answer=${ccgate_auto_answer}]user/1001@lab.local'
    callcenter_config agent set type 17@lab.local callback
    callcenter_config agent set wrap_up_time 17@lab.local 10
    callcenter_config agent set ready_time 17@lab.local 1795322221
    callcenter_config agent set status 17@lab.local 'On Break'
    callcenter_config agent set status 17@lab.local Available
    callcenter_config agent set state 17@lab.local Waiting
    callcenter_config agent del 17@lab.local
    callcenter_config tier add 3@lab.local 17@lab.local 2 3
    callcenter_config tier set level 3@lab.local 17@lab.local 5
    callcenter_config tier set position 3@lab.local 17@lab.local 7
    callcenter_config tier set state 3@lab.local 17@lab.local Ready
    callcenter_config tier del 3@lab.local 17@lab.local
    callcenter_config queue load 3@lab.local
    callcenter_config queue reload 3@lab.local
    callcenter_config queue unload 3@lab.local
    uuid_transfer 00000000-0000-0000-0000-000000000000 7001 XML ccgate-exit
    uuid_kill 00000000-0000-0000-0000-000000000000 NORMAL_TEMPORARY_FAILURE
    xml_flush_cache id 1001 lab.local
    ");
}

#[test]
fn what_holds_already_is_done() {
    let err = |text: &str| ReplyError::Err(text.to_owned());
    let tier = Step::TierAdd { queue: queue(), agent: agent(), level: 1, position: 1 };
    let status = Step::AgentStatus(agent(), AgentStatus::Available);
    assert_eq!(Step::AgentAdd(agent()).judge(err("Agent already exist!")), Ok(()));
    assert_eq!(tier.judge(err("Tier already exist!")), Ok(()));
    assert_eq!(tier.judge(err("Queue not found!")), Err(StepError::QueueNotFound));
    assert_eq!(tier.judge(err("Agent not found!")), Err(StepError::AgentNotFound));
    assert_eq!(status.judge(err("Agent not found!")), Err(StepError::AgentNotFound));
    assert_eq!(status.judge(err("Agent already exist!")), Err(StepError::Refused(err("Agent already exist!"))));
    assert_eq!(Step::LegKill(Uuid::nil(), HangupCause::temporary_failure()).judge(err("No such channel!")), Ok(()));
    assert_eq!(Step::QueueLoad(queue()).judge(err("Invalid Queue not found!")), Err(StepError::QueueNotFound));
    assert_eq!(Step::TierLevel(queue(), agent(), 5).judge(err("Unknown Error!")), Err(StepError::TierNotFound));
    assert_eq!(status.judge(ReplyError::UnknownCommand), Err(StepError::NotLoaded));
    assert_eq!(status.judge(ReplyError::PermissionDenied), Err(StepError::Refused(ReplyError::PermissionDenied)));
}
