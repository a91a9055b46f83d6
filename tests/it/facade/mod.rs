//! The vendors' APIs, as their clients see them.

mod agentprofile;
pub(crate) mod callcenter;
mod docs;
mod hostile;
mod openapi;
mod queueevents;
pub(crate) mod updateagentstate;

use libtest_mimic::Trial;

/// Names tests of one file; each gets a ccgate and a simulated switch of its own.
macro_rules! world_trials {
    ($($name:ident),+ $(,)?) => {
        pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(crate::harness::trial(concat!(module_path!(), "::", stringify!($name)), || async {
                let mut world = crate::harness::World::start().await;
                $name(&mut world).await;
                world.stop().await;
            })),+]
        }
    };
}
pub(crate) use world_trials;

pub(crate) fn trials() -> Vec<Trial> {
    [
        agentprofile::trials(),
        callcenter::trials(),
        docs::trials(),
        hostile::trials(),
        openapi::trials(),
        queueevents::trials(),
        updateagentstate::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
