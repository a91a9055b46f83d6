//! The decision: pure, from a snapshot.

use super::legs::phones_of;
use super::{Caller, Cause, Connection, Destination, QueueCall, Route, legs, queue};
use crate::domain::account::LISTEN_CODE;
use crate::domain::call::CallType;
use crate::domain::device::{Device, Line};
use crate::domain::extension::Target;
use crate::domain::number::{DialNumber, ExtensionNumber, SipUser};
use crate::domain::phone;
use crate::domain::user::Way;
use crate::domain::{AccountId, DeviceId, QueueId, UserId};
use crate::reconcile::outside::{NotDialled, Seen};
use crate::reconcile::{Desired, DesiredAccount, Presence};
use crate::switch::{AgentName, originate, transfer};
use crate::xml_curl::request::Call;

/// What every code that a phone dials to ccgate starts with.
const STAR: &str = "**";
/// The context of callers from outside.
pub(super) const PUBLIC: &str = "public";
/// Where a caller is sent that leaves a queue without an agent: nothing that can be dialled.
pub(super) const QUEUE_EXIT: &str = "queue-exit";
/// Seconds for which phones ring where nothing else is said.
pub(super) const RING_TIMEOUT_S: u32 = 30;

/// What is known at this moment: what should be true, and who sits where.
#[derive(Clone, Copy)]
pub(in crate::xml_curl) struct Known<'a> {
    pub(in crate::xml_curl) desired: &'a Desired,
    pub(in crate::xml_curl) presence: &'a Presence,
}

/// Where a call goes. From context `default`, which only authenticated phones are in, and from the one of click-to-calls, which only ccgate's own
/// legs are in, only a known device gets anywhere; from `public`, only the numbers (DIDs) can be reached. A caller who leaves a queue for one of its
/// exits comes in a context of its own, in which only transfers put a call: it was let in before, and says whose it is.
pub(in crate::xml_curl) fn route(known: Known<'_>, call: &Call) -> Route {
    match call.context.as_str() {
        PUBLIC => from_outside(known, call),
        "default" => from_phone(known, call, false),
        originate::CONTEXT => from_phone(known, call, true),
        transfer::CONTEXT => from_queue(known, call),
        _ => Route::NotFound,
    }
}

fn from_outside(known: Known<'_>, call: &Call) -> Route {
    let Some((account, extension)) = known.desired.did(&call.destination) else { return Route::NotFound };
    let Ok(number) = DialNumber::parse(&call.destination) else { return Route::NotFound };
    let outsider = call.caller_number.as_deref();
    Routed { known, account, number, outsider, inside: false, from: None, who: None, agent: None, by_name: false }.dial(extension.target)
}

/// A caller that leaves a queue for the extension that it was sent to, or for the exit that the queue names for how it left; or somebody outside
/// whom a phone of the account transferred. The caller may be anybody: what it is told of a number is only whether it is one of the account's
/// extensions. Outside it comes by the rules of who sits at the phone that sent it there. An agent's call is counted as that already.
fn from_queue(known: Known<'_>, call: &Call) -> Route {
    let Some(account) = call.account_id.and_then(|id| known.desired.account(AccountId(id))) else { return Route::NotFound };
    let number = if call.destination == QUEUE_EXIT {
        let left = call.left.as_ref().and_then(|left| Some((account.queues.get(&QueueId(left.queue_id))?, &left.how)));
        let Some(number) = left.and_then(|(queue, how)| queue::exit(queue, how)) else { return Route::Refuse(Cause::NormalClearing) };
        number.to_string()
    } else {
        call.destination.clone()
    };
    let target = account.extension(&number).map(|extension| extension.target);
    let Ok(number) = DialNumber::parse(&number) else { return Route::Refuse(Cause::UnallocatedNumber) };
    let own = call.device_id.and_then(|id| account.devices.get(&DeviceId(id)));
    let moved_by = call.moved_by.filter(|_| call.destination != QUEUE_EXIT);
    let from = if target.is_none() { moved_by.and_then(|id| account.devices.get(&id)) } else { own };
    let who = from.and_then(|phone| known.presence.user_on(phone.id).or(phone.user_id));
    let outsider = call.caller_number.as_deref().filter(|_| own.is_none());
    let is_code = number.as_str().contains(['*', '#']);
    let routed = Routed { known, account, number, outsider, inside: from.is_some(), from, who, agent: None, by_name: true };
    match target {
        Some(target) => routed.dial(target),
        None if from.is_some() && !is_code => routed.dial_outside(),
        None => Route::Refuse(Cause::UnallocatedNumber),
    }
}

