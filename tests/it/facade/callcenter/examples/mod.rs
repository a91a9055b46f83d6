//! Each example of the two documents: its request as it stands there, the shape of its answer.
//!
//! `api_key` is a parameter, as the documents send it. What the documents misprint is as the contract decides it, and said beside it.

mod agents;
mod calls;
mod phone_lists;
mod queues;
mod users;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::harness::World;

pub(super) fn trials() -> Vec<Trial> {
    [agents::trials(), calls::trials(), phone_lists::trials(), queues::trials(), users::trials()].into_iter().flatten().collect()
}

/// A GET with the key as the documents send it, whose answer has the shape of `example` and nothing at its top that is not there.
async fn get(w: &World, path: &str, example: &Value) -> Value {
    let answer = w.anonymous().get(&with_key(w, path)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    assert_shape(example, &answer.body, path);
    answer.body
}

/// The path with the key added.
fn with_key(w: &World, path: &str) -> String {
    format!("{path}{}api_key={}", if path.contains('?') { '&' } else { '?' }, w.key())
}

/// Whatever the example has is there with the same type; `null` stands for a value of any type. An array's first element stands for all.
fn assert_shape(example: &Value, actual: &Value, place: &str) {
    match (example, actual) {
        (Value::Null, _) => {}
        (Value::Object(wanted), Value::Object(fields)) => {
            for (name, value) in wanted {
                let field = fields.get(name).unwrap_or_else(|| panic!("{place}.{name} is missing: {actual}"));
                assert_shape(value, field, &format!("{place}.{name}"));
            }
        }
        (Value::Array(wanted), Value::Array(items)) if is_row(wanted) => {
            assert_eq!(items.len(), wanted.len(), "{place}: {actual}");
            for (value, item) in wanted.iter().zip(items) {
                assert_shape(value, item, place);
            }
        }
        (Value::Array(wanted), Value::Array(items)) => {
            assert!(wanted.is_empty() || !items.is_empty(), "{place} is empty");
            for item in items {
                assert_shape(&wanted[0], item, place);
            }
        }
        _ => assert_eq!(std::mem::discriminant(example), std::mem::discriminant(actual), "{place}: {example} is no {actual}"),
    }
}

/// `[17798, 3, 10, 1, "user name", null, false]`: cells of one row, not elements of a list.
fn is_row(items: &[Value]) -> bool {
    items.iter().any(|item| !item.is_object() && !item.is_array())
}
