mod bench;
mod missed;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::stream;
use tokio::sync::mpsc;

use self::bench::{AGENT, Bench, T0_US, connected, hangup, said};
use super::*;
use crate::clock::{Clock, Millis};
use crate::domain::SwitchId;
use crate::domain::account::Settings;
use crate::domain::call::LegId;
use crate::domain::id::{AccountId, UserId};
use crate::domain::number::Domain;
use crate::domain::text::Label;
use crate::esl::client::Feed;
use crate::esl::event::{Event, EventBuf};
use crate::store;
use crate::switch::Names;
use crate::switch::fact;

#[tokio::test(start_paused = true)]
async fn a_commit_that_fails_loses_nothing_and_holds_nobody_up() {
    let mut bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.broken.store(3, Ordering::SeqCst);
    bench.hear([said("CHANNEL_CREATE", "a", 0, &[AGENT]), said("CHANNEL_PROGRESS", "a", 10, &[AGENT])]);
    bench.rest().await;
    assert!(bench.board.is_ringing(UserId(7)) && !bench.board.in_call(UserId(7)));
    bench.hear([said("CHANNEL_ANSWER", "a", 500, &[AGENT]), hangup("a", 900, &[AGENT])]);
    bench.rest().await;
    assert!(!bench.board.has_leg(UserId(7)));
    assert_eq!(bench.told(), Vec::<String>::new());
    assert!(bench.news.try_recv().is_err(), "nobody is told before the commit");
    bench.pass(1_000).await;
    assert_eq!(bench.told(), ["call:ring a", "call:answer a", "call:end a"]);
    assert_eq!(bench.news.recv().await, Some(SwitchNews::CallEnded(UserId(7))));
    let stats = &bench.stats;
    assert_eq!((stats.failed_commits.load(Ordering::Relaxed), stats.events.load(Ordering::Relaxed)), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_gone_holds_no_other_up() {
    let bench = Bench::start();
    bench.hear([hangup("a", 900, &[]), hangup("b", 900, &[]), hangup("c", 900, &[])].into_iter().enumerate().map(|(at, event)| {
        if at == 1 {
            let mut made = EventBuf::new("CHANNEL_HANGUP_COMPLETE");
            made.push("Event-Date-Timestamp", T0_US.to_string()).push("Unique-ID", "b").push("variable_ccgate_account_id", "404");
            Event::from_frame(&made.encode_plain()).unwrap()
        } else {
            event
        }
    }));
    bench.rest().await;
    assert_eq!(bench.told(), ["call:end a", "call:end c"]);
    assert_eq!(bench.stats.refused_events.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_is_committed_when_the_feed_ends() {
    let bench = Bench::start();
    bench.broken.store(2, Ordering::SeqCst);
    bench.hear([hangup("a", 900, &[])]);
    assert_eq!(bench.stop().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_star_code_puts_nobody_in_a_call() {
    let bench = Bench::start();
    let of_code = |name: &str, more: &[(&str, &str)]| {
        let mut made = EventBuf::new(name);
        made.push("Event-Date-Timestamp", T0_US.to_string()).push("Unique-ID", "a").push("Call-Direction", "inbound");
        made.push("Caller-Destination-Number", "**9477").push("variable_ccgate_account_id", "1").push(AGENT.0, AGENT.1);
        for (header, value) in more {
            made.push(header, value);
        }
        Event::from_frame(&made.encode_plain()).unwrap()
    };
    // The dialplan says what it is only after the leg was created.
    bench.hear([of_code("CHANNEL_CREATE", &[])]);
    bench.rest().await;
    assert_eq!(bench.board.legs(), 0);
    let code = ("variable_ccgate_call_type", "code");
    bench.hear([of_code("CHANNEL_ANSWER", &[code]), of_code("CHANNEL_HANGUP_COMPLETE", &[code])]);
    assert!(bench.stop().await.is_empty());
}

#[tokio::test]
async fn what_is_told_is_in_the_database_and_the_next_start_goes_on_there() {
    let folder = tempfile::tempdir().unwrap();
    let store = store::Store::open(&folder.path().join("ccgate.db"), Clock::manual(Millis(0))).await.unwrap();
    let new = store::account::New {
        name: Label::new("Lab").unwrap(),
        domain: Domain::parse("lab.local").unwrap(),
        event_secret: "whsec_x".into(),
        settings: Settings { event_url: Some("http://127.0.0.1:9/".to_owned()), ..Settings::default() },
    };
    let account = store.write(move |conn| Box::pin(async move { store::account::create(conn, &new).await })).await.unwrap();
    assert_eq!(account, AccountId(1));
    let other = [("variable_ccgate_user_id", "8")];
    let rings = [said("CHANNEL_PROGRESS", "a", 10, &[AGENT]), said("CHANNEL_PROGRESS", "b", 20, &other)];
    let first = [&rings[..], &[hangup("a", 900, &[AGENT])]].concat();
    assert_eq!(run_once(&store, first).await, [SwitchNews::CallEnded(UserId(7))]);
    let told = async || {
        let mut read = store.read().await.unwrap();
        let events = store::event::after(&mut read, account, 0, 10).await.unwrap();
        events.iter().map(|event| format!("{} {}", event.name, event.order_key)).collect::<Vec<_>>()
    };
    assert_eq!(told().await, ["call:ring a", "call:ring b", "call:end a"]);
    let again = [&rings[..], &[hangup("a", 950, &[AGENT]), hangup("b", 960, &other)]].concat();
    assert_eq!(run_once(&store, again).await, [SwitchNews::CallEnded(UserId(8))]);
    assert_eq!(told().await[3..], ["call:end b"], "each of the rest is told once");
    let mut read = store.read().await.unwrap();
    assert_eq!(store::leg::open(&mut read, SwitchId(1)).await.unwrap(), []);
}

/// `7@other.net`, which the switch had before, is not user 7.
#[tokio::test(start_paused = true)]
async fn who_is_of_no_account_is_offered_what_the_switch_likes() {
    let mut bench = Bench::start();
    bench.feed.send(connected()).unwrap();
    bench.rest().await;
    let offer = |leg: &str, ours: bool| {
        let mut made = EventBuf::new("CHANNEL_PROGRESS");
        made.push("Event-Date-Timestamp", T0_US.to_string()).push("Unique-ID", leg).push("Call-Direction", "outbound");
        made.push("variable_cc_side", "agent").push("variable_cc_agent", "7@other.net");
        if ours {
            made.push("variable_ccgate_account_id", "1");
        }
        Event::from_frame(&made.encode_plain()).unwrap()
    };
    bench.hear([offer("theirs", false)]);
    bench.rest().await;
    assert!(bench.board.is_up(&LegId::new("theirs")) && bench.board.offers_of(UserId(7)).is_empty());
    assert!(bench.news.try_recv().is_err());
    bench.hear([offer("ours", true)]);
    bench.rest().await;
    assert_eq!(bench.board.offers_of(UserId(7)), [LegId::new("ours")]);
    assert_eq!(bench.news.try_recv(), Ok(SwitchNews::Offered(UserId(7))));
}

/// A ccgate that starts, hears these events and stops; its news.
async fn run_once(store: &store::Store, events: Vec<Event>) -> Vec<SwitchNews> {
    let (tell, mut news) = mpsc::channel(16);
    let up = fact::seen(&said("CHANNEL_DATA", "b", 30, &[]), &Names::default()).unwrap();
    let look: Look = Box::new(move |_| {
        let seen = Seen { legs: vec![up.clone()], ..Seen::default() };
        Box::pin(async move { Ok(seen) })
    });
    let sink = sink_to(store.clone(), SwitchId(1));
    let mut calls = Calls::new(Arc::default(), Clock::manual(Millis(0)), look, sink, tell);
    calls.resume(store, SwitchId(1)).await.unwrap();
    calls.run(stream::iter([connected()].into_iter().chain(events.into_iter().map(Feed::Event)))).await;
    std::iter::from_fn(|| news.try_recv().ok()).collect()
}
