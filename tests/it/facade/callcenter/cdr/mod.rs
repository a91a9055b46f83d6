//! `/api/cdr`

mod list;
mod show;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [list::trials(), show::trials()].into_iter().flatten().collect()
}
