//! What a switch has that no account of ours knows, and what would be made of it. Pure.

use std::collections::BTreeSet;

use super::desired::{Desired, DesiredAccount, DesiredTier};
use super::params::{read_strategy, read_time_base_score};
use crate::domain::account::Overrides;
use crate::domain::kept::KeptName;
use crate::domain::media::{Media, MediaPath, StreamName, ToneSpec};
use crate::domain::queue::Settings;
use crate::domain::{QueueId, UserId};
use crate::switch::contact::{Phone, phone_of};
use crate::switch::observed::{ObservedAgent, ObservedQueue};
use crate::switch::status::AgentParam;
use crate::switch::{AgentStatus, Observed};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Agents that no account knows.
    pub agents: Vec<FoundAgent>,
    /// Queues that no account knows, and those of the account that are not managed.
    pub queues: Vec<FoundQueue>,
    /// Tiers of the account's queues that are not managed and of what was found: queue, agent, place.
    pub tiers: Vec<(String, String, DesiredTier)>,
    /// SIP users of the account's domain that are registered, and are no phones of it.
    pub phones: BTreeSet<String>,
    /// The account's agents and queues by now, which keep the names that their ids give them.
    pub own: (Vec<UserId>, Vec<QueueId>),
    /// The numbers below which a name is no id: of agents and of queues.
    pub numbers: (i64, i64),
    /// What is not as it was, or not taken at all, and why.
    pub warnings: Vec<String>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundAgent {
    /// Its name.
    pub name: KeptName,
    /// Where it is rung.
    pub phone: Option<Phone>,
    /// Its numbers.
    pub overrides: Overrides,
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundQueue {
    /// Its name.
    pub name: KeptName,
    /// The queue of ours that it is already.
    pub known: Option<QueueId>,
    /// How it works, as far as it is listed.
    pub settings: Settings,
    /// What its callers hear, where that is not what ours hear anyway.
    pub music: Option<Media>,
}

/// Looks for what `account` does not have. Names in the domain of another account are left to it.
pub fn found(desired: &Desired, observed: &Observed, account: &DesiredAccount) -> Found {
    let mut found = Found::default();
    let others = |name: &str| {
        let domain = name.split_once('@').map_or("", |(_, domain)| domain);
        desired.domain(domain).is_some_and(|other| other.account.id != account.account.id)
    };
    for (name, seen) in observed.agents.iter().filter(|(name, _)| !others(name)) {
        let known = desired.names().agent(name).is_some_and(|agent| desired.agent(&agent).is_some());
        match name.parse() {
            _ if known => {}
            Ok(kept) => found.agent(kept, seen),
            Err(error) => found.warnings.push(format!("agent {name:?} is left alone: {error}")),
        }
    }
    for (name, listed) in observed.queues.iter().filter(|(name, _)| !others(name)) {
        let known = desired.queue(name);
        match name.parse() {
            _ if known.is_some_and(|queue| queue.managed) => {}
            Ok(kept) => found.queue(desired, account, kept, known.map(|queue| queue.queue.id), listed),
            Err(error) => found.warnings.push(format!("queue {name:?} is left alone: {error}")),
        }
    }
    let queues: BTreeSet<_> = found.queues.iter().map(|queue| queue.name.to_string()).collect();
    let tiers = observed.tiers.iter().filter(|((queue, _), _)| queues.contains(queue));
    found.tiers = tiers
        .map(|((queue, agent), tier)| (queue.clone(), agent.clone(), DesiredTier { level: tier.level, position: tier.position }))
        .collect();
    let domain = account.account.domain.as_str();
    let unknown = observed.registrations.iter().filter(|phone| phone.realm.eq_ignore_ascii_case(domain));
    found.phones = unknown.map(|phone| phone.user.clone()).filter(|user| account.sip_user(user).is_none()).collect();
    found.numbers = (above(observed.agents.keys(), domain), above(observed.queues.keys(), domain));
    let own_agents = account.agents.keys().filter(|user| !account.kept.agents.contains_key(user));
    let own_queues = account.queues.keys().filter(|queue| !account.kept.queues.contains_key(queue));
    found.own = (own_agents.copied().collect(), own_queues.copied().collect());
    found
}

impl Found {
    fn agent(&mut self, name: KeptName, seen: &ObservedAgent) {
        let phone = phone_of(&seen.contact);
        if phone.is_none() {
            self.warnings.push(format!("agent {name}: its contact is of no kind that ccgate knows, so it is shown as checked out"));
        }
        let number = |param| seen.params.get(&param).copied();
        let overrides = Overrides {
            wrap_up_time: number(AgentParam::WrapUpTime),
            reject_delay_time: number(AgentParam::RejectDelayTime),
            busy_delay_time: number(AgentParam::BusyDelayTime),
            no_answer_delay_time: number(AgentParam::NoAnswerDelayTime),
            max_no_answer: number(AgentParam::MaxNoAnswer),
            ..Overrides::default()
        };
        self.agents.push(FoundAgent { name, phone, overrides });
    }

    fn queue(&mut self, desired: &Desired, account: &DesiredAccount, name: KeptName, known: Option<QueueId>, listed: &ObservedQueue) {
        let value = |param: &str| listed.0.get(param).map_or("", String::as_str);
        let (seconds, yes) = (|param| value(param).parse().unwrap_or(0), |param| value(param) == "true");
        let mut warn = |what: String| self.warnings.push(format!("queue {name}: {what}"));
        let strategy = read_strategy(value("strategy")).unwrap_or_else(|| {
            warn(format!("the strategy {:?} is none of ccgate's; managed, it will be longest-idle-agent", value("strategy")));
            Default::default()
        });
        if value("skip-agents-with-external-calls") == "false" {
            warn("managed, it will not offer calls to agents who are in a call outside it".to_owned());
        }
        let gives_up = value("agent-no-answer-status");
        if !gives_up.is_empty() && AgentStatus::parse(gives_up) != Some(AgentStatus::OnBreak) {
            warn(format!("agents who do not answer become {gives_up:?}; managed, they will be paused"));
        }
        let records = !value("record-template").is_empty();
        if records {
            warn("managed, it will record into ccgate's folder and not by its own template".to_owned());
        }
        let music = music(desired, value("moh-sound"));
        let (known_music, music) = match music {
            Ok(Some(music)) => (account.media.iter().find(|(_, media)| **media == music).map(|(id, _)| *id), Some(music)),
            Ok(None) => (None, None),
            Err(sound) => {
                warn(format!("what callers hear, {sound:?}, is no sound of ccgate's; managed, they will hear the music of [telephony]"));
                (None, None)
            }
        };
        warn("announcements are not listed by the switch; set announce_id and announce_frequency before it is managed".to_owned());
        let settings = Settings {
            strategy,
            record: records.then_some(true),
            moh_id: known_music,
            time_base_score: read_time_base_score(value("time-base-score")),
            max_wait_time: seconds("max-wait-time"),
            max_wait_time_with_no_agent: seconds("max-wait-time-with-no-agent"),
            max_wait_time_with_no_agent_time_reached: seconds("max-wait-time-with-no-agent-time-reached"),
            tier_rules_apply: yes("tier-rules-apply"),
            tier_rule_wait_second: seconds("tier-rule-wait-second"),
            tier_rule_wait_multiply_level: yes("tier-rule-wait-multiply-level"),
            tier_rule_no_agent_no_wait: yes("tier-rule-no-agent-no-wait"),
            discard_abandoned_after: seconds("discard-abandoned-after"),
            abandoned_resume_allowed: yes("abandoned-resume-allowed"),
            ..Settings::default()
        };
        let music = music.filter(|_| known_music.is_none());
        self.queues.push(FoundQueue { name, known, settings, music });
    }
}

/// A sound as ours are named; none for what callers hear where nothing is set, and an error for one that has no such name.
fn music(desired: &Desired, sound: &str) -> Result<Option<Media>, String> {
    if sound.is_empty() || sound == desired.options.music {
        return Ok(None);
    }
    let unknown = || sound.to_owned();
    let media = if let Some(stream) = sound.strip_prefix("local_stream://") {
        Media::Stream { spec: StreamName::parse(stream).map_err(|_| unknown())? }
    } else if let Some(tones) = sound.strip_prefix("tone_stream://") {
        Media::Tone { spec: ToneSpec::parse(tones).map_err(|_| unknown())? }
    } else {
        let folder = format!("{}/", desired.media_folder().trim_end_matches('/'));
        let path = sound.strip_prefix(&folder).ok_or_else(unknown)?;
        Media::File { path: MediaPath::parse(path).map_err(|_| unknown())? }
    };
    Ok(Some(media))
}

/// One more than the highest number that stands before `@<domain>`; 1 for none.
fn above<'a>(names: impl Iterator<Item = &'a String>, domain: &str) -> i64 {
    let number = |name: &String| {
        let (number, of) = name.split_once('@')?;
        number.parse::<u32>().ok().filter(|_| of.eq_ignore_ascii_case(domain)).map(i64::from)
    };
    names.filter_map(number).max().unwrap_or(0) + 1
}

#[cfg(test)]
#[path = "found_tests.rs"]
mod tests;
