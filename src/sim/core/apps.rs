//! The applications of a dialplan, one after the other on a channel.

use super::cause::{self, Cause};
use super::channel::{Channel, State};
use super::dial::DialSpec;
use super::dialstring::variables;
use super::events::Event;
use super::{ChanId, Core, args, media};

/// Applications that are there and change nothing anybody here can see.
const WITHOUT_EFFECT: &[&str] = &[
    "log",
    "info",
    "verbose_events",
    "stop_record_session",
    "record",
    "bind_meta_app",
    "unbind_meta_app",
    "bind_digit_action",
    "clear_digit_action",
    "digit_action_set_realm",
    "presence",
    "privacy",
    "set_audio_level",
    "start_dtmf",
    "stop_dtmf",
    "acknowledge_call",
    "limit",
    "hash",
    "db",
    "flush_dtmf",
    "break",
    "sound_test",
    "displace_session",
    "eavesdrop",
    "send_display",
    "redirect",
    "set_name",
    "say",
    "callcenter_break",
];

impl Core {
    /// Runs the next application of a channel; with none left it hangs up.
    pub(super) fn run_next(&mut self, id: ChanId) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if !channel.up() {
            return;
        }
        channel.app_serial += 1;
        let serial = channel.app_serial;
        channel.state = State::Execute;
        let Some((app, data)) = channel.todo.pop_front() else {
            return self.hangup(id, cause::NORMAL_CLEARING);
        };
        let data = self.expand(Some(id), &[], &data);
        if let Some(channel) = self.channels.get_mut(&id) {
            if data.is_empty() {
                channel.unset("current_application_data");
            } else {
                channel.set("current_application_data", &data);
            }
            channel.set("current_application", &app);
            channel.last_app = (app.clone(), data.clone());
            channel.listed.app = (app.clone(), data.clone());
        }
        self.start_app(id, serial, &app, &data);
    }

    /// An application came to its end; ignored when another one runs by now.
    pub(super) fn app_done(&mut self, id: ChanId, serial: u64) {
        if self.channels.get(&id).is_some_and(|c| c.app_serial == serial && c.up()) {
            self.run_next(id);
        }
    }

    fn wait_ms(&mut self, id: ChanId, serial: u64, ms: Option<i64>) {
        if let Some(ms) = ms {
            self.after(ms, move |core| core.app_done(id, serial));
        }
    }

    fn start_app(&mut self, id: ChanId, serial: u64, app: &str, data: &str) {
        let name = app.to_ascii_lowercase();
        if self.instant(id, &name, data) {
            return self.app_done(id, serial);
        }
        match name.as_str() {
            "sleep" => self.wait_ms(id, serial, Some(args::atoi(data).max(0))),
            "playback" | "gentones" | "play_and_get_digits" | "read" | "play_and_detect_speech" => {
                self.pre_answer(id);
                let what = if name == "gentones" { format!("tone_stream://{data}") } else { data.to_string() };
                self.wait_ms(id, serial, media::length_ms(&what));
            }
            "endless_playback" | "loop_playback" | "echo" | "delay_echo" => self.pre_answer(id),
            "conference" | "rxfax" | "txfax" => self.answer(id),
            "voicemail" => self.app_voicemail(id, serial, data),
            "park" => self.parked(id),
            "hangup" => {
                let why = cause::parse(data).unwrap_or(cause::NORMAL_CLEARING);
                self.hangup(id, why);
            }
            "respond" => self.hangup(id, respond_cause(data)),
            "transfer" => {
                let words = args::separate(data, ' ', 4);
                let context = words.get(2).cloned().or_else(|| self.channels.get(&id).map(Channel::transfer_context));
                let extension = words.first().cloned().unwrap_or_default();
                self.transfer(id, &extension, "XML", &context.unwrap_or_default());
            }
            "bridge" => self.app_bridge(id, serial, data),
            "callcenter" => self.join_queue(id, serial, data),
            _ => {
                *self.counters.unknown_applications.entry(app.to_string()).or_default() += 1;
                tracing::warn!(application = app, "the simulated switch has no such application");
                self.hangup(id, cause::DESTINATION_OUT_OF_ORDER);
            }
        }
    }

    /// Runs an application beside what the channel does, as `execute_on_answer` and `sendmsg` do.
    pub(super) fn execute_now(&mut self, id: ChanId, app: &str, data: &str) {
        let name = app.to_ascii_lowercase();
        if self.instant(id, &name, data) {
            return;
        }
        match name.as_str() {
            "hangup" => self.hangup(id, cause::parse(data).unwrap_or(cause::NORMAL_CLEARING)),
            "transfer" => {
                let words = args::separate(data, ' ', 4);
                let context = words.get(2).map_or("default", String::as_str).to_string();
                self.transfer(id, words.first().map_or("", String::as_str), "XML", &context);
            }
            "playback" | "sleep" | "gentones" => {}
            _ => *self.counters.unknown_applications.entry(app.to_string()).or_default() += 1,
        }
    }

    /// Applications that are over at once; false when this is none of them.
    fn instant(&mut self, id: ChanId, name: &str, data: &str) -> bool {
        match name {
            "answer" => self.answer(id),
            "pre_answer" => self.pre_answer(id),
            "ring_ready" => self.ring_ready(id),
            "set" => self.set_pair(id, data),
            "export" => {
                let (local, pair) = data.strip_prefix("nolocal:").map_or((true, data), |p| (false, p));
                self.export(id, local, pair);
            }
            "multiset" => {
                for (name, value) in variables(&multi(data)) {
                    self.set_pair(id, &format!("{name}={value}"));
                }
            }
            "unset" => {
                if let Some(channel) = self.channels.get_mut(&id) {
                    channel.unset(data.trim());
                }
            }
            "event" => self.app_event(id, data),
            "callcenter_track" => self.track(id, data.trim()),
            "record_session" => self.record(id, data),
            "sched_hangup" => self.sched_hangup(id, data),
            "system" | "bgsystem" => self.counters.system_calls.push(data.to_string()),
            _ => return WITHOUT_EFFECT.contains(&name),
        }
        true
    }

    fn set_pair(&mut self, id: ChanId, pair: &str) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = self.expand(Some(id), &[], value);
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if value.is_empty() || value == "undef" || value == "_undef_" {
            channel.unset(name.trim());
        } else {
            channel.set(name.trim(), value);
        }
    }

    fn export(&mut self, id: ChanId, local: bool, pair: &str) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if local {
            self.set_pair(id, pair);
        }
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if !local {
            channel.set(&format!("nolocal:{name}"), value);
        }
        let list = channel.var("export_vars").map(str::to_string).unwrap_or_default();
        let entry = if local { name.to_string() } else { format!("nolocal:{name}") };
        let list = if list.is_empty() { entry } else { format!("{list},{entry}") };
        channel.set("export_vars", list);
    }

    /// What a channel hands on to the legs it makes: the variables named in `list`.
    pub(super) fn exported(&self, id: ChanId, list: &str) -> Vec<(String, String)> {
        let Some(channel) = self.channels.get(&id) else { return Vec::new() };
        let names = channel.var(list).unwrap_or_default().to_string();
        let pair = |entry: &str| {
            let name = entry.trim();
            Some((name.trim_start_matches("nolocal:").to_string(), channel.var(name)?.to_string()))
        };
        names.split(',').filter_map(pair).collect()
    }

    /// `event Event-Subclass=x,Event-Name=CUSTOM,key=value`
    fn app_event(&mut self, id: ChanId, data: &str) {
        let pairs = variables(data);
        let get = |n: &str| pairs.iter().find(|(k, _)| k.eq_ignore_ascii_case(n)).map(|(_, v)| v.as_str());
        let mut event = Event::new(get("Event-Name").unwrap_or("CHANNEL_APPLICATION"), "mod_dptools.c", "event_function");
        event.subclass = get("Event-Subclass").map(str::to_string);
        for (name, value) in &pairs {
            if !["event-name", "event-subclass"].contains(&name.to_ascii_lowercase().as_str()) {
                event.add(name, value);
            }
        }
        if let Some(channel) = self.channels.get(&id) {
            channel.describe(&mut event);
        }
        self.fire(event);
    }

    fn sched_hangup(&mut self, id: ChanId, data: &str) {
        let words = args::separate(data, ' ', 3);
        let when = words.first().map_or("", String::as_str);
        let seconds = match when.strip_prefix('+') {
            Some(n) => args::atoi(n),
            None => args::atoi(when) - self.epoch_s(),
        };
        let why: Cause = words.get(1).and_then(|w| cause::parse(w)).unwrap_or("ALLOTTED_TIMEOUT");
        self.after(seconds.max(0) * 1000, move |core| core.hangup(id, why));
    }

    pub(super) fn park(&mut self, id: ChanId) {
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.app_serial += 1;
            channel.state = State::Park;
        }
        self.parked(id);
    }

    /// The application leaves the channel in the state in which it runs.
    fn parked(&mut self, id: ChanId) {
        self.channel_event(id, "CHANNEL_PARK", ("switch_ivr.c", "switch_ivr_park"), &[]);
    }

    fn app_bridge(&mut self, id: ChanId, serial: u64, data: &str) {
        let Some(channel) = self.channels.get(&id) else { return };
        let pick = |name: &str, other: &str| channel.var(name).map_or(other.to_string(), str::to_string);
        let cid =
            (pick("effective_caller_id_name", &channel.profile.cid_name), pick("effective_caller_id_number", &channel.profile.cid_number));
        let timeout_s = channel.var("call_timeout").map(args::atoi).filter(|s| *s > 0);
        let vars = self.exported(id, "export_vars");
        let spec = DialSpec { text: data.to_string(), vars, cid: Some(cid), timeout_s, caller: Some(id) };
        let dial = self.dial(spec, Box::new(move |core, result| core.bridge_result(id, serial, result)));
        if self.dials.contains_key(&dial)
            && let Some(channel) = self.channels.get_mut(&id)
        {
            channel.waits_for = Some(dial);
        }
    }

    fn bridge_result(&mut self, a: ChanId, serial: u64, result: Result<ChanId, Cause>) {
        let waiting = self.channels.get_mut(&a).filter(|c| c.app_serial == serial && c.up());
        match (waiting, result) {
            (None, Ok(b)) => self.hangup(b, cause::ORIGINATOR_CANCEL),
            (None, Err(_)) => {}
            (Some(channel), Ok(b)) => {
                channel.waits_for = None;
                channel.set("originate_disposition", "SUCCESS");
                self.answer(a);
                self.join(a, b, false);
            }
            (Some(channel), Err(why)) => {
                channel.waits_for = None;
                channel.set("originate_disposition", why);
                channel.set("originate_failed_cause", why);
                let list = channel.var("continue_on_fail").unwrap_or_default();
                let goes_on = args::is_true(list) || list.split(',').any(|c| c.trim().eq_ignore_ascii_case(why));
                if goes_on { self.app_done(a, serial) } else { self.hangup(a, why) }
            }
        }
    }
}

/// `multiset` splits at blanks unless told otherwise; as a comma list with the same delimiter prefix.
fn multi(data: &str) -> String {
    if data.starts_with("^^") { data.to_string() } else { format!("^^ {data}") }
}

fn respond_cause(data: &str) -> Cause {
    match args::atoi(data) {
        401 | 402 | 403 | 407 | 603 => cause::CALL_REJECTED,
        404 => "UNALLOCATED_NUMBER",
        480 => "NO_USER_RESPONSE",
        486 | 600 => cause::USER_BUSY,
        487 => cause::ORIGINATOR_CANCEL,
        500 | 503 => "NORMAL_TEMPORARY_FAILURE",
        _ => "NORMAL_UNSPECIFIED",
    }
}
