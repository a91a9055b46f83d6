use super::*;
use crate::domain::queue::Membership;

pub(super) const NOW: Millis = Millis(1_000);

pub(super) fn member(queue: i64, mode: Mode) -> Standing {
    let membership = Membership { user_id: UserId(7), queue_id: QueueId(queue), mode, position: 1, level: 1, timegroup_id: None };
    Standing { membership, closed: None }
}

pub(super) fn closed(queue: i64, mode: Mode) -> Standing {
    Standing { closed: Some("days 1 from 09:00 to 17:00".to_owned()), ..member(queue, mode) }
}

const MODES: [Mode; 5] = [Mode::Off, Mode::Free, Mode::Supervised, Mode::Default, Mode::Always];

/// One queue of each mode, with the mode as its id.
fn each(standing: fn(i64, Mode) -> Standing) -> Vec<Standing> {
    (0..).zip(MODES).map(|(id, mode)| standing(id, mode)).collect()
}

pub(super) fn queues(ids: &[i64]) -> BTreeSet<QueueId> {
    ids.iter().map(|&id| QueueId(id)).collect()
}

pub(super) fn online(queues: &[i64]) -> Agent {
    Agent { device_id: Some(DeviceId(1)), joined: self::queues(queues), ..Agent::new(AccountId(1), UserId(7)) }
}

pub(super) fn names(change: &Change) -> Vec<&'static str> {
    change.events.iter().map(AgentEvent::name).collect()
}

#[test]
fn check_in_joins_the_queues_of_modes_3_and_4_only() {
    let memberships = each(member);
    let change = Agent::new(AccountId(1), UserId(7)).check_in(DeviceId(1), "Desk", &memberships, NOW);
    assert_eq!(names(&change), ["agent:checkin", "agent:status", "queue:join"]);
    assert_eq!(change.after.joined, BTreeSet::from([QueueId(3), QueueId(4)]));
    assert_eq!(change.after.check_in(DeviceId(1), "Desk", &memberships, NOW).events, []);
}

#[test]
fn a_move_tells_of_the_check_out_first() {
    let change = online(&[3]).check_in(DeviceId(2), "Hot desk", &[member(3, Mode::Default)], NOW);
    assert_eq!(names(&change), ["queue:leave", "agent:checkout", "agent:status", "agent:checkin", "agent:status", "queue:join"]);
}

#[test]
fn set_queues_keeps_mode_4_and_refuses_all_or_nothing() {
    let memberships = [member(1, Mode::Free), member(2, Mode::Supervised), member(4, Mode::Always)];
    let agent = online(&[1, 4]);
    let all_left = agent.set_queues(&BTreeSet::new(), &memberships, false).unwrap();
    assert_eq!(all_left.after.joined, BTreeSet::from([QueueId(4)]));
    assert_eq!(names(&all_left), ["queue:leave"]);
    let with_supervised = BTreeSet::from([QueueId(1), QueueId(2)]);
    assert_eq!(agent.set_queues(&with_supervised, &memberships, false), Err(Refusal::QueueNotAllowed(QueueId(2))));
    assert_eq!(names(&agent.set_queues(&with_supervised, &memberships, true).unwrap()), ["queue:join"]);
    let unknown = BTreeSet::from([QueueId(9)]);
    assert_eq!(agent.set_queues(&unknown, &memberships, true), Err(Refusal::QueueNotAllowed(QueueId(9))));
}

#[test]
fn hours_that_end_and_begin() {
    let agent = online(&[1, 2, 3, 4]);
    let ended = agent.settle(&each(closed));
    assert_eq!((names(&ended), &ended.after.joined), (vec!["queue:leave"], &queues(&[])));
    assert_eq!(ended.after.awaited, queues(&[3, 4]), "who joins by itself does so again by itself");
    assert_eq!(ended.after.settle(&each(closed)), Change::none(&ended.after), "told once");
    let begun = ended.after.settle(&each(member));
    assert_eq!((names(&begun), &begun.after.joined, &begun.after.awaited), (vec!["queue:join"], &queues(&[3, 4]), &queues(&[])));
}

#[test]
fn a_check_in_outside_the_hours_joins_when_they_begin() {
    let entered = Agent::new(AccountId(1), UserId(7)).check_in(DeviceId(1), "Desk", &each(closed), NOW).after;
    assert_eq!((&entered.joined, &entered.awaited), (&queues(&[]), &queues(&[3, 4])));
    assert_eq!(entered.settle(&each(member)).after.joined, queues(&[3, 4]));
}

