//! What can be learned of a leg, whoever learned it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::domain::id::{AccountId, DeviceId, QueueId, UserId};
use crate::domain::recording::{Recorded, RecordingFile};

/// A leg's UUID, as the switch has it. A clone shares the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LegId(Arc<str>);

impl LegId {
    /// The leg of that UUID.
    pub fn new(uuid: &str) -> Self {
        Self(uuid.into())
    }

    /// The UUID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LegId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One thing that happened to a leg, with all that was said of the leg at that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegFact {
    /// Whose fact it is.
    pub leg: LegId,
    /// When it happened, by the switch's clock.
    pub at: Millis,
    /// What happened.
    pub what: What,
    /// What the leg was known to be.
    pub info: LegInfo,
    /// What the switch had noted of the leg's course until then.
    pub times: LegTimes,
}

/// What happened to a leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It came to be.
    Created,
    /// It rings: a SIP 180 was seen or sent.
    Progress,
    /// It has media before an answer: a SIP 183 with media was seen or sent.
    ProgressMedia,
    /// It was answered; a queue's caller already by the music.
    Answered,
    /// It speaks with another leg.
    Bridged {
        /// The other leg.
        with: LegId,
    },
    /// It no longer does.
    Unbridged,
    /// It was put on hold.
    Held,
    /// It was taken from hold.
    Resumed,
    /// As a caller it joined a queue.
    Joined,
    /// As a caller it left a queue, which need not be the one that it is in by then.
    Left {
        /// How.
        how: Left,
        /// Which; none when it is not ours.
        queue_id: Option<QueueId>,
        /// When it had joined it; whole seconds.
        joined_at: Option<Millis>,
    },
    /// It ended; everything is known of it now.
    HungUp {
        /// FreeSWITCH's name of the hangup cause.
        cause: String,
    },
    /// Nothing more will be heard of it.
    Destroyed {
        /// FreeSWITCH's name of the hangup cause.
        cause: Option<String>,
    },
    /// It was there when somebody looked.
    Seen {
        /// The leg that it spoke with.
        with: Option<LegId>,
    },
}

/// How a caller left a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// The call with an agent ended.
    Served,
    /// Waited longer than `max-wait-time`.
    Timeout,
    /// Waited longer than `max-wait-time-with-no-agent`.
    NoAgentTimeout,
    /// Gave up: hung up while waiting, with or without a phone that rang.
    Abandoned,
    /// Anything else: an exit key, a transfer while waiting, the end of a queue that was deleted.
    Otherwise,
}

impl Left {
    /// Its word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::Timeout => "timeout",
            Self::NoAgentTimeout => "no_agent_timeout",
            Self::Abandoned => "abandoned",
            Self::Otherwise => "otherwise",
        }
    }

    /// Reads [`Left::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Served, Self::Timeout, Self::NoAgentTimeout, Self::Abandoned, Self::Otherwise].into_iter().find(|left| left.as_str() == text)
    }

    /// The value of the field `canceled`, in mod_callcenter's words but for EXIT_WITH_KEY, which the document does not have.
    pub fn canceled(self) -> &'static str {
        match self {
            Self::Served | Self::Otherwise => "NONE",
            Self::Timeout => "TIMEOUT",
            Self::NoAgentTimeout => "NO_AGENT_TIMEOUT",
            Self::Abandoned => "BREAK_OUT",
        }
    }
}

/// The kind of a call, from `ccgate_call_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallType {
    /// From outside.
    Inbound,
    /// To the outside.
    Outbound,
    /// Between phones of the account.
    Internal,
    /// Through a queue.
    Queue,
    /// A fax.
    Fax,
    /// A conference.
    Conf,
    /// A star code: a phone that speaks to ccgate. No call, so nobody is told.
    Code,
}

impl CallType {
    /// Reads `ccgate_call_type`.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "inbound" => Self::Inbound,
            "outbound" => Self::Outbound,
            "internal" => Self::Internal,
            "queue" => Self::Queue,
            "fax" => Self::Fax,
            "conf" => Self::Conf,
            "code" => Self::Code,
            _ => return None,
        })
    }

    /// What [`CallType::parse`] reads.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Internal => "internal",
            Self::Queue => "queue",
            Self::Fax => "fax",
            Self::Conf => "conf",
            Self::Code => "code",
        }
    }
}

/// Who began a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The phone or trunk called the switch.
    Inbound,
    /// The switch called the phone or trunk.
    Outbound,
}

impl Direction {
    /// `Call-Direction`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }

    /// Reads [`Direction::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Inbound, Self::Outbound].into_iter().find(|direction| direction.as_str() == text)
    }
}

/// A leg's part in a queue call, from `cc_side`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The caller.
    Member,
    /// An offered agent.
    Agent,
}

impl Role {
    /// `cc_side`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Agent => "agent",
        }
    }

    /// Reads [`Role::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Member, Self::Agent].into_iter().find(|role| role.as_str() == text)
    }
}

