//! Each way in which a switch says no, or breaks off, has its own type.

use std::io;

use ccgate::esl::client::{ClientConfig, ClientError, Feed, Reason};
use ccgate::esl::frame::{Frame, FrameError, FrameKind, GOODBYE};
use ccgate::esl::reply::ReplyError;
use libtest_mimic::Trial;
use tokio::io::DuplexStream;

use super::peer::{Bench, CORE, PASSWORD, Peer, config, exists};
use super::timed;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        timed("faults::rude_rejection", rude),
        timed("faults::wrong_password", wrong_password),
        timed("faults::userauth", userauth),
        timed("faults::a_command_that_is_needed_is_refused", needed),
        timed("faults::another_protocol", another_protocol),
        timed("faults::refusals_of_a_command", refusals),
        timed("faults::disconnect_notice", notice),
        timed("faults::disconnect_notice_with_linger", linger),
        timed("faults::a_reply_nobody_asked_for", unasked),
        timed("faults::no_socket", no_socket),
        timed("faults::a_password_that_is_no_line", bad_password),
        timed("faults::stopped", stopped),
    ]
}

async fn first(bench: &mut Bench) -> Peer<DuplexStream> {
    bench.dialled.recv().await.unwrap()
}

async fn rude() {
    let mut bench = Bench::start(&config());
    first(&mut bench).await.say(&Frame::rude_rejection()).await;
    assert_eq!(bench.down().await, Reason::RudeRejection);
    assert_eq!(bench.client.api(exists("x")).await, Err(ClientError::Away { reason: Reason::RudeRejection }));
    assert!(bench.feed.try_recv().is_none(), "an attempt that failed is no news");
}

async fn wrong_password() {
    let mut bench = Bench::start(&config());
    let mut peer = first(&mut bench).await;
    peer.say(&Frame::auth_request()).await;
    peer.expect(&format!("auth {PASSWORD}")).await;
    peer.say(&Frame::command_reply("-ERR invalid")).await;
    peer.say(&Frame::disconnect_notice(GOODBYE)).await;
    assert_eq!(bench.down().await, Reason::WrongPassword);
    // It goes on trying: the password may be put right on the switch.
    let _peers = bench.pair().await;
    bench.client.connected().await.unwrap();
}

async fn userauth() {
    let user = ClientConfig { user: Some("ccgate@lab.local".to_owned()), ..config() };
    let mut bench = Bench::start(&user);
    let mut peer = first(&mut bench).await;
    peer.say(&Frame::auth_request()).await;
    peer.expect(&format!("userauth ccgate@lab.local:{PASSWORD}")).await;
    let allowed = [("Allowed-Events", "all"), ("Allowed-API", "status"), ("Allowed-LOG", "true")];
    peer.say(&Frame::command_reply_with("+OK accepted", &allowed)).await;
    peer.expect("api global_getvar core_uuid").await;
    peer.say(&Frame::command_reply("-ERR permission denied")).await;
    assert_eq!(bench.down().await, Reason::Refused { command: "global_getvar", error: ReplyError::PermissionDenied });
}

async fn needed() {
    let mut bench = Bench::start(&config());
    let mut commands = first(&mut bench).await;
    commands.let_commands_in(CORE).await;
    let mut events = first(&mut bench).await;
    events.authenticate().await;
    events.expect("event plain BACKGROUND_JOB HEARTBEAT").await;
    events.say(&Frame::command_reply("-ERR no keywords supplied")).await;
    let error = ReplyError::Err("no keywords supplied".to_owned());
    assert_eq!(bench.down().await, Reason::Refused { command: "event", error });
    // One half is no connection: the other is closed too.
    assert!(commands.next().await.is_none());
}

async fn another_protocol() {
    let mut bench = Bench::start(&config());
    first(&mut bench).await.say(&Frame::command_reply("+OK")).await;
    assert_eq!(bench.down().await, Reason::Unexpected(FrameKind::CommandReply));

    let (bench, mut commands, _events) = Bench::connected(&config()).await;
    let asking = tokio::spawn({
        let client = bench.client.clone();
        async move { client.api(exists("x")).await }
    });
    commands.line().await;
    let mut broken = bytes::BytesMut::from(&b"HTTP/1.1 200 OK\n\n"[..]);
    let mut decoder = ccgate::esl::frame::Decoder::for_requests(ccgate::esl::frame::Limits::CLIENT);
    let broken = decoder.decode(&mut broken).unwrap().unwrap();
    commands.say(&broken).await;
    let reason = Reason::Frame(FrameError::BadHeader { line: 1 });
    assert_eq!(asking.await.unwrap(), Err(ClientError::Lost { reason: reason.clone() }));
    assert_eq!(bench.down().await, reason);
}

