//! One client of the event socket: login, commands in order, replies, events in between.

use bytes::{Buf as _, BytesMut};
use memchr::memmem;

use super::events::Event;
use super::subscription::Subscription;
use super::{ConnId, Core, Output};
use crate::clock::Millis;

/// A client that sends a command larger than this is cut off.
const COMMAND_MAX_BYTES: usize = 1024 * 1024;
const GOODBYE: &str = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n";

#[derive(Debug, Default)]
pub(super) struct Session {
    input: BytesMut,
    authed: bool,
    /// Restrictions of a `userauth` user; `None` is everything.
    allowed_api: Option<Vec<String>>,
    subscription: Subscription,
    logging: bool,
    /// A command is being carried out: what comes in and events wait for its reply.
    busy: bool,
    held: Vec<Vec<u8>>,
}

impl Session {
    pub(super) fn wants(&self, event: &Event) -> bool {
        self.authed && self.subscription.wants(event)
    }

    pub(super) fn json(&self) -> bool {
        self.subscription.json()
    }

    /// Keeps the frame while a command runs, else gives it back to be sent.
    pub(super) fn hold(&mut self, frame: Vec<u8>) -> Option<Vec<u8>> {
        if self.busy {
            self.held.push(frame);
            return None;
        }
        Some(frame)
    }
}

