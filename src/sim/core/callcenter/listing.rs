//! Listings, as text (joined with `|`, nothing escaped) and as the `json` API has them.

use super::super::Core;
use super::super::jsontext::Json;
use super::{Agent, Member, Queue, Tier};

/// A table's row: column and value, `None` for SQL's NULL.
pub(super) type Row = Vec<(&'static str, Option<String>)>;

fn some(value: impl ToString) -> Option<String> {
    Some(value.to_string())
}

impl Agent {
    pub(super) fn row(&self) -> Row {
        vec![
            ("name", some(&self.name)),
            ("instance_id", some("single_box")),
            ("uuid", self.uuid.clone()),
            ("type", some(&self.kind)),
            ("contact", self.contact.clone()),
            ("status", some(&self.status)),
            ("state", some(&self.state)),
            ("max_no_answer", some(self.max_no_answer)),
            ("wrap_up_time", some(self.wrap_up_time)),
            ("reject_delay_time", some(self.reject_delay_time)),
            ("busy_delay_time", some(self.busy_delay_time)),
            ("no_answer_delay_time", some(self.no_answer_delay_time)),
            ("last_bridge_start", some(self.last_bridge_start)),
            ("last_bridge_end", some(self.last_bridge_end)),
            ("last_offered_call", some(self.last_offered_call)),
            ("last_status_change", some(self.last_status_change)),
            ("no_answer_count", some(self.no_answer_count)),
            ("calls_answered", some(self.calls_answered)),
            ("talk_time", some(self.talk_time)),
            ("ready_time", some(self.ready_time)),
            ("external_calls_count", some(self.external_calls_count)),
        ]
    }
}

impl Tier {
    pub(super) fn row(&self) -> Row {
        vec![
            ("queue", some(&self.queue)),
            ("agent", some(&self.agent)),
            ("state", some(&self.state)),
            ("level", some(self.level)),
            ("position", some(self.position)),
        ]
    }
}

impl Member {
    pub(super) fn score(&self, epoch: i64) -> i64 {
        epoch - self.joined_epoch + self.base_score + self.skill_score
    }

    pub(super) fn row(&self, epoch: i64) -> Row {
        vec![
            ("queue", some(&self.queue)),
            ("instance_id", some("single_box")),
            ("uuid", some(&self.uuid)),
            ("session_uuid", some(&self.session_uuid)),
            ("cid_number", some(&self.cid_number)),
            ("cid_name", some(&self.cid_name)),
            ("system_epoch", some(self.system_epoch)),
            ("joined_epoch", some(self.joined_epoch)),
            ("rejoined_epoch", some(self.rejoined_epoch)),
            ("bridge_epoch", some(self.bridge_epoch)),
            ("abandoned_epoch", some(self.abandoned_epoch)),
            ("base_score", some(self.base_score)),
            ("skill_score", some(self.skill_score)),
            ("serving_agent", some(&self.serving_agent)),
            ("serving_system", some(&self.serving_system)),
            ("state", some(self.state)),
            ("score", some(self.score(epoch))),
        ]
    }
}

impl Queue {
    fn text(&self) -> String {
        [
            self.name.clone(),
            self.strategy.clone(),
            self.moh.clone().unwrap_or_default(),
            self.time_base_score.clone(),
            self.tier_rules_apply.to_string(),
            self.tier_rule_wait_second.to_string(),
            self.tier_rule_wait_multiply_level.to_string(),
            self.tier_rule_no_agent_no_wait.to_string(),
            self.discard_abandoned_after.to_string(),
            self.abandoned_resume_allowed.to_string(),
            self.max_wait_time.to_string(),
            self.max_wait_time_with_no_agent.to_string(),
            self.max_wait_time_with_no_agent_time_reached.to_string(),
            self.record_template.clone().unwrap_or_default(),
            self.calls_answered.to_string(),
            self.calls_abandoned.to_string(),
            self.ring_progressively_delay.to_string(),
            self.skip_agents_with_external_calls.to_string(),
            self.agent_no_answer_status.clone(),
        ]
        .join("|")
    }

    /// Numbers are numbers here, flags are text; announcements and counters are not shown.
    fn json(&self) -> Json {
        let mut o: Vec<(&str, Json)> = vec![("name", self.name.clone().into()), ("strategy", self.strategy.clone().into())];
        if let Some(moh) = &self.moh {
            o.push(("moh_sound", moh.clone().into()));
        }
        let flag = |b: bool| Json::from(b.to_string());
        o.extend([
            ("time_base_score", self.time_base_score.clone().into()),
            ("tier_rules_apply", flag(self.tier_rules_apply)),
            ("tier_rule_wait_second", Json::Number(self.tier_rule_wait_second)),
            ("tier_rule_wait_multiply_level", flag(self.tier_rule_wait_multiply_level)),
            ("tier_rule_no_agent_no_wait", flag(self.tier_rule_no_agent_no_wait)),
            ("discard_abandoned_after", Json::Number(self.discard_abandoned_after)),
            ("abandoned_resume_allowed", flag(self.abandoned_resume_allowed)),
            ("max_wait_time", Json::Number(self.max_wait_time)),
            ("max_wait_time_with_no_agent", Json::Number(self.max_wait_time_with_no_agent)),
            ("max_wait_time_with_no_agent_time_reached", Json::Number(self.max_wait_time_with_no_agent_time_reached)),
        ]);
        if let Some(template) = &self.record_template {
            o.push(("record_template", template.clone().into()));
        }
        o.push(("skip_agents_with_external_calls", flag(self.skip_agents_with_external_calls)));
        o.push(("agent_no_answer_status", self.agent_no_answer_status.clone().into()));
        Json::Object(o.into_iter().map(|(k, v)| (k.to_string(), v)).collect())
    }
}

const QUEUE_COLUMNS: &str = "name|strategy|moh_sound|time_base_score|tier_rules_apply|tier_rule_wait_second|\
    tier_rule_wait_multiply_level|tier_rule_no_agent_no_wait|discard_abandoned_after|abandoned_resume_allowed|max_wait_time|\
    max_wait_time_with_no_agent|max_wait_time_with_no_agent_time_reached|record_template|calls_answered|calls_abandoned|\
    ring_progressively_delay|skip_agents_with_external_calls|agent_no_answer_status";

/// A header and rows; an empty table has no header.
pub(super) fn table(rows: &[Row]) -> String {
    let mut text = String::new();
    if let Some(first) = rows.first() {
        text.push_str(&first.iter().map(|(n, _)| *n).collect::<Vec<_>>().join("|"));
        text.push('\n');
    }
    for row in rows {
        text.push_str(&row.iter().map(|(_, v)| v.as_deref().unwrap_or_default()).collect::<Vec<_>>().join("|"));
        text.push('\n');
    }
    text.push_str("+OK\n");
    text
}

pub(super) fn objects(rows: Vec<Row>) -> Json {
    let object = |row: Row| Json::Object(row.into_iter().filter_map(|(n, v)| Some((n.to_string(), v?.into()))).collect());
    Json::List(rows.into_iter().map(object).collect())
}

impl Core {
    pub(super) fn queue_table(&self) -> String {
        let mut text = format!("{QUEUE_COLUMNS}\n");
        for queue in self.cc.queues.values() {
            text.push_str(&queue.text());
            text.push('\n');
        }
        text.push_str("+OK\n");
        text
    }

    pub(super) fn queue_objects(&self) -> Json {
        Json::List(self.cc.queues.values().map(Queue::json).collect())
    }

    pub(super) fn agent_rows(&self, name: Option<&str>) -> Vec<Row> {
        self.cc.agents.iter().filter(|a| name.is_none_or(|n| a.name == n)).map(Agent::row).collect()
    }

    pub(super) fn tier_rows(&self, queue: Option<&str>) -> Vec<Row> {
        let mut tiers: Vec<&Tier> = self.cc.tiers.iter().filter(|t| queue.is_none_or(|q| t.queue == q)).collect();
        if queue.is_none() {
            tiers.sort_by_key(|t| (t.level, t.position));
        }
        tiers.into_iter().map(Tier::row).collect()
    }

    pub(super) fn member_rows(&self, queue: Option<&str>) -> Vec<Row> {
        let epoch = self.epoch_s();
        let mut members: Vec<&Member> = self.cc.members.iter().filter(|m| queue.is_none_or(|q| m.queue == q)).collect();
        members.sort_by_key(|m| std::cmp::Reverse(m.score(epoch)));
        members.into_iter().map(|m| m.row(epoch)).collect()
    }

    /// Agents that have a tier in the queue, perhaps only of a status and a state.
    pub(super) fn queue_agents(&self, queue: &str, status: Option<&str>, state: Option<&str>) -> Vec<Row> {
        let serves = |a: &Agent| self.cc.tiers.iter().any(|t| t.queue == queue && t.agent == a.name);
        self.cc
            .agents
            .iter()
            .filter(|a| serves(a) && status.is_none_or(|s| a.status == s) && state.is_none_or(|s| a.state == s))
            .map(Agent::row)
            .collect()
    }
}
