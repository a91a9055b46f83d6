//! What agents do now, as it is shown.

use std::collections::HashMap;

use serde::Serialize;

use crate::clock::Millis;
use crate::domain::account::Overrides;
use crate::domain::device::{Device, Line};
use crate::domain::extension::{Kind, Target};
use crate::domain::text::Label;
use crate::domain::{Account, Agent, DeviceId, PauseId, QueueId, User, UserId};
use crate::service::access::Caller;
use crate::service::{Error, Result, Service};
use crate::store::last::QueueCall;
use crate::store::{self, Conn, Page};

/// What an agent does; the first of these that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Not checked in.
    Offline,
    /// In any call.
    InCall,
    /// Its phone rings.
    Ringing,
    /// Paused in all its queues.
    Paused,
    /// Its phone is not registered.
    Unreachable,
    /// After a queue call, for as long as nothing is offered.
    WrapUp,
    /// Takes calls.
    Ready,
}

impl Doing {
    /// Each of them.
    pub const ALL: [Self; 7] = [Self::Offline, Self::InCall, Self::Ringing, Self::Paused, Self::Unreachable, Self::WrapUp, Self::Ready];

    /// Its name in the metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::InCall => "in_call",
            Self::Ringing => "ringing",
            Self::Paused => "paused",
            Self::Unreachable => "unreachable",
            Self::WrapUp => "wrap_up",
            Self::Ready => "ready",
        }
    }
}

/// An agent now.
#[derive(Clone, Debug)]
pub struct AgentNow {
    /// Who.
    pub user_id: UserId,
    /// Its name.
    pub name: Label,
    /// The SIP user or number of the phone where it sits, else of its own first one; none where it has none.
    pub number: Option<String>,
    /// What it does.
    pub doing: Doing,
    /// Of a pause: the words with which it was set, else its name.
    pub reason: Option<Label>,
    /// Since when, as far as that is known.
    pub since: Option<Millis>,
    /// Of a wrap-up: when it ends.
    pub until: Option<Millis>,
    /// The queues that it is joined to or paused in.
    pub queues: Vec<QueueNow>,
}

/// A queue of an agent now.
#[derive(Clone, Debug)]
pub struct QueueNow {
    /// Which.
    pub id: QueueId,
    /// Its first internal number, else its id.
    pub number: String,
    /// Whether nothing of it is offered because of a pause, of this queue or of all.
    pub paused: bool,
    /// Why.
    pub reason: Option<Label>,
}

/// A pause that an agent is in.
#[derive(Clone, Debug)]
pub struct PauseNow {
    /// Which.
    pub id: PauseId,
    /// Its name.
    pub name: Label,
    /// The words with which it was set, where there were any.
    pub note: Option<Label>,
    /// Since when.
    pub since: Millis,
    /// How long, in seconds.
    pub seconds: i64,
}

/// A wrap-up that an agent is in.
#[derive(Clone, Debug)]
pub struct WrapUpNow {
    /// When it ends.
    pub until: Millis,
    /// How much is left, in seconds, rounded up.
    pub left_s: i64,
    /// The queue call before it; none when the API set it without one.
    pub after: Option<QueueCall>,
}

impl Service {
    /// What an agent does now.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another without `agents`; [`Error::NotFound`].
    pub async fn agent_now(&self, caller: &Caller, user: UserId) -> Result<AgentNow> {
        let user = caller.acts_on(Some(user))?;
        let floor = self.floor(&caller.account).await?;
        let mut conn = self.store().read().await?;
        let user = store::user::get(&mut conn, caller.account_id(), user).await?.ok_or(Error::NotFound("user"))?;
        let agent = store::agent::get(&mut conn, user.account_id, user.id).await?;
        self.look_at(&mut conn, &floor, user, agent).await
    }

