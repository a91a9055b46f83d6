//! Agents who are added by the number where they sit, and made when nobody sits there yet.

use super::access::Caller;
use super::agents::one_queue::QueueVerb;
use super::memberships::{Side, Write};
use super::seats::find;
use super::secret::Secret;
use super::users::{draft, new_row, set_password};
use super::{Error, Result, Service};
use crate::domain::device::{Line, Ring};
use crate::domain::number::DialNumber;
use crate::domain::queue::Mode;
use crate::domain::text::Label;
use crate::domain::{Account, Membership, Permission, QueueId, User, UserId, phone};
use crate::store::{self, Page};

/// The most agents of an account that are made this way.
pub const MADE_MAX: i64 = 1_000;
/// How their usernames begin.
const USERNAME: &str = "remote-";

impl Service {
    /// Joins the agent at this number to a queue: assigns the queue where it is not yet, and checks the agent in, on its own first phone, where it is
    /// nowhere. For a number that is nobody's an agent is made, with that number outside as its phone and `alias`, or the number, as its name.
    ///
    /// # Errors
    /// [`Error::Permission`]: to make one takes `users`, `devices` and `queues`, to assign a queue `queues`; [`Error::Invalid`] for what is no
    /// number; [`Error::Conflict`] for more than [`MADE_MAX`]; [`Error::Refused`], and those of every live verb.
    pub async fn add_agent(&self, caller: &Caller, number: &str, queue: QueueId, alias: Option<&Label>) -> Result<UserId> {
        if self.switch().away() {
            return Err(Error::Away);
        }
        let user = match self.agent_at(caller, number).await {
            Ok(user) => caller.acts_on(Some(user))?,
            Err(Error::NotFound(_)) => self.make(caller, number, alias).await?,
            Err(error) => return Err(error),
        };
        let (account, mut conn) = (caller.account_id(), self.store().read().await?);
        let assigned = store::membership::of_user(&mut conn, account, user).await?.iter().any(|one| one.queue_id == queue);
        let online = store::agent::get(&mut conn, account, user).await?.online();
        let owned = store::device::Filter { q: None, user_id: Some(user) };
        let mut phones = store::device::list(&mut conn, account, &owned, Page::default()).await?;
        drop(conn);
        if !assigned && caller.may(Permission::Queues) {
            let row = Membership { user_id: user, queue_id: queue, mode: Mode::Free, position: 1, level: 1, timegroup_id: None };
            self.write_memberships(caller, Side::Queue(queue), Write::Add(vec![row])).await?;
        }
        phones.sort_by_key(|phone| (phone.ring.ring, phone.id));
        if let Some(phone) = phones.first().filter(|_| !online) {
            self.check_in_device(caller, Some(user), phone.id, false).await?;
        }
        self.change_queue(caller, user, queue, QueueVerb::Join).await?;
        Ok(user)
    }

    /// Makes an agent whose phone is a number outside. Nobody knows its password, and it has no permission.
    async fn make(&self, caller: &Caller, number: &str, alias: Option<&Label>) -> Result<UserId> {
        for permission in [Permission::Agents, Permission::Users, Permission::Devices, Permission::Queues] {
            caller.require(permission)?;
        }
        let dialled = DialNumber::parse(number).map_err(|error| Error::invalid("agent", error))?;
        let digits = phone::normalise(number, &caller.account.settings.country).map_err(|error| Error::invalid("agent", error))?;
        let name = match alias {
            Some(alias) => alias.clone(),
            None => Label::new(number).map_err(|error| Error::invalid("agent", error))?,
        };
        // What is random may lack what the rule asks for.
        let hashes = self.0.passwords.hash(format!("Aa1{}", Secret::new_session().expose())).await?;
        let named = format!("{USERNAME}{digits}@{}", caller.account.domain);
        let mut user =
            User { username: named.clone(), email: named, is_agent: true, ..draft(caller.account_id(), name, self.clock().now()) };
        set_password(&mut user, hashes);
        let account = caller.account.clone();
        let configure = self.configure()?;
        let made = self.store().write(move |conn| Box::pin(async move { insert(conn, &account, user, dialled).await }));
        let id = made.await?;
        configure.apply().await;
        Ok(id)
    }
}

async fn insert(conn: &mut store::Conn, account: &Account, user: User, number: DialNumber) -> Result<UserId> {
    // Somebody else may have been faster.
    if let Some(known) = find(conn, account, number.as_str()).await? {
        return Ok(known);
    }
    let like_it = store::user::Filter { q: Some(USERNAME.to_owned()), is_agent: Some(true) };
    if store::user::count(conn, account.id, &like_it).await? >= MADE_MAX {
        return Err(Error::Conflict(format!("the account has {MADE_MAX} agents that were made by their numbers; delete some first")));
    }
    let id = store::user::insert(conn, &new_row(&user)).await?;
    let line = Line::External { number, gateway: None, confirm: true };
    let device = store::device::New { account_id: account.id, name: user.name, line, user_id: Some(id), ring: Ring::default() };
    store::device::insert(conn, &device).await?;
    Ok(id)
}
