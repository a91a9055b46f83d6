//! Puts the parts together: [`Running`] is a whole ccgate; the commands of the command line are the modules beside it.

pub mod adopt;
pub mod backup;
pub mod check;
pub mod diff;
pub mod lab;
mod listen;
mod look;
pub mod sim;
mod tasks;
mod toll;
pub mod user;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::listen::{Listening, Sockets};
use self::tasks::Tasks;
use crate::clock::Clock;
use crate::config::{self, Config, Mode, RecordingFormat};
use crate::domain::SwitchId;
use crate::domain::number::Gateway;
use crate::domain::recording::Format;
use crate::esl::client::{self, Client, ClientConfig, FeedReceiver};
use crate::facade::auth::TrustedProxies;
use crate::facade::tls::Certificate;
use crate::facade::{
    agentpage, agentprofile, callcenter, console, docs, openapi, page, queueevents, surfaces, updateagentstate, wallboard,
};
use crate::operations::{Requests, Watched};
use crate::reconcile::{self, Options, Reconciler};
use crate::service::calls::{CallBoard, Calls, NamesNow, Records, Spool, feed_stream, look_with, sink_to};
use crate::service::countries::Countries;
use crate::service::recordings::Recordings;
use crate::service::{Parts, Service};
use crate::store::{self, Store};
use crate::switch::recording::Place;
use crate::switch::{Switch, fact};
use crate::{push, telemetry, xml_curl};

/// The one switch that there is so far.
const SWITCH: SwitchId = SwitchId(1);
/// How long requests and deliveries under way may take to end.
const STOP_WAIT: Duration = Duration::from_secs(10);
/// News of the switch that wait for the service.
const NEWS_MAX: usize = 1024;

/// A ccgate that runs.
pub struct Running {
    listening: Listening,
    store: Store,
    reconciler: Reconciler,
    service: Service,
    switch: Switch,
    shutdown: CancellationToken,
    tasks: Tasks,
    /// Ends with what the switch is left with, for which it must still be reached.
    snapshot: Tasks,
    leaving: CancellationToken,
}

impl Running {
    /// Opens the database, answers on `listener`, and connects to the switch for as long as it runs.
    ///
    /// # Errors
    /// When the database cannot be opened or something in the configuration cannot be used. A switch that is away is no error.
    pub async fn start(config: &Config, listener: TcpListener, clock: Clock) -> anyhow::Result<Self> {
        Self::start_with(config, listener, clock, |_, _| Router::new()).await
    }

    /// The same with more paths.
    async fn start_with(
        config: &Config,
        listener: TcpListener,
        clock: Clock,
        more: impl FnOnce(&Service, &Switch) -> Router,
    ) -> anyhow::Result<Self> {
        let sockets = Sockets::bind(config, listener).await?;
        let path = &config.database.path;
        let store = Store::open(path, clock.clone()).await.with_context(|| format!("database {}", path.display()))?;
        let reconciler = Reconciler::new(options(config)?);
        reconciler.publish(&mut *store.read().await?).await?;

        let shutdown = CancellationToken::new();
        let (mut tasks, mut snapshot) = (Tasks::default(), Tasks::default());
        let (client, feed) = connect(config, &shutdown, &mut tasks)?;
        let observes = config.switch.mode == Mode::Observe;
        let switch = Switch::new(SWITCH, client.clone());
        let switch = if observes { switch.observed() } else { switch };
        let board = Arc::new(CallBoard::default());
        let (tell, news) = mpsc::channel(NEWS_MAX);
        let service = Service::new(Parts {
            store: store.clone(),
            switch: switch.clone(),
            reconciler: reconciler.clone(),
            board: board.clone(),
            countries: countries(config)?,
            recordings: recordings(&config.recordings),
            clock: clock.clone(),
        });
        service.end_unfinished_originates().await?;
        service.resume_phone_lists().await?;
        let mut calls = Calls::new(
            board,
            clock.clone(),
            look_with(client.clone(), store.clone(), SWITCH, names_now(&reconciler)),
            sink_to(store.clone(), SWITCH),
            tell,
        )
        .with_names(names_now(&reconciler));
        calls.resume(&store, SWITCH).await.context("the calls that were up")?;
        let counted = calls.stats();
        let (calls, records) = hear_records(calls, config, &store, names_now(&reconciler), &clock, &shutdown, &mut tasks);
        tasks.spawn("calls", calls.run(feed_stream(feed)));
        let handler = service.clone();
        tasks.spawn("news", async move { handler.handle(news).await });
        let reconciling = reconcile::task::run(reconciler.clone(), store.clone(), switch.clone(), clock.clone(), shutdown.clone());
        tasks.spawn("reconciler", reconciling);
        if !observes {
            let (timed, ends) = (service.clone(), shutdown.clone());
            tasks.spawn("time", async move { timed.keep_time(ends).await });
        }
        let (remembers, ends, keep_days) = (service.clone(), shutdown.clone(), config.history.keep_days);
        tasks.spawn("history", async move { remembers.keep_history(keep_days, ends).await });
        let leaving = shutdown.child_token();
        if let Some(folder) = config.xml_curl.snapshot_folder.clone().filter(|_| !observes) {
            let kept = xml_curl::Snapshot::new(folder, reconciler.clone(), switch.clone());
            snapshot.spawn("snapshot", kept.run(leaving.clone()));
        }
        let watched = Watched {
            store: store.clone(),
            client,
            switch: switch.clone(),
            reconciler: reconciler.clone(),
            service: service.clone(),
            calls: counted,
            push: Arc::default(),
            certificate: sockets.certificate(),
            connections: sockets.connections(),
            requests: Arc::new(Requests::new(clock.clone())),
            probe: xml_curl::PROBE,
            clock: clock.clone(),
        };
        spawn_push(config, &watched, &shutdown, &mut tasks);
        let router = router(config, &service, &reconciler, records).merge(more(&service, &switch));
        let listening = sockets.serve(router, watched)?;
        Ok(Self { listening, store, reconciler, service, switch, shutdown, tasks, snapshot, leaving })
    }

