//! Rules of mod_callcenter that no recording shows; the traps of the measurements among them.

use libtest_mimic::Trial;

use ccgate::sim::phones::{Behaviour, CallPlan};

use super::bench::{Bench, EVENTS};
use super::trial;

pub(super) fn trials() -> Vec<Trial> {
    vec![
        trial("rules::wrap_up_and_ready_time_hold_offers_back", wrap_up),
        trial("rules::on_demand_becomes_idle", on_demand),
        trial("rules::a_lower_tier_waits", tier_rules),
        trial("rules::ring_progressively_adds_agents", progressive),
        trial("rules::an_abandoned_caller_resumes", resume),
        trial("rules::abandoned_rows_are_discarded", discard),
        trial("rules::max_wait_time_waits_for_the_ringing_agent", overdue),
        trial("rules::the_contact_is_expanded_on_the_callers_channel", contact),
        trial("rules::an_unknown_queue_holds_the_module", lock),
        trial("rules::a_queue_that_is_gone_loses_its_members", gone_queue),
        trial("rules::unload_comes_back_while_a_member_waits", unload),
        trial("rules::restart_keeps_the_database", restart),
        trial("rules::round_robin_takes_turns", round_robin),
        trial("rules::random_is_the_seeds", random_order),
    ]
}

const A: &str = "1@lab.local";
const B: &str = "2@lab.local";

fn agent(b: &mut Bench, name: &str, phone: &str, queue: &str, level: i64, position: i64) {
    for line in [
        format!("agent add {name} callback"),
        format!("agent set contact {name} [leg_timeout=3]user/{phone}@lab.local"),
        format!("agent set status {name} Available"),
        format!("tier add {queue}@lab.local {name} {level} {position}"),
    ] {
        assert_eq!(b.api(&format!("callcenter_config {line}")), "+OK\n", "{line}");
    }
}

fn set(b: &mut Bench, line: &str) {
    assert_eq!(b.api(&format!("callcenter_config agent set {line}")), "+OK\n", "{line}");
}

fn plan(give_up: Option<u64>, talk: Option<u64>) -> CallPlan {
    CallPlan { give_up_after_ms: give_up, talk_ms: talk, ..CallPlan::default() }
}

/// CC-Action (with agent) of the events since the last look, or the name of the event.
fn actions(b: &mut Bench) -> Vec<String> {
    let frames = b.fresh();
    let event = |e: std::collections::BTreeMap<String, String>| match e.get("CC-Action") {
        Some(action) => format!("{action} {}", e.get("CC-Agent").or(e.get("CC-Cancel-Reason")).cloned().unwrap_or_default()),
        None => e.get("Event-Name").cloned().unwrap_or_default(),
    };
    frames.iter().filter_map(super::transcript::Frame::event).map(event).map(|s| s.trim().to_string()).collect()
}

fn offered(b: &mut Bench) -> Vec<String> {
    actions(b).into_iter().filter_map(|a| a.strip_prefix("agent-offering ").map(str::to_string)).collect()
}

fn column(b: &mut Bench, list: &str, name: &str) -> Vec<String> {
    let text = b.api(&format!("callcenter_config {list}"));
    let mut lines = text.lines();
    let at = lines.next().and_then(|h| h.split('|').position(|c| c == name));
    lines.filter(|l| l.contains('|')).filter_map(|l| l.split('|').nth(at?)).map(str::to_string).collect()
}

fn wrap_up() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    agent(&mut b, A, "1001", "support", 1, 1);
    set(&mut b, &format!("wrap_up_time {A} 5"));
    b.call("support", plan(None, Some(1000)));
    b.run(2000);
    assert_eq!(offered(&mut b), [A]);
    b.call("support", plan(None, Some(500)));
    b.run(3500);
    assert_eq!(offered(&mut b), [""; 0], "still in wrap-up");
    b.run(3000);
    assert_eq!(offered(&mut b), [A]);
    b.run(2000);
    // Wrap-up is cut short by its time, and longer by ready_time.
    b.call("support", plan(None, Some(500)));
    set(&mut b, &format!("wrap_up_time {A} 0"));
    b.run(1500);
    assert_eq!(offered(&mut b), [A]);
    let later = b.now.epoch_s() + 4;
    set(&mut b, &format!("ready_time {A} {later}"));
    b.call("support", plan(Some(8000), Some(100)));
    b.run(2000);
    assert_eq!(offered(&mut b), [""; 0]);
    b.run(4000);
    assert_eq!(offered(&mut b), [A]);
}

