//! The loop: a pass on connect, on a wake, each [`PASS_EVERY`], and soon again when the last one was not all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::desired::Desired;
use super::hold::Watch;
use super::params::QueueParams;
use super::plan::{Plan, plan};
use super::reconciler::Reconciler;
use super::report::{Finding, Outcome, Report};
use crate::clock::Clock;
use crate::domain::number::{Domain, SipUser};
use crate::esl::client::State;
use crate::store::Store;
use crate::switch::{QueueName, Step, Switch};

/// How long the switch may drift unseen.
pub const PASS_EVERY: Duration = Duration::from_secs(30);
/// When to look again for mod_callcenter.
pub const READY_EVERY: Duration = Duration::from_secs(1);
/// When to look again for an agent that somebody was changing, which takes a few round trips and a commit.
pub const FINISH_AFTER: Duration = Duration::from_millis(200);

/// Runs until `shutdown` is cancelled.
pub async fn run(reconciler: Reconciler, store: Store, switch: Switch, clock: Clock, shutdown: CancellationToken) {
    let mut states = switch.states();
    let mut wakes = reconciler.wakes();
    let mut passes = Passes::new(reconciler, store, switch, clock);
    loop {
        // What changed up to here is seen by this pass.
        states.mark_unchanged();
        let covered = *wakes.borrow_and_update();
        let report = tokio::select! {
            report = passes.once(covered) => report,
            () = shutdown.cancelled() => return,
        };
        let pause = match report.outcome {
            Outcome::NotReady => READY_EVERY,
            Outcome::Partly if report.left_alone > 0 => FINISH_AFTER,
            _ => PASS_EVERY,
        };
        let next = Instant::now() + pause;
        tokio::select! {
            changed = wakes.changed() => if changed.is_err() { return },
            () = connected(&mut states) => {}
            () = sleep_until(next) => {}
            () = shutdown.cancelled() => return,
        }
    }
}

/// Until there is another connection than before.
async fn connected(states: &mut tokio::sync::watch::Receiver<State>) {
    loop {
        if states.changed().await.is_err() {
            return std::future::pending().await;
        }
        if matches!(*states.borrow(), State::Connected(_)) {
            return;
        }
    }
}

/// Passes over one switch, and what they remember from one to the next.
pub struct Passes {
    reconciler: Reconciler,
    store: Store,
    switch: Switch,
    clock: Clock,
    /// What the switch may still have cached of the directory: flushed in the next pass that reaches it.
    to_flush: Vec<(SipUser, Domain)>,
    /// Whether everything cached may be old: an earlier run of ccgate may have ended before it flushed what had changed.
    flush_all: bool,
    /// Queues that were reloaded in the last pass, and for which parameters.
    reloaded: BTreeMap<QueueName, QueueParams>,
}

impl Passes {
    /// Passes of a reconciler over a switch.
    pub fn new(reconciler: Reconciler, store: Store, switch: Switch, clock: Clock) -> Self {
        Self { reconciler, store, switch, clock, to_flush: Vec::new(), flush_all: true, reloaded: BTreeMap::new() }
    }

    /// One pass, which covers the wakes up to `covered`. It publishes what should be, then makes it so.
    pub async fn once(&mut self, covered: u64) -> Report {
        let watch = self.reconciler.holds().watch();
        let mut report = Report::default();
        report.outcome = match self.publish().await {
            Some(desired) => self.apply(&desired, &watch, &mut report).await,
            None => Outcome::Unreadable,
        };
        report.at = self.clock.now();
        log(&report);
        let to_finish = report.left_alone > 0 && report.failed.is_empty();
        self.reconciler.ended((!to_finish).then_some(covered), report.clone());
        report
    }

    async fn publish(&mut self) -> Option<Arc<Desired>> {
        let before = self.reconciler.desired();
        let read = async { self.reconciler.publish(&mut *self.store.read().await?).await };
        match read.await {
            Ok(desired) => {
                self.to_flush.extend(before.stale_users(&desired));
                self.to_flush.sort();
                self.to_flush.dedup();
                Some(desired)
            }
            Err(error) => {
                warn!(%error, "what should be on the switch could not be read");
                None
            }
        }
    }

