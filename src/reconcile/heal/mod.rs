//! What gets stuck on a switch, and how it is got loose.
//!
//! The plan makes the switch as the database says; here is what the database does not say: that an agent rings only while there is a leg. mod_callcenter
//! sets such states around a call, and where the thread that should take them back is gone, they stay for ever (trap 14). Nothing is touched while a
//! leg explains it, nor on the strength of one look: the listings are taken one after the other, and a call that is just being set up or ended looks
//! ill for a moment. What is seen in two looks in a row, at least [`LOOKS_APART`] apart and of the same moment (the same offer, the same row), is
//! asked for once more where a leg's own variables tell, and then cured. What nobody here can cure is told once, as an alarm.
//!
//! Each repair is a row, an event, a log line and a count: docs/repair.md.

mod counts;
mod cure;
mod drift;
mod healer;
mod ill;
mod legs;

use std::collections::BTreeSet;
use std::time::Duration;

pub use counts::Counts;
pub use cure::{Cure, heal};
pub(super) use healer::Healer;
pub use ill::Ill;

/// How long at least between the two looks that a repair rests on. The list of legs is late by some tenths of a second, and mod_callcenter looks at
/// its legs ten times a second; a leg that is being made is asked of us first (`xml_curl`), which is answered from memory.
pub const LOOKS_APART: Duration = Duration::from_secs(2);

type Ills = BTreeSet<Ill>;

#[cfg(test)]
mod tests;
