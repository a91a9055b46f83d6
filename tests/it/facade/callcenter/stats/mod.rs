//! `/api/stats`

mod agent;
mod queue;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [agent::trials(), queue::trials()].into_iter().flatten().collect()
}
