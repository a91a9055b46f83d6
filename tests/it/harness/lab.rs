//! `ccgate lab` as a process of its own, as a customer's test starts it.

use std::path::Path;

use super::api::Api;
use super::process::Process;

/// A lab, ended when it is dropped. It is an [`Api`] with the key that it printed.
pub(crate) struct Lab {
    api: Api,
    operations: String,
    process: Process,
}

impl std::ops::Deref for Lab {
    type Target = Api;

    fn deref(&self) -> &Api {
        &self.api
    }
}

impl Lab {
    /// Starts one on a free port; returns when it says that it is ready.
    pub(crate) async fn start(args: &[&str]) -> Self {
        // Nothing else in this process has chosen it: the lab is another.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let args: Vec<_> = ["lab", "--listen", "127.0.0.1:0"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
        let mut process = Process::of_machine(Path::new(env!("CARGO_BIN_EXE_ccgate")), &args, &[]);
        let (mut url, mut key, mut operations) = (None, None, None);
        loop {
            let line = process.line().await.expect("the lab goes on");
            match line.split_once('=') {
                Some(("url", value)) => url = Some(value.to_owned()),
                Some(("api_key", value)) => key = Some(value.to_owned()),
                Some(("operations", value)) => operations = Some(value.to_owned()),
                _ if line == "ready" => break,
                _ => {}
            }
        }
        let operations = operations.expect("where it is watched");
        Self { api: Api::new(url.expect("its address"), key), operations, process }
    }

    /// What the operator's listener answers.
    pub(crate) async fn metrics(&self) -> String {
        let answer = reqwest::get(format!("{}/metrics", self.operations)).await.expect("the operator's listener answers");
        answer.text().await.expect("it is text")
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> Option<String> {
        self.process.next_line().await
    }

    /// Ends it at once.
    pub(crate) async fn stop(mut self) {
        self.process.kill().await;
    }
}
