//! What ccgate needs: memory, idle and with all that it can do, its file, and how long it takes to start.

use std::time::Duration;

use tokio::time::sleep;

use crate::client::rate;
use crate::floor::{Floor, Layout};
use crate::shared::figures::median;
use crate::shared::goals::Goals;

const AGENTS: usize = 1_000;
const MANY_AGENTS: usize = 10_000;
const CLIENTS: usize = 64;
/// After it has made the switch as it should be.
const IDLE: Duration = Duration::from_secs(5);
const STARTS: usize = 3;
/// The goal.
const IDLE_MAX_MB: f64 = 60.0;

pub async fn measure(lasting: Duration, goals: &mut Goals) {
    let mut floor = Floor::simulated(Layout::even(AGENTS)).await;
    let (_, made_mb) = floor.ccgate.memory_mb();
    floor.ccgate.restart().await;
    sleep(IDLE).await;
    let (idle_mb, _) = floor.ccgate.memory_mb();
    let request = |client: usize| {
        let [pause, resume] = floor.changes(client);
        vec![pause, floor.get(&floor.user_path()), resume, floor.get(&floor.queues_path())]
    };
    let asked = rate(floor.ccgate.address, (0..CLIENTS).map(request).collect(), lasting / 2).await;
    let (after_mb, loaded_mb) = floor.ccgate.memory_mb();
    let bytes = std::fs::metadata(env!("CARGO_BIN_EXE_ccgate")).expect("a file").len();
    println!("\n{AGENTS} agents: {made_mb:.0} MB at most while the switch was told of all of them");
    println!("{CLIENTS} clients, {asked:.0} changes and reads a second: {loaded_mb:.0} MB at most, {after_mb:.0} MB at the end");
    println!("the program: {:.1} MB", bytes as f64 / 1e6);
    goals.at_most(&format!("memory, idle with {AGENTS} agents, MB"), idle_mb, IDLE_MAX_MB);
    drop(floor);
    let mut floor = Floor::simulated(Layout::growing(MANY_AGENTS)).await;
    let (mut answered, mut ready) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (answers, is_ready) = floor.ccgate.restart().await;
        answered.push(answers.as_secs_f64());
        ready.push(is_ready.as_secs_f64());
    }
    println!("start with {MANY_AGENTS} agents: answers after {:.2} s, ready after {:.2} s", median(&mut answered), median(&mut ready));
}
