//! Events: their headers, their two encodings, and who gets them.

use super::args::encode;
use super::jsontext::Json;
use super::{Core, Output};
use crate::clock::Millis;

pub(super) const HEARTBEAT_MS: i64 = 20_000;

/// An event before it is sent: name, headers in order, body.
#[derive(Clone, Debug, Default)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) subclass: Option<String>,
    /// Where in FreeSWITCH it came from: file and function.
    pub(super) origin: (&'static str, &'static str),
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Option<String>,
}

impl Event {
    pub(super) fn new(name: &str, file: &'static str, function: &'static str) -> Self {
        Self { name: name.into(), origin: (file, function), ..Self::default() }
    }

    pub(super) fn custom(subclass: &str, file: &'static str, function: &'static str) -> Self {
        Self { subclass: Some(subclass.into()), ..Self::new("CUSTOM", file, function) }
    }

    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.add(name, value);
        self
    }

    pub(super) fn add(&mut self, name: &str, value: impl ToString) {
        self.headers.push((name.into(), value.to_string()));
    }

    /// The value of a header, names in any case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    fn plain(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.headers {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(&encode(value));
            text.push('\n');
        }
        match &self.body {
            Some(body) => text.push_str(&format!("Content-Length: {}\n\n{body}", body.len())),
            None => text.push('\n'),
        }
        text
    }

    pub(super) fn json(&self) -> String {
        let mut fields: Vec<(String, Json)> = Vec::new();
        for (name, value) in &self.headers {
            if !fields.iter().any(|(n, _)| n == name) {
                fields.push((name.clone(), value.as_str().into()));
            }
        }
        if let Some(body) = &self.body {
            fields.push(("Content-Length".into(), body.len().to_string().into()));
            fields.push(("_body".into(), body.as_str().into()));
        }
        Json::Object(fields).to_string()
    }

    /// The whole frame, in the listener's format.
    pub(super) fn frame(&self, json: bool) -> Vec<u8> {
        let (body, kind) = if json { (self.json(), "json") } else { (self.plain(), "plain") };
        format!("Content-Length: {}\nContent-Type: text/event-{kind}\n\n{body}", body.len()).into_bytes()
    }
}

/// `2026-11-22 04:34:41`, in UTC.
pub(super) fn local_date(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|t| t.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

fn gmt_date(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0).map(|t| t.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).unwrap_or_default()
}

impl Core {
    /// The headers every event and every XML request of a running switch begins with.
    pub(super) fn base_headers(&mut self, name: &str, origin: (&str, &str)) -> Vec<(String, String)> {
        self.sequence += 1;
        [
            ("Event-Name", name.to_string()),
            ("Core-UUID", self.core_uuid.clone()),
            ("FreeSWITCH-Hostname", self.cfg.hostname.clone()),
            ("FreeSWITCH-Switchname", self.cfg.hostname.clone()),
            ("FreeSWITCH-IPv4", "127.0.0.1".into()),
            ("FreeSWITCH-IPv6", "::1".into()),
            ("Event-Date-Local", local_date(self.now)),
            ("Event-Date-GMT", gmt_date(self.now)),
            ("Event-Date-Timestamp", self.now_us().to_string()),
            ("Event-Calling-File", origin.0.into()),
            ("Event-Calling-Function", origin.1.into()),
            ("Event-Calling-Line-Number", "1".into()),
            ("Event-Sequence", self.sequence.to_string()),
        ]
        .into_iter()
        .map(|(n, v)| (n.to_string(), v))
        .collect()
    }

    /// Stamps the event and gives it to every connection that asked for it.
    pub(super) fn fire(&mut self, mut event: Event) {
        let mut headers = Vec::with_capacity(event.headers.len() + 14);
        if let Some(subclass) = &event.subclass {
            headers.push(("Event-Subclass".to_string(), subclass.clone()));
        }
        headers.extend(self.base_headers(&event.name, event.origin));
        headers.append(&mut event.headers);
        event.headers = headers;
        self.deliver(&event);
    }

    fn deliver(&mut self, event: &Event) {
        let lost = self.faults.lose_event(&mut self.rng);
        let mut formats: [Option<Vec<u8>>; 2] = [None, None];
        let mut sends = Vec::new();
        for (conn, session) in &mut self.sessions {
            if !session.wants(event) {
                continue;
            }
            if lost {
                self.counters.lost_events += 1;
                continue;
            }
            let json = session.json();
            let Some(slot) = formats.get_mut(usize::from(json)) else { continue };
            let frame = slot.get_or_insert_with(|| event.frame(json)).clone();
            if let Some(frame) = session.hold(frame) {
                sends.push((*conn, frame));
            }
        }
        self.out.extend(sends.into_iter().map(|(conn, frame)| Output::Send(conn, frame)));
    }

    pub(super) fn heartbeat(&mut self) {
        let up_ms = self.now.since(self.started);
        let event = Event::new("HEARTBEAT", "switch_core.c", "send_heartbeat")
            .with("Event-Info", "System Ready")
            .with("Up-Time", self.up_time())
            .with("FreeSWITCH-Version", VERSION)
            .with("Uptime-msec", up_ms)
            .with("Session-Count", self.channels.len())
            .with("Max-Sessions", 2000)
            .with("Session-Per-Sec", 500)
            .with("Session-Per-Sec-Last", 0)
            .with("Session-Per-Sec-Max", 0)
            .with("Session-Per-Sec-FiveMin", 0)
            .with("Session-Since-Startup", self.next_chan.saturating_sub(1))
            .with("Session-Peak-Max", self.sessions_peak)
            .with("Session-Peak-FiveMin", self.sessions_peak)
            .with("Idle-CPU", "100.000000");
        self.fire(event);
        self.after(HEARTBEAT_MS, Self::heartbeat);
    }

    pub(super) fn up_time(&self) -> String {
        let ms = self.now.since(self.started);
        let s = ms / 1000;
        format!(
            "{} years, {} days, {} hours, {} minutes, {} seconds, {} milliseconds, 0 microseconds",
            s / 31_536_000,
            (s / 86_400) % 365,
            (s / 3600) % 24,
            (s / 60) % 60,
            s % 60,
            ms % 1000
        )
    }
}

pub(super) const VERSION: &str = "1.10.12-release+git~20240802T210227Z~a88d069d6f~64bit";
