//! Parameters of a request: the query string, a form body and a JSON body alike, a later one in that list wins.
//!
//! A name that ends in `[]` or `[3]` is one element of an array. Unknown names are ignored by never being asked for; a known one with a
//! value that cannot be taken is a [`BadParam`] that names it and says what to send.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::value::{FromParam, Ids, Text};
use crate::service;

/// The most parameters that one request may carry.
const MAX_PARAMS: usize = 1_000;

/// Everything that a request carries besides its path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params {
    named: BTreeMap<String, Value>,
    bare_array: Option<Vec<Value>>,
}

/// A parameter that cannot be taken. `why` continues a sentence that begins with the name: `must be ...`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} {why}")]
pub struct BadParam {
    /// The parameter's name.
    pub name: String,
    /// What is wrong and what to send instead.
    pub why: String,
}

impl BadParam {
    /// A parameter and what is wrong with it.
    pub fn new(name: &str, why: impl ToString) -> Self {
        Self { name: name.to_owned(), why: why.to_string() }
    }

    /// A parameter that must be there.
    pub fn missing(name: &str) -> Self {
        Self::new(name, "is required")
    }
}

impl From<BadParam> for service::Error {
    fn from(bad: BadParam) -> Self {
        Self::Invalid { field: bad.name, why: bad.why }
    }
}

impl Params {
    /// Reads the query string.
    ///
    /// # Errors
    /// When there are too many, or it is not UTF-8.
    pub fn add_query(&mut self, query: &str) -> Result<(), BadParam> {
        self.add_pairs(query.as_bytes(), "the query string")
    }

    /// Reads the body. JSON is told by its first character as well as by its content type, for clients that send it as a form.
    ///
    /// # Errors
    /// When it is neither strict JSON (an object or an array) nor a form.
    pub fn add_body(&mut self, content_type: &str, body: &[u8]) -> Result<(), BadParam> {
        let Some(first) = body.iter().find(|byte| !byte.is_ascii_whitespace()) else { return Ok(()) };
        let says_json = content_type.split(';').next().is_some_and(|kind| kind.trim().to_ascii_lowercase().ends_with("json"));
        if says_json || matches!(first, b'{' | b'[') {
            let value = serde_json::from_slice(body).map_err(|error| BadParam::new("the body", format!("must be JSON: {error}")))?;
            return self.add_json(value);
        }
        if content_type.to_ascii_lowercase().starts_with("multipart/") {
            return Err(BadParam::new("the body", "must be JSON or application/x-www-form-urlencoded"));
        }
        self.add_pairs(body, "the body")
    }

    fn add_json(&mut self, value: Value) -> Result<(), BadParam> {
        match value {
            Value::Object(fields) => {
                self.check_count(fields.len(), "the body")?;
                self.named.extend(fields);
                Ok(())
            }
            Value::Array(items) => {
                self.bare_array = Some(items);
                Ok(())
            }
            _ => Err(BadParam::new("the body", "must be a JSON object or array")),
        }
    }

    fn add_pairs(&mut self, encoded: &[u8], place: &str) -> Result<(), BadParam> {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(encoded).map_err(|_| BadParam::new(place, "must be URL-encoded UTF-8"))?;
        self.check_count(pairs.len(), place)?;
        // Elements of arrays are gathered first: an array of this place replaces one of an earlier place.
        let mut arrays: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for (name, text) in pairs {
            match element_of(&name) {
                Some(array) => arrays.entry(array.to_owned()).or_default().push(Value::String(text)),
                None => {
                    self.named.insert(name, Value::String(text));
                }
            }
        }
        self.named.extend(arrays.into_iter().map(|(name, items)| (name, Value::Array(items))));
        Ok(())
    }

    fn check_count(&self, more: usize, place: &str) -> Result<(), BadParam> {
        if self.named.len() + more > MAX_PARAMS {
            return Err(BadParam::new(place, format!("must have at most {MAX_PARAMS} parameters")));
        }
        Ok(())
    }

