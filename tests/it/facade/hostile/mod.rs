//! Text that would be a command, in every place of every route of every surface that takes any: refused, or kept as the harmless text that it is.
//!
//! The routes and their places are those of the OpenAPI documents, which are made of what is routed; a valid request of each is that of the table that
//! every route has to be in, or the document's own example. What the switch was told meanwhile is read byte for byte and held to a grammar.

mod leaves;

use ccgate::facade::openapi::Surface;
use reqwest::Method;
use serde_json::{Map, Value, json};

use self::leaves::{Schema, Step, Way, at, put};
use super::callcenter::routes::fixture::{Fixture, fill, text};
use super::callcenter::routes::table::table;
use super::world_trials;
use crate::harness::api::Api;
use crate::harness::{Answer, World};

world_trials![call_center, queue_agent_events, agent_profile, update_agent_state];

/// Everything that means something to any part of the switch, but what ends a line.
const SYNTAX: &str = r#"c4nary'"\ {a=b}[c=d]<e=f>(g),h|i;j&k(l)${system touch}$${m}^^:n=o#%p@q/../r?s`t`!u~v+w*x--y:_:z"#;
/// One kind each, for what takes no other.
const KINDS: [&str; 8] =
    ["1001 c4nary", "1001,c4nary", "1001|c4nary", "1001${c4nary}", "{c4nary=x}1001", "&c4nary(1001)", "'1001' c4nary", "1001@c4nary;x=y"];
/// What ends a line or a text.
const BREAKS: [&str; 3] = ["1001\n\napi c4nary", "1001\rbgapi c4nary", "1001\0c4nary"];

/// A route, and a request that it takes.
struct Route<'a> {
    method: Method,
    /// As the document has it.
    path: String,
    /// The same with ids.
    filled: String,
    sends: Value,
    document: &'a Value,
    operation: &'a Value,
}

async fn call_center(w: &mut World) {
    let fixture = Fixture::new(w, w.with_key(w.key()), "Mine").await;
    let document = document(ccgate::facade::callcenter::surface());
    let mut thrower = Thrower::new(&fixture.admin);
    for row in table() {
        let (filled, sends) = fill(&row, &mut |name| fixture.ids[name].clone());
        let operation = &document["paths"][row.path][row.method.to_lowercase()];
        assert!(operation.is_object(), "{} {} is not in the document", row.method, row.path);
        let method = row.method.parse().expect("a method");
        let route = Route { method, path: row.path.to_owned(), filled, sends, document: &document, operation };
        thrower.route(&route).await;
    }
    w.assert_only_ours_was_said().await;
    // Some of it was taken, and came to the switch as the words that are left of it.
    assert!(thrower.taken > 50, "hardly anything was taken: {} of {}", thrower.taken, thrower.count);
    assert!(w.heard("c4nary") > 0, "nothing hostile came to any command");
}

async fn queue_agent_events(w: &mut World) {
    let user = super::callcenter::agent(w, "agent").await;
    let account = w.account_id();
    let path = |path: &str, event: &str| {
        path.replace("{client_id}", &account.to_string()).replace("{agent_id}", &user.to_string()).replace("{event_id}", event)
    };
    let made = json!({"url": "http://192.0.2.1/", "event_type": "agent-login", "method": "GET"});
    let made = w.post(&path("/client/{client_id}/agent/local/{agent_id}/event/", ""), made).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let event = made.body["id"].to_string();
    examples(w, ccgate::facade::queueevents::surface(), |at| path(at, &event), vec![json!({})]).await;
}

async fn agent_profile(w: &mut World) {
    let (user, _) = super::callcenter::seated(w, "1001").await;
    examples(w, ccgate::facade::agentprofile::surface(), str::to_owned, vec![json!({"userId": user, "ssid": null, "token": null})]).await;
}

async fn update_agent_state(w: &mut World) {
    super::callcenter::seated(w, "1001").await;
    let queue = super::callcenter::queue(w, "Queue", json!([])).await;
    let extension = json!({"number": "7000", "kind": "internal", "target": "queue", "target_id": queue});
    super::callcenter::data(w.post("/api/extension", extension).await);
    let document = document(ccgate::facade::updateagentstate::surface());
    let actions = document["paths"]["/API/UpdateAgentState.php"]["get"]["parameters"].as_array().expect("parameters");
    let actions = actions.iter().find(|one| one["name"] == "action").expect("an action")["schema"]["enum"].as_array().expect("actions");
    let bases = actions.iter().map(|action| json!({"action": action, "agent": "1001", "queue": "7000"})).collect();
    examples(w, ccgate::facade::updateagentstate::surface(), str::to_owned, bases).await;
}