async fn refusals() {
    let (bench, mut commands, _events) = Bench::connected(&config()).await;
    let cases = [
        (Frame::api_response(b"-ERR Agent not found!\n"), ReplyError::Err("Agent not found!".to_owned())),
        (Frame::api_response(b"-USAGE: <uuid>\n"), ReplyError::Usage("<uuid>".to_owned())),
        (Frame::command_reply("-ERR permission denied"), ReplyError::PermissionDenied),
        (Frame::api_response(b"-ERR uuid_exists Command not found!\n"), ReplyError::UnknownCommand),
        (Frame::api_response(b""), ReplyError::Empty),
        (Frame::command_reply("+OK"), ReplyError::WrongKind(FrameKind::CommandReply)),
    ];
    for (answer, expected) in cases {
        let switch = async {
            commands.line().await;
            commands.say(&answer).await;
        };
        let (refused, ()) = tokio::join!(bench.client.api(exists("x")), switch);
        assert_eq!(refused, Err(ClientError::Refused(expected)));
    }
    // A refusal ends nothing.
    let (answer, line) = tokio::join!(bench.client.api(exists("y")), commands.echo());
    assert_eq!(answer.unwrap().text(), line);
}

async fn notice() {
    let (mut bench, mut commands, mut events) = Bench::connected(&config()).await;
    let switch = async {
        commands.line().await;
        commands.say(&Frame::disconnect_notice(GOODBYE)).await;
    };
    let (lost, ()) = tokio::join!(bench.client.api(exists("x")), switch);
    let reason = Reason::Notice { lingered: false };
    assert_eq!(lost, Err(ClientError::Lost { reason: reason.clone() }));
    assert!(lost.unwrap_err().outcome_unknown());
    assert_eq!(bench.down().await, reason);
    assert!(events.next().await.is_none(), "the other connection is closed too");
    assert!(matches!(bench.feed.recv().await, Some(Feed::Disconnected { reason: Reason::Notice { lingered: false } })));
}

async fn linger() {
    let (bench, mut commands, mut events) = Bench::connected(&config()).await;
    commands.say(&Frame::linger_notice(CORE, "sofia/internal/1001", 5)).await;
    events.say(&Frame::linger_notice(CORE, "sofia/internal/1001", 5)).await;
    // The switch still answers and still sends.
    let (answer, line) = tokio::join!(bench.client.api(exists("x")), commands.echo());
    assert_eq!(answer.unwrap().text(), line);
    events.say(&super::peer::event("TEST", 1)).await;
    let mut feed = bench.feed;
    assert!(matches!(feed.recv().await, Some(Feed::Event(_))));
    drop(events);
    assert!(matches!(feed.recv().await, Some(Feed::Disconnected { reason: Reason::Notice { lingered: true } })));
}

async fn unasked() {
    let (bench, mut commands, _events) = Bench::connected(&config()).await;
    commands.say(&Frame::api_response(b"surprise")).await;
    assert_eq!(bench.down().await, Reason::Unexpected(FrameKind::ApiResponse));
}

async fn no_socket() {
    let mut bench = Bench::start(&config());
    bench.dialled.close();
    while bench.dialled.recv().await.is_some() {}
    assert_eq!(bench.down().await, Reason::Io(io::ErrorKind::ConnectionRefused));
    let many = bench.client.api_many(vec![exists("a"), exists("b")]).await;
    let away = ClientError::Away { reason: Reason::Io(io::ErrorKind::ConnectionRefused) };
    assert!(!away.outcome_unknown());
    assert_eq!(many, [Err(away.clone()), Err(away)]);
}

async fn bad_password() {
    for (user, password) in [(None, "a\n\napi shutdown"), (None, ""), (Some("a:b@c"), "x"), (Some("nobody"), "x")] {
        let bad = ClientConfig { user: user.map(str::to_owned), password: password.into(), ..config() };
        assert!(ccgate::esl::client::spawn(&bad, tokio_util::sync::CancellationToken::new()).is_err());
    }
}

async fn stopped() {
    let (mut bench, mut commands, _events) = Bench::connected(&config()).await;
    let asking = tokio::spawn({
        let client = bench.client.clone();
        async move { client.api(exists("x")).await }
    });
    commands.line().await;
    bench.shutdown.cancel();
    bench.task.await.unwrap();
    assert_eq!(asking.await.unwrap(), Err(ClientError::Lost { reason: Reason::Stopped }));
    assert_eq!(bench.client.api(exists("x")).await, Err(ClientError::Stopped));
    assert_eq!(bench.client.connected().await, Err(ClientError::Stopped));
    assert!(matches!(bench.feed.recv().await, Some(Feed::Disconnected { reason: Reason::Stopped })));
    assert!(bench.feed.recv().await.is_none());
    assert!(commands.next().await.is_none());
}
