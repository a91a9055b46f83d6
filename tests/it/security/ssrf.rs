//! A customer names an address to which ccgate connects: nothing that only this machine can reach is connected to, however it is written, whatever the
//! name resolves to, and wherever an answer leads.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::Response;
use ccgate::push::Config;
use ccgate::push::deliver::Client;
use futures_util::FutureExt as _;
use libtest_mimic::Trial;
use tokio::net::{TcpListener, TcpStream};

use crate::harness::trial;
use crate::push::fixture::Fixture;
use crate::push::sink::{Sink, status};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(concat!(module_path!(), "::no_spelling_of_an_address_is_connected_to"), spellings),
        trial(concat!(module_path!(), "::no_name_of_an_address_is_connected_to"), names),
        trial(concat!(module_path!(), "::a_name_is_looked_up_once_and_connected_to_as_it_was"), once),
        trial(concat!(module_path!(), "::no_redirect_is_followed"), redirects),
    ]
}

/// Ways to write this machine's loopback, and everybody's.
const LOOPBACK: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0X7F.1",
    "017700000001",
    "0177.0.0.01",
    "127.0.0.1.",
    "1２7.0.0.1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "%31%32%37.0.0.1",
    "0.0.0.0",
    "0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
];

/// Elsewhere: an address a kind.
const ELSEWHERE: &[&str] = &[
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.1.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[::ffff:169.254.169.254]",
    "[::ffff:0:10.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::10.0.0.1]",
    "[2002:7f00:1::1]",
    "[2002:a9fe:a9fe::1]",
    "[2001:0:7f00:1::1]",
    "[100::1]",
];

/// What is behind it, and counts who connects: on both loopbacks, at one port.
struct Trap {
    listeners: Vec<TcpListener>,
    port: u16,
}

impl Trap {
    async fn new() -> Self {
        let all = TcpListener::bind("0.0.0.0:0").await.expect("a free port");
        let port = all.local_addr().expect("an address").port();
        let sixth = TcpListener::bind(("::1", port)).await.ok();
        Self { listeners: [Some(all), sixth].into_iter().flatten().collect(), port }
    }

    async fn assert_untouched(&self) {
        for listener in &self.listeners {
            assert_untouched(listener).await;
        }
    }
}

/// Whoever connected would be let in before we are.
async fn assert_untouched(listener: &TcpListener) {
    let mut address = listener.local_addr().expect("an address");
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let own = TcpStream::connect(address).await.expect("it listens");
    let (_, first) = listener.accept().await.expect("a connection");
    assert_eq!(first, own.local_addr().expect("an address"), "somebody connected");
}

/// Nothing private is allowed; names resolve to these addresses.
fn client(addresses: &'static [&'static str], looked_up: Arc<AtomicUsize>) -> Client {
    let lookup = move |_: String| {
        looked_up.fetch_add(1, Ordering::SeqCst);
        let address = |text: &&str| SocketAddr::new(text.parse::<IpAddr>().expect("an address"), 0);
        let found: Vec<_> = addresses.iter().map(address).collect();
        async move { Ok(found) }.boxed()
    };
    Client::resolving(&Config::default(), Arc::new(lookup)).expect("a client")
}

/// Tries to deliver to `url`; why that failed.
async fn refused(fixture: &Fixture, client: &Client, url: &str, at: usize) -> String {
    let account = fixture.account(&format!("a{at}.example"), url).await;
    fixture.happen(account, &[("a", 1)]).await;
    let tally = fixture.run_with(client.clone()).await;
    assert_eq!((tally.delivered, tally.failed), (0, 1), "{url}");
    fixture.last_error(account).await.expect("a reason")
}

async fn spellings() {
    let (fixture, trap, looked_up) = (Fixture::new().await, Trap::new().await, Arc::new(AtomicUsize::new(0)));
    // Were one of them taken for a name, it would resolve to what is not public either, and be counted.
    let client = client(&["127.0.0.1"], Arc::clone(&looked_up));
    let port = trap.port;
    let plain = LOOPBACK.iter().chain(ELSEWHERE).map(|host| format!("http://{host}:{port}/"));
    let decorated = LOOPBACK.iter().take(3).flat_map(|host| {
        [
            format!("http://public.example@{host}:{port}/"),
            format!("http://user:public.example@{host}:{port}/"),
            format!("http://{host}:{port}#@public.example/"),
            format!("http://{host}:{port}\\@public.example/"),
            format!("HTTP://{host}:{port}/?http://public.example"),
            format!("http:/{host}:{port}"),
            format!("http:{host}:{port}"),
            format!(" http://{host}:{port}/"),
            format!("ht\ntp://{host}:{port}/"),
            format!("https://{host}:{port}/"),
        ]
    });
    for (at, url) in plain.chain(decorated).enumerate() {
        assert_eq!(refused(&fixture, &client, &url, at).await, "the address is not public", "{url}");
    }
    for (at, url) in
        ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "unix:/run/x", "http://", "//127.0.0.1/"].iter().enumerate()
    {
        assert_eq!(refused(&fixture, &client, url, 1_000 + at).await, "not an http or https URL", "{url}");
    }
    assert_eq!(looked_up.load(Ordering::SeqCst), 0, "an address was taken for a name");
    trap.assert_untouched().await;
}

