//! Reasons for which an agent takes no calls.

use super::id::{AccountId, PauseId};
use super::text::Label;

/// A pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Its id; never 0, which means available.
    pub id: PauseId,
    /// Whose it is.
    pub account_id: AccountId,
    /// The reason, unique in the account.
    pub name: Label,
    /// A colour for pages, as `#rrggbb`.
    pub color: Option<String>,
    /// Seconds after which the agent becomes available again; 0 for never.
    pub max_seconds: u32,
    /// Whether the time is paid.
    pub paid: bool,
    /// The pause of an agent that is paused without a known reason.
    pub is_default: bool,
    /// What ccgate sets by itself, and may not be deleted: an agent that did not answer too often (trap 21).
    pub system: bool,
}

/// The pauses a new account has: name, paid, default, system.
pub const DEFAULTS: [(&str, bool, bool, bool); 4] =
    [("Break", true, true, false), ("Lunch", false, false, false), ("Meeting", true, false, false), ("No answer", false, false, true)];
