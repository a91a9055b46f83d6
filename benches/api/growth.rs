//! The same change and reads with more and more agents, one client, in turn.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::Connection;
use crate::floor::{Floor, Layout};
use crate::shared::figures::median;
use crate::shared::goals::Goals;

const AGENTS: [usize; 4] = [10, 100, 1_000, 10_000];
const KINDS: [&str; 3] = ["a change", "a user by id", "a list of 100 queues"];
/// The goal.
const GROWTH_MAX: f64 = 1.5;

/// A ccgate of a size.
struct Size {
    client: Connection,
    changes: [Vec<u8>; 2],
    reads: [Vec<u8>; 2],
    took_ms: [Vec<f64>; 3],
    floor: Floor,
}

pub async fn measure(lasting: Duration, goals: &mut Goals) {
    let mut sizes = Vec::new();
    for agents in AGENTS {
        let floor = Floor::simulated(Layout::growing(agents)).await;
        let client = Connection::open(floor.ccgate.address).await;
        let (changes, reads) = (floor.changes(0), [floor.user_path(), floor.queues_path()].map(|path| floor.get(&path)));
        sizes.push(Size { client, changes, reads, took_ms: Default::default(), floor });
    }
    let begun = Instant::now();
    while begun.elapsed() < lasting {
        for Size { client, changes, reads, took_ms, .. } in &mut sizes {
            for change in changes {
                // A read after a change: nobody has asked that since.
                for (took, request) in took_ms.iter_mut().zip([&*change, &reads[0], &reads[1]]) {
                    took.push(client.timed(request).await);
                }
            }
        }
    }
    for (kind, what) in KINDS.iter().enumerate() {
        let medians: Vec<f64> = sizes.iter_mut().map(|size| median(&mut size.took_ms[kind])).collect();
        println!("\n{what}, with {AGENTS:?} agents: {medians:.3?} ms");
        for (agents, took) in AGENTS.iter().zip(&medians).skip(1) {
            goals.at_most(&format!("{what} with {agents} agents, to 10"), took / medians[0], GROWTH_MAX);
        }
    }
}
