//! What the OpenAPI documents say of an answer: every answer that a test's client gets is held to them, so the whole suite holds the documents
//! to the code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jsonschema::Validator;
use reqwest::header::HeaderMap;
use serde_json::{Map, Value, json};

/// Which operations there are, and what each may answer.
static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| ccgate::facade::surfaces().into_iter().flat_map(operations).collect());

struct Operation {
    method: String,
    /// The path's parts; those in braces are anything.
    parts: Vec<String>,
    /// In words as well: of a status that mostly has no body, that may be the whole body.
    answers: BTreeMap<u16, (Contents, String)>,
}

/// Content types; none for a body that is no JSON.
type Contents = BTreeMap<String, Option<Validator>>;

/// Who was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    method: String,
    path: String,
    old_status: bool,
}

impl Asked {
    /// This, with or without a query string.
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.split('?').next().unwrap_or_default().to_owned(), old_status: false }
    }

    /// Of an account where what is refused comes as 200.
    pub(crate) fn old_status(self, old_status: bool) -> Self {
        Self { old_status, ..self }
    }

    /// Fails when the document says otherwise. `body` is none for one that is no JSON.
    pub(crate) fn check(&self, status: u16, headers: &HeaderMap, body: Option<&Value>) {
        if let Err(why) = self.holds(status, headers, body) {
            panic!("{} {} answered {status}, and its OpenAPI document {why}: {}", self.method, self.path, body.unwrap_or(&Value::Null));
        }
    }

    fn holds(&self, status: u16, headers: &HeaderMap, body: Option<&Value>) -> Result<(), String> {
        let Some(operation) = self.operation() else {
            let is_described = OPERATIONS.iter().any(|known| known.parts[..2] == parts(&self.path)[..2]);
            let is_unknown = matches!(status, 401 | 404 | 405) || self.method == "OPTIONS";
            return if !is_described || is_unknown { Ok(()) } else { Err("has no such operation".to_owned()) };
        };
        let (contents, words) = operation.answers.get(&status).ok_or("has no such status")?;
        let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).and_then(|kind| kind.split(';').next());
        let Some(kind) = kind else {
            return if contents.is_empty() { Ok(()) } else { Err("has a body".to_owned()) };
        };
        if contents.is_empty() && body.is_none_or(|body| words.contains(&body.to_string())) {
            return Ok(());
        }
        let validator = contents.get(kind).ok_or_else(|| format!("has no {kind}"))?;
        let (Some(validator), Some(body)) = (validator, body) else { return Ok(()) };
        if self.old_status && status == 200 && body["success"] == false {
            let refusals = operation
                .answers
                .iter()
                .filter(|(status, _)| **status >= 400)
                .filter_map(|(_, (contents, _))| contents.get(kind)?.as_ref());
            return if refusals.into_iter().any(|refusal| refusal.is_valid(body)) { Ok(()) } else { Err("has no such refusal".to_owned()) };
        }
        let wrong: Vec<_> = validator.iter_errors(body).map(|error| format!("{error} at {}", error.instance_path())).collect();
        if wrong.is_empty() { Ok(()) } else { Err(format!("differs: {}", wrong.join("; "))) }
    }

    /// The most exact that fits.
    fn operation(&self) -> Option<&'static Operation> {
        let exact = parts(&self.path);
        let other = self.path.strip_suffix('/').map_or_else(|| format!("{}/", self.path), str::to_owned);
        let with_or_without_slash = parts(&other);
        let method = if self.method == "HEAD" { "GET" } else { &self.method };
        let fits = |asked: &[String]| {
            let known = OPERATIONS.iter().filter(|known| known.method == method && known.fits(asked));
            known.max_by_key(|known| known.parts.iter().filter(|part| !part.starts_with('{')).count())
        };
        fits(&exact).or_else(|| fits(&with_or_without_slash))
    }
}

