//! What has to be left alone, and the edges of what is not. Each kind of drift by itself is in `golden.rs`.

use uuid::Uuid;

use super::super::build::tests::rows;
use super::model::Model;
use super::*;
use crate::domain::media::{Media, MediaPath};
use crate::domain::number::ExtensionNumber;
use crate::domain::queue::Drain;
use crate::domain::text::Label;
use crate::domain::{MediaId, PauseId, QueueId, Resource};
use crate::reconcile::Options;
use crate::reconcile::build::{Rows, build};
use crate::switch::observed::{Callers, Channel, Member, ObservedAgent};
use crate::switch::status::AgentParam;
use crate::switch::{AgentState, AgentStatus, HangupCause, QueueName};

pub(super) fn desired(change: impl FnOnce(&mut Rows)) -> Desired {
    let mut rows = rows();
    change(&mut rows);
    build(rows, &Options::default())
}

/// A switch as `desired`, then changed. What is planned brings it back to rest.
pub(super) fn drifted(desired: &Desired, change: impl FnOnce(&mut Observed)) -> Plan {
    let mut model = Model::new(desired, Observed::default());
    let steps = model.plan().steps;
    model.apply(&steps);
    assert_eq!(model.plan(), Plan::default());
    change(&mut model.observed);
    let plan = model.plan();
    model.apply(&plan.steps);
    assert_eq!(model.plan().steps, []);
    plan
}

pub(super) fn agent<'a>(observed: &'a mut Observed, name: &str) -> &'a mut ObservedAgent {
    observed.agents.get_mut(name).unwrap()
}

/// Trap 22: it was made anew while it was on a call outside its queues, and that call's end was counted.
#[test]
fn an_agent_that_is_on_less_than_no_call() {
    let desired = desired(|_| {});
    let counted = |calls, state| {
        let plan = drifted(&desired, |switch| {
            let agent = agent(switch, "1@lab.local");
            (agent.external_calls, agent.state) = (calls, Some(state));
        });
        plan.steps.len()
    };
    assert!(counted(-1, AgentState::Waiting) > 0);
    assert_eq!(counted(-1, AgentState::InAQueueCall), 0, "not in the middle of a call");
    assert_eq!(counted(1, AgentState::Waiting), 0);
}

#[test]
fn the_end_of_a_pause_leaves_the_state_alone() {
    // Set to Waiting in a queue call, a second caller would be offered to the agent who talks.
    let first = |pause| desired(|rows| rows.agents[0].pause_id = pause).agents().next().cloned().unwrap();
    let (paused, available) = (first(Some(PauseId(1))), first(None));
    assert_eq!(agent_steps(Some(&paused), &available), [Step::AgentStatus(available.name.clone(), AgentStatus::Available)]);
}

#[test]
fn an_idle_agent_whose_phone_is_in_a_call_is_not_woken() {
    let in_call = |observed: &mut Observed| {
        agent(observed, "1@lab.local").state = Some(AgentState::Idle);
        observed.channels.push(Channel { presence_id: "phone1@lab.local".to_owned(), ..Channel::default() });
    };
    assert_eq!(drifted(&desired(|_| {}), in_call), Plan::default());
    let busy = |observed: &mut Observed| agent(observed, "1@lab.local").state = Some(AgentState::InAQueueCall);
    assert_eq!(drifted(&desired(|_| {}), busy), Plan::default());
}

#[test]
fn an_agent_that_did_not_answer_too_often_is_left_on_break() {
    // Also when the limit was lifted since: the pause comes first.
    let lifted = drifted(&desired(|_| {}), |observed| {
        agent(observed, "1@lab.local").status = Some(AgentStatus::OnBreak);
        agent(observed, "1@lab.local").no_answer_count = 2;
        agent(observed, "1@lab.local").params.insert(AgentParam::MaxNoAnswer, 2);
    });
    assert_eq!((lifted.steps.len(), lifted.findings.len()), (0, 1));
}

