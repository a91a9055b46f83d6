//! Pages, in a real browser. Where there is none they are listed as ignored, but fail where `CCGATE_BROWSER=1` says that there must be one.

mod agent;
mod api_browser;
mod lab;
mod wallboard;

use libtest_mimic::Trial;

use crate::harness::browser::Browser;

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
    [agent::trials(), api_browser::trials(), lab::trials(), wallboard::trials()].into_iter().flatten().collect()
}

/// Takes the console's errors, which must be of refusals and cuts that were meant.
async fn leave_out_refusals(browser: &Browser) {
    let log = browser.log().await;
    let other = log.console.iter().filter(|line| line.starts_with("SEVERE") && !line.contains("/api/"));
    assert_eq!(other.collect::<Vec<_>>(), [""; 0]);
}
