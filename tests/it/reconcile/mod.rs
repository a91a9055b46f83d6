//! The reconciler against either switch.
#![allow(clippy::unwrap_used, reason = "a test that fails here says where")]

pub(crate) mod rig;

use std::time::Duration;

use ccgate::domain::queue::Strategy;
use ccgate::domain::{QueueId, UserId};
use ccgate::reconcile::Outcome;
use ccgate::store;
use ccgate::switch::{QueueName, Step, StepError};
use libtest_mimic::Trial;
use rig::{Kind, Rig};
use tokio_util::sync::CancellationToken;

use crate::harness::freeswitch::live;
use crate::harness::trial;

/// Each scenario on the simulated switch and on FreeSWITCH.
macro_rules! scenarios {
    ($($name:ident),+ $(,)?) => {
        /// `sim_reconcile::*` and `live_reconcile::*`
        pub(crate) fn trials() -> Vec<Trial> {
            vec![
                $(trial(concat!("sim_reconcile::", stringify!($name)), || $name(Kind::Sim)),)+
                $(live(concat!("live_reconcile::", stringify!($name)), || $name(Kind::Live)),)+
            ]
        }
    };
}

scenarios!(
    an_empty_switch_gets_everything_and_then_nothing,
    drift_is_healed_and_what_is_others_is_left,
    words_and_numbers_that_the_switch_takes_and_cannot_use,
    what_fails_is_tried_again_and_the_rest_goes_on,
    a_change_of_configuration_is_there_when_it_says_so,
    a_restart_leaves_the_switch_as_desired,
    a_switch_that_is_away_is_not_waited_for,
    an_agent_that_is_being_changed_is_left_alone,
);

async fn an_empty_switch_gets_everything_and_then_nothing(kind: Kind) {
    let (rig, stop) = (Rig::start(kind).await, CancellationToken::new());
    rig.reconcile(&stop).await;
    assert_eq!(rig.shown().await, Rig::as_desired());
    assert_eq!(rig.settle().await.steps, 0);
    stop.cancel();
}

async fn drift_is_healed_and_what_is_others_is_left(kind: Kind) {
    let (rig, stop) = (Rig::start(kind).await, CancellationToken::new());
    rig.reconcile(&stop).await;
    for command in [
        "agent set status 1@lab.local 'Logged Out'",
        "agent set state 1@lab.local Idle",
        "agent set contact 1@lab.local user/1009@lab.local",
        "agent set no_answer_delay_time 1@lab.local 0",
        "agent set status 2@lab.local Available",
        "tier add 2@lab.local 2@lab.local 1 1",
        "tier set level 1@lab.local 1@lab.local 7",
        "agent add 99@lab.local callback",
        "agent set status 99@lab.local Available",
        "tier add 1@lab.local 99@lab.local 1 1",
        "agent add bob@lab.local callback",
        "agent add 99@other.net callback",
        "queue unload 2@lab.local",
    ] {
        assert_eq!(rig.config(command).await, "+OK", "{command}");
    }
    let report = rig.settle().await;
    assert_eq!((report.outcome, report.healed), (Outcome::Applied, report.steps), "{report:?}");
    let mut expected = Rig::as_desired();
    expected.extend(["agent 99@other.net Logged Out Waiting", "agent bob@lab.local Logged Out Waiting"].map(str::to_owned));
    expected.sort();
    assert_eq!(rig.shown().await, expected);
    assert_eq!(rig.settle().await.steps, 0);
    stop.cancel();
}

/// Commands take what no offer finds: words in another case, an agent that waits for no phone, a time that never comes.
async fn words_and_numbers_that_the_switch_takes_and_cannot_use(kind: Kind) {
    let (rig, stop) = (Rig::start(kind).await, CancellationToken::new());
    rig.reconcile(&stop).await;
    let columns = "name,type,status,state,wrap_up_time,ready_time";
    let before = rig.agent(1, columns).await;
    for command in [
        "agent set status 1@lab.local available",
        "agent set state 1@lab.local waiting",
        "agent set type 1@lab.local uuid-standby",
        "agent set wrap_up_time 1@lab.local -5",
        "agent set ready_time 1@lab.local 4000000000",
    ] {
        assert_eq!(rig.config(command).await, "+OK", "{command}");
    }
    assert_eq!(rig.agent(1, columns).await, ["1@lab.local", "uuid-standby", "available", "waiting", "-5", "4000000000"]);
    assert_eq!(rig.settle().await.healed, 5);
    assert_eq!(rig.agent(1, columns).await, before);
    assert_eq!(rig.settle().await.steps, 0);
    stop.cancel();
}

