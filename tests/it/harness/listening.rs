//! A client of the live stream, as a browser is one.

use std::collections::VecDeque;

use reqwest::Response;
use serde_json::Value;

use super::{Answer, patience};

/// An open stream. Dropping it closes the connection.
pub(crate) struct Listening {
    response: Response,
    text: Text,
}

/// One event as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) data: Value,
}

/// Server-sent events on their way from bytes.
#[derive(Debug, Default)]
pub(crate) struct Text {
    bytes: Vec<u8>,
    heard: VecDeque<Heard>,
    /// What a browser sends when it comes back.
    pub(crate) last_id: String,
}

impl Listening {
    /// The stream, or why there is none.
    pub(crate) async fn of(response: Response) -> Result<Self, Answer> {
        if response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            return Ok(Self { response, text: Text::default() });
        }
        Err(Answer::of(response).await)
    }

    /// The next event; none when the stream has ended.
    pub(crate) async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some(heard) = self.text.next() {
                return Some(heard);
            }
            // A connection that is cut is an end, too.
            let chunk = patience("the live stream", self.response.chunk()).await.ok().flatten()?;
            self.text.add(&chunk);
        }
    }

    /// The id with which it goes on. Waits for the first, which comes at once where there is an event to go on from.
    pub(crate) async fn last_id(&mut self) -> String {
        while self.text.last_id.is_empty() {
            let chunk = patience("an id", self.response.chunk()).await.expect("the stream is open").expect("the stream is open");
            self.text.add(&chunk);
        }
        self.text.last_id.clone()
    }
}

impl Text {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        while let Some(end) = self.bytes.windows(2).position(|two| two == b"\n\n") {
            let block: Vec<u8> = self.bytes.drain(..end + 2).collect();
            self.block(std::str::from_utf8(&block).expect("UTF-8"));
        }
    }

    pub(crate) fn next(&mut self) -> Option<Heard> {
        self.heard.pop_front()
    }

    fn block(&mut self, block: &str) {
        let (mut event, mut data) = (String::new(), String::new());
        for line in block.lines() {
            match line.split_once(": ").unwrap_or((line, "")) {
                ("id", id) => self.last_id = id.to_owned(),
                ("event", name) => event = name.to_owned(),
                ("data", text) => data.push_str(text),
                _ => assert!(line.is_empty() || line.starts_with(':'), "no line of an event: {line}"),
            }
        }
        if !data.is_empty() {
            let data = serde_json::from_str(&data).expect("JSON");
            self.heard.push_back(Heard { id: self.last_id.clone(), event, data });
        }
    }
}
