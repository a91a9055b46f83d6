//! What the page shows.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::app::lab::hands::Hands;
use crate::sim::Handle;
use crate::sim::core::{CallView, PhoneView, Seen, Stage};
use crate::switch::Switch;

/// The phones are looked at so often while somebody follows them.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// All of it, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    switch_connected: bool,
    /// The phones that somebody has in hand.
    by_hand: Vec<String>,
    seen: Seen,
}

/// Looks at everything.
pub(super) async fn of(sim: &Handle, switch: &Switch, hands: &Hands) -> Shown {
    Shown { switch_connected: !switch.away(), by_hand: hands.all(), seen: sim.seen().await }
}

/// The latest of it, for all that follow.
pub(super) fn follow(sim: Handle, switch: Switch, hands: Hands, stop: CancellationToken) -> watch::Receiver<Shown> {
    let (latest, shown) = watch::channel(Shown::default());
    tokio::spawn(stop.run_until_cancelled_owned(async move {
        loop {
            let now = of(&sim, &switch, &hands).await;
            latest.send_if_modified(|before| {
                // That time has passed is no news.
                before.seen.now = now.seen.now;
                let is_new = *before != now;
                *before = now;
                is_new
            });
            sleep(LOOK_EVERY).await;
        }
    }));
    shown
}

impl Shown {
    /// As it is sent.
    pub(super) fn to_json(&self) -> Value {
        let Seen { now, core_uuid, phones, callers } = &self.seen;
        let phone = |phone: &PhoneView| {
            let (user, calls) = (&phone.key.user, phone.calls.iter().map(call).collect::<Vec<_>>());
            json!({"user": user, "registered": phone.registered, "by_hand": self.by_hand.contains(user), "calls": calls})
        };
        json!({
            "now_ms": now,
            "switch_connected": self.switch_connected,
            "core_uuid": core_uuid,
            "phones": phones.iter().map(phone).collect::<Vec<_>>(),
            "callers": callers.iter().map(call).collect::<Vec<_>>(),
        })
    }
}

fn call(call: &CallView) -> Value {
    let state = match call.stage {
        Stage::Ringing => "ringing",
        Stage::Dialling => "dialling",
        Stage::Waiting => "waiting",
        Stage::Talking => "talking",
    };
    json!({
        "uuid": call.uuid,
        "own": call.own,
        "number": call.other,
        "name": call.name,
        "outgoing": call.outgoing,
        "state": state,
        "since_ms": call.since,
    })
}
