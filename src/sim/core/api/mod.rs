//! API commands: what `api` and `bgapi` run.

mod channels;
mod originate;
mod show;
mod sofia;

use super::esl_session::ReplyTo;
use super::events::VERSION;
use super::jsontext::Json;
use super::{Core, args};

/// Modules that `module_exists` finds.
const MODULES: &[&str] = &[
    "mod_event_socket",
    "mod_commands",
    "mod_dptools",
    "mod_dialplan_xml",
    "mod_sofia",
    "mod_xml_curl",
    "mod_loopback",
    "mod_tone_stream",
    "mod_sndfile",
    "mod_local_stream",
    "mod_json_cdr",
    "mod_voicemail",
    "mod_console",
    "mod_logfile",
    "mod_hash",
];

impl Core {
    /// Runs a command; what it prints goes to `to`, now or later.
    pub(super) fn api(&mut self, to: ReplyTo, command: &str, arg: &str) {
        match command {
            "callcenter_config" if self.cc.loaded() => self.callcenter_config(to, arg),
            "originate" => self.api_originate(to, arg),
            "user_exists" => self.api_user_exists(to, arg),
            "xml_locate" => self.api_xml_locate(to, arg),
            "bgapi" => {
                let uuid = self.new_uuid();
                let (command, arg) = arg.split_once(' ').unwrap_or((arg, ""));
                let (command, arg) = (command.to_string(), arg.to_string());
                self.api_done(to, &format!("+OK Job-UUID: {uuid}\n"));
                self.after(0, move |core| {
                    let to = ReplyTo::Job { uuid, command: command.clone(), arg: arg.clone() };
                    core.api(to, &command, &arg);
                });
            }
            _ => {
                let text = self
                    .plain_api(command, arg)
                    .or_else(|| self.channel_api(command, arg))
                    .or_else(|| self.sofia_api(command, arg))
                    .unwrap_or_else(|| format!("-ERR {command} Command not found!\n"));
                self.api_done(to, &text);
            }
        }
    }

    fn plain_api(&mut self, command: &str, arg: &str) -> Option<String> {
        Some(match command {
            "status" => self.status(),
            "version" => format!("FreeSWITCH Version {VERSION} (git a88d069 2024-08-02 21:02:27Z 64bit)\n"),
            "strepoch" => self.epoch_s().to_string(),
            "create_uuid" => self.new_uuid(),
            "echo" => arg.to_string(),
            "hostname" | "switchname" => self.cfg.hostname.clone(),
            "global_getvar" if arg.trim().is_empty() => self.globals.iter().map(|(k, v)| format!("{k}={v}\n")).collect(),
            "global_getvar" => self.globals.get(arg.trim()).cloned().unwrap_or_default(),
            "global_setvar" => {
                let (name, value) = arg.split_once('=').unwrap_or((arg, ""));
                self.globals.insert(name.trim().into(), value.into());
                "+OK".into()
            }
            "module_exists" => {
                let known = MODULES.contains(&arg.trim()) || (arg.trim() == "mod_callcenter" && self.cc.loaded());
                known.to_string()
            }
            "reloadxml" => "+OK [Success]\n".into(),
            "xml_flush_cache" => {
                let words = args::separate(arg, ' ', 3);
                let which = match words.as_slice() {
                    [_, user, domain] => Some((user.as_str(), domain.as_str())),
                    _ => None,
                };
                let gone = self.flush_directory(which);
                format!("+OK cleared {gone} entr{}\n", if gone == 1 { "y" } else { "ies" })
            }
            "show" => self.show(arg),
            "vm_boxcount" => self.message_count(arg),
            "json" => self.json_api(arg),
            "system" => {
                self.counters.system_calls.push(arg.to_string());
                "+OK\n".into()
            }
            "fsctl" => "+OK\n".into(),
            _ => return None,
        })
    }

    fn status(&self) -> String {
        let sessions = self.channels.len();
        format!(
            "UP {}\nFreeSWITCH (Version 1.10.12-release git a88d069 2024-08-02 21:02:27Z 64bit) is ready\n{} session(s) since startup\n\
             {sessions} session(s) - peak {peak}, last 5min {peak} \n0 session(s) per Sec out of max 500, peak 1, last 5min 1 \n\
             2000 session(s) max\nmin idle cpu 0.00/100.00\nCurrent Stack Size/Max 240K/8192K",
            self.up_time(),
            self.next_chan.saturating_sub(1),
            peak = self.sessions_peak,
        ) + "\n"
    }

    /// Asks for a document and prints how the element begins that was looked for; configurations only.
    fn api_xml_locate(&mut self, to: ReplyTo, arg: &str) {
        let words: Vec<_> = arg.split_whitespace().map(str::to_owned).collect();
        let [section, tag, attribute, value] = words.as_slice() else { return self.api_done(to, "-ERR bad args\n") };
        if section != "configuration" {
            return self.api_done(to, "can't find anything\n");
        }
        let (tag, attribute, value) = (tag.clone(), attribute.clone(), value.clone());
        self.fetch(
            "configuration",
            [&tag.clone(), &attribute.clone(), &value.clone()],
            &[],
            Box::new(move |core, section| {
                let found = section.is_some_and(|section| section.find(&tag, &attribute, &value).is_some());
                let text = if found { format!("<{tag} {attribute}=\"{value}\">\n") } else { "can't find anything\n".into() };
                core.api_done(to, &text);
            }),
        );
    }

    /// The `json` command: only `callcenter_config` is there. The request is given back with its outcome.
    fn json_api(&self, arg: &str) -> String {
        let Ok(Json::Object(mut reply)) = serde_json::from_str::<Json>(arg) else { return "-ERR Parse error.\n".into() };
        let request = Json::Object(reply.clone());
        let known = request.get("command").and_then(Json::as_str) == Some("callcenter_config") && self.cc.loaded();
        let outcome = if known { self.callcenter_json(request.get("data")) } else { Err(Json::Null) };
        let (status, message) = match (known, &outcome) {
            (true, Ok(_)) => ("success", None),
            (true, Err(_)) => ("error", Some("The command returned an error")),
            (false, _) => ("error", Some("Invalid request or non-existant command")),
        };
        reply.push(("status".into(), status.into()));
        reply.extend(message.map(|m| ("message".to_string(), m.into())));
        reply.push(("response".into(), outcome.unwrap_or_else(|error| error)));
        format!("{}\n", Json::Object(reply))
    }
}
