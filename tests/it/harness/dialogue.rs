//! A call between a phone and a real switch, as the switch knows it; and how the phone is moved to do something in it, which `docker/sipp/talk.xml` says.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tokio::net::UdpSocket;

/// More than any phone has counted to, and more each time: it counts on from there, so that what it sends is new to the switch.
static CSEQ: AtomicU32 = AtomicU32::new(1_000_000_000);
/// By how much: more than a phone sends at once.
const CSEQ_STEP: u32 = 100;

/// One phone's side of a call.
pub(crate) struct Dialogue {
    pub(crate) phone: SocketAddr,
    pub(crate) call_id: String,
    /// The phone's tag, and the switch's.
    tags: [String; 2],
}

impl Dialogue {
    /// That of a leg, from its `uuid_dump`.
    pub(crate) fn of(dump: &Value) -> Self {
        let field = |name: &str| dump[format!("variable_{name}")].as_str().unwrap_or_else(|| panic!("{name} of {dump:#}")).to_owned();
        let (phones, switches) = match dump["Call-Direction"].as_str() {
            Some("inbound") => ("sip_from_tag", "sip_to_tag"),
            _ => ("sip_to_tag", "sip_from_tag"),
        };
        let phone = format!("127.0.0.1:{}", field("sip_contact_port")).parse().expect("an address");
        Self { phone, call_id: field("sip_call_id"), tags: [field(phones), field(switches)] }
    }

    /// What names it to the switch in `Replaces`, as a URI has it.
    pub(crate) fn replaces(&self) -> String {
        let [phone, switch] = &self.tags;
        format!("{}%3Bto-tag%3D{switch}%3Bfrom-tag%3D{phone}", self.call_id.replace('@', "%40"))
    }

    /// Moves the phone to do something.
    pub(crate) async fn tell(&self, act: &str, header: &str) {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
        let own = socket.local_addr().expect("an address");
        let lines = [
            format!("{act} sip:{} SIP/2.0", self.phone),
            format!("Via: SIP/2.0/UDP {own};branch=z9hG4bK-{}", own.port()),
            format!("From: <sip:test@{own}>;tag=test"),
            format!("To: <sip:phone@{}>", self.phone),
            format!("Call-ID: {}", self.call_id),
            format!("CSeq: {} {act}", CSEQ.fetch_add(CSEQ_STEP, Ordering::Relaxed)),
            header.to_owned(),
            "Content-Length: 0\r\n\r\n".to_owned(),
        ];
        socket.send_to(lines.join("\r\n").as_bytes(), self.phone).await.expect("loopback takes it");
    }
}
