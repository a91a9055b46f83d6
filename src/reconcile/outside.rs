//! How an account's user calls a number outside: may it, through which gateway, and what the callee sees. The same for a phone that dials and
//! for a click-to-call.

use super::desired::{Desired, DesiredAccount};
use crate::domain::device::{Device, Line};
use crate::domain::dial_rule::{Denied, DialRule};
use crate::domain::number::{DialNumber, ExtensionNumber, Gateway};
use crate::domain::phone;
use crate::domain::toll::{Ceiling, Refusal, Rules};
use crate::domain::user::{DeviceOverrides, Way};
use crate::domain::{UserId, VoicemailId};
use crate::switch::spoken::Spoken;

/// A call outside that may be made, but for what depends on the moment: the numbers not to be called, and the limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Through which it leaves.
    pub gateway: Gateway,
    /// What is dialled.
    pub number: DialNumber,
    /// The callee's country, where the number tells (ISO 3166-1 alpha-2).
    pub country: Option<&'static str>,
    /// What the callee sees.
    pub seen: Seen,
    /// Whether it is to an emergency number, which passes every rule.
    pub emergency: bool,
}

/// Number and name that the other side sees; the phone's own where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The number.
    pub number: Option<ExtensionNumber>,
    /// The name; empty for none.
    pub name: Spoken,
}

/// Why a number outside is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDialled {
    /// By the dial rule.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// No gateway is named anywhere.
    #[error("there is no gateway for calls outside")]
    NoGateway,
}

impl DesiredAccount {
    /// How `number` is called outside by `user`, if anybody is known to call; `box_` has the gateway for calls that no rule gives one.
    ///
    /// The caller's number: the user's for the callee's country, else the user's, else the rule's for that country, else the rule's. An
    /// emergency number is dialled as it is through the box's gateway, and shows the user's number only.
    ///
    /// # Errors
    /// See [`NotDialled`].
    pub fn outside(&self, box_: &Desired, user: Option<UserId>, number: &DialNumber) -> Result<Outside, NotDialled> {
        let emergency = self.is_emergency(number.as_str());
        let none = DialRule::default();
        let rule = if emergency { &none } else { self.dial_rule(user).unwrap_or(&none) };
        let dialled = rule.dial(number)?;
        let gateway = rule.gateway.as_ref().or(box_.gateway()).ok_or(NotDialled::NoGateway)?.clone();
        let own = user.and_then(|user| self.device_overrides(user));
        // What a rule strips, such as the digit for an outside line, is no part of the number; what it prepends may be the carrier's.
        let of = |number: &DialNumber| phone::country_dialled(number.as_str(), &self.account.settings.country);
        let stripped = rule.strip > 0 && !number.as_str().starts_with('+');
        let country = if stripped { of(&dialled).or_else(|| of(number)) } else { of(number).or_else(|| of(&dialled)) };
        let of_country = own.and_then(|own| own.cnum_by_country.as_ref()?.get(country?));
        let by_rule = country.and_then(|country| rule.by_country.get(country)).or(rule.caller_number.as_ref());
        let caller = of_country.or_else(|| own?.ecnum.as_ref()).or(by_rule).cloned();
        let name = own.and_then(|own| own.ecnam.as_ref()).map(|name| Spoken::new(name.as_str())).unwrap_or_default();
        Ok(Outside { gateway, number: dialled, country, seen: Seen { number: caller, name }, emergency })
    }

    /// The rules for its calls outside, under those of the box.
    pub fn toll<'a>(&'a self, ceiling: &'a Ceiling) -> Rules<'a> {
        let settings = &self.account.settings;
        Rules { ceiling, policy: &settings.toll, limits: &settings.limits, country: &settings.country }
    }

    /// Whether a phone may be called at all: one outside is a number outside.
    ///
    /// # Errors
    /// See [`Rules::admit`].
    pub fn may_ring(&self, device: &Device, ceiling: &Ceiling) -> Result<(), Refusal> {
        match &device.line {
            Line::External { number, .. } if !self.is_emergency(number.as_str()) => {
                self.toll(ceiling).admit(&phone::reached(number.as_str(), &self.account.settings.country))
            }
            _ => Ok(()),
        }
    }

    /// What the office sees of a user.
    pub fn seen_inside(&self, user: Option<UserId>) -> Seen {
        let Some(own) = user.and_then(|user| self.device_overrides(user)) else { return Seen::default() };
        Seen { number: own.ocnum.clone(), name: own.ocnam.as_ref().map(|name| Spoken::new(name.as_str())).unwrap_or_default() }
    }

    /// Whether such a call of the user is recorded.
    pub fn records(&self, user: Option<UserId>, way: Way) -> bool {
        user.and_then(|user| self.device_overrides(user)).is_some_and(|own| own.records(way))
    }

    /// The number of a mailbox.
    pub fn mailbox(&self, id: VoicemailId) -> Option<&ExtensionNumber> {
        self.voicemails.get(&id).map(|mailbox| &mailbox.number)
    }

    fn device_overrides(&self, user: UserId) -> Option<&DeviceOverrides> {
        self.users.get(&user)?.settings.device_overrides()
    }

