//! Originate: legs are made from a dial string, ring, and the first that answers wins.

use std::collections::VecDeque;

use super::cause::{self, Cause, LOSE_RACE, NO_ANSWER};
use super::channel::{Direction, Profile};
use super::dialstring::{self, LegSpec};
use super::{ChanId, Core, Then};
use crate::clock::Millis;
use crate::sim::phones::{Behaviour, CallPlan, PhoneKey};

const DEFAULT_TIMEOUT_S: i64 = 60;
/// How long after the last leg's end its originate returns, when no timer ended it.
const LAST_LEG_MS: i64 = 20;
/// The caller's number of a leg that has none.
const NO_CALLER: &str = "0000000000";
/// From the INVITE to the phone's first answer.
const NETWORK_MS: i64 = 1;
/// A dial string that leads to itself is cut here.
const NESTING_MAX: usize = 4;

/// Who or what is at the other end of a leg.
#[derive(Clone, Debug)]
pub(super) enum LegEnd {
    Phone(PhoneKey),
    Number(String),
    Caller(CallPlan),
}

/// What to dial, and for whom.
#[derive(Clone, Debug, Default)]
pub(super) struct DialSpec {
    pub(super) text: String,
    /// Variables of every leg, as if in `{}`.
    pub(super) vars: Vec<(String, String)>,
    pub(super) cid: Option<(String, String)>,
    pub(super) timeout_s: Option<i64>,
    /// The channel that waits for it (application `bridge`).
    pub(super) caller: Option<ChanId>,
}

/// An originate that goes on.
pub(super) struct Dial {
    vars: Vec<(String, String)>,
    cid: (String, String),
    caller: Option<ChanId>,
    groups: VecDeque<Vec<LegSpec>>,
    legs: Vec<ChanId>,
    /// Legs whose directory answer is outstanding.
    unresolved: usize,
    last_cause: Cause,
    uuid: Option<String>,
    then: Option<Then<Result<ChanId, Cause>>>,
}

/// A leg that is ready to be rung.
struct Ready {
    vars: Vec<(String, String)>,
    user_vars: Vec<(String, String)>,
    name: String,
    number: String,
    end: LegEnd,
    uri: String,
}

fn value<'a>(vars: &'a [(String, String)], name: &str) -> Option<&'a str> {
    vars.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
}

impl Core {
    /// Starts an originate; `then` is given the leg that answered, or the cause of the last failure.
    pub(super) fn dial(&mut self, spec: DialSpec, then: Then<Result<ChanId, Cause>>) -> u64 {
        let parsed = dialstring::parse(&spec.text);
        let mut vars = spec.vars;
        vars.extend(parsed.vars);
        self.serial += 1;
        let id = self.serial;
        let timeout_s = value(&vars, "originate_timeout")
            .or_else(|| value(&vars, "call_timeout"))
            .map(super::args::atoi)
            .filter(|s| *s > 0)
            .or(spec.timeout_s)
            .unwrap_or(DEFAULT_TIMEOUT_S);
        let uuid = value(&vars, "origination_uuid").map(str::to_string);
        self.dials.insert(
            id,
            Dial {
                cid: spec.cid.unwrap_or_default(),
                caller: spec.caller,
                groups: parsed.groups.into(),
                legs: Vec::new(),
                unresolved: 0,
                last_cause: cause::DESTINATION_OUT_OF_ORDER,
                uuid,
                then: Some(then),
                vars,
            },
        );
        let deadline = self.seconds_later(timeout_s);
        self.at(deadline, move |core| core.dial_timeout(id));
        self.next_group(id);
        id
    }

    /// FreeSWITCH counts ring times in whole epoch seconds.
    fn seconds_later(&self, seconds: i64) -> Millis {
        Millis((self.now.epoch_s() + seconds) * 1000 + 5)
    }

    fn dial_timeout(&mut self, id: u64) {
        let Some(dial) = self.dials.get_mut(&id) else { return };
        dial.groups.clear();
        let legs = dial.legs.clone();
        for leg in legs {
            self.hangup(leg, NO_ANSWER);
        }
    }