fn on_demand() {
    let mut b = Bench::new(1);
    agent(&mut b, A, "1001", "support", 1, 1);
    set(&mut b, &format!("status {A} 'Available (On Demand)'"));
    b.call("support", plan(None, Some(500)));
    b.run(3000);
    assert_eq!(b.api(&format!("callcenter_config agent get state {A}")), "Idle");
}

fn tier_rules() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    agent(&mut b, A, "1001", "tiers", 1, 1);
    agent(&mut b, B, "1002", "tiers", 2, 1);
    set(&mut b, &format!("no_answer_delay_time {A} 30"));
    b.phone("1001", Behaviour::RingOn);
    b.phone("1002", Behaviour::RingOn);
    b.call("tiers", plan(Some(12_000), None));
    b.run(4000);
    assert_eq!(offered(&mut b), [A], "the second tier is not due");
    b.run(2000);
    assert_eq!(offered(&mut b), [B]);
}

fn progressive() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    agent(&mut b, A, "1001", "one", 1, 1);
    agent(&mut b, B, "1002", "one", 1, 2);
    for name in [A, B] {
        set(&mut b, &format!("contact {name} [leg_timeout=20]user/100{}@lab.local", &name[..1]));
    }
    b.phone("1001", Behaviour::RingOn);
    b.phone("1002", Behaviour::Answer { after_ms: 500, talk_ms: None });
    b.call("one", plan(None, Some(500)));
    b.run(1000);
    assert_eq!(offered(&mut b), [A]);
    b.run(4000);
    let seen = actions(&mut b);
    assert!(seen.contains(&format!("agent-offering {B}")), "{seen:?}");
    assert!(seen.contains(&format!("bridge-agent-start {B}")), "{seen:?}");
    assert!(seen.contains(&format!("bridge-agent-fail {A}")), "the first loses the race: {seen:?}");
}

fn resume() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    b.call("back", plan(Some(500), None));
    b.run(2000);
    actions(&mut b);
    let first = column(&mut b, "queue list members back@lab.local", "uuid");
    b.call("back", plan(Some(500), None));
    b.run(100);
    assert!(actions(&mut b).contains(&"member-queue-resume".to_string()));
    assert_eq!(column(&mut b, "queue list members back@lab.local", "uuid"), first);
    assert_eq!(column(&mut b, "queue list members back@lab.local", "state"), ["Waiting"]);
}

fn discard() {
    let mut b = Bench::new(1);
    b.call("support", plan(Some(500), None));
    b.run(59_000);
    assert_eq!(b.api("callcenter_config queue count members support@lab.local"), "1\n");
    b.run(4000);
    assert_eq!(b.api("callcenter_config queue count members support@lab.local"), "0\n");
}

/// Asked for 4 s, but an agent rings: the caller stays until that offer ends.
fn overdue() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    agent(&mut b, A, "1001", "short", 1, 1);
    set(&mut b, &format!("contact {A} [leg_timeout=8]user/1001@lab.local"));
    b.phone("1001", Behaviour::RingOn);
    b.call("short", plan(None, None));
    b.run(6000);
    assert!(!actions(&mut b).iter().any(|a| a.starts_with("member-queue-end")));
    b.run(4000);
    assert!(actions(&mut b).contains(&"member-queue-end TIMEOUT".to_string()));
}

