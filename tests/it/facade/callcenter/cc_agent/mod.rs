//! `/api/cc_agent`

mod active_calls;
mod check_in;
mod check_in_device;
mod check_out;
mod events_once;
mod moves_on;
mod originate;
mod raced;
mod set_pause;
mod set_queues;
mod state;
mod switch_away;
mod wrapup;

use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    [
        active_calls::trials(),
        check_in::trials(),
        check_in_device::trials(),
        check_out::trials(),
        events_once::trials(),
        moves_on::trials(),
        originate::trials(),
        raced::trials(),
        set_pause::trials(),
        set_queues::trials(),
        state::trials(),
        switch_away::trials(),
        wrapup::trials(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
