//! The certificate of https, read anew when its files change: connections that there are keep theirs, new ones are shown the new one.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_util::sync::CancellationToken;

/// How often the files are looked at.
pub const LOOK_EVERY: Duration = Duration::from_secs(10);
/// The largest file that is read, in bytes: a chain has some thousands.
pub const FILE_MAX_BYTES: u64 = 1024 * 1024;

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{} cannot be read: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A file is no PEM of its kind.
    #[error("{} holds no {what} in PEM: {why}", path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// Why it does not.
        why: pem::Error,
    },
    /// The two do not belong together, or are of a kind that cannot be used.
    #[error("certificate and key cannot be used together: {0}")]
    Pair(#[from] rustls::Error),
}

/// A certificate with its key, of two files.
#[derive(Debug)]
pub struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
    shown: ArcSwap<CertifiedKey>,
    /// What was last read, and whether it could be used: a bad pair is told of once.
    seen: Mutex<(Pair, bool)>,
}

/// What stands in the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Pair {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Certificate {
    /// Reads both: PEM, the certificate with those that it was signed by behind it.
    ///
    /// # Errors
    /// See [`TlsError`].
    pub fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let pair = Pair { certificate: read(certificate)?, key: read(key)? };
        let shown = ArcSwap::from_pointee(pair.certified(certificate, key)?);
        Ok(Self { certificate: certificate.to_owned(), key: key.to_owned(), shown, seen: Mutex::new((pair, true)) })
    }

    /// Reads both again where they have changed; whether another certificate is shown from now on. One that cannot be used changes nothing.
    ///
    /// # Errors
    /// See [`TlsError`]; for a pair that was refused before it is `Ok(false)`.
    pub fn look(&self) -> Result<bool, TlsError> {
        let pair = match (read(&self.certificate), read(&self.key)) {
            (Ok(certificate), Ok(key)) => Pair { certificate, key },
            // A file that is not there looks like one that is empty, and is told of once too.
            (Err(error), _) | (_, Err(error)) => return if self.is_news(Pair::default()) { Err(error) } else { Ok(false) },
        };
        if !self.is_news(pair.clone()) {
            return Ok(false);
        }
        self.shown.store(Arc::new(pair.certified(&self.certificate, &self.key)?));
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        Ok(true)
    }

    /// Whether the files hold what cannot be used, so that an older certificate is shown.
    pub fn is_refused(&self) -> bool {
        !self.seen.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Looks at the files now and then, until `closing`.
    pub async fn watch(self: Arc<Self>, closing: CancellationToken) {
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = closing.cancelled() => return,
                _ = looks.tick() => {}
            }
            match self.look() {
                Ok(true) => tracing::info!("another certificate is shown from now on"),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "the new certificate is not taken, and the old one shown; put a good pair into the files of [https]")
                }
            }
        }
    }

    /// What a listener needs to show it.
    ///
    /// # Errors
    /// [`TlsError::Pair`].
    pub(super) fn server(self: Arc<Self>) -> Result<ServerConfig, TlsError> {
        let server = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions()?.with_no_client_auth();
        let mut server = server.with_cert_resolver(self);
        server.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(server)
    }

    /// Notes what was read; false when it was read before.
    fn is_news(&self, pair: Pair) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let news = seen.0 != pair;
        if news {
            *seen = (pair, false);
        }
        news
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.load_full())
    }
}

impl Pair {
    fn certified(&self, certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
        let no_pem = |path: &Path, what| {
            let path = path.to_owned();
            move |why| TlsError::Pem { path, what, why }
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.and_then(|chain| if chain.is_empty() { Err(pem::Error::NoItemsFound) } else { Ok(chain) });
        let chain = chain.map_err(no_pem(certificate, "certificate"))?;
        let private = PrivateKeyDer::from_pem_slice(&self.key).map_err(no_pem(key, "private key"))?;
        Ok(CertifiedKey::from_der(chain, private, &provider())?)
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let failed = |why| TlsError::File { path: path.to_owned(), why };
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > FILE_MAX_BYTES {
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {FILE_MAX_BYTES} bytes"))));
    }
    std::fs::read(path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use rcgen::generate_simple_self_signed;

    use super::*;

    #[test]
    fn a_bad_pair_is_told_of_once_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
        let (one, other) = (generate_simple_self_signed(vec!["a".into()]).unwrap(), generate_simple_self_signed(vec!["b".into()]).unwrap());
        std::fs::write(&certificate, one.cert.pem()).unwrap();
        assert!(Certificate::read(&certificate, &key).unwrap_err().to_string().contains("key.pem cannot be read"));
        std::fs::write(&key, "no key").unwrap();
        assert!(Certificate::read(&certificate, &key).unwrap_err().to_string().contains("key.pem holds no private key"));
        std::fs::write(&key, one.signing_key.serialize_pem()).unwrap();
        let shown = Certificate::read(&certificate, &key).unwrap();
        let der = |shown: &Certificate| shown.shown.load().cert[0].clone();
        assert!(!shown.look().unwrap() && !shown.is_refused());
        std::fs::write(&certificate, other.cert.pem()).unwrap();
        assert!(shown.look().unwrap_err().to_string().contains("cannot be used together"));
        assert!(!shown.look().unwrap() && shown.is_refused());
        std::fs::remove_file(&key).unwrap();
        assert!(shown.look().is_err() && !shown.look().unwrap());
        assert_eq!(der(&shown), *one.cert.der());
        std::fs::write(&key, other.signing_key.serialize_pem()).unwrap();
        assert!(shown.look().unwrap() && !shown.is_refused());
        assert_eq!(der(&shown), *other.cert.der());
    }
}
