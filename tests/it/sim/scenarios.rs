//! Each recorded call, played again on the simulated switch: the same events in the same order, with the headers that matter.

use libtest_mimic::Trial;

use ccgate::sim::phones::{Behaviour, CallPlan, Origin, PhoneKey};

use super::bench::{Bench, EVENTS};
use super::transcript::{Frame, Step, essence, recording};
use super::trial;

/// A recording and what has to be done to have it again.
struct Scenario {
    file: &'static str,
    /// Which of two racing threads wins is the seed's.
    seed: u64,
    play: fn(&mut Bench),
}

const AGENT: &str = "17798@lab.local";
const OTHER: &str = "23250@lab.local";
const NOBODY: CallPlan = CallPlan { give_up_after_ms: None, talk_ms: None, end_after_ms: None, digits: Vec::new() };

pub(super) fn trials() -> Vec<Trial> {
    let all = [
        Scenario { file: "queue-call-answered", seed: 1, play: answered },
        Scenario { file: "agent-hangs-up", seed: 1, play: agent_hangs_up },
        Scenario { file: "queue-call-abandoned", seed: 1, play: abandoned },
        Scenario { file: "queue-call-no-agent-timeout", seed: 1, play: no_agent },
        Scenario { file: "queue-call-timeout", seed: 1, play: timeout },
        Scenario { file: "queue-call-exit-key", seed: 1, play: exit_key },
        Scenario { file: "queue-call-ring-all-lose-race", seed: 1, play: lose_race },
        Scenario { file: "queue-call-second-agent-answers", seed: 1, play: second_agent },
        Scenario { file: "queue-call-hold", seed: 1, play: hold },
        Scenario { file: "queue-call-transferred", seed: 1, play: transferred },
        Scenario { file: "queue-member-transferred-while-waiting", seed: 1, play: transferred_waiting },
        Scenario { file: "agent-busy", seed: 1, play: busy },
        Scenario { file: "agent-rejects", seed: 1, play: rejects },
        Scenario { file: "agent-unregistered", seed: 1, play: unregistered },
        Scenario { file: "agent-max-no-answer", seed: 1, play: max_no_answer },
        Scenario { file: "agent-paused-while-ringing", seed: 1, play: paused },
        Scenario { file: "agent-tracked-outside-queue", seed: 1, play: tracked },
        Scenario { file: "originate-answered", seed: 1, play: originate_answered },
        Scenario { file: "originate-destination-busy", seed: 1, play: originate_destination_busy },
        Scenario { file: "originate-device-busy", seed: 1, play: originate_busy },
        Scenario { file: "originate-device-no-answer", seed: 1, play: originate_no_answer },
        Scenario { file: "originate-device-unregistered", seed: 1, play: originate_unregistered },
        Scenario { file: "register-and-dial-star-code", seed: 1, play: star_code },
    ];
    let mut trials: Vec<Trial> = all.into_iter().map(|s| trial(&format!("recorded::{}", s.file), move || compare(&s))).collect();
    trials.push(trial("same_seed_same_bytes", same_seed));
    trials
}

fn compare(scenario: &Scenario) {
    let steps = recording(&format!("{}.txt", scenario.file));
    let theirs: Vec<Frame> = steps
        .into_iter()
        .filter_map(|s| match s {
            Step::Received(f) => Some(f),
            Step::Sent(_) => None,
        })
        .collect();
    // Either order of two threads may have been recorded: one of a few seeds has the same.
    let mut first = None;
    for seed in scenario.seed..scenario.seed + 8 {
        let mut bench = Bench::new(seed);
        bench.command(EVENTS);
        (scenario.play)(&mut bench);
        let mine = cut(essence(&bench.frames()));
        // The recorded lab had another dialplan behind one number that day.
        let mine: Vec<Vec<String>> =
            mine.into_iter().map(|l| l.into_iter().map(|f| f.replace("-Number=later", "-Number=support")).collect()).collect();
        let difference = differ(&cut(essence(&theirs)), &mine);
        match difference {
            None => return,
            // Another order of events says less than other headers in the right order.
            Some(text) if text.starts_with("other headers") => first = Some(text),
            Some(text) => first = first.or(Some(text)),
        }
    }
    panic!("{}", first.unwrap_or_default());
}

