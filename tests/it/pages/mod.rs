//! Pages, in a real browser. Where there is none they are listed as ignored, but fail where `CCGATE_BROWSER=1` says that there must be one.

mod api_browser;
mod wallboard;

use libtest_mimic::Trial;

/// Names the tests of a page's file.
macro_rules! page_trials {
    ($($name:ident),+ $(,)?) => {
        pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
            use crate::harness::{browser, trial};
            vec![$({
                const NAME: &str = concat!(module_path!(), "::", stringify!($name));
                trial(NAME, || browser::test(NAME, |world, browser| Box::pin($name(world, browser)))).with_ignored_flag(browser::is_missing())
            }),+]
        }
    };
}
use page_trials;

pub(crate) fn trials() -> Vec<Trial> {
    [api_browser::trials(), wallboard::trials()].into_iter().flatten().collect()
}
