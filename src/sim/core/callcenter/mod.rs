//! mod_callcenter: its tables, and how its documents are loaded.
//!
//! The rules were read in FreeSWITCH 1.10.12's mod_callcenter.c; the names of functions in events are that file's.

mod agents;
mod command;
mod dispatch;
mod listing;
mod members;
mod offer;
mod offer_end;
mod order;
mod queues;
mod tiers;

use std::collections::{BTreeMap, VecDeque};

use super::events::Event;
use super::{ChanId, Core, Task};
use crate::clock::Millis;

pub(super) const SUBCLASS: &str = "callcenter::info";
const FILE: &str = "mod_callcenter.c";

/// A row of `agents`. Times in epoch seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Agent {
    name: String,
    uuid: Option<String>,
    kind: String,
    contact: Option<String>,
    status: String,
    state: String,
    max_no_answer: i64,
    wrap_up_time: i64,
    reject_delay_time: i64,
    busy_delay_time: i64,
    no_answer_delay_time: i64,
    last_bridge_start: i64,
    last_bridge_end: i64,
    last_offered_call: i64,
    last_status_change: i64,
    no_answer_count: i64,
    calls_answered: i64,
    talk_time: i64,
    ready_time: i64,
    external_calls_count: i64,
}

/// A row of `tiers`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tier {
    queue: String,
    agent: String,
    state: String,
    level: i64,
    position: i64,
}

/// A row of `members`. Times in epoch seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Member {
    queue: String,
    uuid: String,
    session_uuid: String,
    cid_number: String,
    cid_name: String,
    system_epoch: i64,
    joined_epoch: i64,
    rejoined_epoch: i64,
    bridge_epoch: i64,
    abandoned_epoch: i64,
    base_score: i64,
    skill_score: i64,
    serving_agent: String,
    serving_system: String,
    state: &'static str,
}

/// A queue as loaded: its parameters, and what it counted since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Queue {
    name: String,
    strategy: String,
    moh: Option<String>,
    record_template: Option<String>,
    time_base_score: String,
    ring_progressively_delay: i64,
    tier_rules_apply: bool,
    tier_rule_wait_second: i64,
    tier_rule_wait_multiply_level: bool,
    tier_rule_no_agent_no_wait: bool,
    discard_abandoned_after: i64,
    abandoned_resume_allowed: bool,
    max_wait_time: i64,
    max_wait_time_with_no_agent: i64,
    max_wait_time_with_no_agent_time_reached: i64,
    agent_no_answer_status: String,
    skip_agents_with_external_calls: bool,
    calls_answered: i64,
    calls_abandoned: i64,
    last_agent_exist: i64,
    last_agent_exist_check: i64,
}

/// A channel inside the application `callcenter`.
#[derive(Clone, Debug)]
struct Waiter {
    queue: String,
    member_uuid: String,
    called_epoch: i64,
    joined: Millis,
    app_serial: u64,
    /// Agents are being rung for it.
    connecting: bool,
    /// Its time is over, but an agent rings.
    overdue: bool,
    agent_found: bool,
}

/// The module's memory and database.
#[derive(Default)]
pub(super) struct CallCenter {
    loaded: bool,
    agents: Vec<Agent>,
    tiers: Vec<Tier>,
    members: Vec<Member>,
    queues: BTreeMap<String, Queue>,
    waiters: BTreeMap<ChanId, Waiter>,
    offers: BTreeMap<u64, offer::Offer>,
    /// The module's lock is held while an unknown queue is fetched; everything else waits here.
    locked: bool,
    waiting: VecDeque<Task>,
    dispatching: bool,
    /// The dispatch thread is gone.
    stopped: bool,
    /// Who waits for the module to be loaded.
    booting: Vec<Box<dyn FnOnce() + Send>>,
}

impl CallCenter {
    pub(super) fn loaded(&self) -> bool {
        self.loaded
    }

    /// The process died: memory is gone, the database stays as it was.
    pub(super) fn crash(&mut self) {
        self.loaded = false;
        self.queues.clear();
        self.waiters.clear();
        self.offers.clear();
        self.waiting.clear();
        self.locked = false;
        self.dispatching = false;
        self.stopped = false;
    }

    /// The database is gone.
    pub(super) fn lose_database(&mut self) {
        self.agents.clear();
        self.tiers.clear();
        self.members.clear();
    }

    fn agent(&mut self, name: &str) -> Option<&mut Agent> {
        self.agents.iter_mut().find(|a| a.name == name)
    }

    fn member(&mut self, uuid: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|m| m.uuid == uuid)
    }

    fn tier(&mut self, queue: &str, agent: &str) -> Option<&mut Tier> {
        self.tiers.iter_mut().find(|t| t.queue == queue && t.agent == agent)
    }
}

impl Core {
    /// Calls `then` once mod_callcenter is loaded; the event socket answers before that.
    pub fn when_loaded(&mut self, then: impl FnOnce() + Send + 'static) {
        if self.cc.loaded {
            then();
        } else {
            self.cc.booting.push(Box::new(then));
        }
    }

    /// Boot: the whole document, then everything left from before is put in order.
    pub(super) fn load_callcenter(&mut self) {
        self.fetch(
            "configuration",
            ["configuration", "name", "callcenter.conf"],
            &[],
            Box::new(|core, section| {
                core.cc.loaded = true;
                for agent in &mut core.cc.agents {
                    agent.state = "Waiting".into();
                    agent.uuid = Some(String::new());
                    agent.external_calls_count = 0;
                }
                let names: Vec<String> = core.cc.agents.iter().map(|a| a.name.clone()).collect();
                for tier in core.cc.tiers.iter_mut().filter(|t| names.contains(&t.agent)) {
                    tier.state = "Ready".into();
                }
                for member in &mut core.cc.members {
                    member.state = "Abandoned";
                    member.session_uuid.clear();
                }
                if let Some(config) = section.as_ref().and_then(queues::configuration) {
                    core.load_all(config);
                }
                core.dispatch_soon();
                for booted in std::mem::take(&mut core.cc.booting) {
                    booted();
                }
            }),
        );
    }

    /// Runs `task` when nobody holds the module's lock.
    fn with_lock_free(&mut self, task: Task) {
        if self.cc.locked {
            self.cc.waiting.push_back(task);
        } else {
            task(self);
        }
    }

    fn lock(&mut self) {
        self.cc.locked = true;
    }

    fn unlock(&mut self) {
        self.cc.locked = false;
        while !self.cc.locked
            && let Some(task) = self.cc.waiting.pop_front()
        {
            task(self);
        }
    }

    fn cc_event(&self, function: &'static str) -> Event {
        Event::custom(SUBCLASS, FILE, function)
    }

    /// `members-count`: those waiting or being tried.
    fn members_count(&mut self, queue: &str) {
        let count = self.cc.members.iter().filter(|m| m.queue == queue && ["Waiting", "Trying"].contains(&m.state)).count();
        let event = self
            .cc_event("cc_queue_count")
            .with("CC-Queue", queue)
            .with("CC-Action", "members-count")
            .with("CC-Count", count)
            .with("CC-Selection", "Single-Queue");
        self.fire(event);
    }
}
