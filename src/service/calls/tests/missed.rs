//! What the feed does not tell, or not yet.

use std::sync::atomic::Ordering;

use serde_json::Value;
use tokio::sync::watch;

use super::bench::{AGENT, Bench, T0_US, WAITING_MAX, connected, hangup, heartbeat, said};
use crate::clock::Millis;
use crate::domain::call::LegId;
use crate::domain::id::UserId;
use crate::esl::client::{Feed, Reason};
use crate::service::calls::records::Said;
use crate::switch::{Names, fact};

#[tokio::test(start_paused = true)]
async fn a_leg_that_was_up_before_is_told_of_as_far_as_it_came() {
    let bench = Bench::start();
    let up = said("CHANNEL_DATA", "a", 5_000, &[AGENT, ("Caller-Channel-Answered-Time", "1795322083000000")]);
    bench.channels.lock().unwrap().legs = vec![fact::seen(&up, &Names::default()).unwrap()];
    bench.feed.send(connected()).unwrap();
    bench.rest().await;
    assert!(bench.board.in_call(UserId(7)));
    assert_eq!((bench.told(), bench.reconciled(0)), (vec!["call:answer a".to_owned()], true));
    bench.hear([hangup("a", 9_000, &[AGENT])]);
    bench.rest().await;
    assert_eq!(bench.told(), ["call:answer a", "call:end a"]);
    assert_eq!((&bench.data(1)["billms"], bench.reconciled(1)), (&Value::from(8_000), false));
}

