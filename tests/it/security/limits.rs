//! Too many, too much, too deep and too slow: refused or closed, while everybody else is served. What takes time is tried with a made clock in
//! `facade::server`.

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ccgate::clock::Clock;
use ccgate::config::Config;
use ccgate::facade::callcenter::call::MAX_BODY_BYTES;
use ccgate::facade::server::{HEAD_BYTES_MAX, HEADERS_MAX};
use ccgate::xml_curl::BODY_MAX_BYTES;
use libtest_mimic::Trial;
use reqwest::Method;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::facade::callcenter::data;
use crate::harness::described::every_operation;
use crate::harness::world::Kind;
use crate::harness::{World, patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(concat!(module_path!(), "::of_connections_in_all"), || async {
            with(|config| config.http.connections_max = ALL, connections_in_all).await;
        }),
        trial(concat!(module_path!(), "::of_connections_of_an_address"), || async {
            let few = |config: &mut Config| {
                config.http.trusted_proxies.clear();
                config.http.connections_per_address_max = OF_ONE;
            };
            with(few, connections_of_an_address).await;
        }),
        trial(concat!(module_path!(), "::of_a_head"), || async { with(|_| {}, heads).await }),
        trial(concat!(module_path!(), "::of_a_body"), || async { with(|_| {}, bodies).await }),
        trial(concat!(module_path!(), "::of_depth_at_every_operation"), || async { with(|_| {}, depth).await }),
        trial(concat!(module_path!(), "::the_switchs_door_reads_nothing_of_a_stranger"), || async { with(|_| {}, strangers).await }),
    ]
}

/// Connections in all, where they are few.
const ALL: usize = 40;
/// Of one address.
const OF_ONE: usize = 30;

async fn with(edit: impl FnOnce(&mut Config), test: impl AsyncFnOnce(&mut World)) {
    let mut world = World::with(Kind::Sim, Clock::system(), edit).await;
    test(&mut world).await;
    world.stop().await;
}

/// A connection from one of loopback's addresses.
async fn connect(w: &World, from: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from(([127, 0, 0, from], 0))).expect("an address of loopback");
    socket.connect(w.config().http.listen).await.expect("ccgate listens")
}

/// The first bytes of the answer to `head`; none when the connection is closed without one.
async fn asks(connection: &mut TcpStream, head: &str) -> Option<String> {
    let mut first = [0; 12];
    let (mut read, mut write) = connection.split();
    // Who is refused early may not be able to write the rest.
    let (_written, read) =
        patience("an answer, or the end", async { tokio::join!(write.write_all(head.as_bytes()), read.read_exact(&mut first)) }).await;
    read.ok()?;
    Some(String::from_utf8_lossy(&first).into_owned())
}

const ASKS: &str = "GET /api/user HTTP/1.1\r\nhost: a\r\n\r\n";
const REFUSED: &str = "HTTP/1.1 401";

async fn connections_in_all(w: &mut World) {
    // The test's own client keeps its connection.
    data(w.get("/api/user").await);
    let mut held = Vec::new();
    // Some are the switch's and the test's own.
    while let (mut connection, true) = (connect(w, 3).await, held.len() <= ALL) {
        match asks(&mut connection, ASKS).await {
            Some(status) => {
                assert_eq!(status, REFUSED);
                held.push(connection);
            }
            None => break,
        }
    }
    assert!(held.len() < ALL && held.len() > ALL / 2, "{} were let in", held.len());
    data(w.get("/api/user").await);
    held.clear();
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    patience("a place to be free", async {
        while asks(&mut connect(w, 3).await, ASKS).await.is_none() {
            looks.tick().await;
        }
    })
    .await;
}

/// They say nothing whole, and are neither answered nor forgotten.
async fn connections_of_an_address(w: &mut World) {
    data(w.get("/api/user").await);
    let mut held = Vec::new();
    for _ in 0..OF_ONE {
        let mut connection = connect(w, 3).await;
        connection.write_all(b"GET /api/user HTTP/1.1\r\nhost:").await.expect("it is let in");
        held.push(connection);
    }
    assert_eq!(asks(&mut connect(w, 3).await, ASKS).await, None);
    assert_eq!(asks(&mut connect(w, 4).await, ASKS).await.as_deref(), Some(REFUSED));
    data(w.get("/api/user").await);
    let page = reqwest::get(format!("http://{}/metrics", w.running().operations())).await.expect("a page").text().await.expect("text");
    assert!(page.contains("ccgate_http_connections_refused_total{listener=\"http\"} 1\n"), "{page}");
    assert_eq!(asks(&mut held[0], " a\r\n\r\n").await.as_deref(), Some(REFUSED), "who is in is answered");
}

