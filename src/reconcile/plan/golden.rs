//! One golden file for each kind of drift (`golden/`): what was done to the switch, and what is done about it.

use std::collections::BTreeSet;

use tokio::time::{Duration, Instant};
use uuid::Uuid;

use super::super::build::tests::rows;
use super::model::Model;
use super::tests::{agent, desired, drifted};
use super::*;
use crate::clock::Millis;
use crate::domain::media::{Media, MediaPath};
use crate::domain::number::ExtensionNumber;
use crate::domain::queue::Drain;
use crate::domain::text::Label;
use crate::domain::{MediaId, PauseId, QueueId, Resource};
use crate::reconcile::Options;
use crate::reconcile::build::{Rows, build};
use crate::reconcile::flushes::Flushes;
use crate::reconcile::heal::{Healer, heal};
use crate::reconcile::reach;
use crate::reconcile::reloads::Reloads;
use crate::switch::observed::{Callers, Channel, Member, ObservedAgent, ObservedTier, Registration};
use crate::switch::status::AgentParam;
use crate::switch::{AgentState, AgentStatus, TierState};

const AGENT: &str = "1@lab.local";
const CHECKED_OUT: &str = "2@lab.local";

/// The file's name, what was done, and what is done about it.
type Drift = (&'static str, &'static str, Plan);

/// Each kind by its name, so that a new one cannot be forgotten here.
macro_rules! kinds {
    ($of:ident: $kind:ident { $($name:ident),+ $(,)? }) => {
        fn $of(one: &$kind) -> &'static str {
            match one {
                $($kind::$name { .. } => stringify!($name),)+
            }
        }

        impl $kind {
            const NAMES: &[&str] = &[$(stringify!($name)),+];
        }
    };
}

kinds!(step_kind: Step {
    AgentAdd, AgentContact, AgentCallback, AgentSet, AgentReadyTime, AgentStatus, AgentState, AgentDel, TierAdd, TierLevel, TierPosition, TierState,
    TierDel,    QueueLoad, QueueReload, QueueUnload, LegTransfer, LegKill, FlushUser, FlushUsers,
});
kinds!(finding_kind: Finding { MaxNoAnswer, Reachable, Follows, QueueNotTaken, Drained, NotOurs });

fn drifts() -> Vec<Drift> {
    [agents(), phones(), statuses(), tiers(), queues(), drains(), directory(), healed(), kept()].into_iter().flatten().collect()
}

#[test]
fn each_drift_has_its_golden() {
    for (name, what, plan) in drifts() {
        insta::with_settings!({ snapshot_path => "golden", prepend_module_to_snapshot => false, omit_expression => true, description => what }, {
            insta::assert_snapshot!(name, text(&plan));
        });
    }
}

#[test]
fn each_kind_is_in_a_golden() {
    let drifts = drifts();
    let steps: BTreeSet<_> = drifts.iter().flat_map(|(.., plan)| &plan.steps).map(step_kind).collect();
    assert_eq!(steps, Step::NAMES.iter().copied().collect());
    let findings: BTreeSet<_> = drifts.iter().flat_map(|(.., plan)| &plan.findings).map(finding_kind).collect();
    assert_eq!(findings, Finding::NAMES.iter().copied().collect());
}

#[test]
fn each_golden_is_of_a_drift() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/reconcile/plan/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let named: BTreeSet<_> = drifts().iter().map(|(name, ..)| format!("{name}.snap")).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), named);
}

/// The commands as they are typed at the switch's console, but for the contacts' variables; then what is left alone.
fn text(plan: &Plan) -> String {
    let line = |step: &Step| match step.api().unwrap().line().split_once("'[") {
        Some((head, contact)) => format!("{head}'[..]{}", contact.split_once(']').unwrap().1),
        None => step.api().unwrap().line(),
    };
    let left = plan.findings.iter().map(|finding| format!("left alone: {}", finding.summary()));
    let lines: Vec<_> = plan.steps.iter().map(line).chain(left).collect();
    if lines.is_empty() { "nothing to do".to_owned() } else { lines.join("\n") }
}

