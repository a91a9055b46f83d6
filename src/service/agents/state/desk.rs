//! An agent with all that its own page shows: where it may sit, the queues that it may serve, and whom it speaks with.

use super::{AgentNow, Floor, QueueNow};
use crate::clock::Millis;
use crate::domain::call::{CallState, Leg};
use crate::domain::device::Device;
use crate::domain::number::LeadId;
use crate::domain::queue::{Mode, Standing};
use crate::domain::text::Label;
use crate::domain::{Account, Agent, DeviceId, Lead, PauseId, Permission, QueueId, UserId, phone};
use crate::service::access::Caller;
use crate::service::agents::agent_user;
use crate::service::agents::hours::standings;
use crate::service::{Result, Service};
use crate::store::{self, Conn};

/// All of it, of one moment.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What it does.
    pub now: AgentNow,
    /// Whether ccgate hears the switch; while it does not, calls are as they were when it was last heard.
    pub switch_connected: bool,
    /// The pause that it is in.
    pub pause_id: Option<PauseId>,
    /// Where it is checked in.
    pub device_id: Option<DeviceId>,
    /// Whether its phone can be called; none where it is not checked in.
    pub reachable: Option<bool>,
    /// Its wrap-up after a queue call, and how much an extension adds, in seconds.
    pub wrap_up_time_s: u32,
    /// How often this wrap-up may still be extended; none without a limit.
    pub snoozes_left: Option<u32>,
    /// Whether the caller may have its phone call somebody.
    pub may_dial: bool,
    /// Its own phones, in the order in which they ring, and the one where it sits.
    pub devices: Vec<DeskPhone>,
    /// The queues that it may serve, by name.
    pub queues: Vec<DeskQueue>,
    /// Its legs that are up, the oldest first.
    pub calls: Vec<DeskCall>,
}

/// A phone where it may check in.
#[derive(Clone, Debug)]
pub struct DeskPhone {
    /// Which.
    pub id: DeviceId,
    /// Its name.
    pub name: Label,
    /// Its SIP user, or its number.
    pub number: String,
    /// Whether it is registered; none of a number outside, and when the switch does not say.
    pub registered: Option<bool>,
    /// Another agent who sits there.
    pub taken_by: Option<Label>,
}

/// A queue that it may serve.
#[derive(Clone, Debug)]
pub struct DeskQueue {
    /// Which.
    pub id: QueueId,
    /// Its name.
    pub name: Label,
    /// How it is joined.
    pub mode: Mode,
    /// Whether it is joined.
    pub joined: bool,
    /// Whether nothing of it is offered because of a pause, of this queue or of all.
    pub paused: bool,
    /// Why.
    pub reason: Option<Label>,
    /// The hours in which it can be joined, in words, when it is not one of them.
    pub closed: Option<String>,
}

/// A leg of the agent.
#[derive(Clone, Debug)]
pub struct DeskCall {
    /// Its UUID.
    pub uuid: String,
    /// That of the call's first leg.
    pub call_id: String,
    /// What it does.
    pub state: CallState,
    /// Whether the agent called.
    pub outgoing: bool,
    /// The other party's number; none where it is not known.
    pub number: Option<String>,
    /// The other party's name, where that is not its number.
    pub name: Option<String>,
    /// The queue that it came from.
    pub queue_id: Option<QueueId>,
    /// Since when it does that, by the switch's clock.
    pub since: Option<Millis>,
    /// The lead that the call was made for, else one with the other party's number.
    pub lead: Option<Lead>,
}

impl Service {
    /// What an agent's own page shows.
    ///
    /// # Errors
    /// [`crate::service::Error::Forbidden`] for another without `agents`; [`crate::service::Error::NotFound`],
    /// [`crate::service::Error::NotAnAgent`].
    pub async fn desk(&self, caller: &Caller, user: Option<UserId>) -> Result<Desk> {
        let (account, user) = (&caller.account, caller.acts_on(user)?);
        let floor = self.floor(account).await?;
        let (user, agent) = {
            let mut conn = self.store().read().await?;
            let user = agent_user(&mut conn, account, user).await?;
            let agent = store::agent::get(&mut conn, account.id, user.id).await?;
            (user, agent)
        };
        let mut seats = Vec::new();
        for device in floor.seats(&agent) {
            seats.push((device, self.reaches(account, device.id).await?));
        }
        let set = user.settings.overrides.or(account.settings.defaults);
        let mut conn = self.store().read().await?;
        let now = self.look_at(&mut conn, &floor, user, agent.clone()).await?;
        let standings = standings(&mut conn, account.id, agent.user_id, floor.now).await?;
        let mut devices = Vec::new();
        for (device, registered) in seats {
            devices.push(seat(&mut conn, &agent, device, registered).await?);
        }
        let mut calls = Vec::new();
        for leg in self.board().of_account(account.id) {
            if leg.info().user_id == Some(agent.user_id) {
                calls.push(call(&mut conn, account, agent.user_id, &leg, floor.now).await?);
            }
        }
        Ok(Desk {
            switch_connected: !self.switch().away(),
            pause_id: agent.pause_id,
            device_id: agent.device_id,
            reachable: agent.device_id.map(|_| agent.unreachable_since.is_none()),
            wrap_up_time_s: set.wrap_up_time.unwrap_or(0),
            snoozes_left: set.max_snooze.map(|most| most.saturating_sub(agent.snoozes)),
            may_dial: caller.may(Permission::Originate),
            devices,
            queues: queues(&mut conn, account, &agent, &now.queues, standings).await?,
            calls,
            now,
        })
    }
}

