//! A change that the switch is told of and that is committed, beside one commit and one command.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::{Connection, rate};
use crate::floor::Floor;
use crate::least::Least;
use crate::shared::figures::{median, percentile};
use crate::shared::goals::Goals;

const CLIENTS: usize = 64;
/// How often each way is measured with all of them, in turn.
const ROUNDS: u32 = 3;
/// The goals.
const ONE_MAX: f64 = 1.3;
const OF_BARE: f64 = 0.8;
const OF_ONE: f64 = 20.0;

pub async fn measure(what: &str, floor: &Floor, lasting: Duration, goals: &mut Goals) {
    let mut least = Least::new(floor.ccgate.esl, CLIENTS).await;
    let (mut ours, mut bare) = one(floor, &mut least, lasting / 2).await;
    let (one, alone) = (median(&mut ours), median(&mut bare));
    println!(
        "\n{what}, 1 client: {one:.2} ms, p99 {:.2} ms; a commit and a command {alone:.2} ms, p99 {:.2} ms",
        percentile(&mut ours, 99),
        percentile(&mut bare, 99)
    );
    goals.at_most(&format!("{what}: a change with 1 client, to one commit and one command"), one / alone, ONE_MAX);
    let (mut changes, mut commands) = (Vec::new(), Vec::new());
    let each = lasting / 2 / (2 * ROUNDS);
    for _ in 0..ROUNDS {
        commands.push(least.commands_a_second(each).await);
        let clients = (0..CLIENTS).map(|agent| floor.changes(agent).to_vec()).collect();
        let used = floor.ccgate.used();
        changes.push(rate(floor.ccgate.address, clients, each).await);
        println!("{what}, {CLIENTS} clients: {:.2} cores of ccgate", floor.ccgate.used().cores_since(&used));
    }
    let (changes, commands, one) = (median(&mut changes), median(&mut commands), 1_000.0 / one);
    println!(
        "{what}, {CLIENTS} clients: {changes:.0} changes a second; {commands:.0} commands a second; 1 client {one:.0} changes a second"
    );
    let wanted = (OF_BARE * commands).min(OF_ONE * one);
    goals.at_least(&format!("{what}: changes a second with {CLIENTS} clients, to what is wanted ({wanted:.0})"), changes / wanted, 1.0);
}

/// Milliseconds of each change, and of a commit and a command, in turn.
async fn one(floor: &Floor, least: &mut Least, lasting: Duration) -> (Vec<f64>, Vec<f64>) {
    let mut client = Connection::open(floor.ccgate.address).await;
    let (mut ours, mut bare, begun) = (Vec::new(), Vec::new(), Instant::now());
    while begun.elapsed() < lasting {
        for change in floor.changes(0) {
            ours.push(client.timed(&change).await);
            bare.push(least.change().await);
        }
    }
    (ours, bare)
}