/// From the first event of the scenario itself to the last: setting up and what follows are not its own.
fn cut(mut lines: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let own = |l: &Vec<String>| {
        l[0].starts_with("CHANNEL_") || l[0] == "BACKGROUND_JOB" || l.iter().any(|f| f == "Event-Subclass=sofia::register")
    };
    let start = lines.iter().position(own).unwrap_or(0);
    lines.drain(..start);
    let name = |l: &Vec<String>| l.iter().find(|f| f.starts_with("Unique-ID=") || f.starts_with("Job-UUID=")).cloned();
    // A recording may already hold the first events of the next one, whose channel never ends in it.
    let ends = |l: &[Vec<String>], who: &Option<String>| l.iter().any(|x| x[0] == "CHANNEL_DESTROY" && name(x) == *who);
    if let Some(at) = lines.iter().position(|l| l[0] == "CHANNEL_CREATE" && !ends(&lines, &name(l))) {
        lines.truncate(at);
    }
    // So may a job of the next one be there, which has no channel.
    if let Some(at) = lines.iter().rposition(|l| l[0] == "CHANNEL_DESTROY") {
        lines.truncate(at + 1);
    }
    let finished = lines.iter().rposition(own).map_or(0, |p| p + 1);
    lines.truncate(finished);
    lines
}

pub(super) fn differ(real: &[Vec<String>], sim: &[Vec<String>]) -> Option<String> {
    let short = |lines: &[Vec<String>]| {
        let brief = |l: &Vec<String>| {
            let of = |p: &str| l.iter().find_map(|f| f.strip_prefix(p)).unwrap_or_default().to_string();
            format!("    {} {} {} {}", l[0], of("CC-Action="), of("Caller-Destination-Number="), of("Hangup-Cause="))
        };
        lines.iter().map(brief).collect::<Vec<_>>().join("\n")
    };
    let names = |lines: &[Vec<String>]| -> Vec<String> {
        lines.iter().map(|l| format!("{} {}", l[0], l.iter().find(|f| f.starts_with("CC-Action")).cloned().unwrap_or_default())).collect()
    };
    if names(real) != names(sim) {
        return Some(format!("other events\n  real:\n{}\n  sim:\n{}", short(real), short(sim)));
    }
    let mut wrong = Vec::new();
    for (i, (r, s)) in real.iter().zip(sim).enumerate() {
        let only_real: Vec<&String> = r.iter().filter(|f| !s.contains(f)).collect();
        let only_sim: Vec<&String> = s.iter().filter(|f| !r.contains(f)).collect();
        if !only_real.is_empty() || !only_sim.is_empty() {
            wrong.push(format!("  event {i} {} real {only_real:?} sim {only_sim:?}", names(std::slice::from_ref(r))[0]));
        }
    }
    (!wrong.is_empty()).then(|| format!("other headers\n{}", wrong.join("\n")))
}

fn agent(b: &mut Bench, name: &str, contact: &str, queue: &str, status: &str, delays: &[(&str, i64)]) {
    b.api(&format!("callcenter_config agent add {name} callback"));
    b.api(&format!("callcenter_config agent set contact {name} {contact}"));
    b.api(&format!("callcenter_config agent set status {name} '{status}'"));
    b.api(&format!("callcenter_config agent set state {name} Waiting"));
    for (key, value) in delays {
        b.api(&format!("callcenter_config agent set {key} {name} {value}"));
    }
    let position = name.split('@').next().unwrap_or_default();
    b.api(&format!("callcenter_config tier add {queue}@lab.local {name} 1 {position}"));
    b.run(600);
}

const DELAYS: &[(&str, i64)] = &[
    ("wrap_up_time", 0),
    ("max_no_answer", 2),
    ("reject_delay_time", 3),
    ("busy_delay_time", 3),
    ("no_answer_delay_time", 2),
    ("ready_time", 0),
];
const THREE: &str = "[leg_timeout=3]user/1001@lab.local";

fn usual(b: &mut Bench) {
    agent(b, AGENT, THREE, "support", "Available", DELAYS);
}

