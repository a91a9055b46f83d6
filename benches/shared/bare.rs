//! A bare socket to a switch: everything is written at once, and the answers are counted.

use std::net::SocketAddr;

use bytes::{Buf as _, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::ReadHalf;

pub struct Bare(TcpStream);

impl Bare {
    /// Connects; none where nobody listens or the password is not taken.
    pub async fn connect(esl: SocketAddr, password: &str) -> Option<Self> {
        let mut stream = TcpStream::connect(esl).await.ok()?;
        stream.set_nodelay(true).ok()?;
        stream.write_all(format!("auth {password}\n\n").as_bytes()).await.ok()?;
        answers(&mut stream.split().0, 1, "+OK accepted").await?;
        Some(Self(stream))
    }

    /// Asks all of it, and waits for as many answers; the last one's text. None when the connection was lost.
    pub async fn ask(&mut self, commands: &[String]) -> Option<String> {
        let text: String = commands.iter().map(|command| format!("api {command}\n\n")).collect();
        let (mut reader, mut writer) = self.0.split();
        let (written, answered) = tokio::join!(writer.write_all(text.as_bytes()), answers(&mut reader, commands.len(), "api/response"));
        written.ok().and(answered)
    }
}

/// Reads until so many frames came whose head has this; the last one's body.
async fn answers(reader: &mut ReadHalf<'_>, wanted: usize, what: &str) -> Option<String> {
    let (mut buffer, mut count, mut last) = (BytesMut::with_capacity(64 * 1024), 0, String::new());
    while count < wanted {
        let Some((head, body)) = frame(&mut buffer) else {
            if reader.read_buf(&mut buffer).await.ok()? == 0 {
                return None;
            }
            continue;
        };
        if head.contains(what) {
            count += 1;
            last = body;
        }
    }
    Some(last)
}

/// Takes a whole frame.
fn frame(buffer: &mut BytesMut) -> Option<(String, String)> {
    let end = memchr::memmem::find(buffer, b"\n\n")? + 2;
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).and_then(|length| length.parse().ok()).unwrap_or(0);
    if buffer.len() < end + length {
        return None;
    }
    buffer.advance(end);
    Some((head, String::from_utf8_lossy(&buffer.split_to(length)).into_owned()))
}
