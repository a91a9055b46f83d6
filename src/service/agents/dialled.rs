//! What a phone dials to ccgate itself: a check-in code, or one of the account's codes for its queues.

use super::changes::quiet;
use super::check_in::Entered;
use super::hours::standings;
use super::{CheckIn, Live, Worked, agent_user};
use crate::domain::account::QueueCode;
use crate::domain::agent::Change;
use crate::domain::event::Source;
use crate::domain::{Account, Agent, DeviceId, QueueId};
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn};

impl Service {
    /// A phone has dialled `dialled`; `channel` is its UUID. Whether that has done what it says, or was done already.
    ///
    /// Waits for the switch and for the commit, a few milliseconds; never fails, as there is always something to tell.
    pub async fn dialled(&self, device: DeviceId, dialled: &str, channel: &str) -> bool {
        let desired = self.reconciler().desired();
        let asked = desired.device(device).and_then(|(account, _)| Some((account.account.clone(), account.queue_code(dialled)?)));
        let Some((account, (code, queue))) = asked else {
            return self.redeem(device, dialled, channel).await.is_done();
        };
        match self.perform(QueueCodeDialled { account, device, code, queue }).await {
            Ok(()) => true,
            Err(error) => {
                tracing::info!(%device, %error, "a code for queues was refused");
                false
            }
        }
    }
}

/// Who sits at a phone, else its owner, begins or ends to serve queues.
#[derive(Clone, Debug)]
struct QueueCodeDialled {
    account: Account,
    device: DeviceId,
    code: QueueCode,
    /// None: all.
    queue: Option<QueueId>,
}

impl Live for QueueCodeDialled {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    fn source(&self) -> Source {
        Source::Phone
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        let (account, now) = (self.account.id, service.clock().now());
        let sits = store::agent::on_device(conn, account, self.device).await?;
        let owner = store::device::get(conn, account, self.device).await?.and_then(|device| device.user_id);
        let user = sits.map(|agent| agent.user_id).or(owner).ok_or(Error::NotFound("agent"))?;
        agent_user(conn, &self.account, user).await?;
        let agent = store::agent::get(conn, account, user).await?;
        let memberships = standings(conn, account, user, now).await?;
        let change = match self.code {
            QueueCode::LogOut => agent.log_out(self.queue, &memberships)?,
            QueueCode::LogIn => {
                let Change { after: entered, mut events } = self.enter(service, conn, &agent).await?;
                let joined = entered.log_in(self.queue, &memberships)?;
                events.extend(joined.events);
                Change { after: joined.after, events }
            }
        };
        Ok(Worked::one(agent, change, ()))
    }
}

impl QueueCodeDialled {
    /// Checks the owner in on its phone, where nothing stands in the way.
    async fn enter(&self, service: &Service, conn: &mut Conn, agent: &Agent) -> Result<Change> {
        if agent.device_id == Some(self.device) {
            return Ok(quiet(agent.clone()));
        }
        let check_in =
            CheckIn { account: self.account.clone(), user: agent.user_id, device: self.device, force: false, source: Source::Phone };
        let Worked { mut changes, answer: Entered::Now, .. } = check_in.work(service, conn).await? else {
            return Err(Error::Conflict("a call is in the way".to_owned()));
        };
        // Nobody is sent away without force: there is one change.
        Ok(changes.pop().map_or_else(|| quiet(agent.clone()), |(_, change)| change))
    }
}
