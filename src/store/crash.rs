//! Ends the process at a named step, as a power failure would, for the test that kills ccgate at each; or has a part of it panic, for the test that looks
//! what becomes of the rest. A release build has none of it.

/// Ends the process when `CCGATE_CRASH` says so: `before:3` the third time that a commit is about to be made, `after:1` when the first one is.
pub(super) fn here(step: &str) {
    #[cfg(debug_assertions)]
    {
        use std::sync::atomic::{AtomicU32, Ordering};

        static PASSED: AtomicU32 = AtomicU32::new(0);
        let Some((wanted, time)) = planned() else { return };
        if wanted == step && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == time.parse().unwrap_or(0) {
            // No destructor runs, and nothing is flushed.
            std::process::abort();
        }
    }
    #[cfg(not(debug_assertions))]
    let _ = step;
}

/// Panics when `CCGATE_CRASH` is `panic:` and this part's name.
pub(crate) fn part(name: &str) {
    #[cfg(debug_assertions)]
    if planned().is_some_and(|(what, wanted)| what == "panic" && wanted == name) {
        #[expect(clippy::panic, reason = "it was asked for")]
        {
            panic!("{name} is to panic");
        }
    }
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// What `CCGATE_CRASH` says.
#[cfg(debug_assertions)]
fn planned() -> Option<(String, String)> {
    std::env::var("CCGATE_CRASH").ok()?.split_once(':').map(|(what, which)| (what.to_owned(), which.to_owned()))
}
