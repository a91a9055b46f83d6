use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::domain::call::Left;
use crate::domain::id::{AccountId, QueueId};

const START: i64 = 1_000_000;

fn info() -> LegInfo {
    LegInfo { account_id: Some(AccountId(1)), direction: Some(Direction::Inbound), ..LegInfo::default() }
}

fn agent_info() -> LegInfo {
    LegInfo {
        role: Some(Role::Agent),
        direction: Some(Direction::Outbound),
        call_id: Some(LegId::new("caller")),
        user_id: Some(UserId(7)),
        device_id: Some(DeviceId(3)),
        ..info()
    }
}

/// A fact at so many milliseconds after the leg's start.
fn fact(leg: &str, ms: i64, what: What, info: LegInfo) -> LegFact {
    let times = LegTimes { created_at: Some(Millis(START)), ..LegTimes::default() };
    LegFact { leg: LegId::new(leg), at: Millis(START + ms), what, info, times }
}

fn hangup(cause: &str) -> What {
    What::HungUp { cause: cause.to_owned() }
}

fn left(how: Left) -> What {
    What::Left { how, queue_id: None, joined_at: None }
}

fn play(facts: &[LegFact], around: &Around<'_>) -> Vec<NewEvent> {
    let mut leg = Leg::new(facts[0].leg.clone());
    let mut events = Vec::new();
    for fact in facts {
        let (next, told) = leg.apply(fact, around);
        leg = next;
        events.extend(told);
    }
    events
}

fn names(events: &[NewEvent]) -> Vec<&'static str> {
    events.iter().map(|event| event.name).collect()
}

fn caller(facts: &[(i64, What)]) -> Vec<NewEvent> {
    let facts: Vec<_> = facts.iter().map(|(ms, what)| fact("caller", *ms, what.clone(), info())).collect();
    let agent = agent_info();
    play(&facts, &Around { peer: Some(&agent), ..Around::default() })
}

#[test]
fn a_queues_caller_is_answered_by_an_agent_and_not_by_the_music() {
    let events = caller(&[
        (0, What::Created),
        (5, What::ProgressMedia),
        (10, What::Answered),
        (20, What::Joined),
        (2_500, What::Bridged { with: LegId::new("agent") }),
        (9_500, What::Unbridged),
        (9_500, hangup("NORMAL_CLEARING")),
        (9_600, left(Left::Served)),
        (9_700, What::Destroyed { cause: Some("NORMAL_CLEARING".to_owned()) }),
    ]);
    assert_eq!(names(&events), ["call:start", "call:answer", "call:end"]);
    let answer = events[1].data.value();
    assert_eq!((&answer["waitms"], &answer["cc_wait"]), (&Value::from(2_500), &Value::from(2)));
    assert_eq!((&answer["dst_user_id"], &answer["dst_device_id"]), (&Value::from(7), &Value::from(3)));
    assert_eq!(answer.get("src_user_id"), None);
    let end = events[2].data.value();
    assert_eq!((&end["durationms"], &end["billms"], &end["type"]), (&Value::from(9_500), &Value::from(7_000), &Value::from("queue")));
    assert_eq!(end.get("canceled"), None);
    assert!(events.iter().all(|event| event.order_key == "caller"));
}

#[test]
fn a_caller_that_was_not_served_says_why() {
    for (how, canceled) in
        [(Left::Abandoned, "BREAK_OUT"), (Left::Timeout, "TIMEOUT"), (Left::NoAgentTimeout, "NO_AGENT_TIMEOUT"), (Left::Otherwise, "NONE")]
    {
        let events = caller(&[
            (0, What::Created),
            (10, What::Answered),
            (20, What::Joined),
            (3_020, left(how)),
            // After an exit key somebody else may speak with it.
            (4_000, What::Bridged { with: LegId::new("other") }),
            (5_000, hangup("NORMAL_CLEARING")),
        ]);
        assert_eq!(names(&events), ["call:start", "call:end"]);
        let end = events[1].data.value();
        assert_eq!((&end["canceled"], &end["billms"], &end["cc_wait"]), (&Value::from(canceled), &Value::from(0), &Value::from(3)));
    }
}

