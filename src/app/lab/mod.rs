//! `ccgate lab`: everything in one process, with agents, queues and calls, to try ccgate or to test an integration against it.

mod api;
mod hands;
mod page;
mod plan;
mod seed;
mod traffic;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::hands::Hands;
use self::traffic::Pace;
use super::{Running, interrupted, say};
use crate::clock::Clock;
use crate::config::{
    Config, Database, Geo, History, Http, Log, LogFormat, Mode, Operations, Push, QueueEvents, Recordings, Switch, Telephony, Toll, XmlCurl,
};
use crate::sim::{Server, SimServerConfig};
use crate::telemetry;

/// How the lab is run.
#[derive(Debug, Args)]
pub struct Options {
    /// Address and port of the API; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Keep the data in this folder; without it, all is gone when the lab ends
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// No callers
    #[arg(long)]
    no_traffic: bool,
    /// Agents that are made, where the data is new; each with a phone
    #[arg(long, default_value_t = 3, value_parser = agents)]
    agents: usize,
    /// Callers in a minute of the simulated switch, in the mean
    #[arg(long, default_value_t = 10.0, value_parser = rate)]
    calls_per_minute: f64,
    /// How much faster all of it is than the clock on the wall: the switch, its callers and its agents, and ccgate with its pauses, hours and retries.
    /// So its times run ahead of the wall's, in events and their signatures too
    #[arg(long, default_value_t = 1.0, value_parser = rate)]
    speed: f64,
    /// Callers come and agents work for so many minutes, by the lab's clock; then the calls that there are come to their end, and a line says
    /// `traffic ended`. Without it, until the lab ends
    #[arg(long, value_name = "MINUTES", conflicts_with = "no_traffic", value_parser = rate)]
    traffic_for: Option<f64>,
    /// The same seed gives the same callers, and agents who decide the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn agents(text: &str) -> Result<usize, String> {
    let why = || format!("from 1 to {}", seed::AGENTS_MAX);
    text.parse().ok().filter(|count| (1..=seed::AGENTS_MAX).contains(count)).ok_or_else(why)
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|rate| (0.01..=10_000.0).contains(rate)).ok_or_else(|| "from 0.01 to 10000".to_owned())
}

/// Runs until interrupted. Prints `url=` and `api_key=` on lines of their own, then a few lines to try, then `ready`.
///
/// # Errors
/// When the address is taken, or the data is not the lab's.
pub async fn run(options: Options) -> anyhow::Result<()> {
    telemetry::init(&Log { filter: "warn".to_owned(), format: LogFormat::Text })?;
    let temporary = tempfile::tempdir().context("no temporary folder")?;
    let folder = options.data.unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;

    let listener = TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let address = listener.local_addr()?;
    let esl_password = uuid::Uuid::new_v4().to_string();
    let xml_password = uuid::Uuid::new_v4().to_string();
    let clock = Clock::faster(options.speed);
    let switch = Server::start(SimServerConfig {
        password: esl_password.clone(),
        xml_curl_url: Some(format!("http://{address}/freeswitch/xml")),
        cdr_url: Some(format!("http://{address}/freeswitch/cdr")),
        xml_curl_auth: Some(("freeswitch".to_owned(), xml_password.clone())),
        domain: seed::DOMAIN.to_owned(),
        clock: clock.clone(),
        seed: options.seed,
        ..SimServerConfig::default()
    })
    .await?;
    let config = Config {
        http: Http { listen: address, ..Http::default() },
        https: None,
        database: Database { path: folder.join("lab.db") },
        switch: Switch {
            host: switch.address().ip().to_string(),
            port: switch.address().port(),
            user: None,
            password: esl_password.into(),
            allow_default_esl_password: false,
            mode: Mode::Manage,
            cdr_spool: None,
        },
        xml_curl: XmlCurl { user: "freeswitch".to_owned(), password: xml_password.into(), snapshot_folder: None },
        telephony: Telephony::default(),
        toll: Toll::default(),
        recordings: Recordings::default(),
        geo: Geo::default(),
        push: Push { allow_cidrs: vec!["127.0.0.0/8".parse()?, "::1/128".parse()?], ..Push::default() },
        queue_events: QueueEvents::default(),
        history: History::default(),
        // A lab is nobody's to watch, and several may run.
        operations: Operations { listen: SocketAddr::from(([127, 0, 0, 1], 0)) },
        log: Log::default(),
    };
    let (stop, hands) = (CancellationToken::new(), Hands::default());
    let (phones, taken, ends) = (switch.clone(), hands.clone(), stop.clone());
    let more = move |service: &_, switch: &_| page::router(service, switch, phones, taken, ends);
    let running = Running::start_with(&config, listener, clock.clone(), more).await?;
    let url = format!("http://{address}");
    let key = seed::seed(&running, &url, &folder, options.agents).await?;
    let api = api::Api::new(&url, &key)?;
    let agents = seed::phones(&switch, &api).await?;

    let operations = running.operations();
    say(&format!("url={url}\napi_key={key}\noperations=http://{operations}\n{}\nready", examples(&url, &key)));
    let pace = Pace { seed: options.seed, calls_per_minute: options.calls_per_minute, minutes: options.traffic_for, clock };
    let traffic = (!options.no_traffic).then(|| tokio::spawn(traffic::run(switch.clone(), api, agents, hands, pace, stop.clone())));
    interrupted().await;
    stop.cancel();
    if let Some(traffic) = traffic {
        traffic.await?;
    }
    running.stop().await;
    switch.shutdown().await;
    Ok(())
}

fn examples(url: &str, key: &str) -> String {
    format!(
        "# try:\n\
         #   curl -H 'X-Api-Key: {key}' '{url}/api/user?is_agent=1'\n\
         #   curl -H 'X-Api-Key: {key}' '{url}/api/cc_queue'\n\
         #   curl -H 'X-Api-Key: {key}' '{url}/api/cc_agent/setPause?user_id=2&id=1'\n\
         #   curl -H 'X-Api-Key: {key}' '{url}/api/cc_agent/originate?user_id=3&destination=15551234567'\n\
         #   curl -H 'X-Api-Key: {key}' '{url}/api/cc_agent/active_calls'\n\
         #   curl -N -H 'X-Api-Key: {key}' '{url}/api/stream'\n\
         #   curl -H 'X-Api-Key: {key}' -X PUT '{url}/api/account' -d event_url=http://127.0.0.1:9000/\n\
         # or every request in a browser, at {url}/docs\n\
         # the wallboard: {url}/tv#key={key}\n\
         # the console: {url}/console#key={key}\n\
         # the phones: {url}/lab#key={key}\n\
         # an agent's page, for dana with the password Ab123456: {url}/agent"
    )
}
