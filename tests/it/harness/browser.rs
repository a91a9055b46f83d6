//! A headless Chromium, driven through its chromedriver: W3C WebDriver, and Chromium's own commands for what that lacks.
//!
//! The protocol is a POST of JSON for each thing to do, so the HTTP client that the tests have does it. A crate would bring more than it saves: one changes how
//! serde_json orders objects, in the tests but not in what they test; another has a licence that `deny.toml` refuses.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Duration, MissedTickBehavior, interval};

use super::World;
use super::process::{Process, on_path};

/// What an element is called in answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The keys that mark what is in a field of one line: Home, Shift and End, and Shift no more. In a list they choose, and what is typed then chooses again.
const MARK_LINE: &str = "\u{E011}\u{E008}\u{E010}\u{E000}";
/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Finds what a reader with assistive technology would not: <https://github.com/dequelabs/axe-core>.
const AXE: &str = include_str!("../../vendor/axe/axe.min.js");

/// A size of the window, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A wall's or a desk's.
pub(crate) const DESK: Size = Size { width: 1920, height: 1080 };
/// A hand's.
pub(crate) const HAND: Size = Size { width: 390, height: 844 };

/// A browser with a profile of its own and one window. It is over when this is dropped: chromedriver with the test, Chromium with the pipe to chromedriver.
pub(crate) struct Browser {
    client: Client,
    session: String,
    driver: Process,
    /// What was read of it.
    log: RefCell<Log>,
    /// After the processes that write into it.
    _folder: TempDir,
}

/// What pages did.
#[derive(Debug, Default)]
pub(crate) struct Log {
    /// Lines of the console: the page's own, and, as `SEVERE`, its errors, requests that failed and what a policy refused.
    pub(crate) console: Vec<String>,
    /// The addresses of requests, but those of `data:` and of the page that Chromium itself begins with.
    pub(crate) requests: Vec<String>,
}

/// Where Chromium and its chromedriver are: `CCGATE_CHROMIUM` (the browser), else the one on the path.
fn find() -> Option<(PathBuf, PathBuf)> {
    let browser = match std::env::var_os("CCGATE_CHROMIUM") {
        Some(program) => Some(PathBuf::from(program)).filter(|program| program.is_file()),
        None => on_path("chromium"),
    };
    browser.zip(on_path("chromedriver"))
}

/// A page's test.
type Test = for<'a> fn(&'a mut World, &'a Browser) -> LocalBoxFuture<'a, ()>;

/// Runs a page's test with a ccgate and a browser of its own. Whatever it does, the page asks no other host, has nothing to complain about, and puts the key
/// into no address.
pub(crate) async fn test(name: &str, test: Test) {
    let (mut world, browser) = (World::start().await, Browser::start().await);
    let outcome = AssertUnwindSafe(test(&mut world, &browser)).catch_unwind().await;
    if outcome.is_err() {
        browser.screenshot(&name.replace("::", "-")).await;
    }
    let log = browser.log().await;
    browser.stop().await;
    if let Err(why) = outcome {
        eprintln!("{name}: the console said {:#?}", log.console);
        resume_unwind(why);
    }
    let errors: Vec<_> = log.console.iter().filter(|line| line.starts_with("SEVERE")).collect();
    assert!(errors.is_empty(), "the console has errors: {errors:#?}");
    let elsewhere: Vec<_> = log.requests.iter().filter(|url| !url.starts_with(&format!("{}/", world.base()))).collect();
    assert!(!log.requests.is_empty() && elsewhere.is_empty(), "the page asks others: {elsewhere:?}");
    assert!(log.requests.iter().all(|url| !url.contains(world.key())), "an address has the key: {:?}", log.requests);
    world.stop().await;
}

/// Whether a test that needs a browser is only listed: there is none, and no `CCGATE_BROWSER=1` says that there must be.
pub(crate) fn is_missing() -> bool {
    let wanted = std::env::var("CCGATE_BROWSER").is_ok_and(|value| value == "1");
    find().is_none() && !wanted
}

