//! `limits` and `toll` of an account: how much, and which numbers outside it calls.

use serde_json::{Map, Value, json};

use super::params::{BadParam, Params};
use super::time_group::{hours, shown};
use super::value::{FromParam, Json, Words, country};
use crate::domain::account::{Limits, Settings};
use crate::domain::number::ExtensionNumber;
use crate::domain::toll::Policy;

/// The most countries, and the most prefixes.
pub(super) const LIST_MAX: usize = 500;
const LIMITS: &str = r#"must be an object of whole numbers (0 lets no call out), or null: {"calls_at_once":10,"calls_per_second":null,"minutes_per_day":600}"#;
const TOLL: &str = r#"must be an object of premium, international, unlisted (true or false), countries, allow (lists) and night, or null: {"international":true,"countries":["US"],"allow":["+4420","118"],"night":{"from":"22:00","to":"06:00"}}"#;

/// What is left out of either stays as it is; null is as at the beginning.
pub(super) fn apply(params: &Params, settings: &mut Settings) -> Result<(), BadParam> {
    change(params, "limits", LIMITS, &mut settings.limits, limit)?;
    change(params, "toll", TOLL, &mut settings.toll, rule)
}

pub(super) fn show(policy: &Policy) -> Value {
    let Policy { premium, international, unlisted, countries, allow, night } = policy;
    let night = night.map(|night| shown(json!({}), night));
    json!({
        "premium": premium, "international": international, "unlisted": unlisted, "countries": countries, "allow": allow, "night": night,
    })
}

fn change<T: Default>(
    params: &Params,
    field: &str,
    form: &'static str,
    target: &mut T,
    set: fn(&mut T, &str, &Value) -> Option<()>,
) -> Result<(), BadParam> {
    let Some(sent) = params.get::<Option<Json>>(field)? else { return Ok(()) };
    let Some(Json(sent)) = sent else {
        *target = T::default();
        return Ok(());
    };
    let why = || BadParam::new(field, form);
    sent.as_object().ok_or_else(why)?.iter().try_for_each(|(name, value)| set(target, name, value).ok_or_else(why))
}

fn limit(limits: &mut Limits, name: &str, value: &Value) -> Option<()> {
    let limit = Option::<u32>::from_param(value).ok()?;
    match name {
        "calls_at_once" => limits.calls_at_once = limit,
        "calls_per_second" => limits.calls_per_second = limit,
        "minutes_per_day" => limits.minutes_per_day = limit,
        _ => return None,
    }
    Some(())
}

fn rule(policy: &mut Policy, name: &str, value: &Value) -> Option<()> {
    let flag = || bool::from_param(value).ok();
    match name {
        "premium" => policy.premium = flag()?,
        "international" => policy.international = flag()?,
        "unlisted" => policy.unlisted = flag()?,
        "countries" => {
            let Words(codes) = Words::from_param(value).ok().filter(|Words(codes)| codes.len() <= LIST_MAX)?;
            policy.countries = codes.iter().map(|code| country(code)).collect::<Option<_>>()?;
        }
        "allow" => {
            let prefixes = Vec::<ExtensionNumber>::from_param(value).ok().filter(|prefixes| prefixes.len() <= LIST_MAX)?;
            // A + alone names nothing.
            policy.allow = prefixes.iter().all(|prefix| prefix.as_str() != "+").then_some(prefixes)?;
        }
        // An object of no hours is how a form says none.
        "night" if value.is_null() || value.as_object().is_some_and(Map::is_empty) => policy.night = None,
        // Hours that begin and end at once are none, but for midnight: all of the day.
        "night" => policy.night = Some(hours(value).filter(|night| night.has(night.from))?),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(fields: Value) -> Result<Settings, String> {
        let mut settings = Settings::default();
        apply(&Params::from_json(fields), &mut settings).map(|()| settings).map_err(|bad| bad.to_string())
    }

    #[test]
    fn what_is_shown_is_what_was_sent() {
        let toll = json!({
            "premium": true, "international": true, "unlisted": true, "countries": ["US"], "allow": ["+4420", "118"],
            "night": {"from": "22:00", "to": "06:00"},
        });
        let settings = applied(json!({"toll": toll, "limits": {"minutes_per_day": 600}})).unwrap();
        assert_eq!((show(&settings.toll), settings.limits.minutes_per_day), (toll, Some(600)));
        let mut settings = settings;
        apply(&Params::from_json(json!({"toll": {"premium": false}})), &mut settings).unwrap();
        assert!(settings.toll.international && !settings.toll.premium);
        apply(&Params::from_json(json!({"toll": null})), &mut settings).unwrap();
        assert_eq!(settings.toll, Policy::default());
        apply(&Params::from_json(json!({"toll": {"night": {}}})), &mut settings).unwrap();
        assert_eq!(settings.toll.night, None);
    }

    #[test]
    fn what_is_no_rule() {
        for toll in [
            json!([]),
            json!(1),
            json!({"premium": 2}),
            json!({"premuim": true}),
            json!({"countries": ["USA"]}),
            json!({"allow": ["+"]}),
            json!({"allow": ["44*"]}),
            json!({"allow": vec!["1"; LIST_MAX + 1]}),
            json!({"night": "22:00"}),
            json!({"night": {"from": "22:00"}}),
            json!({"night": {"from": "22:00", "to": "22:00"}}),
        ] {
            assert!(applied(json!({"toll": toll})).unwrap_err().starts_with("toll must be an object"), "{toll}");
        }
    }
}
