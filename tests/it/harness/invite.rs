//! A call whose every byte a test chooses: an INVITE over UDP, for what no telephone would send.

use std::net::SocketAddr;

use tokio::net::UdpSocket;

use super::patience;

/// A call that was answered; it is up until the switch ends it.
pub(crate) struct Invited {
    /// So that what the switch sends has somebody to arrive at.
    _socket: UdpSocket,
}

/// Calls a number at `switch` with this `From`, without its tag, and these lines besides; returns when it is answered.
pub(crate) async fn invite(switch: SocketAddr, number: &str, from: &str, lines: &[String]) -> Invited {
    let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let us = socket.local_addr().expect("an address");
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n",
        super::ports::free()
    );
    let head = |method: &str, to: &str| {
        format!(
            "{method} sip:{number}@{switch} SIP/2.0\r\nVia: SIP/2.0/UDP {us};rport;branch=z9hG4bK-{method}-{port}\r\nFrom: {from};tag=1\r\n\
            To: {to}\r\nCall-ID: ccgate-invite-{port}\r\nCSeq: 1 {method}\r\nContact: <sip:caller@{us}>\r\nMax-Forwards: 70\r\n",
            port = us.port()
        )
    };
    let mut ask = head("INVITE", &format!("<sip:{number}@{switch}>"));
    for line in lines {
        ask.push_str(&format!("{line}\r\n"));
    }
    ask.push_str(&format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}", sdp.len()));
    socket.send_to(ask.as_bytes(), switch).await.expect("it is sent");
    let mut bytes = vec![0; 65_536];
    let answer = patience("an answer to an INVITE", async {
        loop {
            let (length, _) = socket.recv_from(&mut bytes).await.expect("an answer");
            let text = String::from_utf8_lossy(&bytes[..length]).into_owned();
            let status: u16 = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
            if status >= 200 {
                assert_eq!(status, 200, "{text}");
                return text;
            }
        }
    })
    .await;
    let to = answer.lines().find_map(|line| line.strip_prefix("To: ")).expect("whom it was to");
    let ack = format!("{}Content-Length: 0\r\n\r\n", head("ACK", to));
    socket.send_to(ack.as_bytes(), switch).await.expect("it is sent");
    Invited { _socket: socket }
}