impl Browser {
    /// Starts one, of the size of a desk's.
    pub(crate) async fn start() -> Self {
        let (chromium, chromedriver) = find().expect("chromium and chromedriver; tests of pages are not listed as run without them");
        let folder = TempDir::with_prefix("ccgate-browser-").expect("a folder");
        let own = [("HOME", folder.path()), ("TMPDIR", folder.path())];
        let mut driver = Process::of_machine(&chromedriver, &["--port=0".to_owned(), "--log-level=SEVERE".to_owned()], &own);
        let port = port(&mut driver).await;
        let client = Client::builder().no_proxy().build().expect("an HTTP client");
        let root = format!("http://127.0.0.1:{port}/session");
        let created = ask(&client, Method::POST, &root, capabilities(&chromium, folder.path())).await;
        let session = format!("{root}/{}", created["sessionId"].as_str().expect("a session has an id"));
        let browser = Self { client, session, driver, log: RefCell::default(), _folder: folder };
        browser.resize(DESK).await;
        browser
    }

    /// Gives the window this size.
    pub(crate) async fn resize(&self, Size { width, height }: Size) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.chromium("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Has pages think that their reader prefers a dark or a light one.
    pub(crate) async fn prefer(&self, scheme: &str) {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.chromium("Emulation.setEmulatedMedia", features).await;
    }

    /// Opens an address, and waits until it is loaded.
    pub(crate) async fn open(&self, url: &str) {
        self.post("url", json!({"url": url})).await;
    }

    /// Loads the page again.
    pub(crate) async fn reload(&self) {
        self.post("refresh", json!({})).await;
    }

    /// What the body of a function gives in the page.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.post("execute/sync", json!({"script": script, "args": []})).await
    }

    /// Waits until the body of a function gives something that is true in the page; that.
    pub(crate) async fn until(&self, what: &str, script: &str) -> Value {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        super::patience(what, async {
            loop {
                let found = self.run(script).await;
                if !matches!(found, Value::Null | Value::Bool(false)) && found != "" {
                    return found;
                }
                looks.tick().await;
            }
        })
        .await
    }

    /// Waits for an element that is shown, and clicks it as a person does.
    pub(crate) async fn click(&self, css: &str) {
        let element = self.shown(css).await;
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// Waits for a field or a list that is shown, and types this in place of what is in it.
    pub(crate) async fn type_into(&self, css: &str, text: &str) {
        let element = self.shown(css).await;
        self.post(&format!("element/{element}/value"), json!({"text": format!("{MARK_LINE}{text}")})).await;
    }

    /// Waits until an element is shown and has this in its text; the text.
    pub(crate) async fn text(&self, css: &str, part: &str) -> String {
        let script = format!(
            "return [...document.querySelectorAll({})].map(element => element.innerText).find(text => text.includes({}))",
            json!(css),
            json!(part)
        );
        let text = self.until(&format!("{css} to say {part:?}"), &script).await;
        text.as_str().expect("a text").to_owned()
    }

    /// The first element that is shown; its id.
    async fn shown(&self, css: &str) -> String {
        let script = format!(
            "return [...document.querySelectorAll({})].find(element => element.checkVisibility() && !element.disabled)",
            json!(css)
        );
        let element = self.until(&format!("{css} to be shown"), &script).await;
        element[ELEMENT].as_str().unwrap_or_else(|| panic!("{css} is no element: {element}")).to_owned()
    }

    /// Takes lines with this in them for meant, as those of a request that is to fail.
    pub(crate) async fn excuse(&self, part: &str) {
        let mut log = self.log().await;
        log.console.retain(|line| !line.contains(part));
        self.log.replace(log);
    }

    /// Takes what the pages said and asked for since the last time.
    async fn log(&self) -> Log {
        let mut log = self.log.take();
        for entry in self.entries("browser").await {
            log.console.push(format!("{}: {}", entry["level"].as_str().unwrap_or_default(), entry["message"].as_str().unwrap_or_default()));
        }
        for entry in self.entries("performance").await {
            let told: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default()).expect("an entry of the log is JSON");
            let told = &told["message"];
            if told["method"] == "Network.requestWillBeSent" || told["method"] == "Network.webSocketCreated" {
                let url = told["params"]["request"]["url"].as_str().or(told["params"]["url"].as_str()).unwrap_or_default();
                if !url.starts_with("data:") && !url.starts_with("chrome:") {
                    log.requests.push(url.to_owned());
                }
            }
        }
        log
    }

