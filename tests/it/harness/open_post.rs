//! A request whose body is sent piece by piece, and may break off.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Answer;

/// A POST under way. Dropping it breaks the connection.
pub(crate) struct OpenPost(TcpStream);

impl OpenPost {
    /// Sends everything before the body.
    pub(crate) async fn begin(base: &str, path: &str, key: &str, content_type: &str) -> Self {
        let address = base.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.expect("ccgate listens");
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nx-api-key: {key}\r\ncontent-type: {content_type}\r\n\
             transfer-encoding: chunked\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("ccgate reads");
        Self(stream)
    }

    /// Sends more of the body.
    pub(crate) async fn send(&mut self, piece: &str) {
        let chunk = format!("{:x}\r\n{piece}\r\n", piece.len());
        self.0.write_all(chunk.as_bytes()).await.expect("ccgate reads");
    }

    /// Ends the body; the answer.
    pub(crate) async fn end(mut self) -> Answer {
        self.0.write_all(b"0\r\n\r\n").await.expect("ccgate reads");
        let mut text = String::new();
        self.0.read_to_string(&mut text).await.expect("the answer is text");
        let (head, body) = text.split_once("\r\n\r\n").expect("an HTTP answer");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, body: serde_json::from_str(body).expect("the answer is JSON"), headers: Default::default() }
    }
}
