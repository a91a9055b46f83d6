use proptest::prelude::*;

use super::*;
use crate::esl::frame::Limits;
use crate::esl::request::RequestDecoder;

fn encoded(command: &Command) -> BytesMut {
    let mut out = BytesMut::new();
    command.encode_into(&mut out);
    out
}

fn decoded(mut bytes: BytesMut) -> Option<Command> {
    let request = RequestDecoder::new(Limits::CLIENT).decode(&mut bytes).unwrap().unwrap();
    assert!(bytes.is_empty(), "more than one command was written");
    Command::parse(&request)
}

/// Text with all that a line can hold, and what only looks like a command or a header.
fn text() -> impl Strategy<Value = Text> {
    "([^\\r\\n\\x00]{0,20})|(: api status)|(\\\\n\\\\napi status)".prop_map(|text| Text::new(text).unwrap())
}

fn word() -> impl Strategy<Value = Word> {
    "[A-Z][A-Za-z_-]{0,12}".prop_filter("has its own meaning", |word| word != "CUSTOM").prop_map(|word| Word::new(word).unwrap())
}

fn events() -> impl Strategy<Value = EventSet> {
    let subclass = "[a-z]{1,6}::[a-z]{1,6}".prop_map(|name| Word::subclass(name).unwrap());
    (proptest::collection::vec(word(), 0..4), proptest::collection::vec(subclass, 0..4))
        .prop_map(|(names, subclasses)| EventSet { names, subclasses })
}

fn api() -> impl Strategy<Value = Api> {
    let plain = (proptest::sample::select(Verb::ALL), text()).prop_map(|(verb, args)| Api::new(verb, args));
    let json = "[^\\r\\n\\x00]{0,20}".prop_map(|queue| Api::json_callcenter("queue list members", Some(&queue)).unwrap());
    prop_oneof![4 => plain, 1 => json]
}

fn password() -> impl Strategy<Value = Password> {
    "[^\\r\\n\\x00]{1,20}".prop_map(|secret| Password::new(secret.into()).unwrap())
}

fn command() -> impl Strategy<Value = Command> {
    let value = || "[!-~][ -~]{0,10}".prop_map(|text| Text::new(text).unwrap());
    let headers = proptest::collection::vec((word(), value()), 0..4);
    let send = (word(), headers, proptest::collection::vec(any::<u8>(), 0..30)).prop_map(|(name, headers, body)| {
        headers.into_iter().fold(SendEvent::new(name).body(body), |event, (name, value)| event.header(name, value).unwrap())
    });
    prop_oneof![
        password().prop_map(Command::Auth),
        password().prop_map(|password| Command::user_auth("ccgate@lab.local", password).unwrap()),
        api().prop_map(Command::Api),
        (any::<u128>(), api()).prop_map(|(job, api)| Command::BgApi { job: Uuid::from_u128(job), api }),
        (any::<bool>(), events())
            .prop_map(|(json, events)| Command::Event { format: if json { Format::Json } else { Format::Plain }, events }),
        events().prop_map(Command::NixEvent),
        (word(), value()).prop_map(|(header, value)| Command::Filter { header, value }),
        (word(), proptest::option::of(value())).prop_map(|(header, value)| Command::FilterDelete { header, value }),
        proptest::option::of(any::<u32>()).prop_map(Command::Linger),
        any::<u8>().prop_map(Command::Log),
        send.prop_map(Command::SendEvent),
        proptest::sample::select(vec![Command::NoEvents, Command::NoLinger, Command::NoLog, Command::Exit]),
    ]
}

proptest! {
    #[test]
    fn a_command_comes_back_as_one_command(command in command()) {
        prop_assert_eq!(decoded(encoded(&command)), Some(command));
    }
}

#[test]
fn the_wire_is_as_recorded() {
    let events = EventSet::new(&["HEARTBEAT"], &["callcenter::info", "sofia::register"]).unwrap();
    let event = Command::Event { format: Format::Plain, events };
    assert_eq!(encoded(&event), "event plain HEARTBEAT CUSTOM callcenter::info sofia::register\n\n");
    let job = Uuid::from_u128(1);
    let bgapi = Command::BgApi { job, api: Api::bare(Verb::Status) };
    assert_eq!(encoded(&bgapi), format!("bgapi status\nJob-UUID: {job}\n\n"));
    let probe = SendEvent::new(Word::new("CUSTOM").unwrap())
        .header(Word::new("Event-Subclass").unwrap(), Text::new("ccgate::probe").unwrap())
        .unwrap();
    assert_eq!(encoded(&Command::SendEvent(probe)), "sendevent CUSTOM\nEvent-Subclass: ccgate::probe\n\n");
    let delete = Command::FilterDelete { header: Word::new("Event-Name").unwrap(), value: None };
    assert_eq!(encoded(&delete), "filter delete Event-Name\n\n");
}

#[test]
fn no_password_shows_in_debug() {
    let password = Password::new("hunter2".into()).unwrap();
    for command in [Command::Auth(password.clone()), Command::user_auth("a@b", password).unwrap()] {
        assert!(!format!("{command:?}").contains("hunter2"));
    }
}

#[test]
fn a_user_is_a_name_and_a_domain() {
    let password = Password::new("x".into()).unwrap();
    for user in ["", "a", "@b", "a@", "a:b@c", "a@b:c", "a@b c"] {
        assert_eq!(Command::user_auth(user, password.clone()), Err(TextError::NotAUser), "{user}");
    }
}

#[test]
fn the_length_is_the_encoders() {
    let event = SendEvent::new(Word::new("X").unwrap());
    assert_eq!(event.header(Word::new("content-length").unwrap(), Text::default()), Err(TextError::ReservedHeader));
}