/// The delays of the switch's own end some time, by its own clock; see `ready_time`.
#[test]
fn a_delay_of_the_switchs_own_stays() {
    let slow = desired(|rows| rows.users[0].settings.overrides.reject_delay_time = Some(60));
    let waits = |desired: &Desired, until_s: i64| {
        drifted(desired, |switch| (switch.now_s, agent(switch, "1@lab.local").ready_time_s) = (1_000, until_s)).steps
    };
    assert_eq!([1_005, 1_006].map(|until_s| waits(&desired(|_| {}), until_s)), [vec![], vec![]]);
    assert_eq!(waits(&slow, 1_061), []);
    assert_eq!(waits(&slow, 1_062).len(), 1);
}

#[test]
fn each_parameter_of_a_queue_is_compared() {
    let full = desired(|rows| {
        let settings = Media::File { path: MediaPath::parse("a.wav").unwrap() };
        rows.media = vec![Resource { id: MediaId(1), account_id: rows.accounts[0].id, name: Label::new("A").unwrap(), settings }];
        let settings = &mut rows.queues[0].settings;
        (settings.announce_id, settings.announce_frequency, settings.record) = (Some(MediaId(1)), 30, Some(true));
    });
    let reload = [Step::QueueReload(QueueName::parse("1@lab.local").unwrap())];
    let mut model = Model::new(&full, Observed::default());
    let steps = model.plan().steps;
    model.apply(&steps);
    for (name, _) in full.queues().next().unwrap().params().iter() {
        let mut observed = model.observed.clone();
        let listed = observed.queues.get_mut("1@lab.local").unwrap();
        // What no listing shows is known from what was served.
        let served = match listed.0.insert(name.to_owned(), "another".to_owned()) {
            Some(_) => ServedQueues::default(),
            None => model.served.clone().with("1@lab.local", full.queues().next().unwrap().params().with(name, "another")),
        };
        assert_eq!(plan(&full, &observed, &served).steps, reload, "{name}");
    }
}

#[test]
fn a_deleted_queue_is_drained() {
    let drain_of = |exit: Option<&str>, seen: &Callers| {
        let desired = desired(|rows| {
            let exit = exit.map(|number| ExtensionNumber::parse(number).unwrap());
            rows.drains.push(Drain { queue_id: QueueId(9), account_id: rows.accounts[0].id, exit });
        });
        drain(&desired, seen)
    };
    let (waits, talks) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let member = |leg: Uuid, state: &str| Member {
        queue: "9@lab.local".to_owned(),
        session_uuid: leg.to_string(),
        state: state.to_owned(),
        ..Member::default()
    };
    let leg = |leg: Uuid, call: Uuid| Channel {
        uuid: leg.to_string(),
        call_uuid: call.to_string(),
        application: "callcenter".to_owned(),
        application_data: "9@lab.local".to_owned(),
        ..Channel::default()
    };
    let mut seen = Callers { members: vec![member(waits, "Trying"), member(talks, "Answered")], ..Callers::default() };
    seen.queues.insert("9@lab.local".to_owned());
    let killed = [Step::LegKill(waits, HangupCause::temporary_failure())];
    assert_eq!(drain_of(Some("700"), &seen).steps, [Step::LegTransfer(waits, ExtensionNumber::parse("700").unwrap())]);
    assert_eq!(drain_of(Some("799"), &seen).steps, killed, "an exit that leads nowhere is none");
    assert_eq!(drain_of(None, &seen).steps, killed);
    // The leg of who has just left may still be listed where it was.
    seen = Callers { members: vec![member(waits, "Abandoned"), member(talks, "Answered")], channels: vec![leg(waits, waits)], ..seen };
    assert_eq!(drain_of(None, &seen).steps, [Step::QueueUnload(QueueName::parse("9@lab.local").unwrap())]);
    // In a queue that is gone already nobody has a row; who talks is known by the other leg.
    let talking = [leg(talks, talks), Channel { application: String::new(), ..leg(Uuid::from_u128(3), talks) }];
    seen = Callers { channels: [vec![leg(waits, waits)], talking.to_vec()].concat(), ..Callers::default() };
    assert_eq!(drain_of(None, &seen).steps, killed);
    seen.channels = talking.to_vec();
    let done = drain_of(None, &seen);
    assert_eq!((done.steps, done.findings), (vec![], vec![Finding::Drained(QueueName::parse("9@lab.local").unwrap())]));
}
