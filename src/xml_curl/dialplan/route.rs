//! The decision: pure, from a snapshot.

use super::{CallType, Cause, Connection, Destination, Phone, Route};
use crate::domain::device::{Device, Line};
use crate::domain::extension::Target;
use crate::domain::number::DialNumber;
use crate::domain::{AccountId, DeviceId, UserId};
use crate::reconcile::{Desired, DesiredAccount, Presence};
use crate::switch::{contact, originate, transfer};
use crate::xml_curl::request::Call;

/// What every code that a phone dials to ccgate starts with.
const STAR: &str = "**";
/// Seconds for which phones ring where nothing else is said.
const RING_TIMEOUT_S: u32 = 30;

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
        "public" => from_outside(known, call),
        "default" => from_phone(known, call, false),
        originate::CONTEXT => from_phone(known, call, true),
        transfer::CONTEXT => from_queue(known, call),
        _ => Route::NotFound,
    }
}

fn from_outside(known: Known<'_>, call: &Call) -> Route {
    let Some((account, extension)) = known.desired.did(&call.destination) else { return Route::NotFound };
    let Ok(number) = DialNumber::parse(&call.destination) else { return Route::NotFound };
    Routed { known, account, number, from: None, by_name: false }.dial(extension.target)
}

/// The caller may be anybody: what it is told of a number is only whether it is one of the account's extensions.
fn from_queue(known: Known<'_>, call: &Call) -> Route {
    let Some(account) = call.account_id.and_then(|id| known.desired.account(AccountId(id))) else { return Route::NotFound };
    let number = DialNumber::parse(&call.destination).ok();
    match number.zip(account.extension(&call.destination)) {
        Some((number, extension)) => Routed { known, account, number, from: None, by_name: false }.dial(extension.target),
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
    let routed = Routed { known, account, number, from: Some(phone), by_name: !click_to_call };
    if account.is_emergency(&call.destination) {
        return routed.dial_outside();
    }
    if !(click_to_call || account.account.settings.dial_without_checkin || known.presence.user_on(phone.id).is_some()) {
        return Route::Refuse(Cause::FacilityNotSubscribed);
    }
    match account.extension(&call.destination) {
        Some(extension) => routed.dial(extension.target),
        // Star and hash codes are the carrier's to its own customer, not to ours.
        None if call.destination.contains(['*', '#']) => Route::Refuse(Cause::UnallocatedNumber),
        None => routed.dial_outside(),
    }
}

/// A call whose account is known.
struct Routed<'a> {
    known: Known<'a>,
    account: &'a DesiredAccount,
    number: DialNumber,
    /// The phone that calls; none from outside.
    from: Option<&'a Device>,
    /// Whether that phone's name is what others see.
    by_name: bool,
}

impl Routed<'_> {
    fn dial_outside(self) -> Route {
        match self.known.desired.gateway() {
            Some(gateway) => {
                let to = Destination::Outside(gateway.clone());
                self.connect(CallType::Outbound, to)
            }
            None => Route::Refuse(Cause::NoRouteDestination),
        }
    }

    fn dial(self, target: Target) -> Route {
        let direct = if self.from.is_some() { CallType::Internal } else { CallType::Inbound };
        let to = match target {
            Target::Queue(queue) => {
                let Some(desired) = self.account.queues.get(&queue) else { return Route::Refuse(Cause::UnallocatedNumber) };
                let settings = &desired.queue.settings;
                let ring_timeout_s = settings.ring_timeout.filter(|&seconds| seconds > 0).unwrap_or(RING_TIMEOUT_S);
                let to = Destination::Queue { queue: desired.name.clone(), ring_timeout_s, auto_answer: settings.auto_answer };
                return self.connect(CallType::Queue, to);
            }
            Target::Device(device) => {
                let phones = self.account.devices.get(&device).and_then(|device| self.phone(device)).into_iter().collect();
                Destination::Phones { phones, each_s: None, timeout_s: RING_TIMEOUT_S }
            }
            Target::User(user) => self.phones_of(user),
            // There is no mod_voicemail in freeswitch-conf yet.
            Target::Voicemail(_) => return Route::Refuse(Cause::UnallocatedNumber),
        };
        match &to {
            Destination::Phones { phones, .. } if phones.is_empty() => Route::Refuse(Cause::SubscriberAbsent),
            _ => self.connect(direct, to),
        }
    }

    /// The phones that a user owns, and the one it sits at; not the one that calls.
    fn phones_of(&self, user: UserId) -> Destination {
        let mut devices = self.account.devices_of(user);
        let desk = self.known.presence.device_of(user).and_then(|device| self.account.devices.get(&device));
        devices.extend(desk.filter(|desk| desk.user_id != Some(user)));
        let caller = self.from.map(|phone| phone.id);
        let phones = devices.into_iter().filter(|device| Some(device.id) != caller).filter_map(|device| self.phone(device)).collect();
        let settings = self.account.users.get(&user).map(|user| &user.settings);
        let each_s = settings.map(|settings| settings.follow_me).filter(|&seconds| seconds > 0);
        let timeout_s = settings.and_then(|settings| settings.call_timeout).filter(|&seconds| seconds > 0).unwrap_or(RING_TIMEOUT_S);
        Destination::Phones { phones, each_s, timeout_s }
    }

    /// A device as it rings; none when it is outside with no gateway to reach it through.
    fn phone(&self, device: &Device) -> Option<Phone> {
        let gateway = self.known.desired.gateway();
        let confirm = match &device.line {
            Line::Sip { .. } => false,
            Line::External { gateway: own, confirm, .. } => {
                own.as_ref().or(gateway)?;
                *confirm
            }
        };
        let endpoint = contact::endpoint(device, &self.account.account.domain, gateway);
        Some(Phone { device: device.id, agent: self.known.presence.user_on(device.id), endpoint, confirm })
    }

    fn connect(self, call_type: CallType, to: Destination) -> Route {
        let account = &self.account.account;
        let agent = self.from.and_then(|phone| self.known.presence.user_on(phone.id));
        let caller = self.from.filter(|_| self.by_name).and_then(|phone| match &phone.line {
            Line::Sip { username, .. } => Some(username.clone()),
            Line::External { .. } => None,
        });
        Route::Connect(Connection {
            account: account.id,
            domain: account.domain.clone(),
            call_type,
            number: self.number,
            agent,
            caller,
            to,
        })
    }
}
