//! Two looks, and what comes of them.

use uuid::Uuid;

use super::super::build::tests::rows;
use super::cure::heal;
use super::drift::drift;
use crate::domain::PauseId;
use crate::domain::repair::Kind;
use crate::reconcile::build::{Rows, build};
use crate::reconcile::desired::Desired;
use crate::reconcile::params::Options;
use crate::switch::observed::{Channel, Member, ObservedAgent, ObservedQueue, ObservedTier};
use crate::switch::status::AgentParam;
use crate::switch::{AgentName, AgentState, AgentStatus, Observed, QueueName, Step, TierState};

const AGENT: &str = "1@lab.local";
const QUEUE: &str = "1@lab.local";
const NOW_S: i64 = 1_000;
const LEG: Uuid = Uuid::from_u128(7);
const OTHER: Uuid = Uuid::from_u128(8);

fn desired(change: impl FnOnce(&mut Rows)) -> Desired {
    let mut rows = rows();
    change(&mut rows);
    build(rows, &Options::default())
}

/// Agent 1 waits at its phone for callers of queue 1.
fn at_rest() -> Observed {
    let agent = ObservedAgent {
        contact: "[x=1]user/Phone1@lab.local".to_owned(),
        status: Some(AgentStatus::Available),
        state: Some(AgentState::Waiting),
        params: [(AgentParam::WrapUpTime, 30)].into(),
        ..ObservedAgent::default()
    };
    let tier = ObservedTier { level: 1, position: 2, state: Some(TierState::Ready) };
    let queue = ObservedQueue([("skip-agents-with-external-calls".to_owned(), "true".to_owned())].into());
    Observed {
        now_s: NOW_S,
        agents: [(AGENT.to_owned(), agent)].into(),
        tiers: [((QUEUE.to_owned(), AGENT.to_owned()), tier)].into(),
        queues: [(QUEUE.to_owned(), queue)].into(),
        ..Observed::default()
    }
}

fn agent(seen: &mut Observed) -> &mut ObservedAgent {
    seen.agents.get_mut(AGENT).unwrap()
}

fn tier(seen: &mut Observed) -> &mut ObservedTier {
    seen.tiers.values_mut().next().unwrap()
}

fn caller(leg: Uuid) -> Channel {
    Channel {
        uuid: leg.to_string(),
        call_uuid: leg.to_string(),
        direction: "inbound".to_owned(),
        application: "callcenter".to_owned(),
        application_data: QUEUE.to_owned(),
        ..Channel::default()
    }
}

/// A leg to agent 1's phone.
fn rung(leg: Uuid) -> Channel {
    let uuid = leg.to_string();
    Channel {
        call_uuid: uuid.clone(),
        uuid,
        direction: "outbound".to_owned(),
        presence_id: "phone1@lab.local".to_owned(),
        ..Channel::default()
    }
}

fn member(leg: Uuid, state: &str, serving: &str) -> Member {
    let (queue, uuid, session_uuid) = (QUEUE.to_owned(), "row".to_owned(), leg.to_string());
    Member { queue, uuid, session_uuid, state: state.to_owned(), serving_agent: serving.to_owned(), ..Member::default() }
}

fn kinds(cures: impl IntoIterator<Item = super::Cure>) -> Vec<Kind> {
    cures.into_iter().map(|cure| cure.kind).collect()
}

/// What is cured when both looks show the same.
fn cured(change: impl Fn(&mut Observed)) -> Vec<Kind> {
    let (desired, mut seen) = (desired(|_| {}), at_rest());
    change(&mut seen);
    kinds(heal(&desired, &seen, &seen).into_iter().map(|(_, cure)| cure))
}

fn ring(seen: &mut Observed) {
    agent(seen).state = Some(AgentState::Receiving);
    tier(seen).state = Some(TierState::Offering);
}

