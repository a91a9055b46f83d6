//! Phone numbers of the world, by the numbering plans that the library `phonenumber` brings.
//!
//! A customer writes a number as people do (`050-123-4567`), a carrier with the country's code (`972501234567`, `+972 50 123 4567`), and
//! both must be the same lead. A number that no plan knows is kept as its digits: extensions and short codes are numbers too.

use phonenumber::country::{Id, Source};
use phonenumber::metadata::{DATABASE, Descriptor};
use phonenumber::{Metadata, Mode, PhoneNumber};

use super::number::{NumberError, Phone};

/// The plan of a code that belongs to no country, such as 800.
const NO_COUNTRY: &str = "001";
/// Such codes that cost nothing, or what any call does.
const TOLL_FREE_CODES: [u16; 2] = [800, 808];

/// `text` in digits with the country's code, as dialled from `country` (ISO 3166-1 alpha-2): for `IL`, `050-123-4567` is `972501234567`.
///
/// Digits without `+` are a number of the country when its plan has such numbers, else an international one when a plan has it, else they
/// stay as they are. What comes out goes in unchanged, but for digits that two plans claim.
///
/// # Errors
/// [`NumberError`] when something other than digits, blanks, `-`, `.`, `/`, brackets and a leading `+` is in it, or there are no digits, or
/// more than [`Phone::MAX_CHARS`].
pub fn normalise(text: &str, country: &str) -> Result<Phone, NumberError> {
    let (plus, digits) = digits_of(text)?;
    let country = known(country);
    let parsed = if plus { international(digits.as_str()) } else { dialled(digits.as_str(), country) };
    Ok(parsed.and_then(|digits| Phone::parse(&digits).ok()).unwrap_or(digits))
}

/// What `text` may name in a list: the digits as they are, which is how a list shows them, else what [`normalise`] makes of them.
///
/// # Errors
/// As [`normalise`].
pub fn spellings(text: &str, country: &str) -> Result<[Phone; 2], NumberError> {
    Ok([digits_of(text)?.1, normalise(text, country)?])
}

/// How the switch may have been given this number: as it is, in digits with the country's code, these with `+`, and as it is dialled in its country.
///
/// # Errors
/// As [`normalise`].
pub fn as_written(text: &str, country: &str) -> Result<Vec<String>, NumberError> {
    let [digits, international] = spellings(text, country)?.map(String::from);
    let plus = format!("+{international}");
    let national = parse(None, &plus).filter(|_| country_of(&international).is_some());
    let national = national.map(|number| number.format().mode(Mode::National).to_string().replace(|c: char| !c.is_ascii_digit(), ""));
    let mut written: Vec<_> = [digits, international, plus].into_iter().chain(national).collect();
    written.sort_unstable();
    written.dedup();
    Ok(written)
}

/// The country (ISO 3166-1 alpha-2) of digits that begin with the country's code; none for what no plan knows, such as an extension.
///
/// Where several countries share a code and none of them knows the number, it is the one that the code is mainly for.
pub fn country_of(digits: &str) -> Option<&'static str> {
    plan_of(digits).map(|(_, plan)| plan.id()).filter(|id| *id != NO_COUNTRY)
}

/// What digits that begin with a country's code are, and the plan that has them.
fn plan_of(digits: &str) -> Option<(PhoneNumber, &'static Metadata)> {
    let number = parse(None, &format!("+{digits}"))?;
    let code = number.code().value();
    let plan = number.metadata(&DATABASE).or_else(|| DATABASE.by_code(&code).and_then(|plans| plans.into_iter().next()))?;
    (number.is_valid() || is_subscriber(plan, &number)).then_some((number, plan))
}

/// The country of a number as it is dialled from `country`, or as a carrier gives it.
pub fn country_dialled(number: &str, country: &str) -> Option<&'static str> {
    normalise(number, country).ok().and_then(|digits| country_of(digits.as_str()))
}

/// What a call to a number costs, as far as the numbering plans tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tariff {
    /// Somebody's telephone, or one that costs nothing: fixed, mobile, internet, of a company, toll-free.
    Ordinary,
    /// More than that: premium rate, shared cost, personal numbers, pagers, satellites and networks of no country.
    Premium,
    /// No plan has it: short codes, numbers as long as costly ones of ranges that are newer than the plans, and what was dialled in some other way than
    /// the plans know.
    Unlisted,
}

/// Whom a number reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// With the country's code in front where that is known, else as it was dialled.
    pub digits: String,
    /// The country's code (`972`), or that of a network of none; none where no plan has the number.
    pub code: Option<u16>,
    /// The country (ISO 3166-1 alpha-2).
    pub country: Option<&'static str>,
    /// What it costs.
    pub tariff: Tariff,
}

