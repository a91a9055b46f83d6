//! Where ccgate is asked: the API, the same over https, and the operator's listener.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use super::STOP_WAIT;
use super::tasks::Tasks;
use crate::config::Config;
use crate::facade::auth::TrustedProxies;
use crate::facade::connection::Listener;
use crate::facade::panicked;
use crate::facade::places::Places;
use crate::facade::server;
use crate::facade::tls::Certificate;
use crate::operations::{self, Connections, Requests, Watched};

/// What is listened on, before anything is answered.
pub(super) struct Sockets {
    http: TcpListener,
    operations: TcpListener,
    https: Option<(TcpListener, Arc<Certificate>)>,
    places: Connections,
}

/// What is answered on.
pub(super) struct Listening {
    pub(super) address: SocketAddr,
    pub(super) operations: SocketAddr,
    pub(super) https: Option<SocketAddr>,
    pub(super) certificate: Option<Arc<Certificate>>,
    closing: CancellationToken,
    tasks: Tasks,
}

impl Sockets {
    /// Those of the configuration beside `http`.
    ///
    /// # Errors
    /// An address that is taken, a certificate that cannot be used.
    pub(super) async fn bind(config: &Config, http: TcpListener) -> anyhow::Result<Self> {
        let operations = bind("operations.listen", config.operations.listen).await?;
        let https = match &config.https {
            Some(https) => {
                let certificate = Certificate::read(&https.certificate, &https.key).context("[https]")?;
                Some((bind("https.listen", https.listen).await?, Arc::new(certificate)))
            }
            None => None,
        };
        let places = || {
            let proxies = TrustedProxies::new(config.http.trusted_proxies.clone());
            Places::new(config.http.connections_max, config.http.connections_per_address_max, proxies)
        };
        let places = Connections { http: places(), https: places() };
        Ok(Self { http, operations, https, places })
    }

    /// How many connections there are.
    pub(super) fn connections(&self) -> Connections {
        self.places.clone()
    }

    /// The certificate that is shown, where one is.
    pub(super) fn certificate(&self) -> Option<Arc<Certificate>> {
        self.https.as_ref().map(|(_, certificate)| certificate.clone())
    }

    /// Begins to answer.
    ///
    /// # Errors
    /// Of the sockets.
    pub(super) fn serve(self, router: Router, watched: Watched) -> anyhow::Result<Listening> {
        let Self { http, operations, https, places } = self;
        let (closing, mut tasks) = (CancellationToken::new(), Tasks::default());
        let router =
            router.layer(CatchPanicLayer::custom(panicked::answer)).layer(from_fn_with_state(watched.requests.clone(), Requests::count));
        let (address, operator) = (http.local_addr()?, operations.local_addr()?);
        let (secure, certificate) = match https {
            Some((listener, certificate)) => {
                let at = listener.local_addr()?;
                let listener = Listener::with_tls(listener, places.https, certificate.clone())?;
                tasks.spawn("https", server::serve(listener, router.clone(), closing.clone()));
                tasks.spawn("certificate", certificate.clone().watch(closing.clone()));
                (Some(at), Some(certificate))
            }
            None => (None, None),
        };
        tasks.spawn("http", server::serve(Listener::new(http, places.http), router, closing.clone()));
        tasks.spawn("operations", operations::run(watched, operations, closing.clone()));
        Ok(Listening { address, operations: operator, https: secure, certificate, closing, tasks })
    }
}

impl Listening {
    /// Takes no more requests, and waits for those under way.
    pub(super) async fn close(mut self) {
        self.closing.cancel();
        if timeout(STOP_WAIT, self.tasks.end()).await.is_err() {
            tracing::warn!("some requests did not end in time");
            self.tasks.cut().await;
        }
    }

    /// Until one of them ends that should not.
    pub(super) async fn broken(&mut self) {
        self.tasks.broken().await;
    }
}

async fn bind(key: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("{key}: cannot listen on {address}"))
}
