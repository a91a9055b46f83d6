//! `/api/user`

mod create;
mod delete;
mod key;
mod list;
mod login;
mod logout;
mod queues;
mod show;
mod update;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [
        create::trials(),
        delete::trials(),
        key::trials(),
        list::trials(),
        login::trials(),
        login::clocked(),
        logout::trials(),
        queues::trials(),
        show::trials(),
        update::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
