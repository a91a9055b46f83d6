//! The page of metrics. docs/metrics.md has each of them; a test holds the two together.
//!
//! A page is made of what the parts have counted and of one look at the database; nothing is done for it in between.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Metric, Registry};
use tokio::runtime::Handle;

use super::Watched;
use crate::clock::Millis;
use crate::domain::call::Milestone;
use crate::domain::repair::Kind;
use crate::esl::client::{ClientCounts, FeedCounts};
use crate::reconcile::Outcome;
use crate::service::agents::state::Doing;
use crate::service::figures::Figures;
use crate::store;
use crate::switch::Step;

/// What the page is.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Label = [(&'static str, &'static str); 1];

/// The whole page.
///
/// # Errors
/// None that is known of: it is written to memory.
pub(super) async fn page(watched: &Watched) -> Result<String, fmt::Error> {
    let figures =
        watched.service.figures().await.inspect_err(|error| tracing::warn!(%error, "the metrics lack the database's figures")).ok();
    let mut page = Page(Registry::with_prefix("ccgate"));
    page.gauges("build_info", "Always 1", "version", [(env!("CARGO_PKG_VERSION"), 1)]);
    page.gauge("database_readable", "Whether the figures of the database are on this page", figures.is_some().into());
    calls(&mut page, watched);
    switch(&mut page, watched);
    reconcile(&mut page, watched);
    push(&mut page, watched);
    database(&mut page, &watched.store);
    page.gauge("tasks", "Tasks of the runtime that are alive", whole(Handle::current().metrics().num_alive_tasks()));
    page.add("http_requests", "Requests by route and by the status that was meant", watched.requests.counts.clone());
    page.add("http_request_seconds", "Time until an answer began, in seconds", watched.requests.seconds.clone());
    let connections = [("http", &watched.connections.http), ("https", &watched.connections.https)];
    let (open, refused) =
        (connections.map(|(name, places)| (name, places.taken() as u64)), connections.map(|(name, places)| (name, places.refused())));
    page.gauges("http_connections", "Connections by listener", "listener", open);
    page.totals("http_connections_refused", "Connections that were closed because there were too many, by listener", "listener", refused);
    let refused = watched.certificate.as_ref().is_some_and(|certificate| certificate.is_refused());
    page.gauge("https_certificate_refused", "Whether the files of the certificate hold what cannot be used", refused.into());
    if let Some(figures) = figures {
        now(&mut page, &figures, watched.clock.now());
    }
    let mut text = String::new();
    encode(&mut text, &page.0)?;
    Ok(text)
}

fn calls(page: &mut Page, watched: &Watched) {
    let calls = &watched.calls;
    page.count("call_leg_facts", "What the switch said of legs", &calls.leg_facts);
    let told = Milestone::ALL.iter().zip(&calls.told).map(|(told, count)| (told.name(), count.load(Ordering::Relaxed)));
    page.totals("call_events", "Events of calls that were committed", "name", told);
    page.count("call_commits", "Commits of such events", &calls.commits);
    page.count("call_commits_failed", "Commits of such events that failed; they are tried again", &calls.failed_commits);
    page.count("call_events_refused", "Events of calls that the database will never take", &calls.refused_events);
    page.count("call_looks", "Looks at the switch's channels", &calls.looks);
    page.count("call_looks_failed", "Such looks that failed", &calls.failed_looks);
    page.totals("calls_refused", "Calls outside that were not let out", "reason", watched.service.refusals().counts());
    page.count("call_news_dropped", "News of the switch that the service was too slow for", &calls.dropped_news);
}

fn switch(page: &mut Page, watched: &Watched) {
    let ClientCounts { user_seconds, bulk_seconds, late, connections } = watched.client.counts();
    let FeedCounts { events, lost, gaps } = watched.client.heard();
    page.gauge("switch_connected", "Whether the event socket is connected", (!watched.switch.away()).into());
    page.count("switch_connections", "Connections made to the event socket", connections);
    page.add("switch_command_seconds", "From a command of a request to its answer, in seconds", user_seconds.clone());
    page.add("switch_bulk_command_seconds", "The same of the reconciler's commands, in seconds", bulk_seconds.clone());
    page.count("switch_commands_late", "Commands without an answer in time", late);
    page.total("switch_events", "Events heard", events);
    page.total("switch_events_lost", "Events that could not be kept or read", lost);
    page.total("switch_gaps", "Gaps in their place, after each of which the channels are looked at", gaps);
}

