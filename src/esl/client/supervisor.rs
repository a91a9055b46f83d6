//! One session after another: dial, authenticate, subscribe, run until either connection ends, wait, again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::commands::{Commands, Questions};
use super::config::ClientLimits;
use super::counts::ClientCounts;
use super::dial::Dial;
use super::events::Events;
use super::feed::FeedSender;
use super::handshake::Script;
use super::jobs::Jobs;
use super::state::{Connected, Deadline, Reason, State};
use crate::esl::backoff::Backoff;
use crate::esl::connection::Connection;

pub(super) struct Supervisor<D> {
    pub(super) dial: D,
    pub(super) script: Script,
    pub(super) limits: ClientLimits,
    pub(super) seed: u64,
    pub(super) questions: Questions,
    pub(super) jobs: Arc<Jobs>,
    pub(super) feed: Arc<FeedSender>,
    pub(super) counts: Arc<ClientCounts>,
    pub(super) state: watch::Sender<State>,
    pub(super) shutdown: CancellationToken,
}

/// Two connections that are ready.
struct Pair<S> {
    commands: Connection<S>,
    events: Connection<S>,
    core_uuid: Arc<str>,
}

impl<D: Dial> Supervisor<D> {
    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::new(self.limits.backoff_base_ms, self.limits.backoff_cap_ms);
        let mut rng = StdRng::seed_from_u64(self.seed);
        let mut sessions = 0;
        let mut before = Reason::NotYet;
        loop {
            let began = Instant::now();
            let connected_before = sessions;
            let reason = self.session(&before, &mut sessions).await;
            let connected = sessions > connected_before;
            self.gone(&reason, &before, connected);
            if reason == Reason::Stopped {
                return self.feed.close();
            }
            // A session that lasted is a reason to come back soon; one that was thrown out at once is not.
            if connected && began.elapsed() >= Duration::from_millis(self.limits.backoff_cap_ms) {
                backoff.reset();
            }
            let wait = Duration::from_millis(backoff.next_ms(&mut rng));
            tokio::select! {
                () = sleep(wait) => {}
                () = self.questions.refuse(&reason) => {}
                () = self.shutdown.cancelled() => {}
            }
            before = reason;
        }
    }

    /// One session, from dialling to its end.
    async fn session(&mut self, before: &Reason, sessions: &mut u64) -> Reason {
        let opened = tokio::select! {
            biased;
            () = self.shutdown.cancelled() => return Reason::Stopped,
            opened = open(&self.dial, &self.script, &self.limits) => opened,
            () = self.questions.refuse(before) => return Reason::Stopped,
        };
        let Pair { commands, events, core_uuid } = match opened {
            Ok(pair) => pair,
            Err(reason) => return reason,
        };
        *sessions += 1;
        self.counts.connections.fetch_add(1, Ordering::Relaxed);
        let connected = Connected { core_uuid, session: *sessions };
        tracing::info!(session = connected.session, core_uuid = %connected.core_uuid, "connected to the switch");
        // First in the feed, then for everybody: whoever sees the state can rely on the feed having started.
        self.feed.connected(connected.clone());
        self.state.send_replace(State::Connected(connected));
        let events = Events::new(events, self.limits, self.feed.clone(), self.jobs.clone());
        let mut events = AbortOnDropHandle::new(tokio::spawn(events.run()));
        let mut commands = Commands::new(commands, self.limits, self.counts.clone());
        let reason = tokio::select! {
            biased;
            () = self.shutdown.cancelled() => Reason::Stopped,
            ended = &mut events => ended.unwrap_or(Reason::Closed),
            reason = commands.run(&mut self.questions) => reason,
        };
        // Before anybody hears that an answer is lost: who asks again at once shall be told "away".
        self.state.send_replace(State::Disconnected { reason: reason.clone() });
        commands.end(&reason);
        // Waited for, so that no event of this session comes after the news of its end.
        events.abort();
        if !events.is_finished() {
            drop(events.await);
        }
        reason
    }

    /// Tells everybody that there is no connection.
    fn gone(&self, reason: &Reason, before: &Reason, connected: bool) {
        self.state.send_replace(State::Disconnected { reason: reason.clone() });
        if connected || *reason == Reason::Stopped {
            self.feed.disconnected(reason.clone());
        }
        self.jobs.lose_all(reason);
        // Every failed attempt is the same news as the one before.
        if *reason == Reason::Stopped {
            tracing::info!("the connection to the switch was stopped");
        } else if connected || reason != before {
            tracing::warn!(%reason, "no connection to the switch");
        }
    }
}

/// Makes both connections, commands first.
async fn open<D: Dial>(dial: &D, script: &Script, limits: &ClientLimits) -> Result<Pair<D::Stream>, Reason> {
    let mut commands = connect(dial, limits).await?;
    let core_uuid = in_time(limits, script.open_commands(&mut commands)).await?;
    let mut events = connect(dial, limits).await?;
    in_time(limits, script.open_events(&mut events)).await?;
    Ok(Pair { commands, events, core_uuid })
}

async fn connect<D: Dial>(dial: &D, limits: &ClientLimits) -> Result<Connection<D::Stream>, Reason> {
    match timeout(Duration::from_millis(limits.connect_ms), dial.dial()).await {
        Ok(Ok(stream)) => Ok(Connection::new(stream, limits.frame)),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Reason::Timeout(Deadline::Connect)),
    }
}

async fn in_time<T>(limits: &ClientLimits, step: impl Future<Output = Result<T, Reason>>) -> Result<T, Reason> {
    let limit = Duration::from_millis(limits.handshake_ms);
    timeout(limit, step).await.unwrap_or(Err(Reason::Timeout(Deadline::Handshake)))
}