fn agents() -> Vec<Drift> {
    let of = |change: &dyn Fn(&mut Observed)| drifted(&desired(|_| {}), change);
    let set = |param: AgentParam, value: Option<u32>| {
        of(&move |switch| match value {
            Some(value) => drop(agent(switch, AGENT).params.insert(param, value)),
            None => drop(agent(switch, AGENT).params.remove(&param)),
        })
    };
    let wraps_up = |now_s: i64, seen_s: i64| {
        let until_50 = desired(|rows| rows.agents[0].wrap_up_until = Some(Millis(50_999)));
        drifted(&until_50, |switch| (switch.now_s, agent(switch, AGENT).ready_time_s) = (now_s, seen_s))
    };
    let rows_of_others = |switch: &mut Observed| {
        let like = agent(switch, AGENT).clone();
        switch.agents.extend(["bob@lab.local", "9@other.net"].map(|name| (name.to_owned(), like.clone())));
        switch.queues.insert("support@lab.local".to_owned(), switch.queues[AGENT].clone());
        tier(switch, "support@lab.local", AGENT, 1, 1);
        tier(switch, "9@other.net", "9@other.net", 1, 1);
    };
    let unwanted = |switch: &mut Observed| {
        let like = agent(switch, AGENT).clone();
        switch.agents.insert("9@lab.local".to_owned(), like);
        tier(switch, "1@lab.local", "9@lab.local", 1, 1);
    };
    vec![
        ("switch_empty", "the switch knows nothing", plan(&desired(|_| {}), &Observed::default(), &ServedQueues::default())),
        ("agent_missing", "the agent was deleted; its tier was left", of(&|switch| drop(switch.agents.remove(AGENT)))),
        ("agent_unwanted", "there is an agent that is no user of ours", of(&unwanted)),
        ("agent_of_others", "there are agents, queues and tiers whose names are not ours", of(&rows_of_others)),
        ("agent_contact", "the contact was changed", of(&|switch| agent(switch, AGENT).contact = "user/1009@lab.local".to_owned())),
        ("agent_standby", "the type was changed to uuid-standby", of(&|switch| agent(switch, AGENT).standby = true)),
        ("agent_number", "a number was changed", set(AgentParam::WrapUpTime, Some(99))),
        ("agent_number_unreadable", "a number was changed to one below 0", set(AgentParam::BusyDelayTime, None)),
        ("agent_wrap_up_lost", "the end of a wrap-up that was extended was set back", wraps_up(40, 20)),
        ("agent_wrap_up_delayed", "mod_callcenter itself delayed the next offer beyond the end of a wrap-up", wraps_up(52, 56)),
        (
            "agent_ready_far_away",
            "the agent was told to wait for a time that is further away than any delay of the switch's own",
            of(&|switch| (switch.now_s, agent(switch, AGENT).ready_time_s) = (40, 4_000)),
        ),
        (
            "agent_on_less_than_no_call",
            "the agent was made anew while on a call outside its queues, and the end of that call was counted",
            of(&|switch| agent(switch, AGENT).external_calls = -1),
        ),
    ]
}

/// What a pass asks about instead of doing.
fn phones() -> Vec<Drift> {
    let of = |desired: &Desired, phones: &[(&str, &str)]| {
        let listed = |(user, realm): &(&str, &str)| Registration { user: (*user).to_owned(), realm: (*realm).to_owned(), expires_s: 0 };
        let listed: Vec<_> = phones.iter().map(listed).collect();
        Plan { steps: Vec::new(), findings: reach::doubted(desired, &listed).map(Finding::Reachable).collect() }
    };
    let lost = desired(|rows| rows.agents[0].unreachable_since = Some(Millis(1)));
    vec![
        (
            "phone_gone",
            "the agent's phone is not registered, but one of that name elsewhere is",
            of(&desired(|_| {}), &[("Phone1", "other.net")]),
        ),
        ("phone_back", "the agent's phone, which was gone, is registered", of(&lost, &[("phone1", "LAB.local")])),
        ("phone_as_known", "the agent's phone is registered, as is known", of(&desired(|_| {}), &[("Phone1", "lab.local")])),
    ]
}