    /// Gives an originate up.
    pub(super) fn cancel_dial(&mut self, id: u64, why: Cause) {
        let Some(dial) = self.dials.get_mut(&id) else { return };
        dial.groups.clear();
        let (legs, unresolved) = (dial.legs.clone(), dial.unresolved);
        for leg in &legs {
            self.hangup(*leg, why);
        }
        if legs.is_empty() && unresolved > 0 {
            self.finish_dial(id, Err(why));
        }
    }

    fn finish_dial(&mut self, id: u64, result: Result<ChanId, Cause>) {
        let Some(mut dial) = self.dials.remove(&id) else { return };
        if let Some(then) = dial.then.take() {
            then(self, result);
        }
    }

    fn next_group(&mut self, id: u64) {
        let Some(dial) = self.dials.get_mut(&id) else { return };
        let Some(group) = dial.groups.pop_front() else {
            let last = dial.last_cause;
            return self.finish_dial(id, Err(last));
        };
        dial.unresolved = group.len();
        let shared = dial.vars.clone();
        for leg in group {
            let mut vars = shared.clone();
            vars.extend(leg.vars);
            self.resolve(id, vars, Vec::new(), &leg.endpoint, 0);
        }
    }

    /// Turns an endpoint into a leg that can be rung; `user/` takes the directory's dial string.
    fn resolve(&mut self, id: u64, vars: Vec<(String, String)>, user_vars: Vec<(String, String)>, endpoint: &str, depth: usize) {
        let (kind, rest) = endpoint.split_once('/').unwrap_or((endpoint, ""));
        match kind.to_ascii_lowercase().as_str() {
            "user" if depth < NESTING_MAX => self.resolve_user(id, vars, rest, depth),
            "error" => self.unmade(id, cause::parse(rest).unwrap_or(cause::NORMAL_CLEARING)),
            "sofia" => self.resolve_sofia(id, vars, user_vars, rest),
            _ => self.unmade(id, cause::CHAN_NOT_IMPLEMENTED),
        }
    }

    fn resolve_user(&mut self, id: u64, vars: Vec<(String, String)>, who: &str, depth: usize) {
        let default = self.cfg.domain.clone();
        let (user, domain) = who.split_once('@').unwrap_or((who, &default));
        let mut params = vec![("as_channel".to_string(), "true".to_string()), ("action".into(), "user_call".into())];
        params.extend(self.base_headers("REQUEST_PARAMS", ("mod_dptools.c", "user_outgoing_channel")));
        params.extend(vars.iter().cloned());
        let domain = domain.to_string();
        self.find_user(
            user,
            &domain.clone(),
            params,
            Box::new(move |core, found| {
                let Some(found) = found else { return core.unmade(id, cause::SUBSCRIBER_ABSENT) };
                let Some(template) = found.param("dial-string").map(str::to_string) else {
                    return core.unmade(id, cause::MANDATORY_IE_MISSING);
                };
                let mut extra = vars.clone();
                extra.push(("dialed_user".into(), found.id.clone()));
                extra.push(("dialed_domain".into(), domain.clone()));
                let caller = core.dials.get(&id).and_then(|d| d.caller);
                let text = core.expand(caller, &extra, &template);
                if text.contains(&format!("user/{}", found.id)) {
                    return core.unmade(id, "INVALID_IE_CONTENTS");
                }
                let nested = dialstring::parse(&text);
                let mut vars = extra;
                if value(&vars, "presence_id").is_none() {
                    vars.push(("presence_id".into(), format!("{}@{domain}", found.id)));
                }
                vars.extend(nested.vars);
                let legs: Vec<LegSpec> = nested.groups.into_iter().flatten().collect();
                if legs.is_empty() {
                    return core.unmade(id, cause::DESTINATION_OUT_OF_ORDER);
                }
                if let Some(dial) = core.dials.get_mut(&id) {
                    dial.unresolved += legs.len() - 1;
                }
                for leg in legs {
                    let mut vars = vars.clone();
                    vars.extend(leg.vars);
                    core.resolve(id, vars, found.variables.clone(), &leg.endpoint, depth + 1);
                }
            }),
        );
    }