/// Whom a number reaches that leaves towards a carrier of `country`. What is longer or shorter than a plan has it is [`Tariff::Unlisted`], because
/// carriers ignore digits that are too many.
pub fn reached(number: &str, country: &str) -> Reached {
    let Ok(digits) = normalise(number, country) else {
        return Reached { digits: number.to_owned(), code: None, country: None, tariff: Tariff::Unlisted };
    };
    let known = plan_of(digits.as_str());
    let (digits, code) = (digits.to_string(), known.as_ref().map(|(number, _)| number.code().value()));
    let tariff = known.as_ref().map_or(Tariff::Unlisted, |(number, plan)| tariff(number, plan));
    let country = known.map(|(_, plan)| plan.id()).filter(|id| *id != NO_COUNTRY);
    Reached { digits, code, country, tariff }
}

fn tariff(number: &PhoneNumber, plan: &Metadata) -> Tariff {
    let (national, kinds) = (number.national().to_string(), plan.descriptors());
    let is_one_of = |kinds: &[Option<&Descriptor>]| kinds.iter().flatten().any(|kind| kind.is_match(&national));
    if plan.id() == NO_COUNTRY && !TOLL_FREE_CODES.contains(&number.code().value()) {
        return Tariff::Premium;
    }
    let costly = [kinds.premium_rate(), kinds.shared_cost(), kinds.personal_number(), kinds.pager()];
    if is_one_of(&costly) {
        return Tariff::Premium;
    }
    if is_one_of(&[kinds.fixed_line(), kinds.mobile(), kinds.toll_free(), kinds.voip(), kinds.uan()]) {
        return Tariff::Ordinary;
    }
    // The plans lag behind: what can only be a subscriber's by its length is one.
    let may_be_costly =
        costly.iter().flatten().any(|kind| kind.possible_length().iter().any(|&length| usize::from(length) == national.len()));
    if is_subscriber(plan, number) && !may_be_costly { Tariff::Ordinary } else { Tariff::Unlisted }
}

/// Whether there was a leading `+`, and the digits.
fn digits_of(text: &str) -> Result<(bool, Phone), NumberError> {
    // Marks of the writing direction come with what is copied from a right-to-left text.
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202c}'));
    let (plus, rest) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
    let separates = |c: char| matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '\u{a0}' | '\u{2010}'..='\u{2015}');
    Ok((plus, Phone::parse(&rest.replace(separates, ""))?))
}

fn known(country: &str) -> Option<Id> {
    country.parse().ok().filter(|id: &Id| DATABASE.by_id(id.as_ref()).is_some())
}

fn parse(country: Option<Id>, text: &str) -> Option<PhoneNumber> {
    phonenumber::parse(country, text).ok()
}

fn written(number: &PhoneNumber) -> String {
    format!("{}{}", number.code().value(), number.national())
}

/// Digits that followed a `+`. Only the zero of `+44 (0)20...` is left out.
fn international(digits: &str) -> Option<String> {
    parse(None, &format!("+{digits}")).map(|number| written(&number))
}

/// Digits as they are dialled in a country.
fn dialled(digits: &str, country: Option<Id>) -> Option<String> {
    let country = country?;
    let number = parse(Some(country), digits)?;
    // Dialled with the prefix for abroad, or it begins with the country's code and is too long without.
    if number.code().source() != Source::Default {
        return Some(written(&number)).filter(|digits| country_of(digits).is_some());
    }
    let abroad = || parse(None, &format!("+{digits}")).is_some_and(|number| number.is_valid());
    let plan = DATABASE.by_id(country.as_ref())?;
    if digits.starts_with(&plan.country_code().to_string()) && abroad() {
        return None;
    }
    if number.is_valid() {
        return Some(written(&number));
    }
    // The plans lag behind: what has the length of the country's subscribers is one of them, unless another country has that number.
    (!abroad() && is_subscriber(plan, &number)).then(|| written(&number))
}

