//! What one parameter may be: a query string knows only text, JSON has types, and both are taken.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde_json::Value;

use crate::domain::media::{MediaPath, StreamName, ToneSpec};
use crate::domain::number::{DialNumber, Domain, ExtensionNumber, Gateway, LeadId, SipUser, StarCode};
use crate::domain::permission::{Permission, Permissions};
use crate::domain::phone_list::Vars;
use crate::domain::queue::{Strategy, TimeBaseScore};
use crate::domain::text::Label;
use crate::domain::voicemail::Pin;
use crate::domain::{DeviceId, DialRuleId, MediaId, PauseId, PgroupId, PhoneListId, QueueId, SiteId, TimeGroupId, UserId, VoicemailId};
use crate::facade::shape::Takes;

/// The most elements of one array.
pub(super) const MAX_ITEMS: usize = 10_000;
/// The most characters of a text that is kept as it is.
pub(super) const MAX_TEXT_CHARS: usize = 2_000;
/// The most bytes of a JSON value that is kept as it is.
const MAX_JSON_BYTES: usize = 16_384;

/// Taken from a parameter; a type that is tells the OpenAPI document what it takes. The error continues a sentence that begins with the name: `must be ...`.
pub trait FromParam: Takes + Sized {
    /// Takes the value.
    ///
    /// # Errors
    /// What to send instead.
    fn from_param(value: &Value) -> Result<Self, String>;
}

/// Text without line breaks or other control characters, trimmed; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub String);

/// Text that is neither trimmed nor shown: a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A list of ids: `1,2`, an array of numbers or texts, or JSON in text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids(pub Vec<i64>);

/// A list of texts: `a,b`, an array, or JSON in text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

/// An array of arrays, as JSON or JSON in text: rows of memberships.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(pub Vec<Vec<Value>>);

/// JSON that is kept as it came; in a query string it is JSON in text.
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub Value);

/// The text of a scalar: a number is what it is written as.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// JSON in text, where the text looks like an array or an object.
fn unpacked(value: &Value) -> Value {
    value
        .as_str()
        .filter(|text| text.trim_start().starts_with(['[', '{']))
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_else(|| value.clone())
}

fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

impl<T: FromParam> FromParam for Option<T> {
    /// `null` and an empty text clear a field.
    fn from_param(value: &Value) -> Result<Self, String> {
        if is_blank(value) { Ok(None) } else { T::from_param(value).map(Some) }
    }
}

impl FromParam for u32 {
    fn from_param(value: &Value) -> Result<Self, String> {
        // The largest is what mod_callcenter's signed 32-bit parameters hold.
        integer(value)
            .and_then(|number| Self::try_from(number).ok())
            .filter(|&number| number <= i32::MAX.unsigned_abs())
            .ok_or_else(|| format!("must be a whole number from 0 to {}", i32::MAX))
    }
}

impl FromParam for i64 {
    fn from_param(value: &Value) -> Result<Self, String> {
        integer(value).ok_or_else(|| "must be a whole number".to_owned())
    }
}

impl FromParam for i32 {
    fn from_param(value: &Value) -> Result<Self, String> {
        let number = integer(value).and_then(|number| Self::try_from(number).ok());
        number.ok_or_else(|| format!("must be a whole number from {} to {}", Self::MIN, Self::MAX))
    }
}

impl FromParam for bool {
    fn from_param(value: &Value) -> Result<Self, String> {
        match value {
            Value::Bool(given) => return Ok(*given),
            Value::Number(number) if number.as_i64() == Some(0) => return Ok(false),
            Value::Number(number) if number.as_i64() == Some(1) => return Ok(true),
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "0" | "false" => return Ok(false),
                "1" | "true" => return Ok(true),
                _ => {}
            },
            _ => {}
        }
        Err("must be 0, 1, true or false".to_owned())
    }
}