    fn resolve_sofia(&mut self, id: u64, vars: Vec<(String, String)>, user_vars: Vec<(String, String)>, rest: &str) {
        let (profile, dest) = rest.split_once('/').unwrap_or((rest, ""));
        if profile.eq_ignore_ascii_case("gateway") {
            let (gateway, number) = dest.split_once('/').unwrap_or((dest, ""));
            if !self.cfg.gateways.is_empty() && !self.cfg.gateways.iter().any(|g| g == gateway) {
                return self.unmade(id, cause::INVALID_GATEWAY);
            }
            let uri = format!("sip:{number}@127.0.0.1");
            let (name, end) = (format!("sofia/external/{number}"), LegEnd::Number(number.to_string()));
            return self.ring(id, Ready { vars, user_vars, name, number: number.to_string(), end, uri });
        }
        let uri = dest.to_string();
        let bare = dest.strip_prefix("sip:").unwrap_or(dest);
        let address = bare.split(';').next().unwrap_or(bare);
        let number = address.split('@').next().unwrap_or(address).to_string();
        let end = match self.phone_at(&uri) {
            Some(row) => LegEnd::Phone(row.key.clone()),
            None => LegEnd::Number(number.clone()),
        };
        self.ring(id, Ready { vars, user_vars, name: format!("sofia/{profile}/{address}"), number, end, uri });
    }

    /// A leg that could not even be made.
    fn unmade(&mut self, id: u64, why: Cause) {
        let Some(dial) = self.dials.get_mut(&id) else { return };
        dial.last_cause = why;
        dial.unresolved = dial.unresolved.saturating_sub(1);
        if dial.unresolved == 0 && dial.legs.is_empty() {
            self.next_group(id);
        }
    }

    fn ring(&mut self, id: u64, ready: Ready) {
        let Some(dial) = self.dials.get_mut(&id) else { return };
        dial.unresolved = dial.unresolved.saturating_sub(1);
        let chosen = dial.uuid.take();
        let cid = dial.cid.clone();
        let number = value(&ready.vars, "origination_caller_id_number").map_or(cid.1, str::to_string);
        let number = if number.is_empty() { NO_CALLER.to_string() } else { number };
        let name = value(&ready.vars, "origination_caller_id_name").map_or(cid.0, str::to_string);
        let uuid = match chosen.filter(|u| !self.by_uuid.contains_key(u)) {
            Some(uuid) => uuid,
            None => self.new_uuid(),
        };
        let profile = Profile {
            cid_name: name.clone(),
            cid_number: number.clone(),
            orig_cid_name: name,
            orig_cid_number: number.clone(),
            callee_name: "Outbound Call".into(),
            callee_number: ready.number.clone(),
            ani: number,
            destination: ready.number,
            source: "src/switch_ivr_originate.c",
            context: "default".into(),
            ..Profile::default()
        };
        let leg = self.new_channel(uuid, ready.name, Direction::Outbound, profile, ready.end);
        if let Some(channel) = self.channels.get_mut(&leg) {
            channel.dial = Some(id);
            channel.set("sip_profile_name", "internal");
            channel.set("sip_destination_url", ready.uri);
            for (name, value) in &ready.vars {
                channel.set(name, value);
            }
            channel.presence_id = channel.var("presence_id").map(str::to_string);
            channel.set("originate_early_media", false);
            channel.set("originate_endpoint", "sofia");
            channel.pending_vars = ready.user_vars;
        }
        if let Some(dial) = self.dials.get_mut(&id) {
            dial.legs.push(leg);
        }
        self.create_event(leg);
        if let Some(seconds) = value(&ready.vars, "leg_timeout").map(super::args::atoi).filter(|s| *s > 0) {
            let at = self.seconds_later(seconds);
            self.at(at, move |core| {
                if core.channels.get(&leg).is_some_and(|c| c.dial == Some(id)) {
                    core.hangup(leg, NO_ANSWER);
                }
            });
        }
        self.after(NETWORK_MS, move |core| core.phone_rings(leg));
    }

