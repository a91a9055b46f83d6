//! What healing remembers from one pass to the next, and its dealings with the switch.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::Instant;
use tracing::warn;
use uuid::Uuid;

use super::cure::{Cure, heal};
use super::drift::drift;
use super::ill::{Ill, ills};
use super::{Ills, LOOKS_APART};
use crate::clock::Millis;
use crate::domain::repair::{Kind, Repair};
use crate::domain::{QueueId, UserId};
use crate::reconcile::desired::Desired;
use crate::switch::{Observed, Step, Switch, SwitchError};

/// What `uuid_getvar` says of a variable that is not set.
const NOT_SET: &str = "_undef_";

/// What healing remembers.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct Healer {
    before: Option<(Instant, Observed)>,
    /// What was decided on at the last of its looks: it is looked at again when everything is.
    decided: Ills,
    /// Alarms that were told and still hold.
    told: BTreeSet<Alarm>,
    /// What is on the switch and not ours, as far as it was told.
    others: BTreeSet<String>,
    /// What the switch was last seen to be as, and which run of it.
    as_desired: Option<(String, Arc<Desired>)>,
}

type Alarm = (Kind, Option<UserId>, Option<QueueId>, Option<String>);

impl Healer {
    /// The repairs that the steps of a plan are, see [`drift`].
    pub(in crate::reconcile) fn drift(&self, desired: &Desired, core_uuid: &str, steps: &[Step]) -> Vec<Cure> {
        let last = self.as_desired.as_ref().filter(|(core, _)| core == core_uuid);
        drift(last.map(|(_, desired)| &**desired), desired, steps)
    }

    /// The switch is as this says.
    pub(in crate::reconcile) fn is_as_desired(&mut self, core_uuid: String, desired: Arc<Desired>) {
        self.as_desired = Some((core_uuid, desired));
    }

    /// What is to be cured now, and alarms that are new; and whether there is something else that looks ill, to be looked at again soon.
    pub(in crate::reconcile) async fn look(
        &mut self,
        switch: &Switch,
        desired: &Desired,
        seen: Observed,
        now: Instant,
    ) -> (Vec<Cure>, bool) {
        if self.before.take_if(|(_, before)| before.core_uuid != seen.core_uuid).is_some() {
            self.decided.clear();
            self.told.clear();
        }
        let suspects = ills(desired, &seen);
        let cures = match &self.before {
            Some((at, before)) if now - *at >= LOOKS_APART => {
                let healed = heal(desired, before, &seen);
                self.decided = healed.iter().map(|(ill, _)| ill.clone()).collect();
                let cures = self.sift(switch, &seen, healed).await;
                self.before = Some((now, seen));
                cures
            }
            Some(_) => Vec::new(),
            None => {
                self.before = Some((now, seen));
                Vec::new()
            }
        };
        (cures, suspects.iter().any(|ill| !self.is_decided(ill)))
    }

    /// Of a queue without offers, one pair of caller and agent stands for all.
    fn is_decided(&self, ill: &Ill) -> bool {
        self.decided.contains(ill)
            || matches!(ill, Ill::NoOffers { queue, .. } if self.decided.iter().any(|known| matches!(known, Ill::NoOffers { queue: of, .. } if of == queue)))
    }

    /// Drops what a leg's own variables explain, and alarms that were told.
    async fn sift(&mut self, switch: &Switch, seen: &Observed, healed: Vec<(Ill, Cure)>) -> Vec<Cure> {
        let mut cures = Vec::with_capacity(healed.len());
        let mut tracked = None;
        for (ill, cure) in healed {
            match is_so(switch, seen, &ill, &mut tracked).await {
                Ok(true) => cures.push(cure),
                Ok(false) => {}
                Err(error) => {
                    warn!(%error, kind = cure.kind.name(), "what looks ill on the switch could not be asked for; looking again");
                    self.decided.remove(&ill);
                }
            }
        }
        let alarm = |cure: &Cure| (cure.kind, cure.user, cure.queue, cure.leg.clone());
        let alarms = cures.iter().filter(|cure| cure.done.is_none()).map(alarm).collect();
        let told = std::mem::replace(&mut self.told, alarms);
        cures.retain(|cure| cure.done.is_some() || !told.contains(&alarm(cure)));
        cures
    }

