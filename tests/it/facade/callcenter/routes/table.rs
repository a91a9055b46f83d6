//! Every route: which permission it needs, and a request of it that a caller with that permission may make.
//!
//! What a request sends may hold `"$name"`, the id of a row of the fixture; `{id}` in a path is that of the noun the path begins with.

use serde_json::{Value, json};

use Needs::{Nothing, Permission};

/// What a caller must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing at all: the login.
    Nobody,
    /// A session.
    Session,
    /// A key or a session.
    Nothing,
    /// A permission.
    Permission(&'static str),
}

/// A route and a request of it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) needs: Needs,
    pub(super) sends: Value,
    /// How an id of another account is refused: 404 or 400, where nothing else is said.
    pub(super) crossing: Option<u16>,
}

fn row(method: &'static str, path: &'static str, needs: Needs, sends: Value) -> Row {
    Row { method, path, needs, sends, crossing: None }
}

impl Row {
    /// For ids that are refused as those of the own account which one may not use.
    fn crossing(self, status: u16) -> Self {
        Self { crossing: Some(status), ..self }
    }
}

/// In an order in which they can be sent one after the other; what deletes comes last.
pub(super) fn table() -> Vec<Row> {
    [agents(), calls(), sessions(), queues(), extensions(), pauses(), account(), devices(), users(), deletions()].concat()
}

/// The verbs of agents come as GET and as POST.
fn verb(path: &'static str, needs: Needs, sends: Value) -> Vec<Row> {
    vec![row("GET", path, needs, sends.clone()), row("POST", path, needs, sends)]
}

fn agents() -> Vec<Row> {
    let agents = Permission("agents");
    // Their queue is refused as one of our own that the agent is not assigned to.
    let set_queues = |path| {
        let rows = verb(path, agents, json!({"queue_ids": "$cc_queue", "user_id": "$user"}));
        rows.into_iter().map(|row| row.crossing(403)).collect::<Vec<_>>()
    };
    [
        verb("/api/cc_agent/checkIn", agents, json!({"user_id": "$user"})),
        verb("/api/cc_agent/checkInDevice", agents, json!({"user_id": "$user", "device_id": "$device"})),
        set_queues("/api/cc_agent/setQueues"),
        set_queues("/api/setQueues"),
        verb("/api/cc_agent/setPause", agents, json!({"user_id": "$user", "id": "$pause"})),
        verb("/api/cc_agent/wrapup", agents, json!({"user_id": "$user", "seconds": 0})),
        verb("/api/cc_agent/checkOut", agents, json!({"user_id": "$user"})),
    ]
    .concat()
}

fn calls() -> Vec<Row> {
    verb("/api/cc_agent/originate", Permission("originate"), json!({"device_id": "$own_device", "destination": "1002"}))
}

fn sessions() -> Vec<Row> {
    vec![row("POST", "/api/user/login", Needs::Nobody, Value::Null), row("GET", "/api/user/logout", Needs::Session, Value::Null)]
}

fn queues() -> Vec<Row> {
    let queues = Permission("queues");
    let queue = json!({"name": "New", "strategy": "ring-all", "time_base_score": "queue", "users": [["$user", 1]]});
    vec![
        row("GET", "/api/cc_queue", queues, Value::Null),
        row("POST", "/api/cc_queue", queues, queue),
        row("GET", "/api/cc_queue/{id}", queues, Value::Null),
        row("PUT", "/api/cc_queue/{id}", queues, json!({"tv_name": "Changed", "users": [["$user", 3]]})),
        row("GET", "/api/cc_queue/{id}/users", queues, Value::Null),
        row("POST", "/api/cc_queue/{id}/users", queues, json!({"users": [["$user", 3]]})),
        row("PUT", "/api/cc_queue/{id}/users", queues, json!({"users": [["$user", 3]]})),
    ]
}

fn extensions() -> Vec<Row> {
    let queues = Permission("queues");
    let extension = |number: &str| json!({"name": "New", "number": number, "target": "queue", "target_id": "$cc_queue"});
    vec![
        row("GET", "/api/extension", queues, Value::Null),
        row("POST", "/api/extension", queues, extension("7001")),
        row("GET", "/api/extension/{id}", queues, Value::Null),
        row("PUT", "/api/extension/{id}", queues, extension("7002")),
    ]
}

fn pauses() -> Vec<Row> {
    let queues = Permission("queues");
    vec![
        // An agent needs the pauses to pause.
        row("GET", "/api/pause", Nothing, Value::Null),
        row("POST", "/api/pause", queues, json!({"name": "New"})),
        row("GET", "/api/pause/{id}", Nothing, Value::Null),
        row("PUT", "/api/pause/{id}", queues, json!({"color": "red"})),
    ]
}

fn account() -> Vec<Row> {
    let settings = Permission("settings");
    vec![row("GET", "/api/account", settings, Value::Null), row("PUT", "/api/account", settings, json!({"wrap_up_time": 5}))]
}

fn devices() -> Vec<Row> {
    let devices = Permission("devices");
    let device = json!({"name": "New", "type": "sip", "username": "1100", "user_id": "$user"});
    vec![
        row("GET", "/api/device", devices, Value::Null),
        row("POST", "/api/device", devices, device),
        row("GET", "/api/device/{id}", devices, Value::Null),
        row("PUT", "/api/device/{id}", devices, json!({"name": "Changed", "user_id": "$user"})),
    ]
}

fn users() -> Vec<Row> {
    let users = Permission("users");
    let user = json!({
        "name": "New", "username": "new", "password": "Ab123456", "email": "new@mail.com", "pgroup_id": "$pgroup", "queue_perms": [["$cc_queue", 1]],
    });
    vec![
        row("GET", "/api/user", users, Value::Null),
        row("POST", "/api/user", users, user),
        row("GET", "/api/user/{id}", users, Value::Null),
        row("PUT", "/api/user/{id}", users, json!({"name": "Changed", "pgroup_id": "$pgroup", "queue_perms": [["$cc_queue", 1]]})),
        row("GET", "/api/user/{id}/key", users, Value::Null),
        row("POST", "/api/user/{id}/key", users, json!({"name": "Another"})),
        row("GET", "/api/user/{id}/queues", users, Value::Null),
        row("POST", "/api/user/{id}/queues", users, json!({"queues": [["$cc_queue", 3]]})),
        row("PUT", "/api/user/{id}/queues", users, json!({"queues": [["$cc_queue", 3]]})),
    ]
}

fn deletions() -> Vec<Row> {
    vec![
        row("DELETE", "/api/cc_queue/{id}/users", Permission("queues"), json!({"ids": "$user"})),
        row("DELETE", "/api/user/{id}/queues", Permission("users"), json!({"ids": "$cc_queue"})),
        row("DELETE", "/api/user/{id}/key/{key_id}", Permission("users"), Value::Null),
        row("DELETE", "/api/extension/{id}", Permission("queues"), Value::Null),
        row("DELETE", "/api/cc_queue/{id}", Permission("queues"), Value::Null),
        row("DELETE", "/api/pause/{id}", Permission("queues"), Value::Null),
        row("DELETE", "/api/device/{id}", Permission("devices"), Value::Null),
        row("DELETE", "/api/user/{id}", Permission("users"), Value::Null),
    ]
}
