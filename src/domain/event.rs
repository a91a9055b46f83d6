//! What customers are told.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::id::{AccountId, DeviceId, QueueId, UserId};
use crate::clock::Millis;

/// One event, before it has an id. It is committed together with the change that it tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name, such as `agent:checkin`.
    pub name: &'static str,
    /// When it happened.
    pub at: Millis,
    /// Events with the same key are delivered in order: the call's id, or `agent:<user id>`.
    pub order_key: String,
    /// Whether it was worked out after a gap instead of heard.
    pub reconciled: bool,
    /// Its fields.
    pub data: Fields,
}

/// The fields of what is told, as JSON: written once, where it happens, and shared by everybody who hands it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields(Arc<str>);

impl Fields {
    /// These; `null` of what cannot be JSON, which no type of ours is.
    pub fn of(fields: &impl Serialize) -> Self {
        Self(serde_json::to_string(fields).map_or_else(|_| "null".into(), Arc::from))
    }

    /// What [`Fields::as_str`] gave, as it was kept.
    pub fn stored(json: String) -> Self {
        Self(json.into())
    }

    /// The JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Read again.
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.0).unwrap_or(Value::Null)
    }
}

impl From<Value> for Fields {
    fn from(fields: Value) -> Self {
        Self(fields.to_string().into())
    }
}

/// A committed event as customers are sent it, in the order of the contract.
#[derive(Clone, Debug, Serialize)]
pub struct Body<'a, Data: ?Sized = Value> {
    /// Stable over retries.
    pub id: &'a str,
    /// Its name.
    pub event: &'a str,
    /// When it happened; seconds since the epoch.
    pub ts: i64,
    /// Whose it is.
    pub account_id: AccountId,
    /// Left out where it was heard.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reconciled: bool,
    /// Its fields.
    pub data: &'a Data,
}

/// Somebody called an emergency number.
pub const EMERGENCY: &str = "emergency:call";

/// A call outside was not let out.
pub const REFUSED: &str = "call:refused";

/// What a customer sends to itself, to see that it arrives. Delivered whatever the account asks for.
pub const TEST: &str = "test";
/// The account's address answered 410: nothing is sent until it is set again.
pub const PUSH_DISABLED: &str = "push:disabled";
/// The account's address failed so often in a row that one attempt at a time is made.
pub const PUSH_FAILING: &str = "push:failing";
/// It takes events again.
pub const PUSH_RECOVERED: &str = "push:recovered";
/// More was waiting for the account's address than is kept: the oldest were given up.
pub const PUSH_CAPPED: &str = "push:capped";

/// The phone of a checked-in agent cannot be reached any more, or can again.
pub const REACHABLE: &str = "agent:reachable";
/// An agent's wrap-up begins, ends at another time than was told, or is ended.
pub const WRAP_UP: &str = "agent:wrapup";
/// The connection to the switch is there.
pub const SWITCH_CONNECTED: &str = "switch:connected";
/// The connection to the switch is gone: what happens there is not heard until it is back.
pub const SWITCH_DISCONNECTED: &str = "switch:disconnected";

/// Something was wrong on the switch: [`super::repair`].
pub const REPAIR: &str = "repair";

/// An agent serves queues from now on. Goes to the agent's own addresses ([`super::hook`]) and to nobody else.
pub const AVAILABLE: &str = "agent:available";
/// It serves none any more.
pub const LOGGED_OUT: &str = "agent:logged_out";

/// Who changed an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A program; or the time.
    #[default]
    Api,
    /// A star code.
    Phone,
}

/// The events that the document names.
pub const DOCUMENTED: [&str; 9] =
    ["agent:checkin", "agent:checkout", "agent:status", "queue:join", "queue:leave", "call:start", "call:ring", "call:answer", "call:end"];

/// Those that are sent only to who asks for them by name, but for the emergency calls and what was asked for.
pub const OTHERS: [&str; 12] = [
    EMERGENCY,
    REFUSED,
    TEST,
    PUSH_DISABLED,
    PUSH_FAILING,
    PUSH_RECOVERED,
    PUSH_CAPPED,
    REACHABLE,
    WRAP_UP,
    SWITCH_CONNECTED,
    SWITCH_DISCONNECTED,
    REPAIR,
];

/// Every name that an event may have.
pub fn names() -> impl Iterator<Item = &'static str> {
    DOCUMENTED.into_iter().chain(OTHERS)
}

/// Whether an account that asks for `names` is sent the event `name`: one that asks for none is sent what the document names, and emergency calls.
pub fn is_pushed(name: &str, names: &[String]) -> bool {
    let asked = if names.is_empty() { DOCUMENTED.contains(&name) || name == EMERGENCY } else { names.iter().any(|wanted| wanted == name) };
    asked || name == TEST
}

/// The events of an agent's state, with the fields of the document's table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum AgentEvent {
    /// `agent:checkin`
    CheckIn {
        /// The agent.
        user_id: UserId,
        /// The phone it sits at.
        device_id: DeviceId,
        /// Its name.
        device_name: String,
    },
    /// `agent:checkout`
    CheckOut {
        /// The agent.
        user_id: UserId,
    },
    /// `queue:join`
    Join {
        /// The agent.
        user_id: UserId,
        /// The queues newly joined.
        queues: Vec<QueueId>,
    },
    /// `queue:leave`
    Leave {
        /// The agent.
        user_id: UserId,
        /// The queues left.
        queues: Vec<QueueId>,
    },
    /// `agent:status`
    Status {
        /// The agent.
        user_id: UserId,
        /// 0 none, 1 calls.
        activity_id: u8,
        /// The pause, 0 for available.
        pause_id: i64,
        /// 1 when the activity is calls.
        in_calls: u8,
    },
    /// `agent:reachable`
    Reachable {
        /// The agent.
        user_id: UserId,
        /// The phone it sits at.
        device_id: DeviceId,
        /// 1 when it can be reached.
        reachable: u8,
    },
    /// `agent:wrapup`
    WrapUp {
        /// The agent.
        user_id: UserId,
        /// When it ends, or ended; seconds since the epoch, by the switch's clock.
        ends_at: i64,
    },
}

impl AgentEvent {
    /// The event's name in the document.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CheckIn { .. } => "agent:checkin",
            Self::CheckOut { .. } => "agent:checkout",
            Self::Join { .. } => "queue:join",
            Self::Leave { .. } => "queue:leave",
            Self::Status { .. } => "agent:status",
            Self::Reachable { .. } => REACHABLE,
            Self::WrapUp { .. } => WRAP_UP,
        }
    }

    /// Whom it is about.
    pub fn user_id(&self) -> UserId {
        match *self {
            Self::CheckIn { user_id, .. }
            | Self::CheckOut { user_id }
            | Self::Join { user_id, .. }
            | Self::Leave { user_id, .. }
            | Self::Status { user_id, .. }
            | Self::Reachable { user_id, .. }
            | Self::WrapUp { user_id, .. } => user_id,
        }
    }

    /// The event as it is committed.
    pub fn at(&self, account_id: AccountId, at: Millis) -> NewEvent {
        NewEvent {
            account_id,
            name: self.name(),
            at,
            order_key: format!("agent:{}", self.user_id()),
            reconciled: false,
            data: Fields::of(self),
        }
    }
}