fn contact() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    agent(&mut b, A, "1001", "support", 1, 1);
    set(&mut b, &format!("contact {A} '[leg_timeout=${{ring_time}}]user/1001@lab.local'"));
    b.phone("1001", Behaviour::RingOn);
    let caller = b.call("support", plan(Some(20_000), None));
    b.api(&format!("uuid_setvar {caller} ring_time 2"));
    b.run(3000);
    assert!(actions(&mut b).contains(&format!("bridge-agent-fail {A}")));
    set(&mut b, &format!("contact {A} '${{system(touch /tmp/x)}}user/1001@lab.local'"));
    b.run(2000);
    assert_eq!(b.core.counters().system_calls, ["touch /tmp/x"], "noted, never run");
}

fn lock() {
    let mut b = Bench::new(1);
    b.answers = false;
    assert_eq!(b.api("callcenter_config tier add tiers@lab.local nobody@lab.local 1 1"), "", "waits for the document");
    b.answers = true;
    let id = b.pending[0];
    let body = super::documents::answer("section=configuration&CC-Queue=tiers%40lab.local");
    b.core.xml_response(id, Some(body), b.now);
    b.settle();
    assert!(b.frames().last().unwrap().body.starts_with("-ERR Agent not found!"));
    assert_eq!(b.api("callcenter_config queue count"), "3\n");
}

fn gone_queue() {
    let mut b = Bench::new(1);
    let caller = b.call("support", plan(None, None));
    b.run(600);
    b.answers = false;
    assert_eq!(b.api("callcenter_config queue unload support@lab.local"), "+OK\n");
    b.run(100);
    for id in std::mem::take(&mut b.pending) {
        b.core.xml_response(id, None, b.now);
    }
    b.answers = true;
    b.settle();
    b.run(3000);
    assert!(b.core.channel_view(&caller).is_some(), "the caller stays in the application");
    assert_eq!(b.api("callcenter_config queue count members support@lab.local"), "0\n");
}

fn unload() {
    let mut b = Bench::new(1);
    b.call("support", plan(None, None));
    b.run(600);
    b.api("callcenter_config queue unload support@lab.local");
    assert_eq!(b.api("callcenter_config queue count"), "1\n");
    b.run(1000);
    assert_eq!(b.api("callcenter_config queue count"), "2\n");
}

fn restart() {
    let mut b = Bench::new(1);
    agent(&mut b, A, "1001", "support", 1, 1);
    b.phone("1001", Behaviour::RingOn);
    b.call("support", plan(None, None));
    b.run(1000);
    let core = b.core.core_uuid().to_string();
    b.core.restart(b.now);
    b.settle();
    assert!(b.closed);
    b.connect();
    b.command("auth ClueCon");
    assert_ne!(b.core.core_uuid(), core);
    assert_eq!(b.api("callcenter_config agent get status 1@lab.local"), "Available");
    assert_eq!(b.api("callcenter_config agent get state 1@lab.local"), "Waiting");
    assert_eq!(column(&mut b, "queue list members support@lab.local", "state"), ["Abandoned"]);
    assert_eq!(column(&mut b, "tier list", "state"), ["Ready"]);
    assert_eq!(b.api("show channels count"), "\n0 total.\n");
    assert!(b.api("show registrations as json").starts_with("{\"row_count\":3"));
}

fn round_robin() {
    let mut b = Bench::new(1);
    b.command(EVENTS);
    agent(&mut b, A, "1001", "back", 1, 1);
    agent(&mut b, B, "1002", "back", 1, 2);
    let mut order = Vec::new();
    for _ in 0..4 {
        b.call("back", plan(None, Some(500)));
        b.run(3000);
        order.extend(offered(&mut b));
    }
    assert_eq!(order, [A, B, A, B]);
}

fn random_order() {
    let play = |seed: u64| {
        let mut b = Bench::new(seed);
        b.command(EVENTS);
        agent(&mut b, A, "1001", "dice", 1, 1);
        agent(&mut b, B, "1002", "dice", 1, 2);
        let mut order = Vec::new();
        for _ in 0..8 {
            b.call("dice", plan(None, Some(300)));
            b.run(3000);
            order.extend(offered(&mut b));
        }
        order
    };
    assert_eq!(play(3), play(3));
    assert!(play(3).contains(&A.to_string()) && play(3).contains(&B.to_string()));
}
