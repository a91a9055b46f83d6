//! A seed becomes a sequence of acts. An act is a line, so that a sequence that once differed can be kept as text; [`super::play`] does them.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use super::documents::KINDS;

/// Calls that a sequence makes at most.
const CALLS_MAX: usize = 5;

/// What was done so far, as far as the next act needs it.
struct Story {
    rng: StdRng,
    kinds: Vec<&'static str>,
    agents: usize,
    calls: usize,
    /// Positions are never given twice: between two equals mod_callcenter's database has no order.
    positions: usize,
}

/// The acts of a seed. Nothing in them hangs on which of two things at once is first, nor on how long a second is: the phones that answer do it
/// after different times, and whatever comes again by itself comes after the sequence's end.
pub(super) fn sequence(seed: u64) -> Vec<String> {
    let mut rng = StdRng::seed_from_u64(seed);
    let kinds: Vec<_> = KINDS.iter().map(|(kind, _)| *kind).collect();
    let kinds = kinds.sample(&mut rng, 2).copied().collect();
    let mut story = Story { agents: rng.random_range(1..=3), rng, kinds, calls: 0, positions: 0 };
    let mut acts = vec![story.begin()];
    let length = story.rng.random_range(9..=13);
    while acts.len() < length {
        let act = story.next();
        acts.push(act);
    }
    acts
}

impl Story {
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        *of.choose(&mut self.rng).expect("there is one")
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.random_ratio(percent, 100)
    }

    fn kind(&mut self) -> &'static str {
        let kinds = self.kinds.clone();
        self.pick(&kinds)
    }

    fn agent(&mut self) -> usize {
        self.rng.random_range(1..=self.agents)
    }

    fn begin(&mut self) -> String {
        let agents: Vec<String> = (1..=self.agents).map(|agent| self.new_agent(agent)).collect();
        agents.join("; ")
    }

    fn new_agent(&mut self, agent: usize) -> String {
        let mut lines = vec![format!("cc agent add a{agent}@D callback"), self.contact(agent)];
        lines.extend(["no_answer", "busy", "reject"].map(|delay| format!("cc agent set {delay}_delay_time a{agent}@D 600")));
        let status = if self.chance(75) { "Available" } else { self.pick(&["'Available (On Demand)'", "'On Break'", "'Logged Out'"]) };
        lines.push(format!("cc agent set status a{agent}@D {status}"));
        for kind in self.kinds.clone() {
            if self.chance(75) {
                lines.push(self.tier(kind, agent));
            }
        }
        lines.join("; ")
    }

    fn tier(&mut self, kind: &str, agent: usize) -> String {
        self.positions += 1;
        format!("cc tier add {kind}@D a{agent}@D {} {}", self.rng.random_range(1..=2), self.positions)
    }

    /// Each agent's phone answers after a time of its own.
    fn contact(&mut self, agent: usize) -> String {
        let answers: &[&str] = match agent {
            1 => &["answers", "answers", "talks", "early", "quiet"],
            2 => &["slow"],
            _ => &["slower"],
        };
        let phone = if self.chance(60) { self.pick(answers) } else { self.pick(&["busy", "rejects", "rings", "silent", "nobody"]) };
        let timeout_s = match phone {
            "rings" => 300,
            // Longer than any other phone needs, rung one after the other.
            "silent" => 8,
            _ => 10,
        };
        format!("cc agent set contact a{agent}@D [leg_timeout={timeout_s}]user/{phone}@lab.local")
    }

    fn next(&mut self) -> String {
        let (agent, kind) = (self.agent(), self.kind());
        match self.rng.random_range(0..100) {
            0..25 if self.calls < CALLS_MAX => {
                self.calls += 1;
                format!("call {} {kind}", self.calls)
            }
            0..25 => format!("call {} {kind}", self.calls),
            25..37 => format!("kill caller {}", self.call()),
            37..45 => format!("kill agent {agent}"),
            45..57 => {
                let status = self.pick(&["Available", "Available", "'Available (On Demand)'", "'On Break'", "'Logged Out'"]);
                format!("cc agent set status a{agent}@D {status}")
            }
            57..61 => {
                format!("cc agent set state a{agent}@D {}", self.pick(&["Waiting", "Waiting", "Idle", "'In a queue call'", "Reserved"]))
            }
            61..67 => self.contact(agent),
            67..75 => self.attribute(agent),
            75..83 => self.tier_change(kind, agent),
            83..86 => format!("cc queue {} {kind}@D", self.pick(&["load", "reload", "unload"])),
            86..89 => self.transfer(kind),
            89..91 => format!("{} agent {agent}", self.pick(&["hold", "unhold"])),
            91..93 => format!("key caller {} {}", self.call(), self.pick(&["1", "2"])),
            93..97 => self.outside(agent),
            _ if self.chance(50) => format!("cc agent del a{agent}@D"),
            _ => self.new_agent(agent),
        }
    }

    /// One of the calls so far, more often a late one.
    fn call(&mut self) -> usize {
        let first = self.rng.random_range(1..=self.calls.max(1));
        first.max(self.rng.random_range(1..=self.calls.max(1)))
    }

    fn attribute(&mut self, agent: usize) -> String {
        let (key, value) = self.pick(&[
            ("wrap_up_time", "0"),
            ("wrap_up_time", "300"),
            ("max_no_answer", "1"),
            ("max_no_answer", "2"),
            ("max_no_answer", "0"),
            ("busy_delay_time", "500"),
            ("reject_delay_time", "500"),
            ("no_answer_delay_time", "500"),
            // Over at once, or not within the sequence.
            ("ready_time", "0"),
            ("ready_time", "0"),
            ("ready_time", "4000000000"),
            ("type", "uuid-standby"),
            ("type", "callback"),
        ]);
        format!("cc agent set {key} a{agent}@D {value}")
    }

    fn tier_change(&mut self, kind: &str, agent: usize) -> String {
        match self.rng.random_range(0..6) {
            0 | 1 => self.tier(kind, agent),
            2 => format!("cc tier del {kind}@D a{agent}@D"),
            3 => format!("cc tier set level {kind}@D a{agent}@D {}", self.rng.random_range(1..=2)),
            4 => {
                self.positions += 1;
                format!("cc tier set position {kind}@D a{agent}@D {}", self.positions)
            }
            _ => format!(
                "cc tier set state {kind}@D a{agent}@D {}",
                self.pick(&["Ready", "Ready", "Standby", "Offering", "'No Answer'", "'Active Inbound'"])
            ),
        }
    }

    fn transfer(&mut self, kind: &str) -> String {
        let to = if self.chance(50) { "parked".to_owned() } else { format!("{kind}-D") };
        if self.chance(70) { format!("transfer caller {} {to}", self.call()) } else { format!("transfer agent {} {to}", self.agent()) }
    }

    /// A call of the agent's that is none of a queue's, and is tracked.
    fn outside(&mut self, agent: usize) -> String {
        if self.chance(70) { format!("track {agent} answers") } else { format!("kill tracked {agent}") }
    }
}
