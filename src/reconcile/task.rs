//! The loop: a pass on connect, on a wake, each [`PASS_EVERY`], and soon again when the last one was not all.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::desired::Desired;
use super::flushes::Flushes;
use super::heal::{Cure, Healer, LOOKS_APART};
use super::hold::Watch;
use super::plan::{drain, plan};
use super::reach;
use super::reconciler::Reconciler;
use super::reloads::Reloads;
use super::report::{Finding, Outcome, Report};
use super::standing::Memory;
use crate::clock::Clock;
use crate::domain::repair::Repair;
use crate::esl::client::State;
use crate::store::{self, Store};
use crate::switch::observed::{Callers, Channel};
use crate::switch::{Observed, Step, StepError, Switch};

/// How long the switch may drift unseen.
pub const PASS_EVERY: Duration = Duration::from_secs(30);
/// When to look again for mod_callcenter, and for callers of a queue that was deleted.
pub const READY_EVERY: Duration = Duration::from_secs(1);
/// When to look again for an agent that somebody was changing, which takes a few round trips and a commit, and for a reload that was put off.
pub const FINISH_AFTER: Duration = Duration::from_millis(200);

/// How often a pass looks whether the callers of a deleted queue have gone, and how long it waits in between: they need some tenths of a second.
const DRAIN_LOOKS: usize = 20;
const DRAIN_EVERY: Duration = Duration::from_millis(50);
/// When to try again what was not done; twice as long each time, up to [`PASS_EVERY`].
pub const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Runs until `shutdown` is cancelled.
pub async fn run(reconciler: Reconciler, store: Store, switch: Switch, clock: Clock, shutdown: CancellationToken) {
    let mut states = switch.states();
    let mut wakes = reconciler.wakes();
    let mut passes = Passes::new(reconciler, store, switch, clock);
    let mut retry = RETRY_AFTER;
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
            _ if report.draining => READY_EVERY,
            Outcome::Partly if report.left_alone > 0 => FINISH_AFTER,
            Outcome::Partly => retry,
            _ if report.look_again => LOOKS_APART,
            _ => PASS_EVERY,
        };
        retry = if report.failed.is_empty() { RETRY_AFTER } else { (retry * 2).min(PASS_EVERY) };
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
    flushes: Flushes,
    reloads: Reloads,
    healer: Healer,
    standing: Memory,
}

impl Passes {
    /// Passes of a reconciler over a switch.
    pub fn new(reconciler: Reconciler, store: Store, switch: Switch, clock: Clock) -> Self {
        let (flushes, reloads, healer) = (Flushes::at_start(), Reloads::default(), Healer::default());
        Self { reconciler, store, switch, clock, flushes, reloads, healer, standing: Memory::default() }
    }

    /// One pass, which covers the wakes up to `covered`. It publishes what should be, then makes it so.
    pub async fn once(&mut self, covered: u64) -> Report {
        let watch = self.reconciler.holds().watch();
        let mut report = Report::default();
        report.outcome = match self.publish().await {
            Some(desired) => {
                let outcome = self.apply(&desired, &watch, &mut report).await;
                if let (Outcome::Applied, Some(core)) = (outcome, &report.core_uuid) {
                    self.healer.is_as_desired(core.clone(), desired);
                }
                outcome
            }
            None => Outcome::Unreadable,
        };
        report.at = self.clock.now();
        log(&report);
        self.remember(&report.repairs).await;
        let to_finish = report.left_alone > 0 && report.failed.is_empty();
        self.reconciler.ended((!to_finish).then_some(covered), report.clone());
        report
    }

