//! `callcenter_config`, as an API command and through `json`.

use super::super::args::{atoi, separate};
use super::super::esl_session::ReplyTo;
use super::super::jsontext::Json;
use super::super::{Core, xml::Element};
use super::agents::Refusal;
use super::listing::{objects, table};

const ARGS_MAX: usize = 8;
const USAGE: &str = include_str!("usage.txt");

fn answer(result: Result<(), Refusal>) -> String {
    match result {
        Ok(()) => "+OK\n".into(),
        Err(why) => format!("-ERR {why}\n"),
    }
}

impl Core {
    pub(in super::super) fn callcenter_config(&mut self, to: ReplyTo, line: &str) {
        let line = line.to_string();
        self.with_lock_free(Box::new(move |core| core.callcenter_line(to, &line)));
    }

    fn callcenter_line(&mut self, to: ReplyTo, line: &str) {
        if line.is_empty() {
            return self.api_done(to, &format!("-USAGE: \n{USAGE}"));
        }
        let words = separate(line, ' ', ARGS_MAX);
        let mut args = words.iter().map(String::as_str);
        let (Some(section), Some(action)) = (args.next(), args.next()) else {
            return self.api_done(to, "-ERR Invalid!\n");
        };
        let args: Vec<&str> = args.collect();
        let (section, action) = (section.to_ascii_lowercase(), action.to_ascii_lowercase());
        match (section.as_str(), action.as_str()) {
            ("agent", "reload") => self.agent_reload(to, &args),
            ("agent", action) => {
                let text = self.agent_command(action, &args);
                self.api_done(to, &text);
            }
            ("tier", action) => self.tier_command(to, action, &args),
            ("queue", action) => self.queue_command(to, action, &args),
            _ => self.api_done(to, ""),
        }
    }

    fn agent_command(&mut self, action: &str, args: &[&str]) -> String {
        match (action, args) {
            ("add", [name, kind, ..]) => answer(self.agent_add(name, kind)),
            ("del", [name, ..]) => {
                self.agent_del(name);
                "+OK\n".into()
            }
            ("set", [key, name, value, ..]) => answer(self.agent_set(key, value, name)),
            ("get", [key, name, ..]) => self.agent_get(key, name).unwrap_or_else(|why| format!("-ERR {why}\n")),
            ("list", []) => table(&self.agent_rows(None)),
            ("list", [name]) => table(&self.agent_rows(Some(name))),
            ("add" | "del" | "set" | "get" | "list", _) => "-ERR Invalid!\n".into(),
            _ => String::new(),
        }
    }

    /// Loads one agent's row from the whole document.
    fn agent_reload(&mut self, to: ReplyTo, args: &[&str]) {
        let Some(name) = args.first().map(|n| (*n).to_string()) else { return self.api_done(to, "-ERR Invalid!\n") };
        self.whole_document(Box::new(move |core, config| {
            let agent = config.as_ref().and_then(|c| c.child("agents")).and_then(|a| a.find("agent", "name", &name)).cloned();
            if let Some(agent) = agent {
                core.load_agent(&agent);
            }
            let text = if config.is_some() { "+OK\n" } else { "-ERR Unknown Error!\n" };
            core.api_done(to, text);
        }));
    }

    fn whole_document(&mut self, then: super::super::Then<Option<Element>>) {
        self.fetch(
            "configuration",
            ["configuration", "name", "callcenter.conf"],
            &[],
            Box::new(move |core, section| {
                let config = section.as_ref().and_then(super::queues::configuration).cloned();
                then(core, config);
            }),
        );
    }

    fn tier_command(&mut self, to: ReplyTo, action: &str, args: &[&str]) {
        let own: Vec<String> = args.iter().map(|a| (*a).to_string()).collect();
        match (action, own.as_slice()) {
            ("add", [queue, agent, rest @ ..]) => {
                let number = |i: usize| rest.get(i).filter(|t| !t.is_empty()).map_or(1, |t| atoi(t));
                let (level, position) = (number(0), number(1));
                let (queue, agent) = (queue.clone(), agent.clone());
                self.with_queue(
                    &queue.clone(),
                    Box::new(move |core, found| {
                        let text = answer(core.tier_add(found, &queue, &agent, level, position));
                        core.api_done(to, &text);
                    }),
                );
            }
            ("set", [key, queue, agent, value, ..]) => {
                if let Err(why) = self.tier_known(queue, agent) {
                    return self.api_done(to, &format!("-ERR {why}\n"));
                }
                let (key, queue, agent, value) = (key.clone(), queue.clone(), agent.clone(), value.clone());
                self.with_queue(
                    &queue.clone(),
                    Box::new(move |core, found| {
                        let result = if found { core.tier_set(&key, &value, &queue, &agent) } else { Err("Agent not found!") };
                        core.api_done(to, &answer(result));
                    }),
                );
            }
            ("del", [queue, agent, ..]) => {
                self.tier_del(queue, agent);
                self.api_done(to, "+OK\n");
            }
            ("reload", [queue, rest @ ..]) => self.tier_reload(to, queue.clone(), rest.first().cloned()),
            ("list", _) => {
                let text = table(&self.tier_rows(None));
                self.api_done(to, &text);
            }
            ("add" | "set" | "del" | "reload", _) => self.api_done(to, "-ERR Invalid!\n"),
            _ => self.api_done(to, ""),
        }
    }

