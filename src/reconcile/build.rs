//! From the rows of the database to [`Desired`].

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::desired::{Desired, DesiredAccount, DesiredAgent, DesiredDrain, DesiredQueue, DesiredTier};
use super::params::{Options, QueueParams, agent_params};
use crate::domain::device::Line;
use crate::domain::dial_rule::DialRule;
use crate::domain::extension::Kind as ExtensionKind;
use crate::domain::kept::{Kept, KeptNames};
use crate::domain::media::Media;
use crate::domain::queue::Drain;
use crate::domain::resource::Kind;
use crate::domain::time_group::TimeGroup;
use crate::domain::voicemail::Voicemail;
use crate::domain::{Account, Agent, Device, Extension, Membership, Queue, Resource, User};
use crate::store::{self, Conn, Page};
use crate::switch::contact::{contact, presence_id};
use crate::switch::{AgentStatus, Names};

/// The rows that matter, all of one moment.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Users.
    pub users: Vec<User>,
    /// Devices.
    pub devices: Vec<Device>,
    /// Queues.
    pub queues: Vec<Queue>,
    /// Queues that were deleted and may still have callers.
    pub drains: Vec<Drain>,
    /// Memberships.
    pub memberships: Vec<Membership>,
    /// Extensions.
    pub extensions: Vec<Extension>,
    /// Agents that were ever checked in.
    pub agents: Vec<Agent>,
    /// Sounds.
    pub media: Vec<Resource<Media>>,
    /// Dial rules.
    pub dial_rules: Vec<Resource<DialRule>>,
    /// Mailboxes.
    pub voicemails: Vec<Resource<Voicemail>>,
    /// Hours.
    pub time_groups: Vec<Resource<TimeGroup>>,
    /// Names that were on the switch before.
    pub kept: KeptNames,
}

/// Reads the rows and works out what should be true. Give it a connection with one snapshot ([`store::Store::read`]).
///
/// # Errors
/// The store's.
pub async fn load(conn: &mut Conn, options: &Options) -> Result<Desired, store::Error> {
    let accounts = store::account::all(conn).await?;
    let mut users = Vec::new();
    for account in &accounts {
        users.extend(store::user::list(conn, account.id, &store::user::Filter::default(), Page::default()).await?);
    }
    let rows = Rows {
        accounts,
        users,
        devices: store::device::all(conn).await?,
        queues: store::queue::all(conn).await?,
        drains: store::drain::all(conn).await?,
        memberships: store::membership::all(conn).await?,
        extensions: store::extension::all(conn).await?,
        agents: store::agent::all(conn).await?,
        media: store::resource::all(conn).await?,
        dial_rules: store::resource::all(conn).await?,
        voicemails: store::resource::all(conn).await?,
        time_groups: store::resource::all(conn).await?,
        kept: store::kept::all(conn).await?,
    };
    Ok(build(rows, options))
}

/// Works out what should be true. Rows that name what is not there (an agent on a deleted device) count as if they did not.
pub fn build(rows: Rows, options: &Options) -> Desired {
    let mut desired = Desired { options: options.clone(), ..Desired::default() };
    let domains = rows.accounts.iter().map(|account| (account.id, &account.domain));
    desired.names = Arc::new(Names::new(&rows.kept, domains));
    let mut kept = rows.kept;
    for account in rows.accounts {
        desired.by_domain.insert(account.domain.as_str().to_ascii_lowercase(), account.id);
        let kept = kept.remove(&account.id).unwrap_or_default();
        desired.accounts.insert(account.id, empty(account, kept));
    }
    for user in rows.users {
        if let Some(account) = desired.accounts.get_mut(&user.account_id) {
            account.users.insert(user.id, user);
        }
    }
    for device in rows.devices {
        let Some(account) = desired.accounts.get_mut(&device.account_id) else { continue };
        if let Line::Sip { username, .. } = &device.line {
            account.directory.insert(username.as_str().to_ascii_lowercase(), device.id);
        }
        account.devices.insert(device.id, device);
    }
    place(&mut desired, rows.media, |account| &mut account.media);
    place(&mut desired, rows.dial_rules, |account| &mut account.dial_rules);
    place(&mut desired, rows.voicemails, |account| &mut account.voicemails);
    place(&mut desired, rows.time_groups, |account| &mut account.time_groups);
    for queue in rows.queues {
        let Some(account) = desired.accounts.get_mut(&queue.account_id) else { continue };
        let (name, managed) = (account.queue_name(queue.id), account.kept.manages(queue.id));
        let params = QueueParams::new(&queue.settings, &account.media, options);
        account.queues.insert(queue.id, DesiredQueue { name, managed, queue, params });
    }
    for extension in rows.extensions {
        let Some(account) = desired.accounts.get_mut(&extension.account_id) else { continue };
        let number = extension.number.to_string();
        match extension.kind {
            ExtensionKind::Internal => drop(account.internal.insert(number, extension)),
            ExtensionKind::Did => {
                desired.dids.insert(number.clone(), account.account.id);
                account.did.insert(number, extension);
            }
        }
    }
    for drain in rows.drains {
        let Some(account) = desired.accounts.get_mut(&drain.account_id) else { continue };
        // An exit that leads nowhere any more is none.
        let exit = drain.exit.filter(|number| account.internal.contains_key(number.as_str()));
        let name = account.queue_name(drain.queue_id);
        account.drains.push(DesiredDrain { name, exit });
    }
    add_agents(&mut desired, &rows.agents, &rows.memberships, options);
    desired
}