/// Names that everybody knows to be this machine's are asked for like any other, and refused for what they resolve to.
async fn names() {
    let (fixture, trap) = (Fixture::new().await, Trap::new().await);
    let names =
        ["localhost", "localhost.", "LOCALHOST", "hook.localhost", "metadata.google.internal", "127.0.0.1.nip.example", "rebinds.example"];
    let mut at = 0;
    for addresses in [
        &["127.0.0.1"][..],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["169.254.169.254"],
        &["10.0.0.1", "192.168.0.1", "fd00::1"],
        &["64:ff9b::7f00:1", "2002:7f00:1::1"],
        &[],
    ] {
        let addresses: &'static [&'static str] = addresses;
        let looked_up = Arc::new(AtomicUsize::new(0));
        let client = client(addresses, Arc::clone(&looked_up));
        for name in names {
            let url = format!("http://{name}:{}/", trap.port);
            assert_eq!(refused(&fixture, &client, &url, at).await, "the address is not public", "{url} at {addresses:?}");
            at += 1;
        }
        assert_eq!(looked_up.load(Ordering::SeqCst), names.len());
    }
    trap.assert_untouched().await;
}

/// The name turns private between the look and the connection: there is only one look, and the connection goes where that said.
async fn once() {
    let fixture = Fixture::new().await;
    let sink =
        Sink::answering(|_| Response::builder().status(200).header("connection", "close").body(Body::empty()).expect("an answer")).await;
    let trap = TcpListener::bind(("127.0.0.2", sink.port)).await.expect("the port is free there");
    let config = Config { allow_cidrs: vec!["127.0.0.1/32".parse().expect("a network")], ..Config::default() };
    let looked_up = Arc::new(AtomicUsize::new(0));
    let looks = Arc::clone(&looked_up);
    let rebinding = move |_: String| {
        let last = if looks.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) { 1 } else { 2 };
        async move { Ok(vec![SocketAddr::from(([127, 0, 0, 2], 0)), SocketAddr::from(([127, 0, 0, last], 0))]) }.boxed()
    };
    let client = Client::resolving(&config, Arc::new(rebinding)).expect("a client");
    let account = fixture.account("a.example", &format!("http://rebinds.example:{}/", sink.port)).await;
    fixture.happen(account, &[("a", 1)]).await;
    assert_eq!(fixture.run_with(client.clone()).await.delivered, 1);
    assert_eq!(looked_up.load(Ordering::SeqCst), 1);
    fixture.happen(account, &[("a", 2)]).await;
    assert_eq!(fixture.run_with(client).await.failed, 1);
    assert_eq!(fixture.last_error(account).await.as_deref(), Some("the address is not public"));
    assert_eq!((looked_up.load(Ordering::SeqCst), sink.numbers()), (2, vec![1]));
    assert_untouched(&trap).await;
}

async fn redirects() {
    let (fixture, trap) = (Fixture::new().await, Trap::new().await);
    let mut at = 0;
    for code in [301, 302, 303, 307, 308] {
        for host in ["127.0.0.1", "[::1]", "localhost", "169.254.169.254"] {
            let location = format!("http://{host}:{}/", trap.port);
            let sink = Sink::answering(move |_| {
                let mut answer = status(code);
                answer.headers_mut().insert("location", location.parse().expect("a header"));
                answer
            })
            .await;
            // Loopback is allowed here: it is the redirect that is not followed.
            let client = Client::new(&fixture.config).expect("a client");
            assert_eq!(refused(&fixture, &client, &sink.url, at).await, format!("status {code}"));
            assert_eq!(sink.received().len(), 1);
            at += 1;
        }
    }
    trap.assert_untouched().await;
}
