//! `/api/device`

mod create;
mod delete;
mod list;
mod show;
mod update;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [create::trials(), delete::trials(), list::trials(), show::trials(), update::trials()].into_iter().flatten().collect()
}
