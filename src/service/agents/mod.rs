//! Live verbs: what changes an agent's state now.
//!
//! Each works out a change from the database as it is ([`Live::work`]); [`Service::perform`] has the switch do it, and commits state and
//! events together after the `+OK`. When somebody else was faster the change is worked out again from the newer state. With the switch away
//! nothing happens at all; when the commit fails the reconciler takes the switch back to what the database says.

pub mod changes;
mod check_in;
mod check_out;
mod code;
mod dialled;
mod due;
pub(in crate::service) mod hours;
pub mod one_queue;
mod pause;
mod queues;
mod reach;
pub(super) mod recent;
pub mod state;
mod steps;
pub(super) mod waiting;
mod withdraw;
mod wrap_up;
pub(super) mod wrong_codes;

use std::future::Future;
use std::sync::Arc;

pub use check_in::{CheckIn, Entered};
pub use check_out::CheckOut;
pub use code::{Outcome, Why};

use self::changes::{Saved, save_in};
use super::{Error, Result, Service};
use crate::clock::Millis;
use crate::domain::agent::Change;
use crate::domain::event::Source;
use crate::domain::{Account, Agent, User, UserId};
use crate::store::{self, Conn};
use crate::switch::{Step, StepError};

/// How often a change is worked out again because somebody else was faster.
const ATTEMPTS: usize = 5;

/// A verb that changes agents now.
pub trait Live: Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + Sync + 'static;

    /// The account whose agents it changes.
    fn account(&self) -> &Account;

    /// Who asks for it.
    fn source(&self) -> Source {
        Source::Api
    }

    /// Works the change out, from one moment of the database.
    ///
    /// # Errors
    /// Why it is refused.
    fn work(&self, service: &Service, conn: &mut Conn) -> impl Future<Output = Result<Worked<Self::Answer>>> + Send;

    /// Written in the same commit as a change. [`store::Error::Stale`] has the change worked out again.
    ///
    /// # Errors
    /// The store's.
    fn also(&self, _: &mut Conn, _: &Self::Answer, _: Millis) -> impl Future<Output = Result<(), store::Error>> + Send {
        async { Ok(()) }
    }
}

/// A worked-out change.
pub struct Worked<T> {
    /// Agents as they are, and what becomes of them; in the order in which it is told.
    pub changes: Vec<(Agent, Change)>,
    /// What is answered when it is done.
    pub answer: T,
    /// Whether there is anything to commit.
    pub commit: bool,
}

impl<T> Worked<T> {
    /// That nothing changes.
    pub fn nothing(answer: T) -> Self {
        Self { changes: Vec::new(), answer, commit: false }
    }

    /// One agent's change.
    pub fn one(before: Agent, change: Change, answer: T) -> Self {
        Self::all(vec![(before, change)], answer)
    }

    /// The changes of several agents.
    pub fn all(changes: Vec<(Agent, Change)>, answer: T) -> Self {
        Self { changes, answer, commit: true }
    }
}

impl Service {
    /// Does a live verb. It is carried to its end even when the caller goes away, so that switch and database do not part.
    ///
    /// # Errors
    /// [`Error::Away`] with the switch away, and nothing changed; [`Error::Switch`] when it refused; the verb's own.
    pub async fn perform<V: Live>(&self, verb: V) -> Result<V::Answer> {
        let service = self.clone();
        let task = tokio::spawn(async move { service.perform_here(Arc::new(verb)).await });
        task.await.map_err(|error| Error::Internal(error.to_string()))?
    }

    async fn perform_here<V: Live>(&self, verb: Arc<V>) -> Result<V::Answer> {
        self.switch().hands()?;
        if self.switch().away() {
            return Err(Error::Away);
        }
        for _ in 0..ATTEMPTS {
            let (worked, steps) = {
                let mut conn = self.store().read().await?;
                let worked = verb.work(self, &mut conn).await?;
                let steps = self.steps_of(&mut conn, verb.account(), &worked).await?;
                (worked, steps)
            };
            let (worked, steps) = self.without_phone(&*verb, worked, steps).await?;
            if let Some(answer) = self.carry_out(&verb, worked, steps).await? {
                return Ok(answer);
            }
        }
        Err(Error::Conflict("the agent is being changed by others at the same time; try again".to_owned()))
    }

    /// The steps of each change.
    async fn steps_of<T>(&self, conn: &mut Conn, account: &Account, worked: &Worked<T>) -> Result<Vec<Vec<Step>>> {
        let mut all = Vec::new();
        for (before, change) in &worked.changes {
            all.push(self.steps_between(conn, account, Some(before), &change.after).await?);
        }
        Ok(all)
    }

    /// The switch first, then the commit. None when the state had moved on meanwhile.
    async fn carry_out<V: Live>(&self, verb: &Arc<V>, worked: Worked<V::Answer>, steps: Vec<Vec<Step>>) -> Result<Option<V::Answer>> {
        let Worked { changes, answer, commit } = worked;
        if !commit {
            return Ok(Some(answer));
        }
        let users: Vec<UserId> = changes.iter().map(|(before, _)| before.user_id).collect();
        // A pass of the reconciler that read the old state must not take the steps back before the commit.
        let hold = self.reconciler().hold(&users);
        for ((_, change), steps) in changes.iter().zip(steps) {
            if let Err(error) = self.execute(verb.account(), &change.after, &steps).await {
                self.reconciler().wake();
                return Err(error);
            }
        }
        match self.commit(verb.clone(), changes, answer).await {
            Ok((saved, answer)) => {
                self.publish(saved.iter());
                // What rings from here on is looked at by itself.
                drop(hold);
                self.withdraw_from(&saved).await;
                Ok(Some(answer))
            }
            Err(store::Error::Stale) => {
                self.reconciler().wake();
                Ok(None)
            }
            Err(error) => {
                self.reconciler().wake();
                Err(error.into())
            }
        }
    }

    async fn execute(&self, account: &Account, after: &Agent, steps: &[Step]) -> Result<()> {
        let hands = self.switch().hands()?;
        let outcome = match hands.execute(steps).await {
            // A switch that has lost its agents is given them again, one after the other, and has not come to this one: it is told all of it.
            Err(StepError::AgentNotFound) => {
                let all = self.steps_between(&mut *self.store().read().await?, account, None, after).await?;
                hands.execute(&all).await
            }
            outcome => outcome,
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(StepError::Away | StepError::Timeout) => Err(Error::Away),
            Err(refused) => Err(Error::Switch(refused.to_string())),
        }
    }

    async fn commit<V: Live>(
        &self,
        verb: Arc<V>,
        changes: Vec<(Agent, Change)>,
        answer: V::Answer,
    ) -> Result<(Vec<Saved>, V::Answer), store::Error> {
        let now = self.clock().now();
        let committed = self.store().write(move |conn| {
            Box::pin(async move {
                let mut saved = Vec::with_capacity(changes.len());
                for (before, change) in changes {
                    saved.extend(save_in(conn, before, change, verb.source(), now).await?);
                }
                verb.also(conn, &answer, now).await?;
                Ok((saved, answer))
            })
        });
        committed.await
    }
}

/// A user that is an agent.
async fn agent_user(conn: &mut Conn, account: &Account, user: UserId) -> Result<User> {
    let user = store::user::get(conn, account.id, user).await?.ok_or(Error::NotFound("user"))?;
    if user.active && user.is_agent {
        return Ok(user);
    }
    Err(Error::NotAnAgent)
}
