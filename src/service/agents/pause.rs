//! Pauses of an agent in all its queues.

use super::hours::standings;
use super::{Live, Worked, agent_user};
use crate::domain::agent::Change;
use crate::domain::text::Label;
use crate::domain::{Account, Agent, PauseId, UserId};
use crate::service::access::Caller;
use crate::service::{Error, Result, Service};
use crate::store::{self, Conn};

/// An agent pauses, or becomes available.
#[derive(Clone, Debug)]
struct SetPause {
    account: Account,
    user: UserId,
    wanted: Wanted,
}

#[derive(Clone, Debug)]
enum Wanted {
    /// No pause. Those in single queues go on.
    Available,
    /// No pause, and none in any queue.
    AvailableEverywhere,
    /// This one.
    Pause(PauseId),
    /// The one of that name, else the account's default; any will do when nothing is said.
    Words(Option<Label>),
}

impl Service {
    /// Pauses a user (none: the caller) for a reason, or makes it available.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the user or the pause, [`Error::Refused`] when it is not checked in, [`Error::Forbidden`], [`Error::Away`].
    pub async fn set_pause(&self, caller: &Caller, user: Option<UserId>, pause: Option<PauseId>) -> Result<()> {
        self.want(caller, user, pause.map_or(Wanted::Available, Wanted::Pause)).await
    }

    /// Pauses a user for what is said in words: the pause of that name, else the account's default one, with the words kept. Without words one
    /// that is paused stays as it is.
    ///
    /// # Errors
    /// As [`Service::set_pause`]; [`Error::Conflict`] where there is neither.
    pub async fn pause_for(&self, caller: &Caller, user: UserId, words: Option<Label>) -> Result<()> {
        self.want(caller, Some(user), Wanted::Words(words)).await
    }

    /// Ends the pause of a user, and those in its queues.
    ///
    /// # Errors
    /// As [`Service::set_pause`].
    pub async fn resume_everywhere(&self, caller: &Caller, user: UserId) -> Result<()> {
        self.want(caller, Some(user), Wanted::AvailableEverywhere).await
    }

    async fn want(&self, caller: &Caller, user: Option<UserId>, wanted: Wanted) -> Result<()> {
        let user = caller.acts_on(user)?;
        self.perform(SetPause { account: caller.account.clone(), user, wanted }).await
    }
}

impl Live for SetPause {
    type Answer = ();

    fn account(&self) -> &Account {
        &self.account
    }

    async fn work(&self, service: &Service, conn: &mut Conn) -> Result<Worked<()>> {
        agent_user(conn, &self.account, self.user).await?;
        let (account, now) = (self.account.id, service.clock().now());
        let agent = store::agent::get(conn, account, self.user).await?;
        let change = match &self.wanted {
            Wanted::Available => agent.set_pause(None, now)?,
            Wanted::AvailableEverywhere => agent.resume_everywhere(&standings(conn, account, self.user, now).await?),
            Wanted::Pause(pause) => {
                store::pause::get(conn, account, *pause).await?.ok_or(Error::NotFound("pause"))?;
                agent.set_pause(Some(*pause), now)?
            }
            Wanted::Words(None) if agent.pause_id.is_some() => Change::none(&agent),
            Wanted::Words(words) => {
                let pause = named(conn, &self.account, words.as_ref()).await?;
                let Change { after, events } = agent.set_pause(Some(pause), now)?;
                Change { after: Agent { pause_note: words.clone(), ..after }, events }
            }
        };
        Ok(Worked::one(agent, change, ()))
    }
}

async fn named(conn: &mut Conn, account: &Account, words: Option<&Label>) -> Result<PauseId> {
    let pauses = store::pause::list(conn, account.id).await?;
    let is_named = |name: &Label| words.is_some_and(|words| words.as_str().to_lowercase() == name.as_str().to_lowercase());
    let found = pauses.iter().find(|pause| is_named(&pause.name)).or_else(|| pauses.iter().find(|pause| pause.is_default));
    let none = || Error::Conflict("no pause has that name, and the account has no default one; set default on a pause".to_owned());
    found.map(|pause| pause.id).ok_or_else(none)
}
