//! A tiny model of the switch: what each step does to what it shows. And the property that a plan brings it to rest.

use proptest::prelude::*;

use super::super::build::tests::rows;
use super::*;
use crate::clock::Millis;
use crate::domain::{Agent, DeviceId, PauseId, QueueId, UserId};
use crate::reconcile::Options;
use crate::reconcile::build::{Rows, build};
use crate::switch::observed::{Channel, ObservedAgent, ObservedQueue, ObservedTier};
use crate::switch::status::AgentParam;
use crate::switch::{AgentName, AgentState, AgentStatus, TierState};

/// A switch that has been given these queues.
pub(super) struct Model<'a> {
    pub(super) observed: Observed,
    pub(super) served: ServedQueues,
    desired: &'a Desired,
    /// Whether the steps were done before, so that some of them find nothing to do.
    again: bool,
}

impl<'a> Model<'a> {
    pub(super) fn new(desired: &'a Desired, observed: Observed) -> Self {
        Self { observed, served: ServedQueues::default(), desired, again: false }
    }

    pub(super) fn plan(&self) -> Plan {
        plan(self.desired, &self.observed, &self.served)
    }

    pub(super) fn apply(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step);
        }
    }

    fn agent(&mut self, name: &impl ToString) -> &mut ObservedAgent {
        self.observed.agents.get_mut(&name.to_string()).expect("an agent is added before it is set")
    }

    fn tier(&mut self, queue: &impl ToString, agent: &impl ToString) -> &mut ObservedTier {
        let key = (queue.to_string(), agent.to_string());
        self.observed.tiers.get_mut(&key).expect("a tier is added before it is set")
    }

    fn step(&mut self, step: &Step) {
        let gone = |agent: &AgentName| !self.observed.agents.contains_key(&agent.to_string());
        if self.again && matches!(step, Step::AgentStatus(agent, _) if gone(agent)) {
            return;
        }
        match step {
            Step::AgentAdd(agent) => {
                let new = ObservedAgent {
                    status: Some(AgentStatus::LoggedOut),
                    state: Some(AgentState::Waiting),
                    params: PARAMS.map(|param| (param, 0)).into(),
                    ..ObservedAgent::default()
                };
                self.observed.agents.entry(agent.to_string()).or_insert(new);
            }
            Step::AgentContact(agent, contact) => self.agent(agent).contact = contact.to_string(),
            Step::AgentCallback(agent) => self.agent(agent).standby = false,
            Step::AgentSet(agent, param, value) => drop(self.agent(agent).params.insert(*param, *value)),
            Step::AgentReadyTime(agent, epoch_s) => self.agent(agent).ready_time_s = *epoch_s,
            Step::AgentStatus(agent, status) => {
                let again = self.again;
                let agent = self.agent(agent);
                assert!(again || agent.status != Some(*status), "a status that holds is not set again");
                if *status == AgentStatus::Available {
                    agent.no_answer_count = 0;
                }
                agent.status = Some(*status);
            }
            Step::AgentState(agent, state) => self.agent(agent).state = Some(*state),
            Step::AgentDel(agent) => {
                let name = agent.to_string();
                self.observed.agents.remove(&name);
                self.observed.tiers.retain(|(_, agent), _| *agent != name);
            }
            Step::TierAdd { queue, agent, level, position } => {
                assert!(self.observed.queues.contains_key(&queue.to_string()), "a queue is loaded before its tiers are added");
                self.agent(agent);
                let tier = ObservedTier { level: *level, position: *position, state: Some(TierState::Ready) };
                self.observed.tiers.entry((queue.to_string(), agent.to_string())).or_insert(tier);
            }
            Step::TierLevel(queue, agent, level) => self.tier(queue, agent).level = *level,
            Step::TierState(queue, agent, state) => self.tier(queue, agent).state = Some(*state),
            Step::TierPosition(queue, agent, position) => self.tier(queue, agent).position = *position,
            Step::TierDel(queue, agent) => drop(self.observed.tiers.remove(&(queue.to_string(), agent.to_string()))),
            Step::QueueLoad(queue) | Step::QueueReload(queue) => {
                let name = queue.to_string();
                let params = self.desired.queue(&name).expect("only a desired queue is loaded").params();
                let listed = params.iter().filter(|(name, _)| !name.starts_with("announce-"));
                let listed = listed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                self.served = std::mem::take(&mut self.served).with(&name, params.clone());
                self.observed.queues.insert(name, ObservedQueue(listed));
            }
            Step::QueueUnload(queue) => drop(self.observed.queues.remove(&queue.to_string())),
            Step::LegTransfer(..) | Step::LegKill(..) | Step::FlushUser(..) | Step::FlushUsers => {}
        }
    }
}

const PARAMS: [AgentParam; 5] = [
    AgentParam::WrapUpTime,
    AgentParam::RejectDelayTime,
    AgentParam::BusyDelayTime,
    AgentParam::NoAnswerDelayTime,
    AgentParam::MaxNoAnswer,
];

