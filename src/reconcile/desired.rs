//! What should be true on the switch and in what is served to it, as of one moment of the database.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::params::{AgentParams, Options, QueueParams};
use crate::clock::Millis;
use crate::domain::account::QueueCode;
use crate::domain::device::Line;
use crate::domain::dial_rule::DialRule;
use crate::domain::extension::Target;
use crate::domain::kept::Kept;
use crate::domain::media::Media;
use crate::domain::number::{Domain, ExtensionNumber, Gateway, SipUser};
use crate::domain::time_group::TimeGroup;
use crate::domain::toll::Ceiling;
use crate::domain::voicemail::Voicemail;
use crate::domain::{
    Account, AccountId, Device, DeviceId, DialRuleId, Extension, MediaId, Queue, QueueId, TimeGroupId, User, UserId, VoicemailId,
};
use crate::switch::recording::Place;
use crate::switch::{AgentName, AgentStatus, Contact, Names, QueueName};

/// Everything. Cheap to read from many places; a new one is made for each change.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    pub(super) accounts: BTreeMap<AccountId, DesiredAccount>,
    /// By the domain in lower case.
    pub(super) by_domain: HashMap<String, AccountId>,
    /// By number; a DID is unique on the box.
    pub(super) dids: HashMap<String, AccountId>,
    /// What the configuration says of calls.
    pub(super) options: Options,
    /// Whose a name on the switch is.
    pub(super) names: Arc<Names>,
}

/// One account's part.
#[derive(Clone, Debug)]
pub struct DesiredAccount {
    /// Its id, domain and settings.
    pub account: Account,
    /// Its users.
    pub users: BTreeMap<UserId, User>,
    /// Its phones, SIP and external.
    pub devices: BTreeMap<DeviceId, Device>,
    /// Its agents: every active user that is one, checked in or not.
    pub agents: BTreeMap<UserId, DesiredAgent>,
    /// Its queues.
    pub queues: BTreeMap<QueueId, DesiredQueue>,
    /// Queues that are no more, and may still have callers.
    pub drains: Vec<DesiredDrain>,
    /// Its sounds.
    pub media: BTreeMap<MediaId, Media>,
    /// How its numbers outside are dialled.
    pub dial_rules: BTreeMap<DialRuleId, DialRule>,
    /// Its mailboxes.
    pub voicemails: BTreeMap<VoicemailId, Voicemail>,
    /// Its hours.
    pub time_groups: BTreeMap<TimeGroupId, TimeGroup>,
    /// The names that it keeps on the switch.
    pub kept: Kept,
    /// The directory: SIP phones by user, in lower case.
    pub(super) directory: HashMap<String, DeviceId>,
    /// What its own phones dial, by number.
    pub(super) internal: BTreeMap<String, Extension>,
    /// What callers from outside dial, by number.
    pub(super) did: BTreeMap<String, Extension>,
}

/// An agent of mod_callcenter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredAgent {
    /// Its name.
    pub name: AgentName,
    /// The phone it is checked in on.
    pub device_id: Option<DeviceId>,
    /// How that phone's legs are known, `1001@lab.local`; none for an external one.
    pub presence_id: Option<String>,
    /// Where it is rung; none when checked out, and then it does not matter.
    pub contact: Option<Contact>,
    /// Logged out, paused or available.
    pub status: AgentStatus,
    /// Its numbers.
    pub params: AgentParams,
    /// Whether it is ours to change on the switch.
    pub managed: bool,
    /// The queues it has joined; none when checked out. Of a managed agent only those that are managed too.
    pub tiers: BTreeMap<QueueName, DesiredTier>,
    /// No offers before this time, where the API set the end of its wrap-up.
    pub ready_at: Option<Millis>,
    /// Whether its phone cannot be reached, as far as is known; it is on break for as long.
    pub unreachable: bool,
    /// The commit of the agent's row that this is from.
    pub version: i64,
}

/// An agent's place in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DesiredTier {
    /// From 1; lower is offered first.
    pub level: u32,
    /// From 1, within the level.
    pub position: u32,
}

/// A queue of mod_callcenter.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredQueue {
    /// Its name.
    pub name: QueueName,
    /// Whether it is ours to change on the switch.
    pub managed: bool,
    /// Its row: what the dialplan needs of it (ring timeout, exits, announcements).
    pub queue: Queue,
    /// What is served for it, and compared.
    pub(super) params: QueueParams,
}

