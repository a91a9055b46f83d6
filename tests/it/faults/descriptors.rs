//! No descriptor is left: nobody is let in, no connection to the switch or to a customer can be made.

use libtest_mimic::Trial;
use serde_json::json;
use tokio::net::TcpStream;

use super::at_work;
use crate::harness::serve::{Ccgate, Limit};
use crate::harness::{patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_fault_no_descriptor_is_left", gone)]
}

/// Errors that a fault of some seconds may make: one each second and listener, not one after the other.
const ERRORS_MAX: usize = 100;

async fn gone() {
    let (mut w, secret, user) = at_work().await;
    w.stop_ccgate().await;
    let folder = tempfile::TempDir::new().expect("a folder");
    let log = folder.path().join("log");
    let mut ccgate = Ccgate::logging(&w, &log);
    ccgate.is_ready(&w).await;

    let call = w.phones.call_in("972501234567", "97237000").await;
    for _ in 0..2 {
        w.sink.next("call:answer", &secret).await;
    }
    assert_eq!(w.get("/api/pause").await.status, 200);

    ccgate.limit(Limit::Descriptors(Some(1))).await;
    let _in_vain = TcpStream::connect(w.config().http.listen).await.expect("the kernel answers");
    w.cut();
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience("ccgate to have no descriptor for the switch", async {
        let says = |text: &str| std::fs::read_to_string(&log).expect("a log").contains(text);
        while !says("no connection to the switch") || !says("Too many open files") {
            looks.tick().await;
        }
    })
    .await;
    // Whoever has a connection is answered.
    let refused = w.get(&format!("/api/cc_agent/setPause?user_id={user}&id=1")).await;
    assert_eq!(refused.status, 503, "{}", refused.body);
    w.phones.hang_up(call).await;
    w.idle().await;

    ccgate.limit(Limit::Descriptors(None)).await;
    ccgate.is_ready(&w).await;
    for _ in 0..2 {
        w.sink.next("call:end", &secret).await;
    }
    let errors = std::fs::read_to_string(&log).expect("a log").matches("accept error").count();
    assert!((1..ERRORS_MAX).contains(&errors), "whoever lets callers in has tried {errors} times");
    assert_eq!(w.post("/api/pause", json!({"name": "Tea"})).await.status, 200);
    assert!(ccgate.terminate().await.success());
    w.start_ccgate().await;
    w.stop().await;
}