#[test]
fn a_caller_in_its_second_queue_is_told_of_once() {
    let events = caller(&[
        (20, What::Joined),
        (3_000, left(Left::Timeout)),
        (3_100, What::Joined),
        (4_000, What::Bridged { with: LegId::new("agent") }),
        (6_000, hangup("NORMAL_CLEARING")),
    ]);
    assert_eq!(names(&events), ["call:start", "call:answer", "call:end"]);
    assert_eq!(events[2].data.value().get("canceled"), None);
}

#[test]
fn an_agents_leg_rings_answers_and_ends_under_its_callers_call() {
    let first = LegInfo { dst_num: Some("5551".to_owned()), queue_id: Some(QueueId(9)), user_id: Some(UserId(2)), ..info() };
    let legs = [(0, What::Created), (30, What::Progress), (930, What::Answered), (2_930, hangup("NORMAL_CLEARING"))];
    let facts = legs.map(|(ms, what)| fact("agent", ms, what, agent_info()));
    let events = play(&facts, &Around { first: Some(&first), ..Around::default() });
    assert_eq!(names(&events), ["call:ring", "call:answer", "call:end"]);
    assert!(events.iter().all(|event| event.order_key == "caller" && event.data.value()["call_id"] == "caller"));
    let end = events[2].data.value();
    assert_eq!((&end["progressms"], &end["waitms"], &end["billms"]), (&Value::from(30), &Value::from(930), &Value::from(2_000)));
    assert_eq!((&end["dst_num"], &end["queue_id"]), (&Value::from("5551"), &Value::from(9)));
    assert_eq!((&end["src_user_id"], &end["dst_user_id"]), (&Value::from(2), &Value::from(7)));
    assert_eq!((end.get("cc_wait"), end.get("canceled")), (None, None));
}

#[test]
fn a_phone_that_was_clicked_for_and_joins_a_queue_was_answered_when_it_picked_up() {
    let info = LegInfo { direction: Some(Direction::Outbound), call_type: Some(CallType::Internal), ..info() };
    let agent = agent_info();
    let steps = [
        (0, What::Created),
        (30, What::Progress),
        (500, What::Answered),
        (600, What::Joined),
        (3_600, What::Bridged { with: LegId::new("agent") }),
        (5_500, hangup("NORMAL_CLEARING")),
    ];
    let facts = steps.map(|(ms, what)| fact("caller", ms, what, info.clone()));
    let events = play(&facts, &Around { peer: Some(&agent), ..Around::default() });
    assert_eq!(names(&events), ["call:ring", "call:answer", "call:start", "call:end"]);
    let end = events[3].data.value();
    assert_eq!((&end["waitms"], &end["billms"], &end["cc_wait"]), (&Value::from(500), &Value::from(5_000), &Value::from(3)));
    assert_eq!((&end["dst_user_id"], end.get("canceled")), (&Value::from(7), None));
}

#[test]
fn who_rings_for_a_caller_that_was_answered_is_not_the_callers_180() {
    let mut end = fact("caller", 9_000, hangup("NORMAL_CLEARING"), info());
    end.times = LegTimes { progress_at: Some(Millis(START + 6_000)), answered_at: Some(Millis(START + 10)), ..end.times };
    let joined = [fact("caller", 20, What::Joined, info()), fact("caller", 5_000, left(Left::Timeout), info()), end];
    let events = play(&joined, &Around::default());
    assert_eq!(events[1].data.value().get("progressms"), None);
}

#[test]
fn a_leg_to_a_queues_exit_is_of_no_queue() {
    let first = LegInfo { call_type: Some(CallType::Queue), queue_id: Some(QueueId(9)), ..info() };
    let exit = LegInfo { role: None, call_type: Some(CallType::Inbound), ..agent_info() };
    let events = play(&[fact("x", 30, What::Progress, exit)], &Around { first: Some(&first), ..Around::default() });
    assert_eq!((&events[0].data.value()["type"], events[0].data.value().get("queue_id")), (&Value::from("inbound"), None));
}

