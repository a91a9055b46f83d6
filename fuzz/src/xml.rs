//! What FreeSWITCH asks over mod_xml_curl: whatever it is, the answer is a document, made of nothing but what we write.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::office::{self, Ask};

/// Every element that is served.
const ELEMENTS: [&str; 22] = [
    "document",
    "section",
    "result",
    "configuration",
    "settings",
    "param",
    "domain",
    "params",
    "groups",
    "group",
    "users",
    "user",
    "variables",
    "variable",
    "queues",
    "queue",
    "agents",
    "tiers",
    "context",
    "extension",
    "condition",
    "action",
];
/// Every application that a dialplan runs.
const APPLICATIONS: [&str; 12] = [
    "set",
    "export",
    "answer",
    "sleep",
    "playback",
    "hangup",
    "bridge",
    "callcenter",
    "callcenter_track",
    "transfer",
    "voicemail",
    "unset",
];
/// What the switch is to expand in them: variables that hold what we have set, and what makes the name of a recording.
const EXPANDED: [&str; 5] = ["${ccgate_call_id}", "${uuid}", "${ccgate_record_", "${strftime(%Y/%m/%d)}", "${create_uuid()}"];

/// # Panics
/// When something does not hold.
pub fn check(data: &[u8]) {
    let form = Some("application/x-www-form-urlencoded");
    let Some((status, body)) = office::ask(Ask { method: "POST", uri: "/freeswitch/xml", kind: form, body: data }) else { return };
    assert_eq!(status, 200, "an answer");
    let text = String::from_utf8(body).expect("the answer is text");
    let mut reader = Reader::from_str(&text);
    let mut depth = 0;
    loop {
        match reader.read_event().expect("the answer is XML") {
            Event::Start(tag) => {
                look_at(&tag, depth);
                depth += 1;
            }
            Event::Empty(tag) => look_at(&tag, depth),
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            other => panic!("{other:?} in {text}"),
        }
    }
    assert_eq!(depth, 0, "{text}");
}

fn look_at(tag: &BytesStart<'_>, depth: usize) {
    let name = tag.name().as_ref().to_owned();
    assert!(ELEMENTS.contains(&name.as_str()), "an element {name}");
    assert_eq!(depth == 0, name == "document", "{name} at {depth}");
    let value = |key: &str| {
        let attribute = tag.try_get_attribute(key).expect("attributes are well-formed")?;
        Some(attribute.normalized_value(XmlVersion::Implicit1_0).expect("a value").into_owned())
    };
    for attribute in tag.attributes() {
        let text = attribute.expect("an attribute").normalized_value(XmlVersion::Implicit1_0).expect("a value").into_owned();
        assert!(!text.contains(char::is_control), "{name} has {text:?}");
    }
    if name == "action" {
        let (application, data) = (value("application").expect("an application"), value("data").unwrap_or_default());
        assert!(APPLICATIONS.contains(&application.as_str()), "an application {application}");
        for (at, _) in data.match_indices("${") {
            assert!(EXPANDED.iter().any(|known| data[at..].starts_with(known)), "{application} {data}");
        }
    }
}
