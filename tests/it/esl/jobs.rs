//! Background jobs: the end comes on the other connection, before or after the answer, or never.

use std::time::Duration;

use ccgate::esl::client::{ClientError, Feed, Reason};
use ccgate::esl::command::{Api, Text, Verb};
use ccgate::esl::event::EventBuf;
use ccgate::esl::frame::Frame;
use ccgate::esl::reply::{ApiReply, ReplyError};
use libtest_mimic::Trial;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::peer::{Bench, config, exists};
use super::timed;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        timed("jobs::a_job_may_end_before_its_command_is_answered", early),
        timed("jobs::a_job_that_makes_no_call_is_answered", no_call),
        timed("jobs::a_job_has_a_deadline", deadline),
        timed("jobs::a_refused_job_is_not_waited_for", refused),
        timed("jobs::a_lost_connection_loses_its_jobs", lost),
        timed("jobs::one_id_is_one_job", duplicate),
    ]
}

const WAIT: Duration = Duration::from_secs(60);

fn job() -> Uuid {
    Uuid::from_u128(0x1111)
}

fn originate() -> Api {
    Api::new(Verb::Originate, Text::new("{originate_timeout=4}user/1009@lab.local &park").unwrap())
}

fn ended(body: &'static str) -> Frame {
    let mut event = EventBuf::new("BACKGROUND_JOB");
    event.push("Job-UUID", job().to_string()).push("Job-Command", "originate").body(body);
    event.encode_plain()
}

fn accepted() -> Frame {
    let job = job().to_string();
    Frame::command_reply_with(&format!("+OK Job-UUID: {job}"), &[("Job-UUID", &job)])
}

fn start(bench: &Bench) -> JoinHandle<Result<ApiReply, ClientError>> {
    let client = bench.client.clone();
    tokio::spawn(async move { client.bgapi(originate(), job(), WAIT).await })
}

async fn early() {
    let (mut bench, mut commands, mut events) = Bench::connected(&config()).await;
    let waiting = start(&bench);
    let request = commands.next().await.unwrap();
    assert_eq!(request.get("Job-UUID").as_deref(), Some(job().to_string().as_str()));
    events.say(&ended("+OK 70b27a69\n")).await;
    // It is in the feed before the command is answered.
    assert!(matches!(bench.feed.recv().await, Some(Feed::Event(_))));
    commands.say(&accepted()).await;
    assert_eq!(waiting.await.unwrap().unwrap().ok_text().as_deref(), Some("70b27a69"));
}

async fn no_call() {
    let (bench, mut commands, mut events) = Bench::connected(&config()).await;
    let waiting = start(&bench);
    commands.line().await;
    commands.say(&accepted()).await;
    events.say(&ended("-ERR SUBSCRIBER_ABSENT\n")).await;
    assert_eq!(waiting.await.unwrap(), Err(ClientError::Refused(ReplyError::Err("SUBSCRIBER_ABSENT".to_owned()))));
}

async fn deadline() {
    let (bench, mut commands, mut events) = Bench::connected(&config()).await;
    let client = bench.client.clone();
    let wait = Duration::from_secs(3);
    let began = tokio::time::Instant::now();
    let waiting = tokio::spawn(async move { client.bgapi(originate(), job(), wait).await });
    commands.line().await;
    commands.say(&accepted()).await;
    assert_eq!(waiting.await.unwrap(), Err(ClientError::JobTimeout { job: job(), wait_ms: 3000 }));
    assert_eq!(began.elapsed(), wait);
    // The end that comes too late is an event like any other, and the id is free again.
    events.say(&ended("+OK late\n")).await;
    let waiting = start(&bench);
    commands.line().await;
    commands.say(&accepted()).await;
    events.say(&ended("+OK again\n")).await;
    assert_eq!(waiting.await.unwrap().unwrap().ok_text().as_deref(), Some("again"));
}

async fn refused() {
    let (bench, mut commands, _events) = Bench::connected(&config()).await;
    let waiting = start(&bench);
    commands.line().await;
    commands.say(&Frame::command_reply("-ERR permission denied")).await;
    assert_eq!(waiting.await.unwrap(), Err(ClientError::Refused(ReplyError::PermissionDenied)));
}

async fn lost() {
    let (bench, mut commands, events) = Bench::connected(&config()).await;
    let waiting = start(&bench);
    commands.line().await;
    commands.say(&accepted()).await;
    // A second command behind it shows that the first was taken in.
    let (answer, _) = tokio::join!(bench.client.api(exists("x")), commands.echo());
    answer.unwrap();
    drop(events);
    assert_eq!(waiting.await.unwrap(), Err(ClientError::Lost { reason: Reason::Closed }));
}

async fn duplicate() {
    let (bench, mut commands, mut events) = Bench::connected(&config()).await;
    let waiting = start(&bench);
    commands.line().await;
    assert_eq!(bench.client.bgapi(originate(), job(), WAIT).await, Err(ClientError::DuplicateJob { job: job() }));
    commands.say(&accepted()).await;
    events.say(&ended("+OK x\n")).await;
    waiting.await.unwrap().unwrap();
}
