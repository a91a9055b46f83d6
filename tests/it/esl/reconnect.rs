//! A switch that goes and comes back, over TCP.

use std::time::Duration;

use ccgate::esl::client::{ClientConfig, ClientError, Feed, Reason, Spawned, State, spawn};
use ccgate::esl::command::EventSet;
use ccgate::esl::frame::{Frame, GOODBYE};
use libtest_mimic::Trial;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::peer::{Bench, CORE, Peer, config, event, exists, shown};
use super::{real, timed};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        real("reconnect::a_restarted_switch_is_subscribed_again", restarted),
        timed("reconnect::never_longer_than_the_cap_apart", cap),
        timed("reconnect::commands_fail_at_once_while_away", away),
    ]
}

const SUBSCRIPTION: &str = "event plain CHANNEL_ANSWER BACKGROUND_JOB HEARTBEAT CUSTOM callcenter::info";

async fn accept(listener: &TcpListener) -> Peer<TcpStream> {
    Peer::new(listener.accept().await.unwrap().0)
}

async fn restarted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let subscriptions = EventSet::new(&["CHANNEL_ANSWER"], &["callcenter::info"]).unwrap();
    let mut told = ClientConfig { port: address.port(), subscriptions, ..config() };
    told.limits.backoff_base_ms = 5;
    told.limits.backoff_cap_ms = 20;
    let shutdown = CancellationToken::new();
    let Spawned { client, mut feed, task } = spawn(&told, shutdown.clone()).unwrap();

    let mut commands = accept(&listener).await;
    commands.let_commands_in(CORE).await;
    let mut events = accept(&listener).await;
    assert_eq!(events.let_events_in().await, SUBSCRIPTION);
    assert_eq!(&*client.connected().await.unwrap().core_uuid, CORE);
    events.say(&event("CHANNEL_ANSWER", 1)).await;
    let (answer, line) = tokio::join!(client.api(exists("x")), commands.echo());
    assert_eq!(answer.unwrap().text(), line);

    // The switch goes down in order, and for a while there is nothing at its address.
    drop(listener);
    events.say(&Frame::disconnect_notice(GOODBYE)).await;
    assert!(commands.next().await.is_none());
    drop((commands, events));
    let mut state = client.state();
    state.wait_for(|state| matches!(state, State::Disconnected { reason: Reason::Io(_) })).await.unwrap();
    assert!(matches!(client.api(exists("x")).await, Err(ClientError::Away { .. })));

    let listener = TcpListener::bind(address).await.unwrap();
    let mut commands = accept(&listener).await;
    commands.let_commands_in("00000000-0000-0000-0000-000000000000").await;
    let mut events = accept(&listener).await;
    assert_eq!(events.let_events_in().await, SUBSCRIPTION);
    events.say(&event("CHANNEL_ANSWER", 2)).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(shown(&feed.recv().await.unwrap()));
    }
    let notice = "disconnected Notice { lingered: false }";
    assert_eq!(seen, ["connected 1 c58b", "event 1", notice, "connected 2 0000", "event 2"]);

    shutdown.cancel();
    task.await.unwrap();
    assert!(commands.next().await.is_none());
    assert!(matches!(feed.recv().await, Some(Feed::Disconnected { reason: Reason::Stopped })));
}

async fn cap() {
    let mut bench = Bench::start(&config());
    let mut before = Instant::now();
    let mut longest = Duration::ZERO;
    for _ in 0..60 {
        let mut peer = bench.dialled.recv().await.unwrap();
        longest = longest.max(before.elapsed());
        before = Instant::now();
        peer.say(&Frame::rude_rejection()).await;
    }
    // Jittered, but it grows to near its cap and not over it.
    assert!(longest <= Duration::from_millis(5001) && longest > Duration::from_secs(4), "{longest:?}");
}

async fn away() {
    let (mut bench, commands, _events) = Bench::connected(&config()).await;
    drop(commands);
    assert_eq!(bench.down().await, Reason::Closed);
    // While it dials and is kept waiting at the door, commands do not wait with it.
    let _silent = bench.dialled.recv().await.unwrap();
    let began = Instant::now();
    let away = ClientError::Away { reason: Reason::Closed };
    assert_eq!(bench.client.api(exists("x")).await, Err(away.clone()));
    assert_eq!(bench.client.api_many(vec![exists("x")]).await, [Err(away)]);
    assert_eq!(began.elapsed(), Duration::ZERO);
}
