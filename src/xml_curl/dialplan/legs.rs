//! Phones that ring, and how they are written in a dial string.

use super::route::{RING_TIMEOUT_S, Routed};
use super::{Destination, Phone};
use crate::domain::UserId;
use crate::domain::device::{Device, Line};
use crate::domain::user::Way;
use crate::switch::contact::{self, OUTSIDE};
use crate::switch::recording::on_answer;

/// The phones that a user owns, in its ring order, and the one it sits at; not the one that calls.
pub(super) fn phones_of(routed: &Routed<'_>, user: UserId) -> Destination {
    let account = routed.account;
    let mut devices = account.devices_of(user);
    let desk = routed.known.presence.device_of(user).and_then(|device| account.devices.get(&device));
    devices.extend(desk.filter(|desk| desk.user_id != Some(user)));
    let caller = routed.from.map(|phone| phone.id);
    let others = devices.into_iter().filter(|device| Some(device.id) != caller);
    let mut phones: Vec<Phone> = others.filter_map(|device| phone(routed, device, Some(user))).collect();
    let settings = account.users.get(&user).map(|user| &user.settings);
    let timeout_s = settings.and_then(|settings| settings.call_timeout).filter(|&seconds| seconds > 0).unwrap_or(RING_TIMEOUT_S);
    let each_s = settings.map(|settings| settings.follow_me).filter(|&seconds| seconds > 0);
    if let Some(each_s) = each_s {
        take_turns(&mut phones, each_s, timeout_s);
    }
    Destination::Phones { phones, in_turn: each_s.is_some(), timeout_s, mailbox: routed.mailbox_of(user) }
}

/// A device as it rings for `user`, else for who sits there or owns it; none when it is outside with no gateway to reach it through.
pub(super) fn phone(routed: &Routed<'_>, device: &Device, user: Option<UserId>) -> Option<Phone> {
    let gateway = routed.known.desired.gateway();
    let (confirm, outside) = match &device.line {
        Line::Sip { .. } => (false, None),
        Line::External { gateway: own, confirm, number } => {
            own.as_ref().or(gateway)?;
            (*confirm, Some(number.clone()))
        }
    };
    let sits = routed.known.presence.user_on(device.id);
    let callee = user.or(sits).or(device.user_id);
    let way = if routed.inside { Way::FromOffice } else { Way::FromOutside };
    let recorded = routed.account.records(callee, way) || routed.account.records(routed.who, Way::ToOffice);
    Some(Phone {
        device: device.id,
        agent: sits.map(|user| routed.account.agent_name(user)),
        user: sits.or(callee),
        endpoint: contact::endpoint(device, &routed.account.account.domain, gateway),
        confirm,
        delay_s: device.ring.delay,
        timeout_s: device.ring.timeout,
        recording: routed.recording(recorded),
        outside,
        max_s: None,
    })
}

/// FreeSWITCH counts the call's timeout anew for each phone in turn, so the turns are cut to fit in it.
fn take_turns(phones: &mut Vec<Phone>, each_s: u32, timeout_s: u32) {
    let mut left_s = timeout_s;
    phones.retain_mut(|phone| {
        let own_s = if phone.timeout_s > 0 { phone.timeout_s.min(each_s) } else { each_s };
        phone.delay_s = 0;
        phone.timeout_s = own_s.min(left_s);
        left_s -= phone.timeout_s;
        phone.timeout_s > 0
    });
}

/// The phones as a dial string.
pub(super) fn dial_string(phones: &[Phone], in_turn: bool) -> String {
    let legs: Vec<String> = phones.iter().map(leg).collect();
    legs.join(if in_turn { "|" } else { "," })
}

/// The variable of a leg that is ended after so many seconds of talk.
pub(super) fn ends_after(seconds: u32) -> String {
    format!("execute_on_answer_toll=sched_hangup +{seconds} ALLOTTED_TIMEOUT")
}

/// One phone of a dial string. The agent there is in a call outside the queue from its answer on.
fn leg(phone: &Phone) -> String {
    let mut variables = vec![format!("ccgate_device_id={}", phone.device)];
    variables.extend(phone.user.map(|user| format!("ccgate_user_id={user}")));
    if let Some(agent) = &phone.agent {
        variables.push(format!("execute_on_answer=callcenter_track {agent}"));
    }
    // On the called leg, which begins with the talk: a caller's may be answered long before.
    variables.extend(phone.recording.as_deref().map(on_answer));
    for (name, seconds) in [("leg_delay_start", phone.delay_s), ("leg_timeout", phone.timeout_s)] {
        if seconds > 0 {
            variables.push(format!("{name}={seconds}"));
        }
    }
    if phone.outside.is_some() {
        variables.push(format!("{OUTSIDE}=true"));
    }
    variables.extend(phone.max_s.map(ends_after));
    if phone.confirm {
        variables.push("group_confirm_key=1".to_owned());
        variables.push(format!("group_confirm_file={}", contact::CONFIRM_PROMPT));
    }
    format!("[{}]{}", variables.join(","), phone.endpoint)
}
