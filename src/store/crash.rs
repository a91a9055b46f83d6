//! Ends the process at a named step, as a power failure would, for the test that kills ccgate at each. A release build has none of it.

/// Ends the process when `CCGATE_CRASH` says so: `before:3` the third time that a commit is about to be made, `after:1` when the first one is.
pub(super) fn here(step: &str) {
    #[cfg(debug_assertions)]
    {
        use std::sync::atomic::{AtomicU32, Ordering};

        static PASSED: AtomicU32 = AtomicU32::new(0);
        let Ok(plan) = std::env::var("CCGATE_CRASH") else { return };
        let Some((wanted, time)) = plan.split_once(':') else { return };
        if wanted == step && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == time.parse().unwrap_or(0) {
            // No destructor runs, and nothing is flushed.
            std::process::abort();
        }
    }
    #[cfg(not(debug_assertions))]
    let _ = step;
}
