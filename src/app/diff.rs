//! `ccgate diff` and `ccgate apply`: what is not as the database says, in words, and once.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::look::Look;
use super::{SWITCH, say};
use crate::clock::{Clock, Millis};
use crate::config::Config;
use crate::reconcile::served::Served;
use crate::reconcile::words::{self, Line};
use crate::reconcile::{Plan, plan};
use crate::store;
use crate::switch::Free;

/// What was found, and done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// In words.
    pub lines: Vec<String>,
    /// How many steps it takes.
    pub steps: usize,
    /// How many of them were to be done and were not.
    pub failed: usize,
}

/// Prints the differences; whether there are any. With `apply` they are ended, and each step is told.
///
/// # Errors
/// The configuration, the database, the switch; with `apply` also steps that were not done, and a switch that is only observed.
pub async fn run(config: &Path, apply: bool) -> anyhow::Result<bool> {
    let told = told(&Config::load(config)?, apply).await?;
    for line in &told.lines {
        say(line);
    }
    anyhow::ensure!(told.failed == 0, "{} of {} steps were not done", told.failed, told.steps);
    Ok(told.steps > 0)
}

/// What [`run`] prints.
///
/// # Errors
/// As [`run`], but for steps that were not done.
pub async fn told(config: &Config, apply: bool) -> anyhow::Result<Told> {
    let look = Look::with(config).await?;
    // What the switch was given is known to a ccgate that runs; here only what it lists counts.
    let Plan { steps, findings } = plan(&look.desired, &look.observed, &Served::default().to(&look.observed.core_uuid));
    let (now, since) = (Clock::system().now(), since(&look).await?);
    let mut told = Told { steps: steps.len(), ..Told::default() };
    told.lines.extend(words::lines(&look.desired, &look.observed, &steps).iter().map(|line| line_of(line, since.get(&line.step), now)));
    told.lines.extend(findings.iter().map(|finding| format!("note: {}", finding.summary())));
    if steps.is_empty() {
        told.lines.push("nothing to do: the switch is as the database says".to_owned());
    } else if apply {
        // Whom a running ccgate changes at the same time, its next pass sets right.
        let any: Free = Arc::new(|_| true);
        for (step, outcome) in steps.iter().zip(look.switch.hands()?.execute_many(&steps, &any).await) {
            told.lines.push(match outcome {
                Ok(()) => format!("done: {}", step.summary()),
                Err(error) => {
                    told.failed += 1;
                    format!("NOT DONE: {}: {error}", step.summary())
                }
            });
        }
    }
    look.store.close().await;
    Ok(told)
}

async fn since(look: &Look) -> anyhow::Result<HashMap<String, Millis>> {
    Ok(store::kept::standing(&mut *look.store.read().await?, SWITCH).await?.into_iter().collect())
}

fn line_of(line: &Line, since: Option<&Millis>, now: Millis) -> String {
    let stood = since.map_or_else(String::new, |since| format!(" (for {} s)", now.since(*since).max(0) / 1_000));
    format!("{}: {}{stood}", line.of, line.what)
}
