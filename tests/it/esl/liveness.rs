//! What is late: answers, heartbeats, everything. Time moves only when nothing else can happen.

use std::time::Duration;

use ccgate::esl::client::{ClientError, ClientLimits, Deadline, Feed, Reason};
use ccgate::esl::frame::Frame;
use libtest_mimic::Trial;
use tokio::time::{Instant, sleep};

use super::peer::{Bench, config, event, exists, shown};
use super::timed;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        timed("liveness::heartbeats_keep_it_up", steady),
        timed("liveness::other_events_are_no_heartbeat", no_heartbeat),
        timed("liveness::silence_ends_it", silence),
        timed("liveness::a_late_answer_is_nobody_elses", late_answer),
        timed("liveness::no_answer_at_all_ends_it", stall),
        timed("liveness::a_silent_handshake_ends", silent_handshake),
        timed("liveness::a_slow_consumer_gets_a_gap_in_its_place", gap),
    ]
}

fn limits() -> ClientLimits {
    ClientLimits::default()
}

async fn steady() {
    let (bench, mut commands, mut events) = Bench::connected(&config()).await;
    for number in 0..30 {
        sleep(Duration::from_secs(20)).await;
        commands.say(&event("HEARTBEAT", number)).await;
        events.say(&event("HEARTBEAT", number)).await;
    }
    let mut feed = bench.feed;
    for number in 0..30 {
        assert_eq!(shown(&feed.recv().await.unwrap()), format!("event {number}"));
    }
    let (answer, _) = tokio::join!(bench.client.api(exists("x")), commands.echo());
    answer.unwrap();
}

async fn no_heartbeat() {
    let (bench, mut commands, mut events) = Bench::connected(&config()).await;
    let began = Instant::now();
    let switch = async {
        loop {
            sleep(Duration::from_secs(10)).await;
            commands.say(&event("HEARTBEAT", 0)).await;
            events.say(&event("CHANNEL_CREATE", 0)).await;
        }
    };
    tokio::select! {
        reason = bench.down() => assert_eq!(reason, Reason::Timeout(Deadline::Heartbeat)),
        () = switch => {}
    }
    assert_eq!(began.elapsed(), Duration::from_millis(limits().heartbeat_ms));
}

async fn silence() {
    let (bench, mut commands, _events) = Bench::connected(&config()).await;
    let began = Instant::now();
    let switch = async {
        loop {
            sleep(Duration::from_secs(10)).await;
            commands.say(&event("HEARTBEAT", 0)).await;
        }
    };
    tokio::select! {
        reason = bench.down() => assert_eq!(reason, Reason::Timeout(Deadline::Read)),
        () = switch => {}
    }
    assert_eq!(began.elapsed(), Duration::from_millis(limits().read_ms));
}

async fn late_answer() {
    let (bench, mut commands, _events) = Bench::connected(&config()).await;
    let began = Instant::now();
    let reply_ms = limits().reply_ms;
    assert_eq!(bench.client.api(exists("slow")).await, Err(ClientError::Timeout { reply_ms }));
    assert_eq!(began.elapsed(), Duration::from_millis(reply_ms));
    let slow = commands.line().await;
    let switch = async {
        let next = commands.line().await;
        commands.say(&Frame::api_response(slow.as_bytes())).await;
        commands.say(&Frame::api_response(next.as_bytes())).await;
    };
    let (answer, ()) = tokio::join!(bench.client.api(exists("next")), switch);
    assert_eq!(answer.unwrap().text(), "api uuid_exists next");
}

async fn stall() {
    let (bench, mut commands, mut events) = Bench::connected(&config()).await;
    let began = Instant::now();
    let bulk = tokio::spawn({
        let client = bench.client.clone();
        async move { client.api_many((0..40).map(|number| exists(&number.to_string())).collect()).await }
    });
    let switch = async {
        loop {
            sleep(Duration::from_secs(7)).await;
            commands.say(&event("HEARTBEAT", 0)).await;
            events.say(&event("HEARTBEAT", 0)).await;
        }
    };
    let stalled = Reason::Timeout(Deadline::Stall);
    tokio::select! {
        reason = bench.down() => assert_eq!(reason, stalled),
        () = switch => {}
    }
    assert_eq!(began.elapsed(), Duration::from_millis(limits().stall_ms));
    let outcomes = bulk.await.unwrap();
    // A window was written and is late; the rest was never sent.
    let timeout = Err(ClientError::Timeout { reply_ms: limits().reply_ms });
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == timeout).count(), 32);
    assert_eq!(outcomes[32..], vec![Err(ClientError::Away { reason: stalled }); 8]);
}

async fn silent_handshake() {
    let bench = Bench::start(&config());
    let began = Instant::now();
    assert_eq!(bench.down().await, Reason::Timeout(Deadline::Handshake));
    assert_eq!(began.elapsed(), Duration::from_millis(limits().handshake_ms));
}

async fn gap() {
    let mut small = config();
    small.limits.feed_events = 4;
    let (bench, mut commands, mut events) = Bench::connected(&small).await;
    let mut feed = bench.feed;
    for number in 0..1000 {
        events.say(&event("TEST", number)).await;
    }
    // Far more than the stream's own buffer holds: it was all read, although nobody took anything.
    let (answer, _) = tokio::join!(bench.client.api(exists("x")), commands.echo());
    answer.unwrap();
    let mut state = bench.client.state();
    let mut seen = Vec::new();
    drop(events);
    state.wait_for(|state| matches!(state, ccgate::esl::client::State::Disconnected { .. })).await.unwrap();
    loop {
        let item = feed.recv().await.unwrap();
        seen.push(shown(&item));
        if matches!(item, Feed::Disconnected { .. }) {
            break;
        }
    }
    assert_eq!(seen, ["event 0", "event 1", "event 2", "event 3", "gap 996", "disconnected Closed"]);
    assert_eq!(bench.client.heard().lost, 996);
}
