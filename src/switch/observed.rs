//! What the switch shows of itself, from its JSON listings (the text ones escape nothing, trap 3).
//!
//! Names are kept as the switch has them: not all of them are ours.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use uuid::Uuid;

use super::status::{AgentParam, AgentState, AgentStatus, TierState};

/// One look at a switch. The listings are taken one after the other, so that they may differ by what happened in between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// Which run of the switch this is (trap 18).
    pub core_uuid: String,
    /// The switch's clock, in seconds since the epoch (trap 24); not before the listing of agents.
    pub now_s: i64,
    /// Agents by name.
    pub agents: BTreeMap<String, ObservedAgent>,
    /// Tiers by queue and agent.
    pub tiers: BTreeMap<(String, String), ObservedTier>,
    /// Loaded queues by name.
    pub queues: BTreeMap<String, ObservedQueue>,
    /// mod_callcenter's rows of callers, also of those who have left; taken before the legs.
    pub members: Vec<Member>,
    /// Phones that are registered.
    pub registrations: Vec<Registration>,
    /// Legs. The switch writes this list after the fact: it may be late by some tenths of a second, with the call's state above all.
    pub channels: Vec<Channel>,
}

/// Callers of queues, and the queues that are loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    /// Loaded queues, by name.
    pub queues: BTreeSet<String>,
    /// mod_callcenter's rows of callers. Unlike the legs they are never late.
    pub members: Vec<Member>,
    /// Legs, see [`Observed::channels`].
    pub channels: Vec<Channel>,
}

/// A caller's row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The queue's name.
    pub queue: String,
    /// The row's own id.
    pub uuid: String,
    /// Its leg; empty once it has left.
    pub session_uuid: String,
    /// `Waiting`, `Trying`, `Answered`, `Abandoned`.
    pub state: String,
    /// The agent that is rung for it or has answered; `ring-all` or `ring-progressively` while all are; empty for none.
    pub serving_agent: String,
    /// The caller's number.
    pub number: String,
    /// The caller's name.
    pub name: String,
    /// When it joined, in seconds since the epoch.
    pub joined_s: i64,
}

impl Member {
    /// Whether the caller is there and no agent has answered.
    pub fn waits(&self) -> bool {
        self.state != "Answered" && self.state != "Abandoned"
    }
}

/// An agent of mod_callcenter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedAgent {
    /// Where it is rung.
    pub contact: String,
    /// Whether it is rung nowhere, because it sits in a standing call (type `uuid-standby`).
    pub standby: bool,
    /// What it wants; none when it is a word that we do not know, or not as mod_callcenter writes it.
    pub status: Option<AgentStatus>,
    /// What it does; none as in `status`.
    pub state: Option<AgentState>,
    /// Its numbers; one that is below 0 or too large is missing.
    pub params: BTreeMap<AgentParam, u32>,
    /// Offers without an answer since it last became available or was bridged.
    pub no_answer_count: u32,
    /// No offers before this second since the epoch.
    pub ready_time_s: i64,
    /// Calls outside queues that it is on (`external_calls_count`).
    pub external_calls: i64,
    /// Its leg in the queue call that it is in; empty for none.
    pub leg: String,
    /// When it was last rung, began to talk to a caller, and ended that; seconds since the epoch.
    pub offered_s: i64,
    /// See `offered_s`.
    pub bridged_s: i64,
    /// See `offered_s`.
    pub freed_s: i64,
}

/// A tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObservedTier {
    /// Lower is offered first.
    pub level: u32,
    /// Within the level.
    pub position: u32,
    /// What its agent does for the queue; none when it is a word that we do not know.
    pub state: Option<TierState>,
}

/// A loaded queue: what `queue list` shows of it, by the names of the configuration (`moh-sound`). A value that is not set is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObservedQueue(pub BTreeMap<String, String>);

/// A registered phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its SIP user.
    pub user: String,
    /// The domain.
    pub realm: String,
    /// When it ends, in seconds since the epoch.
    pub expires_s: i64,
}

