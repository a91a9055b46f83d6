//! The loop: a pass on connect, on a wake, each [`PASS_EVERY`], and soon again when the last one was not all.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::desired::Desired;
use super::hold::Watch;
use super::params::QueueParams;
use super::plan::{Plan, drain, plan};
use super::reconciler::Reconciler;
use super::reach;
use super::report::{Finding, Outcome, Report};
use crate::clock::Clock;
use crate::domain::number::{Domain, SipUser};
use crate::esl::client::State;
use crate::store::Store;
use crate::switch::observed::{Callers, Channel};
use crate::switch::{QueueName, Step, Switch};

/// How long the switch may drift unseen.
pub const PASS_EVERY: Duration = Duration::from_secs(30);
/// When to look again for mod_callcenter, and for callers of a queue that was deleted.
pub const READY_EVERY: Duration = Duration::from_secs(1);
/// When to look again for an agent that somebody was changing, which takes a few round trips and a commit, and for a reload that was put off.
pub const FINISH_AFTER: Duration = Duration::from_millis(200);

/// How often a pass looks whether the callers of a deleted queue have gone, and how long it waits in between: they need some tenths of a second.
const DRAIN_LOOKS: usize = 20;
const DRAIN_EVERY: Duration = Duration::from_millis(50);
/// A queue is reloaded at most this often: changes that come faster are one reload.
pub const RELOAD_EVERY: Duration = Duration::from_secs(1);

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
            _ if report.draining => READY_EVERY,
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
    /// Queues that were reloaded lately, or in vain.
    reloads: BTreeMap<QueueName, Reload>,
}

impl Passes {
    /// Passes of a reconciler over a switch.
    pub fn new(reconciler: Reconciler, store: Store, switch: Switch, clock: Clock) -> Self {
        Self { reconciler, store, switch, clock, to_flush: Vec::new(), flush_all: true, reloads: BTreeMap::new() }
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
        report.left_alone = self.limit_reloads(desired, &mut made);
        let planned = made.steps.len();
        made.steps.retain(|step| step.agent().is_none_or(|agent| !watch.touched(agent.user)));
        made.findings.retain(|finding| !matches!(finding, Finding::MaxNoAnswer(agent) if watch.touched(agent.user)));
        report.left_alone += planned - made.steps.len();
        let flushes = self.to_flush.drain(..).map(|(user, domain)| Step::FlushUser(user, domain));
        let flush_all = std::mem::take(&mut self.flush_all).then_some(Step::FlushUsers);
        made.steps.splice(0..0, flush_all.into_iter().chain(flushes));
        report.findings = made.findings;
        report.findings.extend(reach::doubted(desired, &observed.registrations).map(Finding::Reachable));
        let users: BTreeSet<_> = made.steps.iter().filter_map(|step| step.agent().map(|agent| agent.user)).collect();
        self.execute(made.steps, report).await;
        // Somebody began to change one of them while its steps were on their way.
        report.left_alone += users.into_iter().filter(|user| watch.touched(*user)).count();
        let drained = self.drain(desired, observed.channels, report).await;
        if drained && report.failed.is_empty() && report.left_alone == 0 { Outcome::Applied } else { Outcome::Partly }
    }

    /// Empties the queues that were deleted; whether they are empty and gone. Who talks to an agent already goes on.
    async fn drain(&mut self, desired: &Desired, channels: Vec<Channel>, report: &mut Report) -> bool {
        if desired.drains().next().is_none() {
            return true;
        }
        let mut done = HashSet::new();
        let mut channels = Some(channels);
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
            self.execute(plan.steps, report).await;
            sleep(DRAIN_EVERY).await;
        }
        false
    }

    async fn execute(&mut self, steps: Vec<Step>, report: &mut Report) {
        report.steps += steps.len();
        let outcomes = self.switch.execute_many(&steps).await;
        for (step, outcome) in steps.into_iter().zip(outcomes) {
            match outcome {
                Ok(()) => report.healed += 1,
                Err(error) => {
                    match &step {
                        Step::FlushUsers => self.flush_all = true,
                        Step::FlushUser(user, domain) => self.to_flush.push((user.clone(), domain.clone())),
                        Step::QueueReload(queue) => drop(self.reloads.remove(queue)),
                        _ => {}
                    }
                    report.failed.push((step, error));
                }
            }
        }
    }

    /// Keeps reloads to what helps: each zeroes the queue's counts and risks a caller (trap 9). A queue that still differs after it was reloaded for
    /// the same parameters is not reloaded again, and one that was reloaded just now has to wait; how many of those there are.
    fn limit_reloads(&mut self, desired: &Desired, made: &mut Plan) -> usize {
        let (now, findings, mut put_off) = (Instant::now(), &mut made.findings, 0);
        let mut differing = BTreeSet::new();
        let reloads = &mut self.reloads;
        made.steps.retain(|step| {
            let Step::QueueReload(name) = step else { return true };
            let Some(params) = desired.queue(&name.to_string()).map(|queue| queue.params().clone()) else { return true };
            differing.insert(name.clone());
            match reloads.get(name) {
                Some(last) if last.not_shown.as_ref() == Some(&params) => {
                    findings.push(Finding::QueueNotTaken(name.clone()));
                    false
                }
                Some(last) if now - last.at < RELOAD_EVERY => {
                    put_off += 1;
                    false
                }
                _ => {
                    reloads.insert(name.clone(), Reload { at: now, not_shown: Some(params) });
                    true
                }
            }
        });
        for (_, last) in reloads.iter_mut().filter(|(name, _)| !differing.contains(*name)) {
            last.not_shown = None;
        }
        reloads.retain(|_, last| last.not_shown.is_some() || now - last.at < RELOAD_EVERY);
        put_off
    }
}

/// The last reload of a queue.
#[derive(Debug)]
struct Reload {
    at: Instant,
    /// The parameters that it was for, until the switch was seen as desired.
    not_shown: Option<QueueParams>,
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
