//! `/api/cc_agent`: the verbs of agents.

use serde_json::json;

use super::queue::noun as queues;
use super::{Common as _, data, done, operation};
use crate::domain::{DeviceId, PauseId, UserId};
use crate::facade::callcenter::value::{Ids, Text};
use crate::facade::operation::Operation;
use crate::facade::shape::{Field, Shape, Takes as _, field, param};

pub(in super::super) const TAG: &str = "Agents";

pub(in super::super) fn check_in() -> Operation {
    let code = field("data", Shape::text(), "The code, for five minutes and one use.", "**4711");
    let fields = [done(), vec![code]].concat();
    verb("A code to check in with").fields([force()]).gives(fields).more("The agent dials the code from the phone where it sits.")
}

pub(in super::super) fn check_in_device() -> Operation {
    let device = param::<DeviceId>("device_id", "The phone.", 3).needed();
    verb("Check in at a phone").fields([device, force()]).gives(done())
}

pub(in super::super) fn check_out() -> Operation {
    verb("Check out").gives(done())
}

pub(in super::super) fn set_pause() -> Operation {
    verb("Pause, or be available").fields([param::<PauseId>("id", "The pause; 0 for available.", 3).needed()]).gives(done())
}

pub(in super::super) fn set_queues() -> Operation {
    let ids = param::<Ids>("queue_ids", "The whole set of queues to be joined to; none leaves all.", json!([1])).needed();
    let shown = Shape::any_of([queues().shape(), queues().shape().list()]);
    verb("Join and leave queues").fields([ids]).gives(data(shown)).more("Answers one queue for one id, an array for several or none.")
}

pub(in super::super) fn wrap_up() -> Operation {
    let seconds = param::<Option<u32>>("seconds", "From now; 0 ends it; left out, the user's own time is added.", 30);
    verb("Begin, extend or end a wrap-up").fields([seconds]).gives(done())
}

pub(in super::super) fn set_recording() -> Operation {
    let fields = [
        field("state", Shape::words(["hold", "resume"]), "Whether the recording hears nothing.", "hold").needed(),
        field(
            "uuid",
            Text::shape().format("uuid").nullable(),
            "Of a call, where the agent has several.",
            "5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11",
        ),
    ];
    verb("Hold or resume the recording of a call").fields(fields).gives(done())
}

/// Somebody else needs the permission.
fn verb(summary: &'static str) -> Operation {
    let operation = operation(TAG, summary, "").more("Somebody else than the caller needs the permission `agents`.");
    operation.fields([user()]).not_found().conflict().away()
}

/// Whose it is.
pub(super) fn user() -> Field {
    param::<Option<UserId>>("user_id", "The agent; the session's or the key's user where it is left out.", 7)
}

fn force() -> Field {
    param::<Option<bool>>("forceCheckOut", "Moves others out of the way; in a call, from its end.", false)
}
