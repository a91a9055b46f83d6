//! A ccgate with agents that are checked in, and the switch at which they sit. They sit at numbers outside, so that no phone has to register.

use std::path::Path;

use ccgate::domain::device::Line;
use ccgate::domain::number::DialNumber;
use ccgate::domain::{AccountId, UserId};
use ccgate::sim;
use ccgate::store::{self, Store};
use reqwest::Method;
use serde_json::Value;

use crate::client;
use crate::crowd;
use crate::shared::drift::settled;
use crate::shared::freeswitch::FreeSwitch;
use crate::shared::serve::Ccgate;
use crate::shared::simulate;

/// Queues on a page of their list.
pub const LISTED: usize = 100;

/// Who sits where.
#[derive(Clone, Copy)]
pub struct Layout {
    pub agents: usize,
    queues: usize,
    /// The queue of an agent.
    queue_of: fn(usize) -> usize,
}

impl Layout {
    pub const CHANGES: Self = Self::even(200);

    /// Every queue is on the page.
    pub const fn even(agents: usize) -> Self {
        Self { agents, queues: LISTED, queue_of: |agent| agent % LISTED }
    }

    /// The page shows the same, however many there are: only the first 10 are in queues of it.
    pub const fn growing(agents: usize) -> Self {
        Self { agents, queues: LISTED + agents / 10, queue_of: |agent| if agent < 10 { agent } else { LISTED + (agent - 10) / 10 } }
    }
}

pub struct Floor {
    pub ccgate: Ccgate,
    pub users: Vec<UserId>,
    pause: i64,
    _switch: Switch,
}

enum Switch {
    Simulated(sim::Handle),
    Real(FreeSwitch),
}

impl Floor {
    pub async fn simulated(layout: Layout) -> Self {
        let (ccgate, users) = seeded(layout).await;
        let switch = simulate::start(&ccgate).await;
        Self::settled(ccgate, users, Switch::Simulated(switch)).await
    }

    pub async fn real(program: &Path, layout: Layout) -> Self {
        let (ccgate, users) = seeded(layout).await;
        let switch = FreeSwitch::start(program, &FreeSwitch::conf(), ccgate.esl, &ccgate.xml_url()).await;
        Self::settled(ccgate, users, Switch::Real(switch)).await
    }

    async fn settled(ccgate: Ccgate, users: Vec<UserId>, switch: Switch) -> Self {
        settled(&ccgate).await;
        let pauses = ccgate.ask(Method::GET, "/api/pause", &Value::Null).await;
        let pause = pauses["data"][0]["id"].as_i64().expect("a pause");
        Self { ccgate, users, pause, _switch: switch }
    }

    /// Pauses an agent, and makes it available.
    pub fn changes(&self, agent: usize) -> [Vec<u8>; 2] {
        let user = self.users[agent];
        [self.pause, 0].map(|pause| self.get(&format!("/api/cc_agent/setPause?user_id={user}&id={pause}")))
    }

    pub fn user_path(&self) -> String {
        format!("/api/user/{}", self.users[0])
    }

    pub fn queues_path(&self) -> String {
        format!("/api/cc_queue?limit={LISTED}")
    }

    pub fn get(&self, path: &str) -> Vec<u8> {
        client::get(self.ccgate.address, path, &self.ccgate.key)
    }
}

async fn seeded(layout: Layout) -> (Ccgate, Vec<UserId>) {
    let mut users = Vec::new();
    let ccgate = Ccgate::start_with(async |store, account| users = seed(store, account, layout).await).await;
    (ccgate, users)
}

async fn seed(store: &Store, account: AccountId, layout: Layout) -> Vec<UserId> {
    let Layout { agents, queues, queue_of } = layout;
    let made = store.write(move |conn| {
        Box::pin(async move {
            let (mut ids, mut users) = (Vec::with_capacity(queues), Vec::with_capacity(agents));
            for queue in 0..queues {
                ids.push(crowd::queue(conn, account, queue).await?);
            }
            for agent in 0..agents {
                let number = DialNumber::parse(&format!("97250{agent:07}")).expect("a number");
                let line = Line::External { number, gateway: None, confirm: false };
                users.push(crowd::agent(conn, account, agent, line, &[ids[queue_of(agent)]]).await?);
            }
            Ok::<_, store::Error>(users)
        })
    });
    made.await.expect("agents")
}
