//! Events at a rate, and how long each takes.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::rig::Rig;
use super::sink::Sink;

/// Milliseconds each.
pub type Latencies = Vec<f64>;

/// How often something is said: what lies between two ticks is said at once, and waits for itself.
const TICK: Duration = Duration::from_millis(1);

/// Events a second that come when all are said at once, to all sinks alike.
pub async fn saturate(rig: &Rig, sinks: &[Sink], events: usize) -> f64 {
    // Connections are made and files grow.
    for round in [events / 4, events] {
        let each = round / sinks.len();
        let begun = Instant::now();
        for n in 0..each * sinks.len() {
            rig.ring(n % sinks.len());
        }
        for sink in sinks {
            sink.has(each).await;
        }
        let seconds = begun.elapsed().as_secs_f64();
        sinks.iter().for_each(|sink| drop(sink.take()));
        if round == events {
            return (each * sinks.len()) as f64 / seconds;
        }
    }
    0.0
}

/// Says `rate` events a second in all, of every account of the rig in turn, and how long those to the sinks take: the first accounts' ones.
pub async fn latencies(rig: &Rig, sinks: &[Sink], rate: f64, lasting: Duration) -> Latencies {
    let mut said: Vec<HashMap<String, Instant>> = vec![HashMap::new(); sinks.len()];
    let begun = Instant::now();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut count = 0;
    while begun.elapsed() < lasting {
        ticks.tick().await;
        let due = (begun.elapsed().as_secs_f64() * rate) as usize;
        while count < due {
            let account = count % rig.accounts();
            let at = Instant::now();
            let leg = rig.ring(account);
            if let Some(said) = said.get_mut(account) {
                said.insert(leg, at);
            }
            count += 1;
        }
    }
    let mut took = Vec::new();
    for (sink, said) in sinks.iter().zip(said) {
        sink.has(said.len()).await;
        let came = sink.take();
        took.extend(said.iter().map(|(leg, at)| came[leg].duration_since(*at).as_secs_f64() * 1_000.0));
    }
    took
}

/// So many percent are at most this.
pub fn percentile(took: &[f64], percent: usize) -> f64 {
    let mut took = took.to_vec();
    took.sort_by(f64::total_cmp);
    took[(took.len() * percent / 100).min(took.len() - 1)]
}