/// Agents 1 and 2 anywhere, in any of queues 1 and 2, paused or not.
fn some_rows() -> impl Strategy<Value = Rows> {
    let agent = (0..3_i64, prop::collection::btree_set(1..4_i64, 0..3), any::<bool>(), prop::option::of(0..9_000_i64));
    (agent.clone(), agent, 0..3_usize).prop_map(|(first, second, users)| {
        let mut rows = rows();
        rows.users.truncate(users);
        rows.agents = [(1, first), (2, second)]
            .into_iter()
            .map(|(user, (device, joined, paused, wrap_up))| Agent {
                // Two agents never sit at one phone.
                device_id: (device > 0).then(|| DeviceId(if user == 1 { device } else { 3 - device })),
                joined: joined.into_iter().map(QueueId).collect(),
                pause_id: paused.then_some(PauseId(1)),
                wrap_up_until: wrap_up.map(Millis),
                ..Agent::new(rows.accounts[0].id, UserId(user))
            })
            .collect();
        rows
    })
}

fn some_name() -> impl Strategy<Value = String> {
    let names = ["1@lab.local", "2@lab.local", "3@lab.local", "1@LAB.local", "1@other.net", "bob@lab.local", "01@lab.local"];
    prop::sample::select(names.to_vec()).prop_map(str::to_owned)
}

fn some_agent() -> impl Strategy<Value = ObservedAgent> {
    let status = [AgentStatus::LoggedOut, AgentStatus::OnBreak, AgentStatus::Available, AgentStatus::AvailableOnDemand];
    let state = [AgentState::Idle, AgentState::Waiting, AgentState::InAQueueCall];
    let status = prop::option::of(prop::sample::select(status.to_vec()));
    let state = prop::option::of(prop::sample::select(state.to_vec()));
    (status, state, 0..3_u32, 0..3_u32, 0..20_i64, -1..2_i64, any::<bool>()).prop_map(
        |(status, state, max, count, ready_time_s, external_calls, standby)| ObservedAgent {
            external_calls,
            standby,
            contact: "user/1001".to_owned(),
            status,
            state,
            params: PARAMS.map(|param| (param, max)).into(),
            no_answer_count: count,
            ready_time_s,
            ..ObservedAgent::default()
        },
    )
}

fn some_queue() -> impl Strategy<Value = ObservedQueue> {
    let value = prop::sample::select(vec!["longest-idle-agent", "ring-all"]);
    value.prop_map(|strategy| ObservedQueue([("strategy".to_owned(), strategy.to_owned())].into()))
}

fn some_switch() -> impl Strategy<Value = Observed> {
    let tier = (1..3_u32, 1..3_u32).prop_map(|(level, position)| ObservedTier { level, position, state: None });
    let channel = (any::<bool>(), some_name()).prop_map(|(phone, name)| Channel {
        presence_id: if phone { "phone1@lab.local".to_owned() } else { String::new() },
        application: "callcenter".to_owned(),
        application_data: name,
        ..Channel::default()
    });
    (
        prop::collection::btree_map(some_name(), some_agent(), 0..6),
        prop::collection::btree_map((some_name(), some_name()), tier, 0..8),
        prop::collection::btree_map(some_name(), some_queue(), 0..5),
        prop::collection::vec(channel, 0..3),
    )
        .prop_map(|(agents, tiers, queues, channels)| Observed { agents, tiers, queues, channels, ..Observed::default() })
}

/// What no step may touch.
fn foreign(observed: &Observed) -> Observed {
    let mut foreign = observed.clone();
    let ours = |name: &str| name.to_ascii_lowercase().ends_with("@lab.local") && name.starts_with(['1', '2', '3']);
    foreign.agents.retain(|name, _| !ours(name));
    foreign.queues.retain(|name, _| !ours(name));
    foreign.tiers.retain(|(queue, agent), _| !ours(agent) || !ours(queue));
    foreign.tiers.retain(|(_, agent), _| !ours(agent));
    foreign
}

proptest! {
    #[test]
    fn a_plan_brings_the_switch_to_rest(rows in some_rows(), observed in some_switch()) {
        let desired = build(rows, &Options::default());
        let mut model = Model::new(&desired, observed.clone());
        let steps = model.plan().steps;
        model.apply(&steps);
        prop_assert_eq!(model.plan().steps, Vec::new());
        prop_assert_eq!(foreign(&model.observed), foreign(&observed));
        let once = model.observed.clone();
        model.again = true;
        model.apply(&steps);
        prop_assert_eq!(model.observed, once);
    }

    /// A live change leads where the plan does.
    #[test]
    fn a_live_change_leaves_nothing_to_do(before in some_rows(), after in some_rows()) {
        let (before, after) = (build(before, &Options::default()), build(after, &Options::default()));
        let mut model = Model::new(&before, Observed::default());
        let steps = model.plan().steps;
        model.apply(&steps);
        for agent in after.agents() {
            let was = before.agent(&agent.name);
            if was.is_some_and(|was| was.online() && was.ready_at.is_some_and(|at| agent.ready_at.is_none_or(|now| now < at))) {
                continue;
            }
            for step in agent_steps(was, agent) {
                model.apply(&[step]);
            }
            let mut only = plan(&after, &model.observed, &model.served).steps;
            only.retain(|step| step.agent() == Some(&agent.name) && (agent.online() || !matches!(step, Step::AgentAdd(_) | Step::AgentSet(..))));
            prop_assert_eq!(only, Vec::new());
        }
    }
}