    /// The pause that a user is in; none when it is in none.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another without `agents`; [`Error::NotFound`].
    pub async fn pause_now(&self, caller: &Caller, user: UserId) -> Result<Option<PauseNow>> {
        let user = caller.acts_on(Some(user))?;
        let (account, now) = (caller.account_id(), self.clock().now());
        let mut conn = self.store().read().await?;
        store::user::get(&mut conn, account, user).await?.ok_or(Error::NotFound("user"))?;
        let agent = store::agent::get(&mut conn, account, user).await?;
        let (Some(id), Some(since)) = (agent.pause_id, agent.paused_at) else { return Ok(None) };
        let pause = store::pause::get(&mut conn, account, id).await?.ok_or(Error::NotFound("pause"))?;
        Ok(Some(PauseNow { id, name: pause.name, note: agent.pause_note, since, seconds: now.since(since) / 1_000 }))
    }

    /// The wrap-up that a user is in; none when it is in none, or in a call.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another without `agents`; [`Error::NotFound`].
    pub async fn wrap_up_now(&self, caller: &Caller, user: UserId) -> Result<Option<WrapUpNow>> {
        let user = caller.acts_on(Some(user))?;
        let (account, now) = (caller.account_id(), self.clock().now());
        let mut conn = self.store().read().await?;
        let user = store::user::get(&mut conn, account, user).await?.ok_or(Error::NotFound("user"))?;
        let agent = store::agent::get(&mut conn, account, user.id).await?;
        if !agent.online() || self.board().in_call(user.id) {
            return Ok(None);
        }
        let after = store::last::queue_call(&mut conn, account, user.id, None, now).await?;
        let until = wrap_up_until(&agent, &user, caller.account.settings.defaults, after.as_ref(), now);
        Ok(until.map(|until| WrapUpNow { until, left_s: (until.since(now) + 999) / 1_000, after }))
    }

    /// The agents that are joined to a queue or paused in it, by id.
    pub(in crate::service) async fn agents_in(&self, floor: &Floor, account: &Account, queue: QueueId) -> Result<Vec<AgentNow>> {
        let mut conn = self.store().read().await?;
        let mut seen = Vec::new();
        for agent in store::agent::list(&mut conn, account.id).await? {
            if (agent.joined.contains(&queue) || agent.paused_in.contains_key(&queue))
                && let Some(user) = store::user::get(&mut conn, account.id, agent.user_id).await?
            {
                seen.push(self.look_at(&mut conn, floor, user, agent).await?);
            }
        }
        Ok(seen)
    }

    /// What everything that is shown of an account's agents depends on.
    pub(in crate::service) async fn floor(&self, account: &Account) -> Result<Floor> {
        let mut conn = self.store().read().await?;
        let devices = store::device::list(&mut conn, account.id, &store::device::Filter::default(), Page::default()).await?;
        let extensions = store::extension::list(&mut conn, account.id, &store::extension::Filter::default(), Page::default()).await?;
        let mut numbers = HashMap::new();
        for extension in extensions.into_iter().filter(|extension| extension.kind == Kind::Internal) {
            if let Target::Queue(queue) = extension.target {
                numbers.entry(queue).or_insert_with(|| extension.number.to_string());
            }
        }
        let pauses = store::pause::list(&mut conn, account.id).await?;
        Ok(Floor {
            now: self.clock().now(),
            defaults: account.settings.defaults,
            devices: devices.into_iter().map(|device| (device.id, device)).collect(),
            numbers,
            pauses: pauses.into_iter().map(|pause| (pause.id, pause.name)).collect(),
        })
    }

    /// What an agent does; `wraps_up` is whether it would be in wrap-up if it did nothing else.
    pub(in crate::service) fn doing(&self, agent: &Agent, wraps_up: bool) -> Doing {
        if !agent.online() {
            Doing::Offline
        } else if self.board().in_call(agent.user_id) {
            Doing::InCall
        } else if self.board().is_ringing(agent.user_id) {
            Doing::Ringing
        } else if agent.pause_id.is_some() {
            Doing::Paused
        } else if agent.unreachable_since.is_some() {
            Doing::Unreachable
        } else if wraps_up {
            Doing::WrapUp
        } else {
            Doing::Ready
        }
    }

