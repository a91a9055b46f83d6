//! A switch that says what the test wants, over streams in memory or over TCP.

use std::io;

use ccgate::esl::client::{Client, ClientConfig, Connected, Dial, Feed, FeedReceiver, Reason, Spawned, State, spawn_on};
use ccgate::esl::command::{Api, Text, Verb};
use ccgate::esl::connection::ServerConnection;
use ccgate::esl::event::EventBuf;
use ccgate::esl::frame::{Frame, Limits};
use ccgate::esl::request::Request;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(super) const PASSWORD: &str = "4711";
pub(super) const CORE: &str = "c58bed59-f4d5-4700-8f09-929fe82d106c";

/// Gives the client one end of a stream in memory, and the test the other.
pub(super) struct InMemory(mpsc::UnboundedSender<Peer<DuplexStream>>);

impl Dial for InMemory {
    type Stream = DuplexStream;

    async fn dial(&self) -> io::Result<DuplexStream> {
        let (ours, theirs) = duplex(64 * 1024);
        self.0.send(Peer::new(theirs)).map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(ours)
    }
}

/// The client under test and the connections it makes.
pub(super) struct Bench {
    pub(super) client: Client,
    pub(super) feed: FeedReceiver,
    pub(super) task: JoinHandle<()>,
    pub(super) dialled: mpsc::UnboundedReceiver<Peer<DuplexStream>>,
    pub(super) shutdown: CancellationToken,
}

pub(super) fn config() -> ClientConfig {
    ClientConfig { seed: 1, ..ClientConfig::new("127.0.0.1", 8021, PASSWORD.into()) }
}

impl Bench {
    pub(super) fn start(config: &ClientConfig) -> Self {
        let (sender, dialled) = mpsc::unbounded_channel();
        let shutdown = CancellationToken::new();
        let Spawned { client, feed, task } = spawn_on(config, InMemory(sender), shutdown.clone()).unwrap();
        Self { client, feed, task, dialled, shutdown }
    }

    /// Lets the client in on both connections: commands, events.
    pub(super) async fn pair(&mut self) -> (Peer<DuplexStream>, Peer<DuplexStream>) {
        let mut commands = self.dialled.recv().await.unwrap();
        commands.let_commands_in(CORE).await;
        let mut events = self.dialled.recv().await.unwrap();
        events.let_events_in().await;
        (commands, events)
    }

    /// A client that is connected, and its peers.
    pub(super) async fn connected(config: &ClientConfig) -> (Self, Peer<DuplexStream>, Peer<DuplexStream>) {
        let mut bench = Self::start(config);
        let (commands, events) = bench.pair().await;
        bench.client.connected().await.unwrap();
        assert!(matches!(bench.feed.recv().await, Some(Feed::Connected(_))));
        (bench, commands, events)
    }

    /// Why there is no connection, once there is none for another reason than "not yet".
    pub(super) async fn down(&self) -> Reason {
        let mut state = self.client.state();
        let down = |state: &State| matches!(state, State::Disconnected { reason } if *reason != Reason::NotYet);
        match state.wait_for(down).await.as_deref() {
            Ok(State::Disconnected { reason }) => reason.clone(),
            other => panic!("{other:?}"),
        }
    }
}

/// The switch's end of one connection.
pub(super) struct Peer<S>(ServerConnection<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(ServerConnection::new(stream, Limits::CLIENT))
    }

    pub(super) async fn say(&mut self, frame: &Frame) {
        self.0.writer.put_frame(frame);
        self.0.writer.flush().await.unwrap();
    }

    /// The next request; `None` when the client closed the connection.
    pub(super) async fn next(&mut self) -> Option<Request> {
        self.0.reader.next().await.unwrap()
    }

    pub(super) async fn line(&mut self) -> String {
        self.next().await.unwrap().line().into_owned()
    }

    pub(super) async fn expect(&mut self, line: &str) {
        assert_eq!(self.line().await, line);
    }

    /// Answers the next request, an `api`, with its own line, and gives that line.
    pub(super) async fn echo(&mut self) -> String {
        let line = self.line().await;
        self.say(&Frame::api_response(line.as_bytes())).await;
        line
    }

    pub(super) async fn authenticate(&mut self) {
        self.say(&Frame::auth_request()).await;
        self.expect(&format!("auth {PASSWORD}")).await;
        self.say(&Frame::command_reply("+OK accepted")).await;
    }

    pub(super) async fn let_commands_in(&mut self, core_uuid: &str) {
        self.authenticate().await;
        self.expect("api global_getvar core_uuid").await;
        self.say(&Frame::api_response(core_uuid.as_bytes())).await;
        self.expect("event plain HEARTBEAT").await;
        self.say(&Frame::command_reply("+OK event listener enabled plain")).await;
    }

    /// Lets it in, and gives what it subscribes to.
    pub(super) async fn let_events_in(&mut self) -> String {
        self.authenticate().await;
        let line = self.line().await;
        assert!(line.starts_with("event "), "{line}");
        self.say(&Frame::command_reply("+OK event listener enabled plain")).await;
        line
    }
}

/// An event with a number in it.
pub(super) fn event(name: &str, number: usize) -> Frame {
    let mut made = EventBuf::new(name);
    made.push("n", number.to_string());
    made.encode_plain()
}

/// `uuid_exists` with a name that the echo gives back.
pub(super) fn exists(name: &str) -> Api {
    Api::new(Verb::UuidExists, Text::new(name).unwrap())
}

/// A feed's item in one word.
pub(super) fn shown(item: &Feed) -> String {
    match item {
        Feed::Connected(Connected { session, core_uuid }) => format!("connected {session} {core_uuid:.4}"),
        Feed::Event(event) => event.get("n").map_or_else(|| event.name().into_owned(), |number| format!("event {number}")),
        Feed::Gap { lost } => format!("gap {lost}"),
        Feed::Disconnected { reason } => format!("disconnected {reason:?}"),
    }
}
