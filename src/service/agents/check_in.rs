//! Check-in on a device, however it was asked for: the table of the contract.

use super::changes::quiet;
use super::hours::standings;
use super::{Live, Worked, agent_user};
use crate::domain::agent::{Admission, Obstacles, admit};
use crate::domain::event::Source;
use crate::domain::{Account, Agent, DeviceId, UserId};
use crate::service::access::Caller;
use crate::service::outside::Barred;
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn};

/// A user checks in on a device.
#[derive(Clone, Debug)]
pub struct CheckIn {
    /// Their account.
    pub account: Account,
    /// Who.
    pub user: UserId,
    /// Where.
    pub device: DeviceId,
    /// Whether others are moved out of the way.
    pub force: bool,
    /// Who asks for it.
    pub source: Source,
}

/// What a check-in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entered {
    /// It holds.
    Now,
    /// It holds from the end of a call.
    AfterCall,
}

impl Service {
    /// Checks a user (none: the caller) in on a device, without anything to be done by the agent.
    ///
    /// # Errors
    /// [`Error::Refused`] with what stands in the way; [`Error::NotFound`], [`Error::Forbidden`], [`Error::Away`].
    pub async fn check_in_device(&self, caller: &Caller, user: Option<UserId>, device: DeviceId, force: bool) -> Result<Entered> {
        let user = caller.acts_on(user)?;
        self.perform(CheckIn { account: caller.account.clone(), user, device, force, source: Source::Api }).await
    }
}

impl Live for CheckIn {
    type Answer = Entered;

    fn account(&self) -> &Account {
        &self.account
    }

    fn source(&self) -> Source {
        self.source
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<Entered>> {
        let id = self.account.id;
        agent_user(conn, &self.account, self.user).await?;
        let device = store::device::get(conn, id, self.device).await?.ok_or(Error::NotFound("device"))?;
        let desired = service.reconciler().desired();
        // What is not called rings nobody either: better said now than seen by callers who wait.
        if let Some(account) = desired.account(id) {
            account.may_ring(&device, desired.ceiling()).map_err(Barred::Toll)?;
        }
        let agent = store::agent::get(conn, id, self.user).await?;
        let occupant = store::agent::on_device(conn, id, self.device).await?.filter(|occupant| occupant.user_id != self.user);
        let in_call = |agent: &Agent| service.board().in_call(agent.user_id);
        let obstacles = Obstacles {
            user_in_call: in_call(&agent),
            device_taken: occupant.is_some(),
            occupant_in_call: occupant.as_ref().is_some_and(in_call),
        };
        match admit(&agent, self.device, obstacles, self.force)? {
            // A move that was still to come is off: the user wants to be where it is.
            Admission::Nothing => Ok(Worked::one(agent.clone(), quiet(Agent { move_to: None, ..agent }), Entered::Now)),
            Admission::AfterCall => {
                let waits = Agent { move_to: Some(self.device), move_by: self.source, ..agent.clone() };
                Ok(Worked::one(agent, quiet(waits), Entered::AfterCall))
            }
            Admission::Now { evict } => {
                let mut changes = Vec::new();
                if let Some(occupant) = occupant.filter(|_| evict) {
                    let left = occupant.check_out();
                    changes.push((occupant, left));
                }
                let now = service.clock().now();
                let memberships = standings(conn, id, self.user, now).await?;
                let entered = agent.check_in(self.device, device.name.as_str(), &memberships, now);
                changes.push((agent, entered));
                Ok(Worked::all(changes, Entered::Now))
            }
        }
    }
}