async fn heads(w: &mut World) {
    let long = "x".repeat(HEAD_BYTES_MAX);
    for (head, status) in [
        (format!("GET /api/user HTTP/1.1\r\nhost: a\r\nx: {long}\r\n\r\n"), "HTTP/1.1 431"),
        (format!("GET /api/user HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(HEADERS_MAX + 1)), "HTTP/1.1 431"),
        (format!("GET /api/user?q={long} HTTP/1.1\r\nhost: a\r\n\r\n"), "HTTP/1.1 431"),
        ("GET  /api/user\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        ("GET /api/user HTTP/1.1\r\nhost : a\r\n\r\n".to_owned(), "HTTP/1.1 400"),
        // Of two lengths, a proxy may believe the other one.
        ("POST /api/user HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_owned(), "HTTP/1.1 400"),
        ("POST /api/user HTTP/1.1\r\ncontent-length: +1\r\n\r\na".to_owned(), "HTTP/1.1 400"),
    ] {
        let mut connection = connect(w, 1).await;
        assert_eq!(asks(&mut connection, &head).await.as_deref(), Some(status), "{:.80}", head);
        let mut rest = Vec::new();
        let _reset = patience("the connection to be closed", connection.read_to_end(&mut rest)).await;
        assert!(!String::from_utf8_lossy(&rest).contains("HTTP/1.1"), "what came behind it was taken for a request");
    }
    data(w.get("/api/user").await);
}

/// A byte too many: the surfaces' own words.
async fn bodies(w: &mut World) {
    let client = w.with_key(w.key());
    let long = |bytes: usize| format!("{{\"x\":\"{}\"}}", "x".repeat(bytes));
    let answer = client.post_raw("/api/site", "application/json", &long(MAX_BODY_BYTES)).await;
    assert_eq!((answer.status, answer.body["success"].as_bool()), (413, Some(false)));
    let small = long(64 * 1024);
    let account = w.account_id();
    let answer = client.post_raw(&format!("/client/{account}/agent/local/{}/event/", w.user_id()), "application/json", &small).await;
    assert!(answer.status >= 400, "{}", answer.body);
    assert_eq!(client.post_raw("/oauth/token", "application/x-www-form-urlencoded", &small).await.status, 400);
    assert_eq!(client.post_raw("/deepcall/api/v2/agentProfile/agentOnBreak", "application/json", &small).await.body["code"], 413);
    let answer = client.post_raw("/API/UpdateAgentState.php?action=showqueue", "application/x-www-form-urlencoded", &small).await;
    assert_eq!(answer.body["status"], "error");
}

/// Deeper than a stack: JSON, and arrays of forms.
async fn depth(w: &mut World) {
    const DEEP: usize = 9_000;
    let object = format!("{}1{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP));
    let array = format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    let unclosed = "[{\"a\":".repeat(DEEP);
    let fields = format!("name{}=1", "[a]".repeat(DEEP));
    let mut tried = 0;
    for (method, path, _) in every_operation() {
        if method == "GET" {
            continue;
        }
        let path: String = path.split('/').map(|part| if part.starts_with('{') { "999999" } else { part }).collect::<Vec<_>>().join("/");
        let method: Method = method.parse().expect("a method");
        for (kind, body) in [
            ("application/json", &object),
            ("application/json", &array),
            ("application/json", &unclosed),
            ("application/x-www-form-urlencoded", &fields),
        ] {
            let answer = w.send_raw(method.clone(), &path, kind, body).await;
            assert!(answer.status < 500, "{method} {path}: {} {}", answer.status, answer.body);
            assert!(
                kind.ends_with("urlencoded") || path.contains(".php") || is_refusal(&answer),
                "{method} {path}: {} {}",
                answer.status,
                answer.body
            );
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
    // Rows of an upload are read one by one.
    let list = data(w.post("/api/phone_list", serde_json::json!({"name": "List"})).await)["id"].clone();
    for body in [&array, &format!("[{{\"phone\":{object}}}]"), &unclosed] {
        let answer = w.post_raw(&format!("/api/phone_list/{list}/lead"), "application/json", body).await;
        assert!(
            (200..500).contains(&answer.status) && !answer.body.to_string().contains("\"added\":1"),
            "{} {}",
            answer.status,
            answer.body
        );
    }
    data(w.get("/api/user").await);
}

fn is_refusal(answer: &crate::harness::Answer) -> bool {
    answer.status >= 400 || answer.body["status"] == "error"
}

/// Who is not the switch is refused before it has sent what it says that it will; the switch's own has a limit.
async fn strangers(w: &mut World) {
    let password = w.config().xml_curl.password.expose_secret();
    let head = |door: &str, password: &str, bytes: usize| {
        let credentials = STANDARD.encode(format!("freeswitch:{password}"));
        format!("POST /freeswitch/{door} HTTP/1.1\r\nhost: a\r\nauthorization: Basic {credentials}\r\ncontent-length: {bytes}\r\n\r\n")
    };
    for door in ["xml", "cdr"] {
        assert_eq!(asks(&mut connect(w, 1).await, &head(door, "wrong", 1_000)).await.as_deref(), Some(REFUSED));
        let mut connection = connect(w, 1).await;
        let long = format!("{}{}", head(door, password, BODY_MAX_BYTES + 1), "x".repeat(BODY_MAX_BYTES + 1));
        assert_eq!(asks(&mut connection, &long).await.as_deref(), Some("HTTP/1.1 413"));
    }
}