#[test]
fn nobody_is_told_of_a_star_code_or_of_a_leg_without_an_account() {
    let dialled = LegInfo { dialled: Some("**9477".to_owned()), ..info() };
    let said = LegInfo { call_type: Some(CallType::Code), ..info() };
    let stranger = LegInfo { account_id: None, ..info() };
    for info in [dialled, said, stranger] {
        let steps = [(0, What::Created), (10, What::Answered), (500, hangup("NORMAL_CLEARING"))];
        assert_eq!(play(&steps.map(|(ms, what)| fact("x", ms, what, info.clone())), &Around::default()), []);
    }
}

#[test]
fn an_answer_waits_until_the_leg_cannot_become_a_queues_caller() {
    let typed = LegInfo { call_type: Some(CallType::Internal), ..info() };
    let answered = [fact("x", 0, What::Created, info()), fact("x", 10, What::Answered, info())];
    assert_eq!(play(&answered, &Around::default()), []);
    let mut facts = answered.to_vec();
    facts.push(fact("x", 20, What::Held, typed));
    let events = play(&facts, &Around::default());
    assert_eq!(names(&events), ["call:answer"]);
    assert_eq!((events[0].at, events[0].reconciled), (Millis(START + 10), false));
}

#[test]
fn what_was_missed_is_told_with_the_end_and_says_so() {
    let mut end = fact("agent", 5_000, hangup("NORMAL_CLEARING"), agent_info());
    end.times.answered_at = Some(Millis(START + 1_000));
    let events = play(&[fact("agent", 0, What::Created, agent_info()), end], &Around::default());
    assert_eq!(names(&events), ["call:answer", "call:end"]);
    assert_eq!((events[0].reconciled, events[1].reconciled), (true, false));
}

#[test]
fn a_leg_that_nobody_heard_of_is_told_from_its_ring_to_its_end() {
    let mut seen = fact("agent", 5_000, What::Seen { with: None }, agent_info());
    (seen.times.progress_at, seen.times.answered_at) = (Some(Millis(START + 30)), Some(Millis(START + 900)));
    let events = play(&[seen, fact("agent", 5_000, hangup("USER_BUSY"), agent_info())], &Around { reconciled: true, ..Around::default() });
    assert_eq!(names(&events), ["call:ring", "call:answer", "call:end"]);
    assert!(events.iter().all(|event| event.reconciled));
    assert_eq!(events.iter().map(|event| event.at.since(Millis(START))).collect::<Vec<_>>(), [30, 900, 5_000]);
}

#[test]
fn each_stay_in_a_queue_is_kept_with_who_served_and_how_it_ended() {
    let joined = |ms, queue| fact("caller", ms, What::Joined, LegInfo { queue_id: Some(QueueId(queue)), ..info() });
    let facts = [
        joined(20, 1),
        fact("caller", 3_000, left(Left::Timeout), info()),
        joined(3_100, 2),
        fact("caller", 4_000, What::Bridged { with: LegId::new("agent") }, info()),
        fact("caller", 6_000, hangup("NORMAL_CLEARING"), info()),
        fact("caller", 6_010, left(Left::Served), info()),
    ];
    let agent = agent_info();
    let around = Around { peer: Some(&agent), ..Around::default() };
    let mut leg = Leg::new(LegId::new("caller"));
    for fact in &facts {
        leg = leg.apply(fact, &around).0;
        // What is kept of it is as good as what was in memory.
        leg = serde_json::from_str(&serde_json::to_string(&leg).unwrap()).unwrap();
    }
    let at = |ms| Millis(START + ms);
    let first =
        Stay { queue_id: Some(QueueId(1)), joined_at: at(20), served_at: None, agent_id: None, left: Some((Left::Timeout, at(3_000))) };
    let second = Stay {
        queue_id: Some(QueueId(2)),
        joined_at: at(3_100),
        served_at: Some(at(4_000)),
        agent_id: Some(UserId(7)),
        left: Some((Left::Served, at(6_000))),
    };
    assert_eq!(leg.stays(), [first, second]);
    let record = leg.record().unwrap();
    assert_eq!((record.told, record.answered_at, record.ended_at), (1 | 4 | 8, Some(at(4_000)), Some(at(6_000))));
    assert_eq!((record.user_id, record.queue_id, record.reconciled), (None, Some(QueueId(2)), false));
}

