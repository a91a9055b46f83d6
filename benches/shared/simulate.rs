//! The simulated switch, in the benchmark's process.

use ccgate::sim::{Handle, Server, SimServerConfig};

use super::freeswitch::{ESL_PASSWORD, XML_PASSWORD};
use super::serve::{Ccgate, DOMAIN};

/// Starts it where ccgate looks for it, and waits until it has fetched what it loads.
pub async fn start(ccgate: &Ccgate) -> Handle {
    let switch = Server::start(SimServerConfig {
        listen: ccgate.esl,
        password: ESL_PASSWORD.to_owned(),
        domain: DOMAIN.to_owned(),
        xml_curl_url: Some(ccgate.xml_url()),
        cdr_url: Some(ccgate.xml_url().replace("/xml", "/cdr")),
        xml_curl_auth: Some(("freeswitch".to_owned(), XML_PASSWORD.to_owned())),
        ..SimServerConfig::default()
    })
    .await
    .expect("the simulated switch starts");
    switch.booted().await;
    switch
}
