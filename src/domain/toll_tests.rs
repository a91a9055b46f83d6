use proptest::prelude::*;

use super::*;
use crate::domain::phone::reached;

fn numbers(prefixes: &[&str]) -> Vec<ExtensionNumber> {
    prefixes.iter().map(|prefix| ExtensionNumber::parse(prefix).unwrap()).collect()
}

fn moment(time: &str) -> Moment {
    Moment { time: time.parse().unwrap(), day_began: Millis(0) }
}

fn decide(ceiling: &Ceiling, policy: &Policy, limits: Limits, number: &str, time: &str, usage: Usage) -> Result<(), (Reason, bool)> {
    let rules = Rules { ceiling, policy, limits: &limits, country: "IL" };
    rules.decide(&reached(number, "IL"), moment(time), usage).map_err(|refusal| (refusal.reason, refusal.by_box))
}

fn may(policy: &Policy, number: &str) -> Result<(), Reason> {
    decide(&Ceiling::default(), policy, Limits::default(), number, "12:00", Usage::default()).map_err(|(reason, _)| reason)
}

#[test]
fn by_default_people_of_the_country_are_called() {
    let policy = Policy::default();
    for fine in ["0501234567", "031234567", "+972501234567", "00972501234567", "1800123456"] {
        assert_eq!(may(&policy, fine), Ok(()), "{fine}");
    }
    for (number, reason) in [
        ("1900123456", Reason::Premium),
        ("+9721900123456", Reason::Premium),
        ("1700123456", Reason::Premium),
        ("+12125550123", Reason::International),
        ("0012125550123", Reason::International),
        ("12125550123", Reason::International),
        ("01312125550123", Reason::International),
        ("+881612345678", Reason::Premium),
        ("+80012345678", Reason::International),
        ("1900123456789", Reason::Unlisted),
        ("144", Reason::Unlisted),
        ("#31#0501234567", Reason::Unlisted),
        ("+", Reason::Unlisted),
    ] {
        assert_eq!(may(&policy, number), Err(reason), "{number}");
    }
}

#[test]
fn what_is_allowed_more() {
    let allow = |prefixes: &[&str]| Policy { allow: numbers(prefixes), ..Policy::default() };
    assert_eq!(may(&allow(&["+44"]), "+442079460958"), Ok(()));
    assert_eq!(may(&allow(&["+44"]), "+12125550123"), Err(Reason::International));
    assert_eq!(may(&allow(&["+44"]), "+449091234567"), Err(Reason::Premium), "a country is not its premium numbers");
    assert_eq!(may(&allow(&["+97217"]), "1700123456"), Ok(()));
    assert_eq!(may(&allow(&["144"]), "144"), Ok(()));
    assert_eq!(may(&allow(&["19"]), "1900123456"), Err(Reason::Premium), "without + it is what no plan has");
    assert_eq!(may(&allow(&["+"]), "+12125550123"), Err(Reason::International), "a + names nothing");
    let near = Policy { countries: vec!["US".to_owned()], ..Policy::default() };
    assert_eq!(may(&near, "+12125550123"), Ok(()));
    assert_eq!(may(&near, "+19005550123"), Err(Reason::Premium));
    assert_eq!(may(&near, "+18768551234"), Err(Reason::International), "Jamaica has the code of the United States");
    let abroad = Policy { international: true, ..Policy::default() };
    assert_eq!(may(&abroad, "+12125550123"), Ok(()));
    assert_eq!(may(&abroad, "+881612345678"), Err(Reason::Premium));
    assert_eq!(may(&Policy { premium: true, ..Policy::default() }, "1900123456"), Ok(()));
    assert_eq!(may(&Policy { unlisted: true, ..Policy::default() }, "144"), Ok(()));
}

#[test]
fn the_night_goes_over_midnight() {
    let policy = Policy { night: Some(Hours { from: "22:00".parse().unwrap(), to: "06:00".parse().unwrap() }), ..Policy::default() };
    for (time, refused) in [("21:59", false), ("22:00", true), ("00:00", true), ("05:59:59", true), ("06:00", false)] {
        let may = decide(&Ceiling::default(), &policy, Limits::default(), "0501234567", time, Usage::default());
        assert_eq!(may.err(), refused.then_some((Reason::Night, false)), "{time}");
    }
}

