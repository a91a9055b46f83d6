//! What is said to the switch: any text in any place of a command is refused, or stays in its place of one command.

use bytes::BytesMut;
use ccgate::domain::kept::KeptName;
use ccgate::domain::number::{Domain, ExtensionNumber, SipUser};
use ccgate::esl::command::{Api, Command, EventSet, Password, SendEvent, Text, Verb, Word, join_args};
use ccgate::esl::frame::Limits;
use ccgate::esl::request::RequestDecoder;
use ccgate::sim::core::separate;
use ccgate::switch::{AgentName, AgentStatus, HangupCause, QueueName, Step};
use uuid::Uuid;

use super::texts;

/// # Panics
/// When something does not hold.
pub fn check(data: &[u8]) {
    let parts: [String; 8] = texts(data);
    arguments(&parts);
    commands(&parts).iter().for_each(is_one);
    steps(&parts);
}

/// The switch reads the arguments that were written, and no others.
fn arguments(parts: &[String; 8]) {
    let parts = parts.each_ref().map(String::as_str);
    let breaks = parts.iter().any(|part| part.contains(['\r', '\n', '\0']));
    match join_args(&parts) {
        Ok(line) => {
            assert!(!breaks && !line.as_str().contains(['\r', '\n', '\0']), "a line break in {line:?}");
            assert_eq!(separate(line.as_str(), ' ', 8), parts, "{line}");
        }
        Err(error) => assert!(breaks || parts.concat().len() > 4_000, "refused: {error}"),
    }
}

/// Every command that there is, of these texts, as far as they are taken.
fn commands(parts: &[String; 8]) -> Vec<Command> {
    let [one, two, three, rest @ ..] = parts;
    let (word, text) = (Word::new(one.as_str()), Text::new(two.as_str()));
    let mut all = Vec::new();
    let verb = Verb::ALL[one.len() % Verb::ALL.len()];
    all.extend(text.clone().map(|text| Command::Api(Api::new(verb, text))));
    all.extend(text.clone().map(|text| Command::BgApi { job: Uuid::nil(), api: Api::new(verb, text) }));
    all.extend(Api::json_callcenter(one, Some(two)).map(Command::Api));
    all.extend(Password::new(one.clone().into()).map(Command::Auth));
    all.extend(Password::new(two.clone().into()).and_then(|password| Command::user_auth(one, password)));
    all.extend(EventSet::new(&[one, two], &[three]).map(Command::NixEvent));
    let Ok(word) = word else { return all };
    all.extend(text.clone().map(|value| Command::Filter { header: word.clone(), value }));
    all.push(Command::FilterDelete { header: word.clone(), value: text.ok() });
    let mut event = SendEvent::new(word).body(three.clone());
    for pair in rest.chunks(2) {
        if let (Ok(name), Ok(value)) = (Word::new(pair[0].as_str()), Text::new(pair.last().expect("a chunk").as_str())) {
            event = event.clone().header(name, value).unwrap_or(event);
        }
    }
    all.push(Command::SendEvent(event));
    all
}

/// On the wire it is one command and nothing more.
fn is_one(command: &Command) {
    let mut out = BytesMut::new();
    command.encode_into(&mut out);
    let written = out.clone();
    let request = RequestDecoder::new(Limits::CLIENT).decode(&mut out).expect("our own command decodes").expect("it is whole");
    assert!(out.is_empty(), "one command became more: {written:?}");
    if let Command::SendEvent(_) = command {
        assert!(request.line().starts_with("sendevent "), "{written:?}");
    } else {
        let lines = written.iter().filter(|byte| **byte == b'\n').count();
        let own = if matches!(command, Command::BgApi { .. }) { 3 } else { 2 };
        assert_eq!(lines, own, "{written:?}");
    }
    assert!(!written.iter().any(|byte| matches!(byte, b'\r' | 0)) || !request.body().is_empty(), "{written:?}");
}

/// What a step is about is one argument of its command, as the switch reads it.
fn steps(parts: &[String; 8]) {
    let [name, queue, domain, user, number, cause, ..] = parts;
    let parsed = (Domain::parse(domain), SipUser::parse(user), ExtensionNumber::parse(number), HangupCause::parse(cause));
    let own = Domain::parse("lab.local").expect("a domain");
    let at = parsed.0.clone().unwrap_or(own);
    let kept = |name: &str| name.parse::<KeptName>().ok();
    let agent = AgentName::new(17.into(), &at).kept_as(kept(name).as_ref());
    let queue = QueueName::new(7.into(), &at).kept_as(kept(queue).as_ref());
    let (agent_text, queue_text) = (agent.to_string(), queue.to_string());
    let mut rows = vec![
        (Step::AgentStatus(agent.clone(), AgentStatus::OnBreak), vec!["agent", "set", "status", &agent_text, "On Break"]),
        (Step::AgentDel(agent.clone()), vec!["agent", "del", &agent_text]),
        (Step::TierLevel(queue.clone(), agent, 2), vec!["tier", "set", "level", &queue_text, &agent_text, "2"]),
        (Step::QueueLoad(queue), vec!["queue", "load", &queue_text]),
    ];
    if let (Ok(domain), Ok(user)) = (&parsed.0, &parsed.1) {
        rows.push((Step::FlushUser(user.clone(), domain.clone()), vec!["id", user.as_str(), domain.as_str()]));
    }
    let leg = Uuid::nil().to_string();
    if let Ok(number) = &parsed.2 {
        rows.push((Step::LegTransfer(Uuid::nil(), number.clone()), vec![&leg, number.as_str(), "XML", "ccgate-exit"]));
    }
    if let Some(cause) = &parsed.3 {
        rows.push((Step::LegKill(Uuid::nil(), cause.clone()), vec![&leg, cause.as_str()]));
    }
    for (step, words) in rows {
        let api = step.api().expect("a step of what was parsed can be written");
        assert_eq!(separate(api.args(), ' ', 8), words);
        is_one(&Command::Api(api));
    }
}