/// A leg.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// Its uuid.
    pub uuid: String,
    /// `inbound` or `outbound`, as the switch sees it.
    pub direction: String,
    /// `user@domain` of the phone, where the dial string or the registration said so.
    pub presence_id: String,
    /// What was dialled.
    pub dialled: String,
    /// What it runs now.
    pub application: String,
    /// On what.
    pub application_data: String,
    /// `RINGING`, `ACTIVE`, `HELD`, ...
    pub call_state: String,
    /// The uuid of the call's first leg.
    pub call_uuid: String,
    /// When it was made, in seconds since the epoch.
    pub created_s: i64,
}

/// Why a listing could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListingError {
    /// Not JSON.
    #[error("not JSON, at line {line} column {column}")]
    Json {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// The switch says that the listing failed.
    #[error("the switch did not give the listing")]
    Failed,
}

impl Observed {
    /// Whether a caller is in the queue, waiting or talking: its leg runs `callcenter` on it.
    pub fn has_members(&self, queue: &str) -> bool {
        self.channels.iter().any(|channel| channel.is_in(queue))
    }

    /// Whether the phone `user@domain` has a leg.
    pub fn in_call(&self, presence_id: &str) -> bool {
        self.channels.iter().any(|channel| channel.presence_id.eq_ignore_ascii_case(presence_id))
    }
}

impl Callers {
    /// The legs of those who wait in a queue: whom no agent has answered. In a queue that is not loaded nobody has a row (trap 20); there a leg counts
    /// that runs the application and talks to no other.
    pub fn waiting(&self, queue: &str) -> BTreeSet<Uuid> {
        let rows = self.members.iter().filter(|member| member.queue == queue);
        let (answered, others): (Vec<_>, Vec<_>) = rows.partition(|member| member.state == "Answered");
        let waiting = others.into_iter().filter(|member| member.waits()).map(|member| member.session_uuid.as_str());
        let talks = |leg: &Channel| {
            answered.iter().any(|member| member.session_uuid == leg.uuid)
                || self.channels.iter().any(|other| other.uuid != leg.uuid && other.call_uuid == leg.uuid)
        };
        let stuck = self.channels.iter().filter(|leg| !self.queues.contains(queue) && leg.is_in(queue) && !talks(leg));
        waiting.chain(stuck.map(|leg| leg.uuid.as_str())).filter_map(|leg| leg.parse().ok()).collect()
    }
}

impl Channel {
    /// The queue that it runs `callcenter` on, waiting or talking.
    pub fn queue(&self) -> Option<&str> {
        self.application_data.split(' ').next().filter(|_| self.application == "callcenter")
    }

    fn is_in(&self, queue: &str) -> bool {
        self.queue() == Some(queue)
    }
}

/// Reads `json callcenter_config agent list`.
///
/// # Errors
/// See [`ListingError`].
pub fn agents(json: &[u8]) -> Result<BTreeMap<String, ObservedAgent>, ListingError> {
    let params = [
        AgentParam::WrapUpTime,
        AgentParam::RejectDelayTime,
        AgentParam::BusyDelayTime,
        AgentParam::NoAnswerDelayTime,
        AgentParam::MaxNoAnswer,
    ];
    let agent = |row: &Row<'_>| ObservedAgent {
        contact: row.text("contact"),
        standby: row.text("type").eq_ignore_ascii_case("uuid-standby"),
        status: AgentStatus::listed(&row.text("status")),
        state: AgentState::listed(&row.text("state")),
        params: params.into_iter().filter_map(|param| Some((param, row.param(param)?))).collect(),
        no_answer_count: row.number("no_answer_count"),
        ready_time_s: row.number("ready_time"),
        external_calls: row.number("external_calls_count"),
        leg: row.text("uuid"),
        offered_s: row.number("last_offered_call"),
        bridged_s: row.number("last_bridge_start"),
        freed_s: row.number("last_bridge_end"),
    };
    Ok(rows(json, "response")?.iter().map(Row).map(|row| (row.text("name"), agent(&row))).collect())
}

