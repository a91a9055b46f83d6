//! Does a sequence's acts at a switch, and looks at it whenever it is at rest.

use std::collections::HashSet;

use ccgate::sim::script::Headers;
use serde_json::Value;

use super::documents::KINDS;
use super::seen::{self, Names, Removed, Seen};
use super::side::Side;

/// A switch that is not at rest after so long, by its own clock, will not be: an agent is offered again and again.
const REST_S: i64 = 60;

/// A whole second and what was left of the one before: some ten rounds of the dispatch.
const QUIET_S: i64 = 2;
/// Where the next agent is rung four seconds after the last.
const PROGRESSIVE_QUIET_S: i64 = 6;

struct Player<'a> {
    side: &'a mut Side,
    place: u16,
    names: Names,
    /// Events since the switch was last at rest.
    told: Vec<Headers>,
    /// The channels that are this player's; those of the callers and agents, in their order.
    mine: HashSet<String>,
    legs: Vec<(String, String)>,
    answered: HashSet<String>,
    /// The second of the switch in which the last thing happened.
    last: i64,
    removed: Removed,
}

/// Plays the acts in a place: the domain `s<place>`, whose agents, queues and callers' numbers nobody else has. Gives what was seen after each, and
/// how much the comparison leaves out.
pub(super) async fn play(side: &mut Side, place: u16, acts: &[String]) -> (Vec<Seen>, Removed) {
    let mut player = Player {
        side,
        place,
        names: Names::default(),
        told: Vec::new(),
        mine: HashSet::new(),
        legs: Vec::new(),
        answered: HashSet::new(),
        last: 0,
        removed: Removed::new(),
    };
    let mut all = Vec::new();
    for act in acts {
        let (seen, rested) = player.act(act).await;
        all.push(seen);
        if !rested {
            break;
        }
    }
    player.clear().await;
    (all, player.removed)
}