/// What a leg is known to be. Every part may come late: a dialplan sets its variables after the leg was created.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LegInfo {
    /// `ccgate_account_id`
    pub account_id: Option<AccountId>,
    /// `ccgate_call_type`
    pub call_type: Option<CallType>,
    /// `cc_side`
    pub role: Option<Role>,
    /// `Call-Direction`
    pub direction: Option<Direction>,
    /// `cc_member_session_uuid` of a queue leg, else `ccgate_call_id`; none: the leg is its call's first.
    pub call_id: Option<LegId>,
    /// `ccgate_device_id`: the phone at the end of this leg.
    pub device_id: Option<DeviceId>,
    /// `ccgate_user_id`, else the id in `cc_agent` of an agent's leg: who is at that phone.
    pub user_id: Option<UserId>,
    /// `ccgate_src_user_id`: who called, which a called leg is told by the one that calls it.
    pub src_user_id: Option<UserId>,
    /// The id in `cc_queue`, else `ccgate_queue_id`.
    pub queue_id: Option<QueueId>,
    /// `ccgate_site_id`
    pub site_id: Option<i64>,
    /// `ccgate_a2`: the country of whoever is outside.
    pub a2: Option<String>,
    /// `ccgate_dst_num`: what was dialled, where our dialplan noted it.
    pub dst_num: Option<String>,
    /// `Caller-Destination-Number`: what this leg was first sent to.
    pub dialled: Option<String>,
    /// `Caller-Caller-ID-Number`, as it was first.
    pub cid_num: Option<String>,
    /// `Caller-Caller-ID-Name`, as it was first.
    pub cid_name: Option<String>,
    /// `ccgate_tags`
    pub tags: Option<String>,
    /// `ccgate_lead_id`
    pub lead_id: Option<String>,
    /// `ccgate_lead_name`
    pub lead_name: Option<String>,
    /// `ccgate_campaign_id`
    pub campaign_id: Option<String>,
    /// `ccgate_dialer_id`
    pub dialer_id: Option<String>,
    /// `ccgate_conference_id`
    pub conference_id: Option<String>,
    /// `ccgate_call_script`
    pub call_script: Option<String>,
    /// `ccgate_outside`: whether it is one that we have called outside, through a gateway.
    pub outside: Option<bool>,
    /// Whether and where it is recorded; none until it is, or should have been.
    pub recorded: Option<Recorded>,
}

impl LegInfo {
    /// This, with what is said `newer`. What the channel was first called from and sent to stays; what we set on it is replaced.
    #[must_use]
    pub fn learn(self, newer: &Self) -> Self {
        let newer = newer.clone();
        Self {
            role: self.role.or(newer.role),
            direction: self.direction.or(newer.direction),
            dialled: self.dialled.or(newer.dialled),
            cid_num: self.cid_num.or(newer.cid_num),
            cid_name: self.cid_name.or(newer.cid_name),
            account_id: newer.account_id.or(self.account_id),
            call_type: newer.call_type.or(self.call_type),
            call_id: newer.call_id.or(self.call_id),
            device_id: newer.device_id.or(self.device_id),
            user_id: newer.user_id.or(self.user_id),
            src_user_id: newer.src_user_id.or(self.src_user_id),
            queue_id: newer.queue_id.or(self.queue_id),
            site_id: newer.site_id.or(self.site_id),
            a2: newer.a2.or(self.a2),
            dst_num: newer.dst_num.or(self.dst_num),
            tags: newer.tags.or(self.tags),
            lead_id: newer.lead_id.or(self.lead_id),
            lead_name: newer.lead_name.or(self.lead_name),
            campaign_id: newer.campaign_id.or(self.campaign_id),
            dialer_id: newer.dialer_id.or(self.dialer_id),
            conference_id: newer.conference_id.or(self.conference_id),
            call_script: newer.call_script.or(self.call_script),
            outside: newer.outside.or(self.outside),
            recorded: newer.recorded.or(self.recorded),
        }
    }

    /// The file that it is recorded in.
    pub fn recording(&self) -> Option<&RecordingFile> {
        match &self.recorded {
            Some(Recorded::In(file)) => Some(file),
            Some(Recorded::Not) | None => None,
        }
    }

    /// Whether a phone speaks to ccgate here and not to a person. Before our dialplan has said so, the number tells.
    pub fn is_code(&self) -> bool {
        match self.call_type {
            Some(call_type) => call_type == CallType::Code,
            None => self.direction == Some(Direction::Inbound) && self.dialled.as_ref().is_some_and(|number| number.starts_with("**")),
        }
    }
}

/// What the switch has noted of a leg's course. None where it did not come to that.
#[serde_with::skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LegTimes {
    /// `Caller-Channel-Created-Time`
    pub created_at: Option<Millis>,
    /// `Caller-Channel-Progress-Time`
    pub progress_at: Option<Millis>,
    /// `Caller-Channel-Progress-Media-Time`
    pub media_at: Option<Millis>,
    /// `Caller-Channel-Answered-Time`
    pub answered_at: Option<Millis>,
    /// `Caller-Channel-Hangup-Time`
    pub hung_up_at: Option<Millis>,
    /// `cc_queue_joined_epoch` of a queue's caller; whole seconds.
    pub joined_at: Option<Millis>,
    /// `cc_queue_answered_epoch` of a queue's caller, whole seconds; the moment of the bridge where that is the same.
    pub served_at: Option<Millis>,
    /// The id in `cc_agent` of a queue's caller: the agent who served.
    pub served_by: Option<UserId>,
    /// How the queue's caller left it, from `cc_cause` and `cc_cancel_reason`.
    pub left: Option<Left>,
    /// `cc_queue_canceled_epoch` of a queue's caller that was not served, `cc_queue_terminated_epoch` of one that was and lived on; whole seconds.
    pub left_at: Option<Millis>,
}

impl LegTimes {
    /// This, with what is `newer` where there was nothing.
    #[must_use]
    pub fn learn(self, newer: &Self) -> Self {
        Self {
            created_at: self.created_at.or(newer.created_at),
            progress_at: self.progress_at.or(newer.progress_at),
            media_at: self.media_at.or(newer.media_at),
            answered_at: self.answered_at.or(newer.answered_at),
            hung_up_at: self.hung_up_at.or(newer.hung_up_at),
            joined_at: self.joined_at.or(newer.joined_at),
            served_at: self.served_at.or(newer.served_at),
            served_by: self.served_by.or(newer.served_by),
            left: newer.left.or(self.left),
            left_at: newer.left_at.or(self.left_at),
        }
    }
}
