//! The methods: what each takes and gives. Ids are texts, as in the document's table; times are seconds since the epoch.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::error::Failure;
use super::request::Asked;
use crate::domain::text::Label;
use crate::service::Service;

/// `data` of `agentOnBreak`.
#[derive(Serialize, ToSchema)]
pub(super) struct OnBreak {
    /// Always 1.
    #[schema(example = 1)]
    on_break: u8,
    /// The pause.
    #[serde(rename = "breakDetail")]
    detail: BreakDetail,
    /// The agent.
    #[schema(example = "17798")]
    agent_id: String,
    /// The same.
    #[schema(example = "17798")]
    user_id: String,
}

/// The pause.
#[derive(Serialize, ToSchema)]
struct BreakDetail {
    /// Its id.
    #[schema(example = "3")]
    id: String,
    /// Its name.
    #[schema(value_type = String, example = "Lunch")]
    name: Label,
    /// The words with which it was set, else its name.
    #[schema(value_type = String, example = "Back at two")]
    reason: Label,
    /// When it began.
    #[schema(example = 1_795_590_000)]
    start_time: i64,
    /// Seconds so far.
    #[schema(example = 125)]
    duration: i64,
}

/// `data` of `setWebPingTime`: what was noted.
#[derive(Serialize, ToSchema)]
pub(super) struct Pinged {
    /// When.
    #[schema(example = 1_795_590_000)]
    ping_time: i64,
    /// Whether the page may use the microphone.
    #[schema(example = 1, maximum = 1)]
    mic_perm: u8,
}

/// `data` of `checkAgentInWrapUp`.
#[derive(Serialize, ToSchema)]
pub(super) struct InWrapUp {
    /// Always 1.
    #[schema(example = 1)]
    response: u8,
    /// When it ends.
    #[schema(example = 1_795_590_030)]
    #[serde(rename = "wrapETime")]
    ends: i64,
    /// Seconds left.
    #[schema(example = 12)]
    #[serde(rename = "currentDuration")]
    left_s: i64,
    /// Of the queue call before it.
    #[schema(required, example = "5a7b1f0e-7a52-4b43-9d5c-0c5a1d0e9f11")]
    #[serde(rename = "callId")]
    call_id: Option<String>,
    /// Its caller.
    #[schema(required, example = "972501234567")]
    #[serde(rename = "cNumber")]
    number: Option<String>,
}

pub(super) async fn agent_on_break(service: &Service, asked: &Asked) -> Result<OnBreak, Failure> {
    let pause = service.pause_now(&asked.caller, asked.user).await?.ok_or(Failure::NO_BREAK)?;
    let reason = pause.note.unwrap_or_else(|| pause.name.clone());
    let detail =
        BreakDetail { id: pause.id.to_string(), name: pause.name, reason, start_time: pause.since.epoch_s(), duration: pause.seconds };
    let id = asked.user.to_string();
    Ok(OnBreak { on_break: 1, detail, agent_id: id.clone(), user_id: id })
}

pub(super) async fn set_web_ping_time(service: &Service, asked: &Asked) -> Result<Pinged, Failure> {
    let mic_perm = asked.fields.get("mic_perm").and_then(flag).ok_or(Failure::NO_MIC_PERM)?;
    let ping_time = match asked.fields.get("ping_time") {
        None | Some(Value::Null) => None,
        Some(sent) => Some(epoch(sent).ok_or(Failure::NO_PING_TIME)?),
    };
    let noted = service.note_web_ping(&asked.caller, asked.user, ping_time, mic_perm).await?;
    Ok(Pinged { ping_time: noted.ping_time, mic_perm: u8::from(noted.mic_perm) })
}

pub(super) async fn check_agent_in_wrap_up(service: &Service, asked: &Asked) -> Result<InWrapUp, Failure> {
    let wrap_up = service.wrap_up_now(&asked.caller, asked.user).await?.ok_or(Failure::NO_WRAP_UP)?;
    let (call_id, number) = wrap_up.after.map(|call| (Some(call.call_id), call.number)).unwrap_or_default();
    Ok(InWrapUp { response: 1, ends: wrap_up.until.epoch_s(), left_s: wrap_up.left_s, call_id, number })
}

/// 0 or 1, as a number, a text or a truth.
fn flag(sent: &Value) -> Option<bool> {
    match sent {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) if number.as_i64() == Some(0) => Some(false),
        Value::Number(number) if number.as_i64() == Some(1) => Some(true),
        Value::String(text) if text == "0" => Some(false),
        Value::String(text) if text == "1" => Some(true),
        _ => None,
    }
}

/// A whole number that is not negative, also as a text.
fn epoch(sent: &Value) -> Option<i64> {
    let number = match sent {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| *number >= 0)
}
