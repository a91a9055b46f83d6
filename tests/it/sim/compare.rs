//! One script, played to the simulated switch and to a real FreeSWITCH with SIPp's phones: replies, listings and events are the same.

use std::net::SocketAddr;
use std::sync::Arc;

use libtest_mimic::Trial;
use tokio::sync::Mutex;

use ccgate::sim::script::{Played, Step, play};
use ccgate::sim::{Server, SimServerConfig};

use super::served::{URL_PASSWORD, serve_documents};
use crate::harness::freeswitch::{ESL_PASSWORD, FreeSwitch, live};
use crate::harness::phones::{Behaviour, Phones};
use crate::harness::ports;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        live("sim::compare::callcenter_config", || both("config", config())),
        live("sim::compare::queue_call_answered", || both("answered", queue_call(ANSWERS, "support", HANGS_UP))),
        live("sim::compare::queue_call_abandoned", || both("abandoned", abandoned())),
        live("sim::compare::agent_rejects", || both("rejects", queue_call(Behaviour::Reject, "support", GIVES_UP))),
        live("sim::compare::agent_busy", || both("busy", queue_call(Behaviour::Busy, "support", GIVES_UP))),
        live("sim::compare::agent_diverts", || both("diverts", queue_call(DIVERTS, "support", GIVES_UP))),
        live("sim::compare::agent_does_not_answer", || both("no answer", queue_call(Behaviour::RingOn, "support", GIVES_UP))),
        live("sim::compare::early_media", || both("early media", queue_call(EARLY, "support", HANGS_UP))),
        live("sim::compare::no_ring", || both("no ring", queue_call(NO_RING, "support", HANGS_UP))),
        live("sim::compare::ring_all", || both("ring-all", ring_all())),
        live("sim::compare::originate", || both("originate", originate())),
    ]
}

const ANSWERS: Behaviour = Behaviour::Answer { after_ms: 300, talk_ms: None };
const EARLY: Behaviour = Behaviour::EarlyMedia { after_ms: 300 };
const NO_RING: Behaviour = Behaviour::NoRing { after_ms: 300 };
const DIVERTS: Behaviour = Behaviour::Divert { to: "1900123456" };
const HANGS_UP: &str = "bridge-agent-start";
const GIVES_UP: &str = "bridge-agent-fail";
const AGENT: &str = "17798@lab.local";
const OTHER: &str = "23250@lab.local";

fn send(line: impl Into<String>) -> Step {
    Step::Send(line.into())
}

fn act(what: impl Into<String>) -> Step {
    Step::Act(what.into())
}

fn seen(header: &str, value: &str) -> Step {
    Step::Await { headers: vec![(header.into(), value.into())], timeout_ms: 20_000 }
}

fn agent(name: &str, phone: &str, queue: &str) -> Vec<Step> {
    [
        format!("agent add {name} callback"),
        format!("agent set contact {name} [leg_timeout=3]user/{phone}@lab.local"),
        format!("agent set status {name} Available"),
        format!("agent set no_answer_delay_time {name} 60"),
        format!("agent set busy_delay_time {name} 60"),
        format!("agent set reject_delay_time {name} 60"),
        format!("tier add {queue}@lab.local {name} 1 1"),
    ]
    .map(|line| send(format!("api callcenter_config {line}")))
    .into()
}

const ENDS: &[&str] = &["queue list members support@lab.local", "queue count agents support@lab.local Available", "tier list"];

fn listings() -> impl Iterator<Item = Step> {
    ENDS.iter().map(|line| send(format!("api callcenter_config {line}")))
}