    fn tier_reload(&mut self, to: ReplyTo, queue: String, agent: Option<String>) {
        self.whole_document(Box::new(move |core, config| {
            let queue = Some(queue.as_str()).filter(|q| !q.eq_ignore_ascii_case("all"));
            let any = config.is_some_and(|c| core.load_tiers(&c, queue, queue.and(agent.as_deref())));
            core.api_done(to, if any { "+OK\n" } else { "-ERR Unknown Error!\n" });
        }));
    }

    fn queue_command(&mut self, to: ReplyTo, action: &str, args: &[&str]) {
        match (action, args) {
            ("load", [name, ..]) => self.queue_load(to, name),
            ("reload", [name, ..]) => {
                self.cc.queues.remove(*name);
                self.queue_load(to, name);
            }
            ("unload", [name, ..]) => {
                self.cc.queues.remove(*name);
                self.api_done(to, "+OK\n");
            }
            ("load" | "reload" | "unload", []) => self.api_done(to, "-ERR Invalid!\n"),
            ("list", _) => {
                let text = self.queue_list(args);
                self.api_done(to, &text);
            }
            ("count", _) => {
                let text = self.queue_count(args);
                self.api_done(to, &text);
            }
            _ => self.api_done(to, ""),
        }
    }

    fn queue_load(&mut self, to: ReplyTo, name: &str) {
        self.load_queue(
            name,
            true,
            Box::new(move |core, found| {
                core.api_done(to, if found { "+OK\n" } else { "-ERR Invalid Queue not found!\n" });
            }),
        );
    }

    fn queue_list(&self, args: &[&str]) -> String {
        let lower = args.first().map(|a| a.to_ascii_lowercase());
        match (lower.as_deref(), args.get(1).copied()) {
            (None, _) => self.queue_table(),
            (Some("agents"), queue) => table(&self.queue_agents(queue.unwrap_or_default(), args.get(2).copied(), args.get(3).copied())),
            (Some("members"), queue) => table(&self.member_rows(queue)),
            (Some("tiers"), queue) => table(&self.tier_rows(Some(queue.unwrap_or_default()))),
            _ => "-ERR Invalid!\n".into(),
        }
    }

    fn queue_count(&self, args: &[&str]) -> String {
        let lower = args.first().map(|a| a.to_ascii_lowercase());
        let queue = args.get(1).copied().unwrap_or_default();
        let count = match lower.as_deref() {
            None => self.cc.queues.len(),
            Some("agents") => self.queue_agents(queue, args.get(2).copied(), args.get(3).copied()).len(),
            Some("members") => self.member_rows(Some(queue)).len(),
            Some("tiers") => self.tier_rows(Some(queue)).len(),
            _ => return "-ERR Invalid!\n".into(),
        };
        format!("{count}\n")
    }

    /// `json {"command":"callcenter_config","data":{"arguments":..}}`: the listing, or the error's `response`.
    pub(in super::super) fn callcenter_json(&self, data: Option<&Json>) -> Result<Json, Json> {
        let text = |key: &str| data?.get(key)?.as_str().filter(|t| !t.is_empty());
        let missing = || Json::Object(vec![("error".into(), "Missing data attribute: queue_name".into())]);
        let queue = text("queue_name").ok_or_else(missing);
        Ok(match text("arguments").ok_or(Json::Null)?.to_ascii_lowercase().as_str() {
            "agent list" => objects(self.agent_rows(None)),
            "tier list" => objects(self.tier_rows(None)),
            "member list" => objects(self.member_rows(None)),
            "queue list" => self.queue_objects(),
            "queue list agents" => objects(self.queue_agents(queue?, None, None)),
            "queue list members" => objects(self.member_rows(Some(queue?))),
            "queue list tiers" => objects(self.tier_rows(Some(queue?))),
            _ => return Err(Json::Null),
        })
    }
}