fn give_up(ms: u64) -> CallPlan {
    CallPlan { give_up_after_ms: Some(ms), ..NOBODY }
}

fn talk(ms: u64) -> CallPlan {
    CallPlan { talk_ms: Some(ms), ..NOBODY }
}

fn answered(b: &mut Bench) {
    usual(b);
    b.call("support", talk(2400));
    b.run(5000);
}

fn agent_hangs_up(b: &mut Bench) {
    usual(b);
    b.call("support", NOBODY);
    b.run(1100);
    let agent = b.core.channel_uuids().last().cloned().unwrap();
    assert_eq!(b.api(&format!("uuid_kill {agent} NORMAL_CLEARING")), "+OK\n");
    b.run(1000);
}

fn abandoned(b: &mut Bench) {
    agent(b, AGENT, THREE, "support", "Logged Out", DELAYS);
    b.call("support", give_up(1500));
    b.run(2500);
}

fn no_agent(b: &mut Bench) {
    agent(b, AGENT, THREE, "support", "Logged Out", DELAYS);
    b.call("short", NOBODY);
    b.run(6000);
}

fn timeout(b: &mut Bench) {
    let later = b.now.epoch_s() + 3600;
    agent(b, AGENT, "[leg_timeout=20]user/1001@lab.local", "short", "Available", &[("ready_time", later)]);
    b.call("short", NOBODY);
    b.run(6000);
}

fn exit_key(b: &mut Bench) {
    agent(b, AGENT, THREE, "support", "Logged Out", &[]);
    let caller = b.call("later", NOBODY);
    b.run(20);
    // The recorded dialplan had set the keys before the queue and played a little after it.
    assert_eq!(b.api(&format!("uuid_setvar {caller} cc_exit_keys 1")), "+OK\n");
    b.run(1000);
    assert_eq!(b.api(&format!("uuid_recv_dtmf {caller} 1")), format!("+OK {caller} received DTMF 1.\n"));
    b.run(2000);
}

fn lose_race(b: &mut Bench) {
    agent(b, AGENT, "[leg_timeout=5]user/1001@lab.local", "short", "Available", DELAYS);
    agent(b, OTHER, "[leg_timeout=5]user/1002@lab.local", "short", "Available", &[]);
    b.phone("1002", Behaviour::RingOn);
    b.call("short", talk(2400));
    b.run(5000);
}

fn second_agent(b: &mut Bench) {
    agent(b, AGENT, "[leg_timeout=2]user/1001@lab.local", "support", "Available", &[("no_answer_delay_time", 10)]);
    agent(b, OTHER, "[leg_timeout=2]user/1002@lab.local", "support", "Available", &[("no_answer_delay_time", 10)]);
    b.phone("1001", Behaviour::RingOn);
    b.call("support", talk(3300));
    b.run(8000);
}

fn hold(b: &mut Bench) {
    b.command("event plain CHANNEL_HOLD CHANNEL_UNHOLD");
    // The recorded lab played nothing to who was held.
    b.api("global_setvar hold_music=");
    agent(b, AGENT, "[leg_timeout=2]user/1001@lab.local", "support", "Available", &[("no_answer_delay_time", 10)]);
    b.call("support", talk(4900));
    b.run(700);
    let agent = b.core.channel_uuids().last().cloned().unwrap();
    assert_eq!(b.api(&format!("uuid_hold {agent}")), "+OK Success\n");
    b.run(1000);
    assert_eq!(b.api(&format!("uuid_hold off {agent}")), "+OK Success\n");
    b.run(6000);
}

fn transferred(b: &mut Bench) {
    agent(b, AGENT, "[leg_timeout=2]user/1001@lab.local", "support", "Available", &[("no_answer_delay_time", 10)]);
    let caller = b.call("support", NOBODY);
    b.run(700);
    assert_eq!(b.api(&format!("uuid_transfer {caller} ans1500 XML default")), "+OK\n");
    b.run(3000);
}

