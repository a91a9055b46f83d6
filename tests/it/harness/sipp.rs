//! SIPp as telephones, through the scripts that are the containers' entrypoints.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use tempfile::TempDir;

use super::dialogue::Dialogue;
use super::freeswitch::{self, FreeSwitch};
use super::invite::{Invited, invite};
use super::phones::{Behaviour, CallId, Media, Outcome};
use super::ports;
use super::process::{LIFETIME_S, Process, on_path};

/// Whether SIPp is here.
pub(crate) fn found() -> bool {
    on_path("sipp").is_some()
}

/// The phones of one domain at a FreeSWITCH, and the world outside it.
pub(crate) struct LivePhones {
    esl: SocketAddr,
    sip: SocketAddr,
    external: SocketAddr,
    carrier: SocketAddr,
    domain: String,
    phones: HashMap<String, LivePhone>,
    outside: Option<Process>,
    speak: bool,
    calls: Vec<LiveCall>,
    invited: Vec<Invited>,
    started: usize,
    /// After the processes that write into it.
    folder: TempDir,
}

struct LivePhone {
    password: String,
    contact: SocketAddr,
    process: Process,
}

struct LiveCall {
    sip_call_id: String,
    process: Process,
}

impl LivePhones {
    /// Phones of `domain`, none yet.
    pub(crate) fn new(switch: &FreeSwitch, domain: &str) -> Self {
        let folder = TempDir::with_prefix("ccgate-phones-").expect("a folder");
        Self {
            esl: switch.esl(),
            sip: switch.sip(),
            external: switch.external(),
            carrier: switch.carrier(),
            domain: domain.to_owned(),
            folder,
            phones: HashMap::new(),
            outside: None,
            speak: false,
            calls: Vec::new(),
            invited: Vec::new(),
            started: 0,
        }
    }

    /// Registers a phone that does this with every call. In place of the one with the same user, if there is one.
    pub(crate) async fn phone(&mut self, user: &str, password: &str, behaviour: Behaviour) {
        assert!(self.try_phone(user, password, behaviour).await, "the phone of {user} registers");
    }

    /// The same; whether the switch let it register.
    pub(crate) async fn try_phone(&mut self, user: &str, password: &str, behaviour: Behaviour) -> bool {
        let contact = SocketAddr::from(([127, 0, 0, 1], ports::free()));
        let mut variables = self.variables(self.sip, user, password);
        variables.extend(self.behave(contact, behaviour));
        self.phones.remove(user);
        let mut process = Process::start("phone.sh", &variables);
        let ready = process.line().await.as_deref() == Some("ready");
        if ready {
            self.phones.insert(user.to_owned(), LivePhone { password: password.to_owned(), contact, process });
        }
        ready
    }

    /// Takes a phone's registration back; its process goes too.
    pub(crate) async fn unregister(&mut self, user: &str) {
        let phone = self.phones.remove(user).expect("the phone was registered");
        let mut variables = self.variables(self.sip, user, &phone.password);
        variables.extend([("CONTACT", phone.contact.to_string()), ("EXPIRES_S", "0".to_owned())]);
        assert!(Process::start("register.sh", &variables).ended().await, "the phone of {user} unregisters");
    }

    /// What everybody outside does with a call that comes through the gateway.
    pub(crate) async fn outside(&mut self, behaviour: Behaviour) {
        self.outside = None;
        let mut variables = self.variables(self.sip, "outside", "");
        variables.extend(self.behave(self.carrier, behaviour));
        let mut process = Process::start("phone.sh", &variables);
        assert_eq!(process.line().await.as_deref(), Some("ready"), "the carrier listens");
        self.outside = Some(process);
    }

    /// Whoever dials from now on sends sound; without it, a recording has nothing in it.
    pub(crate) fn speak(&mut self) {
        self.speak = true;
    }

    /// A registered phone dials.
    pub(crate) fn dial(&mut self, user: &str, number: &str) -> CallId {
        let password = self.phones.get(user).expect("the phone was registered").password.clone();
        self.call(self.sip, None, (user, &password), number)
    }

    /// Somebody outside dials one of our numbers.
    pub(crate) fn call_in(&mut self, from: &str, number: &str) -> CallId {
        self.call(self.external, None, (from, ""), number)
    }

    /// The same with a name.
    pub(crate) fn call_in_as(&mut self, name: &str, from: &str, number: &str) -> CallId {
        self.call(self.external, Some(name), (from, ""), number)
    }

    /// Somebody outside dials one of our numbers again and again, for eight seconds each time.
    pub(crate) fn call_in_again_and_again(&mut self, from: &str, number: &str) -> Process {
        let mut variables = self.variables(self.external, from, "");
        let each = [("NUMBER", number.to_owned()), ("TALK_MS", "8000".to_owned()), ("EVERY_S", "1".to_owned())];
        variables.extend(each);
        Process::start_quiet("caller.sh", &variables)
    }

    fn call(&mut self, to: SocketAddr, name: Option<&str>, (user, password): (&str, &str), number: &str) -> CallId {
        let sip_call_id = format!("ccgate-test-{}-{}", std::process::id(), ports::free());
        let mut variables = self.variables(to, user, password);
        variables.extend([("NUMBER", number.to_owned()), ("CALL_ID", sip_call_id.clone()), ("SPEAK", u8::from(self.speak).to_string())]);
        variables.extend(name.map(|name| ("SIP_NAME", name.to_owned())));
        self.calls.push(LiveCall { sip_call_id, process: Process::start("call.sh", &variables) });
        CallId(self.calls.len() - 1)
    }

