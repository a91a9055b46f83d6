//! `[toll]` of the configuration, as the rules of the box.

use anyhow::Context;

use crate::config::Toll;
use crate::domain::account::Limits;
use crate::domain::number::ExtensionNumber;
use crate::domain::toll::{Ceiling, Policy};

pub(super) fn ceiling(config: &Toll) -> anyhow::Result<Ceiling> {
    let is_country = |code: &String| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    anyhow::ensure!(config.countries.iter().all(is_country), "toll.countries: must be codes of two capital letters, such as \"US\"");
    let policy = Policy {
        premium: config.premium,
        international: config.international,
        unlisted: config.unlisted,
        countries: config.countries.clone(),
        allow: config.allow.iter().map(|prefix| ExtensionNumber::parse(prefix)).collect::<Result<_, _>>().context("toll.allow")?,
        night: None,
    };
    let Toll { calls_at_once, calls_per_second, minutes_per_day, .. } = *config;
    Ok(Ceiling { policy, limits: Limits { calls_at_once, calls_per_second, minutes_per_day } })
}
