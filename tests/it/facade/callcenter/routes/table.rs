//! Every route: which permission it needs, and a request of it that a caller with that permission may make.
//!
//! What a request sends may hold `"$name"`, the id of a row of the fixture; `{id}` in a path is that of the noun the path begins with.

use serde_json::{Value, json};

use Needs::{Nothing, OneOf};

/// What a caller must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// Nothing at all: the login.
    Nobody,
    /// A session.
    Session,
    /// A key or a session.
    Nothing,
    /// Any of these permissions.
    OneOf(&'static [&'static str]),
}

/// A route and a request of it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) needs: Needs,
    pub(crate) sends: Value,
    /// How an id of another account is refused: 404 or 400, where nothing else is said.
    pub(crate) crossing: Option<u16>,
    /// What is answered to who may.
    pub(crate) gives: u16,
}

fn row(method: &'static str, path: &'static str, needs: Needs, sends: Value) -> Row {
    Row { method, path, needs, sends, crossing: None, gives: 200 }
}

impl Row {
    /// For ids that are refused as those of the own account which one may not use.
    fn crossing(self, status: u16) -> Self {
        Self { crossing: Some(status), ..self }
    }

    /// For what cannot be done to the fixture.
    fn gives(self, status: u16) -> Self {
        Self { gives: status, ..self }
    }
}

/// In an order in which they can be sent one after the other; what deletes comes last.
pub(crate) fn table() -> Vec<Row> {
    [
        agents(),
        calls(),
        history(),
        live(),
        sessions(),
        queues(),
        extensions(),
        pauses(),
        account(),
        events(),
        devices(),
        users(),
        resources(),
        phone_lists(),
        deletions(),
    ]
    .concat()
}

/// The verbs of agents come as GET and as POST.
fn verb(path: &'static str, needs: Needs, sends: Value) -> Vec<Row> {
    vec![row("GET", path, needs, sends.clone()), row("POST", path, needs, sends)]
}

fn agents() -> Vec<Row> {
    let agents = OneOf(&["agents"]);
    // Their queue is refused as one of our own that the agent is not assigned to.
    let set_queues = |path| {
        let rows = verb(path, agents, json!({"queue_ids": "$cc_queue", "user_id": "$user"}));
        rows.into_iter().map(|row| row.crossing(403)).collect::<Vec<_>>()
    };
    [
        vec![row("GET", "/api/cc_agent/state", agents, json!({"user_id": "$user"}))],
        verb("/api/cc_agent/checkIn", agents, json!({"user_id": "$user"})),
        verb("/api/cc_agent/checkInDevice", agents, json!({"user_id": "$user", "device_id": "$device"})),
        set_queues("/api/cc_agent/setQueues"),
        set_queues("/api/setQueues"),
        verb("/api/cc_agent/setPause", agents, json!({"user_id": "$user", "id": "$pause"})),
        verb("/api/cc_agent/wrapup", agents, json!({"user_id": "$user", "seconds": 0})),
        // Nobody is in a call.
        verb("/api/cc_agent/setRecording", agents, json!({"user_id": "$user", "state": "hold"}))
            .into_iter()
            .map(|row| row.gives(409))
            .collect(),
        verb("/api/cc_agent/checkOut", agents, json!({"user_id": "$user"})),
    ]
    .concat()
}

fn calls() -> Vec<Row> {
    verb("/api/cc_agent/originate", OneOf(&["originate"]), json!({"device_id": "$own_device", "destination": "0501234567"}))
}

/// Without `supervise` a user sees its own; a queue is nobody's own. The figures are of a day without any, as they grow with time.
fn history() -> Vec<Row> {
    vec![
        row("GET", "/api/cdr", Nothing, Value::Null),
        row("GET", "/api/cdr/{uuid}", Nothing, Value::Null),
        // It rang at the tester's only.
        row("GET", "/api/cdr/recordings/{uuid}", OneOf(&["supervise"]), Value::Null),
        row("GET", "/api/stats/queue", OneOf(&["supervise"]), json!({"queue_id": "$cc_queue", "from": "2020-01-01", "to": "2020-01-01"})),
        row("GET", "/api/stats/agent", Nothing, json!({"from": "2020-01-01", "to": "2020-01-01"})),
    ]
}

/// Without naming another user, a user sees its own.
fn live() -> Vec<Row> {
    let about = json!({"user_id": "$user", "queue_id": "$cc_queue"});
    let supervise = OneOf(&["supervise"]);
    let wall = json!({"queue_id": "$cc_queue"});
    vec![
        row("GET", "/api/stream", supervise, about.clone()),
        row("GET", "/api/cc_agent/active_calls", supervise, about),
        row("GET", "/api/wallboard", supervise, wall.clone()),
        row("GET", "/api/wallboard/stream", supervise, wall),
    ]
}

