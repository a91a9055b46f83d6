//! The numbers and texts of mod_callcenter, from what an account sets.

use std::collections::BTreeMap;

use crate::domain::MediaId;
use crate::domain::account::Overrides;
use crate::domain::media::Media;
use crate::domain::number::Gateway;
use crate::domain::queue::{Settings, Strategy, TimeBaseScore};
use crate::domain::toll::Ceiling;
use crate::switch::AgentStatus;
use crate::switch::recording::{MEMBER_TEMPLATE, Place};
use crate::switch::status::AgentParam;

/// Seconds after which an offer that nobody took may be made again, where nothing is set.
pub const NO_ANSWER_DELAY_S: u32 = 5;
/// The least of them: an unregistered phone fails at once, and 0 would offer to it without a pause (trap 12).
pub const NO_ANSWER_DELAY_MIN_S: u32 = 1;
/// Seconds after a rejected offer, where nothing is set.
pub const REJECT_DELAY_S: u32 = 5;
/// Seconds after a busy phone, where nothing is set.
pub const BUSY_DELAY_S: u32 = 5;
/// The most seconds that mod_callcenter takes for a queue; with more it silently takes its own default.
pub const QUEUE_SECONDS_MAX: u32 = 86_400;

/// What the configuration says of calls.
#[derive(Clone, Debug)]
pub struct Options {
    /// Through which calls leave where a device names none.
    pub gateway: Option<Gateway>,
    /// What waiting callers hear where a queue names nothing: anything FreeSWITCH can play.
    pub music: String,
    /// Where recorded calls go.
    pub recordings: Place,
    /// The folder of the accounts' sound files, as the switch sees it.
    pub media_folder: String,
    /// What no account may do more of.
    pub ceiling: Ceiling,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gateway: None,
            music: "tone_stream://%(2000,4000,440,480);loops=-1".to_owned(),
            recordings: Place::default(),
            media_folder: "/var/lib/ccgate/media".to_owned(),
            ceiling: Ceiling::default(),
        }
    }
}

/// An agent's numbers, every one of them.
pub type AgentParams = BTreeMap<AgentParam, u32>;

/// An agent's numbers: the user's, else the account's, else ours. While the API set a wrap-up's end, mod_callcenter's own rule is off.
pub fn agent_params(user: Overrides, account: Overrides, wrap_up_set: bool) -> AgentParams {
    let set = user.or(account);
    let wrap_up = if wrap_up_set { 0 } else { set.wrap_up_time.unwrap_or(0) };
    BTreeMap::from([
        (AgentParam::WrapUpTime, wrap_up),
        (AgentParam::RejectDelayTime, set.reject_delay_time.unwrap_or(REJECT_DELAY_S)),
        (AgentParam::BusyDelayTime, set.busy_delay_time.unwrap_or(BUSY_DELAY_S)),
        (AgentParam::NoAnswerDelayTime, set.no_answer_delay_time.unwrap_or(NO_ANSWER_DELAY_S).max(NO_ANSWER_DELAY_MIN_S)),
        (AgentParam::MaxNoAnswer, set.max_no_answer.unwrap_or(0)),
    ])
}

/// A queue's `<param>`s: names and values, in the order in which they are served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueParams(Vec<(&'static str, String)>);

impl QueueParams {
    /// The parameters of a queue of an account with these sounds; an id of a sound that is not there is as none.
    pub fn new(settings: &Settings, media: &BTreeMap<MediaId, Media>, options: &Options) -> Self {
        let seconds = |value: u32| value.min(QUEUE_SECONDS_MAX).to_string();
        let sound = |id: Option<MediaId>| id.and_then(|id| media.get(&id)).map(|media| media.playable(&options.media_folder));
        let mut params = vec![
            ("strategy", strategy(settings.strategy).to_owned()),
            ("moh-sound", sound(settings.moh_id).unwrap_or_else(|| options.music.clone())),
            ("time-base-score", time_base_score(settings.time_base_score).to_owned()),
            ("max-wait-time", seconds(settings.max_wait_time)),
            ("max-wait-time-with-no-agent", seconds(settings.max_wait_time_with_no_agent)),
            ("max-wait-time-with-no-agent-time-reached", seconds(settings.max_wait_time_with_no_agent_time_reached)),
            ("tier-rules-apply", settings.tier_rules_apply.to_string()),
            ("tier-rule-wait-second", seconds(settings.tier_rule_wait_second)),
            ("tier-rule-wait-multiply-level", settings.tier_rule_wait_multiply_level.to_string()),
            ("tier-rule-no-agent-no-wait", settings.tier_rule_no_agent_no_wait.to_string()),
            ("discard-abandoned-after", seconds(settings.discard_abandoned_after)),
            ("abandoned-resume-allowed", settings.abandoned_resume_allowed.to_string()),
            // Not to be left to the module's defaults: ccgate counts on both (traps 21 and 22).
            ("skip-agents-with-external-calls", "true".to_owned()),
            ("agent-no-answer-status", AgentStatus::OnBreak.as_str().to_owned()),
        ];
        if let (Some(announce), 1..) = (sound(settings.announce_id), settings.announce_frequency) {
            params.push(("announce-sound", announce));
            params.push(("announce-frequency", seconds(settings.announce_frequency)));
        }
        if settings.record == Some(true) {
            params.push(("record-template", MEMBER_TEMPLATE.to_owned()));
        }
        Self(params)
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str()))
    }

    #[cfg(test)]
    pub(super) fn with(&self, name: &str, value: &str) -> Self {
        let other = |(known, was): &(&'static str, String)| (*known, if *known == name { value.to_owned() } else { was.clone() });
        Self(self.0.iter().map(other).collect())
    }

    /// A value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// mod_callcenter's name; one that it does not know falls back in silence (trap 25).
fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::RingAll => "ring-all",
        Strategy::LongestIdleAgent => "longest-idle-agent",
        Strategy::RoundRobin | Strategy::SequentiallyByNextAgentOrder => "round-robin",
        Strategy::TopDown => "top-down",
        Strategy::AgentWithLeastTalkTime => "agent-with-least-talk-time",
        Strategy::AgentWithFewestCalls => "agent-with-fewest-calls",
        Strategy::SequentiallyByAgentOrder => "sequentially-by-agent-order",
        Strategy::Random => "random",
    }
}