impl Floor {
    /// Where an agent may check in: its own phones in the order in which they ring, and where it sits.
    fn seats(&self, agent: &Agent) -> Vec<&Device> {
        let may = |device: &&Device| device.user_id == Some(agent.user_id) || agent.device_id == Some(device.id);
        let mut seats: Vec<_> = self.devices.values().filter(may).collect();
        seats.sort_by_key(|device| (device.user_id != Some(agent.user_id), device.ring.ring, device.id));
        seats
    }
}

async fn seat(conn: &mut Conn, agent: &Agent, device: &Device, registered: Option<bool>) -> Result<DeskPhone> {
    let there = store::agent::on_device(conn, agent.account_id, device.id).await?.filter(|there| there.user_id != agent.user_id);
    let taken_by = match there {
        Some(there) => store::user::get(conn, agent.account_id, there.user_id).await?.map(|user| user.name),
        None => None,
    };
    Ok(DeskPhone { id: device.id, name: device.name.clone(), number: device.number(), registered, taken_by })
}

/// Those that it may serve, by name; one of mode 0 is served by nobody.
async fn queues(conn: &mut Conn, account: &Account, agent: &Agent, now: &[QueueNow], standings: Vec<Standing>) -> Result<Vec<DeskQueue>> {
    let mut queues = Vec::new();
    for Standing { membership, closed } in standings {
        let id = membership.queue_id;
        let (joined, mode) = (agent.joined.contains(&id), membership.mode);
        let Some(queue) = store::queue::get(conn, account.id, id).await?.filter(|_| joined || mode != Mode::Off) else { continue };
        let paused = now.iter().find(|queue| queue.id == id && queue.paused);
        let reason = paused.and_then(|queue| queue.reason.clone());
        queues.push(DeskQueue { id, name: queue.name, mode, joined, paused: paused.is_some(), reason, closed });
    }
    queues.sort_by(|one, other| (one.name.as_str(), one.id).cmp(&(other.name.as_str(), other.id)));
    Ok(queues)
}

async fn call(conn: &mut Conn, account: &Account, user: UserId, leg: &Leg, now: Millis) -> Result<DeskCall> {
    let data = leg.data_now(now);
    let outgoing = data.src_user_id == Some(user);
    let number = if outgoing { data.dst_num } else { data.cid_num };
    let name = data.lead_name.or_else(|| data.cid_name.filter(|name| !outgoing && Some(name) != number.as_ref()));
    let lead = lead(conn, account, data.lead_id.as_deref(), number.as_deref()).await?;
    Ok(DeskCall {
        uuid: data.id.to_string(),
        call_id: data.call_id.to_string(),
        state: leg.state(),
        outgoing,
        number,
        name,
        queue_id: data.queue_id,
        since: leg.created_at().map(|at| at.plus_ms(data.waitms.unwrap_or(0))),
        lead,
    })
}

/// What the account's lists have of whom an agent speaks with. An id or a number that there cannot be is no lead's.
async fn lead(conn: &mut Conn, account: &Account, id: Option<&str>, number: Option<&str>) -> Result<Option<Lead>> {
    let named = match id.and_then(|id| LeadId::parse(id).ok()) {
        Some(id) => store::lead::by_lead_id(conn, account.id, &id).await?,
        None => None,
    };
    let spellings = number.and_then(|number| phone::spellings(number, &account.settings.country).ok());
    match (named, spellings) {
        (None, Some(spellings)) => Ok(store::lead::by_phone(conn, account.id, &spellings).await?),
        (named, _) => Ok(named),
    }
}
