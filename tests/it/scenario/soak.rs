//! Random operations with faults: requests, calls, changes by hand, cuts, hangs, restarts, lost events. After three quiet passes nothing is left to be
//! done at the switch, and agents are shown as they are there.
//!
//! `CCGATE_SOAK=500` plays so many seeds on the simulated switch, `CCGATE_SOAK_LIVE=20` on a real one (`just soak`); without them a few are played.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use ccgate::reconcile::{Finding, Outcome};
use libtest_mimic::Trial;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, LocalSet};

use super::{ANSWERS, agent, agent_row, done, queue, resource};
use crate::facade::updateagentstate::{boss, does};
use crate::harness::freeswitch::live;
use crate::harness::phones::Behaviour;
use crate::harness::world::Kind;
use crate::harness::{Answer, World, patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("sim_random_operations_with_faults", || soak(Kind::Sim, seeds("CCGATE_SOAK", 12), 4)),
        live("live_random_operations_with_faults", || soak(Kind::Live, seeds("CCGATE_SOAK_LIVE", 2), 2)),
    ]
}

/// Operations of a seed.
const OPERATIONS: usize = 14;
/// Of a thousand events, how many are lost where some are.
const LOST_PER_MILLE: u16 = 150;
/// Queues that a seed makes at most.
const QUEUES_MAX: usize = 4;
const QUIET_PASSES: usize = 3;

/// The seeds to play: as many as the variable says, else a few; or the one of `CCGATE_SOAK_ONLY`, which is told as it is played.
fn seeds(name: &str, few: u64) -> RangeInclusive<u64> {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")));
    match number("CCGATE_SOAK_ONLY") {
        Some(seed) => seed..=seed,
        None => 1..=number(name).unwrap_or(few),
    }
}

async fn soak(kind: Kind, seeds: RangeInclusive<u64>, lanes: usize) {
    let lanes = Arc::new(Semaphore::new(lanes));
    let loud = seeds.start() == seeds.end();
    let count = seeds.clone().count();
    let all = LocalSet::new();
    let mut playing = JoinSet::new();
    let mut names = HashMap::new();
    for seed in seeds {
        let lanes = lanes.clone();
        let one = async move {
            let _lane = lanes.acquire_owned().await.expect("it is not closed");
            one(kind, seed, loud).await
        };
        names.insert(playing.spawn_local_on(one, &all).id(), seed);
    }
    let mut wrong = Vec::new();
    all.run_until(async {
        while let Some(played) = playing.join_next_with_id().await {
            match played {
                Ok((_, outcome)) => wrong.extend(outcome),
                Err(error) => wrong.push(format!("seed {}: {error}", names[&error.id()])),
            }
        }
    })
    .await;
    assert!(wrong.is_empty(), "{} of {count} seeds\n{}", wrong.len(), wrong.join("\n"));
}

/// What was wrong after a seed.
async fn one(kind: Kind, seed: u64, loud: bool) -> Option<String> {
    let mut w = World::on(kind).await;
    let mut chaos = Chaos::begin(&mut w, seed).await;
    let mut story = Vec::new();
    for _ in 0..OPERATIONS {
        let operation = chaos.next(&mut w).await;
        if loud {
            eprintln!("{operation}");
        }
        story.push(operation);
    }
    chaos.mend(&mut w).await;
    let wrong = chaos.wrong(&w).await;
    w.stop().await;
    wrong.map(|wrong| format!("seed {seed}: {wrong}\n  {}", story.join("\n  ")))
}

struct Chaos {
    rng: StdRng,
    /// Users with their phones; none of a user that was deleted.
    agents: Vec<(i64, i64)>,
    queues: Vec<i64>,
    pause: i64,
    made: usize,
}