fn sessions() -> Vec<Row> {
    vec![row("POST", "/api/user/login", Needs::Nobody, Value::Null), row("GET", "/api/user/logout", Needs::Session, Value::Null)]
}

fn queues() -> Vec<Row> {
    let queues = OneOf(&["queues"]);
    let queue = json!({"name": "New", "strategy": "ring-all", "time_base_score": "queue", "users": [["$user", 1]]});
    let queue_change = json!({
        "site_id": "$site", "labels": ["$label"], "moh_id": "$media", "announce_id": "$media", "pre_bridge_announce": "$media",
        "join_announce": "$media", "users": [["$user", 3, 1, 1, "$time_group"]],
    });
    vec![
        row("GET", "/api/cc_queue", queues, Value::Null),
        row("POST", "/api/cc_queue", queues, queue),
        row("GET", "/api/cc_queue/{id}", queues, Value::Null),
        row("PUT", "/api/cc_queue/{id}", queues, queue_change),
        row("GET", "/api/cc_queue/{id}/users", queues, Value::Null),
        row("POST", "/api/cc_queue/{id}/users", queues, json!({"users": [["$user", 3]]})),
        row("PUT", "/api/cc_queue/{id}/users", queues, json!({"users": [["$user", 3]]})),
    ]
}

fn extensions() -> Vec<Row> {
    let queues = OneOf(&["queues"]);
    let extension = json!({"name": "New", "number": "7001", "target": "queue", "target_id": "$cc_queue"});
    vec![
        row("GET", "/api/extension", queues, Value::Null),
        row("POST", "/api/extension", queues, extension),
        row("GET", "/api/extension/{id}", queues, Value::Null),
        row("PUT", "/api/extension/{id}", queues, json!({"target": "voicemail", "target_id": "$own_mailbox"})),
    ]
}

fn pauses() -> Vec<Row> {
    let queues = OneOf(&["queues"]);
    vec![
        // An agent needs the pauses to pause.
        row("GET", "/api/pause", Nothing, Value::Null),
        row("POST", "/api/pause", queues, json!({"name": "New"})),
        row("GET", "/api/pause/{id}", Nothing, Value::Null),
        row("PUT", "/api/pause/{id}", queues, json!({"color": "red"})),
    ]
}

fn account() -> Vec<Row> {
    let settings = OneOf(&["settings"]);
    // An address that is refused before anything is sent.
    let change = json!({"wrap_up_time": 5, "dr_id": "$own_rule", "dnc_list_id": "$own_list", "event_url": "http://192.0.2.1/"});
    vec![row("GET", "/api/account", settings, Value::Null), row("PUT", "/api/account", settings, change)]
}

fn events() -> Vec<Row> {
    let settings = OneOf(&["settings"]);
    vec![
        row("GET", "/api/event", settings, Value::Null),
        row("GET", "/api/event/{id}", settings, Value::Null),
        row("GET", "/api/event/{id}/attempts", settings, Value::Null),
        row("POST", "/api/event/{id}/replay", settings, Value::Null),
        row("POST", "/api/event/replay", settings, json!({"from": 0, "to": "2100-01-01T00:00:00Z"})),
        row("POST", "/api/event/test", settings, Value::Null),
        row("GET", "/api/repair", settings, Value::Null),
    ]
}

fn devices() -> Vec<Row> {
    let devices = OneOf(&["devices"]);
    let device = json!({"name": "New", "type": "sip", "username": "1100", "user_id": "$user"});
    vec![
        row("GET", "/api/device", devices, Value::Null),
        row("POST", "/api/device", devices, device),
        row("GET", "/api/device/{id}", devices, Value::Null),
        row("PUT", "/api/device/{id}", devices, json!({"name": "Changed", "user_id": "$user"})),
    ]
}

fn users() -> Vec<Row> {
    let users = OneOf(&["users"]);
    let user = json!({
        "name": "New", "username": "new", "password": "Ab123456", "email": "new@mail.com", "queue_perms": [["$cc_queue", 1]],
    });
    let user_change = json!({
        "pgroup_id": "$pgroup", "sites": ["$site"], "groups": ["$group"], "intercept_groups": ["$group"],
        "intercept_other_groups": ["$group"], "dr_id": "$dial_rule", "vm_id": "$voicemail",
        "queue_perms": [["$cc_queue", 1, 1, 1, "$time_group"]],
    });
    vec![
        row("GET", "/api/user", users, Value::Null),
        row("POST", "/api/user", users, user),
        row("GET", "/api/user/{id}", users, Value::Null),
        row("PUT", "/api/user/{id}", users, user_change),
        row("GET", "/api/user/{id}/key", users, Value::Null),
        row("POST", "/api/user/{id}/key", users, json!({"name": "Another"})),
        row("GET", "/api/user/{id}/queues", users, Value::Null),
        row("POST", "/api/user/{id}/queues", users, json!({"queues": [["$cc_queue", 3]]})),
        row("PUT", "/api/user/{id}/queues", users, json!({"queues": [["$cc_queue", 3]]})),
    ]
}