fn statuses() -> Vec<Drift> {
    let of = |desired: &Desired, name: &str, status: Option<AgentStatus>| drifted(desired, |switch| agent(switch, name).status = status);
    let in_state = |state: Option<AgentState>| drifted(&desired(|_| {}), |switch| agent(switch, AGENT).state = state);
    let paused = desired(|rows| rows.agents[0].pause_id = Some(PauseId(1)));
    let twice = desired(|rows| rows.users[0].settings.overrides.max_no_answer = Some(2));
    let gave_up = drifted(&twice, |switch| {
        let agent = agent(switch, AGENT);
        (agent.status, agent.no_answer_count) = (Some(AgentStatus::OnBreak), 2);
    });
    let rung_elsewhere = drifted(&paused, |switch| {
        let agent = agent(switch, AGENT);
        (agent.status, agent.contact) = (Some(AgentStatus::Available), "user/1009@lab.local".to_owned());
    });
    let checked_in = drifted(&desired(|_| {}), |switch| {
        agent(switch, CHECKED_OUT).status = Some(AgentStatus::Available);
        tier(switch, "2@lab.local", CHECKED_OUT, 1, 1);
    });
    let as_is = desired(|_| {});
    vec![
        ("status_logged_out", "the agent was logged out at the switch", of(&as_is, AGENT, Some(AgentStatus::LoggedOut))),
        ("status_on_break", "the agent was put on break at the switch, although it answers", of(&twice, AGENT, Some(AgentStatus::OnBreak))),
        ("status_on_demand", "the agent was made available for one call", of(&as_is, AGENT, Some(AgentStatus::AvailableOnDemand))),
        ("status_in_another_case", "the status was set as `available`, which no offer finds", of(&as_is, AGENT, None)),
        ("status_gave_up", "mod_callcenter put the agent on break because it did not answer", gave_up),
        ("status_paused", "an agent that is paused was made available, and its contact was changed", rung_elsewhere),
        ("status_checked_out", "an agent that is checked out was made available, in a queue", checked_in),
        ("state_idle", "the agent is idle", in_state(Some(AgentState::Idle))),
        ("state_in_another_case", "the state was set as `waiting`, which cannot be reserved", in_state(None)),
    ]
}

fn tiers() -> Vec<Drift> {
    let of = |change: &dyn Fn(&mut Observed)| drifted(&desired(|_| {}), change);
    vec![
        ("tier_missing", "the tier was deleted", of(&|switch| switch.tiers.clear())),
        ("tier_level", "the level was changed", of(&|switch| tier(switch, "1@lab.local", AGENT, 3, 2))),
        ("tier_position", "the position was changed", of(&|switch| tier(switch, "1@lab.local", AGENT, 1, 4))),
        ("tier_unwanted", "the agent was put into a queue that it has not joined", of(&|switch| tier(switch, "2@lab.local", AGENT, 1, 1))),
        ("tier_of_nobody", "an agent is gone and its tier is left", of(&|switch| tier(switch, "1@lab.local", "9@lab.local", 1, 1))),
    ]
}

fn queues() -> Vec<Drift> {
    let of = |change: &dyn Fn(&mut Observed)| drifted(&desired(|_| {}), change);
    let ring_all = |switch: &mut Observed| {
        switch.queues.get_mut("1@lab.local").unwrap().0.insert("strategy".to_owned(), "ring-all".to_owned());
    };
    let unwanted = |switch: &mut Observed| {
        let like = switch.queues["1@lab.local"].clone();
        switch.queues.extend(["8@lab.local", "9@lab.local"].map(|name| (name.to_owned(), like.clone())));
        let application_data = "8@lab.local".to_owned();
        switch.channels.push(Channel { application: "callcenter".to_owned(), application_data, ..Channel::default() });
    };
    // What the switch takes is not what we serve: it shows the same after the reload.
    let (wanted, now, mut reloads) = (desired(|_| {}), Instant::now(), Reloads::default());
    let (mut first, mut again) = (drifted(&wanted, ring_all), drifted(&wanted, ring_all));
    reloads.limit(&wanted, &mut first, now);
    reloads.limit(&wanted, &mut again, now + Duration::from_secs(30));
    vec![
        ("queue_missing", "the queue was unloaded", of(&|switch| drop(switch.queues.remove("2@lab.local")))),
        ("queue_parameter", "a parameter of the queue is another one", of(&ring_all)),
        ("queue_announcement", "the queue was given an announcement, which no listing shows", announced()),
        ("queue_not_taken", "the queue was reloaded, and is as it was", again),
        ("queue_unwanted", "two queues are no more, and in one of them is a caller", of(&unwanted)),
    ]
}

