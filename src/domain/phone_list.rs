//! Lists of phone numbers and their leads.

use serde_json::{Map, Value};

use super::id::{AccountId, PhoneListId};
use super::number::{LeadId, Phone};
use super::text::Label;

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneList {
    /// Its id.
    pub id: PhoneListId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name; several may have the same.
    pub name: Label,
    /// How many leads it has.
    pub list_rows: i64,
}

/// One number of a list, once in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    /// The number.
    pub phone: Phone,
    /// Whose it is.
    pub name: Option<Label>,
    /// The customer's own id.
    pub lead_id: Option<LeadId>,
    /// Larger comes first.
    pub priority: i32,
    /// Given to a call of this lead.
    pub tags: Option<String>,
    /// The customer's variables, given to a call of this lead.
    pub ext_api_vars: Option<Vars>,
}

/// What is sent about a lead; the outer `None` is what is not sent, and stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "see Lead")]
pub struct LeadChange {
    pub name: Option<Option<Label>>,
    pub lead_id: Option<Option<LeadId>>,
    pub priority: Option<i32>,
    pub tags: Option<Option<String>>,
    pub ext_api_vars: Option<Option<Vars>>,
}

/// The customer's variables: a JSON object, kept as text, because there may be a million of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vars(String);

/// A text that is no JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a JSON object")]
pub struct NotAnObject;

impl Vars {
    /// The object.
    pub fn object(&self) -> Map<String, Value> {
        // It was made of one.
        serde_json::from_str(&self.0).unwrap_or_default()
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&Map<String, Value>> for Vars {
    fn from(object: &Map<String, Value>) -> Self {
        Self(serde_json::to_string(object).unwrap_or_default())
    }
}

impl TryFrom<String> for Vars {
    type Error = NotAnObject;

    fn try_from(text: String) -> Result<Self, NotAnObject> {
        serde_json::from_str::<Map<String, Value>>(&text).map(|_| Self(text)).map_err(|_| NotAnObject)
    }
}

impl Lead {
    /// A lead of which nothing but the number is known.
    pub fn new(phone: Phone) -> Self {
        Self { phone, name: None, lead_id: None, priority: 0, tags: None, ext_api_vars: None }
    }

    /// Changes what is sent.
    pub fn change(&mut self, change: LeadChange) {
        let LeadChange { name, lead_id, priority, tags, ext_api_vars } = change;
        set(&mut self.name, name);
        set(&mut self.lead_id, lead_id);
        set(&mut self.priority, priority);
        set(&mut self.tags, tags);
        set(&mut self.ext_api_vars, ext_api_vars);
    }
}

impl LeadChange {
    /// This and then `later`, as one.
    pub fn then(&mut self, later: Self) {
        let Self { name, lead_id, priority, tags, ext_api_vars } = later;
        self.name = name.or(self.name.take());
        self.lead_id = lead_id.or(self.lead_id.take());
        self.priority = priority.or(self.priority);
        self.tags = tags.or(self.tags.take());
        self.ext_api_vars = ext_api_vars.or(self.ext_api_vars.take());
    }
}

fn set<T>(target: &mut T, sent: Option<T>) {
    if let Some(sent) = sent {
        *target = sent;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_change_keeps_what_it_does_not_send() {
        let name = |text| Some(Some(Label::new(text).unwrap()));
        let mut change = LeadChange { name: name("First"), priority: Some(1), tags: Some(Some("a".to_owned())), ..LeadChange::default() };
        change.then(LeadChange { name: name("Second"), tags: Some(None), ..LeadChange::default() });
        assert_eq!(change, LeadChange { name: name("Second"), priority: Some(1), tags: Some(None), ..LeadChange::default() });
        let mut lead = Lead { lead_id: LeadId::parse("04").ok(), tags: Some("b".to_owned()), ..Lead::new(Phone::parse("1").unwrap()) };
        lead.change(change);
        assert_eq!((lead.name, lead.priority, lead.tags, lead.lead_id), (Label::new("Second").ok(), 1, None, LeadId::parse("04").ok()));
    }
}
