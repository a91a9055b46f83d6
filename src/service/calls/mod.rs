//! Calls as they happen: one task a switch takes the feed of events, follows every leg, commits what customers are told of, and keeps the
//! [`CallBoard`].
//!
//! Facts are taken in as they come, while the last commit is still on its way; so many of them share the next one. What could not be committed
//! waits and is tried again, in order. Every commit of events writes the legs that they tell of, so that the next start goes on where this one
//! stopped. After a connection or a gap the task looks at the channels that there are and works out what it missed; of a leg that is gone by then the
//! switch's own records tell ([`Records`]), which are heard by the same task.

mod board;
mod book;
mod commit;
mod look;
mod news;
mod outbox;
mod records;
mod spool;
mod stats;
mod task;
#[cfg(test)]
mod tests;

pub use board::{CallBoard, Callers, Stage};
pub use book::LEGS_MAX;
pub use commit::{Sink, sink_to};
pub use look::{CHANNELS_LOOKED_AT_MAX, LookError, NamesNow, Seen, look_with};
pub use news::{NEWS_WAITING_MAX, SwitchNews};
pub use outbox::{BATCH_CHANGES_MAX, Batch, CHANGES_WAITING_MAX};
pub use records::{RECORDS_HELD_MAX, Records, Second};
pub use spool::{FILES_A_PASS_MAX, Spool};
pub use stats::CallStats;
pub use task::{Calls, Look, feed_stream};