/// Gives each resource to its account.
fn place<K: Kind>(desired: &mut Desired, rows: Vec<Resource<K>>, part: fn(&mut DesiredAccount) -> &mut BTreeMap<K::Id, K>) {
    for row in rows {
        if let Some(account) = desired.accounts.get_mut(&row.account_id) {
            part(account).insert(row.id, row.settings);
        }
    }
}

fn empty(account: Account, kept: Kept) -> DesiredAccount {
    DesiredAccount {
        account,
        kept,
        users: BTreeMap::new(),
        devices: BTreeMap::new(),
        agents: BTreeMap::new(),
        queues: BTreeMap::new(),
        drains: Vec::new(),
        media: BTreeMap::new(),
        dial_rules: BTreeMap::new(),
        voicemails: BTreeMap::new(),
        time_groups: BTreeMap::new(),
        directory: HashMap::new(),
        internal: BTreeMap::new(),
        did: BTreeMap::new(),
    }
}

fn add_agents(desired: &mut Desired, agents: &[Agent], memberships: &[Membership], options: &Options) {
    let states: HashMap<_, _> = agents.iter().map(|agent| (agent.user_id, agent)).collect();
    let mut members: HashMap<_, Vec<&Membership>> = HashMap::new();
    for member in memberships {
        members.entry(member.user_id).or_default().push(member);
    }
    for account in desired.accounts.values_mut() {
        let agents = account.users.values().filter(|user| user.active && user.is_agent).map(|user| {
            let state = states.get(&user.id).copied().filter(|state| state.account_id == user.account_id);
            let memberships = members.get(&user.id).map_or(&[][..], Vec::as_slice);
            (user.id, agent(account, user, state, memberships, options))
        });
        account.agents = agents.collect();
    }
}

/// What an agent should be, from its rows; the service works out live changes with this too.
pub fn agent(account: &DesiredAccount, user: &User, state: Option<&Agent>, memberships: &[&Membership], options: &Options) -> DesiredAgent {
    let domain = &account.account.domain;
    let device = state.and_then(|state| state.device_id).and_then(|id| account.devices.get(&id));
    let online = state.filter(|_| device.is_some());
    let status = match online {
        None => AgentStatus::LoggedOut,
        Some(state) if state.pause_id.is_some() || state.unreachable_since.is_some() => AgentStatus::OnBreak,
        Some(_) => AgentStatus::Available,
    };
    let managed = account.made(user.id) || memberships.iter().any(|member| account.kept.manages(member.queue_id));
    let joined = |member: &&&Membership| {
        online.is_some_and(|state| state.joined.contains(&member.queue_id))
            && account.queues.get(&member.queue_id).is_some_and(|queue| queue.managed || !managed)
    };
    let tier = |member: &&Membership| (account.queue_name(member.queue_id), DesiredTier { level: member.level, position: member.position });
    let ready_at = online.and_then(|state| state.wrap_up_until);
    DesiredAgent {
        name: account.agent_name(user.id),
        managed,
        device_id: device.map(|device| device.id),
        presence_id: device.and_then(|device| match &device.line {
            Line::Sip { username, .. } => Some(presence_id(username, domain)),
            Line::External { .. } => None,
        }),
        contact: device.map(|device| {
            let barred = account.may_ring(device, &options.ceiling).is_err();
            contact(user, device, domain, options.gateway.as_ref(), barred)
        }),
        status,
        params: agent_params(user.settings.overrides, account.account.settings.defaults, ready_at.is_some()),
        tiers: memberships.iter().filter(joined).map(tier).collect(),
        ready_at,
        unreachable: online.is_some_and(|state| state.unreachable_since.is_some()),
        version: state.map_or(0, |state| state.version),
    }
}

#[cfg(test)]
#[path = "build_tests.rs"]
pub(crate) mod tests;