/// A queue gets an announcement after it was served without one.
fn announced() -> Plan {
    let with = |media: Vec<Resource<Media>>| {
        let mut rows = Rows { media, ..rows() };
        rows.queues[0].settings.announce_id = Some(MediaId(1));
        rows.queues[0].settings.announce_frequency = 30;
        build(rows, &Options::default())
    };
    let settings = Media::File { path: MediaPath::parse("announce.wav").unwrap() };
    let sound = Resource { id: MediaId(1), account_id: rows().accounts[0].id, name: Label::new("Announcement").unwrap(), settings };
    let (before, after) = (with(Vec::new()), with(vec![sound]));
    let mut model = Model::new(&before, Observed::default());
    let steps = model.plan().steps;
    model.apply(&steps);
    // Not known, as after a restart of ccgate: not reloaded on a suspicion.
    assert_eq!(plan(&after, &model.observed, &ServedQueues::default()), Plan::default());
    plan(&after, &model.observed, &model.served)
}

fn drains() -> Vec<Drift> {
    let of = |exit: Option<&str>, member: Option<&str>, loaded: bool| {
        let desired = desired(|rows| {
            let exit = exit.map(|number| ExtensionNumber::parse(number).unwrap());
            rows.drains.push(Drain { queue_id: QueueId(9), account_id: rows.accounts[0].id, exit });
        });
        let queue = "9@lab.local".to_owned();
        let row = |state: &str| Member {
            queue: queue.clone(),
            session_uuid: Uuid::from_u128(7).to_string(),
            state: state.to_owned(),
            ..Member::default()
        };
        let members = member.map(row).into_iter().collect();
        let queues = loaded.then(|| queue.clone()).into_iter().collect();
        drain(&desired, &Callers { members, queues, ..Callers::default() })
    };
    vec![
        ("drain_to_an_exit", "the queue was deleted while a caller waits in it", of(Some("700"), Some("Waiting"), true)),
        ("drain_without_exit", "the same, and the queue has no exit", of(None, Some("Trying"), true)),
        ("drain_who_talks", "the queue was deleted while a caller of it talks to an agent", of(None, Some("Answered"), true)),
        ("drain_done", "the deleted queue is gone, and nobody is left in it", of(None, None, false)),
    ]
}

fn directory() -> Vec<Drift> {
    let steps = |flushes: &mut Flushes| Plan { steps: flushes.take(), findings: Vec::new() };
    let mut flushes = Flushes::at_start();
    let start = steps(&mut flushes);
    flushes.changed(&desired(|_| {}), &desired(|rows| drop(rows.devices.remove(0))));
    vec![("directory_at_start", "ccgate has started", start), ("directory_user", "a phone was deleted", steps(&mut flushes))]
}

fn kept() -> Vec<Drift> {
    let plan = plan(&kept_tests::desired(), &kept_tests::observed(), &ServedQueues::default());
    vec![("kept_names", "one of two queues that were there before is managed; by hand its agents and the other's are set otherwise", plan)]
}

/// What is cured is in `heal`'s own table.
fn healed() -> Vec<Drift> {
    let desired = desired(|_| {});
    let mut model = Model::new(&desired, Observed::default());
    let steps = model.plan().steps;
    model.apply(&steps);
    let mut seen = model.observed.clone();
    seen.tiers.values_mut().for_each(|tier| tier.state = Some(TierState::Standby));
    seen.agents.insert("bob@other.net".to_owned(), ObservedAgent::default());
    let steps = heal(&desired, &seen, &seen).into_iter().flat_map(|(_, cure)| cure.steps).collect();
    let findings = Healer::default().others(&desired, &seen).map(Finding::NotOurs).into_iter().collect();
    vec![("healed", "a tier is stuck in a state without a call, and there is an agent in another domain", Plan { steps, findings })]
}

fn tier(switch: &mut Observed, queue: &str, agent: &str, level: u32, position: u32) {
    switch.tiers.insert((queue.to_owned(), agent.to_owned()), ObservedTier { level, position, ..ObservedTier::default() });
}
