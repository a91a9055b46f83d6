//! One FreeSWITCH: what is done to it, what it shows, and mod_callcenter's words for both. No other layer has them.
//!
//! [`Step`] is a change, typed; [`Observed`] is what the switch shows; [`Switch`] does the one and gets the other. Contacts and dial strings
//! are made from templates here and hold nothing that was not parsed (ids, SIP users, numbers, domains), so that no text of a caller or an
//! API client becomes a command.

mod agent_phone;
pub mod cause;
pub mod cdr;
pub mod contact;
pub mod fact;
pub mod handle;
pub mod hands;
pub mod name;
pub mod observed;
pub mod originate;
pub mod recording;
pub mod spoken;
pub mod status;
pub mod step;
pub mod transfer;

pub use cause::HangupCause;
pub use contact::Contact;
pub use handle::{Switch, SwitchError};
pub use hands::{Free, Hands, Observing};
pub use name::{AgentName, Names, QueueName};
pub use observed::Observed;
pub use originate::{Answered, OriginateError, OriginateRequest};
pub use status::{AgentState, AgentStatus, TierState};
pub use step::{Step, StepError};
