//! An API client.

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::described::Asked;
use super::listening::Listening;
use super::open_post::OpenPost;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: HeaderMap,
}

/// A client with a key, or without one, and with headers of its own.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    base: String,
    key: Option<String>,
    headers: HeaderMap,
    old_status: bool,
}

impl Api {
    /// A client of the ccgate at `base`.
    pub(crate) fn new(base: String, key: Option<String>) -> Self {
        let client = Client::builder().no_proxy().build().expect("an HTTP client");
        Self { client, base, key, headers: HeaderMap::new(), old_status: false }
    }

    /// The same with another key.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same without a key.
    pub(crate) fn anonymous(&self) -> Self {
        Self { key: None, ..self.clone() }
    }

    /// The same of an account with `legacy_http_status`: what is refused comes as 200.
    pub(crate) fn old_status(&self) -> Self {
        Self { old_status: true, ..self.clone() }
    }

    /// The same with another header.
    pub(crate) fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.append(name, value.parse().expect("a header's value"));
        other
    }

    /// The same from another address: the test is a proxy that ccgate trusts.
    pub(crate) fn from(&self, address: &str) -> Self {
        self.with_header("x-forwarded-for", address)
    }

    /// Whether it says that it comes from another address.
    pub(crate) fn is_somewhere(&self) -> bool {
        self.headers.contains_key("x-forwarded-for")
    }

    /// Any method; the body is JSON, and none when it is null.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        if body.is_null() { self.send(self.request(method, path)).await } else { self.json(method, path, body.clone()).await }
    }

    /// Sends these bytes and no other, on a connection of its own; the head and the body of the answer.
    pub(crate) async fn raw(&self, request: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.base.trim_start_matches("http://")).await.expect("ccgate listens");
        stream.write_all(request.as_bytes()).await.expect("ccgate reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("the answer is text");
        let (head, body) = text.split_once("\r\n\r\n").expect("an HTTP answer");
        (head.to_owned(), body.to_owned())
    }

    /// Asks, and holds the answer's head to what is described.
    async fn ask(&self, request: RequestBuilder) -> (Asked, Response) {
        let request = request.build().expect("a request");
        let asked = Asked::new(request.method().as_str(), request.url().path()).old_status(self.old_status);
        let response = self.client.execute(request).await.expect("ccgate answers");
        asked.check(response.status().as_u16(), response.headers(), None);
        (asked, response)
    }

    /// Where ccgate listens.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The key.
    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().expect("this client has a key")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Status, headers and bytes of a file.
    pub(crate) async fn file(&self, method: Method, path: &str) -> (u16, HeaderMap, Vec<u8>) {
        let (_, response) = self.ask(self.request(method, path)).await;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, response.bytes().await.expect("the answer comes whole").to_vec())
    }

    /// What is no JSON: its content type and its text.
    pub(crate) async fn get_text(&self, path: &str) -> (String, String) {
        let (_, response) = self.ask(self.request(Method::GET, path)).await;
        let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_owned();
        (kind, response.text().await.expect("the answer is text"))
    }

    /// The status alone, to a request with this header.
    pub(crate) async fn status_with(&self, method: Method, path: &str, name: &str, value: &str) -> u16 {
        self.ask(self.request(method, path).header(name, value)).await.1.status().as_u16()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.json(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.json(Method::PUT, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn delete_with(&self, path: &str, body: Value) -> Answer {
        self.json(Method::DELETE, path, body).await
    }

    /// A POST whose body is sent piece by piece.
    pub(crate) async fn begin_post(&self, path: &str, content_type: &str) -> OpenPost {
        OpenPost::begin(&self.base, path, self.key(), content_type).await
    }

    pub(crate) async fn post_form(&self, path: &str, body: &str) -> Answer {
        self.post_raw(path, "application/x-www-form-urlencoded", body).await
    }

    pub(crate) async fn post_raw(&self, path: &str, content_type: &str, body: &str) -> Answer {
        self.send_raw(Method::POST, path, content_type, body).await
    }

    pub(crate) async fn send_raw(&self, method: Method, path: &str, content_type: &str, body: &str) -> Answer {
        self.send(self.request(method, path).header("content-type", content_type).body(body.to_owned())).await
    }

    async fn json(&self, method: Method, path: &str, body: Value) -> Answer {
        self.send(self.request(method, path).header("content-type", "application/json").body(body.to_string())).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base)).headers(self.headers.clone());
        match &self.key {
            Some(key) => request.header("x-api-key", key),
            None => request,
        }
    }

    /// The live stream, or why there is none; goes on after `last` when that is not empty.
    pub(crate) async fn listen(&self, query: &str, last: &str) -> Result<Listening, Answer> {
        self.listen_to(&format!("/api/stream{query}"), last).await
    }

    /// The same of another path.
    pub(crate) async fn listen_to(&self, path: &str, last: &str) -> Result<Listening, Answer> {
        let request = self.request(Method::GET, path);
        let request = if last.is_empty() { request } else { request.header("last-event-id", last) };
        Listening::of(self.ask(request).await.1).await
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        let (asked, response) = self.ask(request).await;
        let answer = Answer::of(response).await;
        asked.check(answer.status, &answer.headers, Some(&answer.body));
        answer
    }
}

impl Answer {
    /// A live stream has no end: that it is one is all that is told of it.
    pub(crate) async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        if headers.get("content-type").is_some_and(|kind| kind == "text/event-stream") {
            return Self { status, body: json!({"success": true, "data": null}), headers };
        }
        if headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"audio/")) {
            return Self { status, body: Value::Null, headers };
        }
        let text = response.text().await.expect("the answer is text");
        if text.is_empty() {
            return Self { status, body: Value::Null, headers };
        }
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("the answer is no JSON: {status} {text}"));
        Self { status, body, headers }
    }
}
