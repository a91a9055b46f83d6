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
        (self.kind() == "text/event-plain").then(|| {
            let mut map = BTreeMap::new();
            for line in self.body.lines() {
                if let Some((name, value)) = line.split_once(": ") {
                    let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
                    map.entry(name.to_string()).or_insert(value);
                }
            }
            map
        })
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

/// The headers that matter, besides whom the event is about.
const COMPARED: &[&str] = &[
    "Event-Subclass",
    "CC-Action",
    "CC-Queue",
    "CC-Agent",
    "CC-Agent-Type",
    "CC-Agent-System",
    "CC-Agent-Status",
    "CC-Agent-State",
    "CC-Hangup-Cause",
    "CC-Cause",
    "CC-Cancel-Reason",
    "CC-Count",
    "CC-Selection",
    "CC-Agent-Bridged",
    "CC-Agent-No-Answer-Count",
    "CC-Agent-No-Answer-Status",
    "CC-Member-CID-Name",
    "CC-Member-CID-Number",
    "Caller-Destination-Number",
    "Caller-Caller-ID-Number",
    "Caller-Caller-ID-Name",
    "Caller-Callee-ID-Number",
    "Caller-Context",
    "Caller-Direction",
    "Caller-Logical-Direction",
    "Caller-RDNIS",
    "Caller-Dialplan",
    "Call-Direction",
    "Answer-State",
    "Channel-State",
    "Channel-Call-State",
    "Channel-State-Number",
    "Channel-HIT-Dialplan",
    "Channel-Presence-ID",
    "Hangup-Cause",
    "Other-Type",
    "Other-Leg-Destination-Number",
    "Job-Command",
    "Job-Command-Arg",
    "code",
    "status",
    "from-user",
    "username",
    "variable_cc_side",
    "variable_cc_queue",
    "variable_cc_agent",
    "variable_cc_agent_type",
    "variable_cc_cause",
    "variable_cc_cancel_reason",
    "variable_cc_exit_key",
    "variable_hangup_cause",
    "variable_hangup_cause_q850",
    "variable_proto_specific_hangup_cause",
    "variable_sip_term_status",
    "variable_sip_hangup_disposition",
    "variable_sip_invite_failure_status",
    "variable_dialed_user",
    "variable_dialed_domain",
    "variable_leg_timeout",
    "variable_direction",
    "variable_is_outbound",
    "variable_sip_authorized",
    "variable_user_name",
    "variable_domain_name",
    "variable_origination_caller_id_number",
    "variable_last_app",
    "variable_last_arg",
    "variable_endpoint_disposition",
    "variable_cc_tracked_agent",
    "variable_cc_agent_bridged",
    "variable_originate_timeout",
];

/// Headers whose value is an id: compared by who it is, in order of appearance.
const IDS: &[&str] = &[
    "Unique-ID",
    "Channel-Call-UUID",
    "Other-Leg-Unique-ID",
    "Caller-Unique-ID",
    "CC-Member-UUID",
    "CC-Member-Session-UUID",
    "CC-Agent-UUID",
    "Job-UUID",
    "Bridge-A-Unique-ID",
    "Bridge-B-Unique-ID",
    "variable_uuid",
    "variable_call_uuid",
    "variable_cc_member_session_uuid",
    "variable_cc_member_uuid",
    "variable_cc_agent_uuid",
    "variable_bridge_uuid",
    "variable_signal_bond",
    "variable_last_bridge_to",
    "variable_origination_uuid",
    "variable_cc_member_pre_answer_uuid",
];

/// Headers that are 0 or a time: compared by which.
const TIMES: &[&str] = &[
    "Caller-Channel-Created-Time",
    "Caller-Channel-Answered-Time",
    "Caller-Channel-Progress-Time",
    "Caller-Channel-Progress-Media-Time",
    "Caller-Channel-Hangup-Time",
    "Caller-Channel-Bridged-Time",
    "CC-Agent-Called-Time",
    "CC-Agent-Answered-Time",
    "CC-Member-Joined-Time",
    "CC-Member-Leaving-Time",
    "CC-Agent-Aborted-Time",
    "CC-Bridge-Terminated-Time",
    "variable_answer_epoch",
    "variable_bridge_epoch",
    "variable_end_epoch",
    "variable_start_epoch",
];

/// An event reduced to what is compared; `CHANNEL_BRIDGE ..` reads as one line.
pub(super) fn essence(frames: &[Frame]) -> Vec<Vec<String>> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut all = Vec::new();
    for event in frames.iter().filter_map(Frame::event) {
        let name = event.get("Event-Name").cloned().unwrap_or_default();
        if name == "HEARTBEAT" || name == "CALL_UPDATE" {
            continue;
        }
        let mut line = vec![name];
        for header in COMPARED {
            if let Some(value) = event.get(*header) {
                line.push(format!("{header}={value}"));
            }
        }
        for header in IDS {
            if let Some(value) = event.get(*header) {
                let next = format!("#{}", names.len() + 1);
                line.push(format!("{header}={}", names.entry(value.clone()).or_insert(next)));
            }
        }
        for header in TIMES {
            if let Some(value) = event.get(*header) {
                line.push(format!("{header}={}", if value == "0" { "never" } else { "then" }));
            }
        }
        all.push(line);
    }
    sort_races(&mut all);
    all
}

/// Channels of one call are destroyed by threads of their own: runs of CHANNEL_DESTROY have no order.
fn sort_races(lines: &mut [Vec<String>]) {
    let destroyed = |l: &Vec<String>| l[0] == "CHANNEL_DESTROY";
    let mut i = 0;
    while i < lines.len() {
        let run = lines[i..].iter().take_while(|l| destroyed(l)).count();
        lines[i..i + run].sort();
        i += run.max(1);
    }
}
