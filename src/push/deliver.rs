//! One attempt at one URL.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{RequestBuilder, StatusCode, Url, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;

use super::{Config, guard, sign};
use crate::clock::Millis;
use crate::domain::event::Body;
use crate::domain::hook::Method;
use crate::store::delivery::Due;
use crate::store::endpoint::Endpoint;

/// How long a connection may take to be made, in milliseconds.
pub const CONNECT_WAIT_MS: u64 = 5_000;
/// How long an attempt may take in all, in milliseconds.
pub const ATTEMPT_WAIT_MS: u64 = 15_000;
/// How much of an answer is read, in bytes. Nothing in it matters; a short one is read so that the connection can be used again.
pub const ANSWER_MAX_BYTES: usize = 16 * 1024;

const CONTENT_JSON: &str = "application/json";
const CONTENT_FORM: &str = "application/x-www-form-urlencoded";

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 2xx, and which.
    Delivered(u16),
    /// Anything else but the next.
    Failed {
        /// Why.
        failure: Failure,
        /// How long the customer asks us to wait, in milliseconds from now.
        retry_after_ms: Option<i64>,
    },
    /// 410: nothing is wanted at this address any more.
    Gone,
}

/// Why an attempt failed. Says nothing of the address or the answer, so that it can be logged and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Another status than 2xx, a redirect among them.
    #[error("status {0}")]
    Status(u16),
    /// Not within [`ATTEMPT_WAIT_MS`], or no connection within [`CONNECT_WAIT_MS`].
    #[error("timed out")]
    TimedOut,
    /// No connection.
    #[error("no connection")]
    NoConnection,
    /// The connection broke, or what came over it was not HTTP.
    #[error("the connection failed")]
    Broken,
    /// See [`guard`].
    #[error("the address is not public")]
    Refused,
    /// No URL with http or https.
    #[error("not an http or https URL")]
    BadUrl,
    /// See [`sign::BadSecret`].
    #[error("the secret is malformed")]
    BadSecret,
}

/// The client could not be made, for want of the system's certificates perhaps.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up")]
pub struct SetUpError(#[source] reqwest::Error);

/// Sends deliveries: straight to the address, never along a redirect or through a proxy.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    allowed: Arc<[IpNet]>,
}

impl Client {
    /// A client for these settings.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn new(config: &Config) -> Result<Self, SetUpError> {
        Self::resolving(config, guard::system_lookup())
    }

    /// The same with names looked up by `lookup`.
    ///
    /// # Errors
    /// [`SetUpError`].
    pub fn resolving(config: &Config, lookup: guard::Lookup) -> Result<Self, SetUpError> {
        // Err when somebody else was first, and then it is installed as well.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let allowed: Arc<[IpNet]> = config.allow_cidrs.clone().into();
        let http = reqwest::Client::builder()
            .user_agent(concat!("ccgate/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(guard::Resolver::new(lookup, Arc::clone(&allowed))))
            .connect_timeout(Duration::from_millis(CONNECT_WAIT_MS))
            .timeout(Duration::from_millis(ATTEMPT_WAIT_MS))
            .retry(reqwest::retry::never())
            .build()
            .map_err(SetUpError)?;
        Ok(Self { http, allowed })
    }

    /// Makes one attempt. `now` is stamped and signed.
    pub async fn send(&self, due: &Due, endpoint: &Endpoint, now: Millis) -> Outcome {
        match self.attempt(due, endpoint, now).await {
            Ok(outcome) => outcome,
            Err(failure) => Outcome::Failed { failure, retry_after_ms: None },
        }
    }

    async fn attempt(&self, due: &Due, endpoint: &Endpoint, now: Millis) -> Result<Outcome, Failure> {
        let url = self.checked(&endpoint.url)?;
        let request = match endpoint.method {
            None => signed(self.http.post(url), CONTENT_JSON, json(due)?, due, endpoint, now)?,
            Some(Method::Post) => signed(self.http.post(url), CONTENT_FORM, form(due)?.into_bytes(), due, endpoint, now)?,
            // There is no body to sign.
            Some(Method::Get) => self.http.get(with_query(url, &form(due)?)).header("webhook-id", &due.event_id),
        };
        let sent = request.send().await;
        let mut answer = sent.map_err(|error| why(&error))?;
        let (status, retry_after_ms) = (answer.status(), retry_after_ms(answer.headers(), now));
        let mut read_bytes = 0;
        // The status has been given: whatever becomes of the rest changes nothing.
        while let Ok(Some(chunk)) = answer.chunk().await {
            read_bytes += chunk.len();
            if read_bytes > ANSWER_MAX_BYTES {
                break;
            }
        }
        Ok(match status {
            status if status.is_success() => Outcome::Delivered(status.as_u16()),
            StatusCode::GONE => Outcome::Gone,
            status => Outcome::Failed { failure: Failure::Status(status.as_u16()), retry_after_ms },
        })
    }

    /// The URL, when it may be used as far as can be said without resolving a name: literal addresses never reach the resolver.
    fn checked(&self, url: &str) -> Result<Url, Failure> {
        let url = Url::parse(url).map_err(|_| Failure::BadUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Failure::BadUrl);
        }
        let host = url.host_str().ok_or(Failure::BadUrl)?;
        let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(ip) = literal.parse() {
            guard::check(ip, &self.allowed).map_err(|guard::Refused| Failure::Refused)?;
        }
        Ok(url)
    }
}