    /// What axe finds within an element, but for these rules: a line each, with where it is.
    pub(crate) async fn axe(&self, css: &str, without: &[&str]) -> Vec<String> {
        self.run(AXE).await;
        let rules: serde_json::Map<_, _> = without.iter().map(|rule| ((*rule).to_owned(), json!({"enabled": false}))).collect();
        let script = "const [css, rules, done] = arguments; axe.run(css, {rules}).then(found => done(found.violations), error => done(String(error)))";
        let found = self.post("execute/async", json!({"script": script, "args": [css, rules]})).await;
        let found = found.as_array().unwrap_or_else(|| panic!("axe does not run: {found}"));
        let line = |rule: &Value, node: &Value| format!("{} {}: {} {}", rule["impact"], rule["id"], node["target"], node["failureSummary"]);
        found.iter().flat_map(|rule| rule["nodes"].as_array().into_iter().flatten().map(move |node| line(rule, node))).collect()
    }

    /// Keeps what the window shows, to be looked at by people: `tmp/<name>.png` in the target folder.
    pub(crate) async fn screenshot(&self, name: &str) {
        let shot = self.chromium("Page.captureScreenshot", json!({})).await;
        let bytes = shot["data"].as_str().map(|text| base64::Engine::decode(&base64::engine::general_purpose::STANDARD, text));
        let bytes = bytes.expect("a picture").expect("a picture is Base64");
        std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png")), bytes).expect("the picture can be kept");
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) {
        ask(&self.client, Method::DELETE, &self.session, Value::Null).await;
        self.driver.kill().await;
    }

    async fn entries(&self, kind: &str) -> Vec<Value> {
        let entries = self.post("se/log", json!({"type": kind})).await;
        entries.as_array().expect("a log is a list").clone()
    }

    /// A command of Chromium's own: <https://chromedevtools.github.io/devtools-protocol/>.
    async fn chromium(&self, command: &str, params: Value) -> Value {
        self.post("goog/cdp/execute", json!({"cmd": command, "params": params})).await
    }

    async fn post(&self, command: &str, body: Value) -> Value {
        ask(&self.client, Method::POST, &format!("{}/{command}", self.session), body).await
    }
}

/// The port that chromedriver took.
async fn port(driver: &mut Process) -> u16 {
    while let Some(line) = driver.line().await {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return port.trim_end_matches('.').parse().expect("a port");
        }
    }
    panic!("chromedriver ended");
}

/// Names do not resolve, so that a page that asks another host for something fails here as it does where there is no network.
fn capabilities(chromium: &Path, folder: &Path) -> Value {
    let args = [
        "--headless=new",
        // Root may not have a sandbox; the pages are our own.
        "--no-sandbox",
        // Chromium ends with its end of the pipe, whatever becomes of chromedriver.
        "--remote-debugging-pipe",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        &format!("--user-data-dir={}", folder.join("profile").display()),
    ]
    .map(str::to_owned);
    json!({"capabilities": {"alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": {"binary": chromium, "args": args},
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    }}})
}

/// One command; its `value`.
async fn ask(client: &Client, method: Method, url: &str, body: Value) -> Value {
    let request = client.request(method, url).header("content-type", "application/json");
    let request = if body.is_null() { request } else { request.body(body.to_string()) };
    let text =
        super::patience(url, async { request.send().await.expect("chromedriver answers").text().await.expect("its answer is text") }).await;
    let mut answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{url}: {text}"));
    assert!(answer["value"]["error"].is_null(), "{url}: {}", answer["value"]["message"]);
    answer["value"].take()
}
