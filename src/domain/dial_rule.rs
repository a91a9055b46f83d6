//! Which numbers may be dialled, and what is dialled for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::id::DialRuleId;
use super::number::{DialNumber, ExtensionNumber, Gateway};
use super::resource::Kind;

/// How a number outside is dialled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DialRule {
    /// Only numbers that begin with one of these; all when empty.
    pub allow: Vec<ExtensionNumber>,
    /// Not those that begin with one of these, unless a longer prefix of [`DialRule::allow`] fits too.
    pub deny: Vec<ExtensionNumber>,
    /// Through which gateway; the configured one when none.
    pub gateway: Option<Gateway>,
    /// So many first characters are left out.
    pub strip: u32,
    /// What is dialled before the rest.
    pub prepend: Option<ExtensionNumber>,
    /// The number that the callee sees.
    pub caller_number: Option<ExtensionNumber>,
    /// The number that a callee of that country sees (ISO 3166-1 alpha-2).
    pub by_country: BTreeMap<String, ExtensionNumber>,
}

impl Kind for DialRule {
    type Id = DialRuleId;
    const NAME: &'static str = "dial_rule";
    const WORDS: &'static str = "dial rule";
}

/// Why a number is not dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The rule denies its prefix, or allows others only.
    #[error("the dial rule does not allow this number's prefix")]
    Prefix,
    /// Nothing is left of it, or it became too long.
    #[error("the dial rule leaves no number to dial")]
    Nothing,
}

impl DialRule {
    /// What is dialled for a number.
    ///
    /// # Errors
    /// See [`Denied`].
    pub fn dial(&self, number: &DialNumber) -> Result<DialNumber, Denied> {
        let longest = |prefixes: &[ExtensionNumber]| {
            let fitting = prefixes.iter().filter(|prefix| number.as_str().starts_with(prefix.as_str()));
            fitting.map(|prefix| prefix.as_str().len()).max()
        };
        let (allowed, denied) = (longest(&self.allow), longest(&self.deny));
        if (allowed.is_none() && !self.allow.is_empty()) || denied > allowed {
            return Err(Denied::Prefix);
        }
        let rest: String = number.as_str().chars().skip(usize::try_from(self.strip).unwrap_or(usize::MAX)).collect();
        let prepend = self.prepend.as_ref().map_or("", ExtensionNumber::as_str);
        DialNumber::parse(&format!("{prepend}{rest}")).map_err(|_| Denied::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(prefixes: &[&str]) -> Vec<ExtensionNumber> {
        prefixes.iter().map(|prefix| ExtensionNumber::parse(prefix).unwrap()).collect()
    }

    fn dial(rule: &DialRule, number: &str) -> Result<String, Denied> {
        rule.dial(&DialNumber::parse(number).unwrap()).map(|dialled| dialled.to_string())
    }

    #[test]
    fn the_longest_prefix_decides() {
        let rule = DialRule { allow: numbers(&["05", "0729"]), deny: numbers(&["072", "0555"]), ..DialRule::default() };
        assert_eq!(dial(&rule, "0501234567"), Ok("0501234567".to_owned()));
        assert_eq!(dial(&rule, "0729999999"), Ok("0729999999".to_owned()));
        for denied in ["0720000000", "0555123456", "031234567"] {
            assert_eq!(dial(&rule, denied), Err(Denied::Prefix), "{denied}");
        }
        let open = DialRule { deny: numbers(&["1900"]), ..DialRule::default() };
        assert_eq!(dial(&open, "1800123"), Ok("1800123".to_owned()));
        assert_eq!(dial(&open, "1900123"), Err(Denied::Prefix));
    }

    #[test]
    fn the_number_is_rewritten() {
        let rule = DialRule { strip: 1, prepend: ExtensionNumber::parse("+972").ok(), ..DialRule::default() };
        assert_eq!(dial(&rule, "0501234567"), Ok("+972501234567".to_owned()));
        let all = DialRule { strip: 30, ..DialRule::default() };
        assert_eq!(dial(&all, "0501234567"), Err(Denied::Nothing));
        assert_eq!(dial(&DialRule { strip: 1, ..rule.clone() }, "+1"), Ok("+9721".to_owned()));
    }
}
