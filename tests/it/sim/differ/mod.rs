//! The simulated switch is held to the real one: both play the same random sequences of commands, phones' and callers' acts, and after each act that
//! is over their listings are the same, and so is what happened to each leg, agent, member and queue, in its order.
//!
//! `CCGATE_DIFFER=200` plays so many seeds and says what they came to (`just differ`); without it a few are played.

mod documents;
mod generate;
mod kept;
mod play;
mod seen;
mod side;

use std::sync::Arc;

use ccgate::clock::Clock;
use libtest_mimic::Trial;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::trial;
use crate::harness::freeswitch::live;
use seen::{Removed, first_difference};
use side::{Side, Stage};

/// Sequences that are played side by side at the one real switch.
const LANES: usize = 16;
/// Seeds of a run that nobody gave a number.
const SEEDS: u64 = 10;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        crate::harness::trial("sim::differ::a_difference_is_seen", a_difference_is_seen),
        trial("differ::a_seed_is_a_sequence", || assert_eq!(generate::sequence(7), generate::sequence(7))),
        live("sim::differ::random_sequences", random_sequences),
    ]
}

/// The same acts but for one: the comparison names it.
async fn a_difference_is_seen() {
    let acts = |status: &str| {
        let status = format!("cc agent set status a1@D {status}");
        ["cc agent add a1@D callback".to_owned(), status, "cc tier add longest@D a1@D".to_owned()]
    };
    let (one, _) = play::play(&mut Side::sim(1), 1, &acts("Available")).await;
    let (other, _) = play::play(&mut Side::sim(1), 1, &acts("'On Break'")).await;
    let (at, what) = first_difference(&one, &other).unwrap();
    assert_eq!(at, 1, "{what}");
    assert!(what.contains("status=On Break"), "{what}");
    assert_eq!(first_difference(&one, &one), None);
}

async fn random_sequences() {
    let seeds = std::env::var("CCGATE_DIFFER").ok().map_or(SEEDS, |count| count.parse().expect("CCGATE_DIFFER is a number of seeds"));
    let random = (1..=seeds).map(|seed| (format!("seed {seed}"), generate::sequence(seed)));
    let sequences: Vec<_> = kept::sequences().into_iter().chain(random).collect();
    let count = sequences.len();
    let stage = Arc::new(Stage::start().await);
    let begun = Clock::system().now();
    let mut outcomes = side_by_side(&stage, sequences).await;
    outcomes.sort_by_key(|outcome| outcome.place);
    let mut removed = Removed::new();
    let (mut acts, mut events) = (0, 0);
    for outcome in &outcomes {
        (acts, events) = (acts + outcome.acts, events + outcome.events);
        outcome.removed.iter().for_each(|(what, times)| *removed.entry(what).or_default() += times);
    }
    eprintln!("{count} sequences, {acts} acts, {events} events of the real switch, in {} s", Clock::system().now().since(begun) / 1_000);
    removed.iter().for_each(|(what, times)| eprintln!("  not compared: {times} {what}"));
    let wrong: Vec<String> = outcomes.into_iter().filter_map(|outcome| outcome.difference).collect();
    assert!(wrong.is_empty(), "{} of {count} sequences differ\n{}", wrong.len(), wrong.join("\n"));
    Arc::into_inner(stage).expect("all have played").stop().await;
}

/// What a sequence came to.
struct Outcome {
    place: u16,
    /// As far as both went.
    acts: usize,
    events: usize,
    removed: Removed,
    difference: Option<String>,
}

/// Plays them all, a few at a time, each in a place of its own.
async fn side_by_side(stage: &Arc<Stage>, sequences: Vec<(String, Vec<String>)>) -> Vec<Outcome> {
    let lanes = Arc::new(Semaphore::new(LANES));
    let mut playing = JoinSet::new();
    for (place, (name, acts)) in (1..).zip(sequences) {
        let (stage, lanes) = (stage.clone(), lanes.clone());
        playing.spawn(async move {
            let _lane = lanes.acquire_owned().await.expect("it is not closed");
            both(&stage, place, &name, &acts).await
        });
    }
    playing.join_all().await
}

async fn both(stage: &Stage, place: u16, name: &str, acts: &[String]) -> Outcome {
    let (real, removed) = play::play(&mut stage.player().await, place, acts).await;
    let (sim, _) = play::play(&mut Side::sim(u64::from(place)), place, acts).await;
    let difference = first_difference(&real, &sim).map(|(at, what)| {
        let told = acts[..=at.min(acts.len() - 1)].join("\n    ");
        format!("{name} differs after act {at}:\n    {told}\n  {what}")
    });
    let events = real.iter().flat_map(|seen| seen.events.values()).map(Vec::len).sum();
    Outcome { place, acts: real.len(), events, removed, difference }
}