    /// The user's own rule, else the account's.
    fn dial_rule(&self, user: Option<UserId>) -> Option<&DialRule> {
        let own = user.and_then(|user| self.users.get(&user)).and_then(|user| user.settings.dr_id);
        self.dial_rules.get(&own.or(self.account.settings.dr_id)?)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::text::Label;
    use crate::domain::{AccountId, DialRuleId, Resource};
    use crate::reconcile::build::tests::rows;
    use crate::reconcile::build::{Rows, build};
    use crate::reconcile::params::Options;

    fn number(text: &str) -> ExtensionNumber {
        ExtensionNumber::parse(text).unwrap()
    }

    fn label(text: &str) -> Label {
        Label::new(text).unwrap()
    }

    fn rule(id: i64, settings: DialRule) -> Resource<DialRule> {
        Resource { id: DialRuleId(id), account_id: AccountId(1), name: label("Rule"), settings }
    }

    /// User 7 with these settings, rule 1 (the account's) denies 1900, rule 2 rewrites.
    fn office(own: DeviceOverrides, dr_id: Option<i64>) -> Desired {
        let mut rows: Rows = rows();
        rows.accounts[0].settings.dr_id = Some(DialRuleId(1));
        rows.users[0].settings.override_device = true;
        rows.users[0].settings.device = own;
        rows.users[0].settings.dr_id = dr_id.map(DialRuleId);
        let deny = DialRule { deny: vec![number("1900"), number("112")], caller_number: Some(number("500")), ..DialRule::default() };
        let rewrite = DialRule {
            gateway: Gateway::parse("other").ok(),
            strip: 1,
            prepend: Some(number("+972")),
            caller_number: Some(number("600")),
            by_country: BTreeMap::from([("US".to_owned(), number("601"))]),
            ..DialRule::default()
        };
        rows.dial_rules = vec![rule(1, deny), rule(2, rewrite)];
        build(rows, &Options { gateway: Gateway::parse("carrier").ok(), ..Options::default() })
    }

    fn dial(desired: &Desired, to: &str) -> Result<(String, String, Option<String>), NotDialled> {
        let account = desired.account(AccountId(1)).unwrap();
        let user = *account.users.keys().next().unwrap();
        let call = account.outside(desired, Some(user), &DialNumber::parse(to).unwrap())?;
        Ok((call.gateway.to_string(), call.number.to_string(), call.seen.number.map(|number| number.to_string())))
    }

    fn is(gateway: &str, number: &str, caller: &str) -> Result<(String, String, Option<String>), NotDialled> {
        Ok((gateway.to_owned(), number.to_owned(), Some(caller.to_owned())))
    }

    #[test]
    fn the_users_rule_stands_before_the_accounts() {
        let accounts = office(DeviceOverrides::default(), None);
        assert_eq!(dial(&accounts, "1900123"), Err(NotDialled::Denied(Denied::Prefix)));
        assert_eq!(dial(&accounts, "0501234567"), is("carrier", "0501234567", "500"));
        let own = office(DeviceOverrides::default(), Some(2));
        assert_eq!(dial(&own, "0501234567"), is("other", "+972501234567", "600"));
        assert_eq!(dial(&own, "1900123"), is("other", "+972900123", "600"));
    }

    #[test]
    fn the_callers_number() {
        let us = "+12125550123";
        let rules = office(DeviceOverrides::default(), Some(2));
        assert_eq!(dial(&rules, us).unwrap().2.as_deref(), Some("601"), "the rule's for the country");
        let users = office(DeviceOverrides { ecnum: Some(number("700")), ..DeviceOverrides::default() }, Some(2));
        assert_eq!(dial(&users, us).unwrap().2.as_deref(), Some("700"), "the user's before the rule's");
        let by_country = Some(BTreeMap::from([("US".to_owned(), number("701"))]));
        let both =
            office(DeviceOverrides { ecnum: Some(number("700")), cnum_by_country: by_country, ..DeviceOverrides::default() }, Some(2));
        assert_eq!(dial(&both, us).unwrap().2.as_deref(), Some("701"), "the user's for the country before its other");
        assert_eq!(dial(&both, "0501234567").unwrap().2.as_deref(), Some("700"));
    }

    #[test]
    fn an_emergency_number_passes_the_rule_and_is_not_rewritten() {
        for dr_id in [None, Some(2)] {
            let desired = office(DeviceOverrides { ecnum: Some(number("700")), ..DeviceOverrides::default() }, dr_id);
            assert_eq!(dial(&desired, "112"), is("carrier", "112", "700"));
        }
    }

    #[test]
    fn a_name_is_made_harmless() {
        let own = DeviceOverrides {
            ecnam: Some(label("Sales ${system id}, \"A\"")),
            ocnam: Some(label("{x=y}Dana")),
            ocnum: Some(number("1001")),
            ..DeviceOverrides::default()
        };
        let desired = office(own, None);
        let account = desired.account(AccountId(1)).unwrap();
        let user = account.users.keys().next().copied();
        let call = account.outside(&desired, user, &DialNumber::parse("0501234567").unwrap()).unwrap();
        assert_eq!(call.seen.name.as_str(), "Sales system id A");
        let inside = account.seen_inside(user);
        assert_eq!((inside.name.as_str(), inside.number), ("xyDana", Some(number("1001"))));
        assert_eq!(account.seen_inside(None), Seen::default());
    }
}