    /// Agents and queues that are not ours, where there are others than before.
    pub(in crate::reconcile) fn others(&mut self, desired: &Desired, seen: &Observed) -> Option<Vec<String>> {
        let agent = |name: &&String| desired.names().agent(name).is_none_or(|name| !desired.owns(&name.domain));
        let queue = |name: &&String| desired.names().queue(name).is_none_or(|name| !desired.owns(&name.domain));
        let agents = seen.agents.keys().filter(agent).map(|name| format!("agent {name}"));
        let others: BTreeSet<_> = agents.chain(seen.queues.keys().filter(queue).map(|name| format!("queue {name}"))).collect();
        if others == self.others {
            return None;
        }
        self.others = others;
        Some(self.others.iter().cloned().collect())
    }
}

/// Asks the switch itself for what the list of legs does not show, or shows late.
async fn is_so(switch: &Switch, seen: &Observed, ill: &Ill, tracked: &mut Option<BTreeSet<String>>) -> Result<bool, SwitchError> {
    match ill {
        Ill::Agent { agent, .. } | Ill::Tier { agent, .. } => {
            let (name, mut legs) = (agent.to_string(), Vec::new());
            legs.extend(seen.agents.get(&name).map(|row| &row.leg));
            legs.extend(seen.members.iter().filter(|member| member.serving_agent == name).map(|member| &member.session_uuid));
            for leg in legs {
                if is_there(switch, leg).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Ill::ExternalCalls { agent, .. } => {
            if tracked.is_none() {
                *tracked = Some(tracked_agents(switch).await?);
            }
            Ok(tracked.as_ref().is_some_and(|tracked| !tracked.contains(&agent.to_string())))
        }
        Ill::Member { leg, .. } => Ok(!is_there(switch, leg).await?),
        Ill::Caller { leg, .. } => {
            let runs = variable(switch, *leg, "current_application").await?;
            Ok(runs.as_deref() == Some("callcenter") && !talks(switch, *leg).await?)
        }
        Ill::Leg { leg, .. } => match variable(switch, *leg, "cc_member_session_uuid").await? {
            Some(caller) => Ok(!is_there(switch, &caller).await? && !talks(switch, *leg).await?),
            None => Ok(false),
        },
        Ill::NoOffers { .. } => Ok(true),
    }
}

async fn is_there(switch: &Switch, leg: &str) -> Result<bool, SwitchError> {
    match leg.parse() {
        Ok(leg) => switch.exists(leg).await,
        Err(_) => Ok(false),
    }
}

/// Whether it is bridged.
async fn talks(switch: &Switch, leg: Uuid) -> Result<bool, SwitchError> {
    Ok(variable(switch, leg, "signal_bond").await?.is_some())
}

async fn variable(switch: &Switch, leg: Uuid, name: &'static str) -> Result<Option<String>, SwitchError> {
    Ok(switch.variable(leg, name).await?.filter(|value| value != NOT_SET && !value.is_empty()))
}

/// The agents that some leg counts for (`callcenter_track`, trap 22).
async fn tracked_agents(switch: &Switch) -> Result<BTreeSet<String>, SwitchError> {
    let mut tracked = BTreeSet::new();
    for leg in switch.channels().await? {
        if let Ok(leg) = leg.uuid.parse() {
            tracked.extend(variable(switch, leg, "cc_tracked_agent").await?);
        }
    }
    Ok(tracked)
}

impl Cure {
    /// As it is written down.
    pub(in crate::reconcile) fn repair(self, at: Millis) -> Repair {
        Repair {
            account_id: self.account,
            at,
            kind: self.kind,
            user_id: self.user,
            queue_id: self.queue,
            leg: self.leg,
            seen: self.seen,
            done: self.done,
        }
    }
}
