//! `/lab`: the phones of `ccgate lab`, moved by hand; and the same by the paths that the page uses.

use std::panic::AssertUnwindSafe;
use std::path::Path;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::browser::{self, Browser, HAND, LAPTOP};
use crate::harness::lab::Lab;
use crate::harness::process::{Process, on_path};
use crate::harness::{Answer, patience, trial};

const DOCUMENT: &str = include_str!("../../../docs/lab.md");
/// Phones that do nothing by themselves.
const QUIET: [&str; 1] = ["--no-traffic"];
const BUSY: [&str; 4] = ["--calls-per-minute", "120", "--agents", "6"];

pub(crate) fn trials() -> Vec<Trial> {
    let page = |name: &'static str, run: fn() -> LocalBoxFuture<'static, ()>| {
        trial(format!("it::pages::lab::{name}"), run).with_ignored_flag(browser::is_missing())
    };
    vec![
        page("a_caller_is_rejected_and_answered", || {
            on_page("answered", &QUIET, |lab, page| Box::pin(a_caller_is_rejected_and_answered(lab, page)))
        }),
        page("a_phone_dials_and_is_unregistered", || {
            on_page("dials", &QUIET, |lab, page| Box::pin(a_phone_dials_and_is_unregistered(lab, page)))
        }),
        page("the_switch_restarts", || on_page("restarts", &QUIET, |lab, page| Box::pin(the_switch_restarts(lab, page)))),
        page("it_opens_with_traffic_and_is_legible", || {
            on_page("legible", &BUSY, |lab, page| Box::pin(it_opens_with_traffic_and_is_legible(lab, page)))
        }),
        trial("it::pages::lab::a_test_moves_the_phones", a_test_moves_the_phones),
        trial("it::pages::lab::the_example_for_ci_runs", the_example_for_ci_runs).with_ignored_flag(on_path("curl").is_none()),
    ]
}

/// Runs a test with a lab and a browser of its own.
fn on_page(
    name: &'static str,
    args: &'static [&str],
    test: for<'a> fn(&'a Lab, &'a Browser) -> LocalBoxFuture<'a, ()>,
) -> LocalBoxFuture<'static, ()> {
    Box::pin(async move {
        let (lab, browser) = (Lab::start(args).await, Browser::start().await);
        let outcome = AssertUnwindSafe(test(&lab, &browser)).catch_unwind().await;
        browser.conclude(&format!("lab-{name}"), lab.base(), lab.key(), outcome).await;
        lab.stop().await;
    })
}

async fn open(lab: &Lab, browser: &Browser) {
    browser.open(&format!("{}/lab#key={}", lab.base(), lab.key())).await;
    browser.text("#live", "Live").await;
    browser.text("#connected", "ccgate is connected").await;
}

/// Takes phones, so that they ring for as long as nobody says otherwise.
async fn take(browser: &Browser, phones: &[&str]) {
    for phone in phones {
        browser.click(&format!("#hand-{phone}")).await;
        browser.until("the phone to be taken", &format!("return document.querySelector('#hand-{phone}').checked")).await;
    }
}

async fn a_caller_is_rejected_and_answered(lab: &Lab, browser: &Browser) {
    open(lab, browser).await;
    browser.text("#phone-1001 h3", "Dana Levi").await;
    take(browser, &["1001", "1002", "1003"]).await;
    browser.type_into("#from", "15550001111").await;
    browser.click("#call-in-go").await;
    browser.text("#callers li", "15550001111").await;
    let rejects = "return document.querySelector('[id^=reject-]')?.id.split('-')[1]";
    let first = browser.until("a phone to ring", rejects).await;
    let first = first.as_str().expect("a phone");
    browser.text(&format!("#state-{first}"), "from 15550001111").await;
    browser.click(&format!("#reject-{first}")).await;
    let other = format!("const phone = document.querySelector('[id^=answer-]')?.id.split('-')[1]; return phone !== '{first}' && phone");
    let second = browser.until("another phone to ring", &other).await;
    let second = second.as_str().expect("a phone");
    browser.click(&format!("#answer-{second}")).await;
    browser.text(&format!("#state-{second}"), "In a call").await;
    browser.text("#callers li", "In a call").await;
    browser.text("#log li", "call:answer").await;
    browser.click(&format!("#hangup-{second}")).await;
    browser.text("#callers", "Nobody calls.").await;
    browser.text(&format!("#state-{second}"), "Idle").await;
}

