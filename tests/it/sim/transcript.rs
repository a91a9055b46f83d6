//! Reading recordings and frames, and what of an event is compared.

use std::collections::BTreeMap;
use std::path::Path;

/// One frame: headers and body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Frame {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    pub(super) fn kind(&self) -> &str {
        self.get("Content-Type").unwrap_or_default()
    }

    /// What a command was answered: all headers but the type's own, then the body.
    pub(super) fn reply(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.headers {
            if !["Content-Type", "Content-Length"].contains(&name.as_str()) {
                text += &if name == "Reply-Text" { value.clone() } else { format!("\n{name}: {value}") };
            }
        }
        text + &self.body
    }

    /// The headers of a plain event, decoded, the first of each name.
    pub(super) fn event(&self) -> Option<BTreeMap<String, String>> {
        (self.kind() == "text/event-plain").then(|| ccgate::sim::script::event(&self.body))
    }
}

/// A step of a recording.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// What the client sent, without the blank line.
    Sent(String),
    Received(Frame),
}

/// Reads a recording: lines after `>>> ` were sent, the rest is byte for byte what came.
pub(super) fn recording(name: &str) -> Vec<Step> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/transcripts").join(name);
    let raw = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut steps = Vec::new();
    let mut rest = raw.as_slice();
    while !rest.is_empty() {
        if rest.starts_with(b">>> ") {
            let mut sent = String::new();
            while let Some(line) = rest.strip_prefix(b">>> ") {
                let end = line.iter().position(|b| *b == b'\n').unwrap_or(line.len());
                sent += &String::from_utf8_lossy(&line[..end]);
                sent.push('\n');
                rest = &line[(end + 1).min(line.len())..];
            }
            steps.push(Step::Sent(sent.trim_end().to_string()));
        } else if let Some(after) = rest.strip_prefix(b"\n") {
            rest = after;
        } else {
            let Some((frame, after)) = take_frame(rest) else { break };
            steps.push(Step::Received(frame));
            rest = after;
        }
    }
    steps
}

/// The whole frames in these bytes.
pub(super) fn frames_of(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let Some((frame, rest)) = take_frame(bytes) {
        frames.push(frame);
        bytes = rest;
    }
    frames
}

fn take_frame(bytes: &[u8]) -> Option<(Frame, &[u8])> {
    let end = bytes.windows(2).position(|w| w == b"\n\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]);
    let headers: Vec<(String, String)> =
        head.lines().filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_string(), v.to_string())).collect();
    let mut rest = &bytes[end + 2..];
    let mut frame = Frame { headers, body: String::new() };
    if let Some(length) = frame.get("Content-Length").and_then(|l| l.parse::<usize>().ok()) {
        frame.body = String::from_utf8_lossy(rest.get(..length)?).into_owned();
        rest = &rest[length..];
    }
    Some((frame, rest))
}

/// The events among these frames, reduced to what is compared.
pub(super) fn essence(frames: &[Frame]) -> Vec<Vec<String>> {
    let events: Vec<_> = frames.iter().filter_map(Frame::event).collect();
    ccgate::sim::script::essence(&events)
}