fn is_subscriber(plan: &Metadata, number: &PhoneNumber) -> bool {
    let kinds = [plan.descriptors().fixed_line(), plan.descriptors().mobile()];
    let length = number.national().to_string().len();
    kinds.into_iter().flatten().any(|kind| kind.possible_length().iter().any(|&possible| usize::from(possible) == length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(country: &str, text: &str) -> String {
        normalise(text, country).unwrap_or_else(|error| panic!("{text:?}: {error}")).to_string()
    }

    #[test]
    fn one_number_however_it_is_written() {
        for text in [
            "050-123-4567",
            "0501234567",
            "501234567",
            "972501234567",
            "+972501234567",
            "+972 50 123 4567",
            "+972 (0)50 123 4567",
            "00972501234567",
            " (050) 123.4567 ",
            "\u{200e}+972-50-123-4567\u{200f}",
        ] {
            assert_eq!(of("IL", text), "972501234567", "{text}");
        }
        assert_eq!(of("US", "(415) 555-2671"), "14155552671");
        assert_eq!(of("US", "1-415-555-2671"), "14155552671");
        assert_eq!(of("GB", "020 7946 0958"), "442079460958");
        assert_eq!(of("IT", "06 1234 5678"), "390612345678", "Italy keeps its zero");
        assert_eq!(of("DE", "+1 415 555 2671"), "14155552671");
    }

    #[test]
    fn the_documents_numbers_stay_as_they_are() {
        // As in the example of phone lists: of Israel, of the United States, of Israel.
        for digits in ["972501234", "97231234567", "19123456789", "972541234567"] {
            assert_eq!(of("IL", digits), digits);
        }
        assert_eq!(of("IL", "1234567"), "1234567");
    }

    #[test]
    fn digits_that_no_plan_knows_stay() {
        for country in ["IL", "US", "XX", ""] {
            for digits in ["100", "2700", "1001", "7", "12345678901234567890"] {
                assert_eq!(of(country, digits), digits, "{country}");
            }
        }
    }

    #[test]
    fn a_number_is_found_however_it_was_written() {
        let israel = ["+972501234567", "0501234567", "972501234567"];
        for text in israel {
            assert_eq!(as_written(text, "IL").unwrap(), israel);
        }
        assert_eq!(as_written("(415) 555-2671", "US").unwrap(), ["+14155552671", "14155552671", "4155552671"]);
        assert_eq!(as_written("+39 06 1234 5678", "IL").unwrap(), ["+390612345678", "0612345678", "390612345678"]);
        assert_eq!(as_written("7000", "IL").unwrap(), ["+7000", "7000"]);
        assert!(as_written("call me", "IL").is_err());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["", "  ", "+", "()", "call me", "050-CALL-ME", "0501234567 x3", "*2700", "1,2", "1;2", "++1", "1+1", "٠٥٠", "1\n2", "\0"]
        {
            assert!(normalise(text, "IL").is_err(), "{text:?}");
        }
        assert_eq!(normalise(&"1".repeat(33), "IL"), Err(NumberError::TooLong(32)));
    }

    #[test]
    fn a_number_has_a_country() {
        for (digits, country) in [
            ("972501234567", "IL"),
            ("14155552671", "US"),
            ("16137827274", "CA"),
            ("442079460958", "GB"),
            ("390612345678", "IT"),
            ("4915112345678", "DE"),
            ("77012345678", "KZ"),
        ] {
            assert_eq!(country_of(digits), Some(country), "{digits}");
        }
        for digits in ["", "1001", "2700", "100", "999", "80012345678", "x"] {
            assert_eq!(country_of(digits), None, "{digits}");
        }
    }

    #[test]
    fn what_a_number_costs() {
        use Tariff::{Ordinary, Premium, Unlisted};
        for (home, number, country, tariff) in [
            ("IL", "0501234567", Some("IL"), Ordinary),
            ("IL", "031234567", Some("IL"), Ordinary),
            ("IL", "1800123456", Some("IL"), Ordinary),
            ("IL", "1900123456", Some("IL"), Premium),
            ("IL", "1700123456", Some("IL"), Premium),
            ("IL", "+12125550123", Some("US"), Ordinary),
            ("IL", "0012125550123", Some("US"), Ordinary),
            ("IL", "01212125550123", Some("US"), Ordinary),
            ("IL", "+881612345678", None, Premium),
            ("IL", "+979123456789", None, Premium),
            ("IL", "+80012345678", None, Ordinary),
            ("US", "9005550123", Some("US"), Premium),
            ("US", "8768551234", Some("JM"), Ordinary),
            ("US", "6137827274", Some("CA"), Ordinary),
            ("GB", "09091234567", Some("GB"), Premium),
            ("GB", "07012345678", Some("GB"), Premium),
            ("GB", "02079460958", Some("GB"), Ordinary),
            ("IT", "0612345678", Some("IT"), Ordinary),
            ("IT", "899123456", Some("IT"), Premium),
            ("DE", "09001234567", Some("DE"), Premium),
            // Of ranges that the plans do not have: as long as subscribers only, as long as premium numbers too.
            ("IL", "0312345678", Some("IL"), Ordinary),
            ("GB", "06001234567", Some("GB"), Unlisted),
            // Digits that are too many, too few, or that the country dials differently.
            ("IL", "1900123456789", None, Unlisted),
            ("IL", "1900123", None, Unlisted),
            ("GB", "118118", None, Unlisted),
            ("US", "00442079460958", None, Unlisted),
            ("IL", "*1900123456", None, Unlisted),
            ("", "0501234567", None, Unlisted),
        ] {
            let reached = reached(number, home);
            assert_eq!((reached.country, reached.tariff), (country, tariff), "{number} from {home}: {reached:?}");
        }
    }

    proptest! {
        #[test]
        fn anything_may_be_asked(text in "\\PC{0,40}", country in "[A-Z]{0,3}") {
            let _either = normalise(&text, &country);
            let _either = country_of(&text);
        }

        #[test]
        fn a_normalised_number_is_normal(national in "0?[2-9][0-9]{5,10}") {
            for country in ["IL", "US", "GB", "FR"] {
                let once = of(country, &national);
                prop_assert_eq!(of(country, &once), once.clone(), "{} {}", country, national);
            }
        }
    }
}
