//! The documents that FreeSWITCH takes, written by quick-xml: what is in a value stays in that value.

use super::request::PROBE;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// A document under construction.
pub(super) struct Xml(Writer<Vec<u8>>);

/// Attributes of an element.
pub(super) type Attrs<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    /// A whole document: `<document type="freeswitch/xml"><section name="...">` around what `body` writes.
    pub(super) fn document(section: &str, body: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<String> {
        let mut xml = Self(Writer::new(Vec::with_capacity(1024)));
        xml.within("document", &[("type", "freeswitch/xml")], |xml| xml.within("section", &[("name", section)], body))?;
        String::from_utf8(xml.0.into_inner()).map_err(io::Error::other)
    }

    /// A file for `X-PRE-PROCESS` to include. FreeSWITCH drops a whole line in which it finds `<include>`, so that has one of its own.
    pub(super) fn include(body: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<String> {
        let mut xml = Self(Writer::new(Vec::with_capacity(1024)));
        body(&mut xml)?;
        let text = String::from_utf8(xml.0.into_inner()).map_err(io::Error::other)?;
        Ok(format!("<include>\n{text}</include>\n"))
    }

    /// A line's end.
    pub(super) fn line(&mut self) -> io::Result<()> {
        self.0.write_event(Event::Text(BytesText::from_escaped("\n")))
    }

    /// `<name attrs>` around what `body` writes.
    pub(super) fn within(&mut self, name: &str, attrs: Attrs<'_>, body: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.0.write_event(Event::Start(element(name, attrs)))?;
        body(self)?;
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    /// `<name attrs/>`
    pub(super) fn empty(&mut self, name: &str, attrs: Attrs<'_>) -> io::Result<()> {
        self.0.write_event(Event::Empty(element(name, attrs)))
    }

    /// `<param name="..." value="..."/>`
    pub(super) fn param(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.empty("param", &[("name", name), ("value", value)])
    }
}

/// The document that only ccgate has.
pub(super) fn probe() -> io::Result<String> {
    Xml::document("configuration", |xml| {
        xml.within("configuration", &[("name", PROBE)], |xml| {
            xml.within("settings", &[], |xml| xml.param("version", env!("CARGO_PKG_VERSION")))
        })
    })
}

/// The document that says "I do not know": FreeSWITCH goes on with its static files.
pub(super) fn not_found() -> io::Result<String> {
    Xml::document("result", |xml| xml.empty("result", &[("status", "not found")]))
}

/// Control characters have no place in XML, not even escaped; in what ccgate stores there are none, and here neither.
fn element<'a>(name: &'a str, attrs: Attrs<'_>) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for &(key, value) in attrs {
        if value.contains(char::is_control) {
            let clean: String = value.chars().filter(|c| !c.is_control()).collect();
            start.push_attribute((key, clean.as_str()));
        } else {
            start.push_attribute((key, value));
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_attribute() {
        let hostile = "a\"><&]]>'\n\0b";
        let text = Xml::document("s", |xml| xml.param("n", hostile)).unwrap();
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut values = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Empty(tag) => values.push(
                    tag.try_get_attribute("value")
                        .unwrap()
                        .unwrap()
                        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                        .unwrap()
                        .into_owned(),
                ),
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(values, ["a\"><&]]>'b"]);
        assert!(!text.contains("]]>'") && !text.contains("\"><&"), "{text}");
    }

    #[test]
    fn not_found_is_freeswitchs_own() {
        assert_eq!(
            not_found().unwrap(),
            r#"<document type="freeswitch/xml"><section name="result"><result status="not found"/></section></document>"#
        );
    }
}