impl FromParam for Text {
    fn from_param(value: &Value) -> Result<Self, String> {
        let text = scalar(value).ok_or("must be text")?;
        let text = text.trim();
        if text.chars().count() > MAX_TEXT_CHARS {
            return Err(format!("must have at most {MAX_TEXT_CHARS} characters"));
        }
        if text.chars().any(char::is_control) {
            return Err("must not contain line breaks or other control characters".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromParam for Secret {
    fn from_param(value: &Value) -> Result<Self, String> {
        let text = scalar(value).ok_or("must be text")?;
        if text.chars().count() > MAX_TEXT_CHARS {
            return Err(format!("must have at most {MAX_TEXT_CHARS} characters"));
        }
        Ok(Self(text))
    }
}

impl FromParam for Ids {
    fn from_param(value: &Value) -> Result<Self, String> {
        let why = || "must be a list of ids: 1,2 or [1,2]".to_owned();
        let ids: Option<Vec<i64>> = match unpacked(value) {
            Value::Array(items) => items.iter().map(integer).collect(),
            Value::Null => Some(Vec::new()),
            Value::String(text) if text.trim().is_empty() => Some(Vec::new()),
            Value::String(text) => text.split(',').map(|id| id.trim().parse().ok()).collect(),
            Value::Number(number) => number.as_i64().map(|id| vec![id]),
            _ => None,
        };
        ids.filter(|ids| ids.len() <= MAX_ITEMS && ids.iter().all(|&id| id > 0)).map(Self).ok_or_else(why)
    }
}

impl FromParam for Words {
    fn from_param(value: &Value) -> Result<Self, String> {
        let why = || "must be a list: a,b or [\"a\",\"b\"]".to_owned();
        let words: Vec<String> = match unpacked(value) {
            Value::Array(items) => items.iter().map(|item| scalar(item).ok_or_else(why)).collect::<Result<_, _>>()?,
            Value::Null => Vec::new(),
            other => scalar(&other).ok_or_else(why)?.split(',').map(str::to_owned).collect(),
        };
        let words: Vec<_> = words.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect();
        if words.len() > MAX_ITEMS || words.iter().any(|word| word.chars().any(char::is_control)) {
            return Err(why());
        }
        Ok(Self(words))
    }
}

impl FromParam for Rows {
    fn from_param(value: &Value) -> Result<Self, String> {
        let why = || "must be an array of rows: [[id,mode,position,level,timegroup_id],...]".to_owned();
        if is_blank(value) {
            return Ok(Self::default());
        }
        let Value::Array(rows) = unpacked(value) else { return Err(why()) };
        if rows.len() > MAX_ITEMS {
            return Err(format!("must have at most {MAX_ITEMS} rows"));
        }
        // `users[]=[1,4]` brings rows as JSON in text.
        let row = |row: &Value| match unpacked(row) {
            Value::Array(cells) => Ok(cells),
            _ => Err(why()),
        };
        rows.iter().map(row).collect::<Result<_, _>>().map(Self)
    }
}

impl FromParam for Json {
    fn from_param(value: &Value) -> Result<Self, String> {
        if value.to_string().len() > MAX_JSON_BYTES {
            return Err(format!("must have at most {MAX_JSON_BYTES} bytes"));
        }
        Ok(Self(unpacked(value)))
    }
}

impl FromParam for Vars {
    fn from_param(value: &Value) -> Result<Self, String> {
        let Json(value) = Json::from_param(value)?;
        match &value {
            Value::Object(fields) => Ok(Self::from(fields)),
            Value::Array(none) if none.is_empty() => Ok(Self::from(&serde_json::Map::new())),
            _ => Err("must be an object such as {\"city\":\"Haifa\"}".to_owned()),
        }
    }
}

impl FromParam for Permissions {
    fn from_param(value: &Value) -> Result<Self, String> {
        let names = || Permission::ALL.map(Permission::name).join(", ");
        let why = || format!("must be an object such as {{\"agents\":true}} of {}", names());
        match unpacked(value) {
            Value::Null => Ok(Self::new()),
            Value::Array(none) if none.is_empty() => Ok(Self::new()),
            Value::Object(given) => given
                .iter()
                .map(|(name, given)| {
                    let permission = Permission::ALL.into_iter().find(|permission| permission.name() == name).ok_or_else(why)?;
                    Ok((permission, bool::from_param(given).map_err(|_| why())?))
                })
                .collect(),
            _ => Err(why()),
        }
    }
}

impl FromParam for Vec<ExtensionNumber> {
    fn from_param(value: &Value) -> Result<Self, String> {
        Words::from_param(value)?.0.iter().map(|text| ExtensionNumber::parse(text).map_err(|error| error.to_string())).collect()
    }
}

impl FromParam for BTreeMap<String, ExtensionNumber> {
    /// `{"IL":"+97231234567"}`: a number a country.
    fn from_param(value: &Value) -> Result<Self, String> {
        let why = || "must be an object of country codes and numbers: {\"IL\":\"+97231234567\"}".to_owned();
        match unpacked(value) {
            Value::Null => Ok(Self::new()),
            Value::Array(none) if none.is_empty() => Ok(Self::new()),
            Value::Object(given) => given
                .iter()
                .map(|(code, number)| Ok((country(code).ok_or_else(why)?, ExtensionNumber::from_param(number).map_err(|_| why())?)))
                .collect(),
            _ => Err(why()),
        }
    }
}

/// A country code in capitals, when it is one by its form.
pub(super) fn country(code: &str) -> Option<String> {
    let code = code.trim();
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic())).then(|| code.to_ascii_uppercase())
}

impl FromParam for Vec<IpNet> {
    /// Networks or single addresses.
    fn from_param(value: &Value) -> Result<Self, String> {
        let network = |text: &String| IpNet::from_str(text).ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        let networks: Option<Self> = Words::from_param(value)?.0.iter().map(network).collect();
        networks.ok_or_else(|| "must be a list of networks: 192.0.2.0/24,198.51.100.7".to_owned())
    }
}

macro_rules! parsed {
    ($($type:ty, $parse:expr);+ $(;)?) => {$(
        impl FromParam for $type {
            fn from_param(value: &Value) -> Result<Self, String> {
                let text = scalar(value).ok_or("must be text")?;
                let parse: fn(&str) -> Result<$type, String> = $parse;
                parse(&text)
            }
        }
    )+};
}

parsed! {
    Label, |text| Label::new(text).map_err(|error| error.to_string());
    DialNumber, |text| DialNumber::parse(text).map_err(|error| error.to_string());
    ExtensionNumber, |text| ExtensionNumber::parse(text).map_err(|error| error.to_string());
    StarCode, |text| StarCode::parse(text).map_err(|error| error.to_string());
    LeadId, |text| LeadId::parse(text).map_err(|error| error.to_string());
    SipUser, |text| SipUser::parse(text).map_err(|error| error.to_string());
    Domain, |text| Domain::parse(text).map_err(|error| error.to_string());
    Gateway, |text| Gateway::parse(text).map_err(|error| error.to_string());
    MediaPath, |text| MediaPath::parse(text).map_err(|error| error.to_string());
    ToneSpec, |text| ToneSpec::parse(text).map_err(|error| error.to_string());
    StreamName, |text| StreamName::parse(text).map_err(|error| error.to_string());
    Pin, |text| Pin::parse(text).map_err(|error| error.to_string());
    Strategy, |text| named(text, "must be ring-all, longest-idle-agent, round-robin, top-down, agent-with-least-talk-time, \
        agent-with-fewest-calls, sequentially-by-agent-order, sequentially-by-next-agent-order or random");
    TimeBaseScore, |text| named(text, "must be system or queue");
}

fn named<T: serde::de::DeserializeOwned>(text: &str, why: &str) -> Result<T, String> {
    serde_json::from_value(Value::String(text.trim().to_owned())).map_err(|_| why.to_owned())
}

macro_rules! ids {
    ($($name:ident),+) => {$(
        impl FromParam for $name {
            fn from_param(value: &Value) -> Result<Self, String> {
                integer(value).filter(|&id| id >= 0).map(Self).ok_or_else(|| "must be an id, a whole number".to_owned())
            }
        }
    )+};
}

ids!(UserId, DeviceId, QueueId, PauseId, PgroupId, SiteId, MediaId, TimeGroupId, DialRuleId, VoicemailId, PhoneListId);

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;
