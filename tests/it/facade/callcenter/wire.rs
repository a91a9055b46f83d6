//! The rules of the wire: envelope, parameters, status codes.

use serde_json::json;

use super::{agent, data, refusal, resource};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![
    trailing_slash,
    unknown_paths,
    parameters_from_everywhere,
    strict_json,
    too_large,
    bad_values_are_named,
    lists,
    legacy_status
];

async fn trailing_slash(w: &mut World) {
    let id = agent(w, "slash").await;
    for path in ["/api/user".to_owned(), format!("/api/user/{id}"), "/api/cc_queue".to_owned(), format!("/api/user/{id}/key")] {
        assert_eq!(w.get(&path).await.body, w.get(&format!("{path}/")).await.body, "{path}");
    }
}

async fn unknown_paths(w: &mut World) {
    for path in
        ["/api", "/api/", "/api/nothing", "/api/user/x", "/api/user/999999", "/api/user/1/2/3", "/api/cc_agent/fly", "/api/user/%ff"]
    {
        refusal(w.get(path).await, 404);
    }
    refusal(w.delete("/api/account").await, 405);
}

async fn parameters_from_everywhere(w: &mut World) {
    let user = json!({"name": "In JSON", "username": "json", "password": "Ab123456", "email": "json@mail.com"});
    let made = data(w.post("/api/user?name=In+query&timezone=Asia/Jerusalem", user).await);
    assert_eq!((&made["name"], &made["timezone"]), (&json!("In JSON"), &json!("Asia/Jerusalem")));
    let (one, two) = (resource(w, "site", json!({"name": "One"})).await, resource(w, "site", json!({"name": "Two"})).await);
    let form = "name=In%20form&username=form&password=Ab123456&email=form@mail.com&is_agent=true";
    let form = format!("{form}&sites[]={one}&sites[]={two}");
    let made = data(w.post_form("/api/user?name=In+query", &form).await);
    assert_eq!((&made["name"], &made["sites"], &made["is_agent"]), (&json!("In form"), &json!([one, two]), &json!(true)));
}

async fn strict_json(w: &mut World) {
    for body in ["{name: 1}", "{\"name\":\"a\",}", "[1", "{\"name\":\"a\"} x"] {
        assert!(refusal(w.post_raw("/api/user", "application/json", body).await, 400).contains("JSON"), "{body}");
    }
}

async fn too_large(w: &mut World) {
    let body = json!({"name": "x".repeat(5 * 1024 * 1024)});
    refusal(w.post("/api/user", body).await, 413);
}

async fn bad_values_are_named(w: &mut World) {
    let id = agent(w, "named").await;
    let user = format!("/api/user/{id}");
    for (field, value) in [
        ("wrap_up_time", json!("soon")),
        ("active", json!("maybe")),
        ("sites", json!("a,b")),
        ("timezone", json!("Mars/Olympus")),
        ("geo_limit", json!("ISR")),
        ("allowed_ips", json!("here")),
        ("email", json!("nobody")),
        ("username", json!("two words")),
        ("password", json!("weak")),
        ("permissions", json!({"fly": true})),
        ("pgroup_id", json!(999_999)),
        ("queue_perms", json!([[1, 9]])),
        ("ecnum", json!("1,2")),
        ("blf_ext", json!("1001,x")),
    ] {
        assert!(refusal(w.put(&user, json!({field: value})).await, 400).starts_with(field), "{field}");
    }
}

async fn lists(w: &mut World) {
    for number in 0..55 {
        data(w.post("/api/extension", json!({"number": format!("{}", 5_000 + number), "target": "user", "target_id": w.user_id()})).await);
    }
    let everything = w.get("/api/extension").await.body;
    assert_eq!((everything["data"].as_array().unwrap().len(), &everything["total"]), (55, &json!(null)));
    let page = w.get("/api/extension?limit=10&offset=50").await.body;
    assert_eq!((page["data"].as_array().unwrap().len(), &page["total"]), (5, &json!(55)));
    assert_eq!(page["data"][0]["number"], "5050");
    assert!(refusal(w.get("/api/extension?limit=501").await, 400).starts_with("limit"));
}

async fn legacy_status(w: &mut World) {
    data(w.put("/api/account", json!({"legacy_http_status": 1})).await);
    let old = w.old_status();
    refusal(old.get("/api/user/999999").await, 200);
    refusal(old.post("/api/user", json!({})).await, 200);
    refusal(old.post_raw("/api/user", "application/json", "{").await, 200);
    assert!(refusal(old.post("/api/user", json!({"name": "x".repeat(5 * 1024 * 1024)})).await, 200).contains("bytes"));
    refusal(w.anonymous().get("/api/user").await, 401);
    data(w.put("/api/account", json!({"legacy_http_status": "false"})).await);
    refusal(w.get("/api/user/999999").await, 404);
}