    async fn publish(&mut self) -> Option<Arc<Desired>> {
        let before = self.reconciler.desired();
        let read = async { self.reconciler.publish(&mut *self.store.read().await?).await };
        match read.await {
            Ok(desired) => {
                self.flushes.changed(&before, &desired);
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
        report.standing = self.standing.note(&self.store, self.switch.id(), &made.steps, self.clock.now()).await;
        if self.switch.hands().is_err() {
            report.findings = made.findings;
            return Outcome::Observed;
        }
        report.left_alone = self.reloads.limit(desired, &mut made, Instant::now());
        let planned = made.steps.len();
        made.steps.retain(|step| step.agent().is_none_or(|agent| !watch.touched(agent.user)));
        made.findings.retain(|finding| !matches!(finding, Finding::MaxNoAnswer(agent) if watch.touched(agent.user)));
        report.left_alone += planned - made.steps.len();
        let drift = self.healer.drift(desired, &observed.core_uuid, &made.steps);
        made.steps.splice(0..0, self.flushes.take());
        report.findings = made.findings;
        report.findings.extend(reach::doubted(desired, &observed.registrations).map(Finding::Reachable));
        report.findings.extend(self.healer.others(desired, &observed).map(Finding::NotOurs));
        let users: BTreeSet<_> = made.steps.iter().filter_map(|step| step.agent().map(|agent| agent.user)).collect();
        self.execute(made.steps, watch, report).await;
        // Somebody began to change one of them while its steps were on their way.
        report.left_alone += users.into_iter().filter(|user| watch.touched(*user)).count();
        self.repaired(drift, watch, report);
        let drained = self.drain(desired, &observed.channels, watch, report).await;
        self.heal(desired, observed, watch, report).await;
        if drained && report.failed.is_empty() && report.left_alone == 0 { Outcome::Applied } else { Outcome::Partly }
    }

    /// Cures what two looks have shown. What is being changed just now is looked at again.
    async fn heal(&mut self, desired: &Desired, seen: Observed, watch: &Watch, report: &mut Report) {
        let (mut cures, look_again) = self.healer.look(&self.switch, desired, seen, Instant::now()).await;
        cures.retain(|cure| cure.user.is_none_or(|user| !watch.touched(user)));
        report.look_again = look_again;
        self.execute(cures.iter().flat_map(|cure| cure.steps.clone()).collect(), watch, report).await;
        self.repaired(cures, watch, report);
    }

    /// Notes what was mended; of what was not, the next pass tells.
    fn repaired(&self, cures: Vec<Cure>, watch: &Watch, report: &mut Report) {
        let failed = |cure: &Cure| cure.steps.iter().any(|step| report.failed.iter().any(|(failed, _)| failed == step));
        let at = self.clock.now();
        let done = cures.into_iter().filter(|cure| !failed(cure) && cure.user.is_none_or(|user| !watch.touched(user)));
        let done: Vec<_> = done.map(|cure| cure.repair(at)).collect();
        report.repairs.extend(done);
    }

    /// Writes the repairs down, each with its event.
    async fn remember(&self, repairs: &[Repair]) {
        for repair in repairs {
            let Repair { account_id, kind, user_id, queue_id, leg, seen, done, .. } = repair;
            let (user, queue) = (user_id.map(i64::from), queue_id.map(i64::from));
            match done {
                Some(done) => info!(account = %account_id, kind = kind.name(), user, queue, leg, seen, done, "repaired on the switch"),
                None => {
                    warn!(account = %account_id, kind = kind.name(), user, queue, leg, seen, "ill on the switch, and not for ccgate to cure")
                }
            }
            self.reconciler.repairs().add(*kind);
        }
        if repairs.is_empty() {
            return;
        }
        let rows = repairs.to_vec();
        let written = self.store.write(move |conn| Box::pin(async move { store::repair::append(conn, &rows).await })).await;
        if let Err(error) = written {
            warn!(%error, "repairs could not be written down");
        }
    }

    /// Empties the queues that were deleted; whether they are empty and gone. Who talks to an agent already goes on.
    async fn drain(&mut self, desired: &Desired, channels: &[Channel], watch: &Watch, report: &mut Report) -> bool {
        if desired.drains().next().is_none() {
            return true;
        }
        let mut done = HashSet::new();
        let mut channels = Some(channels.to_vec());
        for look in 0..DRAIN_LOOKS {
            let Ok(seen) = self.switch.callers().await else { return false };
            // The legs were looked at before: who is sent away now may be listed where it was for some tenths of a second.
            let mut plan = drain(desired, &Callers { channels: channels.take().unwrap_or_default(), ..seen });
            if look == 0 {
                report.draining = !plan.steps.is_empty();
                report.findings.append(&mut plan.findings);
            }
            if plan.steps.is_empty() {
                return true;
            }
            plan.steps.retain(|step| done.insert(step.clone()));
            self.execute(plan.steps, watch, report).await;
            sleep(DRAIN_EVERY).await;
        }
        false
    }

    async fn execute(&mut self, steps: Vec<Step>, watch: &Watch, report: &mut Report) {
        let Ok(hands) = self.switch.hands() else { return };
        report.steps += steps.len();
        let outcomes = hands.execute_many(&steps, &watch.free()).await;
        for (step, outcome) in steps.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => report.healed += 1,
                // Counted with its agent.
                Err(StepError::Withdrawn) => {}
                Err(error) => {
                    self.flushes.failed(&step);
                    self.reloads.failed(&step);
                    report.failed.push((step, error));
                }
            }
        }
    }
}

fn log(report: &Report) {
    for (step, error) in &report.failed {
        warn!(step = step.summary(), %error, "a step was not done");
    }
    for finding in &report.findings {
        info!(finding = finding.summary(), "left alone on the switch");
    }
    match report.outcome {
        Outcome::Applied if report.steps == 0 => debug!("the switch is as desired"),
        outcome => info!(?outcome, steps = report.steps, healed = report.healed, "the reconciler has looked at the switch"),
    }
}
