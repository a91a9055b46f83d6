//! What ccgate and its customer say of a run.

use serde_json::Value;

use crate::journal::Journal;
use crate::shared::goals::Goals;

/// Wrongs of a kind that are printed.
const SHOWN: usize = 5;

/// Whether the customer was told all of the calls, once.
pub fn told(goals: &mut Goals, what: &str, journal: &Journal, calls: usize) {
    let verdict = journal.judge();
    goals.all(&format!("{what}: calls whose six events came, in order"), verdict.right, calls);
    goals.none(&format!("{what}: events that were found out later"), verdict.reconciled);
    goals.none(&format!("{what}: events that came twice"), verdict.again);
    verdict.wrong.iter().take(SHOWN).for_each(|wrong| println!("  {wrong}"));
}

/// Whether ccgate warned of something meanwhile, such as a gap in what it heard, or had to change something at the switch.
pub fn log(goals: &mut Goals, what: &str, lines: &[Value]) {
    let of = |is: &dyn Fn(&Value) -> bool| lines.iter().filter(|line| is(line)).collect::<Vec<_>>();
    let warnings = of(&|line| line["level"] == "WARN" || line["level"] == "ERROR");
    let steps = of(&|line| line["fields"]["steps"].as_u64().is_some_and(|steps| steps > 0));
    goals.none(&format!("{what}: warnings in ccgate's log"), warnings.len());
    goals.none(&format!("{what}: passes that changed something at the switch"), steps.len());
    warnings.iter().chain(&steps).take(SHOWN).for_each(|line| println!("  {line}"));
}