async fn a_phone_dials_and_is_unregistered(lab: &Lab, browser: &Browser) {
    open(lab, browser).await;
    take(browser, &["1002"]).await;
    browser.type_into("#number-1001", "1002").await;
    browser.click("#dial-1001").await;
    browser.text("#state-1002", "Ringing").await;
    browser.text("#state-1001", "Dialling").await;
    browser.click("#answer-1002").await;
    browser.text("#state-1001", "In a call").await;
    browser.click("#hangup-1001").await;
    browser.text("#state-1002", "Idle").await;
    browser.click("#unregister-1003").await;
    browser.text("#state-1003", "Not registered").await;
    browser.text("#log li", "not reachable").await;
    browser.click("#register-1003").await;
    browser.text("#state-1003", "Idle").await;
    browser
        .until("ccgate to know", "return [...document.querySelectorAll('#log li')].some(line => line.innerText.includes(' reachable'))")
        .await;
}

async fn the_switch_restarts(lab: &Lab, browser: &Browser) {
    open(lab, browser).await;
    browser.click("#call-in-go").await;
    browser.text("#callers li", "In a call").await;
    let boot = "return document.querySelector('#connected').textContent.split('boot ')[1]";
    let before = browser.run(boot).await;
    browser.click("#only").await;
    browser.click("#restart").await;
    browser.text("#log li.switch", "switch:disconnected").await;
    browser.text("#callers", "Nobody calls.").await;
    browser.text("#log li.switch", "switch:connected").await;
    browser.text("#connected", "ccgate is connected").await;
    assert_ne!(browser.run(boot).await, before, "another boot");
    // Nobody heard of its end: ccgate tells it all the same.
    browser.click("#only").await;
    browser.text("#log li", "reconciled").await;
    // And the next caller is served.
    browser.click("#call-in-go").await;
    browser.text("#callers li", "In a call").await;
}

async fn it_opens_with_traffic_and_is_legible(lab: &Lab, browser: &Browser) {
    open(lab, browser).await;
    browser.text("#callers li", "").await;
    browser
        .until("calls", "return document.querySelectorAll('#callers li').length > 1 && document.querySelector('#phones .in_call') !== null")
        .await;
    browser.until("events", "return document.querySelectorAll('#log li').length > 5").await;
    for theme in ["dark", "light"] {
        browser.prefer(theme).await;
        for (size, window) in [(LAPTOP, "desk"), (HAND, "hand")] {
            browser.resize(size).await;
            let what = format!("lab-{window}-{theme}");
            browser.screenshot(&what).await;
            assert_eq!(browser.axe("html", &[]).await, [""; 0], "{what}");
            let over = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth").await;
            assert_eq!(over, 0, "{what}: the page is wider than its window");
        }
    }
}

