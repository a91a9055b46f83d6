//! The OpenAPI documents: kept in `openapi/`, served, and of everything that is routed. That answers are as they say, the harness checks of every
//! answer of every test.

use std::path::Path;

use ccgate::facade::{openapi, surfaces};
use reqwest::Method;
use serde_json::{Value, json};

use super::world_trials;
use crate::harness::World;
use crate::harness::described::every_operation;

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

/// Asked without a key, each says something of its own: a path or a method that there is not is 404 or 405.
async fn every_operation_is_routed(w: &mut World) {
    let operations = every_operation();
    assert!(operations.len() > 5, "the documents have operations");
    for (at, (method, path, _)) in operations.iter().enumerate() {
        let path = path.replace(['{', '}'], "");
        let client = w.anonymous().from(&format!("192.0.2.{}", at % 250));
        let answer = client.call(Method::from_bytes(method.as_bytes()).expect("a method"), &path, &Value::Null).await;
        assert!(![404, 405].contains(&answer.status), "{method} {path} is described and not routed: {}", answer.body);
    }
    let unknown = w.get("/api/no/such/path").await;
    assert_eq!((unknown.status, &unknown.body), (404, &json!({"success": false, "msg": "there is no such path"})));
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