    /// Where the API listens.
    pub fn address(&self) -> SocketAddr {
        self.listening.address
    }

    /// Where `/metrics` and its like listen.
    pub fn operations(&self) -> SocketAddr {
        self.listening.operations
    }

    /// Where the API listens with TLS, where it does.
    pub fn https(&self) -> Option<SocketAddr> {
        self.listening.https
    }

    /// The certificate that is shown there.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.listening.certificate.as_deref()
    }

    /// Its database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What keeps the switch as the database says.
    pub fn reconciler(&self) -> &Reconciler {
        &self.reconciler
    }

    /// Its use cases.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Its switch.
    pub fn switch(&self) -> &Switch {
        &self.switch
    }

    /// Takes no more requests and answers those under way, ends deliveries and connections, then closes the database. What does not end in time is
    /// cut; events that were not delivered are sent after the next start.
    pub async fn stop(mut self) {
        self.leaving.cancel();
        if timeout(STOP_WAIT, self.snapshot.end()).await.is_err() {
            tracing::warn!("the switch could not be left with what is true now");
        }
        self.service.end_streams();
        // Before the rest: a request under way may need all of it.
        self.listening.close().await;
        self.shutdown.cancel();
        if timeout(STOP_WAIT, self.tasks.end()).await.is_err() {
            tracing::warn!("some parts of ccgate did not end in time");
            self.tasks.cut().await;
        }
        self.store.close().await;
    }

    /// Until a task ends that should not.
    async fn broken(&mut self) {
        tokio::select! {
            () = self.tasks.broken() => {}
            () = self.snapshot.broken() => {}
            () = self.listening.broken() => {}
            () = self.store.broken() => tracing::error!(part = "database", "a part of ccgate ended"),
        }
    }
}

/// `ccgate serve`: runs until interrupted.
///
/// # Errors
/// See [`Running::start`]; also the shipped password, an address in use, and a part that ends by itself.
pub async fn serve(path: &Path) -> anyhow::Result<()> {
    let config = Config::load(path)?;
    config.check_for_service()?;
    telemetry::init(&config.log).context("log.filter")?;
    let listen = config.http.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| format!("http.listen: cannot listen on {listen}"))?;
    let mut running = Running::start(&config, listener, Clock::system()).await?;
    tracing::info!(address = %running.address(), "ccgate answers");
    let healthy = tokio::select! {
        () = interrupted() => true,
        () = running.broken() => false,
    };
    running.stop().await;
    anyhow::ensure!(healthy, "a part of ccgate ended; see the log");
    Ok(())
}

/// What the configuration says of calls.
fn options(config: &Config) -> anyhow::Result<Options> {
    Ok(Options {
        gateway: Some(Gateway::parse(&config.telephony.gateway).context("telephony.gateway")?),
        music: config.telephony.music.clone(),
        recordings: recordings(&config.recordings).place,
        media_folder: config.telephony.media_folder.clone(),
        ceiling: toll::ceiling(&config.toll)?,
    })
}

/// Whose names on the switch are, as of the last read of the database.
fn names_now(reconciler: &Reconciler) -> NamesNow {
    let reconciler = reconciler.clone();
    Arc::new(move || reconciler.desired().names().clone())
}

fn recordings(config: &config::Recordings) -> Recordings {
    let format = match config.format {
        RecordingFormat::Wav => Format::Wav,
        RecordingFormat::Mp3 => Format::Mp3,
    };
    let place = Place { folder: config.folder.clone(), format };
    Recordings { place, local_folder: config.local_folder(), keep_days: config.keep_days }
}

