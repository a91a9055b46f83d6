//! `[toll]`

use serde::Deserialize;
use serde_with::serde_as;

use super::Listed;

/// What no account of this box may call more of, whatever its own rules say.
#[serde_as]
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Toll {
    /// Whether accounts may call numbers that cost more than a call.
    pub premium: bool,
    /// Whether they may call other countries than their own.
    pub international: bool,
    /// Whether they may call numbers that no numbering plan has.
    pub unlisted: bool,
    /// Countries that all may call (ISO 3166-1 alpha-2), also where `international` is off.
    #[serde_as(as = "Listed<String>")]
    pub countries: Vec<String>,
    /// Prefixes that all may call: `+44`, or `118` of what no plan has.
    #[serde_as(as = "Listed<String>")]
    pub allow: Vec<String>,
    /// Calls outside of an account that are up at once.
    pub calls_at_once: Option<u32>,
    /// Those that begin within a second.
    pub calls_per_second: Option<u32>,
    /// Minutes that are spoken outside in a day.
    pub minutes_per_day: Option<u32>,
}

impl Default for Toll {
    fn default() -> Self {
        Self {
            premium: true,
            international: true,
            unlisted: true,
            countries: Vec::new(),
            allow: Vec::new(),
            calls_at_once: None,
            calls_per_second: None,
            minutes_per_day: None,
        }
    }
}