/// One command as the client wrote it: first line, further headers, body.
#[derive(Debug, Default)]
struct Block {
    line: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Block {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// Who waits for what an API command prints.
#[derive(Clone, Debug)]
pub(super) enum ReplyTo {
    Conn(ConnId),
    Job { uuid: String, command: String, arg: String },
}

impl Core {
    /// A client connected; it is asked to log in.
    pub fn connect(&mut self, conn: ConnId, now: Millis) {
        self.advance(now);
        self.sessions.insert(conn, Session::default());
        self.send(conn, "Content-Type: auth/request\n\n");
    }

    /// A client went away.
    pub fn disconnect(&mut self, conn: ConnId, now: Millis) {
        self.advance(now);
        self.sessions.remove(&conn);
    }

    /// Bytes from a client, split anywhere.
    pub fn input(&mut self, conn: ConnId, bytes: &[u8], now: Millis) {
        self.advance(now);
        if let Some(session) = self.sessions.get_mut(&conn) {
            session.input.extend_from_slice(bytes);
            self.pump(conn);
            self.settle();
        }
    }

    /// Carries out whole commands until one has to wait.
    fn pump(&mut self, conn: ConnId) {
        loop {
            let Some(session) = self.sessions.get_mut(&conn) else { return };
            if session.busy {
                return;
            }
            let Some(block) = take_block(&mut session.input) else {
                // What waits behind a command may be any number of them.
                if session.input.len() > COMMAND_MAX_BYTES {
                    self.sessions.remove(&conn);
                    self.out.push_back(Output::Close(conn));
                }
                return;
            };
            if block.line.is_empty() {
                continue;
            }
            session.busy = true;
            self.command(conn, &block);
        }
    }

    fn send(&mut self, conn: ConnId, text: &str) {
        self.out.push_back(Output::Send(conn, text.as_bytes().to_vec()));
    }

    /// Ends the running command: its frame, then the events that waited, then the next command.
    fn finish(&mut self, conn: ConnId, frame: &str) {
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        session.busy = false;
        let held = std::mem::take(&mut session.held);
        let stall_ms = self.faults.stall_replies_ms;
        if stall_ms > 0 {
            let frame = frame.to_string();
            if let Some(session) = self.sessions.get_mut(&conn) {
                session.busy = true;
                session.held = held;
            }
            self.after(stall_ms, move |core| {
                if let Some(session) = core.sessions.get_mut(&conn) {
                    session.busy = false;
                    let held = std::mem::take(&mut session.held);
                    core.release(conn, &frame, held);
                    core.pump(conn);
                }
            });
            return;
        }
        self.release(conn, frame, held);
    }

    fn release(&mut self, conn: ConnId, frame: &str, held: Vec<Vec<u8>>) {
        self.send(conn, frame);
        self.out.extend(held.into_iter().map(|f| Output::Send(conn, f)));
    }

    fn reply(&mut self, conn: ConnId, text: &str) {
        self.finish(conn, &format!("Content-Type: command/reply\nReply-Text: {text}\n\n"));
    }

    fn goodbye(&mut self, conn: ConnId) {
        let frame = format!("Content-Type: text/disconnect-notice\nContent-Length: {}\n\n{GOODBYE}", GOODBYE.len());
        self.send(conn, &frame);
        self.sessions.remove(&conn);
        self.out.push_back(Output::Close(conn));
    }

    fn command(&mut self, conn: ConnId, block: &Block) {
        let line = block.line.as_str();
        let verb = |name: &str| starts(line, name);
        if verb("exit").is_some() || line.starts_with("...") {
            self.reply(conn, "+OK bye");
            return self.goodbye(conn);
        }
        if !self.sessions.get(&conn).is_some_and(|s| s.authed) {
            return self.login(conn, line);
        }
        if let Some(arg) = verb("api ") {
            return self.api_command(conn, arg);
        }
        if let Some(arg) = verb("bgapi ") {
            return self.bgapi_command(conn, arg, block.header("Job-UUID"));
        }
        if let Some(arg) = verb("sendevent") {
            return self.sendevent(conn, arg.trim(), block);
        }
        if verb("sendmsg").is_some() {
            return self.sendmsg(conn, block);
        }
        let Some(session) = self.sessions.get_mut(&conn) else { return };
        let text = if let Some(words) = verb("filter ") {
            session.subscription.filter(words)
        } else if let Some(words) = verb("event") {
            session.subscription.subscribe(words)
        } else if let Some(words) = verb("nixevent") {
            session.subscription.nix(words)
        } else if verb("noevents").is_some() {
            session.subscription.clear()
        } else if verb("divert_events").is_some() {
            "-ERR not controlling a session.".into()
        } else if verb("linger").is_some() || verb("nolinger").is_some() {
            "-ERR not controlling a session".into()
        } else if verb("nolog").is_some() {
            let was = std::mem::take(&mut session.logging);
            if was { "+OK no longer logging".into() } else { "-ERR not loging".to_string() }
        } else if let Some(level) = verb("log") {
            session.logging = true;
            log_reply(level.trim())
        } else if verb("myevents ").is_some() {
            "+OK Events Enabled".into()
        } else {
            "-ERR command not found".into()
        };
        self.reply(conn, &text);
    }

    fn login(&mut self, conn: ConnId, line: &str) {
        if let Some(password) = starts(line, "auth ") {
            if password == self.cfg.password {
                if let Some(session) = self.sessions.get_mut(&conn) {
                    session.authed = true;
                }
                return self.reply(conn, "+OK accepted");
            }
            self.reply(conn, "-ERR invalid");
            return self.goodbye(conn);
        }
        if let Some(who) = starts(line, "userauth ") {
            return self.userauth(conn, who);
        }
        self.reply(conn, "-ERR command not found");
    }

    /// `userauth user@domain:password` (or `user:password@domain`): the directory's `esl-password` decides.
    fn userauth(&mut self, conn: ConnId, who: &str) {
        let (user, rest) = who.split_once('@').unwrap_or((who, ""));
        let (user, mut password) = user.split_once(':').map_or((user, None), |(u, p)| (u, Some(p.to_string())));
        let (domain, after) = rest.split_once(':').map_or((rest, None), |(d, p)| (d, Some(p.to_string())));
        password = password.or(after);
        if user.is_empty() || domain.is_empty() {
            self.reply(conn, "-ERR invalid");
            return self.goodbye(conn);
        }
        let params = vec![("action".to_string(), "event_socket_auth".to_string())];
        self.find_user(
            user,
            domain,
            params,
            Box::new(move |core, found| {
                let ok = found
                    .as_ref()
                    .is_some_and(|u| u.param("esl-password").is_some_and(|p| !p.is_empty() && Some(p) == password.as_deref()));
                let Some(user) = found.filter(|_| ok) else {
                    core.reply(conn, "-ERR invalid");
                    return core.goodbye(conn);
                };
                let events = user.param("esl-allowed-events").unwrap_or("all").to_string();
                let api = user.param("esl-allowed-api").unwrap_or("all").to_string();
                if let Some(session) = core.sessions.get_mut(&conn) {
                    session.authed = true;
                    session.allowed_api = (api != "all").then(|| api.split([',', ' ']).map(str::to_string).collect());
                }
                core.reply(conn, &format!("+OK accepted\nAllowed-Events: {events}\nAllowed-API: {api}\nAllowed-LOG: true"));
            }),
        );
    }

    fn permitted(&self, conn: ConnId, command: &str) -> bool {
        let allowed = self.sessions.get(&conn).and_then(|s| s.allowed_api.as_ref());
        allowed.is_none_or(|list| list.iter().any(|a| a == command))
    }

    fn api_command(&mut self, conn: ConnId, arg: &str) {
        let (command, arg) = arg.split_once(' ').unwrap_or((arg, ""));
        if !self.permitted(conn, command) {
            return self.reply(conn, "-ERR permission denied");
        }
        self.api(ReplyTo::Conn(conn), command, arg);
    }

    fn bgapi_command(&mut self, conn: ConnId, arg: &str, job: Option<&str>) {
        let (command, arg) = arg.split_once(' ').unwrap_or((arg, ""));
        if !self.permitted(conn, command) {
            return self.reply(conn, "-ERR permission denied");
        }
        let uuid = match job {
            Some(job) => job.to_string(),
            None => self.new_uuid(),
        };
        self.reply(conn, &format!("+OK Job-UUID: {uuid}\nJob-UUID: {uuid}"));
        let (command, arg) = (command.to_string(), arg.to_string());
        self.after(0, move |core| {
            let to = ReplyTo::Job { uuid, command: command.clone(), arg: arg.clone() };
            core.api(to, &command, &arg);
        });
    }

    /// What an API command printed goes to who asked.
    pub(super) fn api_done(&mut self, to: ReplyTo, text: &str) {
        let text = if text.is_empty() { "-ERR no reply\n" } else { text };
        match to {
            ReplyTo::Conn(conn) => {
                self.finish(conn, &format!("Content-Type: api/response\nContent-Length: {}\n\n{text}", text.len()));
                self.after(0, move |core| core.pump(conn));
            }
            ReplyTo::Job { uuid, command, arg } => {
                let mut event =
                    Event::new("BACKGROUND_JOB", "mod_event_socket.c", "api_exec").with("Job-UUID", uuid).with("Job-Command", command);
                if !arg.is_empty() {
                    event.add("Job-Command-Arg", arg);
                }
                event.body = Some(text.to_string());
                self.fire(event);
            }
        }
    }

    fn sendevent(&mut self, conn: ConnId, name: &str, block: &Block) {
        let uuid = self.new_uuid();
        let subclass = block.header("Event-Subclass").map(str::to_string);
        let name = if subclass.is_some() { "CUSTOM" } else { name };
        let mut event = Event::new(name, "mod_event_socket.c", "parse_command");
        event.subclass = subclass;
        for (n, v) in &block.headers {
            if !["event-subclass", "content-length"].contains(&n.to_ascii_lowercase().as_str()) {
                event.add(n, v);
            }
        }
        event.add("Event-UUID", &uuid);
        event.body = block.body.clone();
        self.fire(event);
        self.reply(conn, &format!("+OK {uuid}"));
    }

    fn sendmsg(&mut self, conn: ConnId, block: &Block) {
        let uuid = block.line.split_once(' ').map_or("", |(_, u)| u.trim()).to_string();
        let Some(&chan) = self.by_uuid.get(&uuid) else {
            return self.reply(conn, &format!("-ERR invalid session id [{uuid}]"));
        };
        match block.header("call-command").map(str::to_ascii_lowercase).as_deref() {
            Some("hangup") => {
                let cause = block.header("hangup-cause").and_then(super::cause::parse).unwrap_or(super::cause::NORMAL_CLEARING);
                self.hangup(chan, cause);
            }
            Some("execute") => {
                let app = block.header("execute-app-name").unwrap_or_default().to_string();
                let arg = block.header("execute-app-arg").unwrap_or_default().to_string();
                self.execute_now(chan, &app, &arg);
            }
            _ => {}
        }
        self.reply(conn, "+OK");
    }
}

fn log_reply(level: &str) -> String {
    const LEVELS: [&str; 8] = ["CONSOLE", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"];
    let number = match level.parse::<usize>() {
        Ok(n) => Some(n),
        Err(_) if level.is_empty() => Some(7),
        Err(_) => LEVELS.iter().position(|l| l.eq_ignore_ascii_case(level)),
    };
    match number {
        Some(n) => format!("+OK log level {level} [{n}]"),
        None => "-ERR invalid log level".into(),
    }
}

/// What follows `name`, when the line begins with it in any case.
fn starts<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let head = line.get(..name.len())?;
    head.eq_ignore_ascii_case(name).then(|| line.get(name.len()..).unwrap_or_default())
}

/// Takes one command off the buffer: lines up to a blank one, and as much body as Content-Length says.
fn take_block(input: &mut BytesMut) -> Option<Block> {
    let end = memmem::find(input, b"\n\n").map(|p| (p, p + 2));
    // Only what is before it, as there may be a great many commands behind.
    let before = input.get(..end.map_or(input.len(), |(p, _)| p))?;
    let crlf = memmem::find(before, b"\r\n\r\n").map(|p| (p, p + 4));
    let (head_end, mut total) = crlf.or(end)?;
    let head = String::from_utf8_lossy(input.get(..head_end)?).into_owned();
    let mut lines = head.lines().map(|l| l.trim_end_matches('\r'));
    let mut block = Block { line: lines.by_ref().find(|l| !l.is_empty()).unwrap_or_default().to_string(), ..Block::default() };
    for line in lines {
        if let Some((name, value)) = line.split_once(':') {
            block.headers.push((name.trim().to_string(), value.trim_start().to_string()));
        }
    }
    if let Some(length) = block.header("Content-Length").and_then(|l| l.parse::<usize>().ok()) {
        let body = input.get(total..total.checked_add(length)?)?;
        block.body = Some(String::from_utf8_lossy(body).into_owned());
        total += length;
    }
    input.advance(total);
    Some(block)
}
