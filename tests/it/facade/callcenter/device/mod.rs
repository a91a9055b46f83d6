//! `/api/device`

mod create;
mod delete;
mod update;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [create::trials(), delete::trials(), update::trials()].into_iter().flatten().collect()
}