/// A queue that was deleted: nobody is to wait in it any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredDrain {
    /// Its name.
    pub name: QueueName,
    /// The account's extension that its callers are sent to; none ends their calls.
    pub exit: Option<ExtensionNumber>,
}

impl DesiredQueue {
    /// The `<param>`s of its configuration, all of them, in order.
    pub fn params(&self) -> &QueueParams {
        &self.params
    }
}

impl DesiredAgent {
    /// This agent, checked out.
    #[must_use]
    pub fn checked_out(&self) -> Self {
        Self {
            device_id: None,
            presence_id: None,
            contact: None,
            status: AgentStatus::LoggedOut,
            tiers: BTreeMap::new(),
            ready_at: None,
            unreachable: false,
            ..self.clone()
        }
    }

    /// Whether it is checked in.
    pub fn online(&self) -> bool {
        self.status != AgentStatus::LoggedOut
    }
}

impl Desired {
    /// The accounts.
    pub fn accounts(&self) -> impl Iterator<Item = &DesiredAccount> {
        self.accounts.values()
    }

    /// An account.
    pub fn account(&self, id: AccountId) -> Option<&DesiredAccount> {
        self.accounts.get(&id)
    }

    /// The account of a SIP domain, regardless of case.
    pub fn domain(&self, domain: &str) -> Option<&DesiredAccount> {
        self.by_domain.get(&domain.to_ascii_lowercase()).and_then(|id| self.accounts.get(id))
    }

    /// Whose number an outside caller dialled, and where it leads.
    pub fn did(&self, number: &str) -> Option<(&DesiredAccount, &Extension)> {
        let account = self.dids.get(number).and_then(|id| self.accounts.get(id))?;
        Some((account, account.did.get(number)?))
    }

    /// The numbers of every account that callers from outside dial.
    pub fn dids(&self) -> impl Iterator<Item = &str> {
        self.accounts().flat_map(|account| account.did.keys()).map(String::as_str)
    }

    /// A device of any account, by the id that its channels carry.
    pub fn device(&self, id: DeviceId) -> Option<(&DesiredAccount, &Device)> {
        self.accounts().find_map(|account| Some((account, account.devices.get(&id)?)))
    }

    /// A queue by its name on the switch.
    pub fn queue(&self, name: &str) -> Option<&DesiredQueue> {
        let name = self.names.queue(name)?;
        self.domain(name.domain.as_str())?.queues.get(&name.queue).filter(|queue| queue.name == name)
    }

    /// An agent by its name on the switch.
    pub fn agent(&self, name: &AgentName) -> Option<&DesiredAgent> {
        self.domain(name.domain.as_str())?.agents.get(&name.user).filter(|agent| agent.name == *name)
    }

    /// Whose a name on the switch is.
    pub fn names(&self) -> &Arc<Names> {
        &self.names
    }

    /// Every queue.
    pub fn queues(&self) -> impl Iterator<Item = &DesiredQueue> {
        self.accounts().flat_map(|account| account.queues.values())
    }

    /// Every queue that is to be emptied.
    pub fn drains(&self) -> impl Iterator<Item = &DesiredDrain> {
        self.accounts().flat_map(|account| &account.drains)
    }

    /// Every agent.
    pub fn agents(&self) -> impl Iterator<Item = &DesiredAgent> {
        self.accounts().flat_map(|account| account.agents.values())
    }

    /// Through which calls leave where a device names no gateway.
    pub fn gateway(&self) -> Option<&Gateway> {
        self.options.gateway.as_ref()
    }

    /// What no account may do more of.
    pub fn ceiling(&self) -> &Ceiling {
        &self.options.ceiling
    }

    /// Where calls are recorded.
    pub fn recordings(&self) -> &Place {
        &self.options.recordings
    }

    /// The folder of the sound files, as the switch sees it.
    pub fn media_folder(&self) -> &str {
        &self.options.media_folder
    }

    /// Whether a domain is one of ours, and names in it ours to change.
    pub(super) fn owns(&self, domain: &Domain) -> bool {
        self.by_domain.contains_key(&domain.as_str().to_ascii_lowercase())
    }

