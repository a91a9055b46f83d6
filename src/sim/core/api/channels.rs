//! `uuid_*` and `hupall`.

use super::super::cause::{self, MANAGER_REQUEST, NORMAL_CLEARING};
use super::super::channel::Channel;
use super::super::events::Event;
use super::super::{ChanId, Core, args};

const NO_CHANNEL: &str = "-ERR No such channel!\n";

impl Core {
    pub(super) fn channel_api(&mut self, command: &str, arg: &str) -> Option<String> {
        let words = args::separate(arg, ' ', 8);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        Some(match command {
            "uuid_exists" => self.by_uuid.contains_key(arg.trim()).to_string(),
            "uuid_kill" => self.uuid_kill(&words),
            "uuid_transfer" => self.uuid_transfer(&words),
            "uuid_bridge" => self.uuid_bridge(&words),
            "uuid_hold" => self.uuid_hold(&words),
            "uuid_park" => self.on_channel(&words, "+OK\n", |core, id| core.park(id)),
            "uuid_answer" => self.on_channel(&words, "+OK\n", Self::answer),
            "uuid_break" => self.on_channel(&words, "+OK\n", |_, _| {}),
            "uuid_broadcast" if self.chan(&words).is_none() => "-ERR invalid uuid\n".into(),
            "uuid_broadcast" => "+OK Message sent\n".into(),
            "uuid_record" => self.uuid_record(&words),
            "uuid_setvar" => self.uuid_setvar(arg),
            "uuid_setvar_multi" => self.uuid_setvar_multi(arg),
            "uuid_getvar" => self.uuid_getvar(&words),
            "uuid_dump" => self.uuid_dump(&words),
            "uuid_recv_dtmf" => self.uuid_recv_dtmf(&words),
            "uuid_send_dtmf" => self.on_channel(&words, "+OK\n", |_, _| {}),
            "sched_hangup" => self.api_sched_hangup(&words),
            "callcenter_break" => self.callcenter_break(&words),
            "hupall" => self.hupall(&words),
            _ => return None,
        })
    }

    fn chan(&self, words: &[&str]) -> Option<ChanId> {
        self.by_uuid.get(*words.first()?).copied().filter(|id| self.channels.get(id).is_some_and(|c| c.up()))
    }

    fn on_channel(&mut self, words: &[&str], done: &str, act: impl FnOnce(&mut Self, ChanId)) -> String {
        let Some(id) = self.chan(words) else { return NO_CHANNEL.into() };
        act(self, id);
        done.into()
    }

    fn uuid_kill(&mut self, words: &[&str]) -> String {
        if words.is_empty() {
            return "-USAGE: <uuid> [cause]\n".into();
        }
        let why = words.get(1).and_then(|w| cause::parse(w)).unwrap_or(NORMAL_CLEARING);
        let Some(id) = self.chan(words) else { return NO_CHANNEL.into() };
        // The channel's own thread hangs it up, after the reply.
        self.after(0, move |core| core.hangup(id, why));
        "+OK\n".into()
    }

    fn uuid_transfer(&mut self, words: &[&str]) -> String {
        if words.len() < 2 {
            return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n".into();
        }
        let Some(mut id) = self.chan(words) else { return NO_CHANNEL.into() };
        let mut rest = words.get(1..).unwrap_or_default();
        if let Some(flag) = rest.first().filter(|w| w.starts_with('-')).copied() {
            rest = rest.get(1..).unwrap_or_default();
            if flag.eq_ignore_ascii_case("-bleg") {
                let Some(partner) = self.channels.get(&id).and_then(|c| c.bridged_to) else {
                    return "-ERR No such channel!\n".into();
                };
                id = partner;
            }
        }
        let Some(exten) = rest.first().map(|e| (*e).to_string()) else { return "-ERR\n".into() };
        let context =
            rest.get(2).map_or_else(|| self.channels.get(&id).map(Channel::transfer_context).unwrap_or_default(), |c| (*c).to_string());
        let dialplan = rest.get(1).map_or("XML", |dialplan| *dialplan).to_string();
        self.after(0, move |core| core.transfer(id, &exten, &dialplan, &context));
        "+OK\n".into()
    }

    fn uuid_bridge(&mut self, words: &[&str]) -> String {
        if words.len() != 2 {
            return "-USAGE: <uuid> <other_uuid>\n".into();
        }
        let (Some(a), Some(b)) = (self.chan(words), self.chan(words.get(1..).unwrap_or_default())) else {
            return "-ERR Invalid uuid\n".into();
        };
        let answered = |id: &ChanId| self.channels.get(id).is_some_and(|c| c.answered());
        if a == b || !(answered(&a) || answered(&b)) {
            return "-ERR Invalid uuid\n".into();
        }
        let reply = format!("+OK {}\n", words.get(1).copied().unwrap_or_default());
        self.after(0, move |core| core.bridge_by_uuid(a, b));
        reply
    }

    fn uuid_hold(&mut self, words: &[&str]) -> String {
        if words.is_empty() {
            return "-USAGE: [off|toggle] <uuid> [<display>]\n".into();
        }
        let (word, uuid) = match words.first() {
            Some(&w) if ["off", "toggle"].contains(&w) => (w, words.get(1..).unwrap_or_default()),
            _ => ("on", words),
        };
        let Some(id) = self.chan(uuid) else { return "+OK Success\n".into() };
        let held = self.channels.get(&id).is_some_and(|c| c.callstate == "HELD");
        let on = match word {
            "off" => false,
            "toggle" => !held,
            _ => true,
        };
        if on == held {
            return "-ERR Operation failed\n".into();
        }
        self.after(0, move |core| core.hold(id, on));
        "+OK Success\n".into()
    }