/// Every command that needs no call.
fn config() -> Vec<Step> {
    let mut steps = agent(AGENT, "1001", "support");
    for line in [
        "agent",
        "bogus thing",
        "agent add",
        "agent add x@lab.local bogus",
        "agent add x@lab.local uuid-standby",
        "agent add x@lab.local callback",
        "agent set status x@lab.local On Break",
        "agent set status x@lab.local 'On Break'",
        "agent set status x@lab.local 'on break'",
        "agent get status x@lab.local",
        "agent set type x@lab.local bogus",
        "agent set state x@lab.local Idle",
        "agent set state x@lab.local waiting",
        "agent get state x@lab.local",
        "agent get uuid x@lab.local",
        "agent set max_no_answer x@lab.local 3x",
        "agent set ready_time x@lab.local abc",
        "agent set contact x@lab.local '[a=b c,d=e]user/1@d'",
        "agent list x@lab.local",
        "agent list x@lab.local y",
        "agent del",
        "tier add support@lab.local x@lab.local",
        "tier add one@lab.local x@lab.local 3 4",
        "tier set level support@lab.local x@lab.local 9",
        "tier set state support@lab.local x@lab.local Standby",
        "tier set bogus support@lab.local x@lab.local 1",
        "tier set level nosuch@lab.local x@lab.local 1",
        "tier del",
        "tier list",
        "queue list agents support@lab.local",
        "queue list agents support@lab.local 'On Break'",
        "queue list tiers support@lab.local",
        "queue list members",
        "queue list bogus",
        "queue count",
        "queue count tiers support@lab.local",
        "queue count bogus x",
        "queue load",
        "queue reload nosuch@lab.local",
        "queue load dice@lab.local",
        "queue count",
        "queue unload dice@lab.local",
        "queue count",
        "agent del x@lab.local",
        "tier list",
        "agent list",
    ] {
        steps.push(send(format!("api callcenter_config {line}")));
    }
    for arguments in ["agent list", "tier list", "member list", "queue list agents", "bogus", ""] {
        steps.push(send(format!("api json {{\"command\":\"callcenter_config\",\"data\":{{\"arguments\":\"{arguments}\"}}}}")));
    }
    for line in [
        "uuid_kill",
        "uuid_kill nope",
        "uuid_transfer nope 1",
        "uuid_transfer",
        "uuid_bridge a b",
        "uuid_bridge",
        "uuid_hold nope",
        "uuid_setvar nope a b",
        "uuid_getvar nope a",
        "uuid_dump nope",
        "uuid_recv_dtmf nope 1",
        "uuid_exists nope",
        "uuid_park nope",
        "hupall bogus",
        "hupall normal_clearing a b",
        "show calls count",
        "show calls count as json",
        "show channels",
        "show bogus",
        "sofia_contact 1001@lab.local",
        "user_exists id 1001 lab.local",
        "module_exists mod_callcenter",
        "module_exists mod_nope",
        "global_getvar nope",
        "json {}",
        "json nonsense",
        "originate",
        "originate a",
        "originate error/user_busy 1",
        "originate bogus/x 1",
        "originate user/1009@lab.local 1",
        "originate user/1002@lab.local 1",
        "originate sofia/gateway/nope/1 1",
        "sched_hangup +1 nope",
        "uuid_broadcast nope x",
        "callcenter_break",
        "callcenter_break agent nope",
        "xml_flush_cache",
    ] {
        steps.push(send(format!("api {line}")));
    }
    for line in [
        "event plain",
        "event plain NOSUCH",
        "event",
        "nixevent",
        "nixevent HEARTBEAT",
        "noevents",
        "noevents",
        "filter",
        "filter a",
        "filter delete all",
        "filter add a b",
        "filter delete a b",
        "log",
        "log 9",
        "log debug",
        "nolog",
        "nolog",
        "linger 5",
        "myevents",
        "myevents nope",
        "sendmsg nope",
        "divert_events",
        "resume",
        "connect",
        "api",
        "bgapi",
        "api nosuch",
        "api  status x",
    ] {
        steps.push(send(line));
    }
    steps
}

/// A caller comes in; what the agent's phone does is given, and when the caller hangs up.
fn queue_call(phone: Behaviour, queue: &str, until: &str) -> Vec<Step> {
    let mut steps = vec![act(format!("phone 1001 {}", word(phone)))];
    steps.extend(agent(AGENT, "1001", queue));
    steps.extend([send(super::bench::EVENTS), act(format!("call {queue}")), seen("CC-Action", until), Step::Pause { ms: 700 }]);
    steps.extend([act("hang up"), seen("CC-Action", "member-queue-end"), Step::Pause { ms: 800 }]);
    steps.extend(listings());
    steps
}

fn abandoned() -> Vec<Step> {
    let mut steps = agent(AGENT, "1001", "support");
    steps.push(send(format!("api callcenter_config agent set status {AGENT} 'Logged Out'")));
    steps.extend([send(super::bench::EVENTS), act("call support"), seen("CC-Action", "members-count"), Step::Pause { ms: 700 }]);
    steps.extend([act("hang up"), seen("Event-Name", "CHANNEL_DESTROY")]);
    steps.extend(listings());
    steps
}