    pub(in crate::service) async fn look_at(&self, conn: &mut Conn, floor: &Floor, user: User, agent: Agent) -> Result<AgentNow> {
        let (account, now) = (user.account_id, floor.now);
        let last = store::last::queue_call(conn, account, user.id, None, now).await?;
        let until = wrap_up_until(&agent, &user, floor.defaults, last.as_ref(), now);
        let doing = self.doing(&agent, until.is_some());
        let ended = last.and_then(|call| call.ended_at);
        let since = match doing {
            Doing::InCall | Doing::Ringing => store::last::leg_since(conn, account, user.id).await?,
            Doing::Paused => agent.paused_at,
            Doing::WrapUp => ended,
            Doing::Offline => store::last::span_ended(conn, account, user.id, now).await?,
            Doing::Unreachable => agent.unreachable_since,
            Doing::Ready => {
                let span = store::last::span_ended(conn, account, user.id, now).await?;
                [agent.checked_in_at, ended, span].into_iter().flatten().max()
            }
        };
        let everywhere = agent.pause_id.map(|id| agent.pause_note.clone().or_else(|| floor.pauses.get(&id).cloned()));
        Ok(AgentNow {
            user_id: user.id,
            number: floor.number_of(user.id, agent.device_id),
            name: user.name,
            doing,
            reason: everywhere.clone().flatten(),
            since,
            until: until.filter(|_| doing == Doing::WrapUp),
            queues: queues(&agent, floor, everywhere.as_ref()),
        })
    }
}

/// Until when nothing is offered to an agent after its last queue call; none when that is over, or never was.
pub(in crate::service) fn wrap_up_until(
    agent: &Agent,
    user: &User,
    defaults: Overrides,
    last: Option<&QueueCall>,
    now: Millis,
) -> Option<Millis> {
    let own_s = user.settings.overrides.or(defaults).wrap_up_time.unwrap_or(0);
    super::wrap_up::runs_until(agent, last.and_then(|call| call.ended_at), own_s).filter(|&until| until > now)
}

/// What everything that is shown of an account's agents depends on, of one moment.
pub(in crate::service) struct Floor {
    now: Millis,
    defaults: Overrides,
    devices: HashMap<DeviceId, Device>,
    numbers: HashMap<QueueId, String>,
    pauses: HashMap<PauseId, Label>,
}

impl Floor {
    /// A queue's first internal number, else its id.
    pub(in crate::service) fn number_of_queue(&self, queue: QueueId) -> String {
        self.numbers.get(&queue).cloned().unwrap_or_else(|| queue.to_string())
    }

    fn number_of(&self, user: UserId, seat: Option<DeviceId>) -> Option<String> {
        let own = || self.devices.values().filter(|device| device.user_id == Some(user)).min_by_key(|device| (device.ring.ring, device.id));
        let device = seat.and_then(|id| self.devices.get(&id)).or_else(own)?;
        Some(match &device.line {
            Line::Sip { username, .. } => username.to_string(),
            Line::External { number, .. } => number.to_string(),
        })
    }
}

/// `everywhere` is why the agent is paused in all its queues; the outer none when it is not.
fn queues(agent: &Agent, floor: &Floor, everywhere: Option<&Option<Label>>) -> Vec<QueueNow> {
    let mut ids: Vec<_> = agent.joined.iter().chain(agent.paused_in.keys()).collect();
    ids.sort_unstable();
    let queue = |id: &QueueId| {
        let pause = agent.paused_in.get(id).or(everywhere);
        QueueNow { id: *id, number: floor.number_of_queue(*id), paused: pause.is_some(), reason: pause.cloned().flatten() }
    };
    ids.into_iter().map(queue).collect()
}
