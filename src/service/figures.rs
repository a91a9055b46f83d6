//! Figures of the whole box, for who watches it: numbers only, and of no account by itself.

use std::collections::{BTreeMap, HashMap};

use super::agents::state::{Doing, wrap_up_until};
use super::calls::Callers;
use super::{Result, Service};
use crate::store;
use crate::store::figures::Outbox;

/// What there is now.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Agents that were ever checked in, by what they do.
    pub agents: BTreeMap<Doing, u64>,
    /// Who waits in queues.
    pub callers: Callers,
    /// Legs that are up.
    pub legs: usize,
    /// Events on their way to customers.
    pub outbox: Outbox,
}

impl Service {
    /// What there is now, as the database and the events of the switch have it; the switch is not asked.
    ///
    /// # Errors
    /// The store's.
    pub async fn figures(&self) -> Result<Figures> {
        let now = self.clock().now();
        let mut conn = self.store().read().await?;
        let defaults: HashMap<_, _> =
            store::account::all(&mut conn).await?.into_iter().map(|account| (account.id, account.settings.defaults)).collect();
        let mut agents = BTreeMap::new();
        for agent in store::agent::all(&mut conn).await? {
            let mut doing = self.doing(&agent, false);
            // Only of one who would take calls it depends on its last one.
            if doing == Doing::Ready
                && let Some(user) = store::user::get(&mut conn, agent.account_id, agent.user_id).await?
            {
                let last = store::last::queue_call(&mut conn, agent.account_id, agent.user_id, None, now).await?;
                let defaults = defaults.get(&agent.account_id).copied().unwrap_or_default();
                doing = self.doing(&agent, wrap_up_until(&agent, &user, defaults, last.as_ref(), now).is_some());
            }
            *agents.entry(doing).or_default() += 1;
        }
        let outbox = store::figures::outbox(&mut conn).await?;
        Ok(Figures { agents, callers: self.board().callers(), legs: self.board().legs(), outbox })
    }
}
