//! Originate: legs are made from a dial string; they ring ([`super::leg`]), and the first that answers wins.

use std::collections::VecDeque;

use super::cause::{self, ALLOTTED_TIMEOUT, Cause, NO_ANSWER};
use super::dialstring::{self, LegSpec};
use super::{ChanId, Core, Then};
use crate::clock::Millis;
use crate::sim::phones::{CallPlan, PhoneKey};

const DEFAULT_TIMEOUT_S: i64 = 60;
/// How long after the last leg's end its originate returns, when no timer ended it.
const LAST_LEG_MS: i64 = 20;
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
    pub(super) cid: (String, String),
    pub(super) caller: Option<ChanId>,
    groups: VecDeque<Vec<LegSpec>>,
    pub(super) legs: Vec<ChanId>,
    /// Legs whose directory answer is outstanding.
    pub(super) unresolved: usize,
    last_cause: Cause,
    timeout_s: i64,
    /// Which group rings, so that the timer of one before it can tell.
    group: u64,
    pub(super) uuid: Option<String>,
    pub(super) then: Option<Then<Result<ChanId, Cause>>>,
}

/// A leg that is ready to be rung.
pub(super) struct Ready {
    pub(super) vars: Vec<(String, String)>,
    pub(super) user_vars: Vec<(String, String)>,
    pub(super) name: String,
    pub(super) number: String,
    pub(super) end: LegEnd,
    pub(super) uri: String,
}

pub(super) fn value<'a>(vars: &'a [(String, String)], name: &str) -> Option<&'a str> {
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
                timeout_s,
                group: 0,
                uuid,
                then: Some(then),
                vars,
            },
        );
        self.next_group(id);
        id
    }

    /// FreeSWITCH counts ring times in whole epoch seconds.
    pub(super) fn seconds_later(&self, seconds: i64) -> Millis {
        Millis((self.now.epoch_s() + seconds) * 1000 + 5)
    }

    /// The time counts for each group; the next one has its own.
    fn group_timeout(&mut self, id: u64, group: u64) {
        let Some(dial) = self.dials.get(&id).filter(|dial| dial.group == group) else { return };
        if dial.unresolved > 0 {
            // It asks the directory before it counts.
            let at = self.seconds_later(1);
            return self.at(at, move |core| core.group_timeout(id, group));
        }
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
        dial.group += 1;
        let (shared, number, timeout_s) = (dial.vars.clone(), dial.group, dial.timeout_s);
        let deadline = self.seconds_later(timeout_s);
        self.at(deadline, move |core| core.group_timeout(id, number));
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
        self.start_delayed(id);
        if last && matches!(why, NO_ANSWER | ALLOTTED_TIMEOUT) {
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
