//! The simulated switch on TCP, with its documents fetched over HTTP.

use libtest_mimic::Trial;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;

use ccgate::sim::fault::Fault;
use ccgate::sim::phones::{Behaviour, Origin, PhoneKey};
use ccgate::sim::script::{Step, play};
use ccgate::sim::{Handle, Server, SimServerConfig};

pub(super) fn trials() -> Vec<Trial> {
    vec![
        served("a_queue_call", |handle| Box::pin(queue_call(handle))),
        served("cut_connections_and_restart", |handle| Box::pin(cut(handle))),
        served("without_documents", |handle| Box::pin(no_documents(handle))),
    ]
}

type Played = std::pin::Pin<Box<dyn Future<Output = ()>>>;

fn served(name: &str, test: fn(Handle) -> Played) -> Trial {
    Trial::test(format!("sim::served::{name}"), move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async move {
            let (documents, url) = serve_documents().await;
            let config = SimServerConfig {
                xml_curl_url: Some(url),
                xml_curl_auth: Some(("freeswitch".into(), URL_PASSWORD.into())),
                ..SimServerConfig::default()
            };
            let handle = Server::start(config).await.unwrap();
            handle.booted().await;
            tokio::time::timeout(Duration::from_secs(30), test(handle.clone())).await.unwrap();
            handle.shutdown().await;
            documents.abort();
        });
        Ok(())
    })
}

/// The password that the documents ask for.
pub(super) const URL_PASSWORD: &str = "secret";

/// Serves the documents of these tests; gives the task and the address.
pub(super) async fn serve_documents() -> (tokio::task::JoinHandle<()>, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/freeswitch/xml", listener.local_addr().unwrap());
    let router = Router::new().route("/freeswitch/xml", post(document));
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (task, url)
}

async fn document(headers: HeaderMap, form: String) -> (StatusCode, String) {
    // freeswitch:secret
    if headers.get("authorization").is_none_or(|v| v != "Basic ZnJlZXN3aXRjaDpzZWNyZXQ=") {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    (StatusCode::OK, super::documents::answer(&form))
}

fn send(line: &str) -> Step {
    Step::Send(line.into())
}

fn action(name: &str) -> Step {
    Step::Await { headers: vec![("CC-Action".into(), name.into())], timeout_ms: 10_000 }
}

async fn queue_call(handle: Handle) {
    let answers = Behaviour::Answer { after_ms: 50, talk_ms: Some(200) };
    handle.register("1001", "lab.local", "pw1001", answers).await.unwrap();
    let steps = [
        send(super::bench::EVENTS),
        send("api callcenter_config agent add a@lab.local callback"),
        send("api callcenter_config agent set contact a@lab.local user/1001@lab.local"),
        send("api callcenter_config agent set status a@lab.local Available"),
        send("api callcenter_config tier add support@lab.local a@lab.local 1 1"),
        Step::Act("call".into()),
        action("bridge-agent-start"),
        action("member-queue-end"),
        Step::Await { headers: vec![("Event-Name".into(), "CHANNEL_DESTROY".into())], timeout_ms: 10_000 },
        send("api callcenter_config queue count members support@lab.local"),
    ];
    let from = Origin::Trunk { cid_number: "97250".into(), cid_name: "Caller".into() };
    let dial = |_| {
        let (handle, from) = (handle.clone(), from.clone());
        async move { drop(handle.dial(from, "support").await) }
    };
    let played = play(handle.address(), "ClueCon", &steps, dial).await.unwrap();
    assert!(played.replies[1..5].iter().all(|(_, r)| r == "+OK\n"), "{:?}", played.replies);
    assert_eq!(played.replies.last().unwrap().1, "0\n");
    assert!(played.events.iter().any(|e| e[0] == "CHANNEL_BRIDGE"));
}

async fn cut(handle: Handle) {
    let steps = [send("api echo 1"), Step::Act("cut".into()), send("api echo 2")];
    let cutter = |_| {
        let handle = handle.clone();
        async move { handle.fault(Fault::CutConnections).await }
    };
    assert!(play(handle.address(), "ClueCon", &steps, cutter).await.is_err());
    let first = core_uuid(&handle).await;
    handle.restart().await;
    assert_ne!(core_uuid(&handle).await, first);
}

async fn core_uuid(handle: &Handle) -> Vec<ccgate::sim::script::Headers> {
    let steps = [send("api global_getvar core_uuid"), send("api uuid_exists x")];
    let played = play(handle.address(), "ClueCon", &steps, |_| async {}).await.unwrap();
    assert_eq!(played.replies, [(String::from("api global_getvar core_uuid"), "#1".into()), ("api uuid_exists x".into(), "false".into())]);
    vec![[("uuid".to_string(), handle.core_uuid().await)].into()]
}

async fn no_documents(handle: Handle) {
    handle.fault(Fault::NoXml { on: true }).await;
    let refused = handle.register("1001", "lab.local", "pw1001", Behaviour::ANSWER).await;
    assert!(refused.is_err());
    let unknown = handle.dial(Origin::Phone(PhoneKey::new("1002", "lab.local")), "support").await;
    assert!(unknown.is_err());
    handle.fault(Fault::NoXml { on: false }).await;
    handle.fault(Fault::StallReplies { ms: 100 }).await;
    handle.register("1001", "lab.local", "pw1001", Behaviour::ANSWER).await.unwrap();
    let played = play(handle.address(), "ClueCon", &[send("api sofia_contact 1001@lab.local")], |_| async {}).await.unwrap();
    assert_eq!(played.replies[0].1, "sofia/internal/sip:1001@127.0.0.1:5081;transport=udp");
}
