//! `ccgate sim`: the simulated switch alone, for whoever wants to talk to it.

use std::net::SocketAddr;

use clap::Args;

use super::{interrupted, say};
use crate::clock::Clock;
use crate::sim::{Server, SimServerConfig};

/// How the simulated switch is run.
#[derive(Debug, Args)]
pub struct Options {
    /// Address and port of its event socket
    #[arg(long, default_value = "127.0.0.1:8021")]
    listen: SocketAddr,
    /// Password of its event socket
    #[arg(long, env = "CCGATE_SIM_PASSWORD", hide_env_values = true, default_value = "ccgate-sim")]
    password: String,
    /// Where it fetches directory, callcenter.conf and dialplan, such as http://127.0.0.1:8080/freeswitch/xml
    #[arg(long)]
    xml_curl: Option<String>,
    /// User and password for that, as user:password
    #[arg(long, env = "CCGATE_SIM_XML_AUTH", hide_env_values = true, requires = "xml_curl")]
    xml_curl_auth: Option<String>,
    /// The same seed makes the same random choices
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs until interrupted.
///
/// # Errors
/// When it cannot listen.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let auth = options.xml_curl_auth.as_deref().and_then(|auth| auth.split_once(':'));
    let switch = Server::start(SimServerConfig {
        listen: options.listen,
        password: options.password,
        xml_curl_url: options.xml_curl,
        xml_curl_auth: auth.map(|(user, password)| (user.to_owned(), password.to_owned())),
        seed: options.seed,
        clock: Clock::system(),
        ..SimServerConfig::default()
    })
    .await?;
    say(&format!("event_socket={}", switch.address()));
    interrupted().await;
    switch.shutdown().await;
    Ok(())
}
