//! `/api/cc_queue`

mod create;
mod delete;
mod get;
mod list;
mod properties;
mod update;
mod users;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [create::trials(), delete::trials(), get::trials(), list::trials(), properties::trials(), update::trials(), users::trials()]
        .into_iter()
        .flatten()
        .collect()
}
