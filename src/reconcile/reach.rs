//! Whose phones are registered, against what the database has.

use std::collections::HashSet;

use super::desired::Desired;
use crate::switch::AgentName;
use crate::switch::observed::Registration;

/// The agents of whom the listing says otherwise. Whoever is at a number outside needs no registration.
pub(super) fn doubted(desired: &Desired, listed: &[Registration]) -> impl Iterator<Item = AgentName> {
    let listed: HashSet<_> = listed.iter().map(|phone| format!("{}@{}", phone.user, phone.realm).to_ascii_lowercase()).collect();
    let differs = move |phone: &str, unreachable| listed.contains(&phone.to_ascii_lowercase()) == unreachable;
    let doubted = move |(phone, unreachable): &(&str, bool)| differs(phone, *unreachable);
    desired.agents().filter_map(move |agent| {
        let seen = (agent.presence_id.as_deref()?, agent.unreachable);
        doubted(&seen).then(|| agent.name.clone())
    })
}