/// What the account's own address is sent.
fn json(due: &Due) -> Result<Vec<u8>, Failure> {
    let data: &RawValue = serde_json::from_str(due.data.as_str()).map_err(|_| Failure::Broken)?;
    let body = Body {
        id: &due.event_id,
        event: &due.name,
        ts: due.at.epoch_s(),
        account_id: due.address.account_id,
        reconciled: due.reconciled,
        data,
    };
    serde_json::to_vec(&body).map_err(|_| Failure::Broken)
}

/// What a hook is sent: the event's fields.
fn form(due: &Due) -> Result<String, Failure> {
    let fields: serde_json::Value = serde_json::from_str(due.data.as_str()).map_err(|_| Failure::Broken)?;
    serde_urlencoded::to_string(&fields).map_err(|_| Failure::Broken)
}

/// The URL with more behind what its query has already.
fn with_query(mut url: Url, more: &str) -> Url {
    let query = match url.query().filter(|query| !query.is_empty()) {
        Some(query) => format!("{query}&{more}"),
        None => more.to_owned(),
    };
    url.set_query(Some(&query));
    url
}

fn signed(
    request: RequestBuilder,
    content_type: &str,
    body: Vec<u8>,
    due: &Due,
    endpoint: &Endpoint,
    now: Millis,
) -> Result<RequestBuilder, Failure> {
    let timestamp_s = now.epoch_s();
    let secrets = endpoint.secrets.iter().map(SecretString::expose_secret);
    let signature = sign::sign_all(secrets, &due.event_id, timestamp_s, &body).map_err(|sign::BadSecret| Failure::BadSecret)?;
    let request = request.header(CONTENT_TYPE, content_type).header("webhook-id", &due.event_id);
    Ok(request.header("webhook-timestamp", timestamp_s).header("webhook-signature", signature).body(body))
}

fn why(error: &reqwest::Error) -> Failure {
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(cause) = source {
        if cause.is::<guard::Refused>() {
            return Failure::Refused;
        }
        source = cause.source();
    }
    if error.is_timeout() {
        Failure::TimedOut
    } else if error.is_connect() {
        Failure::NoConnection
    } else {
        Failure::Broken
    }
}

/// `Retry-After` as milliseconds from now: seconds, or a date.
fn retry_after_ms(headers: &HeaderMap, now: Millis) -> Option<i64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(i64::from(seconds) * 1_000);
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Millis(date.as_millisecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            retry_after_ms(&headers, Millis(784_111_767_000))
        };
        assert_eq!(read("120"), Some(120_000));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(10_000));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0));
        for bad in ["", "-1", "soon", "1.5", "99999999999"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_url_is_http_and_its_literal_address_public() {
        let client = Client::new(&Config::default()).unwrap();
        for bad in ["", "example.com", "ftp://example.com/", "file:///etc/passwd", "javascript:1", "http://"] {
            assert_eq!(client.checked(bad), Err(Failure::BadUrl), "{bad:?}");
        }
        for refused in ["http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "https://[::ffff:10.0.0.1]:8443/"] {
            assert_eq!(client.checked(refused), Err(Failure::Refused), "{refused:?}");
        }
        for fine in ["http://example.com/hook", "https://1.1.1.1:8443/?a=b"] {
            assert!(client.checked(fine).is_ok(), "{fine:?}");
        }
    }
}
