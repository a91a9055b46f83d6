//! Documents from mod_xml_curl's URL: asking for them, and reading them into a small tree.

use quick_xml::events::{BytesStart, Event as XmlEvent};
use quick_xml::{Reader, XmlVersion};

use super::args::encode;
use super::{Core, Output, Then, XmlId};

/// Deeper documents are refused.
const DEPTH_MAX: usize = 32;

/// An element with its attributes and children; text is not kept, FreeSWITCH's documents have none that matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn attr(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |c| c.name == name)
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.name == name)
    }

    /// The child of this name whose attribute has this value, in any case.
    pub(super) fn find(&self, name: &str, attribute: &str, value: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.name == name && c.attr(attribute).is_some_and(|v| v.eq_ignore_ascii_case(value)))
    }

    /// `<param name value/>` children as pairs.
    pub(super) fn pairs(&self, list: &str, item: &str) -> Vec<(String, String)> {
        let Some(list) = self.child(list) else { return Vec::new() };
        list.all(item).filter_map(|p| Some((p.attr("name")?.to_string(), p.attr("value").unwrap_or_default().to_string()))).collect()
    }
}

/// Reads a document; `None` when it is not well-formed.
pub(super) fn parse(text: &str) -> Option<Element> {
    let mut reader = Reader::from_str(text);
    let mut stack = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            XmlEvent::Start(start) => {
                if stack.len() > DEPTH_MAX {
                    return None;
                }
                stack.push(element(&start)?);
            }
            XmlEvent::Empty(start) => {
                let child = element(&start)?;
                stack.last_mut()?.children.push(child);
            }
            XmlEvent::End(_) => {
                let child = stack.pop()?;
                stack.last_mut()?.children.push(child);
            }
            XmlEvent::Eof => break,
            _ => {}
        }
    }
    let mut root = stack.pop()?;
    if !stack.is_empty() || root.children.len() != 1 {
        return None;
    }
    root.children.pop()
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let name = as_text(attribute.key.as_ref())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
        attributes.push((name, value));
    }
    Some(Element { name: as_text(start.name().as_ref())?, attributes, children: Vec::new() })
}

fn as_text(name: impl AsRef<[u8]>) -> Option<String> {
    String::from_utf8(name.as_ref().to_vec()).ok()
}

impl Core {
    /// Asks for a document; `then` is given its section, or `None` when there is none of that kind.
    pub(super) fn fetch(&mut self, section: &'static str, tag: [&str; 3], params: &[(String, String)], then: Then<Option<Element>>) {
        let mut form = format!("hostname={}&section={section}", encode(&self.cfg.hostname));
        for (name, value) in [("tag_name", tag[0]), ("key_name", tag[1]), ("key_value", tag[2])] {
            form.push_str(&format!("&{name}={}", encode(value)));
        }
        for (name, value) in params {
            form.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        self.serial += 1;
        let id = XmlId(self.serial);
        self.counters.xml_requests += 1;
        self.out.push_back(Output::Fetch { id, form });
        self.xml_waits.insert(
            id,
            Box::new(move |core, body| {
                let found = body.and_then(|text| {
                    let text = core.expand_globals(&text);
                    let root = parse(&text)?;
                    root.find("section", "name", section).cloned()
                });
                if found.is_none() {
                    core.counters.xml_failures += 1;
                }
                then(core, found);
            }),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_becomes_a_tree() {
        let text =
            "<?xml version=\"1.0\"?>\n<document type=\"freeswitch/xml\"><section name=\"x\"><a k=\"1 &amp; 2\"/></section></document>";
        let root = parse(text).unwrap();
        assert_eq!(root.find("section", "name", "X").unwrap().child("a").unwrap().attr("k"), Some("1 & 2"));
        assert_eq!(parse("<a><b></a>"), None);
    }
}
