//! Callers at the simulated switch, which is in this process; ccgate is not.

use std::time::Duration;

use ccgate::sim::Handle;
use ccgate::sim::phones::{Behaviour, CallPlan, Origin};
use ccgate::switch::fact;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, sleep, timeout};

use crate::joins::Joins;
use crate::journal::Journal;
use crate::settle::{log, told};
use crate::shared::drift::{self, settled};
use crate::shared::goals::Goals;
use crate::shared::serve::{Ccgate, DOMAIN, PHONE_PASSWORD, QUEUES, number};
use crate::shared::simulate;

/// 50 are to be carried, and 1,300 events a second; a call has 22 that ccgate listens to.
const CALLS_A_SECOND: u32 = 60;
const RING_MS: u64 = 200;
const TALK_MS: u64 = 1_500;
/// How long the last calls may take to be told when nobody calls any more.
const TOLD_WITHIN: Duration = Duration::from_secs(30);
/// What the switch does when the last call was told to have ended takes less.
const REST: Duration = Duration::from_secs(1);
/// The goals.
const CALLS_A_SECOND_MIN: f64 = 50.0;
const EVENTS_A_SECOND_MIN: f64 = 1_300.0;
const CORES_MAX: f64 = 1.0;
const MEMORY_MAX_MB: f64 = 150.0;

/// Calls for so long, and whether all goals were met.
pub async fn measure(lasting: Duration) -> bool {
    let journal = Journal::start().await;
    let ccgate = Ccgate::start().await;
    let agents = ccgate.seed(Some(journal.url())).await;
    let switch = simulate::start(&ccgate).await;
    settled(&ccgate).await;
    let answers = Behaviour::Answer { after_ms: RING_MS, talk_ms: None };
    for agent in &agents {
        switch.register(&agent.phone, DOMAIN, PHONE_PASSWORD, answers).await.expect("a phone registers");
    }
    ccgate.check_in(&agents).await;
    settled(&ccgate).await;
    let joins = Joins::listen(ccgate.esl, fact::subscriptions().expect("events")).await;

    let (logged, repaired, used, heard, begun) =
        (ccgate.log().len(), ccgate.repairs().await, ccgate.used(), joins.events(), Instant::now());
    let calls = call(&switch, lasting).await;
    let called_s = begun.elapsed().as_secs_f64();
    timeout(TOLD_WITHIN, joins.have_left(calls)).await.unwrap_or_else(|_| println!("not every caller left its queue"));
    timeout(TOLD_WITHIN, journal.has_ended(calls)).await.unwrap_or_else(|_| println!("not every call was told to have ended"));
    let cores = ccgate.used().cores_since(&used);
    sleep(REST).await;
    let (now_mb, peak_mb) = ccgate.memory_mb();
    let look = drift::look(&ccgate.database(), ccgate.esl).await;
    let (events, (waits, without)) = (joins.events() - heard, joins.take());

    println!("\nsimulated: {calls} calls to {} agents, {CALLS_A_SECOND} a second; ccgate has {now_mb:.0} MB at the end", agents.len());
    println!("join to bridge: median {:.0} ms, p99 {:.0} ms", waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    let mut goals = Goals::default();
    goals.at_least("simulated: calls a second", calls as f64 / called_s, CALLS_A_SECOND_MIN);
    goals.at_least("simulated: events of the switch a second", events as f64 / called_s, EVENTS_A_SECOND_MIN);
    goals.none("simulated: callers that were not put through", without);
    told(&mut goals, "simulated", &journal, calls);
    goals.at_most("simulated: cores", cores, CORES_MAX);
    goals.at_most("simulated: peak memory, MB", peak_mb, MEMORY_MAX_MB);
    goals.none("simulated: steps to make the switch as it should be", look.steps.len());
    goals.none("simulated: channels that are left", look.observed.channels.len());
    log(&mut goals, "simulated", &ccgate.log()[logged..]);
    goals.none("simulated: repairs", ccgate.repairs().await - repaired);
    look.steps.iter().take(5).for_each(|step| println!("  {step}"));
    switch.shutdown().await;
    goals.met()
}

/// Callers at the rate, each to the next queue; how many.
async fn call(switch: &Handle, lasting: Duration) -> usize {
    let begun = Instant::now();
    let mut ticks = interval(Duration::from_secs(1) / CALLS_A_SECOND);
    let (mut calls, mut dialling) = (0, JoinSet::new());
    while begun.elapsed() < lasting {
        ticks.tick().await;
        let from = Origin::Trunk { cid_number: format!("97250{calls:07}"), cid_name: String::new() };
        let plan = CallPlan { talk_ms: Some(TALK_MS), ..CallPlan::default() };
        let (switch, number) = (switch.clone(), number(calls % QUEUES));
        dialling.spawn(async move { switch.dial_with(from, &number, plan).await.expect("a call is let in") });
        calls += 1;
    }
    while dialling.join_next().await.is_some() {}
    calls
}
