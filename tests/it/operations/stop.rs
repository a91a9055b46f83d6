//! What is under way when ccgate is told to stop. That deliveries are finished or kept is tested with the event push and the crashes.

use std::time::Duration;

use libtest_mimic::Trial;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::interval;

use crate::harness::{World, patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("operations::a_request_under_way_is_answered_before_ccgate_stops", is_answered)]
}

/// How often it is looked whether ccgate still listens.
const LOOK_EVERY: Duration = Duration::from_millis(10);

async fn is_answered() {
    let mut w = World::start().await;
    let body = r#"{"name": "Tea"}"#;
    let address = w.running().address();
    let mut stream = TcpStream::connect(address).await.expect("ccgate listens");
    let head = format!(
        "POST /api/pause HTTP/1.1\r\nhost: {address}\r\nx-api-key: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\n\r\n",
        w.key(),
        body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("ccgate reads");
    let mut read = vec![0; 25];
    patience("ccgate to wait for the body", stream.read_exact(&mut read)).await.expect("ccgate asks for the body");
    assert_eq!(read, b"HTTP/1.1 100 Continue\r\n\r\n");
    let answered = async {
        let mut looks = interval(LOOK_EVERY);
        patience("ccgate to take no more connections", async {
            while TcpStream::connect(address).await.is_ok() {
                looks.tick().await;
            }
        })
        .await;
        stream.write_all(body.as_bytes()).await.expect("ccgate still reads");
        let mut answer = String::new();
        patience("the answer", stream.read_to_string(&mut answer)).await.expect("the answer is text");
        answer
    };
    let ((), answer) = tokio::join!(w.stop_ccgate(), answered);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    // It was done as ever, switch and all, and kept.
    assert!(!answer.contains("\"applied\":false"), "{answer}");
    w.start_ccgate().await;
    assert!(w.get("/api/pause").await.body.to_string().contains("\"Tea\""));
    w.stop().await;
}
