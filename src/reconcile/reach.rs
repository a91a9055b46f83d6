//! Whose phones are registered, against what the database has.

use std::collections::HashSet;

use super::desired::{Desired, DesiredAgent};
use crate::switch::AgentName;
use crate::switch::observed::Registration;

/// The agents that are ours to change and of whom the listing says otherwise. Whoever is at a number outside needs no registration.
pub(super) fn doubted(desired: &Desired, listed: &[Registration]) -> impl Iterator<Item = AgentName> {
    let listed: HashSet<_> = listed.iter().map(|phone| format!("{}@{}", phone.user, phone.realm).to_ascii_lowercase()).collect();
    let differs = move |agent: &&DesiredAgent| {
        agent.presence_id.as_ref().is_some_and(|phone| listed.contains(&phone.to_ascii_lowercase()) == agent.unreachable)
    };
    desired.agents().filter(|agent| agent.managed).filter(differs).map(|agent| agent.name.clone())
}
