//! Events to the customers' URLs.
//!
//! The outbox is in the database ([`crate::store::delivery`]); this is what empties it. A delivery goes through three phases, each a type:
//! it is loaded, it was sent, its result is recorded. Whatever was not recorded is sent again, so a customer may see an event twice and
//! never misses one.

pub mod deliver;
pub mod dispatch;
pub mod guard;
pub mod schedule;
pub mod sign;
pub mod task;

use serde::Deserialize;

pub use dispatch::Dispatcher;

/// What the operator sets.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Networks that events may be sent to although they are not public. Empty: public addresses only.
    pub allow_cidrs: Vec<ipnet::IpNet>,
}
