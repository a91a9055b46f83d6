//! What an operator's machinery asks of a ccgate that runs, and what an operator does with it.

mod backup;
mod certificate;
mod log;
mod metrics;
mod ready;
mod stop;

use libtest_mimic::Trial;

use crate::harness::World;

pub(crate) fn trials() -> Vec<Trial> {
    [backup::trials(), certificate::trials(), log::trials(), metrics::trials(), ready::trials(), stop::trials()]
        .into_iter()
        .flatten()
        .collect()
}

/// What the operator's listener answers.
async fn ask(w: &World, path: &str) -> reqwest::Response {
    let url = format!("http://{}{path}", w.running().operations());
    reqwest::get(url).await.expect("the operator's listener answers")
}
