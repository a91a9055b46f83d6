//! The directory: users by name and domain, merged with their group and domain, and FreeSWITCH's cache of them.

use super::xml::Element;
use super::{Core, Then};
use crate::clock::Millis;

/// A user with what it inherits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct User {
    pub(super) id: String,
    params: Vec<(String, String)>,
    pub(super) variables: Vec<(String, String)>,
}

/// A user that may be used again without asking; `until` is `None` for ever.
#[derive(Clone, Debug)]
pub(super) struct CachedUser {
    user: User,
    until: Option<Millis>,
}

impl User {
    /// The last parameter of this name: the user's own wins over its group's, that over its domain's.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().rev().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl Core {
    /// Finds a user, in the cache or by asking with `params`.
    pub(super) fn find_user(&mut self, user: &str, domain: &str, mut params: Vec<(String, String)>, then: Then<Option<User>>) {
        let key = (user.to_ascii_lowercase(), domain.to_ascii_lowercase());
        if let Some(cached) = self.directory_cache.get(&key) {
            if cached.until.is_none_or(|until| until > self.now) {
                let user = cached.user.clone();
                return then(self, Some(user));
            }
            self.directory_cache.remove(&key);
        }
        for (name, value) in [("key", "id"), ("user", user), ("domain", domain)] {
            params.push((name.into(), value.into()));
        }
        let (name, wanted) = (user.to_string(), domain.to_string());
        self.fetch(
            "directory",
            ["domain", "name", domain],
            &params,
            Box::new(move |core, section| {
                let found = section.as_ref().and_then(|s| locate(s, &name, &wanted));
                let user = found.map(|(user, cacheable)| {
                    let until = match cacheable.as_deref() {
                        None => Some(None),
                        Some(text) if super::args::is_true(text) && text.parse::<i64>().is_err() => None,
                        Some(text) => text.parse::<i64>().ok().filter(|ms| *ms > 0).map(|ms| Some(core.now.plus_ms(ms))).or(Some(None)),
                    };
                    match until {
                        None => drop(core.directory_cache.insert(key, CachedUser { user: user.clone(), until: None })),
                        Some(Some(at)) => drop(core.directory_cache.insert(key, CachedUser { user: user.clone(), until: Some(at) })),
                        Some(None) => {}
                    }
                    user
                });
                then(core, user);
            }),
        );
    }

    /// `xml_flush_cache [id user domain]`: how many entries went.
    pub(super) fn flush_directory(&mut self, which: Option<(&str, &str)>) -> usize {
        let before = self.directory_cache.len();
        match which {
            Some((user, domain)) => {
                self.directory_cache.remove(&(user.to_ascii_lowercase(), domain.to_ascii_lowercase()));
            }
            None => self.directory_cache.clear(),
        }
        before - self.directory_cache.len()
    }
}

/// The user in a directory section, and its `cacheable` attribute.
fn locate(section: &Element, user: &str, domain: &str) -> Option<(User, Option<String>)> {
    let x_domain = section.find("domain", "name", domain)?;
    let mut layers = vec![x_domain];
    let x_user = user_in(x_domain, user).or_else(|| {
        x_domain.child("groups")?.all("group").find_map(|group| {
            let found = user_in(group.child("users")?, user)?;
            layers.push(group);
            Some(found)
        })
    })?;
    let x_user = match x_user.attr("type") {
        Some("pointer") => return None,
        _ => x_user,
    };
    layers.push(x_user);
    let mut merged = User { id: x_user.attr("id").unwrap_or(user).to_string(), ..User::default() };
    for layer in layers {
        merged.params.extend(layer.pairs("params", "param"));
        for (name, value) in layer.pairs("variables", "variable") {
            merged.variables.retain(|(n, _)| *n != name);
            merged.variables.push((name, value));
        }
    }
    Some((merged, x_user.attr("cacheable").map(str::to_string)))
}

fn user_in<'a>(parent: &'a Element, user: &str) -> Option<&'a Element> {
    parent.find("user", "id", user).or_else(|| parent.find("user", "number-alias", user)).or_else(|| {
        let users = parent.child("users")?;
        users.find("user", "id", user).or_else(|| users.find("user", "number-alias", user))
    })
}

#[cfg(test)]
mod tests {
    use super::super::xml::parse;
    use super::*;

    #[test]
    fn a_user_inherits_from_group_and_domain() {
        let text = "<section name='directory'><domain name='d'><params><param name='dial-string' value='a'/></params>\
            <groups><group name='g'><users><user id='7' cacheable='true'><params><param name='password' value='p'/></params>\
            <variables><variable name='v' value='1'/></variables></user></users></group></groups></domain></section>";
        let (user, cacheable) = locate(&parse(text).unwrap(), "7", "D").unwrap();
        assert_eq!((user.param("dial-string"), user.param("password"), user.variable("v")), (Some("a"), Some("p"), Some("1")));
        assert_eq!(cacheable.as_deref(), Some("true"));
        assert!(locate(&parse(text).unwrap(), "8", "d").is_none());
    }
}
