//! From a change of an agent to the steps that make it true on the switch.

use std::collections::BTreeSet;

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
        let states: Vec<_> = before.into_iter().chain([after]).collect();
        let rows = self.rows_of(conn, account, &states).await?;
        let was = before.and_then(|before| self.desired(rows.clone(), before));
        let is = self.desired(rows, after);
        if let Some(stranger) = is.as_ref().filter(|is| !is.managed) {
            return Err(not_managed(&format!("agent {}", stranger.name), "one of its queues"));
        }
        Ok(is.map(|is| agent_steps(was.as_ref(), &is)).unwrap_or_default())
    }

    /// What states of an agent are made of, read once for all of them; without its queues where seat and queues are the same, as no step is about them then.
    async fn rows_of(&self, conn: &mut Conn, account: &Account, states: &[&Agent]) -> Result<Rows> {
        let mut rows = Rows { accounts: vec![account.clone()], ..Rows::default() };
        let desired = self.reconciler().desired();
        let known = desired.account(account.id);
        rows.kept.extend(known.map(|known| (account.id, known.kept.clone())));
        let [first, others @ ..] = states else { return Ok(rows) };
        let seat = (first.device_id, &first.joined);
        let are_same = !others.is_empty() && others.iter().all(|state| (state.device_id, &state.joined) == seat);
        rows.users.extend(store::user::get(conn, account.id, first.user_id).await?);
        // Of an agent that was there before ccgate they say whether it is ours.
        if !(are_same && known.is_some_and(|known| known.made(first.user_id))) {
            rows.memberships = store::membership::of_user(conn, account.id, first.user_id).await?;
        }
        for device in states.iter().filter_map(|state| state.device_id).collect::<BTreeSet<_>>() {
            rows.devices.extend(store::device::get(conn, account.id, device).await?);
        }
        let queues: BTreeSet<_> = states.iter().flat_map(|state| &state.joined).copied().collect();
        if !queues.is_empty() && !are_same {
            rows.queues = store::queue::some(conn, account.id, &queues.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(rows)
    }

    /// What the switch should have for this state, from the rows of the same moment. None for a user that is no agent.
    fn desired(&self, rows: Rows, state: &Agent) -> Option<DesiredAgent> {
        let desired = build(Rows { agents: vec![state.clone()], ..rows }, self.reconciler().options());
        desired.account(state.account_id).and_then(|account| account.agents.get(&state.user_id)).cloned()
    }
}