fn transferred_waiting(b: &mut Bench) {
    agent(b, AGENT, "[leg_timeout=2]user/1001@lab.local", "support", "Logged Out", &[("no_answer_delay_time", 10)]);
    let caller = b.call("support", NOBODY);
    b.run(520);
    assert_eq!(b.api(&format!("uuid_transfer {caller} ans500 XML default")), "+OK\n");
    b.run(2000);
}

fn busy(b: &mut Bench) {
    usual(b);
    b.phone("1001", Behaviour::Busy);
    b.call("support", give_up(3300));
    b.run(5000);
}

fn rejects(b: &mut Bench) {
    usual(b);
    b.phone("1001", Behaviour::Reject);
    b.call("support", give_up(2500));
    b.run(5000);
}

fn unregistered(b: &mut Bench) {
    agent(b, AGENT, "user/1009@lab.local", "support", "Available", DELAYS);
    b.call("support", give_up(2600));
    b.run(5000);
}

fn max_no_answer(b: &mut Bench) {
    usual(b);
    b.phone("1001", Behaviour::RingOn);
    b.call("support", give_up(14_000));
    b.run(16_000);
}

fn paused(b: &mut Bench) {
    usual(b);
    b.phone("1001", Behaviour::RingOn);
    b.call("support", give_up(6000));
    b.run(200);
    assert_eq!(b.api(&format!("callcenter_config agent set status {AGENT} 'On Break'")), "+OK\n");
    b.run(8000);
}

fn tracked(b: &mut Bench) {
    agent(b, AGENT, THREE, "support", "Available", &[]);
    b.command(&format!(
        "bgapi originate {{origination_uuid=aaaaaaaa-0000-4000-8000-000000000001,execute_on_answer='callcenter_track {AGENT}'}}user/1001@lab.local &park()\nJob-UUID: aaaaaaaa-0000-4000-8000-00000000000b"
    ));
    b.run(1100);
    let count = |b: &mut Bench| {
        b.api(&format!("callcenter_config agent list {AGENT}")).lines().nth(1).unwrap().rsplit('|').next().unwrap().to_string()
    };
    assert_eq!(count(b), "1");
    b.call("support", give_up(2520));
    b.run(2520);
    b.api("uuid_kill aaaaaaaa-0000-4000-8000-000000000001");
    b.run(1500);
    assert_eq!(count(b), "0");
}

/// `last` is the end of the ids that the recording chose.
fn originate(b: &mut Bench, last: char, who: &str, to: &str) {
    let uuid = format!("70b27a69-1363-42e1-9c37-4f9c159beb3{last}");
    b.command(&format!(
        "bgapi originate {{origination_uuid={uuid},origination_caller_id_number=972500000001,origination_caller_id_name=Click,ignore_early_media=true,originate_timeout=4}}user/{who}@lab.local {to} XML default\nJob-UUID: 11111111-2222-3333-4444-4f9c159beb3{last}"
    ));
    b.run(6000);
}

fn originate_answered(b: &mut Bench) {
    originate(b, 'b', "1001", "ring300_1500");
}

fn originate_destination_busy(b: &mut Bench) {
    originate(b, 'f', "1001", "busy");
}

fn originate_busy(b: &mut Bench) {
    b.phone("1001", Behaviour::Busy);
    originate(b, 'c', "1001", "ring300_1500");
}

fn originate_no_answer(b: &mut Bench) {
    b.phone("1001", Behaviour::RingOn);
    originate(b, 'd', "1001", "ring300_1500");
}

fn originate_unregistered(b: &mut Bench) {
    originate(b, 'e', "1009", "ring300_1500");
}

fn star_code(b: &mut Bench) {
    b.command("event plain CUSTOM ccgate::checkin");
    for user in ["1001", "1002", "1003"] {
        b.register(user, Behaviour::ANSWER);
    }
    b.call_from(Origin::Phone(PhoneKey::new("1001", "lab.local")), "**9477", NOBODY).unwrap();
    b.run(2000);
}

fn same_seed() {
    let play = |seed| {
        let mut b = Bench::new(seed);
        b.command(EVENTS);
        lose_race(&mut b);
        b.bytes().to_vec()
    };
    assert_eq!(play(7), play(7));
    assert_ne!(play(7), play(8));
}