/// Reads `json callcenter_config tier list`.
///
/// # Errors
/// See [`ListingError`].
pub fn tiers(json: &[u8]) -> Result<BTreeMap<(String, String), ObservedTier>, ListingError> {
    let tier = |row: &Row<'_>| ObservedTier {
        level: row.number("level"),
        position: row.number("position"),
        state: TierState::parse(&row.text("state")),
    };
    Ok(rows(json, "response")?.iter().map(Row).map(|row| ((row.text("queue"), row.text("agent")), tier(&row))).collect())
}

/// Reads `json callcenter_config queue list`.
///
/// # Errors
/// See [`ListingError`].
pub fn queues(json: &[u8]) -> Result<BTreeMap<String, ObservedQueue>, ListingError> {
    let values = |row: &Map<String, Value>| -> BTreeMap<String, String> {
        row.keys().map(|key| (key.replace('_', "-"), Row(row).text(key))).collect()
    };
    Ok(rows(json, "response")?.iter().map(|row| (Row(row).text("name"), ObservedQueue(values(row)))).collect())
}

/// Reads `json callcenter_config member list`.
///
/// # Errors
/// See [`ListingError`].
pub fn members(json: &[u8]) -> Result<Vec<Member>, ListingError> {
    let member = |row: Row<'_>| Member {
        queue: row.text("queue"),
        uuid: row.text("uuid"),
        serving_agent: row.text("serving_agent"),
        session_uuid: row.text("session_uuid"),
        state: row.text("state"),
        number: row.text("cid_number"),
        name: row.text("cid_name"),
        joined_s: row.number("joined_epoch"),
    };
    Ok(rows(json, "response")?.iter().map(|row| member(Row(row))).collect())
}

/// Reads `show registrations as json`.
///
/// # Errors
/// See [`ListingError`].
pub fn registrations(json: &[u8]) -> Result<Vec<Registration>, ListingError> {
    let registration =
        |row: Row<'_>| Registration { user: row.text("reg_user"), realm: row.text("realm"), expires_s: row.number("expires") };
    Ok(rows(json, "rows")?.iter().map(|row| registration(Row(row))).collect())
}

/// Reads `show channels as json`.
///
/// # Errors
/// See [`ListingError`].
pub fn channels(json: &[u8]) -> Result<Vec<Channel>, ListingError> {
    let channel = |row: Row<'_>| Channel {
        uuid: row.text("uuid"),
        direction: row.text("direction"),
        presence_id: row.text("presence_id"),
        dialled: row.text("dest"),
        application: row.text("application"),
        application_data: row.text("application_data"),
        call_state: row.text("callstate"),
        call_uuid: row.text("call_uuid"),
        created_s: row.number("created_epoch"),
    };
    Ok(rows(json, "rows")?.iter().map(|row| channel(Row(row))).collect())
}

/// The objects in the list `key`. An empty `show` has no list (`{"row_count": 0}`), an empty listing of mod_callcenter an empty or missing one.
fn rows(json: &[u8], key: &str) -> Result<Vec<Map<String, Value>>, ListingError> {
    let value: Value = serde_json::from_slice(json).map_err(|error| ListingError::Json { line: error.line(), column: error.column() })?;
    let Value::Object(mut answer) = value else { return Err(ListingError::Failed) };
    if answer.get("status").is_some_and(|status| status != "success") {
        return Err(ListingError::Failed);
    }
    match answer.remove(key) {
        Some(Value::Array(rows)) => Ok(rows.into_iter().filter_map(object).collect()),
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(_) => Err(ListingError::Failed),
    }
}

fn object(value: Value) -> Option<Map<String, Value>> {
    if let Value::Object(row) = value { Some(row) } else { None }
}

/// One row. mod_callcenter gives numbers as strings here and as numbers there.
struct Row<'a>(&'a Map<String, Value>);

impl Row<'_> {
    fn text(&self, key: &str) -> String {
        match self.0.get(key) {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// 0 when it is missing, none when it is no number that fits.
    fn param(&self, param: AgentParam) -> Option<u32> {
        let text = self.text(param.as_str());
        if text.is_empty() { Some(0) } else { text.parse().ok() }
    }

    /// 0 when it is missing or no number that fits.
    fn number<T: std::str::FromStr + Default>(&self, key: &str) -> T {
        self.text(key).parse().unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "observed_tests.rs"]
mod tests;
