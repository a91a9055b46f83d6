//! Agents: add, set, get, delete, and the events of it; tracked calls outside the queues.

use super::super::args::atoi;
use super::super::cause::ORIGINATOR_CANCEL;
use super::super::{ChanId, Core};
use super::Agent;

const STATUSES: [&str; 4] = ["Logged Out", "Available", "Available (On Demand)", "On Break"];
const STATES: [&str; 5] = ["Waiting", "Receiving", "In a queue call", "Idle", "Reserved"];

/// What is wrong with a command, in mod_callcenter's words.
pub(super) type Refusal = &'static str;

pub(super) fn status(text: &str) -> bool {
    STATUSES.iter().any(|s| s.eq_ignore_ascii_case(text))
}

fn agent_type(text: &str) -> bool {
    ["callback", "uuid-standby"].iter().any(|t| t.eq_ignore_ascii_case(text))
}

impl Core {
    pub(super) fn agent_add(&mut self, name: &str, kind: &str) -> Result<(), Refusal> {
        if !agent_type(kind) {
            return Err("Agent type invalid!");
        }
        if self.cc.agent(name).is_some() {
            return Err("Agent already exist!");
        }
        self.cc.agents.push(Agent {
            name: name.into(),
            kind: kind.into(),
            status: "Logged Out".into(),
            state: "Waiting".into(),
            ..Agent::default()
        });
        let event = self.cc_event("cc_agent_add").with("CC-Agent", name).with("CC-Agent-Type", kind).with("CC-Action", "agent-add");
        self.fire(event);
        Ok(())
    }

    pub(super) fn agent_del(&mut self, name: &str) {
        self.cc.agents.retain(|a| a.name != name);
        self.cc.tiers.retain(|t| t.agent != name);
    }

    pub(super) fn agent_get(&mut self, key: &str, name: &str) -> Result<String, Refusal> {
        let agent = self.cc.agent(name).ok_or("Agent not found!")?;
        let key = key.to_ascii_lowercase();
        let (header, value) = match key.as_str() {
            "status" => ("CC-Agent-Status", agent.status.clone()),
            "state" => ("CC-Agent-State", agent.state.clone()),
            "uuid" => ("CC-Agent-UUID", agent.uuid.clone().unwrap_or_default()),
            _ => return Err("Invalid Agent Update KEY!"),
        };
        let event = self.cc_event("cc_agent_get").with("CC-Agent", name).with("CC-Action", format!("agent-{key}-get")).with(header, &value);
        self.fire(event);
        Ok(value)
    }

    pub(super) fn agent_set(&mut self, key: &str, value: &str, name: &str) -> Result<(), Refusal> {
        let epoch = self.epoch_s();
        let agent = self.cc.agent(name).ok_or("Agent not found!")?;
        let number = atoi(value);
        match key.to_ascii_lowercase().as_str() {
            "status" => return self.agent_status(value, name),
            "state" => {
                if !STATES.iter().any(|s| s.eq_ignore_ascii_case(value)) {
                    return Err("Invalid Agent State!");
                }
                agent.state = value.into();
                if value.eq_ignore_ascii_case("Receiving") {
                    agent.last_offered_call = epoch;
                }
                self.agent_changed(name, "agent-state-change", "CC-Agent-State", value);
            }
            "contact" => {
                agent.contact = Some(value.into());
                self.agent_changed(name, "agent-contact-change", "CC-Agent-Contact", value);
            }
            "uuid" => agent.uuid = Some(value.into()),
            "type" if !agent_type(value) => return Err("Invalid Agent Type!"),
            "type" => agent.kind = value.into(),
            "ready_time" => agent.ready_time = number,
            "busy_delay_time" => agent.busy_delay_time = number,
            "reject_delay_time" => agent.reject_delay_time = number,
            "no_answer_delay_time" => agent.no_answer_delay_time = number,
            "max_no_answer" => agent.max_no_answer = number,
            "wrap_up_time" => agent.wrap_up_time = number,
            _ => return Err("Invalid Agent Update KEY!"),
        }
        Ok(())
    }

    fn agent_status(&mut self, value: &str, name: &str) -> Result<(), Refusal> {
        if !status(value) {
            return Err("Invalid Agent Status!");
        }
        let epoch = self.epoch_s();
        let available = value.eq_ignore_ascii_case("Available");
        if let Some(agent) = self.cc.agent(name)
            && !(available && agent.status == value)
        {
            agent.status = value.into();
            agent.last_status_change = epoch;
            if available {
                agent.talk_time = 0;
                agent.calls_answered = 0;
                agent.no_answer_count = 0;
            }
        }
        if !available {
            let member = self.cc.members.iter().find(|m| m.serving_agent == name && m.state != "Answered").map(|m| m.uuid.clone());
            if let Some(uuid) = member {
                self.after(0, move |core| core.hang_up_rung(&uuid, ORIGINATOR_CANCEL));
            }
        }
        self.agent_changed(name, "agent-status-change", "CC-Agent-Status", value);
        Ok(())
    }

    fn agent_changed(&mut self, name: &str, action: &str, header: &str, value: &str) {
        let event = self.cc_event("cc_agent_update").with("CC-Agent", name).with("CC-Action", action).with(header, value);
        self.fire(event);
    }

    /// Hangs up every leg that was rung for a member and is not its agent yet.
    pub(super) fn hang_up_rung(&mut self, member_uuid: &str, why: super::super::cause::Cause) {
        let legs: Vec<ChanId> = self
            .channels
            .iter()
            .filter(|(_, c)| c.up() && c.var("cc_member_pre_answer_uuid") == Some(member_uuid))
            .map(|(id, _)| *id)
            .collect();
        for leg in legs {
            self.hangup(leg, why);
        }
    }

    /// The application `callcenter_track`: this call counts as an external one of the agent until it ends.
    pub(in super::super) fn track(&mut self, id: ChanId, agent: &str) {
        if self.agent_get("status", agent).is_err() {
            return;
        }
        if let Some(row) = self.cc.agent(agent) {
            row.external_calls_count += 1;
        }
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.set("cc_tracked_agent", agent);
            channel.tracked_agent = Some(agent.into());
        }
    }

    /// A tracked call ended.
    pub(in super::super) fn untrack(&mut self, agent: &str) {
        if let Some(row) = self.cc.agent(agent) {
            row.external_calls_count -= 1;
        }
    }
}
