//! Calls: what happened, leg by leg.
//!
//! A [`LegFact`] is one thing that happened to a leg. [`Leg::apply`] takes the state of a leg and a fact to the next state and to what
//! customers are told of it. It knows no switch and no clock, so that recordings, a resync and a call record can all be played through it.
//!
//! However facts are lost, repeated or shuffled, of one leg there is at most one of each event, `call:end` is the last, and a leg that hung
//! up has one.

mod data;
mod fact;
mod leg;
mod milestone;

pub use data::{CallData, CallState};
pub use fact::{CallType, Direction, Left, LegFact, LegId, LegInfo, LegTimes, Role, What};
pub use leg::{Around, Leg, LegRecord, STAYS_MAX, Stay};
pub use milestone::Milestone;
