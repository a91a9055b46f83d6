//! What the switch answered, with its refusals as types.

use std::borrow::Cow;

use bytes::Bytes;

use super::frame::{Frame, FrameKind};
use super::line::{self, Outcome};

/// How much of a refusal's text is kept, in bytes.
pub const REFUSAL_MAX_BYTES: usize = 2048;

/// A refusal. The texts are the switch's own, without their prefix and line feed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// `-ERR` and why, for example `Agent not found!`, or a hangup cause after `originate`.
    #[error("-ERR {0}")]
    Err(String),
    /// `-USAGE`: the arguments were not understood.
    #[error("-USAGE {0}")]
    Usage(String),
    /// The user of `userauth` may not do that. It comes as a command/reply, also to `api`.
    #[error("permission denied")]
    PermissionDenied,
    /// The switch does not know the command; for one of a module: it is not loaded.
    #[error("command not found")]
    UnknownCommand,
    /// `-ERR no reply`: the command ran and said nothing. mod_callcenter says so for a value that is not set.
    #[error("no reply")]
    Empty,
    /// An answer of the wrong kind, for example a command/reply to `api` that is no refusal.
    #[error("an answer of kind {0:?}")]
    WrongKind(FrameKind),
}

/// The answer to `api`, or the end of a `bgapi` job: data, or `+OK` with some text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiReply(Bytes);

impl ApiReply {
    /// Reads the frame that answered an `api`.
    ///
    /// # Errors
    /// When the switch refused.
    pub fn from_frame(frame: &Frame) -> Result<Self, ReplyError> {
        match frame.kind() {
            FrameKind::ApiResponse => Self::from_body(frame.body_bytes()),
            FrameKind::CommandReply => match CommandReply::from_frame(frame) {
                Ok(_) => Err(ReplyError::WrongKind(FrameKind::CommandReply)),
                Err(refused) => Err(refused),
            },
            other => Err(ReplyError::WrongKind(other)),
        }
    }

    /// Reads the body of an api/response or of a BACKGROUND_JOB.
    ///
    /// # Errors
    /// When the switch refused.
    pub fn from_body(body: Bytes) -> Result<Self, ReplyError> {
        if body.is_empty() { Err(ReplyError::Empty) } else { refusal(&body).map_or(Ok(Self(body)), Err) }
    }

    /// The whole answer as it is on the wire.
    pub fn body(&self) -> &[u8] {
        &self.0
    }

    /// The whole answer as text without its last line feed; what is no UTF-8 is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        lossy(self.0.strip_suffix(b"\n").unwrap_or(&self.0))
    }

    /// What comes after `+OK`, trimmed (a new call's uuid after `originate`); `None` when the answer is data.
    pub fn ok_text(&self) -> Option<Cow<'_, str>> {
        match line::outcome(&self.0) {
            Some((Outcome::Ok, text)) => Some(lossy(text.trim_ascii())),
            _ => None,
        }
    }
}

/// The answer to a command that is no `api`: a command/reply that is no refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandReply(Frame);

impl CommandReply {
    /// Reads the frame that answered a command.
    ///
    /// # Errors
    /// When the switch refused, or the frame is no command/reply.
    pub fn from_frame(frame: &Frame) -> Result<Self, ReplyError> {
        if frame.kind() != FrameKind::CommandReply {
            return Err(ReplyError::WrongKind(frame.kind()));
        }
        let text = frame.get("Reply-Text").ok_or(ReplyError::Empty)?;
        refusal(text).map_or_else(|| Ok(Self(frame.clone())), Err)
    }

    /// `Reply-Text` without `+OK`.
    pub fn text(&self) -> Cow<'_, str> {
        let text = self.0.get("Reply-Text").unwrap_or_default();
        String::from_utf8_lossy(line::outcome(text).map_or(text, |(_, rest)| rest))
    }

    /// Another header of the reply, for example `Job-UUID` or `Allowed-API`.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.get_str(name)
    }
}

/// A `text/disconnect-notice`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisconnectNotice {
    /// The switch closes the connection now.
    Closing,
    /// The channel is gone, and the switch goes on sending for a while.
    Lingering {
        /// For how long, in seconds; `None` when without end.
        linger_s: Option<u64>,
    },
}