    async fn apply(&mut self, desired: &Desired, watch: &Watch, report: &mut Report) -> Outcome {
        match self.switch.ready().await {
            Ok(true) => {}
            Ok(false) => return Outcome::NotReady,
            Err(_) => return Outcome::Away,
        }
        let observed = match self.switch.observe().await {
            Ok(observed) => observed,
            Err(_) if self.switch.away() => return Outcome::Away,
            Err(error) => {
                warn!(%error, "the switch could not be looked at");
                return Outcome::Unreadable;
            }
        };
        let served = self.reconciler.served().to(&observed.core_uuid);
        report.core_uuid = Some(observed.core_uuid.clone());
        let mut made = plan(desired, &observed, &served);
        self.stop_reloading(desired, &mut made);
        let planned = made.steps.len();
        made.steps.retain(|step| step.agent().is_none_or(|agent| !watch.touched(agent.user)));
        made.findings.retain(|finding| !matches!(finding, Finding::MaxNoAnswer(agent) if watch.touched(agent.user)));
        report.left_alone = planned - made.steps.len();
        let flushes = self.to_flush.drain(..).map(|(user, domain)| Step::FlushUser(user, domain));
        let flush_all = std::mem::take(&mut self.flush_all).then_some(Step::FlushUsers);
        made.steps.splice(0..0, flush_all.into_iter().chain(flushes));
        report.findings = made.findings;
        let users: BTreeSet<_> = made.steps.iter().filter_map(|step| step.agent().map(|agent| agent.user)).collect();
        self.execute(made.steps, report).await;
        // Somebody began to change one of them while its steps were on their way.
        report.left_alone += users.into_iter().filter(|user| watch.touched(*user)).count();
        if report.failed.is_empty() && report.left_alone == 0 { Outcome::Applied } else { Outcome::Partly }
    }

    async fn execute(&mut self, steps: Vec<Step>, report: &mut Report) {
        report.steps = steps.len();
        let outcomes = self.switch.execute_many(&steps).await;
        for (step, outcome) in steps.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => report.healed += 1,
                Err(error) => {
                    match &step {
                        Step::FlushUsers => self.flush_all = true,
                        Step::FlushUser(user, domain) => self.to_flush.push((user.clone(), domain.clone())),
                        Step::QueueReload(queue) => drop(self.reloaded.remove(queue)),
                        _ => {}
                    }
                    report.failed.push((step, error));
                }
            }
        }
    }

    /// A queue that was reloaded for the same parameters in the last pass and still differs is not reloaded again: each time zeroes its counts and
    /// risks a caller (trap 9), and it would not help.
    fn stop_reloading(&mut self, desired: &Desired, made: &mut Plan) {
        let wanted = |name: &QueueName| desired.queue(&name.to_string()).map(|queue| queue.params().clone());
        let mut reloading = BTreeMap::new();
        let (reloaded, findings) = (&self.reloaded, &mut made.findings);
        made.steps.retain(|step| {
            let Step::QueueReload(name) = step else { return true };
            let Some(params) = wanted(name) else { return true };
            let again = reloaded.get(name) == Some(&params);
            if again {
                findings.push(Finding::QueueNotTaken(name.clone()));
            }
            reloading.insert(name.clone(), params);
            !again
        });
        self.reloaded = reloading;
    }
}

fn log(report: &Report) {
    for (step, error) in &report.failed {
        warn!(step = step.summary(), %error, "a step was not done");
    }
    for finding in &report.findings {
        info!(?finding, "left alone on the switch");
    }
    match report.outcome {
        Outcome::Applied if report.steps == 0 => debug!("the switch is as desired"),
        outcome => info!(?outcome, steps = report.steps, healed = report.healed, "the reconciler has looked at the switch"),
    }
}
