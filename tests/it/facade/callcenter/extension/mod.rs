//! `/api/extension`

mod create;
mod update;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [create::trials(), update::trials()].into_iter().flatten().collect()
}
