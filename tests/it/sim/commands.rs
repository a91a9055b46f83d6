//! Every command of the recording, in its order, with the very replies.

use std::ops::Add as _;

use libtest_mimic::Trial;

use ccgate::sim::phones::{Behaviour, CallPlan};

use super::bench::Bench;
use super::transcript::{Step, recording};
use super::trial;

pub(super) fn trials() -> Vec<Trial> {
    vec![trial("commands::replies_are_the_recorded_ones", replies), trial("commands::wrong_password", wrong_password)]
}

const AGENT: &str = "17798@lab.local";

/// Brings the switch to where the recording began: two agents, three tiers, calls answered and abandoned.
fn as_recorded() -> Bench {
    let mut b = Bench::new(1);
    let cc = |b: &mut Bench, line: &str| assert_eq!(b.api(&format!("callcenter_config {line}")), "+OK\n", "{line}");
    for (agent, contact) in [(AGENT, "[leg_timeout=3]user/1001@lab.local"), ("23250@lab.local", "[leg_timeout=5]user/1002@lab.local")] {
        cc(&mut b, &format!("agent add {agent} callback"));
        cc(&mut b, &format!("agent set contact {agent} {contact}"));
    }
    for (queue, agent) in [("support", AGENT), ("short", AGENT), ("short", "23250@lab.local")] {
        cc(&mut b, &format!("tier add {queue}@lab.local {agent} 1 1"));
    }
    // Five callers give up at the one queue, one at the other, nobody is there.
    for number in ["support", "support", "support", "support", "support", "short"] {
        b.call(number, CallPlan { give_up_after_ms: Some(500), ..CallPlan::default() });
        b.run(1000);
    }
    b.run(70_000);
    for line in [
        "wrap_up_time 17798@lab.local 0",
        "max_no_answer 17798@lab.local 2",
        "reject_delay_time 17798@lab.local 3",
        "busy_delay_time 17798@lab.local 3",
        "no_answer_delay_time 17798@lab.local 2",
    ] {
        cc(&mut b, &format!("agent set {line}"));
    }
    // One call is answered at each, and the first agent's counters begin again in between.
    let talk = CallPlan { talk_ms: Some(1500), ..CallPlan::default() };
    cc(&mut b, &format!("agent set status {AGENT} Available"));
    b.call("support", talk.clone());
    b.run(3000);
    cc(&mut b, "agent set status 23250@lab.local Available");
    b.phone("1002", Behaviour::RingOn);
    b.call("short", talk);
    b.run(3000);
    cc(&mut b, &format!("agent set status {AGENT} 'Logged Out'"));
    b.call("support", CallPlan { give_up_after_ms: Some(6000), ..CallPlan::default() });
    b.run(7500);
    cc(&mut b, &format!("agent set status {AGENT} Available"));
    let one_second = 1000 - b.now.0.rem_euclid(1000);
    b.run(one_second);
    b.call("support", CallPlan { talk_ms: Some(1000), ..CallPlan::default() });
    b.run(4000);
    b.fresh();
    b
}

fn replies() {
    let mut b = as_recorded();
    let steps = recording("commands.txt");
    let mut wrong = Vec::new();
    let mut at = 0;
    while at < steps.len() {
        let (Step::Sent(sent), Some(Step::Received(wanted))) = (&steps[at], steps.get(at + 1)) else {
            at += 1;
            continue;
        };
        at += 2;
        if sent.starts_with("auth ") {
            continue;
        }
        let got = b.command(sent);
        let (mine, theirs) = (normal(sent, &got), normal(sent, &wanted.reply()));
        if mine != theirs {
            wrong.push(format!("{sent}\n  sim:  {mine:?}\n  real: {theirs:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} replies differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(b.closed);
    assert_eq!(b.frames().last().map(|f| f.body.clone()), notice());
}

fn notice() -> Option<String> {
    recording("commands.txt").into_iter().rev().find_map(|s| match s {
        Step::Received(f) => Some(f.body),
        Step::Sent(_) => None,
    })
}

/// UUIDs, times, ports and call ids are the day's; the figures of `status` are the machine's.
fn normal(sent: &str, reply: &str) -> String {
    if sent == "api status" {
        return reply.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect::<String>().replace("99", "9").replace("99", "9");
    }
    let mut out = String::new();
    for word in reply.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-')) {
        let (core, end) = match word.char_indices().last() {
            Some((i, c)) if !(c.is_ascii_alphanumeric() || c == '-') => word.split_at(i),
            _ => (word, ""),
        };
        out += match core {
            w if w.len() == 36 && w.matches('-').count() == 4 => "UUID",
            w if w.len() == 10 && w.starts_with("179") && w.bytes().all(|b| b.is_ascii_digit()) => "EPOCH",
            w if w.len() == 4 && w.starts_with("50") && w.bytes().all(|b| b.is_ascii_digit()) => "PORT",
            w if w.contains('-') && w.bytes().all(|b| b.is_ascii_digit() || b == b'-') => "CALLID",
            w => w,
        };
        out += end;
    }
    if sent.starts_with("api sofia status") {
        out = out.lines().filter(|l| !l.starts_with("Status:")).collect::<Vec<_>>().join("\n");
    }
    // The recorded queue had abandoned and answered more before; how long the member waits is the second of the day.
    let columns = |l: &str, at: usize| l.split('|').nth(at).map(str::to_string);
    out.lines()
        .map(|l| match columns(l, 16) {
            Some(score) if sent.contains("queue list members") && score.bytes().all(|b| b.is_ascii_digit()) => {
                l.replace(&format!("|{score}"), "|SCORE")
            }
            _ if sent == "api callcenter_config queue list" && l.contains("||") => {
                l.split('|').enumerate().map(|(i, c)| if [14, 15].contains(&i) { "N" } else { c }).collect::<Vec<_>>().join("|")
            }
            _ => l.to_string(),
        })
        .collect::<Vec<_>>()
        .join("\n")
        .add(if reply.ends_with('\n') { "\n" } else { "" })
        .replace("\"score\":\"12\"", "SCORE")
        .replace("\"score\":\"13\"", "SCORE")
}

fn wrong_password() {
    let mut b = Bench::new(1);
    b.command("exit");
    b.connect();
    assert_eq!(b.command("auth wrong"), "-ERR invalid");
    assert!(b.closed);
    let wanted: Vec<u8> = recording("auth-failure.txt")
        .into_iter()
        .filter_map(|s| match s {
            Step::Received(f) => Some(f),
            Step::Sent(_) => None,
        })
        .flat_map(|f| {
            f.headers
                .iter()
                .map(|(n, v)| format!("{n}: {v}\n"))
                .collect::<String>()
                .into_bytes()
                .into_iter()
                .chain(*b"\n")
                .chain(f.body.into_bytes())
                .collect::<Vec<u8>>()
        })
        .collect();
    assert_eq!(String::from_utf8_lossy(b.bytes()), String::from_utf8_lossy(&wanted));
}
