//! What one connection wants to hear: `event`, `nixevent`, `noevents`, `filter`.

use std::collections::BTreeSet;

use super::events::Event;

/// The event names that `event` takes; any other word is ignored there.
const NAMES: &[&str] = &[
    "CUSTOM",
    "CLONE",
    "CHANNEL_CREATE",
    "CHANNEL_DESTROY",
    "CHANNEL_STATE",
    "CHANNEL_CALLSTATE",
    "CHANNEL_ANSWER",
    "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_EXECUTE",
    "CHANNEL_EXECUTE_COMPLETE",
    "CHANNEL_HOLD",
    "CHANNEL_UNHOLD",
    "CHANNEL_BRIDGE",
    "CHANNEL_UNBRIDGE",
    "CHANNEL_PROGRESS",
    "CHANNEL_PROGRESS_MEDIA",
    "CHANNEL_OUTGOING",
    "CHANNEL_PARK",
    "CHANNEL_UNPARK",
    "CHANNEL_APPLICATION",
    "CHANNEL_ORIGINATE",
    "CHANNEL_UUID",
    "API",
    "LOG",
    "INBOUND_CHAN",
    "OUTBOUND_CHAN",
    "STARTUP",
    "SHUTDOWN",
    "PUBLISH",
    "UNPUBLISH",
    "TALK",
    "NOTALK",
    "SESSION_CRASH",
    "MODULE_LOAD",
    "MODULE_UNLOAD",
    "DTMF",
    "MESSAGE",
    "PRESENCE_IN",
    "NOTIFY_IN",
    "PRESENCE_OUT",
    "PRESENCE_PROBE",
    "MESSAGE_WAITING",
    "MESSAGE_QUERY",
    "ROSTER",
    "CODEC",
    "BACKGROUND_JOB",
    "DETECTED_SPEECH",
    "DETECTED_TONE",
    "PRIVATE_COMMAND",
    "HEARTBEAT",
    "TRAP",
    "ADD_SCHEDULE",
    "DEL_SCHEDULE",
    "EXE_SCHEDULE",
    "RE_SCHEDULE",
    "RELOADXML",
    "NOTIFY",
    "PHONE_FEATURE",
    "PHONE_FEATURE_SUBSCRIBE",
    "SEND_MESSAGE",
    "RECV_MESSAGE",
    "REQUEST_PARAMS",
    "CHANNEL_DATA",
    "GENERAL",
    "COMMAND",
    "SESSION_HEARTBEAT",
    "CLIENT_DISCONNECTED",
    "SERVER_DISCONNECTED",
    "SEND_INFO",
    "RECV_INFO",
    "RECV_RTCP_MESSAGE",
    "CALL_SECURE",
    "NAT",
    "RECORD_START",
    "RECORD_STOP",
    "PLAYBACK_START",
    "PLAYBACK_STOP",
    "CALL_UPDATE",
    "FAILURE",
    "SOCKET_DATA",
    "MEDIA_BUG_START",
    "MEDIA_BUG_STOP",
    "CONFERENCE_DATA_QUERY",
    "CONFERENCE_DATA",
    "CALL_SETUP_REQ",
    "CALL_SETUP_RESULT",
    "CALL_DETAIL",
    "DEVICE_STATE",
    "TEXT",
    "SHUTDOWN_REQUESTED",
];

#[derive(Debug, Default)]
pub(super) struct Subscription {
    on: bool,
    json: bool,
    all: bool,
    names: BTreeSet<&'static str>,
    subclasses: BTreeSet<String>,
    filters: Vec<(String, String)>,
}

impl Subscription {
    pub(super) fn json(&self) -> bool {
        self.json
    }

