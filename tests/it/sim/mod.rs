//! The simulated switch against the recordings of a real one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod bench;
mod commands;
mod compare;
mod differ;
mod documents;
mod rules;
mod scenarios;
mod served;
mod switch;
mod transcript;

use libtest_mimic::Trial;

/// All trials of the simulated switch.
pub(crate) fn trials() -> Vec<Trial> {
    let mut all = commands::trials();
    all.extend(scenarios::trials());
    all.extend(rules::trials());
    all.extend(switch::trials());
    all.extend(served::trials());
    all.extend(compare::trials());
    all.extend(differ::trials());
    all
}

/// A trial that fails by panicking.
fn trial(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(format!("sim::{name}"), move || {
        run();
        Ok(())
    })
}
