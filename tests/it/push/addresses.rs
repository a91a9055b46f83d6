//! Where a request may go.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::Response;
use ccgate::push::Config;
use ccgate::push::deliver::Client;
use libtest_mimic::Failed;

use super::fixture::Fixture;
use super::sink::{Sink, status};

/// A name whose address is allowed at first, and another one later.
pub async fn a_name_that_turns_private_is_refused() {
    let fixture = Fixture::new().await;
    // So that the next request asks for the name again.
    let sink = Sink::answering(|_| Response::builder().status(200).header("connection", "close").body(Body::empty()).unwrap()).await;
    let account = fixture.account("a.example", &format!("http://hook.example:{}/", sink.port)).await;
    let turned = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&turned);
    let config = Config { allow_cidrs: vec!["127.0.0.1/32".parse().unwrap()], ..Config::default() };
    let client = Client::resolving(
        &config,
        Arc::new(move |name| {
            assert_eq!(name, "hook.example");
            let last = if asked.load(Ordering::SeqCst) { 2 } else { 1 };
            Box::pin(async move { Ok(vec![SocketAddr::from(([127, 0, 0, last], 0))]) })
        }),
    )
    .unwrap();
    fixture.happen(account, &[("a", 1)]).await;
    assert_eq!(fixture.run_with(client.clone()).await.delivered, 1);
    turned.store(true, Ordering::SeqCst);
    fixture.happen(account, &[("a", 2)]).await;
    assert_eq!(fixture.run_with(client.clone()).await.failed, 1);
    assert_eq!(fixture.last_error(account).await.as_deref(), Some("the address is not public"));
    assert_eq!(sink.numbers(), [1]);
    turned.store(false, Ordering::SeqCst);
    fixture.clock.advance_ms(6_000);
    assert_eq!(fixture.run_with(client).await.delivered, 1, "it is asked for each connection");
}

/// The name of the test that runs in a process of its own, for its environment's sake.
pub const NO_PROXY: &str = "push::no_proxy_is_used";
/// Set for that process: the proxy.
const PROXY: &str = "HTTP_PROXY";

/// The environment names a proxy, which gets nothing.
pub fn no_proxy_is_used() -> Result<(), Failed> {
    const ALONE: &str = "CCGATE_TEST_ALONE";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if std::env::var_os(ALONE).is_some() {
        assert!(std::env::var_os(PROXY).is_some());
        runtime.block_on(async {
            let fixture = Fixture::new().await;
            let sink = Sink::answering(|_| status(200)).await;
            let account = fixture.account("a.example", &sink.url).await;
            fixture.happen(account, &[("a", 1)]).await;
            assert_eq!(fixture.run().await.delivered, 1);
            assert_eq!(sink.received()[0].path, "/hook");
        });
        return Ok(());
    }
    runtime.block_on(async {
        // It would take what it gets.
        let proxy = Sink::answering(|_| status(200)).await;
        let url = format!("http://127.0.0.1:{}", proxy.port);
        let mut command = tokio::process::Command::new(std::env::current_exe()?);
        command.args(["--exact", NO_PROXY]).env(ALONE, "1");
        for name in [PROXY, "http_proxy", "ALL_PROXY", "all_proxy"] {
            command.env(name, &url);
        }
        let child = command.output().await?;
        let told = String::from_utf8_lossy(&child.stdout);
        if !(child.status.success() && told.contains("1 passed")) {
            return Err(told.into_owned().into());
        }
        assert!(proxy.received().is_empty());
        Ok(())
    })
}
