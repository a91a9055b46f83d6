//! Calls that a phone transfers or holds by its own signalling, and what a call's leg may run.

use std::time::Duration;

use serde_json::{Value, json};

use super::moved::{CUSTOMER, answered, called, end, first_leg, office, other_leg, served};
use super::scenarios;
use crate::harness::phones::Media;
use crate::harness::{World, patience};
use crate::scenario::ended;

scenarios![
    told_of_a_queue_caller_that_a_phone_transfers,
    told_of_a_customer_that_a_phone_transfers,
    told_of_a_queue_caller_that_a_phone_joins_with_a_colleague,
    told_of_a_queue_caller_on_hold,
    told_of_a_caller_in_a_conference,
    told_of_a_fax,
];

/// How often the switch or ccgate is asked for what is no event.
const LOOK_EVERY: Duration = Duration::from_millis(20);

async fn told_of_a_queue_caller_that_a_phone_transfers(w: &mut World) {
    let caller = served(w).await;
    let agents = other_leg(w, &caller).await;
    w.phones.transfer(&agents, "2002").await;
    answered(w, 3, 1).await;
    end(w, "a_queue_caller_that_a_phone_transfers", 3).await;
}

/// Whom the phone itself has called.
async fn told_of_a_customer_that_a_phone_transfers(w: &mut World) {
    office(w).await;
    w.phones.dial("1001", CUSTOMER).await;
    let call = first_leg(w, 1).await;
    w.phones.transfer(&call, "2002").await;
    answered(w, 3, 1).await;
    end(w, "a_customer_that_a_phone_transfers", 3).await;
}

/// The switch ends both legs of the phone, as our dialplan would have it end after any call.
async fn told_of_a_queue_caller_that_a_phone_joins_with_a_colleague(w: &mut World) {
    let caller = served(w).await;
    let agents = other_leg(w, &caller).await;
    w.phones.dial("1001", "2002").await;
    let asked = first_leg(w, 2).await;
    w.phones.join(&agents, &asked).await;
    ended(w, 2).await;
    // The colleague's: the two may speak a little later than the phone has left.
    is(w, &caller, "dst_user_id", json!(3)).await;
    end(w, "a_queue_caller_that_a_phone_joins_with_a_colleague", 4).await;
}

/// Hold is no event; who is on hold can be asked for.
async fn told_of_a_queue_caller_on_hold(w: &mut World) {
    let caller = served(w).await;
    let agents = other_leg(w, &caller).await;
    for (media, state) in
        [(Media::SendOnly, "held"), (Media::SendRecv, "answered"), (Media::Inactive, "held"), (Media::SendRecv, "answered")]
    {
        w.phones.media(&agents, media).await;
        is(w, &agents, "state", json!(state)).await;
    }
    end(w, "a_queue_caller_on_hold", 2).await;
}

/// Nothing of ours leads into one: who wants it has a dialplan for it.
async fn told_of_a_caller_in_a_conference(w: &mut World) {
    sent_into(w, "mod_conference", "conference", "desk").await;
    end(w, "a_caller_in_a_conference", 2).await;
}

/// Likewise.
async fn told_of_a_fax(w: &mut World) {
    let file = w.recordings_folder().join("fax.tif");
    sent_into(w, "mod_spandsp", "rxfax", &file.display().to_string()).await;
    end(w, "a_fax", 2).await;
}

/// Who has called a user from outside is sent to an application of a module that is not loaded by itself.
async fn sent_into(w: &mut World, module: &str, application: &str, data: &str) {
    let caller = called(w).await;
    // The simulated switch has it without that.
    w.ask_switch(&format!("load {module}")).await;
    w.ask_switch(&format!("uuid_transfer {caller} {application}:{data} inline")).await;
    let mut looks = tokio::time::interval(LOOK_EVERY);
    patience(&format!("{caller} to run {application}"), async {
        while shown(w, &caller).await["application"] != application {
            looks.tick().await;
        }
    })
    .await;
}

/// The row of a leg on the switch.
async fn shown(w: &World, leg: &str) -> Value {
    let shown: Value = serde_json::from_str(&w.ask_switch("show channels as json").await).unwrap_or_default();
    let rows = shown["rows"].as_array().cloned().unwrap_or_default();
    rows.into_iter().find(|row| row["uuid"] == leg).unwrap_or_default()
}

/// Waits until ccgate knows this of a leg.
async fn is(w: &World, leg: &str, name: &str, value: Value) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    patience(&format!("{name} {value} of {leg}"), async {
        loop {
            let legs = w.get("/api/cc_agent/active_calls").await.body["data"].clone();
            let found = legs.as_array().and_then(|legs| legs.iter().find(|row| row["uuid"] == leg)).cloned();
            if found.is_some_and(|row| row[name] == value) {
                return;
            }
            looks.tick().await;
        }
    })
    .await;
}