    /// Whether a parameter was sent, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.named.contains_key(name)
    }

    /// The value as it came.
    pub fn raw(&self, name: &str) -> Option<&Value> {
        self.named.get(name)
    }

    /// A body that was one JSON array.
    pub fn bare_array(&self) -> Option<&[Value]> {
        self.bare_array.as_deref()
    }

    /// The parameter, none when it was not sent.
    ///
    /// # Errors
    /// When it was sent and cannot be taken.
    pub fn get<T: FromParam>(&self, name: &str) -> Result<Option<T>, BadParam> {
        self.named.get(name).map(|value| T::from_param(value).map_err(|why| BadParam::new(name, why))).transpose()
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// When it was not sent or cannot be taken.
    pub fn need<T: FromParam>(&self, name: &str) -> Result<T, BadParam> {
        self.get(name)?.ok_or_else(|| BadParam::missing(name))
    }

    /// Sets `target` when the parameter was sent: PUT changes only what is sent.
    ///
    /// # Errors
    /// When it was sent and cannot be taken; `target` is as it was.
    pub fn set<T: FromParam>(&self, name: &str, target: &mut T) -> Result<(), BadParam> {
        if let Some(value) = self.get(name)? {
            *target = value;
        }
        Ok(())
    }

    /// [`Params::set`] for a text that may be cleared.
    ///
    /// # Errors
    /// As [`Params::set`].
    pub fn set_text(&self, name: &str, target: &mut Option<String>) -> Result<(), BadParam> {
        if let Some(text) = self.get::<Option<Text>>(name)? {
            *target = text.map(|text| text.0);
        }
        Ok(())
    }

    /// [`Params::set`] for an id that may be cleared, by `null`, an empty text or 0.
    ///
    /// # Errors
    /// As [`Params::set`].
    pub fn set_id<T: FromParam + Copy + Into<i64>>(&self, name: &str, target: &mut Option<T>) -> Result<(), BadParam> {
        if let Some(id) = self.get::<Option<T>>(name)? {
            *target = id.filter(|&id| id.into() != 0);
        }
        Ok(())
    }

    /// [`Params::set`] for a list of ids.
    ///
    /// # Errors
    /// As [`Params::set`].
    pub fn set_ids<T: From<i64>, C: FromIterator<T>>(&self, name: &str, target: &mut C) -> Result<(), BadParam> {
        if let Some(Ids(ids)) = self.get(name)? {
            *target = ids.into_iter().map(T::from).collect();
        }
        Ok(())
    }

    /// The cells of a row, by the names of its columns.
    pub fn from_fields(fields: Map<String, Value>) -> Self {
        Self { named: fields.into_iter().collect(), bare_array: None }
    }

    /// As one JSON object, for the tests.
    #[cfg(test)]
    pub(crate) fn from_json(value: Value) -> Self {
        let mut params = Self::default();
        params.add_json(value).unwrap();
        params
    }

    /// What is left of the named parameters, as an object.
    pub fn into_object(self) -> Map<String, Value> {
        self.named.into_iter().collect()
    }
}

/// `ids[]` and `ids[3]` are elements of `ids`.
fn element_of(name: &str) -> Option<&str> {
    let (array, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    (!array.is_empty() && index.bytes().all(|byte| byte.is_ascii_digit())).then_some(array)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(query: &str, content_type: &str, body: &str) -> Result<Value, String> {
        let mut params = Params::default();
        params.add_query(query).map_err(|bad| bad.to_string())?;
        params.add_body(content_type, body.as_bytes()).map_err(|bad| bad.to_string())?;
        Ok(Value::Object(params.into_object()))
    }

    #[test]
    fn a_later_place_wins_and_arrays_come_in_every_form() {
        const FORM: &str = "application/x-www-form-urlencoded";
        const JSON: &str = "application/json; charset=utf-8";
        let rows = [
            ("a=1&b=2", "", "", json!({"a": "1", "b": "2"})),
            ("a=1", FORM, "a=2", json!({"a": "2"})),
            ("a=1&c=3", JSON, r#"{"a":2}"#, json!({"a": 2, "c": "3"})),
            ("a=1&a=2", "", "", json!({"a": "2"})),
            ("ids[]=1&ids[]=2", "", "", json!({"ids": ["1", "2"]})),
            ("ids%5B0%5D=1&ids%5B1%5D=2", "", "", json!({"ids": ["1", "2"]})),
            ("ids[]=1", FORM, "ids[]=2", json!({"ids": ["2"]})),
            ("ids[]=1", JSON, r#"{"ids":[3]}"#, json!({"ids": [3]})),
            ("", FORM, r#" {"a":1}"#, json!({"a": 1})),
            ("", "", "a=b%20c+d", json!({"a": "b c d"})),
            ("[]=1&x]=2", "", "", json!({"[]": "1", "x]": "2"})),
            ("", "", "  \n", json!({})),
        ];
        for (query, content_type, body, expected) in rows {
            assert_eq!(read(query, content_type, body), Ok(expected), "{query} {body}");
        }
    }

    #[test]
    fn bodies_are_strict_json() {
        for body in ["{a:1}", "{\"a\":1,}", "{'a':1}", "{\"a\":1", "[1", "{\"a\":1} x", "{\"a\":NaN}"] {
            let error = read("", "application/json", body).unwrap_err();
            assert!(error.starts_with("the body must be JSON"), "{error}");
        }
        assert_eq!(read("", "application/json", "5").unwrap_err(), "the body must be a JSON object or array");
        assert!(read("", "multipart/form-data; boundary=x", "--x").unwrap_err().contains("application/x-www-form-urlencoded"));
        let deep = "[".repeat(100_000);
        assert!(read("", "application/json", &deep).is_err());
        assert!(read(&"a[]=1&".repeat(1_001), "", "").unwrap_err().contains("at most 1000"));
    }
}
