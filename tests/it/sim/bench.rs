//! A simulated switch on a table: its clock is moved by hand, its XML is answered at once.

use ccgate::clock::Millis;
use ccgate::sim::phones::{Behaviour, CallPlan, Origin, PhoneKey};
use ccgate::sim::{ConnId, Core, Output, SimConfig};
use std::sync::{Arc, Mutex};

use super::documents;
use super::transcript::{Frame, frames_of};

/// The events the recordings listened to.
pub(super) const EVENTS: &str = "event plain BACKGROUND_JOB CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER \
    CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_HANGUP_COMPLETE CHANNEL_DESTROY HEARTBEAT CUSTOM callcenter::info sofia::register \
    sofia::unregister sofia::expire";
/// Sunday 22 November 2026, 04:34:41.7.
pub(super) const START: Millis = Millis(1_795_322_081_705);

pub(super) struct Bench {
    pub(super) core: Core,
    pub(super) now: Millis,
    conn: ConnId,
    out: Vec<u8>,
    taken: usize,
    /// Forms of all XML requests, in order.
    pub(super) requests: Vec<String>,
    /// While false, XML requests stay unanswered in `pending`.
    pub(super) answers: bool,
    pub(super) pending: Vec<ccgate::sim::XmlId>,
    pub(super) closed: bool,
    documents: fn(&str) -> String,
}

impl Bench {
    /// A booted switch with phones 1001 to 1003 registered and one client logged in.
    pub(super) fn new(seed: u64) -> Self {
        let mut bench = Self::with(seed, documents::answer);
        for user in ["1001", "1002", "1003"] {
            bench.register(user, Behaviour::ANSWER);
        }
        bench.connect();
        bench.command("auth ClueCon");
        bench
    }

    /// A booted switch with these documents; nobody is registered, and no client is there.
    pub(super) fn with(seed: u64, documents: fn(&str) -> String) -> Self {
        let cfg = SimConfig { hostname: "vm".into(), ..SimConfig::default() };
        let core = Core::new(seed, cfg, START);
        let mut bench = Self {
            core,
            now: START,
            conn: ConnId(1),
            out: Vec::new(),
            taken: 0,
            requests: Vec::new(),
            answers: true,
            pending: Vec::new(),
            closed: false,
            documents,
        };
        bench.core.start(START);
        bench.settle();
        bench
    }

    pub(super) fn connect(&mut self) {
        self.out.clear();
        self.taken = 0;
        self.closed = false;
        self.core.connect(self.conn, self.now);
        self.settle();
    }

    pub(super) fn register(&mut self, user: &str, behaviour: Behaviour) {
        let result = Arc::new(Mutex::new(None));
        let seen = result.clone();
        let password = format!("pw{user}");
        self.core.register(PhoneKey::new(user, "lab.local"), &password, behaviour, self.now, move |r| {
            *seen.lock().unwrap() = Some(r);
        });
        self.settle();
        assert_eq!(*result.lock().unwrap(), Some(Ok(())));
    }

    pub(super) fn phone(&mut self, user: &str, behaviour: Behaviour) {
        self.core.set_behaviour(&PhoneKey::new(user, "lab.local"), behaviour);
    }

    /// An untrusted caller as in the recordings dials.
    pub(super) fn call(&mut self, number: &str, plan: CallPlan) -> String {
        self.call_from(Origin::Trusted { cid_number: "sipp".into(), context: "default".into() }, number, plan).unwrap()
    }

    pub(super) fn call_from(&mut self, from: Origin, number: &str, plan: CallPlan) -> Result<String, ccgate::sim::core::DialError> {
        let result = Arc::new(Mutex::new(None));
        let seen = result.clone();
        self.core.place_call(from, number, plan, self.now, move |r| *seen.lock().unwrap() = Some(r));
        self.settle();
        let found = result.lock().unwrap().clone();
        found.unwrap()
    }

    /// Sends a command and gives its reply: the Reply-Text, or the body.
    pub(super) fn command(&mut self, line: &str) -> String {
        let at = self.frames().len();
        let text = format!("{line}\n\n");
        self.core.input(self.conn, text.as_bytes(), self.now);
        self.settle();
        let frames = self.frames();
        let reply = frames[at..].iter().find(|f| f.kind().ends_with("/reply") || f.kind() == "api/response");
        reply.map(Frame::reply).unwrap_or_default()
    }

    pub(super) fn api(&mut self, line: &str) -> String {
        self.command(&format!("api {line}"))
    }

    /// Lets time pass.
    pub(super) fn run(&mut self, ms: i64) {
        let end = self.now.plus_ms(ms);
        while let Some(at) = self.core.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.core.tick(self.now);
            self.settle();
        }
        self.now = end;
        self.core.tick(end);
        self.settle();
    }

    /// Answers XML and keeps what was sent, until there is nothing more at this moment.
    pub(super) fn settle(&mut self) {
        loop {
            let outputs = self.core.take_outputs();
            if outputs.is_empty() {
                let due = self.core.next_deadline().is_some_and(|at| at <= self.now);
                if !due {
                    return;
                }
                self.core.tick(self.now);
                continue;
            }
            for output in outputs {
                match output {
                    Output::Send(conn, bytes) if conn == self.conn => self.out.extend(bytes),
                    Output::Send(..) | Output::Record { .. } => {}
                    Output::Close(_) => self.closed = true,
                    Output::Fetch { id, form } => {
                        let body = (self.documents)(&form);
                        self.requests.push(form);
                        if self.answers {
                            self.core.xml_response(id, Some(body), self.now);
                        } else {
                            self.pending.push(id);
                        }
                    }
                }
            }
        }
    }

    /// All frames sent to the client so far.
    pub(super) fn frames(&self) -> Vec<Frame> {
        frames_of(&self.out)
    }

    /// The frames since the last call; unlike [`Bench::fresh`] it does not keep them.
    pub(super) fn take(&mut self) -> Vec<Frame> {
        let frames = self.fresh();
        self.out.clear();
        self.taken = 0;
        frames
    }

    /// The frames since the last call.
    pub(super) fn fresh(&mut self) -> Vec<Frame> {
        let all = self.frames();
        let fresh = all[self.taken..].to_vec();
        self.taken = all.len();
        fresh
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.out
    }
}
