//! What ccgate and its customer say of a run.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use crate::drift;
use crate::goals::Goals;
use crate::journal::Journal;
use crate::serve::Ccgate;

/// Wrongs of a kind that are printed.
const SHOWN: usize = 5;
/// How often it is looked whether a switch is as it should be, and how often at most.
const LOOK_EVERY: Duration = Duration::from_millis(500);
const LOOKS_MAX: usize = 120;

/// Waits until ccgate has made the switch as it should be.
pub async fn settled(ccgate: &Ccgate) {
    for _ in 0..LOOKS_MAX {
        let look = drift::look(&ccgate.database(), ccgate.esl).await;
        if look.steps.is_empty() {
            return;
        }
        sleep(LOOK_EVERY).await;
    }
    panic!("ccgate does not make the switch as it should be");
}

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
