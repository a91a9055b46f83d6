//! `ccgate lab` as a process of its own, as a customer's test starts it.

use std::path::Path;

use super::api::Api;
use super::process::Process;

/// A lab, ended when it is dropped. It is an [`Api`] with the key that it printed.
pub(crate) struct Lab {
    api: Api,
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
        let (mut url, mut key) = (None, None);
        loop {
            let line = process.line().await.expect("the lab goes on");
            match line.split_once('=') {
                Some(("url", value)) => url = Some(value.to_owned()),
                Some(("api_key", value)) => key = Some(value.to_owned()),
                _ if line == "ready" => break,
                _ => {}
            }
        }
        Self { api: Api::new(url.expect("its address"), key), process }
    }

    /// Ends it at once.
    pub(crate) async fn stop(mut self) {
        self.process.kill().await;
    }
}
