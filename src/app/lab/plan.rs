//! What callers and agents will do. The same seed gives the same: no clock, no switch.

use std::ops::Range;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::seed::QUEUE_NUMBERS;
use crate::sim::phones::Behaviour;

/// How long a caller waits for an agent before it gives up, in milliseconds: at least the first, in the mean the second.
const PATIENCE_MS: (f64, f64) = (3_000.0, 25_000.0);
/// How long a caller talks, in milliseconds: in the mean.
const TALK_MS: f64 = 12_000.0;
/// How long an agent stays in a call before it hangs up itself, in milliseconds: at least the first, in the mean the second. It ends what it dialled.
const STAY_MS: (f64, f64) = (5_000.0, 60_000.0);
/// How long an agent does the same, in milliseconds: in the mean.
const MOOD_MS: f64 = 20_000.0;
/// How long an agent pauses or is away, in milliseconds.
const ABSENCE_MS: Range<u64> = 10_000..60_000;
/// How long a phone rings before its agent answers, in milliseconds.
const ANSWER_MS: Range<u64> = 500..5_000;
/// No wait of the lab is longer, in milliseconds.
const LONGEST_MS: f64 = 600_000.0;

/// Somebody from outside.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Caller {
    /// How long after the caller before, in milliseconds.
    pub(super) after_ms: u64,
    /// Whom it calls.
    pub(super) number: &'static str,
    /// Its own number.
    pub(super) from: String,
    /// When it gives up, in milliseconds.
    pub(super) patience_ms: u64,
    /// How long it talks, in milliseconds.
    pub(super) talk_ms: u64,
}

/// What an agent does next.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// How long after the step before, in milliseconds.
    pub(super) after_ms: u64,
    pub(super) act: Act,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    /// From now on its phone is answered so.
    Phone(Behaviour),
    /// Takes a pause.
    Pause,
    /// Ends it.
    Resume,
    /// Checks out.
    Leave,
    /// Checks in again.
    Return,
    /// Calls a number outside by the API.
    Call(String),
}

/// The callers: a Poisson process, so that they come in bunches as callers do; the first comes at once, so that there is something to see.
pub(super) fn callers(seed: u64, calls_per_minute: f64) -> impl Iterator<Item = Caller> {
    let mut random = StdRng::seed_from_u64(seed);
    std::iter::repeat_with(move || Caller {
        after_ms: exponential_ms(&mut random, 60_000.0 / calls_per_minute),
        number: QUEUE_NUMBERS[random.random_range(0..QUEUE_NUMBERS.len())],
        from: outside(&mut random),
        patience_ms: at_least_ms(&mut random, PATIENCE_MS),
        talk_ms: exponential_ms(&mut random, TALK_MS),
    })
    .enumerate()
    .map(|(place, caller)| Caller { after_ms: if place == 0 { 0 } else { caller.after_ms }, ..caller })
}

/// The steps of the agent in that place, who is checked in and answers at first. Each agent has its own: more of them change nobody's.
pub(super) fn agent(seed: u64, place: u64) -> impl Iterator<Item = Step> {
    let mut random = StdRng::seed_from_u64(seed);
    // A stream of its own that the callers' is no part of.
    random = StdRng::seed_from_u64(random.random::<u64>() ^ (place + 1));
    let mut away: Option<Act> = None;
    std::iter::repeat_with(move || {
        if let Some(back) = away.take() {
            return Step { after_ms: random.random_range(ABSENCE_MS), act: back };
        }
        let after_ms = exponential_ms(&mut random, MOOD_MS);
        let act = match random.random_range(0..100) {
            0..70 => Act::Phone(mood(&mut random)),
            70..82 => Act::Pause,
            82..92 => Act::Call(outside(&mut random)),
            _ => Act::Leave,
        };
        away = match act {
            Act::Pause => Some(Act::Resume),
            Act::Leave => Some(Act::Return),
            _ => None,
        };
        Step { after_ms, act }
    })
}

/// Most calls are answered, some are rejected or missed.
fn mood(random: &mut StdRng) -> Behaviour {
    let stay_ms = at_least_ms(random, STAY_MS);
    match random.random_range(0..100) {
        0..88 => Behaviour::Answer { after_ms: random.random_range(ANSWER_MS), talk_ms: Some(stay_ms) },
        88..94 => Behaviour::Reject,
        _ => Behaviour::RingOn,
    }
}

fn outside(random: &mut StdRng) -> String {
    format!("1555{:07}", random.random_range(0..10_000_000))
}

fn exponential_ms(random: &mut StdRng, mean_ms: f64) -> u64 {
    at_least_ms(random, (0.0, mean_ms))
}

/// At least the first, in the mean the second.
fn at_least_ms(random: &mut StdRng, (least_ms, mean_ms): (f64, f64)) -> u64 {
    let left: f64 = 1.0 - random.random::<f64>();
    let ms = least_ms - (mean_ms - least_ms) * left.ln();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the longest wait")]
    let ms = ms.min(LONGEST_MS) as u64;
    ms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same() {
        let of = |seed| (callers(seed, 60.0).take(500).collect::<Vec<_>>(), agent(seed, 1).take(500).collect::<Vec<_>>());
        assert_eq!(of(7), of(7));
        assert_ne!(of(7).0, of(8).0);
        assert_ne!(of(7).1, of(8).1);
        assert_eq!(callers(7, 0.01).next().map(|first| first.after_ms), Some(0), "there is something to see");
        assert!(agent(7, 0).take(20).ne(agent(7, 1).take(20)), "each agent is its own");
    }

    #[test]
    fn so_many_callers_a_minute_and_as_irregular_as_callers_are() {
        let gaps: Vec<f64> = callers(1, 60.0).take(20_000).map(|caller| caller.after_ms as f64).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let deviation = (gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64).sqrt();
        assert!((mean - 1_000.0).abs() < 30.0, "{mean} ms");
        assert!((deviation / mean - 1.0).abs() < 0.05, "{deviation} ms");
        assert!(callers(1, 60.0).take(20_000).all(|caller| caller.patience_ms >= 3_000));
    }

    #[test]
    fn agents_answer_mostly_and_come_back() {
        let acts: Vec<Act> = agent(3, 0).take(20_000).map(|step| step.act).collect();
        let share = |is: fn(&Act) -> bool, of: fn(&Act) -> bool| {
            acts.iter().filter(|act| is(act)).count() as f64 / acts.iter().filter(|act| of(act)).count() as f64
        };
        let answers = share(|act| matches!(act, Act::Phone(Behaviour::Answer { .. })), |act| matches!(act, Act::Phone(_)));
        assert!((answers - 0.88).abs() < 0.02, "{answers}");
        for two in acts.windows(2) {
            assert_eq!(two[0] == Act::Pause, two[1] == Act::Resume);
            assert_eq!(two[0] == Act::Leave, two[1] == Act::Return);
        }
    }
}