#[tokio::test(start_paused = true)]
async fn what_the_feed_still_has_of_a_leg_goes_before_its_record() {
    let bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.hear([said("CHANNEL_PROGRESS", "a", 10, &[AGENT])]);
    bench.rest().await;
    let mut answered = bench.record(&hangup("a", 900, &[AGENT]), None).await;
    // The feed is a minute late, and not yet where the leg ended.
    bench.pass(60_000).await;
    bench.hear([said("CHANNEL_PROGRESS", "b", 2_800, &[])]);
    bench.pass(60_000).await;
    assert!(answered.try_recv().is_err(), "it is not over yet");
    bench.hear([hangup("a", 900, &[AGENT]), said("CHANNEL_ANSWER", "b", 4_000, &[])]);
    bench.rest().await;
    assert_eq!((bench.told()[2].as_str(), bench.reconciled(2)), ("call:end a", false));
    answered.try_recv().unwrap();
    // One that comes later changes nothing.
    let mut again = bench.record(&hangup("a", 950, &[AGENT]), None).await;
    bench.rest().await;
    again.try_recv().unwrap();
    assert_eq!(bench.told().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_heard_is_told_from_its_records() {
    let bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.rest().await;
    let times = [("Caller-Channel-Progress-Time", "1795322082030000"), ("Caller-Channel-Answered-Time", "1795322083000000")];
    let first = [("Call-Direction", "inbound"), ("variable_ccgate_device_id", "3")];
    let second = [&times[..], &[AGENT, ("variable_ccgate_call_id", "first")]].concat();
    bench.broken.store(1, Ordering::SeqCst);
    let mut later = bench.record(&hangup("second", 900, &second), Some("first")).await;
    let mut earlier = bench.record(&hangup("first", 950, &[&times[1..], &first].concat()), Some("second")).await;
    // The feed has gone past the moment.
    bench.hear([heartbeat(2_960)]);
    bench.rest().await;
    assert!(later.try_recv().is_err() && earlier.try_recv().is_err(), "the commit failed");
    bench.pass(1_000).await;
    later.try_recv().unwrap();
    earlier.try_recv().unwrap();
    assert_eq!(bench.told(), ["call:answer first", "call:end first", "call:ring second", "call:answer second", "call:end second"]);
    assert!((0..5).all(|at| bench.reconciled(at)));
    let (end, other) = (bench.data(1), bench.data(4));
    assert_eq!((&end["dst_user_id"], &end["src_device_id"]), (&Value::from(7), &Value::from(3)), "who speaks with whom is known");
    assert_eq!(
        (&other["src_device_id"], &other["progressms"], &other["call_id"]),
        (&Value::from(3), &Value::from(30), &Value::from("first"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_leg_that_vanished_is_not_given_up_before_the_folder_of_records_was_read() {
    let (ask, mut asked) = watch::channel(0);
    let bench = Bench::with(Some(ask));
    bench.feed.send(connected()).unwrap();
    bench.hear(["recorded", "gone"].map(|leg| said("CHANNEL_PROGRESS", leg, 10, &[AGENT])));
    bench.rest().await;
    bench.channels.lock().unwrap().at = Millis(T0_US / 1_000 + 5_000);
    bench.feed.send(Feed::Disconnected { reason: Reason::NotYet }).unwrap();
    bench.feed.send(connected()).unwrap();
    bench.pass(60_000).await;
    assert_eq!(bench.told().len(), 2, "the folder was not read yet");
    let times = *asked.borrow_and_update();
    let busy = [("Hangup-Cause", "USER_BUSY")];
    let mut answered = bench.record(&said("CHANNEL_HANGUP_COMPLETE", "recorded", 900, &[&busy[..], &[AGENT]].concat()), None).await;
    bench.records.send(Said::FolderRead(times)).await.unwrap();
    bench.pass(3_000).await;
    answered.try_recv().unwrap();
    assert_eq!(bench.told()[2..], ["call:end recorded", "call:end gone"]);
    assert_eq!(
        (&bench.data(2)["hangup_cause"], &bench.data(3)["hangup_cause"]),
        (&Value::from("USER_BUSY"), &Value::from("NORMAL_UNSPECIFIED"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_filled_from_the_channels_that_there_are() {
    let mut bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.hear(["gone", "late", "stays"].map(|leg| said("CHANNEL_PROGRESS", leg, 10, &[AGENT])));
    bench.rest().await;
    // Only one of the three is still there, answered meanwhile, and there is a new one. Of another the hangup is on its way.
    let answered = ("Caller-Channel-Answered-Time", "1795322083000000");
    let channels = [said("CHANNEL_DATA", "stays", 5_000, &[AGENT, answered]), said("CHANNEL_DATA", "new", 5_000, &[answered])];
    bench.channels.lock().unwrap().legs = channels.iter().filter_map(|up| fact::seen(up, &Names::default())).collect();
    bench.feed.send(Feed::Disconnected { reason: Reason::NotYet }).unwrap();
    bench.feed.send(connected()).unwrap();
    bench.hear([hangup("late", 900, &[AGENT]), said("CHANNEL_DESTROY", "late", 910, &[AGENT])]);
    bench.rest().await;
    let mut filled = bench.told().split_off(3);
    filled.sort();
    assert_eq!(filled, ["call:answer new", "call:answer stays", "call:end late"]);
    bench.pass(2_000).await;
    assert_eq!(bench.told().last().unwrap(), "call:end gone");
    let end = bench.data(6);
    assert_eq!((bench.reconciled(6), &end["hangup_cause"]), (true, &Value::from("NORMAL_UNSPECIFIED")));
    // A late word of a leg that is over brings nothing back.
    bench.hear([hangup("gone", 950, &[AGENT]), hangup("late", 950, &[AGENT])]);
    bench.rest().await;
    assert_eq!(bench.told().len(), 7);
    assert!(bench.news.try_recv().is_err(), "one of the user's legs is still up");
    assert!(bench.board.in_call(UserId(7)));
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_there_and_cannot_be_looked_at_goes_on() {
    let bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.hear([said("CHANNEL_PROGRESS", "a", 10, &[AGENT])]);
    bench.rest().await;
    bench.channels.lock().unwrap().unread = vec![LegId::new("a")];
    bench.feed.send(Feed::Gap { lost: 1 }).unwrap();
    bench.pass(60_000).await;
    assert!(bench.board.is_ringing(UserId(7)));
    bench.hear([hangup("a", 70_000, &[AGENT])]);
    bench.rest().await;
    assert_eq!((bench.told(), bench.reconciled(1)), (vec!["call:ring a".to_owned(), "call:end a".to_owned()], false));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_given_up_while_the_feed_is_held_back() {
    let bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.hear([said("CHANNEL_PROGRESS", "a", 10, &[AGENT])]);
    bench.rest().await;
    // It is not among the channels; what else the feed holds, its hangup last, waits for a database that takes nothing for a while.
    bench.broken.store(8, Ordering::SeqCst);
    bench.feed.send(Feed::Gap { lost: 1 }).unwrap();
    bench.hear((0..WAITING_MAX).map(|leg| said("CHANNEL_DESTROY", &leg.to_string(), 20, &[])));
    bench.hear([hangup("a", 900, &[AGENT])]);
    bench.pass(60_000).await;
    let told = bench.told();
    assert_eq!((told.len(), told.last().map(String::as_str)), (WAITING_MAX + 2, Some("call:end a")));
    assert!(!bench.reconciled(told.len() - 1));
}