/// A click-to-call was allowed before it was made, so it need not ask who is checked in.
fn from_phone(known: Known<'_>, call: &Call, click_to_call: bool) -> Route {
    let Some((account, phone)) = call.device_id.and_then(|id| known.desired.device(DeviceId(id))) else { return Route::NotFound };
    if call.destination.starts_with(STAR) {
        return Route::Star { device: phone.id, code: call.destination.clone() };
    }
    let Ok(number) = DialNumber::parse(&call.destination) else { return Route::Refuse(Cause::UnallocatedNumber) };
    let sits = known.presence.user_on(phone.id);
    let clicks = call.user_id.map(UserId).filter(|user| click_to_call && account.users.contains_key(user));
    let who = clicks.or(sits).or(phone.user_id);
    let agent = sits.map(|user| account.agent_name(user));
    let routed = Routed { known, account, number, outsider: None, inside: true, from: Some(phone), who, agent, by_name: !click_to_call };
    if account.is_emergency(&call.destination) {
        return routed.dial_outside();
    }
    let target = account.extension(&call.destination).map(|extension| extension.target);
    if !click_to_call && account.queue_code(&call.destination).is_some() {
        return Route::Star { device: phone.id, code: call.destination.clone() };
    }
    let is_code = call.destination.contains(['*', '#']);
    if !(click_to_call || may_dial(account, sits)) {
        let call_type = match target {
            Some(Target::Queue(_)) => CallType::Queue,
            None if !is_code => CallType::Outbound,
            _ => CallType::Internal,
        };
        return routed.end(call_type, Cause::FacilityNotSubscribed);
    }
    match target {
        Some(target) => routed.dial(target),
        None if call.destination == LISTEN_CODE => routed.listen(),
        // Star and hash codes are the carrier's to its own customer, not to ours.
        None if is_code => routed.end(CallType::Internal, Cause::UnallocatedNumber),
        None => routed.dial_outside(),
    }
}

fn may_dial(account: &DesiredAccount, agent: Option<UserId>) -> bool {
    account.account.settings.dial_without_checkin || agent.is_some()
}

/// Who calls within the office from this phone, whatever number it dials; nobody while it may not.
pub(in crate::xml_curl) fn of_phone(known: Known<'_>, account: &DesiredAccount, phone: &Device) -> Option<Caller> {
    let agent = known.presence.user_on(phone.id);
    let user = agent.or(phone.user_id);
    let agent_name = agent.map(|agent| account.agent_name(agent));
    may_dial(account, agent).then(|| Caller { user, agent: agent_name, name: own_name(phone), seen: account.seen_inside(user) })
}

/// What a number of the account, or an emergency number, leads to, whichever of its phones dials it.
pub(in crate::xml_curl) fn of_number(known: Known<'_>, account: &DesiredAccount, number: &str) -> Route {
    let Ok(dialled) = DialNumber::parse(number) else { return Route::NotFound };
    let routed =
        Routed { known, account, number: dialled, outsider: None, inside: true, from: None, who: None, agent: None, by_name: false };
    match account.extension(number).filter(|_| !account.is_emergency(number)) {
        Some(extension) => routed.dial(extension.target),
        None => routed.dial_outside(),
    }
}

fn own_name(phone: &Device) -> Option<SipUser> {
    match &phone.line {
        Line::Sip { username, .. } => Some(username.clone()),
        Line::External { .. } => None,
    }
}

/// A call whose account is known.
pub(super) struct Routed<'a> {
    pub(super) known: Known<'a>,
    pub(super) account: &'a DesiredAccount,
    pub(super) number: DialNumber,
    /// Who calls from outside.
    outsider: Option<&'a str>,
    /// Whether a phone of the account calls.
    pub(super) inside: bool,
    /// That phone; none where it may be any.
    pub(super) from: Option<&'a Device>,
    /// Whose rules hold: who sits at it, else its owner.
    pub(super) who: Option<UserId>,
    /// Who sits at it.
    agent: Option<AgentName>,
    /// Whether that phone's name is what others see.
    by_name: bool,
}

