//! The simulated switch on a TCP port: one task owns the core, each connection has a reader and a writer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::cdr::{Poster, RECORDS_MAX, Record};
use super::core::{ConnId, Core, Output, SimConfig, XmlId};
use super::fault::Fault;
use super::handle::{Handle, Order};
use super::phones::Behaviour;
use super::snapshot;
use crate::clock::{Clock, Millis};

const READ_MAX_BYTES: usize = 64 * 1024;
/// Frames that may wait for a slow client; FreeSWITCH allows 100,000 events, then cuts it off.
const CLIENT_QUEUE_MAX: usize = 100_000;
const ORDERS_MAX: usize = 1024;
const XML_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest wait without a look at the time.
const LOOK_MAX: Duration = Duration::from_secs(60);
const CONNECTIONS_MAX: usize = 256;

/// How to start a simulated switch.
#[derive(Clone, Debug)]
pub struct SimServerConfig {
    /// Where the event socket listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Password of the event socket.
    pub password: String,
    /// mod_xml_curl's URL; none means no documents at all.
    pub xml_curl_url: Option<String>,
    /// Basic authentication at that URL and at mod_json_cdr's: user, password.
    pub xml_curl_auth: Option<(String, String)>,
    /// mod_json_cdr's URL; none means no records at all.
    pub cdr_url: Option<String>,
    /// Its `err-log-dir`.
    pub cdr_spool: Option<PathBuf>,
    /// Where the files are that hold when nobody answers, or says "not found": see `sim::snapshot`.
    pub snapshot: Option<PathBuf>,
    pub seed: u64,
    pub domain: String,
    pub hostname: String,
    /// Names of the gateways there are; empty means any.
    pub gateways: Vec<String>,
    /// What a number behind a gateway does when nothing was said about it.
    pub far_end: Behaviour,
    pub clock: Clock,
}

impl Default for SimServerConfig {
    fn default() -> Self {
        let sim = SimConfig::default();
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            password: sim.password,
            xml_curl_url: None,
            xml_curl_auth: None,
            cdr_url: None,
            cdr_spool: None,
            snapshot: None,
            seed: 1,
            domain: sim.domain,
            hostname: sim.hostname,
            gateways: sim.gateways,
            far_end: sim.far_end,
            clock: Clock::system(),
        }
    }
}

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum SimServerError {
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error("no HTTP client: {0}")]
    Http(#[from] reqwest::Error),
}

/// The switch's task.
pub struct Server {
    core: Core,
    config: SimServerConfig,
    http: reqwest::Client,
    conns: BTreeMap<ConnId, mpsc::Sender<Vec<u8>>>,
    next_conn: u64,
    news: mpsc::Sender<News>,
    poster: Poster,
    records: mpsc::Sender<Record>,
    stop: CancellationToken,
}

/// What reaches the task from connections and fetches.
enum News {
    Bytes(ConnId, Vec<u8>),
    Closed(ConnId),
    Xml(XmlId, Option<String>),
}

impl Server {
    /// Binds, boots the switch and returns its handle; it runs until [`Handle::shutdown`].
    ///
    /// # Errors
    /// When the address cannot be bound or no HTTP client can be made.
    pub async fn start(config: SimServerConfig) -> Result<Handle, SimServerError> {
        // Another part of the process may have chosen the TLS provider already; either is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().timeout(XML_TIMEOUT).no_proxy().user_agent("freeswitch-xml/1.0").build()?;
        let listener = TcpListener::bind(config.listen).await.map_err(|e| SimServerError::Listen(config.listen, e))?;
        let address = listener.local_addr().map_err(|e| SimServerError::Listen(config.listen, e))?;
        let sim = SimConfig {
            password: config.password.clone(),
            hostname: config.hostname.clone(),
            domain: config.domain.clone(),
            gateways: config.gateways.clone(),
            far_end: config.far_end,
        };
        let started = config.clock.now();
        let (orders, orders_in) = mpsc::channel(ORDERS_MAX);
        let (news, news_in) = mpsc::channel(ORDERS_MAX);
        let stop = CancellationToken::new();
        let mut core = Core::new(config.seed, sim, started);
        core.start(started);
        let poster = Poster {
            http: http.clone(),
            url: config.cdr_url.clone(),
            auth: config.xml_curl_auth.clone(),
            folder: config.cdr_spool.clone(),
        };
        let (records, to_post) = mpsc::channel(RECORDS_MAX);
        tokio::spawn(stop.clone().run_until_cancelled_owned(poster.clone().run(to_post)));
        let conns = BTreeMap::new();
        let server = Self { core, config, http, conns, next_conn: 0, news, poster, records, stop: stop.clone() };
        tokio::spawn(server.run(listener, orders_in, news_in));
        Ok(Handle { orders, address, stop })
    }

