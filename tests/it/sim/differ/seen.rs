//! What a switch showed after an act, without what differs from run to run by nature; how much of that there was is counted.

use std::collections::{BTreeMap, HashMap};

use ccgate::sim::script::{Headers, line};

/// What was seen from an act until the switch was at rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) act: String,
    pub(super) replies: Vec<String>,
    /// The events of each leg, agent, member and queue, each in its order.
    pub(super) events: BTreeMap<String, Vec<Vec<String>>>,
    pub(super) listings: Vec<String>,
}

/// How much of each kind was taken away.
pub(super) type Removed = BTreeMap<&'static str, usize>;

/// Columns of listings that hold a time: 0 or not is what is compared.
const TIMES: &[&str] = &[
    "last_bridge_start",
    "last_bridge_end",
    "last_offered_call",
    "last_status_change",
    "ready_time",
    "system_epoch",
    "joined_epoch",
    "rejoined_epoch",
    "bridge_epoch",
    "abandoned_epoch",
];
/// Columns that count seconds.
const SECONDS: &[&str] = &["talk_time", "base_score", "score"];
/// What a phone's stack says of itself, or the thread that hears it of a leg between two states.
const PHONES_OWN: &[&str] = &[
    "variable_sip_hangup_disposition",
    "variable_sip_term_status",
    "variable_proto_specific_hangup_cause",
    "variable_sip_invite_failure_phrase",
];
/// A called leg that ends is under its caller's call or under its own, as the two threads come.
const CALL_OF_ENDED: &[&str] = &["Channel-Call-UUID", "variable_call_uuid"];
/// What is compared of a channel.
const CHANNEL: &[&str] = &[
    "direction",
    "state",
    "callstate",
    "cid_num",
    "dest",
    "application",
    "application_data",
    "context",
    "initial_cid_num",
    "initial_dest",
];

/// Gives legs and members names that are the same on both switches.
#[derive(Default)]
pub(super) struct Names {
    known: HashMap<String, String>,
    counts: HashMap<String, usize>,
}

impl Names {
    /// Names the legs and members that these events tell of for the first time.
    pub(super) fn learn(&mut self, events: &[Headers]) {
        for event in events {
            let get = |name: &str| event.get(name).map(String::as_str).unwrap_or_default();
            if get("Event-Name") == "CHANNEL_CREATE" {
                let id = get("Unique-ID");
                let agent = events.iter().find(|e| e.get("Unique-ID").is_some_and(|of| of == id) && e.contains_key("variable_cc_agent"));
                let name = match agent.filter(|_| get("Call-Direction") == "outbound") {
                    Some(agent) => format!("leg of {}", agent["variable_cc_agent"]),
                    None => {
                        format!("{} of {} to {}", get("Call-Direction"), get("Caller-Caller-ID-Number"), get("Caller-Destination-Number"))
                    }
                };
                self.name(id, name);
            }
            if get("CC-Action").starts_with("member-queue-") {
                self.name(get("CC-Member-UUID"), format!("member {} in {}", get("CC-Member-CID-Number"), get("CC-Queue")));
            }
        }
    }

    fn name(&mut self, id: &str, name: String) {
        if !self.known.contains_key(id) {
            let count = self.counts.entry(name.clone()).or_default();
            *count += 1;
            self.known.insert(id.to_owned(), format!("{name} #{count}"));
        }
    }

    pub(super) fn of(&self, id: &str) -> String {
        self.known.get(id).cloned().unwrap_or_else(|| if id.is_empty() { String::new() } else { "another".into() })
    }

    /// A text with the ids in it named.
    pub(super) fn text(&self, text: &str, removed: &mut Removed) -> String {
        let mut out = text.to_owned();
        for (id, name) in &self.known {
            if out.contains(id.as_str()) {
                *removed.entry("ids in replies and listings").or_default() += 1;
                out = out.replace(id.as_str(), name);
            }
        }
        out
    }
}

/// Events by whom they are of: a leg, an agent, a member, else a queue.
pub(super) fn by_subject(events: &[Headers], names: &Names, removed: &mut Removed) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut all = BTreeMap::<String, Vec<Vec<String>>>::new();
    for event in events {
        let get = |name: &str| event.get(name).filter(|value| !value.is_empty());
        let cc = event.get("Event-Subclass").is_some_and(|subclass| subclass == "callcenter::info");
        let subject = match (cc, get("CC-Agent"), get("CC-Member-UUID"), get("CC-Queue")) {
            (false, ..) => names.of(get("Unique-ID").map(String::as_str).unwrap_or_default()),
            (true, Some(agent), ..) => agent.clone(),
            (true, None, Some(member), _) => names.of(member),
            (true, None, None, queue) => queue.cloned().unwrap_or_default(),
        };
        let mut ids = 0;
        let mut kept = line(event, |id| {
            ids += 1;
            names.of(id)
        });
        let times = kept.iter().filter(|field| field.ends_with("=then")).count();
        let before = kept.len();
        let between = ["CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER"].contains(&kept[0].as_str());
        let ended = kept[0] == "CHANNEL_HANGUP_COMPLETE";
        let taken_back = kept[0] == "CHANNEL_UNHOLD";
        let ends = event.get("CC-Action").is_some_and(|action| ["bridge-agent-end", "member-queue-end"].contains(&action.as_str()));
        kept.retain(|f| {
            let name = f.split('=').next().unwrap_or_default();
            let races = (ends && !(name.starts_with("CC-") || name == "CUSTOM" || name == "Unique-ID"))
                || (between && name.starts_with("Channel-State"))
                || (ended && CALL_OF_ENDED.contains(&name))
                // Whether sound that comes back has already made it ACTIVE.
                || (taken_back && name == "Channel-Call-State");
            !PHONES_OWN.contains(&name) && !races
        });
        *removed.entry("headers not compared").or_default() += event.len() + 1 - before;
        *removed.entry("headers of the phone's stack, or that the order of two threads decides").or_default() += before - kept.len();
        *removed.entry("ids in events").or_default() += ids;
        *removed.entry("times in events").or_default() += times;
        all.entry(subject).or_default().push(kept);
    }
    all
}

