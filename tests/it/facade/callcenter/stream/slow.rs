//! A client that does not read.

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use super::{commit, listen, next_number};
use crate::facade::world_trials;
use crate::harness::listening::Text;
use crate::harness::{World, patience};

world_trials![is_cut_off_and_goes_on];

/// More bytes than the queue of a stream and the sockets' buffers hold.
const EVENTS: usize = 12_000;
const EVENT_BYTES: usize = 2_000;

async fn is_cut_off_and_goes_on(w: &mut World) {
    let mut slow = connect(w).await;
    let mut quick = listen(w, "", "").await;
    let (store, account) = (w.running().store().clone(), w.account_id());
    let filling = json!({"text": "x".repeat(EVENT_BYTES)});
    let writer = tokio::spawn(async move {
        for from in (0..EVENTS).step_by(100) {
            commit(&store, account, from..from + 100, &filling).await;
        }
    });
    // Nobody waits for the slow one.
    for n in 0..EVENTS {
        assert_eq!(next_number(&mut quick).await, Some(n));
    }
    writer.await.expect("the writer ends");
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience("the slow client to be cut off", async {
        while w.running().service().open_streams(w.account_id()) > 1 {
            looks.tick().await;
        }
    })
    .await;
    let mut bytes = Vec::new();
    patience("the end of the connection", slow.read_to_end(&mut bytes)).await.expect("it is closed");
    assert!(bytes.len() < EVENTS * EVENT_BYTES / 2, "{} bytes", bytes.len());
    let mut text = Text::default();
    text.add(&dechunked(&bytes));
    let mut seen = 0;
    while let Some(heard) = text.next() {
        assert_eq!(heard.data["data"]["n"], json!(seen));
        seen += 1;
    }
    assert!(seen > 0, "what was sent before can be read");
    let mut again = listen(w, "", &text.last_id).await;
    for n in seen..EVENTS {
        assert_eq!(next_number(&mut again).await, Some(n));
    }
}

/// Asks for the stream, reads that there is one, and then no more.
async fn connect(w: &World) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small buffer");
    let address = w.base().trim_start_matches("http://");
    let mut stream = socket.connect(address.parse().expect("an address")).await.expect("ccgate listens");
    let request = format!("GET /api/stream HTTP/1.1\r\nhost: {address}\r\nx-api-key: {}\r\n\r\n", w.key());
    stream.write_all(request.as_bytes()).await.expect("ccgate reads");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(patience("the head of the answer", stream.read_u8()).await.expect("a head"));
    }
    assert!(head.starts_with(b"HTTP/1.1 200"));
    stream
}

/// The body out of its chunks, as far as the last one that is whole.
fn dechunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = std::str::from_utf8(&bytes[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok()).expect("a chunk's size");
        let Some(chunk) = bytes.get(end + 2..end + 2 + size) else { break };
        body.extend_from_slice(chunk);
        bytes = bytes.get(end + 4 + size..).unwrap_or_default();
    }
    body
}
