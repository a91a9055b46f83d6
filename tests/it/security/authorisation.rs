//! Whoever may not is refused as it is described, on every route, changes nothing, and is shown nothing of anybody.

use std::collections::BTreeMap;

use ccgate::domain::AccountId;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Row as _};

use super::requests::{Office, Request, Surface};
use crate::facade::callcenter::{data, user_with};
use crate::facade::world_trials;
use crate::harness::api::Api;
use crate::harness::described::every_operation;
use crate::harness::{Answer, World};

world_trials![who_is_nobody, from_the_wrong_place, a_key_without_its_permission, another_accounts_key, whoever_may, no_other_origin];

/// What every name of the first account's rows begins with.
const MINE: &str = "Mine";

async fn office(w: &World) -> Office {
    let office = Office::new(w, w.with_key(w.key()), MINE).await;
    w.reconciled().await;
    office
}

/// Whose rows they are that do not carry their account.
const BY_ANOTHER: [(&str, &str); 2] = [
    ("membership", "user_id IN (SELECT id FROM user WHERE account_id = ?)"),
    ("lead", "list_id IN (SELECT id FROM phone_list WHERE account_id = ?)"),
];

/// Every row that the account has, by table, but for when a key was last used: that may be noted of one that is refused what it asks. What is counted of
/// failures belongs to no account.
async fn rows(w: &World, account: AccountId) -> BTreeMap<String, Vec<String>> {
    let mut conn = w.running().store().read().await.expect("the database can be read");
    let tables = "SELECT t.name, group_concat('quote(\"' || c.name || '\")', '||'' ''||'), sum(c.name = 'account_id') FROM sqlite_master t, \
                  pragma_table_info(t.name) c WHERE t.type = 'table' AND c.name <> 'last_used_at' GROUP BY t.name";
    let tables = sqlx::query(tables).fetch_all(&mut *conn).await.expect("the tables");
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for table in tables {
        let (name, columns, carries): (String, String, i64) = (table.get(0), table.get(1), table.get(2));
        let of = match BY_ANOTHER.iter().find(|(other, _)| *other == name) {
            Some((_, of)) => of,
            None if name == "account" => "id = ?",
            None if carries > 0 => "account_id = ?",
            None => continue,
        };
        let query = AssertSqlSafe(format!("SELECT {columns} FROM \"{name}\" WHERE {of} ORDER BY 1"));
        let rows = sqlx::query(query).bind(account.0).fetch_all(&mut *conn).await.expect("the rows");
        all.insert(name, rows.iter().map(|row| row.get(0)).collect());
    }
    assert!(all.len() > 30 && ["queue", "lead", "membership"].iter().all(|table| !all[*table].is_empty()), "{all:?}");
    all
}

/// Sends every request by each of these clients: none is granted, and the account is as before.
async fn all_refused(w: &World, office: &Office, clients: &[(&str, Api)], refused: fn(&Request, &Answer) -> bool) {
    let before = rows(w, w.account_id()).await;
    for (who, client) in clients {
        for (at, request) in office.requests().iter().enumerate() {
            let client = if client.is_somewhere() { client.clone() } else { client.from(&format!("192.0.2.{at}")) };
            let answer = office.send(&client, request).await;
            assert!(refused(request, &answer), "{} by {who}: {} {}", request.name, answer.status, answer.body);
            assert!(!answer.body.to_string().contains(MINE), "{} by {who} shows {}", request.name, answer.body);
        }
    }
    let after = rows(w, w.account_id()).await;
    for (table, rows) in before {
        assert_eq!(rows, after[&table], "the table {table} was changed");
    }
}

/// As one that has not said who it is, or wrongly.
fn unauthorized(request: &Request, answer: &Answer) -> bool {
    match request.surface {
        Surface::CallCenter => answer.status == 401 && answer.body == json!({"success": false, "msg": "Unauthorized"}),
        Surface::QueueEvents => answer.status == 401 && answer.body.is_null(),
        Surface::AgentProfile => answer.body["status"] == "error" && [1501, 1503].map(Value::from).contains(&answer.body["code"]),
        Surface::UpdateAgentState => answer.status == 401 && answer.body["status"] == "error",
    }
}

/// As one that is known, and may not.
fn forbidden(request: &Request, answer: &Answer) -> bool {
    match request.surface {
        Surface::CallCenter => answer.status == 403 && answer.body["success"] == false,
        Surface::QueueEvents => answer.status == 403 && answer.body == json!({"status": "access_denied"}),
        Surface::AgentProfile => answer.body["status"] == "error" && answer.body["code"] == 403,
        Surface::UpdateAgentState => answer.body["status"] == "error",
    }
}

/// An administrator's session.
async fn session(w: &World, username: &str) -> String {
    let login = json!({"username": username, "password": "Ab123456"});
    data(w.anonymous().post("/api/user/login", login).await)["ssid"].as_str().expect("a session").to_owned()
}