/// The rows of a text listing that are of a place, with names for ids, and times and seconds taken out.
pub(super) fn rows(listing: &str, place: &str, names: &Names, removed: &mut Removed) -> Vec<String> {
    let mut lines = listing.lines();
    let columns: Vec<&str> = lines.next().unwrap_or_default().split('|').collect();
    let mine = lines.filter(|row| row.split('|').next().is_some_and(|first| first.ends_with(place)));
    mine.map(|row| {
        let cells = row.split('|').zip(&columns).map(|(cell, column)| {
            if SECONDS.contains(column) {
                *removed.entry("seconds in listings").or_default() += 1;
                return String::new();
            }
            if TIMES.contains(column) && cell != "0" {
                *removed.entry("times in listings").or_default() += 1;
                return format!("{column}=then");
            }
            format!("{column}={}", names.text(cell, removed))
        });
        cells.filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
    })
    .collect()
}

/// The rows of the channels that have a name, as `show channels as json` has them.
pub(super) fn channels(rows: &[serde_json::Value], names: &Names, removed: &mut Removed) -> Vec<String> {
    let get = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let mine = rows.iter().filter(|row| names.known.contains_key(row["uuid"].as_str().unwrap_or_default()));
    let text = |row: &serde_json::Value| {
        let fields: Vec<String> = CHANNEL.iter().map(|name| format!("{name}={}", get(row, name))).collect();
        format!("{} {} with={}", names.of(&get(row, "uuid")), fields.join(" "), names.of(&get(row, "call_uuid")))
    };
    let mut all: Vec<String> = mine.map(|row| names.text(&text(row), removed)).collect();
    all.sort();
    all
}

/// The first act after which the two differ, and how.
pub(super) fn first_difference(real: &[Seen], sim: &[Seen]) -> Option<(usize, String)> {
    let at = real.iter().zip(sim).position(|(r, s)| r != s).or_else(|| (real.len() != sim.len()).then_some(real.len().min(sim.len())))?;
    let (Some(r), Some(s)) = (real.get(at), sim.get(at)) else {
        return Some((at, format!("one of them ended: real {} acts, sim {}", real.len(), sim.len())));
    };
    let mut text = Vec::new();
    only(&r.replies, &s.replies, "reply", &mut text);
    only(&r.listings, &s.listings, "row", &mut text);
    for subject in r.events.keys().chain(s.events.keys()).collect::<std::collections::BTreeSet<_>>() {
        let none = Vec::new();
        let (r, s) = (r.events.get(subject).unwrap_or(&none), s.events.get(subject).unwrap_or(&none));
        if r != s {
            let brief = |e: &Vec<String>| {
                let of = |p: &str| e.iter().find_map(|f| f.strip_prefix(p)).unwrap_or_default();
                [&e[0], of("CC-Action="), of("CC-Agent-State="), of("CC-Agent-Status="), of("Hangup-Cause="), of("CC-Count=")]
                    .join(" ")
                    .trim()
                    .to_owned()
            };
            let order = |events: &[Vec<String>]| events.iter().map(brief).collect::<Vec<_>>();
            if order(r) == order(s) {
                for (r, s) in r.iter().zip(s).filter(|(r, s)| r != s) {
                    let lacks = |a: &Vec<String>, b: &Vec<String>| a.iter().filter(|f| !b.contains(f)).cloned().collect::<Vec<_>>();
                    text.push(format!("{subject}: {}\n    real {:?}\n    sim  {:?}", brief(r), lacks(r, s), lacks(s, r)));
                }
            } else {
                text.push(format!("{subject}\n    real {:#?}\n    sim  {:#?}", order(r), order(s)));
            }
        }
    }
    Some((at, text.join("\n  ")))
}

fn only(real: &[String], sim: &[String], what: &str, text: &mut Vec<String>) {
    text.extend(real.iter().filter(|line| !sim.contains(line)).map(|line| format!("{what} real {line}")));
    text.extend(sim.iter().filter(|line| !real.contains(line)).map(|line| format!("{what} sim  {line}")));
    if text.is_empty() && real != sim {
        text.push(format!("{what}s in another order\n    real {real:#?}\n    sim  {sim:#?}"));
    }
}