impl Chaos {
    async fn begin(w: &mut World, seed: u64) -> Self {
        let rng = StdRng::seed_from_u64(seed);
        let mut agents = Vec::new();
        for (phone, behaviour) in [("1001", ANSWERS), ("1002", Behaviour::Busy), ("1003", Behaviour::RingOn)] {
            agents.push(agent(w, phone, behaviour).await);
        }
        let users: Vec<i64> = agents.iter().map(|(user, _)| *user).collect();
        let queues = vec![queue(w, "First", "7000", &users).await, queue(w, "Second", "7001", &users[..2]).await];
        boss(w).await;
        let pause = resource(w, "pause", json!({"name": "Made here"})).await;
        Self { rng, agents, queues, pause, made: 2 }
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.rng).expect("there is one")
    }

    fn agent(&mut self) -> (i64, i64) {
        let agents = self.agents.clone();
        self.pick(&agents)
    }

    fn queue(&mut self) -> i64 {
        let queues = self.queues.clone();
        self.pick(&queues)
    }

    /// Does one thing; what it was.
    async fn next(&mut self, w: &mut World) -> String {
        match self.rng.random_range(0..100) {
            0..50 => self.request(w).await,
            50..62 => self.by_hand(w).await,
            62..74 => self.call(w).await,
            _ => self.fault(w).await,
        }
    }

    async fn request(&mut self, w: &World) -> String {
        let (method, path, body) = self.a_request();
        let what = format!("{method} {path} {body}");
        let answer = ask(w, method, &path, body).await;
        let told = format!("{what}: {}", answer.status);
        // One that finds the switch away is told so.
        assert!(answer.status < 500 || answer.status == 503, "{told} {}", answer.body);
        if answer.status == 200 && path == "/api/cc_queue" {
            self.queues.extend(answer.body["data"]["id"].as_i64());
        }
        told
    }

    fn a_request(&mut self) -> (&'static str, String, Value) {
        let ((user, device), queue) = (self.agent(), self.queue());
        let verb = |path: &str| ("GET", format!("/api/cc_agent/{path}"), Value::Null);
        match self.rng.random_range(0..16) {
            0..5 => verb(&format!("checkInDevice?user_id={user}&device_id={device}&forceCheckOut=1")),
            5 | 6 => verb(&format!("checkOut?user_id={user}")),
            7 => verb(&format!("setPause?user_id={user}&id=0")),
            8 => verb(&format!("setPause?user_id={user}&id={}", self.pause)),
            9 => verb(&format!("setQueues?user_id={user}&queue_ids={queue}")),
            10 => verb(&format!("wrapup?user_id={user}&seconds={}", self.pick(&[0, 60]))),
            11 if self.queues.len() < QUEUES_MAX => {
                self.made += 1;
                let name = format!("Queue {}", self.made);
                (
                    "POST",
                    "/api/cc_queue".into(),
                    json!({"name": name, "strategy": "ring-all", "time_base_score": "queue", "users": [[user, 3, 1, 1]]}),
                )
            }
            12 if self.queues.len() > 1 => {
                self.queues.retain(|known| *known != queue);
                ("DELETE", format!("/api/cc_queue/{queue}"), Value::Null)
            }
            13 => {
                let strategy = self.pick(&["longest-idle-agent", "ring-all", "round-robin", "top-down"]);
                ("PUT", format!("/api/cc_queue/{queue}"), json!({"strategy": strategy, "max_wait_time": self.rng.random_range(30..90)}))
            }
            14 => ("PUT", format!("/api/cc_queue/{queue}/users"), json!({"users": [[user, 3, self.rng.random_range(1..4), 1]]})),
            15 if self.agents.len() > 2 => {
                self.agents.retain(|(known, _)| *known != user);
                ("DELETE", format!("/api/user/{user}"), Value::Null)
            }
            _ => ("POST", format!("/api/cc_queue/{queue}/users"), json!({"users": [[user, self.pick(&[1, 2, 3]), 1, 1]]})),
        }
    }

    /// Somebody at the switch's console.
    async fn by_hand(&mut self, w: &World) -> String {
        let ((user, _), queue) = (self.agent(), self.queue());
        let status = self.pick(&["Available", "'On Break'", "'Logged Out'", "'Available (On Demand)'"]);
        let stuck = self.pick(&["Idle", "Receiving", "Reserved", "'In a queue call'"]);
        let stays = self.pick(&["Offering", "Standby", "'Active Inbound'"]);
        let line = match self.rng.random_range(0..10) {
            0 | 1 => format!("agent set status {user}@lab.local {status}"),
            2 => format!("agent set contact {user}@lab.local user/1009@lab.local"),
            3 => format!("agent set {} {user}@lab.local 7", self.pick(&["wrap_up_time", "max_no_answer", "busy_delay_time"])),
            4 => format!("agent set state {user}@lab.local {stuck}"),
            9 => format!("tier set state {queue}@lab.local {user}@lab.local {stays}"),
            5 => format!("tier add {queue}@lab.local {user}@lab.local 3 3"),
            6 => format!("tier del {queue}@lab.local {user}@lab.local"),
            7 => format!("agent del {user}@lab.local"),
            _ => format!("queue unload {queue}@lab.local"),
        };
        let reply = w.ask_switch(&format!("callcenter_config {line}")).await;
        format!("{line}: {}", reply.trim())
    }

    /// Somebody calls a queue and waits, or everybody hangs up.
    async fn call(&mut self, w: &mut World) -> String {
        if self.rng.random_ratio(1, 3) {
            let reply = w.ask_switch("hupall NORMAL_CLEARING").await;
            return format!("hupall: {}", reply.trim());
        }
        let number = self.pick(&["97237000", "97237001"]);
        let call = w.phones.call_in("972501111111", number).await;
        // One that is still on its way would come after the last hangup.
        let taken = w.phones.answered(call).await;
        format!("a call to {number}{}", if taken { "" } else { ", refused" })
    }

    async fn fault(&mut self, w: &mut World) -> String {
        match self.rng.random_range(0..10) {
            0..3 => {
                w.cut();
                "cut".into()
            }
            3 | 4 => {
                w.take_switch_away_for_a_while().await;
                let meanwhile = self.request(w).await;
                let by_hand = self.by_hand(w).await;
                w.bring_switch_back().await;
                format!("away, meanwhile {meanwhile}, {by_hand}")
            }
            5 => {
                // ccgate says something to a switch that does not answer, until it does.
                w.hang(true);
                let (method, path, body) = self.a_request();
                let what = format!("{method} {path} {body}");
                let heard = w.said();
                let (answer, ()) = tokio::join!(ask(w, method, &path, body), async {
                    let mut looks = tokio::time::interval(std::time::Duration::from_millis(10));
                    // Ten looks: what needs no switch says nothing to it.
                    for _ in 0..10 {
                        if w.said() > heard {
                            break;
                        }
                        looks.tick().await;
                    }
                    w.hang(false);
                });
                if answer.status == 200 && path == "/api/cc_queue" {
                    self.queues.extend(answer.body["data"]["id"].as_i64());
                }
                format!("hangs in {what}: {}", answer.status)
            }
            6 => {
                w.restart_switch().await;
                "the switch restarts".into()
            }
            7 => {
                w.restart_ccgate().await;
                "ccgate restarts".into()
            }
            _ => {
                let lost = self.pick(&[0, LOST_PER_MILLE]);
                w.lose_events(lost).await;
                format!("{lost} of 1000 events are lost")
            }
        }
    }

    /// Nothing is broken any more, and nobody speaks.
    async fn mend(&mut self, w: &mut World) {
        w.lose_events(0).await;
        w.reconciled().await;
        w.ask_switch("hupall NORMAL_CLEARING").await;
        w.idle().await;
    }

    /// What is left to do after the quiet passes, or is shown otherwise than it is.
    async fn wrong(&self, w: &World) -> Option<String> {
        let reconciler = w.running().reconciler();
        for _ in 0..QUIET_PASSES {
            w.reconciled().await;
            let mut reports = reconciler.reports();
            reports.borrow_and_update();
            if stuck(w).await.is_some() {
                // What is stuck has to be so in two looks, of which the second comes by itself: docs/repair.md.
                patience("another look at what is stuck", reports.changed()).await.expect("ccgate runs");
            }
        }
        let ticket = reconciler.wake();
        let applied = reconciler.applied(ticket, std::time::Duration::from_secs(30)).await;
        let report = reconciler.reports().borrow().clone();
        // That a queue is drained is said until the service has forgotten its row.
        let found = report.findings.iter().any(|finding| !matches!(finding, Finding::Drained(_)));
        if !applied || report.outcome != Outcome::Applied || report.steps > 0 || found {
            return Some(format!("{report:?}"));
        }
        if let Some(row) = stuck(w).await {
            return Some(format!("still stuck: {row}"));
        }
        for (user, device) in &self.agents {
            let phone = done(w.get(&format!("/api/device/{device}")).await)["username"].as_str().expect("a phone").to_owned();
            let row = agent_row(w, *user).await;
            let shown = |doing: &str| match doing {
                "offline" => row.is_empty() || row.contains("|Logged Out|"),
                "paused" => row.contains("|On Break|"),
                "ready" | "unreachable" | "wrap_up" => row.contains("|Available|Waiting|"),
                _ => false,
            };
            let mut commits = w.running().store().committed();
            let mut doing = String::new();
            let agrees = async {
                loop {
                    let state = does(w, &format!("action=showstate&agent={phone}")).await;
                    doing = state["state"].as_str().unwrap_or_default().to_owned();
                    if shown(&doing) {
                        return;
                    }
                    commits.changed().await.expect("ccgate runs");
                }
            };
            if tokio::time::timeout(std::time::Duration::from_secs(10), agrees).await.is_err() {
                return Some(format!("{user} is shown as {doing}, and at the switch is {row:?}"));
            }
        }
        None
    }
}

/// A row of an agent or of a tier that says that there is a call, when there is none.
async fn stuck(w: &World) -> Option<String> {
    let tables = [w.ask_switch("callcenter_config agent list").await, w.ask_switch("callcenter_config tier list").await].concat();
    let states = ["|Receiving|", "|Reserved|", "|In a queue call|", "|Offering|", "|Standby|", "|Active Inbound|"];
    tables.lines().find(|row| states.iter().any(|state| row.contains(state))).map(str::to_owned)
}

async fn ask(w: &World, method: &str, path: &str, body: Value) -> Answer {
    match method {
        "POST" => w.post(path, body).await,
        "PUT" => w.put(path, body).await,
        "DELETE" => w.delete(path).await,
        _ => w.get(path).await,
    }
}
