//! Whether a switch is as ccgate's database says, looked at afresh.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use ccgate::clock::Clock;
use ccgate::domain::SwitchId;
use ccgate::domain::number::Gateway;
use ccgate::esl::client::{self, ClientConfig};
use ccgate::reconcile::served::ServedQueues;
use ccgate::reconcile::{Options, Reconciler, plan};
use ccgate::store::Store;
use ccgate::switch::{Observed, Switch};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::freeswitch::ESL_PASSWORD;
use super::serve::Ccgate;

/// How often it is looked whether a switch is as it should be, and how often at most.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const LOOKS_MAX: usize = 240;

/// What a look found.
pub struct Look {
    /// The steps that it would take to make the switch as it should be.
    pub steps: Vec<String>,
    pub observed: Observed,
}

/// Waits until ccgate has made the switch as it should be.
pub async fn settled(ccgate: &Ccgate) {
    for _ in 0..LOOKS_MAX {
        let look = look(&ccgate.database(), ccgate.esl).await;
        if look.steps.is_empty() {
            return;
        }
        sleep(LOOK_EVERY).await;
    }
    panic!("ccgate does not make the switch as it should be");
}

/// Plans for the switch at `esl` from a database, without doing anything.
pub async fn look(database: &Path, esl: SocketAddr) -> Look {
    let store = Store::open(database, Clock::system()).await.expect("the database");
    // As the configuration has it that says nothing of telephony.
    let gateway = Some(Gateway::parse("provider").expect("a gateway"));
    let reconciler = Reconciler::new(Options { gateway, ..Options::default() });
    let desired = reconciler.publish(&mut store.read().await.expect("a connection")).await.expect("what should be");
    let stopping = CancellationToken::new();
    let config = ClientConfig::new(esl.ip().to_string(), esl.port(), ESL_PASSWORD.into());
    let client = client::spawn(&config, stopping.clone()).expect("a client").client;
    client.connected().await.expect("a connection");
    let observed = Switch::new(SwitchId(1), client).observe().await.expect("listings");
    stopping.cancel();
    store.close().await;
    let steps = plan(&desired, &observed, &ServedQueues::default()).steps;
    Look { steps: steps.iter().map(|step| format!("{step:?}")).collect(), observed }
}
