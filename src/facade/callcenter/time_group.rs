//! The fields of a time group. Days are 1 Monday to 7 Sunday; hours are `HH:MM` or `HH:MM:SS`, `to` may be `24:00` and may be earlier than
//! `from`: over midnight. An exception stands for all of its day: one that begins and ends at once closes it.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time};
use serde_json::{Map, Value, json};

use super::doc::{Noun, resource as doc};
use super::params::{BadParam, Params};
use super::resource::Wire;
use super::resource_wire::object;
use super::user_wire::checked_timezone;
use super::value::{FromParam, Ids, Json, Text};
use crate::domain::time_group::{Exception, Hours, Rule, TimeGroup};

/// The most rules, and the most exceptions: some years of holidays.
pub(super) const MAX_ENTRIES: usize = 500;
const RULE: &str = r#"{"days":[1,2],"from":"09:00","to":"17:30"}, days 1 (Monday) to 7 (Sunday)"#;
const EXCEPTION: &str = r#"{"date":"2026-12-25","from":"10:00","to":"12:00"}, from as to for a closed day"#;

impl Wire for TimeGroup {
    fn described() -> Noun {
        doc::time_group()
    }

    fn parse(params: &Params, before: Option<Self>) -> Result<Self, BadParam> {
        let mut group = before.unwrap_or_default();
        if let Some(zone) = params.get::<Option<Text>>("timezone")? {
            group.timezone = zone.map(|Text(zone)| checked_timezone(zone)).transpose()?;
        }
        set_entries(params, "rules", RULE, rule, &mut group.rules)?;
        set_entries(params, "exceptions", EXCEPTION, exception, &mut group.exceptions)?;
        Ok(group)
    }

    fn fields(&self) -> Map<String, Value> {
        let rules: Vec<_> = self.rules.iter().map(|rule| shown(json!({"days": rule.days}), rule.hours)).collect();
        let exceptions: Vec<_> = self.exceptions.iter().map(|one| shown(json!({"date": one.date}), one.hours)).collect();
        object(json!({"timezone": self.timezone, "rules": rules, "exceptions": exceptions}))
    }
}

fn set_entries<T>(params: &Params, name: &str, form: &str, entry: fn(&Value) -> Option<T>, target: &mut Vec<T>) -> Result<(), BadParam> {
    let Some(sent) = params.get::<Option<Json>>(name)? else { return Ok(()) };
    let sent = sent.map_or_else(|| json!([]), |Json(sent)| sent);
    let entries = sent.as_array().filter(|entries| entries.len() <= MAX_ENTRIES);
    let entries = entries.ok_or_else(|| BadParam::new(name, format!("must be an array of at most {MAX_ENTRIES} of {form}")))?;
    let taken = |(index, given)| {
        entry(given).ok_or_else(|| BadParam::new(name, format!("has an entry {} that is not of the form {form}", index + 1)))
    };
    *target = entries.iter().enumerate().map(taken).collect::<Result<_, _>>()?;
    Ok(())
}

/// A rule that never holds is a slip.
fn rule(given: &Value) -> Option<Rule> {
    let Ids(days) = Ids::from_param(given.get("days")?).ok()?;
    let days: BTreeSet<i8> = days.into_iter().map(|day| i8::try_from(day).ok().filter(|day| *day <= 7)).collect::<Option<_>>()?;
    let hours = hours(given)?;
    let never = days.is_empty() || (hours.from == hours.to && hours.from != Time::midnight());
    (!never).then_some(Rule { days, hours })
}

fn exception(given: &Value) -> Option<Exception> {
    let date = given.get("date")?.as_str().filter(|text| text.len() == "2026-12-25".len())?;
    Some(Exception { date: date.parse::<Date>().ok()?, hours: hours(given)? })
}

pub(super) fn hours(given: &Value) -> Option<Hours> {
    let to = match given.get("to")?.as_str()? {
        "24:00" | "24:00:00" => Hours::END_OF_DAY,
        text => time(text)?,
    };
    Some(Hours { from: time(given.get("from")?.as_str()?)?, to })
}

fn time(text: &str) -> Option<Time> {
    let two_digits = |part: &str| if part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()) { part.parse().ok() } else { None };
    let parts: Vec<i8> = text.split(':').map(two_digits).collect::<Option<_>>()?;
    match parts[..] {
        [hour, minute] => Time::new(hour, minute, 0, 0).ok(),
        [hour, minute, second] => Time::new(hour, minute, second, 0).ok(),
        _ => None,
    }
}

pub(super) fn shown(entry: Value, hours: Hours) -> Value {
    let form = |time: Time| if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    let text = |time: Time| if time == Hours::END_OF_DAY { "24:00".to_owned() } else { time.strftime(form(time)).to_string() };
    let mut entry = object(entry);
    entry.insert("from".to_owned(), json!(text(hours.from)));
    entry.insert("to".to_owned(), json!(text(hours.to)));
    Value::Object(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(params: Value) -> Result<TimeGroup, String> {
        TimeGroup::parse(&Params::from_json(params), None).map_err(|bad| bad.to_string())
    }

    #[test]
    fn what_is_shown_is_what_was_sent() {
        let sent = json!({
            "timezone": "Asia/Jerusalem",
            "rules": [{"days": [1, 7], "from": "09:00", "to": "17:30"}, {"days": [4], "from": "22:00:30", "to": "02:00"},
                {"days": [5], "from": "00:00", "to": "24:00"}],
            "exceptions": [{"date": "2026-12-25", "from": "00:00", "to": "00:00"}, {"date": "2026-12-26", "from": "00:00", "to": "24:00"}],
        });
        let group = parse(sent.clone()).unwrap();
        assert_eq!(Value::Object(group.fields()), sent);
        assert_eq!(
            parse(json!({"timezone": "Asia/Jerusalem", "rules": sent["rules"].to_string(), "exceptions": sent["exceptions"]})),
            Ok(group.clone())
        );
        let cleared = Params::from_json(json!({"timezone": "", "rules": null, "exceptions": []}));
        assert_eq!(TimeGroup::parse(&cleared, Some(group)), Ok(TimeGroup::default()));
    }

    #[test]
    fn what_is_no_hour_and_no_day() {
        let good = json!({"days": [1], "from": "09:00", "to": "17:30", "date": "2026-12-25"});
        for (field, value) in [
            ("days", json!([])),
            ("days", json!([8])),
            ("days", json!([0])),
            ("days", json!("Monday")),
            ("from", json!("9:00")),
            ("from", json!("24:00")),
            ("from", json!("09:60")),
            ("from", json!("09:00:00:00")),
            ("from", json!("09")),
            ("from", json!("17:30")),
            ("to", json!("25:00")),
            ("to", json!("+9:00")),
            ("to", json!(9)),
            ("to", json!(null)),
        ] {
            let mut bad = good.clone();
            bad[field] = value.clone();
            assert!(parse(json!({"rules": [good.clone(), bad]})).unwrap_err().starts_with("rules has an entry 2"), "{field} {value}");
        }
        for value in [json!("2026-02-30"), json!("25.12.2026"), json!("2026-12-25T10:00"), json!("20261225"), json!(null)] {
            let mut bad = good.clone();
            bad["date"] = value.clone();
            assert!(parse(json!({"exceptions": [bad]})).unwrap_err().starts_with("exceptions has an entry 1"), "{value}");
        }
        assert!(parse(json!({"rules": {"days": [1]}})).unwrap_err().starts_with("rules must be an array"));
        assert!(parse(json!({"timezone": "Mars"})).unwrap_err().starts_with("timezone"));
    }
}
