//! `/api/cc_queue/{id}/users`

mod add;
mod list;
mod remove;
mod replace;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [add::trials(), list::trials(), remove::trials(), replace::trials()].into_iter().flatten().collect()
}
