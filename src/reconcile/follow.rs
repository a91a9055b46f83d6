//! Agents that are not ours to change: there the database follows the switch. Pure.

use std::collections::BTreeMap;

use super::desired::{Desired, DesiredAccount, DesiredAgent, DesiredTier};
use crate::domain::device::Line;
use crate::domain::{AccountId, DeviceId, QueueId, UserId};
use crate::switch::contact::{Phone, phone_of};
use crate::switch::observed::ObservedAgent;
use crate::switch::{AgentName, AgentStatus, Observed};

/// What the switch shows of such an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its account.
    pub account: AccountId,
    /// Who.
    pub agent: AgentName,
    /// The phone where it is rung; none when it is logged out, or rung where no phone of ours is.
    pub device: Option<DeviceId>,
    /// Whether it is paused.
    pub paused: bool,
    /// The queues that it serves and that are not ours to change either; none when it is logged out.
    pub tiers: BTreeMap<QueueId, DesiredTier>,
}

/// The agents that are not ours to change and are otherwise on the switch than in the database.
pub fn seen(desired: &Desired, observed: &Observed) -> Vec<Seen> {
    let mut tiers: BTreeMap<UserId, BTreeMap<QueueId, DesiredTier>> = BTreeMap::new();
    for ((queue, agent), tier) in &observed.tiers {
        if let (Some(queue), Some(agent)) = (desired.names().queue(queue), desired.names().agent(agent))
            && desired.queue(&queue.to_string()).is_some_and(|queue| !queue.managed)
        {
            // A membership's are from 1.
            let tier = DesiredTier { level: tier.level.max(1), position: tier.position.max(1) };
            tiers.entry(agent.user).or_default().insert(queue.queue, tier);
        }
    }
    let mut seen = Vec::new();
    for account in desired.accounts() {
        for (user, agent) in account.agents.iter().filter(|(_, agent)| !agent.managed) {
            let Some(shown) = observed.agents.get(&agent.name.to_string()) else { continue };
            let now = of_agent(account, agent, shown, tiers.remove(user).unwrap_or_default());
            if now != in_database(account, agent) {
                seen.push(now);
            }
        }
    }
    seen
}

fn of_agent(account: &DesiredAccount, agent: &DesiredAgent, shown: &ObservedAgent, tiers: BTreeMap<QueueId, DesiredTier>) -> Seen {
    let online = !matches!(shown.status, None | Some(AgentStatus::LoggedOut));
    let device = phone_of(&shown.contact).filter(|_| online).and_then(|phone| device(account, &phone));
    let online = device.is_some();
    let paused = online && shown.status == Some(AgentStatus::OnBreak);
    Seen { account: account.account.id, agent: agent.name.clone(), device, paused, tiers: if online { tiers } else { BTreeMap::new() } }
}

fn in_database(account: &DesiredAccount, agent: &DesiredAgent) -> Seen {
    Seen {
        account: account.account.id,
        agent: agent.name.clone(),
        device: agent.device_id,
        paused: agent.status == AgentStatus::OnBreak,
        tiers: agent.tiers.iter().map(|(name, tier)| (name.queue, *tier)).collect(),
    }
}

/// The account's phone that a contact rings.
fn device(account: &DesiredAccount, phone: &Phone) -> Option<DeviceId> {
    match phone {
        Phone::Sip(user) => account.sip_user(user).map(|device| device.id),
        Phone::Outside { number, .. } => {
            let rings = |line: &Line| matches!(line, Line::External { number: own, .. } if own.as_str() == number.as_str());
            account.devices.values().find(|device| rings(&device.line)).map(|device| device.id)
        }
    }
}
