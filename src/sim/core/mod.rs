//! The switch, sans-IO. Every entry takes `now`; what it wants sent or fetched is collected by [`Core::take_outputs`].
//!
//! What FreeSWITCH does in threads that block (an originate, a queue, a dialplan) is done here with continuations: a
//! A task waits for a time, for an XML answer or for a leg to answer, and looks at the state again when it runs.

mod api;
mod apps;
mod args;
mod bridge;
mod callcenter;
mod cause;
mod cdr;
mod channel;
mod channel_headers;
mod dial;
mod dialplan;
mod dialstring;
mod directory;
mod esl_session;
mod events;
mod expand;
mod hands;
mod hangup;
mod inbound;
mod jsontext;
mod leg;
mod media;
mod pattern;
mod record;
mod refer;
mod registrations;
mod subscription;
mod voicemail;
mod xml;

use std::collections::{BTreeMap, HashMap, VecDeque};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::clock::Millis;
use crate::sim::fault::Faults;
use crate::sim::phones::{Behaviour, PhoneKey};

pub use args::separate;
pub use channel::ChannelView;
pub use dialstring::{DialString, LegSpec, parse as parse_dial_string};
pub use hands::{CallView, PhoneView, Seen, Stage};
pub use inbound::DialError;
pub use registrations::RegisterError;

/// One event-socket connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// One request to mod_xml_curl's URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct XmlId(pub u64);

/// What the core wants done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Bytes for a connection, in order.
    Send(ConnId, Vec<u8>),
    /// Close this connection after what was sent.
    Close(ConnId),
    /// POST `form` to the XML URL, already encoded as mod_xml_curl does, and answer with [`Core::xml_response`].
    Fetch { id: XmlId, form: String },
    /// A leg ended, and this is mod_json_cdr's record of it, to be posted or kept.
    Record { uuid: String, json: String },
}

/// What the switch is told once.
#[derive(Clone, Debug)]
pub struct SimConfig {
    /// Password of the event socket.
    pub password: String,
    /// `hostname` in events and listings.
    pub hostname: String,
    /// The default domain (`global_getvar domain`), and of users dialled without one.
    pub domain: String,
    /// Names of the gateways there are; empty means any name is taken.
    pub gateways: Vec<String>,
    /// What a number behind a gateway does when nothing was said about it.
    pub far_end: Behaviour,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            password: "ClueCon".into(),
            hostname: "sim".into(),
            domain: "lab.local".into(),
            gateways: Vec::new(),
            far_end: Behaviour::Answer { after_ms: 200, talk_ms: None },
        }
    }
}

/// What `freeswitch-conf/` plays to who is on hold.
const HOLD_MUSIC: &str = "tone_stream://%(300,4700,440);loops=-1";

/// A piece of work that waits for its time or its answer.
type Task = Box<dyn FnOnce(&mut Core) + Send>;
/// A continuation that is given a result.
type Then<T> = Box<dyn FnOnce(&mut Core, T) + Send>;
type ChanId = u64;

/// The simulated switch.
pub struct Core {
    now: Millis,
    started: Millis,
    rng: StdRng,
    cfg: SimConfig,
    core_uuid: String,
    sequence: u64,
    out: VecDeque<Output>,
    timers: BTreeMap<(Millis, u64), Task>,
    serial: u64,
    xml_waits: BTreeMap<XmlId, Then<Option<String>>>,
    sessions: BTreeMap<ConnId, esl_session::Session>,
    channels: BTreeMap<ChanId, channel::Channel>,
    by_uuid: HashMap<String, ChanId>,
    next_chan: ChanId,
    sessions_peak: usize,
    globals: BTreeMap<String, String>,
    directory_cache: BTreeMap<(String, String), directory::CachedUser>,
    registrations: Vec<registrations::Registration>,
    phones: BTreeMap<PhoneKey, registrations::Phone>,
    numbers: BTreeMap<String, Behaviour>,
    dials: BTreeMap<u64, dial::Dial>,
    cc: callcenter::CallCenter,
    /// New messages by mailbox.
    messages: BTreeMap<String, u64>,
    faults: Faults,
    counters: Counters,
}

/// What went wrong or was refused, for tests to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Applications of a dialplan that the simulated switch does not have, by name.
    pub unknown_applications: BTreeMap<String, u64>,
    /// `${system(..)}` and `system` that somebody tried to run here; nothing is ever run.
    pub system_calls: Vec<String>,
    /// Files into which a call was recorded.
    pub recordings: Vec<String>,
    /// Those of them that hear nothing now, or did when their leg ended.
    pub masked: Vec<String>,
    /// XML requests that got no usable answer.
    pub xml_failures: u64,
    /// XML requests made.
    pub xml_requests: u64,
    /// Events thrown away by [`crate::sim::fault::Fault::LoseEvents`].
    pub lost_events: u64,
}

