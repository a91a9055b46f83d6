//! The files of a box that was there before ccgate: a directory, a dialplan and queues that somebody wrote. FreeSWITCH goes on with its static
//! files where xml_curl finds nothing; here both come by one address, so that either switch has them.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use ccgate::clock::Clock;
use ccgate::config::Mode;
use ccgate::reconcile::Outcome;
use tokio::net::TcpListener;

use super::patience;
use super::world::{Kind, World};

/// What ccgate answers where it has nothing.
const NOT_FOUND: &str = "status=\"not found\"";
/// Every phone's.
pub(crate) const PASSWORD: &str = "a-password-of-before";

impl World {
    /// Beside a switch that somebody set up before, with its own files, in observe mode; returns when ccgate has looked at it once.
    pub(crate) async fn beside(kind: Kind) -> Self {
        let world = Self::started(kind, Clock::system(), |config| config.switch.mode = Mode::Observe, true).await;
        world.observed().await;
        world
    }

    /// Waits until a pass that began after this call has looked at the switch, which is only observed.
    pub(crate) async fn observed(&self) {
        let reconciler = self.running().reconciler();
        let mut reports = reconciler.reports();
        // One may be under way; the second has begun after this call.
        let mut looks = 0;
        patience("the switch to be looked at", async {
            while looks < 2 {
                reports.mark_unchanged();
                reconciler.wake();
                reports.changed().await.expect("ccgate runs");
                looks += usize::from(reports.borrow().outcome == Outcome::Observed);
            }
        })
        .await;
    }

    /// Starts ccgate again in another mode.
    pub(crate) async fn start_in(&mut self, mode: Mode) {
        self.config.switch.mode = mode;
        self.restart_ccgate().await;
    }
}

/// Serves the old files behind what ccgate at `url` serves; where the switch is to ask.
pub(super) async fn behind(url: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let ccgate = format!("{url}/freeswitch/xml");
    // A record that nobody wants.
    let router = Router::new().route("/freeswitch/xml", post(answer)).route("/freeswitch/cdr", post(|| async {})).with_state(ccgate);
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

async fn answer(State(ccgate): State<String>, headers: HeaderMap, body: Bytes) -> Response {
    let mut request = reqwest::Client::new().post(ccgate).body(body.clone());
    for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
        if let Some(value) = headers.get(&name) {
            request = request.header(name, value);
        }
    }
    let Ok(response) = request.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let text = response.text().await.unwrap_or_default();
    if text.contains(NOT_FOUND) { file(&body).unwrap_or(text).into_response() } else { text.into_response() }
}

fn file(form: &[u8]) -> Option<String> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(form).ok()?;
    let field = |name: &str| fields.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let section = |name: &str, content: String| {
        Some(format!("<document type=\"freeswitch/xml\"><section name=\"{name}\">{content}</section></document>"))
    };
    match field("section")? {
        "directory" => {
            let (user, domain) = (field("user")?, field("domain")?);
            let known = ["1000", "1001"].contains(&user);
            let dial = "{presence_id=${dialed_user}@${dialed_domain}}${sofia_contact(*/${dialed_user}@${dialed_domain})}";
            let entry = format!(
                "<user id=\"{user}\"><params><param name=\"password\" value=\"{PASSWORD}\"/><param name=\"dial-string\" value=\"{dial}\"/></params></user>"
            );
            section("directory", format!("<domain name=\"{domain}\"><users>{entry}</users></domain>")).filter(|_| known)
        }
        "configuration" if field("key_value") == Some("callcenter.conf") => section("configuration", queues()),
        "dialplan" => {
            let (context, number) = (field("Hunt-Context").or(field("Caller-Context"))?, field("Hunt-Destination-Number")?);
            let queue = if number.ends_with('0') { "support@default" } else { "sales@default" };
            let actions = format!("<action application=\"answer\"/><action application=\"callcenter\" data=\"{queue}\"/>");
            let extension = format!("<extension name=\"queue\"><condition>{actions}</condition></extension>");
            section("dialplan", format!("<context name=\"{context}\">{extension}</context>"))
        }
        _ => None,
    }
}

fn queues() -> String {
    let queue = |name: &str, strategy: &str| {
        let param = |name: &str, value: &str| format!("<param name=\"{name}\" value=\"{value}\"/>");
        let params =
            [param("strategy", strategy), param("moh-sound", "tone_stream://%(2000,4000,440,480);loops=-1"), param("max-wait-time", "120")];
        format!("<queue name=\"{name}\">{}</queue>", params.concat())
    };
    let queues = [queue("support@default", "longest-idle-agent"), queue("sales@default", "round-robin")].concat();
    format!("<configuration name=\"callcenter.conf\"><settings/><queues>{queues}</queues></configuration>")
}
