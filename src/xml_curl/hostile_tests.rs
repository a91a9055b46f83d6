//! Whatever text is stored or asked for: what is served parses, has the shape that it has with harmless text, and the text comes back.

use proptest::prelude::*;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::dialplan::setting_tests::changed;
use super::dialplan::tests::presence;
use super::*;
use crate::domain::number::ExtensionNumber;
use crate::domain::text::Label;
use crate::domain::user::DeviceOverrides;
use crate::reconcile::build::Rows;
use crate::switch::spoken::Spoken;
use crate::xml_curl::snapshot::render;

/// What means something to XML, to FreeSWITCH's preprocessor, to its dialplan or to a dial string.
const HOSTILE: [&str; 9] = [
    "<>&\"'",
    "]]><x/>",
    "<!--",
    "${system touch x}",
    "$${base_dir}",
    "<X-PRE-PROCESS cmd=\"exec\" data=\"touch x\"/>",
    "a,b=c|d:_:e",
    "{x=y}[x=y]<x=y>",
    "&quot;&#10;%0A\\n\\\"",
];

/// Texts with one of those, or of any characters; a letter first, so that something can be said of each.
fn hostile() -> impl Strategy<Value = String> {
    let syntax = prop::collection::vec(prop::sample::select(&HOSTILE[..]), 1..4).prop_map(|parts| parts.concat());
    prop_oneof![syntax, "\\PC{0,150}", ".{0,150}"].prop_map(|text| format!("x{text}"))
}

/// Every text that a person chose for a row is `text`.
fn named(rows: &mut Rows, text: &str) {
    let Ok(name) = Label::new(&text.chars().filter(|c| !c.is_control()).take(Label::MAX_CHARS).collect::<String>()) else { return };
    rows.accounts.iter_mut().for_each(|row| row.name = name.clone());
    for user in &mut rows.users {
        (user.name, user.username, user.email) = (name.clone(), text.to_owned(), text.to_owned());
        user.settings.override_device = true;
        user.settings.device =
            DeviceOverrides { ecnam: Some(name.clone()), ocnam: Some(name.clone()), user_record: Some(true), ..DeviceOverrides::default() };
    }
    rows.devices.iter_mut().for_each(|row| row.name = name.clone());
    for queue in &mut rows.queues {
        (queue.name, queue.settings.tv_name) = (name.clone(), Some(text.to_owned()));
        queue.settings.background_color = Some(text.to_owned());
    }
    rows.extensions.iter_mut().for_each(|row| row.name = name.clone());
    rows.dial_rules.iter_mut().for_each(|row| row.name = name.clone());
    for mailbox in &mut rows.voicemails {
        (mailbox.name, mailbox.settings.email) = (name.clone(), Some(text.to_owned()));
    }
}

/// Elements and their attributes, in order, and the attributes' values.
fn read(document: &str) -> (Vec<String>, Vec<String>) {
    let (mut shape, mut values) = (Vec::new(), Vec::new());
    let mut take = |tag: &BytesStart<'_>| {
        let mut names = vec![tag.name().as_ref().to_owned()];
        for attribute in tag.attributes() {
            let attribute = attribute.unwrap();
            names.push(attribute.key.as_ref().to_owned());
            values.push(attribute.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned());
        }
        shape.push(names.join(" "));
    };
    let mut reader = Reader::from_str(document);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => take(&tag),
            Event::End(_) | Event::Text(_) => {}
            Event::Eof => return (shape, values),
            other => panic!("{other:?} in {document}"),
        }
    }
}

fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn calls(text: &str) -> Vec<Call> {
    let call = |context: &str, destination: &str| Call {
        channel: text.to_owned(),
        context: context.to_owned(),
        destination: destination.to_owned(),
        caller_number: Some("0501234567".to_owned()),
        device_id: Some(2),
        call_id: Some(text.to_owned()),
        ..Call::default()
    };
    let numbers = ["700", "201", "208", "207", "309", "0312345678", "*97", "**123", "112", text];
    let contexts = ["default", originate::CONTEXT, transfer::CONTEXT, "public", text];
    contexts.iter().flat_map(|context| numbers.map(|number| call(context, number))).collect()
}

/// Every document of an office.
fn documents(desired: &Desired, text: &str) -> Vec<String> {
    let mut all: Vec<String> = render(desired, &presence()).unwrap().into_values().collect();
    all.push(callcenter::conf(desired, None).unwrap());
    all.push(callcenter::conf(desired, Some(text)).unwrap());
    for user in ["1001", "300", text] {
        all.push(directory::user(desired, user, "lab.local", false).unwrap());
        all.push(directory::user(desired, user, text, true).unwrap());
    }
    all.push(directory::domain(desired, text).unwrap());
    let presence = presence();
    for call in calls(text) {
        let route = dialplan::route(Known { desired, presence: &presence }, &call);
        all.push(dialplan::render(&route, &call, true).unwrap());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn a_text_stays_in_its_place(text in hostile()) {
        let harmless = documents(&changed(|rows| named(rows, "xharmless")), "xharmless");
        let served = documents(&changed(|rows| named(rows, &text)), &text);
        prop_assert_eq!(harmless.len(), served.len());
        for (harmless, served) in harmless.iter().zip(&served) {
            prop_assert_eq!(read(harmless).0, read(served).0, "{}", served);
        }
        let values: Vec<String> = served.iter().flat_map(|served| read(served).1).collect();
        prop_assert!(values.contains(&without_controls(&text)), "the mailbox's address");
        let spoken = Spoken::new(&without_controls(&text).chars().take(Label::MAX_CHARS).collect::<String>());
        let shown = format!("effective_caller_id_name={spoken}");
        prop_assert!(values.contains(&shown), "{}", shown);
        for value in values.iter().filter(|value| value.starts_with("effective_caller_id_name=")) {
            prop_assert!(!value.contains(['{', '$', '\'', '"', '<']), "{}", value);
        }
    }

    #[test]
    fn a_caller_cannot_be_asked_for_as_anything_else(fields in prop::collection::vec(("[a-zA-Z_-]{1,20}", ".{0,60}"), 0..6), text in hostile()) {
        // As mod_xml_curl writes it: what a stranger chose stands in one of the first fields as it is.
        let escaped: String = percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC).collect();
        let mut body = format!("hostname=h&section=dialplan&tag_name=&key_name=&key_value={text}&Unique-ID=a&Caller-Context=public");
        for (name, value) in &fields {
            let value: String = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).collect();
            body.push_str(&format!("&variable_sip_h_X-{name}={value}"));
        }
        body.push_str(&format!("&Caller-Destination-Number={escaped}&variable_ccgate_device_id=2"));
        if let Request::Dialplan(call) = Request::parse(body.as_bytes()) {
            prop_assert_eq!((call.destination, call.device_id), (text, Some(2)));
        } else {
            prop_assert!(serde_urlencoded::from_str::<Vec<(String, String)>>(&body).is_err(), "{}", body);
        }
    }

    #[test]
    fn a_number_is_dialled_by_itself_alone(number in "\\+?[0-9]{1,31}") {
        let parsed = ExtensionNumber::parse(&number).unwrap();
        let desired = changed(|rows| rows.extensions[0].number = parsed);
        let files = render(&desired, &presence()).unwrap();
        let (_, values) = read(&files["account-1.xml"]);
        let literal: String = number.chars().map(|c| if c == '+' { "[+]".to_owned() } else { c.to_string() }).collect();
        prop_assert!(values.contains(&format!("^{literal}$")), "{:?}", values);
    }
}