    /// Somebody outside, who says this text wherever SIP has room for one, dials one of our numbers; returns when it is answered.
    pub(crate) async fn call_in_saying(&mut self, text: &str, number: &str) {
        let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
        let escaped = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let from = format!("\"{quoted}\" <sip:{escaped}@127.0.0.1>");
        let named = ["X-Hostile", "X-CCGate-Device-Id", "User-Agent", "Subject", "Call-Info", "Alert-Info", "Organization"];
        let mut lines: Vec<String> = named.iter().map(|name| format!("{name}: {text}")).collect();
        lines.extend(["P-Asserted-Identity", "Remote-Party-ID"].map(|name| format!("{name}: {from}")));
        self.invited.push(invite(self.external, number, &from, &lines).await);
    }

    /// The phone at this leg transfers who it speaks with to a number.
    pub(crate) async fn transfer(&mut self, leg: &str, number: &str) {
        let to = format!("Refer-To: <sip:{number}@{}>", self.domain);
        self.act(leg, "TRANSFER", &to).await;
    }

    /// The phone at these two legs joins whom it speaks with on the two.
    pub(crate) async fn join(&mut self, leg: &str, asked: &str) {
        let replaces = self.dialogue(asked).await.replaces();
        let to = format!("Refer-To: <sip:asked@{}?Replaces={replaces}>", self.domain);
        self.act(leg, "TRANSFER", &to).await;
    }

    /// The phone at this leg says what it does with sound from now on.
    pub(crate) async fn media(&mut self, leg: &str, media: Media) {
        let subject = match media {
            Media::SendRecv => "Subject: sendrecv",
            Media::SendOnly => "Subject: sendonly",
            Media::Inactive => "Subject: inactive",
        };
        self.act(leg, "MEDIA", subject).await;
    }

    /// Moves a phone to do something, and waits until it has.
    async fn act(&mut self, leg: &str, act: &str, header: &str) {
        let dialogue = self.dialogue(leg).await;
        dialogue.tell(act, header).await;
        let called = self.phones.values_mut().find(|phone| phone.contact == dialogue.phone).map(|phone| &mut phone.process);
        let calls = self.calls.iter_mut().find(|call| call.sip_call_id == dialogue.call_id).map(|call| &mut call.process);
        let phone = calls.or(called).expect("a phone of ours is at the leg");
        while !phone.line().await.expect("the phone says what it did").starts_with("did=") {}
    }

    async fn dialogue(&self, leg: &str) -> Dialogue {
        let dump = freeswitch::api(self.esl, freeswitch::ESL_PASSWORD, &format!("uuid_dump {leg} json")).await;
        Dialogue::of(&serde_json::from_str(&dump).unwrap_or_else(|_| panic!("{leg} is on the switch: {dump}")))
    }

    /// Waits until a call is answered or refused.
    pub(crate) async fn answered(&mut self, call: CallId) -> Outcome {
        let line = self.calls[call.0].process.line().await.expect("the call says how it went");
        let status = line.strip_prefix("status=").and_then(|status| status.parse().ok());
        match status.unwrap_or_else(|| panic!("{line:?} is no SIP status")) {
            200 => Outcome::Answered,
            status => Outcome::Refused { status },
        }
    }

    /// Waits until an answered call is over; whether the caller ended it.
    pub(crate) async fn ended(&mut self, call: CallId) -> bool {
        let line = self.calls[call.0].process.line().await.expect("the call says how it ended");
        line == "ended=by_us"
    }

    /// The caller hangs up.
    pub(crate) async fn hang_up(&mut self, call: CallId) {
        self.end(call, "NORMAL_CLEARING").await;
    }

    /// The switch ends the call of a phone as that would itself: a SIPp that is killed sends neither BYE nor CANCEL.
    pub(crate) async fn end(&mut self, call: CallId, cause: &str) {
        let sip_call_id = &self.calls[call.0].sip_call_id;
        freeswitch::api(self.esl, freeswitch::ESL_PASSWORD, &format!("hupall {cause} sip_call_id {sip_call_id}")).await;
        self.calls[call.0].process.ended().await;
    }

    fn variables(&mut self, server: SocketAddr, user: &str, password: &str) -> Vec<(&'static str, String)> {
        self.started += 1;
        let work: PathBuf = self.folder.path().join(format!("{}-{user}", self.started));
        vec![
            ("SIP_SERVER", server.to_string()),
            ("SIP_DOMAIN", self.domain.clone()),
            ("SIP_USER", user.to_owned()),
            ("SIP_PASSWORD", password.to_owned()),
            ("LOCAL_IP", "127.0.0.1".to_owned()),
            ("REFRESH_S", "0".to_owned()),
            ("LIFETIME_S", LIFETIME_S.to_string()),
            ("WORK", work.display().to_string()),
        ]
    }

    fn behave(&self, contact: SocketAddr, behaviour: Behaviour) -> Vec<(&'static str, String)> {
        let mut variables = vec![("LOCAL_PORT", contact.port().to_string())];
        let name = match behaviour {
            Behaviour::Answer { after_ms, talk_ms } => {
                variables.push(("RING_MS", after_ms.to_string()));
                variables.extend(talk_ms.map(|talk_ms| ("TALK_MS", talk_ms.to_string())));
                "answer"
            }
            Behaviour::Busy => "busy",
            Behaviour::Reject => "reject",
            Behaviour::Divert { to } => {
                variables.push(("DIVERT_TO", format!("{to}@{}", self.carrier)));
                "divert"
            }
            Behaviour::RingOn => "ring",
            Behaviour::EarlyMedia { after_ms } | Behaviour::NoRing { after_ms } => {
                let progress = if matches!(behaviour, Behaviour::NoRing { .. }) { "none" } else { "early" };
                variables.extend([("RING_MS", after_ms.to_string()), ("PROGRESS", progress.to_owned())]);
                "answer"
            }
        };
        variables.push(("BEHAVIOUR", name.to_owned()));
        variables
    }
}
