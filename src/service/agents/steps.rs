//! From a change of an agent to the steps that make it true on the switch.

use crate::domain::{Account, Agent};
use crate::reconcile::build::{Rows, build};
use crate::reconcile::{DesiredAgent, agent_steps};
use crate::service::adoption::not_managed;
use crate::service::{Result, Service};
use crate::store::{self, Conn};
use crate::switch::Step;

impl Service {
    /// What the switch is told so that the agent is `after` instead of `before`; all of it where there is no `before`.
    pub(super) async fn steps_between(
        &self,
        conn: &mut Conn,
        account: &Account,
        before: Option<&Agent>,
        after: &Agent,
    ) -> Result<Vec<Step>> {
        if before == Some(after) {
            return Ok(Vec::new());
        }
        if let Some(before) = before.filter(|before| before.online() && after.online()) {
            self.own_queues(before.joined.symmetric_difference(&after.joined).copied())?;
        }
        let was = match before {
            Some(before) => self.desired(conn, account, before).await?,
            None => None,
        };
        let is = self.desired(conn, account, after).await?;
        if let Some(stranger) = is.as_ref().filter(|is| !is.managed) {
            return Err(not_managed(&format!("agent {}", stranger.name), "one of its queues"));
        }
        Ok(is.map(|is| agent_steps(was.as_ref(), &is)).unwrap_or_default())
    }

    /// What the switch should have for this state, from the rows of the same moment. None for a user that is no agent.
    async fn desired(&self, conn: &mut Conn, account: &Account, state: &Agent) -> Result<Option<DesiredAgent>> {
        let mut rows = Rows { accounts: vec![account.clone()], agents: vec![state.clone()], ..Rows::default() };
        rows.kept.extend(self.reconciler().desired().account(account.id).map(|known| (account.id, known.kept.clone())));
        rows.users.extend(store::user::get(conn, account.id, state.user_id).await?);
        if let Some(device) = state.device_id {
            rows.devices.extend(store::device::get(conn, account.id, device).await?);
        }
        for &queue in &state.joined {
            rows.queues.extend(store::queue::get(conn, account.id, queue).await?);
        }
        rows.memberships = store::membership::of_user(conn, account.id, state.user_id).await?;
        let desired = build(rows, self.reconciler().options());
        Ok(desired.account(account.id).and_then(|account| account.agents.get(&state.user_id)).cloned())
    }
}