/// The strategy of that name; none for one that we do not have.
pub(super) fn read_strategy(name: &str) -> Option<Strategy> {
    let all = [
        Strategy::RingAll,
        Strategy::LongestIdleAgent,
        Strategy::RoundRobin,
        Strategy::TopDown,
        Strategy::AgentWithLeastTalkTime,
        Strategy::AgentWithFewestCalls,
        Strategy::SequentiallyByAgentOrder,
        Strategy::Random,
    ];
    all.into_iter().find(|known| strategy(*known) == name)
}

/// The base of that name; mod_callcenter takes any other word for `system`.
pub(super) fn read_time_base_score(name: &str) -> TimeBaseScore {
    if name == time_base_score(TimeBaseScore::Queue) { TimeBaseScore::Queue } else { TimeBaseScore::System }
}

fn time_base_score(base: TimeBaseScore) -> &'static str {
    match base {
        TimeBaseScore::System => "system",
        TimeBaseScore::Queue => "queue",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::media::MediaPath;

    #[test]
    fn a_queue_with_nothing_set() {
        let params = QueueParams::new(&Settings::default(), &BTreeMap::new(), &Options::default());
        let lines: Vec<_> = params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        strategy=longest-idle-agent
        moh-sound=tone_stream://%(2000,4000,440,480);loops=-1
        time-base-score=queue
        max-wait-time=0
        max-wait-time-with-no-agent=0
        max-wait-time-with-no-agent-time-reached=0
        tier-rules-apply=false
        tier-rule-wait-second=0
        tier-rule-wait-multiply-level=false
        tier-rule-no-agent-no-wait=false
        discard-abandoned-after=0
        abandoned-resume-allowed=false
        skip-agents-with-external-calls=true
        agent-no-answer-status=On Break
        ");
    }

    #[test]
    fn a_queue_with_sounds_and_too_long_a_wait() {
        let settings = Settings {
            strategy: Strategy::SequentiallyByNextAgentOrder,
            record: Some(true),
            moh_id: Some(MediaId(1)),
            announce_id: Some(MediaId(2)),
            announce_frequency: 30,
            max_wait_time: 100_000,
            ..Settings::default()
        };
        let file = |path: &str| Media::File { path: MediaPath::parse(path).unwrap() };
        let media = BTreeMap::from([(MediaId(1), file("a.wav")), (MediaId(2), file("b.wav"))]);
        let params = QueueParams::new(&settings, &media, &Options { media_folder: "/m".to_owned(), ..Options::default() });
        for (name, value) in [
            ("strategy", "round-robin"),
            ("moh-sound", "/m/a.wav"),
            ("announce-sound", "/m/b.wav"),
            ("announce-frequency", "30"),
            ("max-wait-time", "86400"),
            ("record-template", "${ccgate_record_to}"),
        ] {
            assert_eq!(params.get(name), Some(value), "{name}");
        }
    }

    #[test]
    fn the_users_numbers_before_the_accounts_before_ours() {
        let user = Overrides { reject_delay_time: Some(9), no_answer_delay_time: Some(0), ..Overrides::default() };
        let account = Overrides { reject_delay_time: Some(8), wrap_up_time: Some(20), ..Overrides::default() };
        let params = agent_params(user, account, false);
        assert_eq!(params.values().copied().collect::<Vec<_>>(), [20, 9, BUSY_DELAY_S, NO_ANSWER_DELAY_MIN_S, 0]);
        assert_eq!(agent_params(user, account, true)[&AgentParam::WrapUpTime], 0);
    }
}