    /// The phone does what it does.
    fn phone_rings(&mut self, leg: ChanId) {
        if self.channels.get(&leg).is_none_or(|c| !c.up() || c.dial.is_none()) {
            return;
        }
        match self.behaviour_of(leg) {
            Behaviour::Busy => self.refuse(leg, cause::USER_BUSY),
            Behaviour::Reject => self.refuse(leg, cause::CALL_REJECTED),
            Behaviour::Dead => {}
            Behaviour::RingOn => self.leg_progress(leg),
            Behaviour::Answer { after_ms, talk_ms } => {
                self.leg_progress(leg);
                let wait = i64::try_from(after_ms).unwrap_or(i64::MAX);
                self.after(wait, move |core| core.leg_answers(leg, talk_ms));
            }
        }
    }

    fn leg_progress(&mut self, leg: ChanId) {
        self.ring_ready(leg);
        let caller = self.channels.get(&leg).and_then(|c| c.dial).and_then(|d| self.dials.get(&d)).and_then(|d| d.caller);
        if let Some(caller) = caller {
            self.ring_ready(caller);
        }
    }

    fn refuse(&mut self, leg: ChanId, why: Cause) {
        if let Some(channel) = self.channels.get_mut(&leg) {
            let (status, phrase) = cause::sip_status(why);
            channel.profile.network_addr = "127.0.0.1".into();
            channel.set("sip_hangup_disposition", "recv_refuse");
            channel.set("sip_invite_failure_status", status);
            channel.set("sip_invite_failure_phrase", phrase);
            channel.set("sip_term_status", status);
            channel.set("proto_specific_hangup_cause", format!("sip:{status}"));
            channel.set("sip_term_cause", cause::q850(why));
        }
        self.hangup(leg, why);
    }

    fn leg_answers(&mut self, leg: ChanId, talk_ms: Option<u64>) {
        let Some(channel) = self.channels.get_mut(&leg) else { return };
        let Some(id) = channel.dial.take_if(|_| channel.hangup_cause.is_none()) else { return };
        for (name, value) in std::mem::take(&mut channel.pending_vars) {
            channel.set(&name, value);
        }
        if let Some(context) = channel.var("user_context").map(str::to_string) {
            channel.profile.context = context;
        }
        if let Some(talk) = talk_ms.and_then(|t| i64::try_from(t).ok()) {
            self.after(talk, move |core| core.phone_hangs_up(leg));
        }
        let losers: Vec<ChanId> = self.dials.get(&id).map(|d| d.legs.iter().copied().filter(|l| *l != leg).collect()).unwrap_or_default();
        self.answer(leg);
        if let Some(channel) = self.channels.get_mut(&leg) {
            channel.set("originate_endpoint", "user");
        }
        let dial = self.dials.remove(&id);
        for loser in losers {
            self.hangup(loser, LOSE_RACE);
        }
        self.on_answer_app(leg);
        if let Some(then) = dial.and_then(|d| d.then) {
            then(self, Ok(leg));
        }
    }

    fn on_answer_app(&mut self, leg: ChanId) {
        let app = self.channels.get(&leg).and_then(|c| c.var("execute_on_answer")).map(str::to_string);
        if let Some(app) = app {
            let (name, arg) = app.split_once([' ', ':']).unwrap_or((&app, ""));
            self.execute_now(leg, name, arg.trim_start_matches(':'));
        }
    }

    /// A leg of a dial ended before it answered. `hangup` has marked it; its end and the dial's are told here.
    pub(super) fn leg_failed(&mut self, id: u64, leg: ChanId, why: Cause) {
        if let Some(channel) = self.channels.get_mut(&leg) {
            channel.dial = None;
        }
        let mut last = false;
        if let Some(dial) = self.dials.get_mut(&id) {
            dial.legs.retain(|l| *l != leg);
            dial.last_cause = why;
            last = dial.legs.is_empty() && dial.unresolved == 0;
        }
        if last && why == NO_ANSWER {
            self.next_group(id);
            self.report_end(leg);
            return;
        }
        self.hangup_complete(leg);
        self.after(LAST_LEG_MS, move |core| {
            if last {
                core.next_group(id);
            }
            core.destroy(leg);
        });
    }
}
