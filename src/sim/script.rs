//! Plays one script to any event socket and gives back what it said, so that the simulated switch and a real one can be compared.
//!
//! A script is commands, acts and waits. What differs from run to run by nature (UUIDs, times, addresses) is replaced:
//! an id by `#n` in the order of its first appearance, a time by `then`, never by `never`.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const FRAME_MAX_BYTES: usize = 4 * 1024 * 1024;

/// One step of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A command as it goes on the wire, without the blank line; its reply is kept.
    Send(String),
    /// Something outside the event socket, by name: a caller dials, a phone is told to be busy.
    Act(String),
    /// Waits until an event arrives that has all of these headers.
    Await { headers: Vec<(String, String)>, timeout_ms: u64 },
    /// Lets time pass; events that arrive meanwhile are kept.
    Pause { ms: u64 },
}

/// What a switch said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Each command with its normalised reply.
    pub replies: Vec<(String, String)>,
    /// The events, as [`essence`] has them.
    pub events: Vec<Vec<String>>,
}

/// Why a script could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    #[error("event socket: {0}")]
    Io(#[from] std::io::Error),
    #[error("the switch closed the connection")]
    Closed,
    #[error("a frame of more than {FRAME_MAX_BYTES} bytes")]
    TooLong,
    #[error("no event {0:?} within {1} ms")]
    Late(Vec<(String, String)>, u64),
    #[error("no reply to {0:?}")]
    NoReply(String),
}

/// Headers of an event, decoded, the first of each name.
pub type Headers = BTreeMap<String, String>;

/// A client that is logged in at an event socket.
pub struct Session {
    stream: TcpStream,
    buffer: Vec<u8>,
    events: Vec<Headers>,
}

/// Logs in at `address`, plays the steps, and gives back what was said. `act` does the script's acts.
///
/// # Errors
/// When the connection breaks, a reply does not come, or an awaited event is late.
pub async fn play<F, Fut>(address: SocketAddr, password: &str, steps: &[Step], mut act: F) -> Result<Played, ScriptError>
where
    F: FnMut(String) -> Fut,
    Fut: Future<Output = ()>,
{
    let mut player = Session::login(address, password).await?;
    let mut played = Played::default();
    let mut names = Names::default();
    for step in steps {
        match step {
            Step::Send(command) => {
                let reply = player.send(command).await?;
                played.replies.push((command.clone(), names.text(&reply)));
            }
            Step::Act(name) => act(name.clone()).await,
            Step::Await { headers, timeout_ms } => player.wait(headers, *timeout_ms).await?,
            Step::Pause { ms } => player.pause(*ms).await?,
        }
    }
    played.events = essence(&player.events);
    Ok(played)
}

impl Session {
    /// Connects and logs in.
    ///
    /// # Errors
    /// When nobody listens there, or the connection breaks.
    pub async fn login(address: SocketAddr, password: &str) -> Result<Self, ScriptError> {
        let mut session = Self { stream: TcpStream::connect(address).await?, buffer: Vec::new(), events: Vec::new() };
        session.frame().await?;
        session.send(&format!("auth {password}")).await?;
        Ok(session)
    }

    /// Sends a command without its blank line; gives its Reply-Text, else its body.
    ///
    /// # Errors
    /// When the connection breaks, or no reply comes within a minute.
    pub async fn send(&mut self, command: &str) -> Result<String, ScriptError> {
        self.stream.write_all(format!("{command}\n\n").as_bytes()).await?;
        let wait = tokio::time::timeout(Duration::from_secs(60), self.reply()).await;
        wait.unwrap_or_else(|_| Err(ScriptError::NoReply(command.to_string())))
    }

