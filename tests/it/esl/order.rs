//! Who goes first: answers in the order of the questions, a user before a bulk, a bulk in windows.

use ccgate::esl::client::{BULK_WINDOW, ClientConfig, ClientError};
use ccgate::esl::command::{EventSet, Format, Text, Word};
use ccgate::esl::event::EventBuf;
use ccgate::esl::frame::Frame;
use libtest_mimic::Trial;

use super::peer::{Bench, CORE, config, exists, shown};
use super::timed;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        timed("order::a_users_command_goes_before_a_bulk", priority),
        timed("order::a_bulk_keeps_its_order_and_its_refusals", bulk),
        timed("order::too_many_commands_are_refused", busy),
        timed("order::subscription_filters_and_json", subscription),
    ]
}

async fn priority() {
    let (bench, mut commands, _events) = Bench::connected(&config()).await;
    let many = tokio::spawn({
        let client = bench.client.clone();
        async move { client.api_many((0..100).map(|number| exists(&number.to_string())).collect()).await }
    });
    let mut unanswered = Vec::new();
    for number in 0..BULK_WINDOW {
        let line = commands.line().await;
        assert_eq!(line, format!("api uuid_exists {number}"));
        unanswered.push(line);
    }
    let user = tokio::spawn({
        let client = bench.client.clone();
        async move { client.api(exists("user")).await }
    });
    // The window is full: nothing else of the bulk came in between.
    let line = commands.line().await;
    assert_eq!(line, "api uuid_exists user");
    unanswered.push(line);
    for line in unanswered {
        commands.say(&Frame::api_response(line.as_bytes())).await;
    }
    assert_eq!(user.await.unwrap().unwrap().text(), "api uuid_exists user");
    for _ in BULK_WINDOW..100 {
        commands.echo().await;
    }
    for (number, answer) in many.await.unwrap().into_iter().enumerate() {
        assert_eq!(answer.unwrap().text(), format!("api uuid_exists {number}"));
    }
}

async fn bulk() {
    let (bench, mut commands, _events) = Bench::connected(&config()).await;
    let switch = async {
        for number in 0..70 {
            let line = commands.line().await;
            let answer = if number % 7 == 0 { "-ERR no".to_owned() } else { line };
            commands.say(&Frame::api_response(answer.as_bytes())).await;
        }
    };
    let many = bench.client.api_many((0..70).map(|number| exists(&number.to_string())).collect());
    let (outcomes, ()) = tokio::join!(many, switch);
    for (number, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(answer) => assert_eq!(answer.text(), format!("api uuid_exists {number}")),
            Err(error) => assert!(number % 7 == 0 && matches!(error, ClientError::Refused(_)), "{number}: {error}"),
        }
    }
}

async fn busy() {
    let mut small = config();
    small.limits.in_flight_commands = 2;
    small.limits.queued_commands = 3;
    let (bench, mut commands, _events) = Bench::connected(&small).await;
    let mut asking = Vec::new();
    for number in 0..2 {
        let client = bench.client.clone();
        asking.push(tokio::spawn(async move { client.api(exists(&number.to_string())).await }));
        commands.line().await;
    }
    let mut more = tokio::task::JoinSet::new();
    for number in 2..6 {
        let client = bench.client.clone();
        more.spawn(async move { client.api(exists(&number.to_string())).await });
    }
    // Two are under way and three wait; the fourth is told so at once.
    let first_done = more.join_next().await.unwrap().unwrap();
    assert_eq!(first_done, Err(ClientError::Busy { limit: 3 }));
    commands.say(&Frame::api_response(b"a")).await;
    commands.say(&Frame::api_response(b"b")).await;
    for _ in 0..3 {
        commands.echo().await;
    }
    while let Some(answer) = more.join_next().await {
        answer.unwrap().unwrap();
    }
}

async fn subscription() {
    let events = EventSet::new(&["CHANNEL_ANSWER", "HEARTBEAT"], &["callcenter::info"]).unwrap();
    let filters = vec![(Word::new("variable_x").unwrap(), Text::new("1 2").unwrap())];
    let asked = ClientConfig { format: Format::Json, subscriptions: events, filters, ..config() };
    let mut bench = Bench::start(&asked);
    let mut commands = bench.dialled.recv().await.unwrap();
    commands.let_commands_in(CORE).await;
    let mut events = bench.dialled.recv().await.unwrap();
    events.authenticate().await;
    events.expect("filter variable_x 1 2").await;
    events.say(&Frame::command_reply("+OK filter added. [variable_x]=[1 2]")).await;
    events.expect("event json CHANNEL_ANSWER HEARTBEAT BACKGROUND_JOB CUSTOM callcenter::info").await;
    events.say(&Frame::command_reply("+OK event listener enabled json")).await;
    // Broken JSON is a gap, and what comes after it is read.
    let mut good = EventBuf::custom("callcenter::info");
    good.push("n", "2");
    let mut bad = bytes::BytesMut::from(&b"Content-Length: 3\nContent-Type: text/event-json\n\n{x}"[..]);
    let bad = ccgate::esl::frame::Decoder::new(ccgate::esl::frame::Limits::SWITCH).decode(&mut bad).unwrap().unwrap();
    events.say(&bad).await;
    events.say(&good.encode_json()).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(shown(&bench.feed.recv().await.unwrap()));
    }
    assert_eq!(seen[1..], ["gap 1", "event 2"]);
}
