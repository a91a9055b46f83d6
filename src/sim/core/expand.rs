//! `${name}`, `${name:2:3}`, `${function(args)}` and `$${global}`; `\${` is left for whoever expands it next.

use super::{ChanId, Core};

/// A text that expands into ever more is cut here.
const EXPANSIONS_MAX: usize = 512;

impl Core {
    /// Expands variables of a channel and of `extra` (which win) in `text`.
    pub(super) fn expand(&mut self, chan: Option<ChanId>, extra: &[(String, String)], text: &str) -> String {
        let mut budget = EXPANSIONS_MAX;
        self.expand_within(chan, extra, text, &mut budget)
    }

    fn expand_within(&mut self, chan: Option<ChanId>, extra: &[(String, String)], text: &str, budget: &mut usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            out.push_str(rest.get(..at).unwrap_or_default());
            let body = rest.get(at + 2..).unwrap_or_default();
            let Some(end) = closing(body) else {
                out.push_str(rest.get(at..).unwrap_or_default());
                return out;
            };
            if out.ends_with('\\') {
                out.pop();
                out.push_str("${");
                rest = body;
                continue;
            }
            if out.ends_with('$') {
                out.pop();
            }
            *budget = budget.saturating_sub(1);
            if *budget > 0 {
                let inside = body.get(..end).unwrap_or_default().to_string();
                let inside = if inside.contains("${") { self.expand_within(chan, extra, &inside, budget) } else { inside };
                let value = self.value_of(chan, extra, &inside);
                // A value may have more in it.
                out.push_str(&if value.contains("${") { self.expand_within(chan, extra, &value, budget) } else { value });
            }
            rest = body.get(end + 1..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }

    fn value_of(&mut self, chan: Option<ChanId>, extra: &[(String, String)], inside: &str) -> String {
        if let Some((function, args)) = inside.split_once(['(', ' ']) {
            return self.function(function, args.strip_suffix(')').unwrap_or(args));
        }
        let mut parts = inside.splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let value = self.variable(chan, extra, name);
        match parts.next().map(super::args::atoi) {
            None => value,
            Some(offset) => slice(&value, offset, parts.next().map(super::args::atoi)),
        }
    }

    fn variable(&self, chan: Option<ChanId>, extra: &[(String, String)], name: &str) -> String {
        if let Some((_, value)) = extra.iter().rev().find(|(n, _)| n == name) {
            return value.clone();
        }
        let channel = chan.and_then(|id| self.channels.get(&id));
        if let Some(channel) = channel {
            if let Some(value) = channel.var(name) {
                return value.to_string();
            }
            let p = &channel.profile;
            let field = match name {
                "caller_id_name" => &p.cid_name,
                "caller_id_number" => &p.cid_number,
                "destination_number" => &p.destination,
                "username" => &p.username,
                "dialplan" => &p.dialplan,
                "context" => &p.context,
                "network_addr" => &p.network_addr,
                "ani" => &p.ani,
                "rdnis" => &p.rdnis,
                "callee_id_name" => &p.callee_name,
                "callee_id_number" => &p.callee_number,
                "chan_name" => &channel.name,
                _ => return self.globals.get(name).cloned().unwrap_or_default(),
            };
            return field.clone();
        }
        self.globals.get(name).cloned().unwrap_or_default()
    }

    /// API commands inside `${}`: those that answer at once. `system` is noted and never run.
    fn function(&mut self, name: &str, args: &str) -> String {
        match name {
            "sofia_contact" => self.sofia_contact(args.trim()),
            "create_uuid" => self.new_uuid(),
            "strepoch" | "epoch" => self.epoch_s().to_string(),
            "global_getvar" => self.globals.get(args.trim()).cloned().unwrap_or_default(),
            "uuid_exists" => self.by_uuid.contains_key(args.trim()).to_string(),
            "strftime" => self.strftime(args),
            "url_encode" => super::args::encode(args),
            "system" => {
                self.counters.system_calls.push(args.to_string());
                String::new()
            }
            _ => String::new(),
        }
    }

    /// `$${name}` in a document, before it is read.
    pub(super) fn expand_globals(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("$${") {
            out.push_str(rest.get(..at).unwrap_or_default());
            let body = rest.get(at + 3..).unwrap_or_default();
            let Some(end) = body.find('}') else { break };
            out.push_str(self.globals.get(body.get(..end).unwrap_or_default()).map_or("", String::as_str));
            rest = body.get(end + 1..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }
}

/// Where the brace closes that is open at the start.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(i);
        }
    }
    None
}

fn slice(value: &str, offset: i64, length: Option<i64>) -> String {
    let chars: Vec<char> = value.chars().collect();
    let count = i64::try_from(chars.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
    let end = match length {
        None | Some(0) => count,
        Some(n) if n > 0 => (start + n).min(count),
        Some(n) => (count + n).max(start),
    };
    let range = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
    chars.get(range).map(|c| c.iter().collect()).unwrap_or_default()
}