#[test]
fn what_the_switch_noted_of_the_queue_before_is_not_of_this_one() {
    let mut seen =
        fact("caller", 9_000, What::Seen { with: None }, LegInfo { role: Some(Role::Member), queue_id: Some(QueueId(2)), ..info() });
    seen.times.joined_at = Some(Millis(START + 6_000));
    (seen.times.left, seen.times.left_at) = (Some(Left::Timeout), Some(Millis(START + 5_000)));
    let before = [fact("caller", 20, What::Joined, info()), fact("caller", 5_100, left(Left::Timeout), info()), seen];
    let leg = before.iter().fold(Leg::new(LegId::new("caller")), |leg, fact| leg.apply(fact, &Around::default()).0);
    assert_eq!(leg.stays().iter().map(|stay| stay.left.is_some()).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_leg_of_which_only_the_columns_can_be_read_still_ends() {
    let facts = [fact("agent", 0, What::Created, agent_info()), fact("agent", 30, What::Progress, agent_info())];
    let leg = facts.iter().fold(Leg::new(LegId::new("agent")), |leg, fact| leg.apply(fact, &Around::default()).0);
    let leg = Leg::of_record(&leg.record().unwrap());
    let (_, told) = leg.apply(&fact("agent", 900, hangup("USER_BUSY"), LegInfo::default()), &Around::default());
    assert_eq!(names(&told), ["call:end"]);
    assert_eq!((&told[0].data.value()["durationms"], &told[0].data.value()["call_id"]), (&Value::from(900), &Value::from("caller")));
}

fn any_what() -> impl Strategy<Value = What> {
    prop_oneof![
        Just(What::Created),
        Just(What::Progress),
        Just(What::ProgressMedia),
        Just(What::Answered),
        Just(What::Bridged { with: LegId::new("other") }),
        Just(What::Unbridged),
        Just(What::Held),
        Just(What::Resumed),
        Just(What::Joined),
        Just(left(Left::Served)),
        Just(left(Left::Abandoned)),
        Just(What::Seen { with: None }),
        Just(hangup("NORMAL_CLEARING")),
        Just(What::Destroyed { cause: None }),
    ]
}

fn any_fact() -> impl Strategy<Value = LegFact> {
    let times = (any::<bool>(), any::<bool>(), any::<bool>());
    (any_what(), 0..10_000_i64, times, any::<bool>(), any::<bool>()).prop_map(|(what, ms, (answered, joined, served), agent, typed)| {
        let mut fact = fact("x", ms, what, if agent { agent_info() } else { info() });
        fact.info.call_type = typed.then_some(CallType::Internal);
        fact.times.answered_at = answered.then_some(fact.at);
        fact.times.joined_at = joined.then_some(fact.at);
        fact.times.served_at = served.then_some(fact.at);
        fact
    })
}

proptest! {
    #[test]
    fn whatever_is_lost_repeated_or_shuffled_each_event_is_told_once_and_the_end_last(
        facts in prop::collection::vec(any_fact(), 1..24),
    ) {
        let around = Around::default();
        let mut leg = Leg::new(LegId::new("x"));
        let mut events = Vec::new();
        for fact in &facts {
            let (next, told) = leg.apply(fact, &around);
            leg = next;
            events.extend(told);
            let over = events.iter().any(|event: &NewEvent| event.name == "call:end");
            prop_assert_eq!(over, !leg.is_up());
        }
        for milestone in Milestone::ALL {
            prop_assert!(events.iter().filter(|event| event.name == milestone.name()).count() <= 1);
        }
        if let Some(at) = events.iter().position(|event| event.name == "call:end") {
            prop_assert_eq!(at, events.len() - 1);
            let end = events[at].data.value();
            prop_assert!(end["durationms"].is_i64() && end["billms"].is_i64() && end["hangup_cause"].is_string());
        }
    }
}
