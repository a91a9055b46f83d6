use std::collections::BTreeSet;

use super::*;
use crate::clock::Millis;
use crate::domain::agent::tests::{NOW, closed, member, names, online, queues};
use crate::domain::id::PauseId;

const Q: QueueId = QueueId(4);

fn note(text: &str) -> Option<Label> {
    Some(Label::new(text).unwrap())
}

fn paused_in(agent: &Agent) -> Vec<i64> {
    agent.paused_in.keys().map(|queue| queue.0).collect()
}

#[test]
fn a_pause_in_one_queue_takes_it_and_no_other() {
    let memberships = [member(1, Mode::Free), member(4, Mode::Always)];
    let paused = online(&[1, 4]).pause_in(Q, note("coaching")).unwrap();
    assert_eq!(names(&paused), ["queue:leave"]);
    let paused = paused.after;
    assert_eq!((&paused.joined, paused_in(&paused), paused.pause_id), (&queues(&[1]), vec![4], None));
    // Again is nothing, with other words only the words change, and nothing that happens to its memberships joins it again.
    assert_eq!(paused.pause_in(Q, note("coaching")).unwrap(), Change::none(&paused));
    let again = paused.pause_in(Q, None).unwrap();
    assert_eq!((again.events.len(), &again.after.paused_in[&Q]), (0, &None));
    assert_eq!(paused.settle(&memberships), Change::none(&paused));
    let resumed = paused.resume_in(Q, &memberships).unwrap();
    assert_eq!((names(&resumed), &resumed.after), (vec!["queue:join"], &online(&[1, 4])));
    assert_eq!(resumed.after.resume_in(Q, &memberships).unwrap(), Change::none(&resumed.after));
}

#[test]
fn only_what_it_serves_can_be_paused() {
    assert_eq!(online(&[1]).pause_in(Q, None), Err(Refusal::NotJoined(Q)));
    assert_eq!(Agent { device_id: None, ..online(&[]) }.pause_in(Q, None), Err(Refusal::NotCheckedIn));
}

#[test]
fn a_pause_of_the_agent_is_another_matter() {
    let memberships = [member(1, Mode::Default), member(4, Mode::Always)];
    let both = online(&[1, 4]).pause_in(Q, None).unwrap().after.set_pause(Some(PauseId(2)), NOW).unwrap().after;
    assert_eq!(both.resume_in(Q, &memberships), Err(Refusal::PausedInAll));
    let one = both.set_pause(None, NOW).unwrap().after;
    assert_eq!(paused_in(&one), [4]);
    let none = both.resume_everywhere(&memberships);
    assert_eq!((names(&none), &none.after), (vec!["agent:status", "queue:join"], &online(&[1, 4])));
    assert_eq!(none.after.resume_everywhere(&memberships), Change::none(&none.after));
    assert!(paused_in(&both.check_out().after).is_empty());
}

#[test]
fn what_becomes_of_the_membership_becomes_of_the_pause() {
    let paused = online(&[4]).pause_in(Q, None).unwrap().after;
    for gone in [vec![], vec![member(4, Mode::Off)]] {
        assert_eq!(paused.settle(&gone).after, online(&[]));
        assert_eq!(paused.resume_in(Q, &gone).unwrap().after, online(&[]));
    }
    // Outside its hours it waits for them, once the pause is over.
    for (mode, awaits) in [(Mode::Always, true), (Mode::Default, true), (Mode::Free, false)] {
        let outside = [closed(4, mode)];
        assert_eq!(paused.settle(&outside).after, paused);
        let resumed = paused.resume_in(Q, &outside).unwrap();
        assert_eq!((names(&resumed).len(), resumed.after.awaited.contains(&Q)), (0, awaits));
    }
    let waits = Agent { awaited: BTreeSet::from([Q]), ..online(&[]) };
    assert_eq!(waits.pause_in(Q, None).unwrap().after, paused);
}

#[test]
fn the_whole_set_says_what_becomes_of_a_paused_queue() {
    let of = |mode| [member(1, Mode::Free), member(4, mode)];
    let paused = online(&[1, 4]).pause_in(Q, None).unwrap().after;
    let set = |wanted: &[i64], mode| paused.set_queues(&queues(wanted), &of(mode), false).unwrap().after;
    assert_eq!(set(&[1, 4], Mode::Supervised), online(&[1, 4]), "asked for, it is joined");
    assert_eq!(set(&[1], Mode::Free), online(&[1]), "not asked for, it is left");
    assert_eq!(
        (set(&[], Mode::Always).joined, paused_in(&set(&[], Mode::Always))),
        (queues(&[]), vec![4]),
        "but for one that it always serves"
    );
}

#[test]
fn one_queue_is_joined_and_left_beside_others() {
    let memberships =
        [member(1, Mode::Free), member(2, Mode::Supervised), member(3, Mode::Default), closed(5, Mode::Free), member(4, Mode::Always)];
    let agent = Agent { awaited: BTreeSet::from([QueueId(9)]), ..online(&[3, 4]) }.pause_in(QueueId(3), None).unwrap().after;
    let joined = agent.join(QueueId(1), &memberships, false).unwrap();
    assert_eq!((names(&joined), &joined.after.joined, paused_in(&joined.after)), (vec!["queue:join"], &queues(&[1, 4]), vec![3]));
    assert_eq!(joined.after.join(QueueId(1), &memberships, false).unwrap(), Change::none(&joined.after));
    assert_eq!(joined.after.awaited, queues(&[9]));
    assert_eq!(agent.join(QueueId(2), &memberships, false), Err(Refusal::QueueNotAllowed(QueueId(2))));
    assert!(agent.join(QueueId(2), &memberships, true).is_ok());
    assert!(matches!(agent.join(QueueId(5), &memberships, true), Err(Refusal::OutsideHours { .. })));
    assert_eq!(agent.join(QueueId(6), &memberships, true), Err(Refusal::QueueNotAllowed(QueueId(6))));
    assert_eq!(agent.check_out().after.join(QueueId(1), &memberships, true), Err(Refusal::NotCheckedIn));
    // To join what it is paused in ends the pause.
    assert!(paused_in(&agent.join(QueueId(3), &memberships, false).unwrap().after).is_empty());
    let left = joined.after.leave(QueueId(1), &memberships).unwrap();
    assert_eq!((names(&left), &left.after), (vec!["queue:leave"], &agent));
    assert_eq!(left.after.leave(QueueId(1), &memberships).unwrap(), Change::none(&left.after));
    assert_eq!(agent.leave(Q, &memberships), Err(Refusal::AlwaysServes(Q)));
    assert!(paused_in(&agent.leave(QueueId(3), &memberships).unwrap().after).is_empty());
}

#[test]
fn words_end_with_the_pause() {
    let mut paused = online(&[]).set_pause(Some(PauseId(1)), NOW).unwrap().after;
    paused.pause_note = note("coffee");
    assert_eq!(paused.set_pause(Some(PauseId(1)), NOW).unwrap(), Change::none(&paused));
    assert_eq!(paused.set_pause(Some(PauseId(2)), Millis(2)).unwrap().after.pause_note, None);
    assert_eq!(paused.resume().after.pause_note, None);
}
