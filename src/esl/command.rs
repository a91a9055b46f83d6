//! Commands of the event socket, built from parts that cannot hold a line break.

use bytes::{BufMut, Bytes, BytesMut};
use uuid::Uuid;

pub use super::api::{Api, Verb};
pub use super::quote::{QuoteError, join_args, quote_arg};
use super::request::Request;
pub use super::text::{Password, Text, TextError, Word};

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Header lines, percent-encoded.
    #[default]
    Plain,
    /// A JSON object.
    Json,
}

/// Which events, by name; custom ones by subclass. On the wire CUSTOM and the subclasses come last, because the switch takes
/// every word after CUSTOM for a subclass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventSet {
    /// Event names without CUSTOM, for example `CHANNEL_ANSWER`.
    pub names: Vec<Word>,
    /// Subclasses of CUSTOM, for example `callcenter::info`.
    pub subclasses: Vec<Word>,
}

impl EventSet {
    /// # Errors
    /// When a name is no single word.
    pub fn new(names: &[&str], subclasses: &[&str]) -> Result<Self, TextError> {
        Ok(Self {
            names: names.iter().map(|name| Word::new(*name)).collect::<Result<_, _>>()?,
            subclasses: subclasses.iter().map(|name| Word::subclass(*name)).collect::<Result<_, _>>()?,
        })
    }

    /// The set with one more name, if it is not there yet.
    #[must_use]
    pub fn with(mut self, name: Word) -> Self {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
        self
    }
}

/// An event to fire on the switch. Its values are not percent-encoded: the switch takes them as they are, without the
/// spaces they begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendEvent {
    name: Word,
    headers: Vec<(Word, Text)>,
    body: Bytes,
}

impl SendEvent {
    /// An event of that name, for example `CUSTOM`.
    pub fn new(name: Word) -> Self {
        Self { name, headers: Vec::new(), body: Bytes::new() }
    }

    /// Adds a header.
    ///
    /// # Errors
    /// When it is `Content-Length`, which the encoder writes.
    pub fn header(mut self, name: Word, value: Text) -> Result<Self, TextError> {
        if name.as_str().eq_ignore_ascii_case("Content-Length") {
            return Err(TextError::ReservedHeader);
        }
        self.headers.push((name, value));
        Ok(self)
    }

    /// Sets the body; it is framed by its length and may hold anything.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}

/// One command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// `auth`: the password of `event_socket.conf`.
    Auth(Password),
    /// `userauth`: a user of the directory, made by [`Command::user_auth`].
    UserAuth {
        /// `name@domain`.
        user: Text,
        /// Its `esl-password`.
        password: Password,
    },
    /// `api`: answered on this connection, in order.
    Api(Api),
    /// `bgapi`: answered by a BACKGROUND_JOB event with this Job-UUID.
    BgApi {
        /// Chosen by the client.
        job: Uuid,
        /// What to do.
        api: Api,
    },
    /// `event`: adds to what this connection hears.
    Event {
        /// How the events are written from now on.
        format: Format,
        /// Which events.
        events: EventSet,
    },
    /// `nixevent`: takes from what this connection hears.
    NixEvent(EventSet),
    /// `noevents`: nothing any more.
    NoEvents,
    /// `filter`: only events with that header and value.
    Filter {
        /// The header.
        header: Word,
        /// Its value.
        value: Text,
    },
    /// `filter delete`: takes a filter away again; all of the header's without a value.
    FilterDelete {
        /// The header, or `all`.
        header: Word,
        /// Its value.
        value: Option<Text>,
    },
    /// `linger`: the connection outlives its channel, that many seconds or without end.
    Linger(Option<u32>),
    /// `nolinger`: it does not.
    NoLinger,
    /// `log`: lines of the switch's log, up to that level.
    Log(u8),
    /// `nolog`: none any more.
    NoLog,
    /// `sendevent`: fires an event.
    SendEvent(SendEvent),
    /// `exit`: ends the connection.
    Exit,
}