#[test]
fn an_agent_that_rings_and_its_tier() {
    assert_eq!(cured(|_| {}), []);
    for (state, tier_state) in [
        (AgentState::Receiving, TierState::Offering),
        (AgentState::Reserved, TierState::Standby),
        (AgentState::InAQueueCall, TierState::ActiveInbound),
    ] {
        let kinds = cured(|seen| {
            agent(seen).state = Some(state);
            tier(seen).state = Some(tier_state);
        });
        assert_eq!(kinds, [Kind::AgentStuck, Kind::TierStuck], "{state:?}");
    }
    assert_eq!(cured(|seen| tier(seen).state = Some(TierState::NoAnswer)), []);
    assert_eq!(cured(|seen| tier(seen).state = None), [Kind::TierStuck], "a word that mod_callcenter does not know");
}

#[test]
fn what_a_leg_explains_is_left_alone() {
    type Change = fn(&mut Observed);
    let explained: [(&str, Change); 6] = [
        ("its phone has a leg", |seen| seen.channels.push(rung(LEG))),
        ("its call's leg is there, whosever phone that is", |seen| {
            agent(seen).leg = LEG.to_string();
            seen.channels.push(Channel { uuid: LEG.to_string(), call_uuid: OTHER.to_string(), ..Channel::default() });
            seen.channels.push(Channel { uuid: OTHER.to_string(), call_uuid: OTHER.to_string(), ..Channel::default() });
        }),
        ("a caller is there whom it is rung for", |seen| {
            seen.channels.push(caller(LEG));
            seen.members.push(member(LEG, "Trying", AGENT));
        }),
        ("a caller is there whom all are rung for", |seen| {
            seen.channels.push(caller(LEG));
            seen.members.push(member(LEG, "Trying", "ring-all"));
        }),
        ("it is rung at another phone by now", |seen| {
            agent(seen).contact = "[x=1]user/Phone2@lab.local".to_owned();
            seen.channels.push(Channel { presence_id: "phone2@lab.local".to_owned(), ..rung(LEG) });
        }),
        ("it is rung at a number outside", |seen| {
            agent(seen).contact = "[x=1]sofia/gateway/carrier/+972501234567".to_owned();
            seen.channels.push(Channel { presence_id: String::new(), dialled: "+972501234567".to_owned(), ..rung(LEG) });
        }),
    ];
    for (why, change) in explained {
        let kinds = cured(|seen| {
            ring(seen);
            change(seen);
        });
        assert!(!kinds.contains(&Kind::AgentStuck) && !kinds.contains(&Kind::TierStuck), "{why}: {kinds:?}");
    }
    let gone = cured(|seen| {
        ring(seen);
        seen.members.push(member(LEG, "Trying", AGENT));
    });
    assert_eq!(gone, [Kind::AgentStuck, Kind::TierStuck, Kind::MemberGhost], "a row without its leg explains nothing");
}

#[test]
fn one_look_is_not_enough_nor_are_two_of_different_moments() {
    let desired = desired(|_| {});
    let (rest, mut first, mut second) = (at_rest(), at_rest(), at_rest());
    ring(&mut first);
    ring(&mut second);
    let cured = |before: &Observed, now: &Observed| heal(&desired, before, now).len();
    assert_eq!([cured(&rest, &first), cured(&first, &rest), cured(&first, &second)], [0, 0, 2]);
    agent(&mut second).offered_s = NOW_S;
    assert_eq!(cured(&first, &second), 0, "it was rung again in between");
}

#[test]
fn only_agents_and_tiers_that_are_wanted() {
    let mut seen = at_rest();
    ring(&mut seen);
    assert_eq!(heal(&desired(|rows| drop(rows.users.remove(0))), &seen, &seen), []);
    let left = desired(|rows| rows.agents[0].joined.clear());
    assert_eq!(kinds(heal(&left, &seen, &seen).into_iter().map(|(_, cure)| cure)), [Kind::AgentStuck], "the plan takes the tier away");
}

