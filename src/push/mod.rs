//! Events to the customers' URLs.
//!
//! The outbox is in the database ([`crate::store::delivery`]); this is what empties it. A delivery goes through three phases, each a type:
//! it is loaded, it was sent, its result is recorded. Whatever was not recorded is sent again, so a customer may see an event twice and
//! never misses one.

pub mod breaker;
mod counts;
pub mod deliver;
pub mod dispatch;
pub mod flights;
pub mod guard;
pub mod keep;
mod ready;
mod record;
pub mod schedule;
pub mod sign;
pub mod task;

pub use counts::Counts;
pub use dispatch::Dispatcher;

/// What the operator sets.
#[derive(Clone, Debug)]
pub struct Config {
    /// Networks that events may be sent to although they are not public. Empty: public addresses only.
    pub allow_cidrs: Vec<ipnet::IpNet>,
    /// How long events are kept once they are delivered or given up, in days.
    pub retention_days: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { allow_cidrs: Vec::new(), retention_days: 30 }
    }
}
