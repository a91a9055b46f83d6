//! Calls as they happen: one task a switch takes the feed of events, follows every leg, commits what customers are told of, and keeps the
//! [`CallBoard`].
//!
//! Facts are taken in as they come, while the last commit is still on its way; so many of them share the next one. What could not be committed
//! waits and is tried again, in order. After a connection or a gap the task looks at the channels that there are and works out what it missed.

mod board;
mod book;
mod look;
mod news;
mod outbox;
mod task;
#[cfg(test)]
mod tests;

pub use board::{CallBoard, Stage};
pub use book::LEGS_MAX;
pub use look::{CHANNELS_LOOKED_AT_MAX, LookError, look_with};
pub use news::{NEWS_WAITING_MAX, SwitchNews};
pub use outbox::{BATCH_EVENTS_MAX, EVENTS_WAITING_MAX};
pub use task::{CallStats, Calls, Look, Sink, feed_stream, sink_to};