impl Core {
    /// A switch that has not loaded anything yet; [`Core::start`] boots it.
    pub fn new(seed: u64, cfg: SimConfig, now: Millis) -> Self {
        let mut core = Self {
            now,
            started: now,
            rng: StdRng::seed_from_u64(seed),
            cfg,
            core_uuid: String::new(),
            sequence: 0,
            out: VecDeque::new(),
            timers: BTreeMap::new(),
            serial: 0,
            xml_waits: BTreeMap::new(),
            sessions: BTreeMap::new(),
            channels: BTreeMap::new(),
            by_uuid: HashMap::new(),
            next_chan: 1,
            sessions_peak: 0,
            globals: BTreeMap::new(),
            directory_cache: BTreeMap::new(),
            registrations: Vec::new(),
            phones: BTreeMap::new(),
            numbers: BTreeMap::new(),
            dials: BTreeMap::new(),
            cc: callcenter::CallCenter::default(),
            messages: BTreeMap::new(),
            faults: Faults::default(),
            counters: Counters::default(),
        };
        core.core_uuid = core.new_uuid();
        core
    }

    /// Boots: heartbeat, and mod_callcenter, which asks for its document.
    pub fn start(&mut self, now: Millis) {
        self.now = now;
        self.started = now;
        self.globals = [
            ("core_uuid", self.core_uuid.clone()),
            ("hostname", self.cfg.hostname.clone()),
            ("domain", self.cfg.domain.clone()),
            ("domain_name", self.cfg.domain.clone()),
            ("local_ip_v4", "127.0.0.1".into()),
            ("default_password", "unset".into()),
            ("hold_music", HOLD_MUSIC.into()),
            ("recordings_dir", "/var/lib/freeswitch/recordings".into()),
        ]
        .into_iter()
        .map(|(k, v)| (k.to_string(), v))
        .collect();
        self.after(events::HEARTBEAT_MS, Self::heartbeat);
        self.load_callcenter();
    }

    /// Stops everything at once and boots again, as after a crash: connections and channels are gone, Core-UUID is new;
    /// mod_callcenter's database (agents, tiers, members) and the phones remain, registrations too (they are in a database).
    pub fn restart(&mut self, now: Millis) {
        self.advance(now);
        for conn in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.out.push_back(Output::Close(conn));
        }
        self.sessions.clear();
        self.channels.clear();
        self.by_uuid.clear();
        self.timers.clear();
        self.xml_waits.clear();
        self.dials.clear();
        self.directory_cache.clear();
        self.cc.crash();
        self.next_chan = 1;
        self.sequence = 0;
        self.core_uuid = self.new_uuid();
        self.start(now);
        self.rearm_registrations();
    }

    /// Agents, tiers and members are gone.
    pub fn lose_callcenter_database(&mut self) {
        self.cc.lose_database();
    }

    /// Runs everything that is due at `now`.
    pub fn tick(&mut self, now: Millis) {
        self.advance(now);
    }

    /// When [`Core::tick`] is next needed.
    pub fn next_deadline(&self) -> Option<Millis> {
        self.timers.keys().next().map(|(at, _)| *at)
    }

    /// What has to be sent or fetched since the last call, in order.
    pub fn take_outputs(&mut self) -> Vec<Output> {
        self.out.drain(..).collect()
    }

    /// The answer to an [`Output::Fetch`]; `None` when there was none, or not with status 200.
    pub fn xml_response(&mut self, id: XmlId, body: Option<String>, now: Millis) {
        self.advance(now);
        if let Some(then) = self.xml_waits.remove(&id) {
            then(self, body);
            self.settle();
        }
    }

    /// Breaks something; see [`crate::sim::fault`].
    pub fn set_faults(&mut self, faults: Faults) {
        self.faults = faults;
    }

    /// The faults in force.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The password of the event socket and the rest of the configuration.
    pub fn config(&self) -> &SimConfig {
        &self.cfg
    }

    /// What was refused or failed so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// This boot's Core-UUID.
    pub fn core_uuid(&self) -> &str {
        &self.core_uuid
    }

    fn advance(&mut self, now: Millis) {
        while let Some((&key, _)) = self.timers.first_key_value() {
            if key.0 > now {
                break;
            }
            if let Some(task) = self.timers.remove(&key) {
                self.now = self.now.max(key.0);
                task(self);
            }
        }
        self.now = self.now.max(now);
    }

    /// Runs `task` in `ms`; with 0 after everything that is already due.
    fn after(&mut self, ms: i64, task: impl FnOnce(&mut Self) + Send + 'static) {
        self.at(self.now.plus_ms(ms), task);
    }

    fn at(&mut self, at: Millis, task: impl FnOnce(&mut Self) + Send + 'static) {
        self.serial += 1;
        self.timers.insert((at, self.serial), Box::new(task));
    }

    fn new_uuid(&mut self) -> String {
        let mut bytes = [0u8; 16];
        self.rng.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    /// Microseconds since the epoch, as the switch stamps.
    fn now_us(&self) -> i64 {
        self.now.0.saturating_mul(1000)
    }

    fn epoch_s(&self) -> i64 {
        self.now.epoch_s()
    }
}
