//! The actions.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::params::Params;
use super::wire;
use crate::domain::{Permission, QueueId, User, UserId};
use crate::service::access::Caller;
use crate::service::agents::one_queue::QueueVerb;
use crate::service::agents::state::AgentNow;
use crate::service::users::UserExtras;
use crate::service::{Error, Service};

/// What an action gives.
type Outcome = Result<Value, Error>;
/// An action.
pub(super) type Action = for<'a> fn(&'a Ask<'a>) -> BoxFuture<'a, Outcome>;

/// All of them.
pub(super) const ALL: [(&str, Action); 7] = [
    ("add", |ask| Box::pin(ask.add())),
    ("remove", |ask| Box::pin(ask.remove())),
    ("pause", |ask| Box::pin(ask.pause())),
    ("unpause", |ask| Box::pin(ask.unpause())),
    ("showstate", |ask| Box::pin(ask.show_state())),
    ("showqueue", |ask| Box::pin(ask.show_queue())),
    ("showqueuestat", |ask| Box::pin(ask.show_queue_stat())),
];

/// Who asks for what.
pub(super) struct Ask<'a> {
    service: &'a Service,
    caller: &'a Caller,
    params: &'a Params,
}

/// Does what `action` says.
///
/// # Errors
/// Why not.
pub(super) async fn act(service: &Service, caller: &Caller, params: &Params) -> Outcome {
    let named = params.get("action").ok_or_else(|| Error::invalid("action", "is required"))?;
    let Some((_, action)) = ALL.iter().find(|(name, _)| *name == named) else {
        let names = ALL.map(|(name, _)| name).join(", ");
        return Err(Error::invalid("action", format!("must be one of {names}")));
    };
    action(&Ask { service, caller, params }).await
}

impl Ask<'_> {
    async fn add(&self) -> Outcome {
        let (number, alias) = (self.params.need("agent")?, self.params.label("alias")?);
        let queue = self.service.queue_at(self.caller, self.params.need("queue")?).await?;
        if let Ok(user) = self.service.agent_at(self.caller, number).await {
            self.may_rename(user).await?;
        }
        let user = self.service.add_agent(self.caller, number, queue, alias.as_ref()).await?;
        self.changed(user).await
    }

    async fn remove(&self) -> Outcome {
        let user = self.agent().await?;
        let queue = self.service.queue_at(self.caller, self.params.need("queue")?).await?;
        self.service.change_queue(self.caller, user, queue, QueueVerb::Leave).await?;
        self.changed(user).await
    }

    async fn pause(&self) -> Outcome {
        let (user, reason) = (self.agent().await?, self.params.label("reason")?);
        match self.queue().await? {
            Some(queue) => self.service.change_queue(self.caller, user, queue, QueueVerb::Pause(reason)).await?,
            None => self.service.pause_for(self.caller, user, reason).await?,
        }
        self.changed(user).await
    }

    async fn unpause(&self) -> Outcome {
        let user = self.agent().await?;
        match self.queue().await? {
            Some(queue) => self.service.change_queue(self.caller, user, queue, QueueVerb::Resume).await?,
            None => self.service.resume_everywhere(self.caller, user).await?,
        }
        self.changed(user).await
    }

    async fn show_state(&self) -> Outcome {
        let user = self.service.agent_at(self.caller, self.params.need("agent")?).await?;
        self.state(user).await
    }

    async fn show_queue(&self) -> Outcome {
        let one = self.queue().await?;
        let mut states: Vec<_> = self.service.queues_now(self.caller, one).await?.iter().map(wire::queue).collect();
        Ok(if one.is_some() { states.pop().unwrap_or(Value::Null) } else { Value::Array(states) })
    }

    async fn show_queue_stat(&self) -> Outcome {
        let one = self.queue().await?;
        let mut figures: Vec<_> = self.service.queues_today(self.caller, one).await?.iter().map(wire::figures).collect();
        Ok(if one.is_some() { figures.pop().unwrap_or(Value::Null) } else { Value::Array(figures) })
    }

    /// The agent that something is to be changed of, who may be renamed if that is asked for.
    async fn agent(&self) -> Result<UserId, Error> {
        let user = self.service.agent_at(self.caller, self.params.need("agent")?).await?;
        self.may_rename(user).await?;
        Ok(user)
    }

    /// The queue, where one was named.
    async fn queue(&self) -> Result<Option<QueueId>, Error> {
        match self.params.get("queue") {
            Some(number) => self.service.queue_at(self.caller, number).await.map(Some),
            None => Ok(None),
        }
    }

    /// Before anything is done: what is refused changes nothing.
    async fn may_rename(&self, user: UserId) -> Result<(), Error> {
        self.params.label("alias")?.map_or(Ok(()), |_| self.caller.require(Permission::Users))?;
        self.caller.acts_on(Some(user)).map(|_| ())
    }

    /// Names the agent by its `alias`, when there is one, and shows it.
    async fn changed(&self, user: UserId) -> Outcome {
        if let Some(alias) = self.params.label("alias")?
            && self.service.agent_now(self.caller, user).await?.name != alias
        {
            let rename = Box::new(move |user: &mut User| {
                user.name = alias;
                Ok(())
            });
            self.service.update_user(self.caller, user, UserExtras::default(), rename).await?;
        }
        self.state(user).await
    }

    /// By the number that was asked for.
    async fn state(&self, user: UserId) -> Outcome {
        let number = self.params.need("agent")?;
        Ok(wire::agent(&AgentNow { number: Some(number.to_owned()), ..self.service.agent_now(self.caller, user).await? }))
    }
}
