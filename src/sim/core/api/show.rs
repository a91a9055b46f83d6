//! `show calls|channels|registrations [count] [as json]`

use super::super::channel::Channel;
use super::super::events::local_date;
use super::super::jsontext::Json;
use super::super::{Core, args};
use crate::clock::Millis;

type Row = Vec<(String, String)>;

impl Core {
    pub(super) fn show(&self, arg: &str) -> String {
        let words = args::separate(arg, ' ', 6);
        let what = words.first().map(|w| w.to_ascii_lowercase()).unwrap_or_default();
        let json = words.windows(2).any(|w| matches!(w, [a, j] if a.eq_ignore_ascii_case("as") && j.eq_ignore_ascii_case("json")));
        let rows = match what.as_str() {
            "channels" if self.faults.list_no_channels => Vec::new(),
            "channels" => self.channels.values().map(|c| self.channel_row(c)).collect(),
            "calls" => self.call_rows(false),
            "bridged_calls" => self.call_rows(true),
            "registrations" => self.registration_rows(),
            _ => return format!("-USAGE: {SYNTAX}\n"),
        };
        let count = words.get(1).is_some_and(|w| w.eq_ignore_ascii_case("count"));
        match (json, count) {
            (true, true) => format!("{{\"row_count\":{},\"rows\":[]}}", rows.len()),
            (true, false) => as_json(rows),
            (false, true) => format!("\n{} total.\n", rows.len()),
            (false, false) => as_text(&rows),
        }
    }

    fn channel_row(&self, c: &Channel) -> Row {
        let codec = if c.answered() { "PCMU" } else { "" };
        let rate = if c.answered() { ("8000", "64000") } else { ("", "") };
        let p = &c.profile;
        let (app, data) = &c.listed.app;
        let callee = if c.other.is_some() { "SEND" } else { "" };
        let mut row = self.short_row(c);
        row.extend(pairs(&[
            ("application", app),
            ("application_data", data),
            ("dialplan", &p.dialplan),
            ("context", &p.context),
            ("read_codec", codec),
            ("read_rate", rate.0),
            ("read_bit_rate", rate.1),
            ("write_codec", codec),
            ("write_rate", rate.0),
            ("write_bit_rate", rate.1),
            ("secure", ""),
            ("hostname", &self.cfg.hostname),
            ("presence_id", c.presence_id.as_deref().unwrap_or_default()),
            ("presence_data", ""),
            ("accountcode", c.var("accountcode").unwrap_or_default()),
            ("callstate", c.callstate),
            ("callee_name", &p.callee_name),
            ("callee_num", &p.callee_number),
            ("callee_direction", callee),
            ("call_uuid", &c.listed.call_uuid),
            ("sent_callee_name", c.var("last_sent_callee_id_name").unwrap_or_default()),
            ("sent_callee_num", c.var("last_sent_callee_id_number").unwrap_or_default()),
            ("initial_cid_name", &p.orig_cid_name),
            ("initial_cid_num", &p.orig_cid_number),
            ("initial_ip_addr", &p.network_addr),
            ("initial_dest", &c.listed.initial_dest),
            ("initial_dialplan", &p.dialplan),
            ("initial_context", &p.context),
        ]));
        row
    }

    fn short_row(&self, c: &Channel) -> Row {
        let created = c.times.created / 1000;
        pairs(&[
            ("uuid", &c.uuid),
            ("direction", if c.direction == super::super::channel::Direction::Inbound { "inbound" } else { "outbound" }),
            ("created", &local_date(Millis(created))),
            ("created_epoch", &(created / 1000).to_string()),
            ("name", &c.name),
            ("state", c.state_name()),
            ("cid_name", &c.profile.cid_name),
            ("cid_num", &c.profile.cid_number),
            ("ip_addr", &c.profile.network_addr),
            ("dest", &c.profile.destination),
        ])
    }

    fn party(&self, c: &Channel, with_call: bool) -> Row {
        let mut row = self.short_row(c);
        row.extend(pairs(&[
            ("presence_id", c.presence_id.as_deref().unwrap_or_default()),
            ("presence_data", ""),
            ("accountcode", c.var("accountcode").unwrap_or_default()),
            ("callstate", c.callstate),
            ("callee_name", &c.profile.callee_name),
            ("callee_num", &c.profile.callee_number),
            ("callee_direction", if c.other.is_some() { "SEND" } else { "" }),
        ]));
        if with_call {
            row.extend(pairs(&[("call_uuid", &c.call_uuid), ("hostname", &self.cfg.hostname)]));
        }
        row.extend(pairs(&[
            ("sent_callee_name", c.var("last_sent_callee_id_name").unwrap_or_default()),
            ("sent_callee_num", c.var("last_sent_callee_id_number").unwrap_or_default()),
        ]));
        row
    }

    /// A call is a caller with its callee, or a channel that is nobody's callee.
    fn call_rows(&self, bridged_only: bool) -> Vec<Row> {
        let callers = self.channels.values().filter(|c| c.bridged_to.is_none() || c.a_leg);
        callers
            .filter_map(|a| {
                let b = a.bridged_to.and_then(|id| self.channels.get(&id));
                if bridged_only && b.is_none() {
                    return None;
                }
                let mut row = self.party(a, true);
                let other = match b {
                    Some(b) => self.party(b, false),
                    None => self.party(a, false).into_iter().map(|(n, _)| (n, String::new())).collect(),
                };
                row.extend(other.into_iter().map(|(n, v)| (format!("b_{n}"), v)));
                let since = if b.is_some() { (a.times.bridged / 1_000_000).to_string() } else { String::new() };
                row.push(("call_created_epoch".into(), since));
                Some(row)
            })
            .collect()
    }

    fn registration_rows(&self) -> Vec<Row> {
        let row = |r: &super::super::registrations::Registration| {
            pairs(&[
                ("reg_user", &r.key.user),
                ("realm", &r.key.domain),
                ("token", &r.call_id),
                ("url", &format!("sofia/internal/{}", r.uri())),
                ("expires", &r.expires_at.epoch_s().to_string()),
                ("network_ip", "127.0.0.1"),
                ("network_port", &r.port.to_string()),
                ("network_proto", "udp"),
                ("hostname", &self.cfg.hostname),
                ("metadata", ""),
            ])
        };
        self.registrations.iter().map(row).collect()
    }
}

const SYNTAX: &str = "codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like <match string>]|calls|\
    detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|chat|management|modules|nat_map|say|interfaces|\
    interface_types|tasks|limits|status";

fn pairs(list: &[(&str, &str)]) -> Row {
    list.iter().map(|(n, v)| ((*n).to_string(), (*v).to_string())).collect()
}

fn as_json(rows: Vec<Row>) -> String {
    if rows.is_empty() {
        return "{\"row_count\": 0}\n".into();
    }
    let count = rows.len();
    let object = |row: Row| Json::Object(row.into_iter().map(|(n, v)| (n, v.into())).collect());
    let rows = Json::List(rows.into_iter().map(object).collect());
    format!("{{\"row_count\":{count},\"rows\":{rows}}}")
}

fn as_text(rows: &[Row]) -> String {
    let mut text = String::new();
    if let Some(first) = rows.first() {
        text.push_str(&first.iter().map(|(n, _)| n.as_str()).collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    for row in rows {
        text.push_str(&row.iter().map(|(_, v)| v.as_str()).collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text + &format!("\n{} total.\n", rows.len())
}
