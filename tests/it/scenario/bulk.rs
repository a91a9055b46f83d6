//! A user's command in the middle of a bulk. Counted in commands, with the answers of the switch held back; on the simulated switch, because nothing here
//! depends on what it answers.

use std::time::Duration;

use ccgate::domain::UserId;
use ccgate::esl::client::BULK_WINDOW;
use libtest_mimic::Trial;
use serde_json::json;

use super::agent_row;
use crate::harness::crowd::crowd;
use crate::harness::world::DOMAIN;
use crate::harness::{World, patience, trial};

const AGENTS: usize = 2_000;
const QUEUES: usize = 3;
/// The answers after which the switch is held back, each time in the middle of the bulk, which has some 18,000.
const HELD_AT: [usize; 2] = [4_000, 9_000];

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_a_pause_in_the_middle_of_a_bulk", || async {
        let mut world = World::start().await;
        a_pause_in_the_middle_of_a_bulk(&mut world).await;
        world.stop().await;
    })]
}

async fn a_pause_in_the_middle_of_a_bulk(w: &mut World) {
    let [first, second] = HELD_AT.map(|answers| w.wire().answered() + answers);
    w.wire().hold_answers(Some(first));
    let users = crowd(w.running().store(), w.account(), AGENTS, QUEUES).await;
    w.running().reconciler().wake();
    // One that the switch has already been given.
    held(w).await;
    pause(w, users[0], Some(second)).await;
    // And the one whose turn comes next: the steps that were worked out for it would make it available.
    held(w).await;
    let said = w.wire().heard();
    let last = users.iter().rposition(|user| said.contains(&format!(" {user}@{DOMAIN}"))).expect("an agent was told of");
    let next = users[last + 1];
    pause(w, next, None).await;
    w.reconciled().await;

    let said = w.wire().heard();
    for user in [users[0], next] {
        let statuses = said.lines().filter(|line| line.contains(&format!(" set status {user}@{DOMAIN} ")));
        let since: Vec<_> = statuses.skip_while(|line| !line.ends_with("'On Break'")).collect();
        assert!(!since.is_empty() && since.iter().all(|line| line.ends_with("'On Break'")), "the bulk took the pause back: {since:?}");
        let row = agent_row(w, user.0).await;
        assert!(row.contains("|On Break|Waiting|"), "{row}");
    }
    let tiers = w.ask_switch("callcenter_config tier list").await;
    assert_eq!(tiers.lines().filter(|line| line.contains("|Ready|")).count(), AGENTS * QUEUES);
}

/// Waits until the switch is held back and ccgate has said all that it may without an answer.
async fn held(w: &World) {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    patience("the bulk to be in the middle", async {
        w.wire().held().await;
        while unanswered(w, &w.wire().heard()) < BULK_WINDOW {
            looks.tick().await;
        }
    })
    .await;
}

/// How many of the commands in what was said are not answered.
fn unanswered(w: &World, said: &str) -> usize {
    said.lines().filter(|line| line.starts_with("api ")).count() - w.wire().answered()
}

/// Pauses an agent while the switch is held back, which it is no more from the time on at which the pause is said to it, until so many answers. In front of
/// it is one window at most.
async fn pause(w: &World, user: UserId, then_held_at: Option<usize>) {
    let own = format!("api callcenter_config agent set status {user}@{DOMAIN} 'On Break'");
    let said = async {
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        let before = patience("the pause to be said", async {
            loop {
                if let Some((before, _)) = w.wire().heard().split_once(&own) {
                    return unanswered(w, before);
                }
                looks.tick().await;
            }
        })
        .await;
        assert_eq!(before, BULK_WINDOW, "so many commands were before the pause");
        w.wire().hold_answers(then_held_at);
    };
    let path = format!("/api/cc_agent/setPause?user_id={user}&id=1");
    let (answer, ()) = tokio::join!(w.get(&path), said);
    assert_eq!((answer.status, answer.body), (200, json!({"success": true})));
}
