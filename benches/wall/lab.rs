//! `ccgate lab`, from its first command to a wallboard on which something happens.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use tokio::time::Instant;

/// How long it takes from the start of the process until a wall shows that a caller came.
pub async fn moving() -> Duration {
    let begun = Instant::now();
    let mut lab = Command::new(env!("CARGO_BIN_EXE_ccgate"))
        .args(["lab", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("ccgate runs");
    let mut lines = BufReader::new(lab.stdout.take().expect("its output")).lines();
    let (mut url, mut key) = (String::new(), String::new());
    while let Some(line) = lines.next_line().await.expect("its output") {
        match line.split_once('=') {
            Some(("url", value)) => value.clone_into(&mut url),
            Some(("api_key", value)) => value.clone_into(&mut key),
            _ if line == "ready" => break,
            _ => {}
        }
    }
    println!("\nlab: ready after {:.2} s", begun.elapsed().as_secs_f64());
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let asked = client.get(format!("{url}/api/wallboard/stream")).header("x-api-key", key);
    let (mut wall, mut text) = (asked.send().await.expect("an answer"), String::new());
    while !text.contains("\"waiting\":[{") {
        let piece = wall.chunk().await.expect("a stream").expect("the stream goes on");
        text.push_str(&String::from_utf8_lossy(&piece));
    }
    begun.elapsed()
}