    /// The next plain event, however long it takes.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn event(&mut self) -> Result<Headers, ScriptError> {
        loop {
            let (headers, body) = self.frame().await?;
            if headers.get("Content-Type").map(String::as_str) == Some("text/event-plain") {
                return Ok(event(&body));
            }
        }
    }

    /// The next frame: its headers and body. Cancelling it loses nothing.
    async fn frame(&mut self) -> Result<(Headers, String), ScriptError> {
        loop {
            if let Some(frame) = take_frame(&mut self.buffer) {
                return Ok(frame);
            }
            if self.buffer.len() > FRAME_MAX_BYTES {
                return Err(ScriptError::TooLong);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(ScriptError::Closed);
            }
        }
    }

    /// The next frame that is no event; events on the way are kept.
    async fn reply(&mut self) -> Result<String, ScriptError> {
        loop {
            let (headers, body) = self.frame().await?;
            match headers.get("Content-Type").map(String::as_str) {
                Some("text/event-plain") => self.events.push(event(&body)),
                _ => return Ok(headers.get("Reply-Text").cloned().unwrap_or(body)),
            }
        }
    }

    async fn wait(&mut self, wanted: &[(String, String)], timeout_ms: u64) -> Result<(), ScriptError> {
        let fits = |e: &Headers| wanted.iter().all(|(n, v)| e.get(n) == Some(v));
        let arrives = async {
            loop {
                let event = self.event().await?;
                let found = fits(&event);
                self.events.push(event);
                if found {
                    return Ok(());
                }
            }
        };
        let waited = tokio::time::timeout(Duration::from_millis(timeout_ms), arrives).await;
        waited.unwrap_or_else(|_| Err(ScriptError::Late(wanted.to_vec(), timeout_ms)))
    }

    async fn pause(&mut self, ms: u64) -> Result<(), ScriptError> {
        match self.wait(&[("no-such-header".into(), String::new())], ms).await {
            Err(ScriptError::Late(..)) => Ok(()),
            other => other,
        }
    }
}

fn take_frame(buffer: &mut Vec<u8>) -> Option<(Headers, String)> {
    let end = buffer.windows(2).position(|w| w == b"\n\n")?;
    let head = String::from_utf8_lossy(buffer.get(..end)?).into_owned();
    let headers: Headers = head.lines().filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_string(), v.to_string())).collect();
    let length = headers.get("Content-Length").and_then(|l| l.parse::<usize>().ok()).unwrap_or(0);
    let total = (end + 2).checked_add(length)?;
    let body = String::from_utf8_lossy(buffer.get(end + 2..total)?).into_owned();
    buffer.drain(..total);
    Some((headers, body))
}

/// The headers of a plain event's body, decoded.
pub fn event(body: &str) -> Headers {
    let mut map = Headers::new();
    for line in body.lines().filter(|l| !l.is_empty()) {
        if let Some((name, value)) = line.split_once(": ") {
            let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
            map.entry(name.to_string()).or_insert(value);
        }
    }
    map
}

/// Names given to ids in the order of their first appearance.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    fn of(&mut self, id: &str) -> String {
        let next = self.0.len() + 1;
        format!("#{}", self.0.entry(id.to_string()).or_insert(next))
    }

    /// A reply with its UUIDs and epochs replaced.
    fn text(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for piece in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
            let cut = piece.len() - piece.chars().last().filter(|c| !(c.is_ascii_alphanumeric() || *c == '-')).map_or(0, char::len_utf8);
            let (word, end) = piece.split_at(cut);
            if word.len() == 36 && word.matches('-').count() == 4 {
                out += &self.of(word);
            } else if word.len() == 10 && word.starts_with('1') && word.bytes().all(|b| b.is_ascii_digit()) {
                out += "then";
            } else {
                out += word;
            }
            out += end;
        }
        out
    }
}

/// The headers that matter, besides ids and times.
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
    "variable_sip_invite_failure_phrase",
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

/// Headers whose value is an id.
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

/// Headers that are 0 or a time.
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

/// What of an event is compared: its name first, then its headers, with ids named and times as `then` or `never`.
pub fn line(event: &Headers, mut named: impl FnMut(&str) -> String) -> Vec<String> {
    let mut line = vec![event.get("Event-Name").cloned().unwrap_or_default()];
    let present = |list: &'static [&'static str]| list.iter().filter_map(|h| Some((*h, event.get(*h)?)));
    line.extend(present(COMPARED).map(|(h, v)| format!("{h}={v}")));
    line.extend(present(IDS).map(|(h, v)| format!("{h}={}", named(v))));
    line.extend(present(TIMES).map(|(h, v)| format!("{h}={}", if v == "0" { "never" } else { "then" })));
    line
}

/// Events reduced to what is compared: a line each, its name first. HEARTBEAT and CALL_UPDATE are left out.
///
/// Channels of one call are destroyed by threads of their own: a run of CHANNEL_DESTROY is sorted.
pub fn essence(events: &[Headers]) -> Vec<Vec<String>> {
    let mut names = Names::default();
    let mut all = Vec::new();
    for event in events {
        let name = event.get("Event-Name").map(String::as_str).unwrap_or_default();
        if name == "HEARTBEAT" || name == "CALL_UPDATE" {
            continue;
        }
        all.push(line(event, |id| names.of(id)));
    }
    let destroyed = |l: &Vec<String>| l.first().is_some_and(|n| n == "CHANNEL_DESTROY");
    for run in all.chunk_by_mut(|a, b| destroyed(a) && destroyed(b)) {
        run.sort();
    }
    all
}
