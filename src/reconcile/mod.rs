//! What the switch should have and serve, and how it is made so.
//!
//! [`Desired`] is worked out from the database alone; `xml_curl` renders it, and [`plan()`] compares it with what the switch shows
//! ([`crate::switch::Observed`]). Nothing else is looked at: events only wake. A plan for a switch that already matches is empty, and doing one
//! twice does no harm. Only names of our accounts' domains are touched.

pub mod build;
pub mod desired;
mod flushes;
pub mod follow;
pub mod found;
pub mod heal;
pub mod hold;
pub mod outside;
pub mod params;
pub mod plan;
pub mod presence;
mod reach;
pub mod reconciler;
mod reloads;
pub mod report;
pub mod served;
pub mod standing;
pub mod task;
pub mod words;

pub use build::{agent as desired_agent, load};
pub use desired::{Desired, DesiredAccount, DesiredAgent, DesiredQueue, DesiredTier};
pub use hold::Hold;
pub use params::{Options, QueueParams};
pub use plan::{Plan, agent_steps, plan};
pub use presence::Presence;
pub use reconciler::{Reconciler, Ticket};
pub use report::{Finding, Outcome, Report};
pub use served::Served;