    /// `event <format> NAME.. CUSTOM subclass..`: adds to what there is; gives the reply.
    pub(super) fn subscribe(&mut self, words: &str) -> String {
        let mut keys = 0;
        let mut custom = false;
        for (i, word) in words.split(' ').filter(|w| !w.is_empty()).enumerate() {
            if i == 0 && ["plain", "json", "xml"].iter().any(|f| f.eq_ignore_ascii_case(word)) {
                self.json = word.eq_ignore_ascii_case("json");
            } else if custom {
                self.subclasses.insert(word.to_string());
            } else if word.eq_ignore_ascii_case("ALL") {
                keys += 1;
                self.all = true;
            } else if let Some(name) = name_of(word) {
                keys += 1;
                self.names.insert(name);
                custom = name == "CUSTOM";
            }
        }
        if keys == 0 {
            return "-ERR no keywords supplied".into();
        }
        self.on = true;
        format!("+OK event listener enabled {}", if self.json { "json" } else { "plain" })
    }

    /// `nixevent NAME.. CUSTOM subclass..`: takes away; gives the reply.
    pub(super) fn nix(&mut self, words: &str) -> String {
        let mut keys = 0;
        let mut custom = false;
        for word in words.split(' ').filter(|w| !w.is_empty()) {
            if custom {
                self.subclasses.remove(word);
            } else if word.eq_ignore_ascii_case("ALL") {
                keys += 1;
                self.all = false;
                self.names.clear();
            } else if let Some(name) = name_of(word) {
                keys += 1;
                custom = name == "CUSTOM";
                if self.all && !custom {
                    self.all = false;
                    self.names = NAMES.iter().copied().collect();
                }
                if !custom {
                    self.names.remove(name);
                }
            }
        }
        if keys == 0 {
            return "-ERR no keywords supplied".into();
        }
        self.on = true;
        "+OK events nixed".into()
    }

    /// `noevents`; gives the reply.
    pub(super) fn clear(&mut self) -> String {
        if !self.on {
            return "-ERR not listening for events".into();
        }
        self.on = false;
        self.all = false;
        self.names.clear();
        self.subclasses.clear();
        "+OK no longer listening for events".into()
    }

    /// `filter Header value`, `filter delete Header [value]`, `filter delete all`; gives the reply.
    pub(super) fn filter(&mut self, words: &str) -> String {
        let words = words.trim_start();
        let (first, rest) = words.split_once(' ').map_or((words, None), |(a, b)| (a, Some(b)));
        match (first.to_ascii_lowercase().as_str(), rest) {
            ("delete", Some(rest)) => {
                let (name, value) = rest.split_once(' ').map_or((rest, None), |(n, v)| (n, Some(v)));
                if name.eq_ignore_ascii_case("all") {
                    self.filters.clear();
                } else {
                    self.filters.retain(|(n, v)| !(n.eq_ignore_ascii_case(name) && value.is_none_or(|x| x.eq_ignore_ascii_case(v))));
                }
                format!("+OK filter deleted. [{name}][{}]", value.unwrap_or_default())
            }
            ("add", Some(rest)) => match rest.split_once(' ') {
                Some((name, value)) => self.add_filter(name, value),
                None => "-ERR invalid syntax".into(),
            },
            (_, Some(value)) => self.add_filter(first, value),
            (_, None) => "-ERR invalid syntax".into(),
        }
    }

    fn add_filter(&mut self, name: &str, value: &str) -> String {
        self.filters.push((name.into(), value.into()));
        format!("+OK filter added. [{name}]=[{value}]")
    }

    /// Whether this event is for this connection.
    pub(super) fn wants(&self, event: &Event) -> bool {
        if !self.on {
            return false;
        }
        let named = match &event.subclass {
            Some(subclass) => self.all || self.subclasses.contains(subclass),
            None => self.all || self.names.contains(event.name.as_str()),
        };
        named && self.passes(event)
    }

    /// One filter that matches is enough; one with `-` before its value that matches forbids.
    fn passes(&self, event: &Event) -> bool {
        let mut send = self.filters.is_empty();
        for (name, value) in &self.filters {
            let (wanted, negative) = match value.strip_prefix('-') {
                Some(v) => (v, true),
                None => (value.strip_prefix('+').unwrap_or(value), false),
            };
            if event.get(name).is_some_and(|v| v.eq_ignore_ascii_case(wanted)) {
                if negative {
                    return false;
                }
                send = true;
            }
        }
        send
    }
}

fn name_of(word: &str) -> Option<&'static str> {
    NAMES.iter().find(|n| n.eq_ignore_ascii_case(word)).copied()
}