    /// Whether a queue of this name would be ours to change, whether or not there is one.
    pub fn is_ours(&self, queue: &str) -> bool {
        self.names.queue(queue).is_some_and(|name| self.owns(&name.domain) && self.manages(&name))
    }

    /// Whether a queue with a name of ours is ours to change; one that is gone is, where it was.
    pub(super) fn manages(&self, queue: &QueueName) -> bool {
        self.domain(queue.domain.as_str()).is_none_or(|account| account.kept.manages(queue.queue))
    }

    /// The directory's users whose entry is not the same in `newer`: what the switch has cached of them is old.
    pub(super) fn stale_users(&self, newer: &Self) -> Vec<(SipUser, Domain)> {
        let mut stale = Vec::new();
        for account in self.accounts() {
            let now = newer.account(account.account.id);
            for device in account.directory.values().filter_map(|id| account.devices.get(id)) {
                let Line::Sip { username, .. } = &device.line else { continue };
                let same = now.is_some_and(|now| {
                    now.devices.get(&device.id) == Some(device)
                        && now.account.domain == account.account.domain
                        && now.voicemail(username.as_str()) == account.voicemail(username.as_str())
                });
                if !same {
                    stale.push((username.clone(), account.account.domain.clone()));
                }
            }
        }
        stale.sort();
        stale
    }
}

impl DesiredAccount {
    /// What an agent of it is called on the switch.
    pub fn agent_name(&self, user: UserId) -> AgentName {
        AgentName::new(user, &self.account.domain).kept_as(self.kept.agents.get(&user))
    }

    /// Whether an agent of it was made by ccgate: it has no other name than its id gives it.
    pub fn made(&self, user: UserId) -> bool {
        let own = AgentName::new(user, &self.account.domain).to_string();
        self.kept.agents.get(&user).is_none_or(|kept| kept.as_str() == own)
    }

    /// What a queue of it is called on the switch.
    pub fn queue_name(&self, queue: QueueId) -> QueueName {
        QueueName::new(queue, &self.account.domain).kept_as(self.kept.queues.get(&queue).map(|kept| &kept.name))
    }

    /// The phone that registers as this SIP user, regardless of case.
    pub fn sip_user(&self, username: &str) -> Option<&Device> {
        self.directory.get(&username.to_ascii_lowercase()).and_then(|id| self.devices.get(id))
    }

    /// The mailbox of this number.
    pub fn voicemail(&self, number: &str) -> Option<&Voicemail> {
        self.voicemails.values().find(|mailbox| mailbox.number.as_str() == number)
    }

    /// Every phone of the directory.
    pub fn sip_devices(&self) -> impl Iterator<Item = &Device> {
        self.devices.values().filter(|device| device.is_sip())
    }

    /// Where a number leads that one of the account's own phones dialled.
    pub fn extension(&self, number: &str) -> Option<&Extension> {
        self.internal.get(number)
    }

    /// The account's own number that leads there, the first of several.
    pub(super) fn number_of(&self, target: Target) -> Option<&ExtensionNumber> {
        let numbers = self.internal.values().filter(|extension| extension.target == target).map(|extension| &extension.number);
        numbers.min_by_key(|number| number.as_str())
    }

    /// Every number that the account's own phones dial.
    pub fn internal_numbers(&self) -> impl Iterator<Item = &str> {
        self.internal.keys().map(String::as_str)
    }

    /// What a phone asks for that dials one of the account's codes: for this queue, whose number follows, or for all.
    pub fn queue_code(&self, dialled: &str) -> Option<(QueueCode, Option<QueueId>)> {
        let (asks, number) = self.account.settings.queue_code(dialled)?;
        if number.is_empty() {
            return Some((asks, None));
        }
        match self.extension(number)?.target {
            Target::Queue(queue) => Some((asks, Some(queue))),
            _ => None,
        }
    }

    /// Whether a phone reaches the number whatever else is set.
    pub fn is_emergency(&self, number: &str) -> bool {
        self.account.emergency_numbers().contains(&number)
    }

    /// A user's devices in its ring order.
    pub fn devices_of(&self, user: UserId) -> Vec<&Device> {
        let mut devices: Vec<_> = self.devices.values().filter(|device| device.user_id == Some(user)).collect();
        devices.sort_by_key(|device| (device.ring.ring, device.id));
        devices
    }
}
