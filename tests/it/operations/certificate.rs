//! https: a certificate that changes while connections are open.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use ccgate::clock::Clock;
use ccgate::config::Https;
use libtest_mimic::Trial;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::ask;
use crate::harness::world::Kind;
use crate::harness::{World, patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("operations::a_new_certificate_is_shown_and_no_connection_lost", is_shown)]
}

type Pair = CertifiedKey<KeyPair>;

fn pair() -> Pair {
    generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate")
}

fn write(folder: &Path, certificate: &Pair, key: &Pair) {
    std::fs::write(folder.join("certificate.pem"), certificate.cert.pem()).expect("a file");
    std::fs::write(folder.join("key.pem"), key.signing_key.serialize_pem()).expect("a file");
}

/// A connection that is kept.
struct Client(TlsStream<TcpStream>);

impl Client {
    /// Trusts this certificate and no other.
    async fn connect(address: SocketAddr, trusted: &Pair) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.cert.der().clone()).expect("a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().expect("versions").with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("localhost").expect("a name");
        patience("a handshake", TlsConnector::from(Arc::new(config)).connect(name, stream)).await.map(Self)
    }

    /// The status of an answer that is read to its end.
    async fn get(&mut self, path: &str, key: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\n\r\n");
        self.0.write_all(request.as_bytes()).await.expect("ccgate reads");
        let head = self.until("\r\n\r\n").await;
        match head.lines().find_map(|line| line.strip_prefix("content-length: ")) {
            Some(bytes) => {
                let mut body = vec![0; bytes.parse().expect("a number")];
                self.0.read_exact(&mut body).await.expect("ccgate answers");
            }
            // It is chunked; no part of it looks like its end.
            None => drop(self.until("\r\n0\r\n\r\n").await),
        }
        head.split(' ').nth(1).expect("a status").to_owned()
    }

    async fn until(&mut self, end: &str) -> String {
        let mut read = String::new();
        while !read.ends_with(end) {
            read.push(self.0.read_u8().await.expect("ccgate answers").into());
        }
        read
    }
}

async fn is_shown() {
    let folder = TempDir::new().expect("a folder");
    let (first, second, third) = (pair(), pair(), pair());
    write(folder.path(), &first, &first);
    let https = Https {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    };
    let w = World::with(Kind::Sim, Clock::system(), |config| config.https = Some(https)).await;
    let (address, certificate) = (w.running().https().expect("it listens"), w.running().certificate().expect("it has one"));
    // Whoever does not speak TLS keeps nobody from it.
    let _silent = TcpStream::connect(address).await.expect("it listens");
    let mut old = Client::connect(address, &first).await.expect("the first is shown");
    assert_eq!(old.get("/api/user", w.key()).await, "200");

    // ccgate may see a change by itself before it is told to look, so what comes of it counts, not who saw it.
    write(folder.path(), &second, &second);
    let _told = certificate.look();
    assert_eq!(old.get("/api/user", w.key()).await, "200", "on the connection from before");
    assert!(Client::connect(address, &first).await.is_err(), "the old one is still shown");
    let mut new = Client::connect(address, &second).await.expect("the second is shown");
    assert_eq!(new.get("/api/user", w.key()).await, "200");

    write(folder.path(), &third, &second);
    let _told = certificate.look();
    assert!(certificate.is_refused());
    assert!(ask(&w, "/metrics").await.text().await.expect("text").contains("ccgate_https_certificate_refused 1\n"));
    assert_eq!(Client::connect(address, &second).await.expect("the good one is still shown").get("/api/user", w.key()).await, "200");

    write(folder.path(), &third, &third);
    let _told = certificate.look();
    assert!(!certificate.is_refused());
    Client::connect(address, &third).await.expect("the third is shown");
    for mut client in [old, new] {
        assert_eq!(client.get("/api/user", w.key()).await, "200");
    }
    w.stop().await;
}