fn ring_all() -> Vec<Step> {
    let mut steps = vec![act(format!("phone 1001 {}", word(ANSWERS))), act("phone 1002 ring")];
    steps.extend(agent(AGENT, "1001", "short"));
    steps.extend(agent(OTHER, "1002", "short"));
    steps.extend([send(super::bench::EVENTS), act("call short"), seen("CC-Agent-State", "In a queue call"), Step::Pause { ms: 500 }]);
    steps.extend([act("hang up"), seen("CC-Action", "member-queue-end"), Step::Pause { ms: 800 }]);
    steps.extend(listings());
    steps
}

fn originate() -> Vec<Step> {
    let mut steps =
        vec![act(format!("phone 1001 {}", word(ANSWERS))), act("phone 1002 busy"), act("phone 1003 reject"), send(super::bench::EVENTS)];
    for (last, url) in [
        (1, "user/1001@lab.local ans400"),
        (2, "user/1002@lab.local ans400"),
        (3, "user/1003@lab.local ans400"),
        (4, "user/1009@lab.local ans400"),
    ] {
        let job = format!("aaaaaaaa-0000-4000-8000-00000000000{last}");
        steps.push(send(format!("bgapi originate {{origination_caller_id_number=972,origination_caller_id_name=Click,ignore_early_media=true,originate_timeout=4}}{url} XML default\nJob-UUID: {job}")));
        steps.push(seen("Job-UUID", &job));
        steps.push(Step::Pause { ms: 1000 });
    }
    steps
}

fn word(phone: Behaviour) -> &'static str {
    match phone {
        Behaviour::Answer { .. } => "answer",
        Behaviour::Busy => "busy",
        Behaviour::Reject => "reject",
        Behaviour::Divert { .. } => "divert",
        Behaviour::RingOn => "ring",
        Behaviour::EarlyMedia { .. } => "early",
        Behaviour::NoRing { .. } => "none",
    }
}

async fn both(name: &'static str, steps: Vec<Step>) {
    let (documents, url) = serve_documents().await;
    let config = SimServerConfig {
        xml_curl_url: Some(url.clone()),
        xml_curl_auth: Some(("freeswitch".into(), URL_PASSWORD.into())),
        password: ESL_PASSWORD.into(),
        gateways: vec!["example".into()],
        ..SimServerConfig::default()
    };
    let sim = Server::start(config).await.unwrap();
    sim.booted().await;
    let mine = one(sim.address(), Phones::sim(sim.clone(), "lab.local"), &steps).await;
    sim.shutdown().await;
    let esl = SocketAddr::from(([127, 0, 0, 1], ports::free()));
    let real = FreeSwitch::start(esl, &url, URL_PASSWORD).await;
    let theirs = one(esl, Phones::live(&real, "lab.local"), &steps).await;
    documents.abort();
    let wrong = differences(&theirs, &mine);
    assert!(wrong.is_empty(), "{name}: {} differences\n{}", wrong.len(), wrong.join("\n"));
}

async fn one(esl: SocketAddr, phones: Phones, steps: &[Step]) -> Played {
    let state = Arc::new(Mutex::new((phones, None)));
    let acts = |what: String| {
        let state = state.clone();
        async move {
            let (phones, call) = &mut *state.lock().await;
            let words: Vec<&str> = what.split(' ').collect();
            match words.as_slice() {
                ["phone", user, does] => {
                    let behaviour = match *does {
                        "answer" => ANSWERS,
                        "busy" => Behaviour::Busy,
                        "reject" => Behaviour::Reject,
                        "early" => EARLY,
                        "none" => NO_RING,
                        _ => Behaviour::RingOn,
                    };
                    phones.phone(user, &format!("pw{user}"), behaviour).await;
                }
                ["call", number] => *call = Some(phones.call_in("97250", number).await),
                _ => phones.hang_up(call.take().expect("a call")).await,
            }
        }
    };
    play(esl, ESL_PASSWORD, steps, acts).await.unwrap()
}

/// Headers that are SIPp's or the harness's: it ends a caller's leg through the switch, and its refusals have words of their own.
const NOT_OURS: &[&str] = &[
    "variable_sip_hangup_disposition",
    "variable_sip_term_status",
    "variable_proto_specific_hangup_cause",
    "variable_sip_invite_failure_phrase",
];

