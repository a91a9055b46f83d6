//! What freeswitch-conf/ promises to whoever finds the switch's ports: asked of a real one, which asks a ccgate that is not there.

use std::net::SocketAddr;

use libtest_mimic::Trial;
use tokio::net::UdpSocket;

use crate::harness::freeswitch::{self, FreeSwitch, live};
use crate::harness::{patience, ports};

pub(crate) fn trials() -> Vec<Trial> {
    vec![live("live_security::strangers_get_nothing_of_the_switch", strangers)]
}

/// No carrier, and no part of the switch's own.
const STRANGER: [u8; 4] = [127, 0, 0, 2];
/// The carrier's, as vars.xml has it.
const CARRIER: [u8; 4] = [127, 0, 0, 1];

/// The status of the last answer to a request that comes from nowhere, from `address`.
async fn asks(to: SocketAddr, address: [u8; 4], method: &str) -> u16 {
    let socket = UdpSocket::bind(SocketAddr::from((address, 0))).await.expect("a socket");
    let here = socket.local_addr().expect("an address");
    let id = format!("{method}-{}", here.port());
    let body = if method == "MESSAGE" { "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi" } else { "Content-Length: 0\r\n\r\n" };
    let request = format!(
        "{method} sip:1001@lab.local SIP/2.0\r\nVia: SIP/2.0/UDP {here};branch=z9hG4bK{id};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:1002@lab.local>;tag={id}\r\nTo: <sip:1001@lab.local>\r\nCall-ID: {id}\r\nCSeq: 1 {method}\r\nContact: <sip:1002@{here}>\r\n\
         Expires: 60\r\nEvent: presence\r\n{body}"
    );
    socket.send_to(request.as_bytes(), to).await.expect("it is sent");
    let mut answer = vec![0; 65_536];
    loop {
        let length = patience("an answer", socket.recv(&mut answer)).await.expect("the switch is there");
        let text = String::from_utf8_lossy(&answer[..length]);
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        if status >= 200 {
            return status;
        }
    }
}

async fn strangers() {
    let esl = SocketAddr::from(([127, 0, 0, 1], ports::free()));
    let mut switch = FreeSwitch::start(esl, "http://127.0.0.1:1/freeswitch/xml", "a password of the XML").await;
    let (phones, carriers) = (switch.sip(), switch.external());
    for (port, from, method, status) in [
        (phones, STRANGER, "REGISTER", 401),
        (phones, STRANGER, "INVITE", 407),
        (phones, STRANGER, "SUBSCRIBE", 405),
        (phones, STRANGER, "PUBLISH", 405),
        (carriers, STRANGER, "REGISTER", 405),
        (carriers, STRANGER, "INVITE", 403),
        (carriers, STRANGER, "REFER", 405),
        // Who is a carrier by its address is no phone by it.
        (carriers, CARRIER, "REGISTER", 405),
        (carriers, CARRIER, "REFER", 405),
        // It is said to be taken, and thrown away.
        (phones, STRANGER, "MESSAGE", 202),
        (carriers, STRANGER, "MESSAGE", 202),
    ] {
        assert_eq!(asks(port, from, method).await, status, "{method} to {port} from {from:?}");
    }
    assert_eq!(switch.api("show registrations count").await.trim(), "0 total.");
    assert_eq!(switch.api("show channels count").await.trim(), "0 total.");
    let status = freeswitch::try_api(esl, ccgate::config::SHIPPED_ESL_PASSWORD, "status").await.unwrap_or_default();
    assert!(!status.contains("UP "), "the shipped password lets anybody in: {status}");
    assert!(switch.api("status").await.contains("UP "));
    assert!(
        tokio::net::TcpStream::connect((std::net::Ipv4Addr::from(STRANGER), esl.port())).await.is_err(),
        "the event socket is on 127.0.0.1 alone"
    );
    switch.stop().await;
}