impl Command {
    /// `userauth`, with its user checked to be `name@domain`.
    ///
    /// # Errors
    /// When the user is no `name@domain`: a colon would end it.
    pub fn user_auth(user: &str, password: Password) -> Result<Self, TextError> {
        let user = Text::new(user)?;
        let parts = user.as_str().split_once('@');
        let good = parts.is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty() && !user.as_str().contains([':', ' ']));
        if good { Ok(Self::UserAuth { user, password }) } else { Err(TextError::NotAUser) }
    }

    /// Appends the command, with its blank line, to `out`.
    pub fn encode_into(&self, out: &mut BytesMut) {
        match self {
            Self::Auth(password) => put(out, &["auth ", password.expose()]),
            Self::UserAuth { user, password } => put(out, &["userauth ", user.as_str(), ":", password.expose()]),
            Self::Api(api) => put(out, &["api ", &api.line()]),
            Self::BgApi { job, api } => put(out, &["bgapi ", &api.line(), "\nJob-UUID: ", &job.to_string()]),
            Self::Event { format, events } => put_events(out, if *format == Format::Json { "event json" } else { "event plain" }, events),
            Self::NixEvent(events) => put_events(out, "nixevent", events),
            Self::NoEvents => put(out, &["noevents"]),
            Self::Filter { header, value } => put(out, &["filter ", header.as_str(), " ", value.as_str()]),
            Self::FilterDelete { header, value: None } => put(out, &["filter delete ", header.as_str()]),
            Self::FilterDelete { header, value: Some(value) } => put(out, &["filter delete ", header.as_str(), " ", value.as_str()]),
            Self::Linger(None) => put(out, &["linger"]),
            Self::Linger(Some(seconds)) => put(out, &["linger ", &seconds.to_string()]),
            Self::NoLinger => put(out, &["nolinger"]),
            Self::Log(level) => put(out, &["log ", &level.to_string()]),
            Self::NoLog => put(out, &["nolog"]),
            Self::SendEvent(event) => return put_send_event(out, event),
            Self::Exit => put(out, &["exit"]),
        }
        out.put_slice(b"\n\n");
    }

    /// Reads what [`Command::encode_into`] writes; `None` when it is no command that can be built here.
    pub fn parse(request: &Request) -> Option<Self> {
        let line = request.line();
        let (name, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match name {
            "auth" => Some(Self::Auth(Password::new(rest.into()).ok()?)),
            "userauth" => {
                let (user, password) = rest.split_once(':')?;
                Self::user_auth(user, Password::new(password.into()).ok()?).ok()
            }
            "api" => Api::parse(rest).map(Self::Api),
            "bgapi" => Some(Self::BgApi { job: Uuid::parse_str(&request.get("Job-UUID")?).ok()?, api: Api::parse(rest)? }),
            "event" => {
                let (format, names) = rest.split_once(' ').unwrap_or((rest, ""));
                let format = match format {
                    "plain" => Format::Plain,
                    "json" => Format::Json,
                    _ => return None,
                };
                Some(Self::Event { format, events: parse_events(names)? })
            }
            "nixevent" => parse_events(rest).map(Self::NixEvent),
            "noevents" => Some(Self::NoEvents),
            "filter" => parse_filter(rest),
            "linger" if rest.is_empty() => Some(Self::Linger(None)),
            "linger" => rest.parse().ok().map(|seconds| Self::Linger(Some(seconds))),
            "nolinger" => Some(Self::NoLinger),
            "log" => rest.parse().ok().map(Self::Log),
            "nolog" => Some(Self::NoLog),
            "sendevent" => parse_send_event(rest, request),
            "exit" => Some(Self::Exit),
            _ => None,
        }
    }
}

fn put(out: &mut BytesMut, parts: &[&str]) {
    for part in parts {
        out.put_slice(part.as_bytes());
    }
}

fn put_events(out: &mut BytesMut, command: &str, events: &EventSet) {
    put(out, &[command]);
    for name in &events.names {
        put(out, &[" ", name.as_str()]);
    }
    if !events.subclasses.is_empty() {
        put(out, &[" CUSTOM"]);
    }
    for name in &events.subclasses {
        put(out, &[" ", name.as_str()]);
    }
}

fn put_send_event(out: &mut BytesMut, event: &SendEvent) {
    put(out, &["sendevent ", event.name.as_str(), "\n"]);
    for (name, value) in &event.headers {
        put(out, &[name.as_str(), ": ", value.as_str(), "\n"]);
    }
    if !event.body.is_empty() {
        put(out, &["Content-Length: ", &event.body.len().to_string(), "\n"]);
    }
    out.put_slice(b"\n");
    out.put_slice(&event.body);
}

fn parse_events(line: &str) -> Option<EventSet> {
    let mut events = EventSet::default();
    let mut custom = false;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        match word {
            "CUSTOM" if !custom => custom = true,
            _ if custom => events.subclasses.push(Word::subclass(word).ok()?),
            _ => events.names.push(Word::new(word).ok()?),
        }
    }
    Some(events)
}

fn parse_filter(line: &str) -> Option<Command> {
    let (header, value) = line.split_once(' ')?;
    if header != "delete" {
        return Some(Command::Filter { header: Word::new(header).ok()?, value: Text::new(value).ok()? });
    }
    let (header, value) = match value.split_once(' ') {
        Some((header, value)) => (header, Some(Text::new(value).ok()?)),
        None => (value, None),
    };
    Some(Command::FilterDelete { header: Word::new(header).ok()?, value })
}

fn parse_send_event(name: &str, request: &Request) -> Option<Command> {
    let mut event = SendEvent::new(Word::new(name).ok()?).body(request.body());
    for (name, value) in request.headers().filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Length")) {
        event = event.header(Word::new(name).ok()?, Text::new(value).ok()?).ok()?;
    }
    Some(Command::SendEvent(event))
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
