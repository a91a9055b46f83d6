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
        Trial::test("sim::served::records_of_legs_are_as_mod_json_cdr_writes_them", || {
            tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(records());
            Ok(())
        }),
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
    serve(super::documents::answer).await
}

/// Serves other documents.
pub(super) async fn serve(answer: fn(&str) -> String) -> (tokio::task::JoinHandle<()>, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/freeswitch/xml", listener.local_addr().unwrap());
    let document = move |headers: HeaderMap, form: String| async move { document(&headers, &form, answer) };
    let router = Router::new().route("/freeswitch/xml", post(document));
    let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (task, url)
}

fn document(headers: &HeaderMap, form: &str, answer: fn(&str) -> String) -> (StatusCode, String) {
    // freeswitch:secret
    if headers.get("authorization").is_none_or(|v| v != "Basic ZnJlZXN3aXRjaDpzZWNyZXQ=") {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    (StatusCode::OK, answer(form))
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

/// With nobody to take them they lie in the folder, and have what we read of a real one.
async fn records() {
    let (documents, url) = serve_documents().await;
    let folder = tempfile::tempdir().unwrap();
    let config = SimServerConfig {
        cdr_url: Some(url.replace("/xml", "/cdr")),
        cdr_spool: Some(folder.path().to_owned()),
        xml_curl_url: Some(url),
        xml_curl_auth: Some(("freeswitch".into(), URL_PASSWORD.into())),
        ..SimServerConfig::default()
    };
    let handle = Server::start(config).await.unwrap();
    handle.booted().await;
    queue_call(handle.clone()).await;
    let written =
        || -> Vec<_> { std::fs::read_dir(folder.path()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect() };
    let mut looks = tokio::time::interval(Duration::from_millis(10));
    crate::harness::patience("the records of both legs", async {
        while written().iter().filter(|record| record.ends_with(b"\n")).count() < 2 {
            looks.tick().await;
        }
    })
    .await;
    let real: [&str; 2] = [include_str!("../../fixtures/json_cdr/agent-leg.txt"), include_str!("../../fixtures/json_cdr/queue-member.txt")];
    let real = real.map(|recorded| serde_json::from_str(recorded.split_once("\n\n").unwrap().1).unwrap());
    for record in written() {
        let ours: serde_json::Value = serde_json::from_slice(&record).unwrap();
        let side = |record: &serde_json::Value| record["variables"]["cc_side"].as_str().map(str::to_owned);
        let real: &serde_json::Value = real.iter().find(|real| side(real) == side(&ours)).expect("a leg of a queue");
        for part in ["caller_profile", "times"] {
            let names = |record: &serde_json::Value| -> Vec<String> {
                let names = record["callflow"][0][part].as_object().unwrap().keys();
                // Those of mod_sofia and of whoever called whom, which nobody reads.
                names.filter(|name| !name.starts_with("originat")).cloned().collect()
            };
            assert_eq!(names(&ours), names(real), "{part}");
        }
        for name in ["uuid", "direction", "hangup_cause", "cc_side", "cc_queue", "cc_queue_joined_epoch", "cc_member_uuid"] {
            assert!(ours["variables"][name].is_string() && real["variables"][name].is_string(), "{name}");
        }
        let cdr = ccgate::switch::cdr::read(&record, &ccgate::switch::Names::default()).unwrap();
        assert!(cdr.with.is_some() && cdr.fact.times.hung_up_at.is_some(), "{cdr:?}");
    }
    handle.shutdown().await;
    documents.abort();
}
