//! A read, beside a bare route that answers the same bytes.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use crate::client::{get, rate};
use crate::floor::{Floor, Layout};
use crate::least::route;
use crate::shared::figures::median;
use crate::shared::goals::Goals;

const AGENTS: usize = 1_000;
const CONNECTIONS: usize = 16;
/// How often each is measured, in turn.
const ROUNDS: u32 = 5;
/// The goal.
const OF_BARE_MIN: f64 = 0.6;

pub async fn measure(lasting: Duration, goals: &mut Goals) {
    let floor = Floor::simulated(Layout::even(AGENTS)).await;
    let reads = [("a user by id", "/user", floor.user_path()), ("a list of 100 queues", "/queues", floor.queues_path())];
    let mut answers = Vec::new();
    for (_, bare, path) in &reads {
        let answer = floor.ccgate.ask(Method::GET, path, &Value::Null).await;
        answers.push((*bare, answer.to_string().into()));
    }
    let lengths: Vec<usize> = answers.iter().map(|(_, bytes): &(_, axum::body::Bytes)| bytes.len()).collect();
    let bare = route(answers).await;
    let each = lasting / (2 * ROUNDS * 2);
    for ((what, bare_path, path), bytes) in reads.iter().zip(lengths) {
        let (mut ours, mut least) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            least.push(asked(bare, get(bare, bare_path, &floor.ccgate.key), each).await);
            ours.push(asked(floor.ccgate.address, floor.get(path), each).await);
        }
        let (ours, least) = (median(&mut ours), median(&mut least));
        println!("\n{what}, {bytes} bytes, {CONNECTIONS} connections: {ours:.0} a second, bare {least:.0} a second");
        goals.at_least(&format!("{what}: to a bare route with the same bytes"), ours / least, OF_BARE_MIN);
    }
}

async fn asked(address: SocketAddr, request: Vec<u8>, lasting: Duration) -> f64 {
    rate(address, vec![vec![request]; CONNECTIONS], lasting).await
}
