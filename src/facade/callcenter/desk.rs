//! `GET /api/cc_agent/state`: what an agent does now, and what it may do about it; the page at `/agent` shows it.

use serde_json::{Value, json};

use super::agent::user;
use super::call::Call;
use super::envelope::{Answer, Reply};
use super::lead_wire::show_lead;
use crate::service::agents::state::{DeskCall, DeskPhone, DeskQueue};

pub(super) async fn show(call: Call) -> Answer {
    let desk = call.service.desk(&call.caller, user(&call)?).await?;
    Ok(Reply::data(json!({
        "now_ms": call.service.now(),
        "switch_connected": desk.switch_connected,
        "user_id": desk.now.user_id,
        "name": desk.now.name,
        "state": desk.now.doing,
        "since_ms": desk.now.since,
        "until_ms": desk.now.until,
        "pause_id": desk.pause_id,
        "reason": desk.now.reason,
        "device_id": desk.device_id,
        "reachable": desk.reachable,
        "wrap_up_time": desk.wrap_up_time_s,
        "snoozes_left": desk.snoozes_left,
        "may_dial": desk.may_dial,
        "devices": desk.devices.iter().map(show_phone).collect::<Vec<_>>(),
        "queues": desk.queues.iter().map(show_queue).collect::<Vec<_>>(),
        "calls": desk.calls.iter().map(show_call).collect::<Vec<_>>(),
    })))
}

fn show_phone(phone: &DeskPhone) -> Value {
    json!({"id": phone.id, "name": phone.name, "number": phone.number, "registered": phone.registered, "taken_by": phone.taken_by})
}

fn show_queue(queue: &DeskQueue) -> Value {
    json!({
        "id": queue.id,
        "name": queue.name,
        "mode": queue.mode,
        "joined": queue.joined,
        "paused": queue.paused,
        "reason": queue.reason,
        "closed": queue.closed,
    })
}

fn show_call(call: &DeskCall) -> Value {
    json!({
        "uuid": call.uuid,
        "call_id": call.call_id,
        "state": call.state,
        "outgoing": call.outgoing,
        "number": call.number,
        "name": call.name,
        "queue_id": call.queue_id,
        "since_ms": call.since,
        "lead": call.lead.as_ref().map(show_lead),
    })
}
