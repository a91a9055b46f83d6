//! The lab's own client of its API.

use anyhow::bail;
use serde_json::Value;

/// A client with a key. Clones share its connections.
#[derive(Clone, Debug)]
pub(super) struct Api {
    client: reqwest::Client,
    url: String,
    key: String,
}

impl Api {
    pub(super) fn new(url: &str, key: &str) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { client, url: url.to_owned(), key: key.to_owned() })
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(self.client.get(format!("{}{path}", self.url)), path).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        let request = self.client.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        self.send(request.body(body.to_string()), path).await
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> anyhow::Result<Value> {
        let answer = request.header("x-api-key", &self.key).send().await?;
        let body: Value = serde_json::from_slice(&answer.bytes().await?)?;
        if body["success"] != true {
            bail!("{path}: {}", body["msg"]);
        }
        Ok(body)
    }
}