async fn who_is_nobody(w: &mut World) {
    let office = office(w).await;
    let administrators = data(w.get(&format!("/api/user/{}", w.user_id())).await)["pgroup_id"].clone();
    let keyed = async |name: &str, more: Value| {
        let (id, client) = user_with(w, name, json!({})).await;
        data(w.put(&format!("/api/user/{id}"), json!({"pgroup_id": administrators})).await);
        let ssid = session(w, name).await;
        data(w.put(&format!("/api/user/{id}"), more).await);
        (id, client, ssid)
    };
    let (_, inactive, left) = keyed("left", json!({"active": 0})).await;
    let (_, _, live) = keyed("live", json!({})).await;
    let (_, _, over) = keyed("over", json!({})).await;
    let (gone, revoked, _) = keyed("gone", json!({})).await;
    let nobody = w.anonymous();
    data(nobody.get(&format!("/api/user/logout?ssid={over}")).await);
    let keys = data(w.get(&format!("/api/user/{gone}/key")).await);
    data(w.delete(&format!("/api/user/{gone}/key/{}", keys[0]["id"])).await);
    let of_ours = |ssid: &str| nobody.with_header("cookie", &format!("ssid={ssid}")).with_header("sec-fetch-site", "same-origin");
    let by_cookie = |site: &str| nobody.with_header("cookie", &format!("ssid={live}")).with_header("sec-fetch-site", site);
    let clients = [
        ("nobody", nobody.clone()),
        ("a wrong key", nobody.with_key("ccg_wrong")),
        ("a revoked key", revoked),
        ("a user that is not active", inactive),
        ("its session", of_ours(&left)),
        ("a session that has ended", of_ours(&over)),
        // A browser sends the cookie along with what other pages ask.
        ("a cookie", nobody.with_header("cookie", &format!("ssid={live}"))),
        ("another site's page", by_cookie("cross-site")),
        ("another origin of the site", by_cookie("same-site")),
        ("a link", by_cookie("none")),
        ("another origin's form", nobody.with_header("cookie", &format!("ssid={live}")).with_header("origin", "https://evil.example")),
    ];
    all_refused(w, &office, &clients, unauthorized).await;
    // The same session of our own page is good.
    data(of_ours(&live).get("/api/user").await);
}

async fn from_the_wrong_place(w: &mut World) {
    let office = office(w).await;
    let admin = w.user_id();
    data(w.put(&format!("/api/user/{admin}"), json!({"allowed_ips": "127.0.0.1,192.0.2.0/24"})).await);
    let clients = [
        ("a key from elsewhere", w.from("198.51.100.1")),
        ("a key from elsewhere by a proxy that lies", w.from("192.0.2.1, 198.51.100.1")),
    ];
    all_refused(w, &office, &clients, |request, answer| {
        // Who has no session has none to end, wherever it is.
        forbidden(request, answer) || (request.name == "GET /api/user/logout" && answer.status == 401)
    })
    .await;
    data(w.from("192.0.2.1").get("/api/user").await);
}

async fn a_key_without_its_permission(w: &mut World) {
    let office = office(w).await;
    let all = ["agents", "originate", "users", "queues", "phone_lists", "devices", "settings", "supervise"];
    let but_cc_api: serde_json::Map<_, _> = all.into_iter().map(|one| (one.to_owned(), json!(true))).collect();
    let (_, client) = user_with(w, "poor", but_cc_api.into()).await;
    all_refused(w, &office, &[("a key without cc_api", client)], forbidden).await;
}

/// A list is that of its own account; what names a row of ours is refused.
async fn another_accounts_key(w: &mut World) {
    let office = office(w).await;
    let theirs = Office::new(w, w.other_account("other.local").await, "Theirs").await;
    let clients = [("another account's key", theirs.fixture.admin.clone())];
    all_refused(w, &office, &clients, |request, answer| {
        let is_about_a_row = request.is_about_a_row();
        let refused = match request.surface {
            Surface::CallCenter => answer.body["success"] == false,
            Surface::QueueEvents => answer.status == 404 && answer.body == json!({"status": "client_not_found"}),
            Surface::AgentProfile => answer.body["code"] == 1501,
            // Its agents are named by their numbers, of which each account has its own.
            Surface::UpdateAgentState => true,
        };
        refused || !is_about_a_row
    })
    .await;
}

/// What the others were refused can be done.
async fn whoever_may(w: &mut World) {
    let office = office(w).await;
    let mut requests = office.requests();
    requests.sort_by_key(|request| request.name.starts_with("DELETE"));
    for request in requests.iter().filter(|request| request.surface != Surface::CallCenter) {
        let answer = office.send(&w.with_key(w.key()), request).await;
        let done = match request.surface {
            Surface::QueueEvents => (200..=204).contains(&answer.status),
            // Nobody is on a break, or in wrap-up.
            Surface::AgentProfile => answer.body["status"] == "success" || [1502, 1504].map(Value::from).contains(&answer.body["code"]),
            Surface::UpdateAgentState => answer.body["status"] == "ok",
            Surface::CallCenter => false,
        };
        assert!(done, "{}: {} {}", request.name, answer.status, answer.body);
    }
}

/// A page elsewhere may not send our header, nor read an answer that a cookie gave.
async fn no_other_origin(w: &mut World) {
    let page =
        w.anonymous().with_header("origin", "https://evil.example").with_header("access-control-request-headers", "x-requested-with");
    for (method, path, _) in every_operation() {
        let path = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/");
        let asks = page.with_header("access-control-request-method", &method);
        for answer in [asks.call(Method::OPTIONS, &path, &Value::Null).await, asks.call(Method::GET, &path, &Value::Null).await] {
            let allowed = |name: &str| answer.headers.get(name).map(|value| value.to_str().expect("text").to_lowercase());
            // Agent Profile is for pages elsewhere, and knows no cookie; of everybody, no browser sends one.
            if path.contains("/agentProfile/") {
                assert_eq!(allowed("access-control-allow-origin").as_deref(), Some("*"), "{path}");
                continue;
            }
            for name in ["access-control-allow-origin", "access-control-allow-headers", "access-control-allow-credentials"] {
                assert_eq!(allowed(name), None, "{path}");
            }
        }
    }
}