fn countries(config: &Config) -> anyhow::Result<Countries> {
    let Some(path) = &config.geo.database else { return Ok(Countries::default()) };
    Countries::open(path).with_context(|| format!("geo.database {}", path.display()))
}

fn connect(config: &Config, shutdown: &CancellationToken, tasks: &mut Tasks) -> anyhow::Result<(Client, FeedReceiver)> {
    let switch = &config.switch;
    let mut esl = ClientConfig::new(&switch.host, switch.port, switch.password.clone());
    esl.user.clone_from(&switch.user);
    esl.subscriptions = fact::subscriptions()?;
    let spawned = client::spawn(&esl, shutdown.clone()).context("switch.password or switch.user")?;
    tasks.spawn("event socket", async move {
        if let Err(error) = spawned.task.await {
            tracing::error!(%error, "the event socket's task failed");
        }
    });
    Ok((spawned.client, spawned.feed))
}

/// What the switch recorded of calls that ended is heard too: as it is posted, and from its folder of what could not be.
fn hear_records(
    calls: Calls,
    config: &Config,
    store: &Store,
    names: NamesNow,
    clock: &Clock,
    shutdown: &CancellationToken,
    tasks: &mut Tasks,
) -> (Calls, Records) {
    let Some(folder) = &config.switch.cdr_spool else {
        let (records, second) = Records::new(store.clone(), SWITCH);
        return (calls.with_records(second), records);
    };
    let (spool, records, second) = Spool::new(folder, store.clone(), SWITCH, names, clock.clone());
    tasks.spawn("records", spool.run(shutdown.clone()));
    (calls.with_records(second), records)
}

fn spawn_push(config: &Config, watched: &Watched, shutdown: &CancellationToken, tasks: &mut Tasks) {
    let settings = push::Config { allow_cidrs: config.push.allow_cidrs.clone(), retention_days: config.push.retention_days };
    let run = push::task::run(watched.store.clone(), settings, watched.push.clone(), watched.clock.clone(), shutdown.clone());
    tasks.spawn("push", async move {
        if let Err(error) = run.await {
            tracing::error!(%error, "events cannot be sent");
        }
    });
}

/// Everything that is answered where the API listens.
pub fn router(config: &Config, service: &Service, reconciler: &Reconciler, records: Records) -> Router {
    let proxies = TrustedProxies::new(config.http.trusted_proxies.clone());
    let api = callcenter::router(service.clone(), proxies.clone())
        .merge(agentprofile::router(service.clone(), proxies.clone()))
        .merge(queueevents::router(service.clone(), proxies.clone(), config.queue_events.requests_per_hour))
        .merge(updateagentstate::router(service.clone(), proxies))
        .merge(openapi::router(surfaces()))
        .merge(docs::router(surfaces().into_iter().map(|surface| (surface.name, surface.title))))
        .merge(page::router())
        .merge(wallboard::router())
        .merge(console::router())
        .merge(agentpage::router());
    let [redeems, leaves, refuses, tells, knows] = std::array::from_fn(|_| service.clone());
    let desired = reconciler.clone();
    let sources = xml_curl::Sources {
        credentials: xml_curl::Credentials::new(config.xml_curl.user.clone(), config.xml_curl.password.clone()),
        serves: config.switch.mode == Mode::Manage,
        desired: Arc::new(move || desired.desired()),
        presence: reconciler.presence().clone(),
        served: reconciler.served().clone(),
        redeem: Arc::new(move |star| {
            let service = redeems.clone();
            Box::pin(async move { service.dialled(star.device, &star.code, &star.channel).await })
        }),
        spoke_with: Arc::new(move |leg| knows.board().spoke_with(leg)),
        leave: Arc::new(move |leaving| {
            let service = leaves.clone();
            Box::pin(async move { service.leave(&leaving).await })
        }),
        refused: Arc::new(move |refused| refuses.refused(&refused)),
        emergency: Arc::new(move |emergency| tells.emergency(emergency)),
        record: Arc::new(move |cdr| {
            let records = records.clone();
            Box::pin(async move { records.take(vec![cdr]).await.inspect_err(not_kept).is_ok() })
        }),
    };
    api.merge(xml_curl::router(sources))
}

fn not_kept(error: &store::Error) {
    tracing::warn!(%error, "a record of the switch could not be kept; the switch keeps it");
}

/// Until SIGINT or SIGTERM.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without handlers a signal ends the process, which is what was asked for.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// What a command answers on standard output.
#[expect(clippy::print_stdout, reason = "commands answer there; log lines go to standard error")]
fn say(text: &str) {
    println!("{text}");
}
