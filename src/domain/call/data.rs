//! The fields of a call event.

use serde::Serialize;

use super::fact::{CallType, LegId};
use crate::domain::id::{DeviceId, QueueId, UserId};

/// What a call event tells: the fields of the document's table. Those that do not apply are left out.
///
/// Own ids of a leg are the source's on the first leg of a call and the destination's on every other. What a leg does not say of itself
/// it has from the first leg of its call.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CallData {
    /// The leg's UUID. Source: `Unique-ID`.
    pub id: LegId,
    /// The UUID of the call's first leg. Source: `cc_member_session_uuid` of a queue leg, else `ccgate_call_id`, else the leg's own.
    pub call_id: LegId,
    /// When it happened, by the switch's clock; seconds since the epoch. Source: `Event-Date-Timestamp`.
    pub ts: i64,
    /// The queue's site. Source: `ccgate_site_id`.
    pub site_id: Option<i64>,
    /// What kind of call it is. Source: queue legs are `queue`; else `ccgate_call_type`, else the leg's direction.
    pub r#type: Option<CallType>,
    /// What was dialled. Source: `ccgate_dst_num`, else what the first leg was sent to.
    pub dst_num: Option<String>,
    /// The phone that called. Source: `ccgate_device_id` of the first leg.
    pub src_device_id: Option<DeviceId>,
    /// The phone that was called. Source: `ccgate_device_id` of this leg, or of the one it was bridged to.
    pub dst_device_id: Option<DeviceId>,
    /// Who called. Source: `ccgate_user_id` of the first leg.
    pub src_user_id: Option<UserId>,
    /// Who was called. Source: `ccgate_user_id`, else `cc_agent`, of this leg or of the one it was bridged to.
    pub dst_user_id: Option<UserId>,
    /// The caller's number as this leg was given it. Source: `Caller-Caller-ID-Number`.
    pub cid_num: Option<String>,
    /// The caller's name as this leg was given it. Source: `Caller-Caller-ID-Name`.
    pub cid_name: Option<String>,
    /// The country of the party outside, ISO 3166-1 alpha-2: the caller's of an inbound call, the destination's of an outbound one. Source:
    /// `ccgate_a2`, which our dialplan and originate work out from the number.
    pub a2: Option<String>,
    /// As originate was given them. Source: `ccgate_tags`.
    pub tags: Option<String>,
    /// Of queue calls. Source: `cc_queue`, else `ccgate_queue_id`.
    pub queue_id: Option<QueueId>,
    /// As originate was given it. Source: `ccgate_lead_id`.
    pub lead_id: Option<String>,
    /// The lead's name. Source: `ccgate_lead_name`.
    pub lead_name: Option<String>,
    /// Only when set on the channel. Source: `ccgate_campaign_id`.
    pub campaign_id: Option<String>,
    /// Only when set on the channel. Source: `ccgate_dialer_id`.
    pub dialer_id: Option<String>,
    /// Only when set on the channel. Source: `ccgate_conference_id`.
    pub conference_id: Option<String>,
    /// Only when set on the channel. Source: `ccgate_call_script`.
    pub call_script: Option<String>,
    /// Milliseconds from the leg's start to its answer or its end; of `call:answer` and `call:end`. A queue's caller is answered by an agent,
    /// not by the music. Source: `Caller-Channel-Created-Time`, `-Answered-Time`, `CHANNEL_BRIDGE`, `-Hangup-Time`.
    pub waitms: Option<i64>,
    /// Milliseconds from the leg's start to its end; of `call:end`. Source: `Caller-Channel-Created-Time`, `-Hangup-Time`.
    pub durationms: Option<i64>,
    /// Milliseconds from the INVITE to the 180. Source: `Caller-Channel-Created-Time`, `-Progress-Time`.
    pub progressms: Option<i64>,
    /// Milliseconds from the answer, as in `waitms`, to the end; 0 when there was none; of `call:end`.
    pub billms: Option<i64>,
    /// Whole seconds that a queue's caller waited for an agent; of its `call:answer` and `call:end`. Source: `member-queue-start`,
    /// `CHANNEL_BRIDGE`, `member-queue-end`.
    pub cc_wait: Option<i64>,
    /// FreeSWITCH's name; of `call:end`. Source: `Hangup-Cause`.
    pub hangup_cause: Option<String>,
    /// Why a queue's caller was not answered: NONE, TIMEOUT, NO_AGENT_TIMEOUT or BREAK_OUT; of its `call:end`. Source: `CC-Cancel-Reason`,
    /// and whether the channel was still up: a caller that leaves by a key or is transferred did not give up.
    pub canceled: Option<&'static str>,
}