    async fn run(mut self, listener: TcpListener, mut orders: mpsc::Receiver<Order>, mut news: mpsc::Receiver<News>) {
        loop {
            self.flush();
            let wait = self.until_next();
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                Some(order) = orders.recv() => self.order(order),
                Some(item) = news.recv() => self.heard(item),
                Ok((stream, _)) = listener.accept(), if self.conns.len() < CONNECTIONS_MAX => self.accepted(stream),
                () = tokio::time::sleep(wait) => {}
            }
            let now = self.now();
            self.core.tick(now);
        }
    }

    fn now(&self) -> Millis {
        self.config.clock.now()
    }

    fn until_next(&self) -> Duration {
        let until = self.core.next_deadline().map(|at| self.config.clock.until(at));
        until.unwrap_or(LOOK_MAX).min(LOOK_MAX)
    }

    fn order(&mut self, order: Order) {
        let now = self.now();
        match order {
            Order::Act(act) => act(&mut self.core, now),
            Order::Restart(done) => {
                self.core.restart(now);
                self.flush();
                let _ = done.send(());
            }
            Order::Fault(fault, done) => {
                let mut faults = self.core.faults().clone();
                faults.apply(fault);
                self.core.set_faults(faults);
                if fault == Fault::CutConnections {
                    for conn in std::mem::take(&mut self.conns).into_keys() {
                        self.core.disconnect(conn, now);
                    }
                }
                let _ = done.send(());
            }
        }
    }

    fn heard(&mut self, item: News) {
        let now = self.now();
        match item {
            News::Bytes(conn, bytes) => self.core.input(conn, &bytes, now),
            News::Closed(conn) => {
                self.conns.remove(&conn);
                self.core.disconnect(conn, now);
            }
            News::Xml(id, body) => self.core.xml_response(id, body, now),
        }
    }

    fn accepted(&mut self, stream: TcpStream) {
        self.next_conn += 1;
        let conn = ConnId(self.next_conn);
        let (frames, frames_in) = mpsc::channel(CLIENT_QUEUE_MAX);
        self.conns.insert(conn, frames);
        let (news, stop) = (self.news.clone(), self.stop.clone());
        tokio::spawn(async move {
            serve(conn, stream, frames_in, &news, &stop).await;
            let _ = news.send(News::Closed(conn)).await;
        });
        let now = self.now();
        self.core.connect(conn, now);
    }

    /// Sends and fetches what the core asked for.
    fn flush(&mut self) {
        for output in self.core.take_outputs() {
            match output {
                Output::Send(conn, bytes) => {
                    let full = self.conns.get(&conn).is_some_and(|c| c.try_send(bytes).is_err());
                    if full {
                        self.conns.remove(&conn);
                    }
                }
                // The writer ends when its sender is gone, after what it still has.
                Output::Close(conn) => drop(self.conns.remove(&conn)),
                Output::Fetch { id, form } => self.fetch(id, form),
                Output::Record { uuid, json } => self.record(Record { uuid, json }),
            }
        }
    }

    fn record(&self, record: Record) {
        if self.core.faults().no_xml() {
            self.poster.keep(&record);
        } else if let Err(full) = self.records.try_send(record) {
            self.poster.keep(&full.into_inner());
        }
    }

    fn fetch(&self, id: XmlId, form: String) {
        let (news, asked) = (self.news.clone(), form.clone());
        let (slow, gone) = (self.core.faults().slow_xml_ms(), self.core.faults().no_xml());
        let request = self.config.xml_curl_url.as_ref().filter(|_| !gone).map(|url| {
            let request = self.http.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
            match &self.config.xml_curl_auth {
                Some((user, password)) => request.basic_auth(user, Some(password)),
                None => request,
            }
        });
        let (stop, files) = (self.stop.clone(), self.config.snapshot.clone());
        tokio::spawn(async move {
            let answer = async {
                if slow > 0 {
                    tokio::time::sleep(Duration::from_millis(slow)).await;
                }
                let response = request?.send().await.ok()?.error_for_status().ok()?;
                response.text().await.ok()
            };
            let found = async {
                match answer.await.filter(|text| !snapshot::is_not_found(text)) {
                    Some(text) => Some(text),
                    None => snapshot::read(files.as_deref()?, &asked).await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                body = found => drop(news.send(News::Xml(id, body)).await),
            }
        });
    }
}

/// Moves bytes between a client and the switch's task until one of them ends it.
async fn serve(conn: ConnId, stream: TcpStream, mut frames: mpsc::Receiver<Vec<u8>>, news: &mpsc::Sender<News>, stop: &CancellationToken) {
    let _ = stream.set_nodelay(true);
    let (mut read, mut write) = stream.into_split();
    let reader = async {
        let mut buffer = vec![0; READ_MAX_BYTES];
        while let Ok(count @ 1..) = read.read(&mut buffer).await {
            let bytes = buffer.get(..count).unwrap_or_default().to_vec();
            if news.send(News::Bytes(conn, bytes)).await.is_err() {
                break;
            }
        }
    };
    let writer = async {
        while let Some(frame) = frames.recv().await {
            if write.write_all(&frame).await.is_err() {
                break;
            }
        }
        let _ = write.shutdown().await;
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = reader => {}
        () = writer => {}
    }
}