impl Operation {
    fn fits(&self, asked: &[String]) -> bool {
        let fits = |(known, asked): (&String, &String)| known == asked || (known.starts_with('{') && !asked.is_empty());
        self.parts.len() == asked.len() && self.parts.iter().zip(asked).all(fits)
    }
}

fn parts(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

fn operations(surface: ccgate::facade::openapi::Surface) -> Vec<Operation> {
    let document = serde_json::to_value(surface.document()).expect("a document is JSON");
    let validators = Validators::new(&document);
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let answers = operation["responses"].as_object().expect("answers");
            let answers = answers
                .iter()
                .map(|(status, answer)| (status.parse().expect("a status"), (validators.contents(answer), validators.words(answer))));
            operations.push(Operation { method: method.to_uppercase(), parts: parts(path), answers: answers.collect() });
        }
    }
    operations
}

/// What checks the schemas of a document.
struct Validators {
    document: Value,
    /// The document's schemas, where what is not described must not be there.
    components: Value,
}

impl Validators {
    fn new(document: &Value) -> Self {
        let mut components = document["components"].clone();
        close(&mut components);
        Self { document: document.clone(), components }
    }

    fn answer<'a>(&'a self, answer: &'a Value) -> &'a Value {
        match answer["$ref"].as_str() {
            Some(name) => self.document.pointer(name.trim_start_matches('#')).expect("what is referred to is there"),
            None => answer,
        }
    }

    fn words(&self, answer: &Value) -> String {
        self.answer(answer)["description"].as_str().unwrap_or_default().to_owned()
    }

    fn contents(&self, answer: &Value) -> Contents {
        let contents = self.answer(answer).get("content").and_then(Value::as_object).cloned().unwrap_or_default();
        contents.into_iter().map(|(kind, content)| (kind.clone(), (kind == "application/json").then(|| self.validator(&content)))).collect()
    }

    fn validator(&self, content: &Value) -> Validator {
        let mut schema = content["schema"].clone();
        close(&mut schema);
        let mut whole = json!({"allOf": [schema], "components": {"schemas": {}}});
        while let Some((name, schema)) = self.missing(&whole) {
            whole["components"]["schemas"][name] = schema;
        }
        let validator = jsonschema::draft202012::new(&whole).expect("a schema of the document is one");
        let example = content.get("example").expect("every body has an example");
        let wrong: Vec<_> = validator.iter_errors(example).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "an example is not of its own schema: {wrong:?} {content}");
        validator
    }

    /// A schema that is referred to and is not there yet: compiling all of them for each answer would take minutes.
    fn missing(&self, whole: &Value) -> Option<(String, Value)> {
        let mut names = BTreeSet::new();
        referred(whole, &mut names);
        let name = names.into_iter().find(|name| whole["components"]["schemas"].get(name).is_none())?;
        let schema = self.components["schemas"].get(&name).expect("what is referred to is there").clone();
        Some((name, schema))
    }
}

/// The names of the schemas that are referred to.
fn referred(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next());
            names.extend(name.map(str::to_owned));
            fields.values().for_each(|value| referred(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| referred(value, names)),
        _ => {}
    }
}

/// What is not described must not be there.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("properties").is_some_and(Value::is_object) && !fields.contains_key("additionalProperties") {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
            fields.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

/// Every operation of the documents: its method, its path, and what it says.
pub(crate) fn every_operation() -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for surface in ccgate::facade::surfaces() {
        let document = serde_json::to_value(surface.document()).expect("a document is JSON");
        for (path, methods) in document["paths"].as_object().unwrap_or(&Map::new()) {
            for (method, operation) in methods.as_object().expect("methods") {
                all.push((method.to_uppercase(), path.clone(), operation.clone()));
            }
        }
    }
    let ids: BTreeSet<_> = all.iter().map(|(_, _, operation)| operation["operationId"].to_string()).collect();
    assert_eq!(ids.len(), all.len(), "two operations have one id");
    all
}