impl DisconnectNotice {
    /// Reads a notice; `None` when the frame is another one.
    pub fn from_frame(frame: &Frame) -> Option<Self> {
        if frame.kind() != FrameKind::DisconnectNotice {
            return None;
        }
        if frame.get("Content-Disposition") != Some(&b"linger"[..]) {
            return Some(Self::Closing);
        }
        let linger_s = frame.get_str("Linger-Time").and_then(|seconds| seconds.parse().ok());
        Some(Self::Lingering { linger_s })
    }
}

fn refusal(text: &[u8]) -> Option<ReplyError> {
    if line::denied(text) {
        return Some(ReplyError::PermissionDenied);
    }
    match line::outcome(text)? {
        (Outcome::Ok, _) => None,
        (Outcome::Usage, rest) => Some(ReplyError::Usage(kept(rest))),
        (Outcome::Err, rest) => {
            let why = kept(rest);
            let lower = why.to_ascii_lowercase();
            Some(if lower.trim_end_matches('!').ends_with("command not found") {
                ReplyError::UnknownCommand
            } else if lower == "no reply" {
                ReplyError::Empty
            } else {
                ReplyError::Err(why)
            })
        }
    }
}

/// What is no UTF-8 is replaced. `String::from_utf8_lossy` alone goes byte by byte, and a listing has megabytes.
fn lossy(text: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(text).map_or_else(|_| String::from_utf8_lossy(text), Cow::Borrowed)
}

fn kept(text: &[u8]) -> String {
    let text = text.get(..REFUSAL_MAX_BYTES).unwrap_or(text);
    String::from_utf8_lossy(text.trim_ascii()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(body: &str) -> Result<ApiReply, ReplyError> {
        ApiReply::from_frame(&Frame::api_response(body.as_bytes()))
    }

    #[test]
    fn each_refusal_is_its_own() {
        assert_eq!(api("-ERR Agent not found!\n"), Err(ReplyError::Err("Agent not found!".to_owned())));
        assert_eq!(api("-USAGE: <call url> <exten>\n"), Err(ReplyError::Usage("<call url> <exten>".to_owned())));
        assert_eq!(api("-ERR nosuchcommand Command not found!\n"), Err(ReplyError::UnknownCommand));
        assert_eq!(api(""), Err(ReplyError::Empty));
        let denied = Frame::command_reply("-ERR permission denied");
        assert_eq!(ApiReply::from_frame(&denied), Err(ReplyError::PermissionDenied));
        assert_eq!(CommandReply::from_frame(&denied), Err(ReplyError::PermissionDenied));
        let odd = Frame::command_reply("+OK accepted");
        assert_eq!(ApiReply::from_frame(&odd), Err(ReplyError::WrongKind(FrameKind::CommandReply)));
        assert_eq!(CommandReply::from_frame(&Frame::auth_request()), Err(ReplyError::WrongKind(FrameKind::AuthRequest)));
    }

    #[test]
    fn data_has_no_prefix() {
        let data = api("name|status\n+OK\n").unwrap();
        assert_eq!(data.ok_text(), None);
        assert_eq!(data.text(), "name|status\n+OK");
        assert_eq!(api("false").unwrap().text(), "false");
        assert_eq!(api("+OK 70b27a69\n").unwrap().ok_text().as_deref(), Some("70b27a69"));
        assert_eq!(api("+OK\n").unwrap().ok_text().as_deref(), Some(""));
        assert_eq!(ApiReply::from_body(Bytes::from_static(b"name|a\xff\n")).unwrap().text(), "name|a\u{fffd}");
    }

    #[test]
    fn a_notice_says_whether_more_comes() {
        assert_eq!(DisconnectNotice::from_frame(&Frame::disconnect_notice("bye\n")), Some(DisconnectNotice::Closing));
        let linger = |seconds| DisconnectNotice::from_frame(&Frame::linger_notice("u", "c", seconds));
        assert_eq!(linger(5), Some(DisconnectNotice::Lingering { linger_s: Some(5) }));
        assert_eq!(linger(-1), Some(DisconnectNotice::Lingering { linger_s: None }));
        assert_eq!(DisconnectNotice::from_frame(&Frame::auth_request()), None);
    }

    #[test]
    fn a_long_refusal_is_cut() {
        let Err(ReplyError::Err(text)) = api(&format!("-ERR {}", "x".repeat(9000))) else { panic!("no refusal") };
        assert_eq!(text.len(), REFUSAL_MAX_BYTES);
    }
}
