//! A client that does as little as can be, so that what is measured is the other side: one connection, one request after the other.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use memchr::memmem;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

const HEAD_END: &[u8] = b"\r\n\r\n";
/// How a body in pieces ends; no JSON has a bare line end in it.
const LAST_PIECE: &[u8] = b"\r\n0\r\n\r\n";
const LENGTH: &[u8] = b"content-length: ";

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
}

/// A request, as it is sent.
pub fn get(address: SocketAddr, path: &str, key: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\n\r\n").into_bytes()
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a connection");
        Self { stream, buffer: BytesMut::with_capacity(256 * 1024) }
    }

    /// Asks, and reads the whole answer, which has to be a 200; its bytes.
    pub async fn ask(&mut self, request: &[u8]) -> usize {
        self.stream.write_all(request).await.expect("a request");
        self.buffer.clear();
        let end = loop {
            match whole(&self.buffer) {
                Some(end) => break end,
                None => assert!(self.stream.read_buf(&mut self.buffer).await.expect("an answer") > 0, "the connection was closed"),
            }
        };
        let answer = &self.buffer[..end];
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(answer));
        end
    }

    /// Asks, and how long it took in milliseconds.
    pub async fn timed(&mut self, request: &[u8]) -> f64 {
        let begun = Instant::now();
        self.ask(request).await;
        begun.elapsed().as_secs_f64() * 1_000.0
    }
}

/// The length of the answer, once it is all there.
fn whole(buffer: &[u8]) -> Option<usize> {
    let body = memmem::find(buffer, HEAD_END)? + HEAD_END.len();
    let head = &buffer[..body];
    match memmem::find(head, LENGTH) {
        Some(at) => {
            let digits = &head[at + LENGTH.len()..];
            let digits = &digits[..digits.iter().position(|byte| !byte.is_ascii_digit())?];
            let end = body + std::str::from_utf8(digits).ok()?.parse::<usize>().ok()?;
            (buffer.len() >= end).then_some(end)
        }
        None => buffer.ends_with(LAST_PIECE).then_some(buffer.len()),
    }
}

/// Answers a second, when each of these asks its requests in turn, over and over, for so long.
pub async fn rate(address: SocketAddr, clients: Vec<Vec<Vec<u8>>>, lasting: Duration) -> f64 {
    let mut connections = Vec::with_capacity(clients.len());
    for requests in clients {
        connections.push((Connection::open(address).await, requests));
    }
    let (begun, mut asking) = (Instant::now(), JoinSet::new());
    for (mut connection, requests) in connections {
        asking.spawn(async move {
            let mut answers = 0_u32;
            for request in requests.iter().cycle() {
                // Only between rounds: afterwards it is as it was.
                if (answers as usize).is_multiple_of(requests.len()) && begun.elapsed() >= lasting {
                    break;
                }
                connection.ask(request).await;
                answers += 1;
            }
            answers
        });
    }
    let mut answers = 0;
    while let Some(asked) = asking.join_next().await {
        answers += asked.expect("a client asks");
    }
    f64::from(answers) / begun.elapsed().as_secs_f64()
}
