//! Statistics: rows of our own record in, figures out. Rows come one by one, so that a month of a million calls needs no more memory than its figures.
//!
//! A figure that counts belongs to the interval in which what it counts began; one of time is cut at the interval's edges. So the figures of a
//! period are the sums of its intervals', and the longest wait is the longest of theirs.

pub mod agent;
pub mod period;
pub mod queue;

pub use agent::{AgentFigures, AgentFold, LegRow, SpanRow};
pub use period::{Period, PeriodError, Step};
pub use queue::{QueueFigures, QueueFold, ServiceLevel, StayRow, ratio};
