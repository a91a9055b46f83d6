//! What is no more than a name and settings, and is referred to by id: see [`Kind`] for which these are.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::id::AccountId;
use super::text::Label;

/// A kind of resource: the settings that one of it has.
pub trait Kind: Clone + std::fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The type of its ids.
    type Id: Copy + std::fmt::Debug + std::fmt::Display + Eq + Ord + std::hash::Hash + From<i64> + Into<i64> + Serialize + Send + Sync;

    /// How it is written in the database and in the API's paths.
    const NAME: &'static str;
    /// How people call it in a sentence.
    const WORDS: &'static str;
}

/// That a field of something else names a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The field, as the API calls it.
    pub field: &'static str,
    /// [`Kind::NAME`] of what it names.
    pub kind: &'static str,
    /// [`Kind::WORDS`] of what it names.
    pub words: &'static str,
    /// Its id, which is of no other kind.
    pub id: i64,
}

/// What a field names: one resource, some or none.
pub fn refer<K: Kind>(field: &'static str, ids: impl IntoIterator<Item = K::Id>) -> impl Iterator<Item = Reference> {
    ids.into_iter().map(move |id| Reference { field, kind: K::NAME, words: K::WORDS, id: id.into() })
}

/// A named row with the settings of its kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource<K: Kind> {
    /// Its id, given to no other row, of whatever kind.
    pub id: K::Id,
    /// Whose it is.
    pub account_id: AccountId,
    /// Its name, unique among the account's of this kind.
    pub name: Label,
    /// The rest.
    pub settings: K,
}