/// Every route of a surface, with what its document has as an example and each of `bases` over it.
async fn examples(w: &World, surface: Surface, filled: impl Fn(&str) -> String, bases: Vec<Value>) {
    let document = document(surface);
    let mut thrower = Thrower::new(w);
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            for base in &bases {
                let kinds = operation["requestBody"]["content"].as_object();
                let schema =
                    kinds.and_then(|kinds| kinds.values().next()).map(|kind| Schema { document: &document, schema: &kind["schema"] });
                let mut sends = schema.map_or(json!({}), Schema::needed);
                for (name, value) in base.as_object().expect("an object") {
                    sends[name] = value.clone();
                }
                let method = method.to_uppercase().parse().expect("a method");
                let route = Route { method, path: path.clone(), filled: filled(path), sends, document: &document, operation };
                thrower.route(&route).await;
            }
        }
    }
    w.assert_only_ours_was_said().await;
}

fn document(surface: Surface) -> Value {
    serde_json::to_value(surface.document()).expect("a document is JSON")
}

/// Sends them, and looks at what becomes of them.
struct Thrower<'a> {
    api: &'a Api,
    /// Bodies that were sent; what has to be unique is, by it.
    count: usize,
    /// How many of them were taken.
    taken: usize,
}

impl<'a> Thrower<'a> {
    fn new(api: &'a Api) -> Self {
        Self { api, count: 0, taken: 0 }
    }