/// A noun's five methods but the deletion.
fn noun(collection: &'static str, one: &'static str, read: Needs, write: Needs, new: Value) -> Vec<Row> {
    vec![
        row("GET", collection, read, Value::Null),
        row("POST", collection, write, new),
        row("GET", one, read, Value::Null),
        row("PUT", one, write, json!({"name": "Changed"})),
    ]
}

fn resources() -> Vec<Row> {
    let (users, queues, settings) = (OneOf(&["users"]), OneOf(&["queues"]), OneOf(&["settings"]));
    let (or_agents, users_or_agents) = (OneOf(&["queues", "agents"]), OneOf(&["users", "agents"]));
    let group = json!({"name": "New", "user_ids": ["$user"]});
    let time_group = json!({"name": "New", "timezone": "UTC", "rules": [{"days": [1], "from": "08:00", "to": "17:00"}]});
    let media = json!({"name": "New", "kind": "file", "path": "new.wav"});
    [
        noun("/api/pgroup", "/api/pgroup/{id}", users, users, json!({"name": "New"})),
        noun("/api/site", "/api/site/{id}", or_agents, queues, json!({"name": "New"})),
        noun("/api/group", "/api/group/{id}", users_or_agents, users, group),
        noun("/api/label", "/api/label/{id}", or_agents, queues, json!({"name": "New"})),
        noun("/api/time_group", "/api/time_group/{id}", or_agents, queues, time_group),
        noun("/api/media", "/api/media/{id}", settings, settings, media),
        noun("/api/dial_rule", "/api/dial_rule/{id}", settings, settings, json!({"name": "New"})),
        noun("/api/voicemail", "/api/voicemail/{id}", settings, settings, json!({"name": "New", "number": "8001"})),
    ]
    .concat()
}

fn phone_lists() -> Vec<Row> {
    let lists = OneOf(&["phone_lists"]);
    let mut rows = noun("/api/phone_list", "/api/phone_list/{id}", lists, lists, json!({"name": "New"}));
    rows.extend([
        row("GET", "/api/phone_list/{id}/", lists, Value::Null),
        row("GET", "/api/phone_list/{id}/lead", lists, Value::Null),
        row("POST", "/api/phone_list/{id}/lead", lists, json!({"phone": "+972507654321"})),
        row("PUT", "/api/phone_list/{id}/lead/{phone}", lists, json!({"name": "Changed"})),
        row("GET", "/api/phone_list/{id}/import", lists, Value::Null),
    ]);
    rows
}

/// What names others goes before them.
fn deletions() -> Vec<Row> {
    vec![
        row("DELETE", "/api/cdr/recordings/{uuid}", OneOf(&["supervise"]), Value::Null),
        row("DELETE", "/api/cc_queue/{id}/users", OneOf(&["queues"]), json!({"ids": "$user"})),
        row("DELETE", "/api/user/{id}/queues", OneOf(&["users"]), json!({"ids": "$cc_queue"})),
        row("DELETE", "/api/user/{id}/key/{key_id}", OneOf(&["users"]), Value::Null),
        row("DELETE", "/api/extension/{id}", OneOf(&["queues"]), Value::Null),
        row("DELETE", "/api/cc_queue/{id}", OneOf(&["queues"]), Value::Null),
        row("DELETE", "/api/pause/{id}", OneOf(&["queues"]), Value::Null),
        row("DELETE", "/api/device/{id}", OneOf(&["devices"]), Value::Null),
        row("DELETE", "/api/user/{id}", OneOf(&["users"]), Value::Null),
        row("DELETE", "/api/phone_list/{id}/lead/{phone}", OneOf(&["phone_lists"]), Value::Null),
        row("DELETE", "/api/phone_list/{id}/lead", OneOf(&["phone_lists"]), json!(["+972507654321"])),
        row("DELETE", "/api/phone_list/{id}", OneOf(&["phone_lists"]), Value::Null),
        row("DELETE", "/api/pgroup/{id}", OneOf(&["users"]), Value::Null),
        row("DELETE", "/api/site/{id}", OneOf(&["queues"]), Value::Null),
        row("DELETE", "/api/group/{id}", OneOf(&["users"]), Value::Null),
        row("DELETE", "/api/label/{id}", OneOf(&["queues"]), Value::Null),
        row("DELETE", "/api/time_group/{id}", OneOf(&["queues"]), Value::Null),
        row("DELETE", "/api/media/{id}", OneOf(&["settings"]), Value::Null),
        row("DELETE", "/api/dial_rule/{id}", OneOf(&["settings"]), Value::Null),
        row("DELETE", "/api/voicemail/{id}", OneOf(&["settings"]), Value::Null),
    ]
}
