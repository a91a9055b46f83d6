//! Whether everything is there that calls need, and what is not.

use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use super::Watched;
use crate::esl::client::State;
use crate::reconcile::Outcome;

/// How long the database may take to be read.
pub(super) const READ_WAIT: Duration = Duration::from_secs(2);
/// The switch is asked to ask when it has not for so long, in milliseconds.
pub(super) const ASKED_WITHIN_MS: i64 = 60_000;

/// What `/readyz` answers.
#[derive(Debug, Serialize)]
pub(super) struct Ready {
    /// Whether nothing is missing.
    pub(super) ready: bool,
    /// The names of what is.
    missing: Vec<&'static str>,
    checks: Vec<Check>,
}

/// One part.
#[derive(Debug, Serialize)]
struct Check {
    /// Stays the same, for programs.
    name: &'static str,
    ok: bool,
    /// What was found; what to do, when it is not ok.
    message: String,
}

/// Looks at each part.
pub(super) async fn look(watched: &Watched) -> Ready {
    let checks = vec![database(watched).await, event_socket(watched), callcenter(watched), xml_curl(watched).await];
    let missing: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| check.name).collect();
    Ready { ready: missing.is_empty(), missing, checks }
}

async fn database(watched: &Watched) -> Check {
    let looks = async {
        drop(watched.store.read().await?);
        watched.store.can_be_written().await
    };
    let (ok, message) = match timeout(READ_WAIT, looks).await {
        Ok(Ok(())) => (true, "can be read and written".to_owned()),
        Ok(Err(error)) => (false, format!("{error}: {}", error.fault().unwrap_or("see the log, and whether the disk is full"))),
        Err(_) => (false, "no answer in time: is the disk slow, or another process at the file?".to_owned()),
    };
    Check { name: "database", ok, message }
}

fn event_socket(watched: &Watched) -> Check {
    let (ok, message) = match &*watched.switch.states().borrow() {
        State::Connected(_) => (true, "connected".to_owned()),
        State::Disconnected { reason } => (false, format!("{reason}: ccgate check tells what to do")),
    };
    Check { name: "event_socket", ok, message }
}

/// Whether the switch was looked at and is as the database says, or nearly.
fn callcenter(watched: &Watched) -> Check {
    let outcome = watched.reconciler.reports().borrow().outcome;
    let (ok, message) = match outcome {
        Outcome::Applied => (true, "as the database says"),
        Outcome::Observed => (true, "only observed: ccgate diff tells what is not as the database says"),
        Outcome::Partly => (true, "as the database says, but for steps that are tried again: see the log and ccgate diff"),
        Outcome::NotReady => (false, "mod_callcenter is not loaded: load it in modules.conf.xml"),
        Outcome::Never | Outcome::Away => (false, "the switch was not looked at yet"),
        Outcome::Unreadable => (false, "what is, or what should be, could not be read: see the log"),
    };
    Check { name: "callcenter", ok, message: message.to_owned() }
}

/// Whether the switch asks ccgate for phones, queues and calls. One that has nothing to ask for is made to.
async fn xml_curl(watched: &Watched) -> Check {
    if watched.reconciler.reports().borrow().outcome == Outcome::Observed {
        return Check { name: "xml_curl", ok: true, message: "a switch that is only observed need not ask".to_owned() };
    }
    let lately = || watched.requests.xml_asked_at().is_some_and(|at| watched.clock.now().since(at) < ASKED_WITHIN_MS);
    let ok = lately() || (watched.switch.fetch(watched.probe).await.is_ok() && lately());
    let message = if ok {
        "the switch asks ccgate"
    } else {
        "the switch asks nothing of ccgate: are gateway-url and gateway-credentials of xml_curl.conf.xml those of [http] and [xml_curl]?"
    };
    Check { name: "xml_curl", ok, message: message.to_owned() }
}
