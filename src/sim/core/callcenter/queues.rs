//! Queues: parameters and their defaults, loading, look-ups that load, unloading.

use super::super::args::{atoi, is_true};
use super::super::xml::Element;
use super::super::{Core, Then};
use super::Queue;

/// The `callcenter.conf` of a configuration section.
pub(super) fn configuration(section: &Element) -> Option<&Element> {
    section.find("configuration", "name", "callcenter.conf")
}

impl Queue {
    fn from_xml(element: &Element, name: &str) -> Self {
        let get = |wanted: &str| {
            // Of two with one name it is the first.
            let mut params = element.all("param").filter(|p| p.attr("name").is_some_and(|n| n.eq_ignore_ascii_case(wanted)));
            params.next().and_then(|p| p.attr("value")).map(str::to_string)
        };
        let number = |wanted: &str, default: i64| get(wanted).map_or(default, |v| atoi(&v)).clamp(0, 86_400);
        let flag = |wanted: &str, default: bool| get(wanted).map_or(default, |v| is_true(&v));
        let status = get("agent-no-answer-status").filter(|s| super::agents::status(s)).unwrap_or_else(|| "On Break".into());
        Self {
            name: name.into(),
            strategy: get("strategy").unwrap_or_else(|| "longest-idle-agent".into()),
            moh: get("moh-sound"),
            record_template: get("record-template"),
            time_base_score: get("time-base-score").unwrap_or_else(|| "queue".into()),
            ring_progressively_delay: number("ring-progressively-delay", 0),
            tier_rules_apply: flag("tier-rules-apply", false),
            tier_rule_wait_second: number("tier-rule-wait-second", 0),
            tier_rule_wait_multiply_level: flag("tier-rule-wait-multiply-level", false),
            tier_rule_no_agent_no_wait: flag("tier-rule-no-agent-no-wait", true),
            discard_abandoned_after: number("discard-abandoned-after", 60),
            abandoned_resume_allowed: flag("abandoned-resume-allowed", false),
            max_wait_time: number("max-wait-time", 0),
            max_wait_time_with_no_agent: number("max-wait-time-with-no-agent", 0),
            max_wait_time_with_no_agent_time_reached: number("max-wait-time-with-no-agent-time-reached", 5),
            agent_no_answer_status: status,
            skip_agents_with_external_calls: flag("skip-agents-with-external-calls", true),
            ..Self::default()
        }
    }
}

impl Core {
    pub(super) fn load_all(&mut self, config: &Element) {
        for queue in config.child("queues").into_iter().flat_map(|q| q.all("queue")) {
            if let Some(name) = queue.attr("name") {
                self.cc.queues.insert(name.into(), Queue::from_xml(queue, name));
            }
        }
        self.load_agents(config);
        self.load_tiers(config, None, None);
    }

    fn load_agents(&mut self, config: &Element) {
        for agent in config.child("agents").into_iter().flat_map(|a| a.all("agent")) {
            self.load_agent(agent);
        }
    }

    pub(super) fn load_agent(&mut self, element: &Element) {
        let (Some(name), Some(kind)) = (element.attr("name"), element.attr("type")) else { return };
        let added = self.agent_add(name, kind);
        if added == Err("Agent type invalid!") {
            return;
        }
        for (attribute, key) in [
            ("contact", "contact"),
            ("status", "status"),
            ("wrap-up-time", "wrap_up_time"),
            ("max-no-answer", "max_no_answer"),
            ("reject-delay-time", "reject_delay_time"),
            ("busy-delay-time", "busy_delay_time"),
            ("no-answer-delay-time", "no_answer_delay_time"),
        ] {
            if let Some(value) = element.attr(attribute) {
                let _ = self.agent_set(key, value, name);
            }
        }
        if added.is_err() {
            let _ = self.agent_set("type", kind, name);
        }
    }

    /// Asks for the document of one queue and loads it; `then` is told whether it was there.
    pub(super) fn load_queue(&mut self, name: &str, all: bool, then: Then<bool>) {
        let mut params = self.base_headers("REQUEST_PARAMS", (super::FILE, "load_queue"));
        params.push(("CC-Queue".into(), name.into()));
        let name = name.to_string();
        self.fetch(
            "configuration",
            ["configuration", "name", "callcenter.conf"],
            &params,
            Box::new(move |core, section| {
                let config = section.as_ref().and_then(configuration);
                let found = config.and_then(|c| c.child("queues")?.find("queue", "name", &name));
                let loaded = found.is_some();
                if let Some(queue) = found {
                    core.cc.queues.insert(name.clone(), Queue::from_xml(queue, &name));
                    if all && let Some(config) = config {
                        core.load_agents(config);
                        core.load_tiers(config, None, None);
                    }
                }
                then(core, loaded);
            }),
        );
    }

    /// Any look-up of a queue loads it when it is not there, with the module's lock held meanwhile.
    pub(super) fn with_queue(&mut self, name: &str, then: Then<bool>) {
        if self.cc.queues.contains_key(name) {
            return then(self, true);
        }
        self.lock();
        self.load_queue(
            name,
            false,
            Box::new(move |core, found| {
                core.cc.locked = false;
                then(core, found);
                core.unlock();
            }),
        );
    }
}