async fn what_fails_is_tried_again_and_the_rest_goes_on(kind: Kind) {
    let (rig, stop) = (Rig::start(kind).await, CancellationToken::new());
    rig.reconcile(&stop).await;
    rig.refuse_xml(true);
    for command in ["queue unload 2@lab.local", "agent set contact 1@lab.local user/1009@lab.local"] {
        assert_eq!(rig.config(command).await, "+OK", "{command}");
    }
    rig.reconciler.wake();
    let report = rig.report(|report| !report.failed.is_empty()).await;
    let load = Step::QueueLoad(QueueName::parse("2@lab.local").unwrap());
    assert_eq!((report.outcome, report.healed), (Outcome::Partly, 1), "{report:?}");
    assert_eq!(report.failed, [(load, StepError::QueueNotFound)]);
    // Nobody wakes it.
    rig.refuse_xml(false);
    rig.report(|report| report.outcome == Outcome::Applied).await;
    assert_eq!(rig.shown().await, Rig::as_desired());
    stop.cancel();
}

async fn a_change_of_configuration_is_there_when_it_says_so(kind: Kind) {
    let (rig, stop) = (Rig::start(kind).await, CancellationToken::new());
    rig.reconcile(&stop).await;
    let account = rig.account;
    rig.write(move |conn| {
        Box::pin(async move {
            let mut queue = store::queue::get(conn, account, QueueId(1)).await?.unwrap();
            queue.settings.strategy = Strategy::SequentiallyByNextAgentOrder;
            queue.settings.max_wait_time = 90;
            store::queue::update(conn, &queue).await?;
            store::queue::delete(conn, account, QueueId(2)).await?;
            store::user::delete(conn, account, UserId(2)).await?;
            Ok(())
        })
    })
    .await;
    assert_eq!(rig.settle().await.outcome, Outcome::Applied);
    let expected =
        ["agent 1@lab.local Available Waiting user/1001@lab.local", "queue 1@lab.local round-robin", "tier 1@lab.local 1@lab.local 1 2"];
    assert_eq!(rig.shown().await, expected);
    assert_eq!(rig.settle().await.steps, 0);
    stop.cancel();
}

async fn a_restart_leaves_the_switch_as_desired(kind: Kind) {
    let (mut rig, stop) = (Rig::start(kind).await, CancellationToken::new());
    rig.reconcile(&stop).await;
    let before = rig.reconciler.reports().borrow().core_uuid.clone();
    // Long gone, and still there when the switch comes back (trap 11).
    assert_eq!(rig.config("agent add 99@lab.local callback").await, "+OK");
    rig.restart().await;
    let report = rig.report(|report| report.outcome == Outcome::Applied && report.core_uuid != before).await;
    assert!(report.core_uuid.is_some());
    assert_eq!(rig.shown().await, Rig::as_desired());
    assert_eq!(rig.settle().await.steps, 0);
    stop.cancel();
}

async fn a_switch_that_is_away_is_not_waited_for(kind: Kind) {
    let (mut rig, stop) = (Rig::start(kind).await, CancellationToken::new());
    rig.reconcile(&stop).await;
    rig.stop().await;
    let account = rig.account;
    rig.write(move |conn| Box::pin(async move { store::queue::delete(conn, account, QueueId(2)).await.map(drop) })).await;
    let ticket = rig.reconciler.wake();
    let asked = tokio::time::Instant::now();
    assert!(!rig.reconciler.applied(ticket, Duration::from_secs(60)).await);
    assert!(asked.elapsed() < Duration::from_secs(30), "it was waited for");
    assert_eq!(rig.reconciler.reports().borrow().outcome, Outcome::Away);
    assert_eq!(rig.reconciler.desired().queues().count(), 1, "what is served is new all the same");
    stop.cancel();
}

async fn an_agent_that_is_being_changed_is_left_alone(kind: Kind) {
    let (rig, stop) = (Rig::start(kind).await, CancellationToken::new());
    rig.reconcile(&stop).await;
    let hold = rig.reconciler.hold(&[UserId(1)]);
    for command in ["agent set status 1@lab.local 'On Break'", "agent set status 2@lab.local Available"] {
        assert_eq!(rig.config(command).await, "+OK");
    }
    rig.reconciler.wake();
    let report = rig.report(|report| report.left_alone > 0).await;
    assert_eq!((report.outcome, report.left_alone, report.healed), (Outcome::Partly, 1, 1), "{report:?}");
    assert_eq!(rig.api("callcenter_config agent get status 1@lab.local").await, "On Break");
    drop(hold);
    rig.report(|report| report.outcome == Outcome::Applied).await;
    assert_eq!(rig.shown().await, Rig::as_desired());
    stop.cancel();
}
