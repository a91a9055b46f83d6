//! Callers at a real FreeSWITCH: with ccgate, and in turn with the same configuration in files and no ccgate.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::fixed;
use crate::joins::Joins;
use crate::journal::Journal;
use crate::settle::{log, told};
use crate::shared::drift::{self, settled};
use crate::shared::freeswitch::FreeSwitch;
use crate::shared::goals::Goals;
use crate::shared::serve::{Agent, Ccgate};
use crate::sipp::Phones;

const CALLS_A_SECOND: usize = 20;
/// How often each of the two is measured, in turn; the seconds are shared out among them.
const ROUNDS: usize = 3;
const LEFT_WITHIN: Duration = Duration::from_secs(30);
/// What the switch does when the last call was told to have ended takes less.
const REST: Duration = Duration::from_secs(1);
/// The goals.
const WAIT_RATIO_MAX: f64 = 1.2;
const CORES_MAX: f64 = 1.0;
const MEMORY_MAX_MB: f64 = 150.0;

/// Milliseconds from join to bridge.
type Waits = Vec<f64>;

/// Calls for so long with ccgate and for as long without, and whether all goals were met.
pub async fn measure(program: &Path, lasting: Duration) -> bool {
    let journal = Journal::start().await;
    let ccgate = Ccgate::start().await;
    let agents = ccgate.seed(Some(journal.url())).await;
    let files = TempDir::with_prefix("ccgate-bench-").expect("a folder");
    let calls = CALLS_A_SECOND * lasting.as_secs() as usize / ROUNDS;
    let (mut goals, mut with, mut without) = (Goals::default(), Waits::new(), Waits::new());
    for round in 0..ROUNDS {
        let waits = served(program, &ccgate, &journal, &agents, calls, &mut goals, files.path()).await;
        println!("FreeSWITCH, round {round}, with ccgate: join to bridge {}", summary(&waits));
        with.extend(waits);
        let waits = alone(program, &ccgate, &agents, calls, &mut goals, files.path()).await;
        println!("FreeSWITCH, round {round}, with files: join to bridge {}", summary(&waits));
        without.extend(waits);
    }
    with.sort_by(f64::total_cmp);
    without.sort_by(f64::total_cmp);
    println!("\nFreeSWITCH: {CALLS_A_SECOND} calls a second; with ccgate {}, with files {}", summary(&with), summary(&without));
    goals.at_most("FreeSWITCH: median from join to bridge, to that with files", median(&with) / median(&without), WAIT_RATIO_MAX);
    goals.at_most("FreeSWITCH: peak memory, MB", ccgate.memory_mb().1, MEMORY_MAX_MB);
    goals.met()
}

/// One round with ccgate; what the switch is then is written into files.
async fn served(
    program: &Path,
    ccgate: &Ccgate,
    journal: &Journal,
    agents: &[Agent],
    calls: usize,
    goals: &mut Goals,
    files: &Path,
) -> Waits {
    let switch = FreeSwitch::start(program, &FreeSwitch::conf(), ccgate.esl, &ccgate.xml_url()).await;
    settled(ccgate).await;
    let phones = Phones::register(&switch, agents);
    ccgate.check_in(agents).await;
    settled(ccgate).await;
    fixed::write(files, ccgate, agents).await;
    let joins = Joins::of_queues(switch.esl).await;
    journal.judge();
    let (logged, repaired, used) = (ccgate.log().len(), ccgate.repairs().await, ccgate.used());
    assert!(phones.call(&switch, calls, CALLS_A_SECOND).await.success(), "not every caller was let in");
    timeout(LEFT_WITHIN, joins.have_left(calls)).await.unwrap_or_else(|_| println!("not every caller left its queue"));
    timeout(LEFT_WITHIN, journal.has_ended(calls)).await.unwrap_or_else(|_| println!("not every call was told to have ended"));
    let cores = ccgate.used().cores_since(&used);
    sleep(REST).await;
    let look = drift::look(&ccgate.database(), ccgate.esl).await;
    let (waits, without) = joins.take();
    goals.none("FreeSWITCH: callers that were not put through", without);
    told(goals, "FreeSWITCH", journal, calls);
    goals.at_most("FreeSWITCH: cores", cores, CORES_MAX);
    goals.none("FreeSWITCH: steps to make the switch as it should be", look.steps.len());
    goals.none("FreeSWITCH: channels that are left", look.observed.channels.len());
    log(goals, "FreeSWITCH", &ccgate.log()[logged..]);
    goals.none("FreeSWITCH: repairs", ccgate.repairs().await - repaired);
    look.steps.iter().take(5).for_each(|step| println!("  {step}"));
    waits
}

/// One round with files.
async fn alone(program: &Path, ccgate: &Ccgate, agents: &[Agent], calls: usize, goals: &mut Goals, files: &Path) -> Waits {
    // Not where ccgate looks for it.
    let esl = std::net::SocketAddr::from(([127, 0, 0, 1], crate::shared::freeswitch::free_port()));
    let switch = FreeSwitch::start(program, files, esl, &ccgate.xml_url()).await;
    let phones = Phones::register(&switch, agents);
    let joins = Joins::of_queues(switch.esl).await;
    assert!(phones.call(&switch, calls, CALLS_A_SECOND).await.success(), "not every caller was let in");
    timeout(LEFT_WITHIN, joins.have_left(calls)).await.unwrap_or_else(|_| println!("not every caller left its queue"));
    let (waits, without) = joins.take();
    goals.none("FreeSWITCH with files: callers that were not put through", without);
    waits
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

/// The mean beside the median, because the switch's clock goes by 20 ms.
fn summary(sorted: &[f64]) -> String {
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    format!("median {:.0} ms, mean {mean:.1} ms, p99 {:.0} ms", median(sorted), sorted[sorted.len() * 99 / 100])
}
