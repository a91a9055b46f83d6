//! Bytes and headers, as the document's example has them.

use ccgate::facade::agentprofile::{express, routes};
use reqwest::Method;
use serde_json::json;

use super::{error, session};
use crate::facade::callcenter::agent;
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_documents_answer, every_path_both_ways, what_is_no_request, before_a_browser_asks];

async fn the_documents_answer(w: &mut World) {
    agent(w, "dana").await;
    let body = format!("{{\n    \"ssid\":\"{}\"\n}}", session(w, "dana").await);
    // The document's raw request: no content type.
    let request = format!(
        "POST /api/v2/agentProfile/agentOnBreak HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        w.base().trim_start_matches("http://"),
        body.len()
    );
    let (head, body) = w.raw(&request).await;
    assert_eq!(body, r#"{"status":"error","message":"On break is : 0","code":1502}"#);
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    for line in [
        "content-type: application/json; charset=utf-8",
        "content-length: 58",
        "access-control-allow-origin: *",
        "access-control-allow-methods: post, get, options, patch, delete",
        "access-control-allow-headers: x-requested-with, content-type",
        "access-control-allow-credentials: true",
        "vary: origin",
        r#"etag: w/"3a-hcwf2rvvhhahh45odnxpallku74""#,
    ] {
        assert_eq!(head.lines().filter(|known| *known == line).count(), 1, "{line} in\n{head}");
    }
}

async fn every_path_both_ways(w: &mut World) {
    assert_eq!(routes().count(), 6);
    for (_, path) in routes() {
        for path in [path.clone(), format!("{path}/")] {
            for content_type in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                let answer = w.anonymous().post_raw(&path, content_type, r#"{"ssid":"no session"}"#).await;
                assert_eq!((answer.status, &answer.body["status"]), (200, &json!("error")), "{path}");
                assert!([1501, 1503].contains(&answer.body["code"].as_i64().unwrap()), "{path}: {}", answer.body);
                let text = if answer.body["code"] == 1501 { "Agent id not match" } else { "SSID not valid for setWebPingTime" };
                let bytes = format!(r#"{{"status":"error","message":"{text}","code":{}}}"#, answer.body["code"]);
                assert_eq!(answer.headers["etag"], express::etag(bytes.as_bytes()));
            }
        }
    }
}

async fn what_is_no_request(w: &mut World) {
    let path = "/deepcall/api/v2/agentProfile/agentOnBreak";
    for body in ["", "{", "[]", "ssid=x", r#"{ssid: "x"}"#] {
        let answer = w.anonymous().post_raw(path, "text/plain", body).await;
        assert_eq!((answer.status, &answer.body["code"]), (200, &json!(400)), "{body}");
        assert!(answer.body["message"].as_str().unwrap().starts_with("the body must be a JSON object"), "{}", answer.body);
    }
    let long = format!(r#"{{"ssid":"{}"}}"#, "x".repeat(65 * 1024));
    assert_eq!(w.anonymous().post_raw(path, "text/plain", &long).await.body["code"], 413);
    for root in ["/deepcall/api/v2/agentProfile", "/api/v2/agentProfile"] {
        for path in [root.to_owned(), format!("{root}/agentonbreak"), format!("{root}/agentOnBreak/x")] {
            let answer = w.anonymous().get(&path).await;
            assert_eq!((answer.status, answer.body), (404, error(404, "there is no such path")), "{path}");
        }
        let answer = w.anonymous().get(&format!("{root}/agentOnBreak")).await;
        assert_eq!((answer.status, answer.body), (405, error(405, "this path takes POST only")));
    }
}

async fn before_a_browser_asks(w: &mut World) {
    for (_, path) in routes() {
        let (head, body) = w.raw(&format!("{} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", Method::OPTIONS)).await;
        assert!(
            head.starts_with("HTTP/1.1 200 ") && head.contains("access-control-allow-headers: X-Requested-With, content-type"),
            "{head}"
        );
        assert_eq!(body, "");
    }
}