    async fn route(&mut self, route: &Route<'_>) {
        for parameter in route.operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            match parameter["in"].as_str() {
                Some("path") => self.path(route, name).await,
                Some("header") => self.header(route, name).await,
                _ => self.query(route, name).await,
            }
        }
        for (kind, content) in route.operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let schema = Schema { document: route.document, schema: &content["schema"] };
            match kind.as_str() {
                "application/json" => self.json(route, schema).await,
                "application/x-www-form-urlencoded" => self.form(route, schema).await,
                _ => self.file(route, kind).await,
            }
        }
    }

    async fn json(&mut self, route: &Route<'_>, schema: Schema<'_>) {
        for way in schema.leaves() {
            let mut base = route.sends.clone();
            // What it stands in, where the request has nothing there.
            if let [Step::Field(name), _, ..] = way.as_slice()
                && base.get(name).is_none()
                && let Some(field) = schema.field(name)
            {
                base[name] = field.example();
            }
            for hostile in BREAKS {
                self.one(route, &base, &way, hostile).await;
            }
            if self.one(route, &base, &way, SYNTAX).await {
                continue;
            }
            for hostile in KINDS {
                self.one(route, &base, &way, hostile).await;
            }
        }
    }

    /// Whether it was taken.
    async fn one(&mut self, route: &Route<'_>, base: &Value, way: &Way, hostile: &str) -> bool {
        let mut body = base.clone();
        put(&mut body, way, hostile);
        self.make_unique(route, &mut body, way);
        let answer = self.api.call(route.method.clone(), &route.filled, &body).await;
        let what = format!("{} {way:?} {hostile:?}", route.filled);
        let taken = judged(&answer, &what);
        if taken {
            self.taken += 1;
            self.comes_back(route, &answer, way, hostile).await;
        }
        taken
    }

    /// What was taken is shown as it was sent, or not at all.
    async fn comes_back(&self, route: &Route<'_>, answer: &Answer, way: &Way, hostile: &str) {
        let shown = match (&route.method, answer.body["data"]["id"].as_i64()) {
            (&Method::PUT, _) => route.filled.clone(),
            (&Method::POST, Some(id)) => format!("{}/{id}", route.filled),
            _ => return,
        };
        let known = &route.document["paths"];
        let path = if route.method == Method::PUT { route.path.clone() } else { format!("{}/{{id}}", route.path) };
        if !known[&path]["get"].is_object() {
            return;
        }
        let shown = self.api.get(&shown).await;
        let Some(Value::String(kept)) = at(&shown.body["data"], way) else { return };
        assert_eq!(kept, hostile, "{} {way:?} comes back as another text", route.filled);
    }

    /// A new one has a name that nothing else has.
    fn make_unique(&mut self, route: &Route<'_>, body: &mut Value, way: &Way) {
        self.count += 1;
        for name in ["name", "username", "email", "number", "phone"] {
            let is_thrown = way.first() == Some(&Step::Field(name.to_owned()));
            let Some(Value::String(value)) = body.get(name).filter(|_| route.method == Method::POST && !is_thrown) else { continue };
            body[name] = match name {
                "email" => json!(format!("n{}.{value}", self.count)),
                "phone" => json!(format!("050{:07}", self.count)),
                _ => json!(format!("{value}{}", self.count)),
            };
        }
    }

    async fn form(&mut self, route: &Route<'_>, schema: Schema<'_>) {
        let base = route.sends.as_object().cloned().unwrap_or_default();
        for way in schema.leaves() {
            let [Step::Field(name), ..] = way.as_slice() else { continue };
            for hostile in [SYNTAX, BREAKS[0]] {
                let mut body = Value::Object(base.clone());
                body[name] = json!(hostile);
                self.make_unique(route, &mut body, &way);
                let form = pairs(body.as_object().expect("an object"));
                let answer = self.api.send_raw(route.method.clone(), &route.filled, "application/x-www-form-urlencoded", &form).await;
                judged(&answer, &format!("{} the form's {name} {hostile:?}", route.filled));
            }
        }
    }

    /// A table whose cells, columns and name are hostile.
    async fn file(&mut self, route: &Route<'_>, kind: &str) {
        for hostile in [SYNTAX].iter().chain(&KINDS).chain(&BREAKS) {
            let cell = format!("\"{}\"", hostile.replace('"', "\"\""));
            let table = format!("phone,name,tags,{cell}\r\n0501234567,{cell},{cell},{cell}\r\n{cell},x,y,z\r\n");
            let (kind, body) = if kind.starts_with("multipart/") {
                let name = hostile.replace(['"', '\r', '\n', '\0'], "_");
                let disposition = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"");
                (format!("{kind}; boundary=x"), format!("--x\r\n{disposition}\r\nContent-Type: text/csv\r\n\r\n{table}\r\n--x--\r\n"))
            } else {
                (kind.to_owned(), table)
            };
            let answer = self.api.send_raw(route.method.clone(), &route.filled, &kind, &body).await;
            judged(&answer, &format!("{} {kind} {hostile:?}", route.filled));
        }
    }

    async fn query(&mut self, route: &Route<'_>, name: &str) {
        let mut base = route.sends.as_object().cloned().unwrap_or_default();
        for hostile in [SYNTAX].iter().chain(&KINDS).chain(&BREAKS) {
            base.insert(name.to_owned(), json!(hostile));
            let path = format!("{}?{}", route.filled, pairs(&base));
            let answer = self.api.call(route.method.clone(), &path, &Value::Null).await;
            judged(&answer, &format!("{} {name} {hostile:?}", route.filled));
        }
    }

    async fn path(&mut self, route: &Route<'_>, name: &str) {
        let at = route.path.split('/').position(|part| part == format!("{{{name}}}")).expect("a part of the path");
        for hostile in [SYNTAX].iter().chain(&KINDS).chain(&BREAKS) {
            let mut parts: Vec<String> = route.filled.split('/').map(str::to_owned).collect();
            parts[at] = escaped(hostile);
            let answer = self.api.call(route.method.clone(), &parts.join("/"), &Value::Null).await;
            assert!((400..500).contains(&answer.status), "{} {name} {hostile:?}: {} {}", route.path, answer.status, answer.body);
        }
    }

    /// What HTTP lets through.
    async fn header(&mut self, route: &Route<'_>, name: &str) {
        for hostile in [SYNTAX].iter().chain(&KINDS) {
            let status = self.api.status_with(route.method.clone(), &route.filled, name, hostile).await;
            assert!(status < 500, "{} {name} {hostile:?}: {status}", route.filled);
        }
    }
}

/// Whether it was taken; else it was refused, and nothing failed.
fn judged(answer: &Answer, what: &str) -> bool {
    assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.body);
    (200..300).contains(&answer.status) && answer.body["success"] != json!(false) && answer.body["status"] != json!("error")
}

fn pairs(fields: &Map<String, Value>) -> String {
    let list = |items: &Vec<Value>| items.iter().map(text).collect::<Vec<_>>().join(",");
    let one = |value: &Value| match value {
        Value::Null => String::new(),
        Value::Array(items) if items.iter().all(|item| !item.is_array() && !item.is_object()) => list(items),
        value => text(value),
    };
    fields.iter().map(|(name, value)| format!("{name}={}", escaped(&one(value)))).collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