#[test]
fn the_lower_of_two_limits_holds() {
    let account = Limits { calls_at_once: Some(5), calls_per_second: Some(2), minutes_per_day: Some(10) };
    let of = |ceiling: Limits, usage: Usage| {
        let ceiling = Ceiling { limits: ceiling, ..Ceiling::default() };
        decide(&ceiling, &Policy::default(), account, "0501234567", "12:00", usage)
    };
    let usage = Usage { under_way: 4, this_second: 1, today_ms: 599_999 };
    assert_eq!(of(Limits::default(), usage), Ok(()));
    assert_eq!(of(Limits::default(), Usage { under_way: 5, ..usage }), Err((Reason::CallsAtOnce, false)));
    assert_eq!(of(Limits::default(), Usage { this_second: 2, ..usage }), Err((Reason::CallsPerSecond, false)));
    assert_eq!(of(Limits::default(), Usage { today_ms: 600_000, ..usage }), Err((Reason::MinutesPerDay, false)));
    assert_eq!(of(Limits { calls_at_once: Some(4), ..Limits::default() }, usage), Err((Reason::CallsAtOnce, true)));
    let ceiling = Ceiling { limits: Limits { minutes_per_day: Some(3), ..Limits::default() }, ..Ceiling::default() };
    let rules = Rules { ceiling: &ceiling, policy: &Policy::default(), limits: &account, country: "IL" };
    assert_eq!((rules.seconds_left(60_000), rules.seconds_left(999_000)), (Some(120), Some(1)));
}

#[test]
fn an_account_is_not_above_the_box() {
    let limits = Limits { calls_at_once: Some(5), ..Limits::default() };
    let ceiling = Ceiling { policy: Policy { allow: numbers(&["+44"]), ..Policy::default() }, limits };
    assert_eq!(ceiling.exceeded_by(&Policy::default(), &Limits::default()), None, "no limit of its own is the box's");
    assert_eq!(ceiling.exceeded_by(&Policy { premium: true, ..Policy::default() }, &limits).unwrap().0, "toll.premium");
    let more = Limits { calls_at_once: Some(6), ..limits };
    assert_eq!(ceiling.exceeded_by(&Policy::default(), &more), Some(("limits.calls_at_once", "at most 5".to_owned())));
    let of = |number| decide(&ceiling, &Policy::open(), Limits::default(), number, "12:00", Usage::default());
    assert_eq!(of("+12125550123"), Err((Reason::International, true)));
    assert_eq!(of("+442079460958"), Ok(()));
}

#[test]
fn a_day_begins_where_the_account_is() {
    // 2026-11-25 22:30 UTC is half past midnight in Jerusalem.
    let now = Millis(1_795_645_800_000);
    let at = Moment::in_zone(now, "Asia/Jerusalem");
    assert_eq!((at.time, at.day_began), ("00:30".parse().unwrap(), Millis(now.0 - 30 * 60_000)));
    assert_eq!(Moment::in_zone(now, "Nowhere/At-all"), Moment::in_zone(now, "UTC"));
}

proptest! {
    /// However a number is written, the default lets nothing leave but what reaches an ordinary number of the country.
    #[test]
    fn nothing_but_the_countrys_ordinary_numbers(text in "\\+?[0-9*#]{1,20}", home in "IL|US|GB|DE|IT") {
        let (number, policy, ceiling, limits) = (reached(&text, &home), Policy::default(), Ceiling::default(), Limits::default());
        let rules = Rules { ceiling: &ceiling, policy: &policy, limits: &limits, country: &home };
        let ordinary = number.tariff == Tariff::Ordinary && number.country == Some(home.as_str());
        prop_assert_eq!(rules.admit(&number).is_ok(), ordinary);
    }

    /// An account's rules, whatever they are, let nothing leave that the box's do not.
    #[test]
    fn no_account_is_above_the_box(
        text in "(\\+|00)?[1-9][0-9]{2,14}", premium: bool, international: bool, unlisted: bool, prefix in "\\+?[0-9]{1,4}", at_once: Option<u32>,
    ) {
        let box_ = Policy { premium, international, unlisted, ..Policy::default() };
        let own = Policy { allow: numbers(&[prefix.as_str()]), ..Policy::open() };
        let (number, ceiling) = (reached(&text, "IL"), Ceiling { policy: box_.clone(), limits: Limits::default() });
        let limits = Limits { calls_at_once: at_once, ..Limits::default() };
        let rules = Rules { ceiling: &ceiling, policy: &own, limits: &limits, country: "IL" };
        let alone = box_.admits(&number, "IL").is_ok();
        prop_assert_eq!(rules.admit(&number).is_ok(), alone);
    }
}