impl Routed<'_> {
    fn dial_outside(self) -> Route {
        match self.account.outside(self.known.desired, self.who, &self.number) {
            Ok(call) => {
                let recording = self.recording(self.account.records(self.who, Way::ToOutside));
                let seen = call.seen.clone();
                self.connect(CallType::Outbound, seen, Destination::Outside { call, recording, max_s: None })
            }
            Err(NotDialled::NoGateway) => self.end(CallType::Outbound, Cause::NoRouteDestination),
            Err(NotDialled::Denied(_)) => self.end(CallType::Outbound, Cause::OutgoingCallBarred),
        }
    }

    fn dial(self, target: Target) -> Route {
        let direct = self.direct();
        let to = match target {
            Target::Queue(queue) => {
                let Some(desired) = self.account.queues.get(&queue) else { return self.end(CallType::Queue, Cause::UnallocatedNumber) };
                let to = Destination::Queue(QueueCall::new(&self, desired));
                return self.inside(CallType::Queue, to);
            }
            Target::Device(device) => {
                let phones = self.account.devices.get(&device).and_then(|device| legs::phone(&self, device, None)).into_iter().collect();
                Destination::Phones { phones, in_turn: false, timeout_s: RING_TIMEOUT_S, mailbox: None }
            }
            Target::User(user) => phones_of(&self, user),
            Target::Voicemail(mailbox) => match self.account.mailbox(mailbox) {
                Some(number) => Destination::Mailbox(number.clone()),
                None => Destination::Nowhere(Cause::UnallocatedNumber),
            },
        };
        let to = match to {
            Destination::Phones { phones, mailbox, .. } if phones.is_empty() => match mailbox {
                Some(mailbox) => Destination::Mailbox(mailbox),
                None => Destination::Nowhere(Cause::SubscriberAbsent),
            },
            to => to,
        };
        self.inside(direct, to)
    }

    /// The type of a call through no queue to a number of the account's own.
    fn direct(&self) -> CallType {
        if self.inside { CallType::Internal } else { CallType::Inbound }
    }

    /// It ends here, as a call of this type.
    fn end(self, call_type: CallType, cause: Cause) -> Route {
        self.connect(call_type, Seen::default(), Destination::Nowhere(cause))
    }

    /// The caller's own mailbox. Its password is asked for all the same: a phone at a hot desk is anybody's.
    fn listen(self) -> Route {
        match self.who.and_then(|user| self.mailbox_of(user)) {
            Some(number) => self.inside(CallType::Internal, Destination::Listen(number)),
            None => self.end(CallType::Internal, Cause::UnallocatedNumber),
        }
    }

    /// The number of a user's mailbox.
    pub(super) fn mailbox_of(&self, user: UserId) -> Option<ExtensionNumber> {
        let mailbox = self.account.users.get(&user)?.settings.vm_id?;
        self.account.mailbox(mailbox).cloned()
    }

    /// Where the call is recorded, when it is.
    pub(super) fn recording(&self, recorded: bool) -> Option<String> {
        recorded.then(|| self.known.desired.recordings().of_leg(self.account.account.id))
    }

    fn inside(self, call_type: CallType, to: Destination) -> Route {
        let seen = self.account.seen_inside(self.who);
        self.connect(call_type, seen, to)
    }

    fn connect(self, call_type: CallType, seen: Seen, to: Destination) -> Route {
        let account = &self.account.account;
        let caller = self.from.filter(|_| self.by_name).and_then(own_name);
        let country = match (&to, call_type, self.outsider) {
            (Destination::Outside { call, .. }, ..) => call.country,
            (_, CallType::Outbound, _) => phone::country_dialled(self.number.as_str(), &account.settings.country),
            (_, _, Some(outsider)) => phone::country_dialled(outsider, &account.settings.country),
            _ => None,
        };
        Route::Connect(Box::new(Connection {
            account: account.id,
            country,
            domain: account.domain.clone(),
            call_type,
            number: self.number,
            device: self.from.map(|phone| phone.id),
            user: self.who,
            agent: self.agent.clone(),
            caller,
            seen: if self.by_name { seen } else { Seen::default() },
            to,
        }))
    }
}