#[test]
fn calls_that_are_counted_and_are_not() {
    assert_eq!(cured(|seen| agent(seen).external_calls = 1), [Kind::ExternalCalls]);
    let explained = |seen: &mut Observed| {
        agent(seen).external_calls = 1;
        seen.channels.push(Channel { direction: "inbound".to_owned(), ..rung(LEG) });
    };
    assert_eq!(cured(explained), []);
    let in_wrap_up = |seen: &mut Observed| {
        agent(seen).external_calls = 1;
        agent(seen).freed_s = NOW_S - 30;
    };
    assert_eq!(cured(in_wrap_up), [], "made anew, it would have none");
}

#[test]
fn a_caller_without_a_row() {
    let (desired, mut seen) = (desired(|_| {}), at_rest());
    seen.channels.push(caller(LEG));
    let cures = heal(&desired, &seen, &seen);
    let number = crate::domain::number::ExtensionNumber::parse("700").unwrap();
    assert_eq!(cures[0].1.steps, [Step::LegTransfer(LEG, number)]);
    let lost = |change: fn(&mut Observed)| {
        cured(|seen| {
            seen.channels.push(caller(LEG));
            change(seen);
        })
    };
    assert_eq!(lost(|seen| seen.members.push(member(LEG, "Answered", "2@lab.local"))), []);
    assert_eq!(lost(|seen| seen.channels.push(Channel { call_uuid: LEG.to_string(), ..rung(OTHER) })), [], "it talks");
    assert_eq!(lost(|seen| seen.channels[0].call_uuid = OTHER.to_string()), [Kind::CallerLost], "whoever it talked to is gone");
    assert_eq!(lost(|seen| seen.channels[0].application_data = "1@other.net".to_owned()), [], "not ours");
    assert_eq!(lost(|seen| seen.channels[0].application = "playback".to_owned()), [], "it goes on");
}

#[test]
fn a_queue_without_a_number_of_its_own() {
    let mut seen = at_rest();
    seen.channels.push(caller(LEG));
    let cure = |change: fn(&mut Rows)| heal(&desired(change), &seen, &seen).remove(0).1;
    assert_eq!(cure(|rows| rows.extensions.clear()).done, None, "an alarm");
    let exit = cure(|rows| {
        rows.extensions.clear();
        rows.queues[0].settings.exits = Some(serde_json::json!({"timeout": "701"}));
    });
    assert_eq!(exit.done.as_deref(), Some("sent to the queue's exit"));
}

#[test]
fn a_row_without_a_leg() {
    for (state, ill) in [("Waiting", true), ("Trying", true), ("Answered", true), ("Abandoned", false)] {
        let kinds = cured(|seen| seen.members.push(member(LEG, state, "")));
        assert_eq!(kinds, if ill { vec![Kind::MemberGhost] } else { vec![] }, "{state}");
    }
}

#[test]
fn a_leg_that_nobody_called_for() {
    assert_eq!(cured(|seen| seen.channels.push(rung(LEG))), [Kind::LegAlone]);
    let recorded = |seen: &mut Observed| seen.channels.push(Channel { application: "record_session".to_owned(), ..rung(LEG) });
    assert_eq!(cured(recorded), [Kind::LegAlone]);
    let parked = |seen: &mut Observed| seen.channels.push(Channel { application: "park".to_owned(), ..rung(LEG) });
    assert_eq!(cured(parked), []);
    assert_eq!(cured(|seen| seen.channels.push(Channel { direction: "inbound".to_owned(), ..rung(LEG) })), [], "the phone dialled");
    let called = |seen: &mut Observed| {
        seen.channels.push(Channel { call_uuid: OTHER.to_string(), ..rung(LEG) });
        seen.channels.push(Channel { application: "bridge".to_owned(), ..caller(OTHER) });
    };
    assert_eq!(cured(called), []);
}