    fn uuid_setvar(&mut self, arg: &str) -> String {
        let mut words = arg.splitn(3, ' ');
        let (Some(uuid), Some(name)) = (words.next(), words.next().filter(|n| !n.is_empty())) else {
            return "-USAGE: <uuid> <var> [value]\n".into();
        };
        let value = words.next().unwrap_or_default();
        let Some(id) = self.chan(&[uuid]) else { return NO_CHANNEL.into() };
        self.set_or_unset(id, name, value);
        "+OK\n".into()
    }

    fn uuid_setvar_multi(&mut self, arg: &str) -> String {
        let (uuid, pairs) = arg.split_once(' ').unwrap_or((arg, ""));
        if pairs.is_empty() {
            return "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n".into();
        }
        let Some(id) = self.chan(&[uuid]) else { return NO_CHANNEL.into() };
        for pair in args::separate(pairs, ';', 64) {
            let (name, value) = pair.split_once('=').unwrap_or((&pair, ""));
            self.set_or_unset(id, name, value);
        }
        "+OK\n".into()
    }

    fn set_or_unset(&mut self, id: ChanId, name: &str, value: &str) {
        if let Some(channel) = self.channels.get_mut(&id) {
            if value.is_empty() || value == "undef" {
                channel.unset(name);
            } else {
                channel.set(name, value);
            }
        }
    }

    fn uuid_getvar(&self, words: &[&str]) -> String {
        let Some(name) = words.get(1) else { return "-USAGE: <uuid> <var>\n".into() };
        let Some(channel) = self.chan(words).and_then(|id| self.channels.get(&id)) else { return NO_CHANNEL.into() };
        channel.var(name).unwrap_or("_undef_").to_string()
    }

    fn uuid_dump(&mut self, words: &[&str]) -> String {
        let Some(id) = self.chan(words) else { return NO_CHANNEL.into() };
        let headers = self.base_headers("CHANNEL_DATA", ("mod_commands.c", "uuid_dump_function"));
        let mut event = Event { headers, ..Event::default() };
        if let Some(channel) = self.channels.get(&id) {
            channel.describe(&mut event);
        }
        match words.get(1) {
            Some(format) if format.eq_ignore_ascii_case("json") => event.json(),
            _ => event.headers.iter().map(|(n, v)| format!("{n}: {v}\n")).collect::<String>() + "\n",
        }
    }

    fn uuid_recv_dtmf(&mut self, words: &[&str]) -> String {
        let (Some(uuid), Some(digits)) = (words.first(), words.get(1)) else { return "-USAGE: <uuid> <dtmf_data>\n".into() };
        let Some(id) = self.chan(words) else { return "-ERR Cannot locate session!\n".into() };
        let reply = format!("+OK {uuid} received DTMF {digits}.\n");
        let digits = (*digits).to_string();
        self.after(0, move |core| core.press(id, &digits));
        reply
    }

    fn api_sched_hangup(&mut self, words: &[&str]) -> String {
        let (Some(when), Some(_)) = (words.first(), words.get(1)) else { return "-USAGE: [+]<time> <uuid> [<cause>]\n".into() };
        let Some(id) = self.chan(words.get(1..).unwrap_or_default()) else { return NO_CHANNEL.into() };
        let seconds = when.strip_prefix('+').map_or_else(|| args::atoi(when) - self.epoch_s(), args::atoi);
        let why = words.get(2).and_then(|w| cause::parse(w)).unwrap_or("ALLOTTED_TIMEOUT");
        self.after(seconds.max(0) * 1000, move |core| core.hangup(id, why));
        "+OK\n".into()
    }

    fn callcenter_break(&mut self, words: &[&str]) -> String {
        let Some(uuid) = words.get(1) else { return "-ERR Usage: callcenter_break agent <uuid>\n".into() };
        let Some(id) = self.chan(&[uuid]) else { return format!("-ERR Session not found for uuid {uuid}\n") };
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.set("cc_should_break", true);
        }
        String::new()
    }

    fn hupall(&mut self, words: &[&str]) -> String {
        let why = words.first().map_or(MANAGER_REQUEST, |w| cause::parse(w).unwrap_or(NORMAL_CLEARING));
        let wanted: Vec<(String, String)> = words
            .get(1..)
            .unwrap_or_default()
            .chunks_exact(2)
            .filter_map(|pair| Some(((*pair.first()?).to_string(), (*pair.get(1)?).to_string())))
            .collect();
        let reply = match wanted.as_slice() {
            [] => format!("+OK hangup all channels with cause {why}\n"),
            [(n, v)] => format!("+OK hangup all channels matching [{n}]=[{v}] with cause: {why}\n"),
            [(n, v), ..] => format!("+OK hangup all channels matching [{n}]=[{v}]... with cause: {why}\n"),
        };
        let ids: Vec<ChanId> =
            self.channels.iter().filter(|(_, c)| c.up() && wanted.iter().all(|(n, v)| c.var(n) == Some(v))).map(|(id, _)| *id).collect();
        self.after(0, move |core| {
            for id in ids {
                core.hangup(id, why);
            }
        });
        reply
    }
}