#[test]
fn what_an_agent_left_by_itself_does_not_come_back() {
    let left = online(&[3, 4]).set_queues(&queues(&[]), &each(member), false).unwrap().after;
    let again = left.settle(&each(closed)).after.settle(&each(member)).after;
    assert_eq!(again.joined, queues(&[4]), "mode 3 was left, mode 4 cannot be");
    let awaits = online(&[3, 4]).settle(&each(closed)).after;
    let outside = awaits.set_queues(&queues(&[3]), &each(closed), true);
    assert_eq!(outside.unwrap_err().to_string(), "queue 3 can be joined in its hours only: days 1 from 09:00 to 17:00");
    let open_one = [member(1, Mode::Free), closed(3, Mode::Default), closed(4, Mode::Always)];
    assert_eq!(awaits.set_queues(&queues(&[1]), &open_one, false).unwrap().after.awaited, queues(&[3, 4]));
    assert_eq!(awaits.set_queues(&queues(&[]), &open_one, false).unwrap().after.awaited, queues(&[4]), "nothing at all is wanted");
}

#[test]
fn a_pause_with_a_limit_ends() {
    let paused = online(&[]).set_pause(Some(PauseId(2)), NOW).unwrap().after;
    assert_eq!((paused.pause_ends_at(0), paused.pause_ends_at(60)), (None, Some(NOW.plus_ms(60_000))));
    assert_eq!(online(&[]).pause_ends_at(60), None);
}

#[test]
fn a_pause_is_told_once_and_another_reason_changes_it() {
    let paused = online(&[]).set_pause(Some(PauseId(2)), NOW).unwrap();
    assert_eq!(names(&paused), ["agent:status"]);
    assert_eq!(paused.after.set_pause(Some(PauseId(2)), NOW).unwrap().events, []);
    assert_eq!(names(&paused.after.set_pause(Some(PauseId(3)), NOW).unwrap()), ["agent:status"]);
    assert_eq!(Agent::new(AccountId(1), UserId(7)).set_pause(Some(PauseId(2)), NOW), Err(Refusal::NotCheckedIn));
}

#[test]
fn the_contracts_table_of_check_ins() {
    let here = DeviceId(1);
    let out = Agent::new(AccountId(1), UserId(7));
    let elsewhere = Agent { device_id: Some(DeviceId(2)), ..out.clone() };
    let free = Obstacles::default();
    let taken = Obstacles { device_taken: true, ..free };
    let in_call = Obstacles { user_in_call: true, ..free };
    let rows = [
        (&online(&[]), in_call, Ok(Admission::Nothing), Ok(Admission::Nothing)),
        (&out, free, Ok(Admission::Now { evict: false }), Ok(Admission::Now { evict: false })),
        (&elsewhere, free, Err(Refusal::OnAnotherDevice), Ok(Admission::Now { evict: false })),
        (&out, taken, Err(Refusal::DeviceTaken), Ok(Admission::Now { evict: true })),
        (&elsewhere, in_call, Err(Refusal::InCall), Ok(Admission::AfterCall)),
        (&out, Obstacles { occupant_in_call: true, ..taken }, Err(Refusal::InCall), Ok(Admission::AfterCall)),
    ];
    for (agent, obstacles, plain, forced) in rows {
        assert_eq!(admit(agent, here, obstacles, false), plain);
        assert_eq!(admit(agent, here, obstacles, true), forced);
    }
}

#[test]
fn a_pause_and_a_phone_that_is_gone_are_two_things() {
    let ready = online(&[]);
    let lost = ready.reach(false, Millis(7));
    assert_eq!(lost.after.unreachable_since, Some(Millis(7)));
    assert!(matches!(lost.events[..], [AgentEvent::Reachable { reachable: 0, .. }]));
    assert_eq!(lost.after.reach(false, Millis(8)), Change::none(&lost.after), "since when is kept");
    let paused = lost.after.set_pause(Some(PauseId(1)), Millis(9)).unwrap().after;
    assert!(!paused.resume().after.takes_offers() && !paused.reach(true, Millis(9)).after.takes_offers());
    assert_eq!(paused.resume().after.reach(true, Millis(9)).after, ready);
    assert_eq!(lost.after.check_out().after.reach(true, Millis(9)).events, [], "nobody sits there");
}