#[test]
fn callers_wait_and_agents_are_ready() {
    let waits = |seen: &mut Observed| {
        seen.channels.push(caller(LEG));
        seen.members.push(member(LEG, "Waiting", ""));
    };
    let with = |change: fn(&mut Observed)| {
        cured(|seen| {
            waits(seen);
            change(seen);
        })
    };
    assert_eq!(with(|_| {}), [Kind::NoOffers]);
    assert_eq!(with(|seen| seen.members[0] = member(LEG, "Trying", "ring-all")), [Kind::NoOffers]);
    assert_eq!(with(|seen| agent(seen).status = Some(AgentStatus::OnBreak)), []);
    assert_eq!(with(|seen| agent(seen).ready_time_s = NOW_S + 1), []);
    assert_eq!(with(|seen| agent(seen).freed_s = NOW_S - 30), [], "its wrap-up");
    assert_eq!(with(|seen| agent(seen).state = Some(AgentState::Idle)), [], "the plan wakes it");
    let on_the_phone = |seen: &mut Observed| {
        agent(seen).external_calls = 1;
        seen.channels.push(Channel { direction: "inbound".to_owned(), ..rung(OTHER) });
    };
    assert_eq!(with(on_the_phone), []);
    let rules = |seen: &mut Observed| drop(seen.queues.get_mut(QUEUE).unwrap().0.insert("tier-rules-apply".to_owned(), "true".to_owned()));
    assert_eq!(with(rules), [], "even the first level has to be waited for");
    // It was offered somebody in between.
    let (desired, mut before) = (desired(|_| {}), at_rest());
    waits(&mut before);
    let mut now = before.clone();
    agent(&mut now).offered_s = NOW_S;
    assert_eq!(heal(&desired, &before, &now), []);
}

fn drifted(last: Option<&Desired>, desired: &Desired, steps: &[Step]) -> Vec<Kind> {
    kinds(drift(last, desired, steps))
}

#[test]
fn what_was_changed_by_hand_and_what_the_database_says_now() {
    let (desired, name, queue) = (desired(|_| {}), AgentName::parse(AGENT).unwrap(), QueueName::parse(QUEUE).unwrap());
    let available = [Step::AgentStatus(name.clone(), AgentStatus::Available)];
    assert_eq!(drifted(Some(&desired), &desired, &available), [Kind::AgentStatus]);
    assert_eq!(drifted(None, &desired, &available), [], "what it was before this run of the switch is not known");
    let paused = self::desired(|rows| rows.agents[0].pause_id = Some(PauseId(1)));
    assert_eq!(drifted(Some(&paused), &desired, &available), [], "the pause is over");
    let unknown = AgentName::parse("99@lab.local").unwrap();
    let steps = [
        Step::AgentStatus(unknown.clone(), AgentStatus::LoggedOut),
        Step::AgentDel(unknown),
        Step::TierLevel(queue.clone(), name.clone(), 1),
        Step::TierPosition(queue.clone(), name.clone(), 2),
        Step::TierDel(QueueName::parse("2@lab.local").unwrap(), name.clone()),
        Step::AgentSet(name.clone(), AgentParam::WrapUpTime, 0),
        Step::QueueLoad(queue.clone()),
    ];
    let expected = [Kind::AgentChanged, Kind::AgentUnknown, Kind::TierChanged, Kind::TierUnknown, Kind::QueueMissing];
    assert_eq!(drifted(Some(&desired), &desired, &steps), expected);
    let made = [Step::AgentAdd(name.clone()), Step::AgentSet(name.clone(), AgentParam::WrapUpTime, 5), available[0].clone()];
    assert_eq!(drifted(Some(&desired), &desired, &made), [Kind::AgentMissing], "once");
    assert_eq!(drifted(None, &desired, &[Step::AgentState(name, AgentState::Waiting)]), [Kind::AgentIdle], "nobody ever wants that");
}
