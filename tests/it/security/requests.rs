//! A request of every operation of the documents, one that whoever may is answered.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use crate::facade::callcenter::data;
use crate::facade::callcenter::routes::fixture::{Fixture, names, send};
use crate::facade::callcenter::routes::table::{Needs, Row, table};
use crate::harness::api::Api;
use crate::harness::described::every_operation;
use crate::harness::{Answer, World};

/// Who makes a surface, and so how it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    CallCenter,
    QueueEvents,
    AgentProfile,
    UpdateAgentState,
}

/// One operation, and a request of it.
pub(super) struct Request {
    pub(super) surface: Surface,
    /// Method and path, as in the document.
    pub(super) name: String,
    sends: Sends,
}

enum Sends {
    /// What the walk over the Call Center API's routes sends.
    Row(Row),
    Plain(Method, String, Value),
}

/// What asks nobody for a key, because it is where one comes from; `guessing` tries them.
const DOORS: [&str; 2] = ["POST /api/user/login", "POST /oauth/token"];

/// Rows of one account, and an agent with a phone and an event for the surfaces that the [`Fixture`] does not know.
pub(super) struct Office {
    pub(super) fixture: Fixture,
    account: i64,
    /// Of either kind: an agent, and an event of it.
    agents: BTreeMap<&'static str, (i64, i64)>,
}

impl Office {
    /// Of the account of `admin`; every name begins with `mark`.
    pub(super) async fn new(w: &World, admin: Api, mark: &str) -> Self {
        let account = data(admin.get("/api/account").await)["id"].as_i64().expect("an id");
        let fixture = Fixture::new(w, admin, mark).await;
        let local = fixture.ids["user"].as_i64().expect("an id");
        let username = format!("{mark}.remote");
        let user = json!({"name": username, "username": username, "password": "Ab123456", "email": format!("{username}@mail.com"), "is_agent": true});
        let remote = data(fixture.admin.post("/api/user", user).await)["id"].as_i64().expect("an id");
        let mobile = json!({"name": format!("{mark} mobile"), "type": "external", "number": "0501234567", "user_id": remote});
        data(fixture.admin.post("/api/device", mobile).await);
        let mut agents = BTreeMap::new();
        for (kind, agent) in [("local", local), ("remote", remote)] {
            let hook = json!({"event_type": "agent-login", "method": "GET", "url": format!("https://{mark}.example/")});
            let made = fixture.admin.post(&format!("/client/{account}/agent/{kind}/{agent}/event/"), hook).await;
            agents.insert(kind, (agent, made.body["id"].as_i64().unwrap_or_else(|| panic!("{}", made.body))));
        }
        Self { fixture, account, agents }
    }

    /// One of every operation but the [`DOORS`]. Fails when there is one that it does not know.
    pub(super) fn requests(&self) -> Vec<Request> {
        let rows = table().into_iter().filter(|row| row.needs != Needs::Nobody);
        let rows =
            rows.map(|row| Request { surface: Surface::CallCenter, name: format!("{} {}", row.method, row.path), sends: Sends::Row(row) });
        let requests: Vec<_> = rows.chain(self.others()).collect();
        let known: BTreeSet<_> = requests.iter().map(|request| request.name.clone()).chain(DOORS.map(str::to_owned)).collect();
        let described: BTreeSet<_> = every_operation().into_iter().map(|(method, path, _)| format!("{method} {path}")).collect();
        assert_eq!(known, described, "an operation has no request here");
        requests
    }

    fn others(&self) -> Vec<Request> {
        let mut requests = Vec::new();
        for (method, path, _) in every_operation() {
            let surface = match path.split('/').nth(1) {
                Some("client") => Surface::QueueEvents,
                Some("API") => Surface::UpdateAgentState,
                _ if path.contains("/agentProfile/") => Surface::AgentProfile,
                _ => continue,
            };
            let (agent, event) = self.agents[if path.contains("/remote/") { "remote" } else { "local" }];
            let ids = [("{client_id}", self.account), ("{agent_id}", agent), ("{event_id}", event)];
            let at = ids.into_iter().fold(path.clone(), |path, (name, id)| path.replace(name, &id.to_string()));
            let (at, body) = match (surface, method.as_str()) {
                (Surface::QueueEvents, "POST" | "PUT") => {
                    (at, json!({"event_type": "agent-logout", "method": "POST", "url": "https://new.example/"}))
                }
                (Surface::AgentProfile, _) => (at, json!({"userId": agent, "mic_perm": 1})),
                (Surface::UpdateAgentState, _) => (format!("{at}?action=pause&agent=1001"), Value::Null),
                _ => (at, Value::Null),
            };
            let sends = Sends::Plain(method.parse().expect("a method"), at, body);
            requests.push(Request { surface, name: format!("{method} {path}"), sends });
        }
        requests
    }

    /// Sends it by `client`, about the rows of this office.
    pub(super) async fn send(&self, client: &Api, request: &Request) -> Answer {
        match &request.sends {
            Sends::Row(row) => send(client, row, |name| self.fixture.ids[name].clone()).await,
            Sends::Plain(method, path, body) => client.call(method.clone(), path, body).await,
        }
    }
}

impl Request {
    /// Whether it names a row of the office.
    pub(super) fn is_about_a_row(&self) -> bool {
        match &self.sends {
            Sends::Row(row) => names(row) > 0,
            Sends::Plain(..) => true,
        }
    }
}