fn reconcile(page: &mut Page, watched: &Watched) {
    let (rounds, repairs) = (watched.reconciler.rounds(), watched.reconciler.repairs());
    let passes = Outcome::ENDED.map(|outcome| (outcome.name(), rounds.of(outcome)));
    page.totals("reconcile_passes", "Passes of the reconciler by what they came to", "outcome", passes);
    let steps = [("done", rounds.done()), ("failed", rounds.failed())];
    page.totals("reconcile_steps", "Steps of the reconciler by what they came to", "outcome", steps);
    page.totals("repairs", "Repairs and alarms by kind", "kind", Kind::ALL.iter().map(|kind| (kind.name(), repairs.of(*kind))));
    let report = watched.reconciler.reports().borrow().clone();
    let (standing, now) = (&report.standing, watched.clock.now());
    let count = |kind: &str| standing.iter().find(|stands| stands.kind == kind).map_or(0, |stands| stands.count as u64);
    let kinds: BTreeSet<_> = Step::KINDS.into_iter().chain(standing.iter().map(|stands| stands.kind)).collect();
    page.gauges(
        "drift",
        "Differences between the database and the switch at the last pass, by kind",
        "kind",
        kinds.into_iter().map(|kind| (kind, count(kind))),
    );
    let oldest = standing.iter().map(|stands| now.since(stands.since)).max().unwrap_or_default() / 1_000;
    page.gauge("drift_oldest_seconds", "How long the difference has stood that stands the longest, in seconds", oldest);
    page.gauge("reconcile_last_pass_timestamp_seconds", "When the last pass ended, in seconds since the epoch", report.at.epoch_s());
    if let Some(registrations) = report.registrations {
        page.gauge("registrations", "Phones registered at the last pass", whole(registrations));
    }
}

fn push(page: &mut Page, watched: &Watched) {
    let counts = &watched.push;
    let outcomes = [("delivered", &counts.delivered), ("failed", &counts.failed), ("dead", &counts.dead), ("gone", &counts.gone)];
    let outcomes = outcomes.map(|(name, count)| (name, count.load(Ordering::Relaxed)));
    page.totals("delivery_attempts", "Attempts to deliver events by what they came to", "outcome", outcomes);
}

fn database(page: &mut Page, store: &store::Store) {
    let counts = store.counts();
    page.add("database_commit_seconds", "Transactions that write, with their commit, in seconds", counts.seconds.clone());
    page.add("database_commit_jobs", "Changes in one such transaction", counts.jobs.clone());
    page.count("database_commits_failed", "Such transactions that failed", &counts.failed);
    let (file, log) = store.bytes();
    page.gauges("database_bytes", "Size of the database's files, in bytes", "file", [("main", file), ("wal", log)]);
}

/// What there is now.
fn now(page: &mut Page, figures: &Figures, now: Millis) {
    let Figures { agents, callers, legs, outbox } = figures;
    let since = |at: Option<Millis>| at.map_or(0, |at| now.since(at).max(0) / 1_000);
    let agents = Doing::ALL.map(|doing| (doing.name(), agents.get(&doing).copied().unwrap_or_default()));
    page.gauges("agents", "Agents that were ever checked in, by what they do", "state", agents);
    page.gauge("callers_waiting", "Callers who wait in queues", whole(callers.waiting));
    page.gauge("callers_longest_wait_seconds", "How long the one waits who waits the longest, in seconds", since(callers.longest_since));
    page.gauge("legs", "Legs that are up", whole(*legs));
    page.total("events", "Events told since the database was made", outbox.events);
    let deliveries = [("waiting", outbox.waiting), ("pending", outbox.pending), ("dead", outbox.dead)];
    page.gauges("deliveries", "Events that are not delivered, by state", "state", deliveries);
    page.gauge("deliveries_oldest_seconds", "Age of the oldest event that is to be sent, in seconds", since(outbox.oldest_at));
    let addresses = [("failing", outbox.open_breakers), ("disabled", outbox.disabled)];
    page.gauges("push_addresses", "Addresses that are left alone, by why", "state", addresses);
}

/// A page that is being made.
struct Page(Registry);

impl Page {
    fn add(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.0.register(name, help, metric);
    }

    fn count(&mut self, name: &str, help: &str, count: &AtomicU64) {
        self.total(name, help, count.load(Ordering::Relaxed));
    }

    fn total(&mut self, name: &str, help: &str, count: u64) {
        self.add(name, help, ConstCounter::new(count));
    }

    fn gauge(&mut self, name: &str, help: &str, value: i64) {
        self.add(name, help, ConstGauge::new(value));
    }

    fn totals(&mut self, name: &str, help: &str, label: &'static str, counts: impl IntoIterator<Item = (&'static str, u64)>) {
        let family = Family::<Label, Counter>::default();
        for (value, count) in counts {
            family.get_or_create(&[(label, value)]).inc_by(count);
        }
        self.add(name, help, family);
    }

    fn gauges(&mut self, name: &str, help: &str, label: &'static str, values: impl IntoIterator<Item = (&'static str, u64)>) {
        let family = Family::<Label, Gauge>::default();
        for (value, count) in values {
            family.get_or_create(&[(label, value)]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        self.add(name, help, family);
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
