//! The fields of a call event.

use serde::Serialize;

use super::fact::{CallType, LegId};
use crate::domain::id::{DeviceId, QueueId, UserId};

/// What a leg that is up does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallState {
    /// The switch calls its phone, and nobody has answered.
    Ringing,
    /// Its phone has dialled, and nobody has answered.
    Dialling,
    /// A caller that waits in a queue, or is on its way into one.
    Waiting,
    /// It was answered; a queue's caller by an agent, or by what it was sent to from there.
    Answered,
    /// It was answered, and is on hold.
    Held,
}

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
    /// The site of the queue that the call was in last. Source: `ccgate_site_id` of this leg, else of the first.
    pub site_id: Option<i64>,
    /// What kind of call it is. Source: a queue's caller and the agents it is offered to are `queue`, the caller to its end, whoever it speaks with
    /// after it left; else `conf` or `fax` of a leg that runs `conference`, `rxfax` or `txfax`, or did last (`current_application`); else
    /// `ccgate_call_type`, else the leg's direction. Who is transferred stays what it was, but for a queue's caller, and the legs to where it goes are
    /// what that is; a call that is refused is what it would have been.
    pub r#type: Option<CallType>,
    /// What was dialled, as it was; a caller that is transferred, or goes on by a queue's exit, dialled what it dialled, and the legs to where a phone
    /// transferred it have what that phone dialled. Source: `ccgate_dst_num` of this leg, else of
    /// the first, else what the first leg was sent to (`Caller-Destination-Number`).
    pub dst_num: Option<String>,
    /// The phone that called. Source: `ccgate_device_id` of the first leg.
    pub src_device_id: Option<DeviceId>,
    /// The phone that was called. Source: `ccgate_device_id` of this leg, or of the one it was bridged to.
    pub dst_device_id: Option<DeviceId>,
    /// Who called: who sits at that phone, else its owner. Source: `ccgate_user_id` of the first leg; `ccgate_src_user_id` of the others.
    pub src_user_id: Option<UserId>,
    /// Who was called: who sits at that phone, else whose extension was dialled, else its owner. Source: `ccgate_user_id`, else `cc_agent`, of this leg or of the one it was bridged to.
    pub dst_user_id: Option<UserId>,
    /// The caller's number as this leg was given it; a caller that hides its own is `anonymous`, or whatever the carrier says. Source:
    /// `Caller-Caller-ID-Number`.
    pub cid_num: Option<String>,
    /// The caller's name as this leg was given it; the number where there is no name. Source: `Caller-Caller-ID-Name`.
    pub cid_name: Option<String>,
    /// The country of the party outside, ISO 3166-1 alpha-2: the caller's of an inbound call, the destination's of an outbound one. Source:
    /// `ccgate_a2`, which our dialplan and originate work out from the number.
    pub a2: Option<String>,
    /// As originate was given them. Source: `ccgate_tags`.
    pub tags: Option<String>,
    /// The queue, of legs whose `type` is `queue`: the one that this is an event of, where the caller went on to another. Source: `cc_queue`, else
    /// `ccgate_queue_id`, of this leg, else of the first.
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
    /// Milliseconds from the leg's start to its answer or, without one, its end; of `call:answer` and `call:end`. A queue's caller is answered
    /// when it is bridged to an agent, not by music or announcements; one that was answered before it joined (a phone that was clicked for) was
    /// then. Source: `Caller-Channel-Created-Time`, and `Caller-Channel-Answered-Time`, of a queue's caller the time of `CHANNEL_BRIDGE`, else
    /// `Caller-Channel-Hangup-Time`.
    pub waitms: Option<i64>,
    /// Milliseconds from the leg's start to its end, `waitms` and `billms` together; of `call:end`. Source: `Caller-Channel-Created-Time`,
    /// `Caller-Channel-Hangup-Time`.
    pub durationms: Option<i64>,
    /// Milliseconds from the INVITE to the 180, from then on; not of a leg that had none, because it was busy, answered at once (as a queue's
    /// caller is) or had early media (183). Source: `Caller-Channel-Created-Time`, `Caller-Channel-Progress-Time` unless it is after the answer.
    pub progressms: Option<i64>,
    /// Milliseconds from the answer, as in `waitms`, to the end; 0 when there was none; of `call:end`.
    pub billms: Option<i64>,
    /// Whole seconds, rounded down, that a queue's caller waited in the queue: from its joining, after the announcement, to an agent or to its leaving;
    /// of its `call:answer` and `call:end`. Source: the times of `member-queue-start`, `CHANNEL_BRIDGE`, `member-queue-end`.
    pub cc_wait: Option<i64>,
    /// FreeSWITCH's name; of `call:end`. Source: `Hangup-Cause`.
    pub hangup_cause: Option<String>,
    /// Why a queue's caller was not answered by an agent: TIMEOUT (waited too long), NO_AGENT_TIMEOUT (too long without an agent), BREAK_OUT (gave up),
    /// NONE (a key, a transfer, a deleted queue, or it hung up before it joined); of its `call:end`, wherever it went afterwards. Source:
    /// `CC-Cancel-Reason`, and how the channel ended: one that is still up, or that we ended, did not give up.
    pub canceled: Option<&'static str>,
}