impl Player<'_> {
    async fn act(&mut self, act: &str) -> (Seen, bool) {
        let mut seen = Seen { act: act.to_owned(), ..Seen::default() };
        self.last = self.epoch().await;
        for line in act.split("; ") {
            let reply = self.line(&line.replace("@D", &format!("@s{}", self.place)).replace("-D", &format!("-s{}", self.place))).await;
            seen.replies.push(reply);
        }
        let rested = self.rest().await;
        if !rested {
            // Where it would be in its round is chance.
            seen.replies = vec!["never at rest".into()];
            return (seen, rested);
        }
        let told = std::mem::take(&mut self.told);
        self.names.learn(&told);
        seen.events = seen::by_subject(&told, &self.names, &mut self.removed);
        seen.replies = seen.replies.iter().map(|reply| self.names.text(reply, &mut self.removed)).collect();
        seen.listings = self.listings().await;
        (seen, rested)
    }

    /// Does one line of an act; what the switch replied.
    async fn line(&mut self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let command = match words.as_slice() {
            ["cc", ..] => format!("callcenter_config {}", line.trim_start_matches("cc ")),
            ["call", caller, kind] => {
                let number = self.number(caller);
                self.side.call(&number, &format!("{kind}-s{}", self.place));
                self.called(&number).await;
                return String::new();
            }
            ["track", agent, phone] => {
                let number = self.number(&format!("90{agent}"));
                let on_answer = format!("callcenter_track a{agent}@s{}", self.place);
                let variables = format!("origination_caller_id_number={number},execute_on_answer='{on_answer}'");
                self.side.background(&format!("originate {{{variables}}}user/{phone}@lab.local &park()")).await;
                self.called(&number).await;
                return String::new();
            }
            [act, who, whose, rest @ ..] => {
                let leg = self.leg(who, whose);
                // A called leg that still rings is not sent elsewhere: docs/simulated-switch.md.
                let answered = |leg: &String| *who == "caller" || self.answered.contains(leg);
                let Some(leg) = leg.filter(|leg| *act != "transfer" || answered(leg)) else { return "no such leg".into() };
                match (*act, rest) {
                    ("transfer", [to]) => format!("uuid_transfer {leg} {to} XML public"),
                    ("hold", _) => format!("uuid_hold {leg}"),
                    ("unhold", _) => format!("uuid_hold off {leg}"),
                    ("key", [key]) => format!("uuid_recv_dtmf {leg} {key}"),
                    _ => format!("uuid_kill {leg} NORMAL_CLEARING"),
                }
            }
            _ => panic!("{line:?} is no act"),
        };
        self.side.api(&command).await
    }

    /// Waits until a leg of this number is there.
    async fn called(&mut self, number: &str) {
        let created = |e: &Headers| {
            e.get("Event-Name").is_some_and(|n| n == "CHANNEL_CREATE") && e.get("Caller-Caller-ID-Number").is_some_and(|n| n == number)
        };
        let so_far = self.told.iter().filter(|e| created(e)).count();
        crate::harness::patience(&format!("the call of {number}"), async {
            while self.told.iter().filter(|e| created(e)).count() == so_far {
                self.side.moment().await;
                self.listen().await;
            }
        })
        .await;
    }

    /// The number of a caller of ours.
    fn number(&self, caller: &str) -> String {
        format!("5{:03}{caller:0>3}", self.place)
    }

    /// The last leg of a caller, an agent or an agent's call outside the queues.
    fn leg(&self, who: &str, whose: &str) -> Option<String> {
        let name = match who {
            "caller" => self.number(whose),
            "tracked" => self.number(&format!("90{whose}")),
            _ => format!("a{whose}@s{}", self.place),
        };
        self.legs.iter().rev().find(|(of, _)| *of == name).map(|(_, id)| id.clone())
    }

    /// Takes what was told since: ours is kept.
    async fn listen(&mut self) {
        let marker = format!("s{}", self.place);
        for event in self.side.events(&marker).await {
            self.heard(event);
        }
    }

    fn heard(&mut self, event: Headers) {
        let get = |name: &str| event.get(name).map(String::as_str).unwrap_or_default();
        let domain = format!("@s{}", self.place);
        let id = get("Unique-ID").to_owned();
        let number = get("Caller-Caller-ID-Number");
        let of_us = number.len() == 7 && number.starts_with(&self.number("")[..4]);
        let cc = get("CC-Agent").ends_with(&domain) || get("CC-Queue").ends_with(&domain);
        if !cc && !of_us && !self.mine.contains(&id) {
            *self.removed.entry("events of others").or_default() += 1;
            return;
        }
        let fresh = !id.is_empty() && self.mine.insert(id.clone());
        if fresh && (get("Call-Direction") == "inbound" || number.get(4..6) == Some("90")) {
            self.legs.push((number.to_owned(), id.clone()));
        }
        let agent = get("variable_cc_agent");
        if get("Call-Direction") == "outbound" && !agent.is_empty() && !self.legs.iter().any(|(_, known)| *known == id) {
            self.legs.push((agent.to_owned(), id.clone()));
        }
        if get("Event-Name") == "CHANNEL_ANSWER" {
            self.answered.insert(id.clone());
        }
        if get("Event-Name") == "CHANNEL_DESTROY" {
            self.legs.retain(|(_, known)| *known != id);
        }
        let at = get("Event-Date-Timestamp").parse::<i64>().map_or(0, |us| us / 1_000_000);
        self.last = self.last.max(at);
        self.told.push(event);
    }

    async fn epoch(&mut self) -> i64 {
        self.side.api("strepoch").await.trim().parse().expect("strepoch gives seconds")
    }

    /// Waits until the switch is at rest: nothing was told for a whole second of its clock, and nothing is under way. False when it never is.
    async fn rest(&mut self) -> bool {
        let begun = self.last;
        loop {
            self.listen().await;
            let now = self.epoch().await;
            if now >= self.last + QUIET_S && now >= self.last + self.under_way().await.unwrap_or(i64::MAX / 2) {
                // Nothing came while one looked.
                self.listen().await;
                if now >= self.last + QUIET_S {
                    return true;
                }
            }
            if now > begun + REST_S {
                return false;
            }
            self.side.moment().await;
        }
    }

    /// None when something will happen by itself: a phone that rings will do something, a wait will end. Else after how many quiet seconds
    /// nothing more comes.
    async fn under_way(&mut self) -> Option<i64> {
        let rows = self.channel_rows().await;
        let is = |row: &Value, name: &str, value: &str| row[name] == value;
        let mine: Vec<&Value> = rows.iter().filter(|row| self.mine.contains(row["uuid"].as_str().unwrap_or_default())).collect();
        let stands = |row: &&&Value| ["ACTIVE", "HELD", "UNHELD"].iter().any(|state| is(row, "callstate", state));
        let rings = mine.iter().any(|row| is(row, "initial_dest", "rings") && !stands(&row));
        let moves = |row: &&Value| is(row, "initial_dest", "talks") || !(stands(&row) || is(row, "initial_dest", "rings"));
        if mine.iter().any(moves) {
            return None;
        }
        let waits = |kind: &str| {
            let queue = format!("{kind}@s{}", self.place);
            mine.iter().any(|row| is(row, "application_data", &queue) && is(row, "application", "callcenter"))
        };
        // While an agent rings, a wait that is over goes on.
        if waits("short") && !rings {
            return None;
        }
        let quiet_s = if waits("progressive") { PROGRESSIVE_QUIET_S } else { QUIET_S };
        if waits("alone") {
            let agents = self.side.api(&format!("callcenter_config queue list agents alone@s{}", self.place)).await;
            agents.lines().skip(1).find(|row| row.contains('@') && !row.contains("|Logged Out|"))?;
        }
        Some(quiet_s)
    }

    async fn channel_rows(&mut self) -> Vec<Value> {
        let shown: Value = serde_json::from_str(&self.side.api("show channels as json").await).unwrap_or_default();
        shown["rows"].as_array().cloned().unwrap_or_default()
    }

    async fn listings(&mut self) -> Vec<String> {
        let place = format!("@s{}", self.place);
        let mut all = Vec::new();
        for what in ["agent list", "tier list", "queue list", "queue list members"] {
            let text = self.side.api(&format!("callcenter_config {what}")).await;
            let mut rows = seen::rows(&text, &place, &self.names, &mut self.removed);
            if what != "tier list" {
                rows.sort();
            }
            all.extend(rows);
        }
        let rows = self.channel_rows().await;
        all.extend(seen::channels(&rows, &self.names, &mut self.removed));
        all
    }

    /// Leaves nothing behind: others play at the same switch.
    async fn clear(&mut self) {
        for agent in 1..=3 {
            self.side.api(&format!("callcenter_config agent del a{agent}@s{}", self.place)).await;
        }
        for id in self.mine.clone() {
            self.side.api(&format!("uuid_kill {id}")).await;
        }
        for (kind, _) in KINDS {
            self.side.api(&format!("callcenter_config queue unload {kind}@s{}", self.place)).await;
        }
    }
}
