//! Queues and who serves them.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::group::{QueueLabel, Site};
use super::id::{AccountId, LabelId, MediaId, QueueId, SiteId, TimeGroupId, UserId};
use super::media::Media;
use super::number::ExtensionNumber;
use super::resource::{Reference, refer};
use super::text::Label;

/// A queue of mod_callcenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its id; on the switch it is `<id>@<domain>`.
    pub id: QueueId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name.
    pub name: Label,
    /// How it works.
    pub settings: Settings,
}

/// Which agent is offered the next call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// All at once.
    RingAll,
    /// The one idle longest.
    #[default]
    LongestIdleAgent,
    /// In turn.
    RoundRobin,
    /// The first in order that is free.
    TopDown,
    /// The one that talked least since it last became available.
    AgentWithLeastTalkTime,
    /// The one that took the fewest calls since it last became available.
    AgentWithFewestCalls,
    /// By level and position.
    SequentiallyByAgentOrder,
    /// In turn, from the one after the last; mod_callcenter's `round-robin`.
    SequentiallyByNextAgentOrder,
    /// Any.
    Random,
}

/// Where a caller's score starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeBaseScore {
    /// When the call reached the switch.
    System,
    /// When the caller joined the queue.
    #[default]
    Queue,
}

/// How a queue works. Names are the vendor's; times are seconds; ids of media are none for silence or the default music.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the names are mod_callcenter's parameters and the document's fields")]
pub struct Settings {
    pub site_id: Option<SiteId>,
    pub tv_name: Option<String>,
    pub strategy: Strategy,
    pub record: Option<bool>,
    pub time_base_score: TimeBaseScore,
    pub max_wait_time: u32,
    pub max_wait_time_with_no_agent: u32,
    pub max_wait_time_with_no_agent_time_reached: u32,
    pub tier_rules_apply: bool,
    pub tier_rule_wait_second: u32,
    pub tier_rule_no_agent_no_wait: bool,
    pub tier_rule_wait_multiply_level: bool,
    pub discard_abandoned_after: u32,
    pub abandoned_resume_allowed: bool,
    pub announce_id: Option<MediaId>,
    pub announce_frequency: u32,
    pub moh_id: Option<MediaId>,
    pub sla_strategy: Option<u32>,
    pub sla_answer_time: Option<u32>,
    pub auto_answer: bool,
    pub pre_bridge_announce: Option<MediaId>,
    pub join_announce: Option<MediaId>,
    pub exits: Option<serde_json::Value>,
    pub ring_timeout: Option<u32>,
    pub background_color: Option<String>,
    pub font_color: Option<String>,
    pub labels: Vec<LabelId>,
    pub avg_wait_range: Option<u32>,
    pub audio_playback: Option<serde_json::Value>,
    pub music_advanced: bool,
}

impl Eq for Settings {}

/// Where a caller goes that no agent took: numbers of extensions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Exits {
    /// After `max_wait_time`.
    pub timeout: Option<ExtensionNumber>,
    /// After `max_wait_time_with_no_agent`.
    pub no_agent: Option<ExtensionNumber>,
    /// By the key that was pressed: a digit, `*` or `#`.
    pub keys: BTreeMap<String, Option<ExtensionNumber>>,
}

/// A sound that waiting callers hear, and how often before the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Playback {
    /// The sound.
    pub media_id: MediaId,
    /// How often.
    pub times: u32,
}

impl Settings {
    /// Which resources they name.
    pub fn references(&self) -> Vec<Reference> {
        let sounds = [
            ("announce_id", self.announce_id),
            ("moh_id", self.moh_id),
            ("pre_bridge_announce", self.pre_bridge_announce),
            ("join_announce", self.join_announce),
        ];
        let sounds = sounds.into_iter().flat_map(|(field, id)| refer::<Media>(field, id));
        let played = self.audio_playback.as_ref().and_then(serde_json::Value::as_array).into_iter().flatten();
        let played = played.filter_map(|item| item["media_id"].as_i64().map(MediaId));
        refer::<Site>("site_id", self.site_id)
            .chain(refer::<QueueLabel>("labels", self.labels.iter().copied()))
            .chain(sounds)
            .chain(refer::<Media>("audio_playback", played))
            .collect()
    }

    /// [`Settings::exits`], read.
    pub fn exits(&self) -> Exits {
        read(self.exits.as_ref())
    }

    /// What is played instead of [`Settings::moh_id`], in order; nothing when that holds.
    pub fn playback(&self) -> Vec<Playback> {
        if self.music_advanced { read(self.audio_playback.as_ref()) } else { Vec::new() }
    }
}

/// What the facade has checked before it was kept; nothing when it is something else all the same.
fn read<T: DeserializeOwned + Default>(kept: Option<&serde_json::Value>) -> T {
    kept.and_then(|kept| T::deserialize(kept).ok()).unwrap_or_default()
}

/// That an agent may serve a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The agent.
    pub user_id: UserId,
    /// The queue.
    pub queue_id: QueueId,
    /// How it joins.
    pub mode: Mode,
    /// Its position within the level, from 1.
    pub position: u32,
    /// Its tier's level, from 1; lower is offered first.
    pub level: u32,
    /// The time group that limits it.
    pub timegroup_id: Option<TimeGroupId>,
}

/// A membership at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The membership.
    pub membership: Membership,
    /// Its hours in words, when it is limited to some and it is not one of them.
    pub closed: Option<String>,
}

impl Standing {
    /// The queue.
    pub fn queue_id(&self) -> QueueId {
        self.membership.queue_id
    }

    /// How the agent joins it.
    pub fn mode(&self) -> Mode {
        self.membership.mode
    }
}

/// A queue that was deleted, and may still have callers on the switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drain {
    /// What its id was.
    pub queue_id: QueueId,
    /// Whose it was.
    pub account_id: AccountId,
    /// The extension that waiting callers are sent to; none ends their calls.
    pub exit: Option<ExtensionNumber>,
}

/// How an agent joins a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Mode {
    /// 0: never.
    Off,
    /// 1: the agent joins and leaves.
    Free,
    /// 2: only a supervisor joins them.
    Supervised,
    /// 3: joined at check-in, and may leave.
    Default,
    /// 4: joined at check-in, and always.
    Always,
}

impl Mode {
    /// Whether check-in joins the queue.
    pub fn joins_at_check_in(self) -> bool {
        matches!(self, Self::Default | Self::Always)
    }
}

impl TryFrom<u8> for Mode {
    type Error = ModeError;

    fn try_from(mode: u8) -> Result<Self, ModeError> {
        Ok(match mode {
            0 => Self::Off,
            1 => Self::Free,
            2 => Self::Supervised,
            3 => Self::Default,
            4 => Self::Always,
            _ => return Err(ModeError),
        })
    }
}

impl From<Mode> for u8 {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Off => 0,
            Mode::Free => 1,
            Mode::Supervised => 2,
            Mode::Default => 3,
            Mode::Always => 4,
        }
    }
}

/// A mode that there is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mode must be 0 (off), 1 (joins and leaves), 2 (supervisor only), 3 (joined at check-in) or 4 (always joined)")]
pub struct ModeError;