/// What differs, but for what is the address's, the phone's or the threads' race.
fn differences(real: &Played, sim: &Played) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((line, r), (_, s)) in real.replies.iter().zip(&sim.replies) {
        if without_score(line, r) != without_score(line, s) {
            wrong.push(format!("{line}\n  real {r:?}\n  sim  {s:?}"));
        }
    }
    let (real, sim) = (in_turn(ours(&real.events)), in_turn(ours(&sim.events)));
    let subjects = |events: &[Vec<String>]| events.iter().map(|e| (e[0].clone(), subject(e))).collect::<Vec<_>>();
    if subjects(&real) == subjects(&sim) {
        wrong.extend(super::scenarios::differ(&real, &sim));
        return wrong;
    }
    // The threads ran in another order: what each leg, agent and queue went through is the same, each thing as often.
    let (real, sim) = (by_subject(&real), by_subject(&sim));
    for subject in real.keys().chain(sim.keys()).collect::<std::collections::BTreeSet<_>>() {
        let (r, s) = (real.get(subject), sim.get(subject));
        if r != s {
            wrong.push(format!("{subject}\n  real {r:?}\n  sim  {s:?}"));
        }
    }
    wrong
}

/// How long a member had called and waited is the second of the day: its scores are left out.
fn without_score(line: &str, reply: &str) -> String {
    if !line.contains("list members") {
        return reply.to_string();
    }
    let heading: Vec<&str> = reply.lines().next().unwrap_or_default().split('|').collect();
    let is_score = |at: usize| heading.get(at).is_some_and(|name| ["base_score", "score"].contains(name));
    let row = |row: &str| row.split('|').enumerate().filter(|(at, _)| !is_score(*at)).map(|(_, cell)| cell).collect::<Vec<_>>().join("|");
    reply.lines().map(row).collect::<Vec<_>>().join("\n")
}

fn ours(events: &[Vec<String>]) -> Vec<Vec<String>> {
    // What the far end says is told by the thread that hears it, while the leg's own may be between two states.
    let state = |e: &[String], f: &str| ["CHANNEL_PROGRESS", "CHANNEL_ANSWER"].contains(&e[0].as_str()) && f.starts_with("Channel-State");
    let keep = |e: &[String], f: &str| !state(e, f) && !NOT_OURS.iter().any(|n| f.starts_with(&format!("{n}=")));
    // A real switch still sends what was set up just before one subscribed; phones may register while the script runs.
    let begun = events.iter().position(|e| e[0].starts_with("CHANNEL_") || e[0] == "BACKGROUND_JOB").unwrap_or(0);
    let own = |e: &&Vec<String>| !e.iter().any(|f| f.starts_with("Event-Subclass=sofia::"));
    events[begun..].iter().filter(own).map(|e| e.iter().filter(|f| keep(e, f)).cloned().collect()).collect()
}

/// The leg (by its number), agent or queue that an event is of.
fn subject(event: &[String]) -> String {
    let names = ["Caller-Destination-Number=", "CC-Agent=", "CC-Queue="];
    names.iter().find_map(|name| event.iter().find_map(|f| f.strip_prefix(name))).unwrap_or_default().to_string()
}

/// Each leg has a thread of its own: two that do the same one after the other do it in no order. Here it is their numbers'; but those
/// that are created stay, since the legs are counted by that.
fn in_turn(mut events: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let alike = |a: &Vec<String>, b: &Vec<String>| a[0] == b[0] && a[0].starts_with("CHANNEL_") && a[0] != "CHANNEL_CREATE";
    events.chunk_by_mut(alike).for_each(|run| run.sort_by_key(|event| subject(event)));
    events
}

/// What happened to each leg (by its number), agent and queue, sorted; with its cause, where it has one.
fn by_subject(events: &[Vec<String>]) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut all = std::collections::BTreeMap::<String, Vec<String>>::new();
    for event in events {
        let of = |name: &str| event.iter().find_map(|f| f.strip_prefix(&format!("{name}="))).map(str::to_string);
        let what = ["CC-Action", "CC-Agent-State", "CC-Hangup-Cause", "CC-Cause", "CC-Cancel-Reason"].map(|n| of(n).unwrap_or_default());
        all.entry(subject(event)).or_default().push(format!("{} {}", event[0], what.join(" ")).trim().to_string());
    }
    all.values_mut().for_each(|list| list.sort());
    all
}
