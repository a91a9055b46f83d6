//! Callers and agents that do what [`super::plan`] says.

use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::super::say;
use super::api::Api;
use super::hands::Hands;
use super::plan::{self, Act, Caller, Step};
use super::seed::{Agent, DOMAIN};
use crate::clock::Clock;
use crate::sim::Handle;
use crate::sim::phones::{CallPlan, Origin};

/// Who comes, and how fast.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// What everything random is drawn from.
    pub(super) seed: u64,
    /// Callers in a minute of the switch.
    pub(super) calls_per_minute: f64,
    /// For so many minutes; as long as the lab runs where there is none.
    pub(super) minutes: Option<f64>,
    /// How long a minute is.
    pub(super) clock: Clock,
}

/// Calls from outside into the lab's queues, and agents at work, until `stop`.
pub(super) async fn run(switch: Handle, api: Api, agents: Vec<Agent>, hands: Hands, pace: Pace, stop: CancellationToken) {
    let mut all = JoinSet::new();
    all.spawn(callers(switch.clone(), pace.clone()));
    for (place, agent) in (0..).zip(agents) {
        all.spawn(work(switch.clone(), api.clone(), agent, hands.clone(), place, pace.clone()));
    }
    let over = stop.run_until_cancelled(pace.over()).await.is_some();
    all.shutdown().await;
    if over {
        say("traffic ended");
    }
}

async fn callers(switch: Handle, pace: Pace) {
    for Caller { after_ms, number, from, patience_ms, talk_ms } in plan::callers(pace.seed, pace.calls_per_minute) {
        pace.wait(after_ms).await;
        let plan = CallPlan { give_up_after_ms: Some(patience_ms), talk_ms: Some(talk_ms), ..CallPlan::default() };
        let from = Origin::Trunk { cid_number: from.clone(), cid_name: from };
        if let Err(error) = switch.dial_with(from, number, plan).await {
            tracing::warn!(%error, "a caller of the lab was not let in");
        }
    }
}

async fn work(switch: Handle, api: Api, agent: Agent, hands: Hands, place: u64, pace: Pace) {
    let Agent { user, device, phone } = agent;
    for Step { after_ms, act } in plan::agent(pace.seed, place) {
        pace.wait(after_ms).await;
        if hands.have(&phone) {
            continue;
        }
        let path = match act {
            Act::Phone(behaviour) => {
                switch.set_behaviour(&phone, DOMAIN, behaviour).await;
                continue;
            }
            Act::Pause => format!("setPause?user_id={user}&id=1"),
            Act::Resume => format!("setPause?user_id={user}&id=0"),
            Act::Leave => format!("checkOut?user_id={user}"),
            Act::Return => format!("checkInDevice?user_id={user}&device_id={device}&forceCheckOut=1"),
            Act::Call(number) => format!("originate?user_id={user}&destination={number}"),
        };
        // A phone that is busy with a caller cannot click to call, and the like: agents try what they may not.
        if let Err(refused) = api.get(&format!("/api/cc_agent/{path}")).await {
            tracing::debug!(%refused, "an agent of the lab was refused");
        }
    }
}

impl Pace {
    /// Until the traffic is to end.
    async fn over(&self) {
        let Some(minutes) = self.minutes else { return std::future::pending().await };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0.01 to 10000 minutes")]
        self.wait((minutes * 60_000.0) as u64).await;
    }

    /// Lets so much time of the switch pass.
    async fn wait(&self, ms: u64) {
        let at = self.clock.now().plus_ms(ms.cast_signed());
        sleep(self.clock.until(at)).await;
    }
}