/// What a customer's test does, without a browser.
async fn a_test_moves_the_phones() {
    let lab = Lab::start(&QUIET).await;
    for phone in ["1001", "1002", "1003"] {
        done(lab.post(&format!("/lab/phones/{phone}/hand"), json!({"by_hand": true})).await);
    }
    let uuid = done(lab.post("/lab/callers", json!({"from": "15550001111", "number": "97237000", "name": "Noa"})).await)["uuid"].clone();
    let phone = until(&lab, "a phone to ring", ringing).await;
    assert!(refused(lab.post(&format!("/lab/phones/{phone}/hangup"), json!({})).await, 409).contains("in no call"));
    done(lab.post(&format!("/lab/phones/{phone}/answer"), json!({})).await);
    until(&lab, "the caller to speak", |seen| (seen["callers"][0]["state"] == "talking").then_some(())).await;
    assert!(refused(lab.post(&format!("/lab/phones/{phone}/answer"), json!({})).await, 409).contains("does not ring"));
    assert!(refused(lab.post(&format!("/lab/phones/{phone}/dial"), json!({"number": "1002"})).await, 409).contains("hang up first"));
    let uuid = uuid.as_str().expect("a text");
    done(lab.post(&format!("/lab/callers/{uuid}/hangup"), json!({})).await);
    until(&lab, "the call to end", |seen| (seen["callers"] == json!([])).then_some(())).await;
    refused(lab.post(&format!("/lab/callers/{uuid}/hangup"), json!({})).await, 404);
    refused(lab.post("/lab/phones/4711/answer", json!({})).await, 404);
    assert!(refused(lab.post("/lab/phones/1001/dial", json!({"number": "a b"})).await, 400).starts_with("number"));
    assert!(refused(lab.post("/lab/phones/1001/dial", json!({})).await, 400).starts_with("number"));

    // Who asks says who it is, and may have to do with devices.
    assert_eq!(lab.anonymous().post("/lab/switch/restart", json!({})).await.status, 401);
    let user = json!({"name": "x", "username": "x", "email": "x@lab.local", "password": "Ab123456", "permissions": {"cc_api": true}});
    let user = done(lab.post("/api/user", user).await)["id"].clone();
    let key = done(lab.post(&format!("/api/user/{user}/key"), json!({})).await)["key"].as_str().expect("a key").to_owned();
    for path in ["/lab/phones", "/lab/stream"] {
        assert!(refused(lab.with_key(&key).get(path).await, 403).contains("devices"), "{path}");
    }
    for path in ["/lab/callers", "/lab/switch/restart", "/lab/phones/1001/unregister", "/lab/phones/1001/hand"] {
        assert!(refused(lab.with_key(&key).post(path, json!({})).await, 403).contains("devices"), "{path}");
    }
    lab.stop().await;
}

/// Runs the steps of docs/lab.md in one shell, as a job runs them one after the other. The lab ends with it.
async fn the_example_for_ci_runs() {
    let steps: Vec<String> = DOCUMENT.split("run: |\n").skip(1).map(step).collect();
    assert_eq!(steps.len(), 2, "{steps:?}");
    let folder = TempDir::with_prefix("ccgate-ci-").expect("a folder");
    let script = format!(
        "cd \"$RUNNER_TEMP\"\nccgate() {{ exec timeout 120 \"$CCGATE\" \"$@\"; }}\ntrap 'kill $!' EXIT\n{}set -a\n. \"$GITHUB_ENV\"\n{}",
        steps[0], steps[1]
    );
    let env = folder.path().join("env");
    let variables = [("RUNNER_TEMP", folder.path()), ("GITHUB_ENV", &env), ("CCGATE", Path::new(env!("CARGO_BIN_EXE_ccgate")))];
    let mut shell = Process::of_machine(Path::new("sh"), &["-ec".to_owned(), script], &variables);
    assert!(shell.ended().await, "a step of the example failed");
}

/// The lines of a step, which are set in further than what follows it.
fn step(text: &str) -> String {
    text.lines().map_while(|line| line.strip_prefix("          ")).map(|line| format!("{line}\n")).collect()
}

fn ringing(seen: &Value) -> Option<String> {
    let phones = seen["phones"].as_array()?;
    phones.iter().find(|phone| phone["calls"][0]["state"] == "ringing").and_then(|phone| Some(phone["user"].as_str()?.to_owned()))
}

/// Waits until what the phones show is so.
async fn until<T>(lab: &Lab, what: &str, is: impl Fn(&Value) -> Option<T>) -> T {
    let mut stream = lab.listen_to("/lab/stream", "").await.expect("a stream");
    patience(what, async {
        loop {
            let heard = stream.next().await.expect("the lab goes on");
            if let Some(found) = is(&heard.data) {
                return found;
            }
        }
    })
    .await
}

fn done(answer: Answer) -> Value {
    assert_eq!((answer.status, &answer.body["success"]), (200, &json!(true)), "{}", answer.body);
    answer.body["data"].clone()
}

fn refused(answer: Answer, status: u16) -> String {
    assert_eq!((answer.status, &answer.body["success"]), (status, &json!(false)), "{}", answer.body);
    answer.body["msg"].as_str().expect("a refusal says why").to_owned()
}
