//! `from`, `to` and `timezone`.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::params::{BadParam, Params};
use super::user_wire::checked_timezone;
use super::value::Text;
use crate::clock::Millis;

/// A date has so many characters: `2026-11-25`.
const DATE_CHARS: usize = 10;

/// `timezone`, by default the account's: its name and the zone.
pub(super) fn zone(params: &Params, account_zone: &str) -> Result<(String, TimeZone), BadParam> {
    let asked = params.get::<Option<Text>>("timezone")?.flatten();
    let name = checked_timezone(asked.map_or_else(|| account_zone.to_owned(), |Text(name)| name))?;
    let zone = TimeZone::get(&name).map_err(|why| BadParam::new("timezone", why))?;
    Ok((name, zone))
}

/// `from`: see [`moment`].
pub(super) fn from(params: &Params, zone: &TimeZone) -> Result<Option<Millis>, BadParam> {
    moment(params, "from", zone, Some)
}

/// `to`: as `from`, but of a date, the end of that day.
pub(super) fn to(params: &Params, zone: &TimeZone) -> Result<Option<Millis>, BadParam> {
    moment(params, "to", zone, |date| date.tomorrow().ok())
}

/// Epoch seconds, a time with its offset (RFC 3339), or a time or date of the zone; of a date, the beginning of the day that `day` makes of it.
fn moment(params: &Params, name: &str, zone: &TimeZone, day: fn(Date) -> Option<Date>) -> Result<Option<Millis>, BadParam> {
    let Some(Text(text)) = params.get::<Option<Text>>(name)?.flatten() else { return Ok(None) };
    let why = "must be epoch seconds, a time such as 2026-11-25T09:00:00+02:00, or one of the time zone: 2026-11-25T09:00 or 2026-11-25";
    read(&text, zone, day).map(Some).ok_or_else(|| BadParam::new(name, why))
}

fn read(text: &str, zone: &TimeZone, day: fn(Date) -> Option<Date>) -> Option<Millis> {
    if let Ok(epoch_s) = text.parse::<i64>() {
        return Timestamp::from_second(epoch_s).ok().map(millis);
    }
    if text.len() == DATE_CHARS {
        let date = day(text.parse::<Date>().ok()?)?;
        return date.to_zoned(zone.clone()).ok().map(|zoned| millis(zoned.timestamp()));
    }
    // A plus that was not escaped in a query string came as a blank.
    let plus = || text.rsplit_once(' ').and_then(|(time, offset)| format!("{time}+{offset}").parse::<Timestamp>().ok());
    if let Some(at) = text.parse::<Timestamp>().ok().or_else(plus) {
        return Some(millis(at));
    }
    let local = text.parse::<DateTime>().ok()?;
    local.to_zoned(zone.clone()).ok().map(|zoned| millis(zoned.timestamp()))
}

fn millis(at: Timestamp) -> Millis {
    Millis(at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn both(text: &str, zone: &str) -> [Option<i64>; 2] {
        let zone = TimeZone::get(zone).unwrap();
        let params = Params::from_json(json!({"from": text, "to": text}));
        [from(&params, &zone), to(&params, &zone)].map(|at| at.ok().flatten().map(Millis::epoch_s))
    }

    #[test]
    fn every_way_to_say_when() {
        const NINE: i64 = 1_795_590_000;
        for text in [
            "1795590000",
            "2026-11-25T07:00:00Z",
            "2026-11-25T09:00:00+02:00",
            "2026-11-25T09:00:00 02:00",
            "2026-11-25T09:00",
            "2026-11-25 09:00:00",
        ] {
            assert_eq!(both(text, "Asia/Jerusalem"), [Some(NINE); 2], "{text}");
        }
        // A date in `to` is meant with that day, which has 23 hours here.
        let [from, to] = both("2026-03-29", "Europe/Berlin").map(Option::unwrap);
        assert_eq!((from, to - from), (1_774_738_800, 23 * 3_600));
        for text in ["yesterday", "2026-13-01", "2026-11-25T25:00", "99999999999999", "2026"] {
            let read = both(text, "UTC");
            assert_eq!(read == [None, None], text != "2026", "{text}: a number is epoch seconds");
        }
        assert_eq!(both("", "UTC"), [None, None]);
    }

    #[test]
    fn the_accounts_time_zone_unless_another_is_asked_for() {
        let name = |params| zone(&Params::from_json(params), "Asia/Jerusalem").map(|(name, _)| name).map_err(|bad| bad.to_string());
        assert_eq!(name(json!({})), Ok("Asia/Jerusalem".to_owned()));
        assert_eq!(name(json!({"timezone": "Europe/Berlin"})), Ok("Europe/Berlin".to_owned()));
        assert!(name(json!({"timezone": "Mars"})).unwrap_err().starts_with("timezone must be"));
    }
}
