//! Puts the parts together: [`Running`] is a whole ccgate; the commands of the command line are the modules beside it.

pub mod check;
pub mod lab;
pub mod sim;
pub mod user;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::SwitchId;
use crate::domain::number::Gateway;
use crate::esl::client::{self, Client, ClientConfig, FeedReceiver};
use crate::facade::auth::TrustedProxies;
use crate::facade::callcenter;
use crate::reconcile::{self, Options, Reconciler};
use crate::service::calls::{CallBoard, Calls, feed_stream, look_with, sink_to};
use crate::service::countries::Countries;
use crate::service::{Parts, Service};
use crate::store::Store;
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
    address: SocketAddr,
    store: Store,
    reconciler: Reconciler,
    service: Service,
    switch: Switch,
    shutdown: CancellationToken,
    tasks: JoinSet<()>,
}

impl Running {
    /// Opens the database, answers on `listener`, and connects to the switch for as long as it runs.
    ///
    /// # Errors
    /// When the database cannot be opened or something in the configuration cannot be used. A switch that is away is no error.
    pub async fn start(config: &Config, listener: TcpListener, clock: Clock) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let path = &config.database.path;
        let store = Store::open(path, clock.clone()).await.with_context(|| format!("database {}", path.display()))?;
        let gateway = Gateway::parse(&config.telephony.gateway).context("telephony.gateway")?;
        let options = Options {
            gateway: Some(gateway),
            music: config.telephony.music.clone(),
            recordings: config.telephony.recordings.clone(),
            media_folder: config.telephony.media_folder.clone(),
        };
        let reconciler = Reconciler::new(options);
        reconciler.publish(&mut *store.read().await?).await?;

        let shutdown = CancellationToken::new();
        let mut tasks = JoinSet::new();
        let (client, feed) = connect(config, &shutdown, &mut tasks)?;
        let switch = Switch::new(SWITCH, client.clone());
        let board = Arc::new(CallBoard::default());
        let service = Service::new(Parts {
            store: store.clone(),
            switch: switch.clone(),
            reconciler: reconciler.clone(),
            board: board.clone(),
            countries: countries(config)?,
            clock: clock.clone(),
        });
        service.end_unfinished_originates().await?;
        service.resume_phone_lists().await?;
        follow_calls(&service, (client, feed), board, &store, &clock, &mut tasks);
        tasks.spawn(reconcile::task::run(reconciler.clone(), store.clone(), switch.clone(), clock.clone(), shutdown.clone()));
        let (timed, ends) = (service.clone(), shutdown.clone());
        tasks.spawn(async move { timed.keep_time(ends).await });
        let (remembers, ends, keep_days) = (service.clone(), shutdown.clone(), config.history.keep_days);
        tasks.spawn(async move { remembers.keep_history(keep_days, ends).await });
        spawn_push(config, &store, &clock, &shutdown, &mut tasks);
        spawn_http(config, listener, router(config, &service, &reconciler), &shutdown, &mut tasks);
        Ok(Self { address, store, reconciler, service, switch, shutdown, tasks })
    }

    /// Where the API listens.
    pub fn address(&self) -> SocketAddr {
        self.address
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

    /// Ends requests, deliveries and connections, then closes the database.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(STOP_WAIT, ended).await.is_err() {
            tracing::warn!("some requests did not end in time");
            self.tasks.shutdown().await;
        }
        self.store.close().await;
    }

    /// Until a task ends that should not.
    async fn broken(&mut self) {
        match self.tasks.join_next().await {
            Some(Err(error)) => tracing::error!(%error, "a part of ccgate failed"),
            _ => tracing::error!("a part of ccgate ended"),
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

fn countries(config: &Config) -> anyhow::Result<Countries> {
    let Some(path) = &config.geo.database else { return Ok(Countries::default()) };
    Countries::open(path).with_context(|| format!("geo.database {}", path.display()))
}

fn connect(config: &Config, shutdown: &CancellationToken, tasks: &mut JoinSet<()>) -> anyhow::Result<(Client, FeedReceiver)> {
    let switch = &config.switch;
    let mut esl = ClientConfig::new(&switch.host, switch.port, switch.password.clone());
    esl.user.clone_from(&switch.user);
    esl.subscriptions = fact::subscriptions()?;
    let spawned = client::spawn(&esl, shutdown.clone()).context("switch.password or switch.user")?;
    tasks.spawn(async move {
        if let Err(error) = spawned.task.await {
            tracing::error!(%error, "the event socket's task failed");
        }
    });
    Ok((spawned.client, spawned.feed))
}

/// Calls become events, and the service hears what concerns it.
fn follow_calls(
    service: &Service,
    (client, feed): (Client, FeedReceiver),
    board: Arc<CallBoard>,
    store: &Store,
    clock: &Clock,
    tasks: &mut JoinSet<()>,
) {
    let (tell, news) = mpsc::channel(NEWS_MAX);
    let calls = Calls::new(board, clock.clone(), look_with(client), sink_to(store.clone()), tell);
    let service = service.clone();
    tasks.spawn(async move { service.handle(news).await });
    tasks.spawn(calls.run(feed_stream(feed)));
}

fn spawn_push(config: &Config, store: &Store, clock: &Clock, shutdown: &CancellationToken, tasks: &mut JoinSet<()>) {
    let settings = push::Config { allow_cidrs: config.push.allow_cidrs.clone(), retention_days: config.push.retention_days };
    let run = push::task::run(store.clone(), settings, clock.clone(), shutdown.clone());
    tasks.spawn(async move {
        if let Err(error) = run.await {
            tracing::error!(%error, "events cannot be sent");
        }
    });
}

fn router(config: &Config, service: &Service, reconciler: &Reconciler) -> Router {
    let api = callcenter::router(service.clone(), TrustedProxies::new(config.http.trusted_proxies.clone()));
    let (redeems, leaves, tells, desired) = (service.clone(), service.clone(), service.clone(), reconciler.clone());
    let sources = xml_curl::Sources {
        credentials: xml_curl::Credentials::new(config.xml_curl.user.clone(), config.xml_curl.password.clone()),
        desired: Arc::new(move || desired.desired()),
        presence: reconciler.presence().clone(),
        served: reconciler.served().clone(),
        redeem: Arc::new(move |star| {
            let service = redeems.clone();
            Box::pin(async move { service.redeem(star.device, &star.code, &star.channel).await.is_done() })
        }),
        leave: Arc::new(move |leaving| {
            let service = leaves.clone();
            Box::pin(async move { service.leave(&leaving).await })
        }),
        emergency: Arc::new(move |emergency| tells.emergency(emergency)),
    };
    api.merge(xml_curl::router(sources))
}

fn spawn_http(config: &Config, listener: TcpListener, router: Router, shutdown: &CancellationToken, tasks: &mut JoinSet<()>) {
    let listen = config.http.listen;
    let shutdown = shutdown.clone().cancelled_owned();
    tasks.spawn(async move {
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(shutdown).await {
            tracing::error!(%error, %listen, "the HTTP server failed");
        }
    });
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
