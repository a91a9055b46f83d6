//! A caller that goes away at any moment gets nobody else's answer into disorder.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use ccgate::esl::client::{Client, Feed};
use ccgate::esl::event::EventBuf;
use ccgate::esl::frame::Frame;
use libtest_mimic::Trial;
use tokio::io::DuplexStream;
use uuid::Uuid;

use super::peer::{Bench, Peer, config, exists};
use super::timed;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        timed("drops::api_at_every_poll", api),
        timed("drops::api_many_at_every_poll", api_many),
        timed("drops::bgapi_at_every_poll", bgapi),
        timed("drops::a_written_command_keeps_its_place", written),
    ]
}

type BoxFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Polls the inner future so many times, then lets go of it: `None`.
struct Polls<F> {
    inner: F,
    left: usize,
}

impl<F: Future + Unpin> Future for Polls<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        // Comes round again after every other task had its turn, whatever it waits for.
        cx.waker().wake_by_ref();
        Pin::new(&mut self.inner).poll(cx).map(Some)
    }
}

/// Answers every request with its own line, a `bgapi` with its job's end as well.
async fn echo(mut commands: Peer<DuplexStream>, mut events: Peer<DuplexStream>) {
    while let Some(request) = commands.next().await {
        let line = request.line().into_owned();
        let Some(job) = request.get("Job-UUID") else {
            commands.say(&Frame::api_response(line.as_bytes())).await;
            continue;
        };
        let mut done = EventBuf::new("BACKGROUND_JOB");
        done.push("Job-UUID", job.as_bytes()).body(line.clone());
        events.say(&done.encode_plain()).await;
        commands.say(&Frame::command_reply_with(&format!("+OK Job-UUID: {job}"), &[("Job-UUID", &job)])).await;
    }
}

/// Drops what `make` makes after 0, 1, 2, ... polls until it once is done, and after each drop asks three more. It is polled in
/// a task of its own, because those take turns with the client's, one poll each.
async fn at_every_poll(make: fn(Client) -> BoxFuture, places: usize) {
    let (bench, commands, events) = Bench::connected(&config()).await;
    let peer = tokio::spawn(echo(commands, events));
    let mut polls = 0;
    loop {
        let done = tokio::spawn(Polls { inner: make(bench.client.clone()), left: polls }).await.unwrap().is_some();
        for number in 0..3 {
            let name = format!("after-{polls}-{number}");
            let answer = bench.client.api(exists(&name)).await.unwrap();
            assert_eq!(answer.text(), format!("api uuid_exists {name}"), "dropped after {polls} polls");
        }
        if done {
            break;
        }
        polls += 1;
    }
    assert!(polls >= places, "only {polls} places to drop it at");
    peer.abort();
}

async fn api() {
    let make = |client: Client| -> BoxFuture {
        Box::pin(async move {
            client.api(exists("dropped")).await.unwrap();
        })
    };
    at_every_poll(make, 4).await;
}

async fn api_many() {
    let make = |client: Client| -> BoxFuture {
        Box::pin(async move {
            let many = (0..80).map(|number| exists(&format!("many-{number}"))).collect();
            for (number, answer) in client.api_many(many).await.into_iter().enumerate() {
                assert_eq!(answer.unwrap().text(), format!("api uuid_exists many-{number}"));
            }
        })
    };
    at_every_poll(make, 8).await;
}

async fn bgapi() {
    let make = |client: Client| -> BoxFuture {
        Box::pin(async move {
            // The same id each time: a job that was let go of gives its place back.
            let answer = client.bgapi(exists("job"), Uuid::from_u128(7), Duration::from_secs(5)).await.unwrap();
            assert_eq!(answer.text(), "bgapi uuid_exists job");
        })
    };
    at_every_poll(make, 4).await;
}

/// The case of all: written, let go of, answered late.
async fn written() {
    let (mut bench, mut commands, mut events) = Bench::connected(&config()).await;
    let client = bench.client.clone();
    let first = tokio::spawn(async move { client.api(exists("first")).await });
    commands.expect("api uuid_exists first").await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let client = bench.client.clone();
    let second = tokio::spawn(async move { client.api(exists("second")).await });
    commands.expect("api uuid_exists second").await;
    commands.say(&Frame::api_response(b"answer to the first")).await;
    commands.say(&Frame::api_response(b"answer to the second")).await;
    assert_eq!(second.await.unwrap().unwrap().text(), "answer to the second");
    events.say(&super::peer::event("TEST", 1)).await;
    assert!(matches!(bench.feed.recv().await, Some(Feed::Event(_))));
}
