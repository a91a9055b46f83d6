//! The OpenAPI documents: kept in `openapi/`, served, and of everything that is routed. That answers are as they say, the harness checks of every
//! answer of every test.

use std::path::Path;

use ccgate::facade::{openapi, surfaces};
use reqwest::Method;
use serde_json::{Value, json};

use super::world_trials;
use crate::harness::described::every_operation;
use crate::harness::{Answer, World};

world_trials![documents_are_kept_and_served, every_operation_is_routed, every_part_is_described];

/// `just openapi` sets it to write the documents.
const WRITE: &str = "CCGATE_WRITE_OPENAPI";

async fn documents_are_kept_and_served(w: &mut World) {
    for surface in surfaces() {
        let (file, path) = (format!("openapi/{}.json", surface.name), format!("/openapi/{}.json", surface.name));
        let text = openapi::text(&surface.document());
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(&file);
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(&kept, &text).expect("the document can be written");
        }
        assert!(
            std::fs::read_to_string(&kept).is_ok_and(|kept| kept == text),
            "{file} is not what the code says: `just openapi` writes it"
        );
        let served = w.anonymous().get_text(&path).await;
        assert_eq!(served, ("application/json".to_owned(), text), "{path}");
    }
}

/// Asked with a key for what there is not, each operation says something of its own.
async fn every_operation_is_routed(w: &mut World) {
    for (method, path, _) in every_operation() {
        let (method, path) = (Method::from_bytes(method.as_bytes()).expect("a method"), path.replace(['{', '}'], ""));
        let answer = w.call(method.clone(), &path, &Value::Null).await;
        assert!(is_routed(&answer), "{method} {path} is described and not routed: {} {}", answer.status, answer.body);
    }
    for unknown in ["/api/no/such/path", "/api/user/1/no", "/client/1/no", "/api/v2/agentProfile/no", "/oauth/no", "/API/no.php"] {
        assert!(!is_routed(&w.get(unknown).await), "{unknown} is routed");
    }
    assert!(!is_routed(&w.call(Method::PUT, "/api/user", &Value::Null).await), "a method that there is not is routed");
    let unknown = w.get("/api/no/such/path").await;
    assert_eq!((unknown.status, &unknown.body), (404, &json!({"success": false, "msg": "there is no such path"})));
}

/// A path or a method that there is not has an answer that no operation gives.
fn is_routed(answer: &Answer) -> bool {
    let body = &answer.body;
    let no_path = body.is_null() || [&body["msg"], &body["message"]].into_iter().any(|words| *words == "there is no such path");
    answer.status != 405 && !(answer.status == 404 && no_path)
}

/// Nothing is told without words and an example.
async fn every_part_is_described(_: &mut World) {
    for (method, path, operation) in every_operation() {
        let name = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|words| !words.is_empty()), "{name} has no summary");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in &parameters {
            let is_said = parameter["description"].as_str().is_some_and(|words| !words.is_empty());
            let content = parameter.get("content").map(|content| &content["application/json"]);
            assert!(is_said && content.unwrap_or(parameter).get("example").is_some(), "{name} does not tell of {parameter}");
        }
        let in_path: Vec<_> =
            parameters.iter().filter(|one| one["in"] == "path").map(|one| one["name"].as_str().unwrap_or_default()).collect();
        let named: Vec<_> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        assert_eq!(in_path, named, "{name}");
        let contents = operation["requestBody"]["content"].as_object().cloned().unwrap_or_default();
        for (kind, content) in contents {
            assert!(content.get("example").is_some(), "{name} has no example of {kind}");
        }
    }
}
