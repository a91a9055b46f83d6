//! What every noun that is a name and some fields does, a test a verb. A noun's own file says what it takes.

use serde_json::{Value, json};

use super::auth::keyed;
use super::{data, refusal};
use crate::harness::World;

/// A noun as the tests need it.
pub(super) struct Noun {
    /// Its path, without an id.
    pub(super) path: &'static str,
    /// The fields of a new one besides its name, as they are shown; the number makes unique what must be.
    pub(super) new: fn(usize) -> Value,
    /// Fields that can be changed, each alone, as they are shown.
    pub(super) change: fn() -> Value,
    /// Values that are refused with 400, by field.
    pub(super) wrong: fn() -> Vec<(&'static str, Value)>,
    /// What it takes to see them: any of these.
    pub(super) read: &'static [&'static str],
    /// What it takes to change them.
    pub(super) write: &'static str,
}

/// The five verbs and the permissions for a `NOUN`, and the noun's own tests.
macro_rules! noun_trials {
    ($noun:ident; $($own:ident),* $(,)?) => {
        async fn create(w: &mut crate::harness::World) {
            crate::facade::callcenter::rest::create(w, &$noun).await;
        }
        async fn list(w: &mut crate::harness::World) {
            crate::facade::callcenter::rest::list(w, &$noun).await;
        }
        async fn show(w: &mut crate::harness::World) {
            crate::facade::callcenter::rest::show(w, &$noun).await;
        }
        async fn update(w: &mut crate::harness::World) {
            crate::facade::callcenter::rest::update(w, &$noun).await;
        }
        async fn delete(w: &mut crate::harness::World) {
            crate::facade::callcenter::rest::delete(w, &$noun).await;
        }
        async fn permissions(w: &mut crate::harness::World) {
            crate::facade::callcenter::rest::permissions(w, &$noun).await;
        }
        crate::facade::world_trials![create, list, show, update, delete, permissions $(, $own)*];
    };
}
pub(super) use noun_trials;

impl Noun {
    fn named(&self, name: &str, number: usize) -> Value {
        let mut new = (self.new)(number);
        new["name"] = json!(name);
        new
    }

    async fn made(&self, w: &World, name: &str, number: usize) -> Value {
        let mut made = data(w.post(self.path, self.named(name, number)).await);
        // Shown once.
        made.as_object_mut().unwrap().remove("password");
        made
    }

    fn at(&self, row: &Value) -> String {
        format!("{}/{}", self.path, row["id"])
    }
}

pub(super) async fn create(w: &mut World, noun: &Noun) {
    let made = noun.made(w, "First", 0).await;
    for (field, value) in noun.named("First", 0).as_object().unwrap() {
        assert_eq!(&made[field], value, "{field}");
    }
    assert!(made["id"].as_i64().unwrap() > 0 && made["account_id"].is_i64());
    assert_eq!(data(w.get(&noun.at(&made)).await), made);
    let before = data(w.get(noun.path).await);
    assert_eq!(refusal(w.post(noun.path, (noun.new)(1)).await, 400), "name is required");
    assert!(refusal(w.post(noun.path, noun.named("First", 1)).await, 409).contains("name"));
    for (field, value) in (noun.wrong)() {
        let mut wrong = noun.named("Second", 1);
        wrong[field] = value.clone();
        assert!(refusal(w.post(noun.path, wrong).await, 400).starts_with(field), "{field} {value}");
    }
    assert_eq!(data(w.get(noun.path).await), before, "nothing was made");
}

pub(super) async fn list(w: &mut World, noun: &Noun) {
    let before = data(w.get(noun.path).await).as_array().unwrap().len();
    let mut rows = Vec::new();
    for (number, name) in ["Zeta one", "Eta", "ZETA two"].into_iter().enumerate() {
        rows.push(noun.made(w, name, number).await);
    }
    let everything = w.get(noun.path).await.body;
    assert_eq!((everything["data"].as_array().unwrap()[before..].to_vec(), everything.get("total")), (rows.clone(), None));
    assert_eq!(data(w.get(&format!("{}/?q=zeta", noun.path)).await), json!([rows[0], rows[2]]));
    assert_eq!(data(w.get(&format!("{}?q=nothing", noun.path)).await), json!([]));
    let page = w.get(&format!("{}?q=zeta&limit=1&offset=1", noun.path)).await.body;
    assert_eq!((&page["data"], &page["total"]), (&json!([rows[2]]), &json!(2)));
    let other = w.other_account("other.local").await;
    assert_eq!(data(other.get(noun.path).await).as_array().unwrap().len(), before);
}

pub(super) async fn show(w: &mut World, noun: &Noun) {
    let made = noun.made(w, "First", 0).await;
    assert_eq!(data(w.get(&format!("{}/", noun.at(&made))).await), made);
    refusal(w.get(&format!("{}/999999", noun.path)).await, 404);
    refusal(w.get(&format!("{}/x", noun.path)).await, 404);
    refusal(w.other_account("other.local").await.get(&noun.at(&made)).await, 404);
}

pub(super) async fn update(w: &mut World, noun: &Noun) {
    let mut expected = noun.made(w, "First", 0).await;
    noun.made(w, "Taken", 1).await;
    let path = noun.at(&expected);
    assert_eq!(data(w.put(&path, json!({})).await), expected);
    let mut change = (noun.change)();
    change["name"] = json!("Other");
    for (field, value) in change.as_object().unwrap() {
        expected[field] = value.clone();
        assert_eq!(data(w.put(&path, json!({field: value})).await), expected, "{field}");
    }
    assert_eq!(data(w.put(&path, expected.clone()).await), expected, "what was read can be written");
    for (field, value) in (noun.wrong)().into_iter().chain([("name", json!(""))]) {
        let mut wrong = change.clone();
        wrong["name"] = json!("Third");
        wrong[field] = value.clone();
        assert!(refusal(w.put(&path, wrong).await, 400).starts_with(field), "{field} {value}");
    }
    assert!(refusal(w.put(&path, json!({"name": "Taken"})).await, 409).contains("name"));
    refusal(w.put(&format!("{}/999999", noun.path), json!({"name": "Nobody"})).await, 404);
    refusal(w.other_account("other.local").await.put(&path, json!({"name": "Stolen"})).await, 404);
    assert_eq!(data(w.get(&path).await), expected, "nothing was changed");
}

pub(super) async fn delete(w: &mut World, noun: &Noun) {
    let made = noun.made(w, "First", 0).await;
    refusal(w.other_account("other.local").await.delete(&noun.at(&made)).await, 404);
    assert_eq!(w.delete(&noun.at(&made)).await.body, json!({"success": true}));
    refusal(w.get(&noun.at(&made)).await, 404);
    refusal(w.delete(&noun.at(&made)).await, 404);
}

pub(super) async fn permissions(w: &mut World, noun: &Noun) {
    let made = noun.made(w, "First", 0).await;
    let (user, key) = keyed(w, json!({})).await;
    let user = format!("/api/user/{user}");
    let clerk = w.with_key(&key);
    for (number, name) in
        ["agents", "originate", "users", "queues", "phone_lists", "devices", "settings", "supervise"].into_iter().enumerate()
    {
        data(w.put(&user, json!({"permissions": {"cc_api": true, name: true}})).await);
        let seen = if noun.read.contains(&name) { 200 } else { 403 };
        assert_eq!(clerk.get(noun.path).await.status, seen, "{name}");
        assert_eq!(clerk.get(&noun.at(&made)).await.status, seen, "{name}");
        let done = if name == noun.write { 200 } else { 403 };
        let changed = noun.named(name, number + 1);
        assert_eq!(clerk.post(noun.path, changed.clone()).await.status, done, "{name}");
        assert_eq!(clerk.put(&noun.at(&made), json!({"name": "Changed"})).await.status, done, "{name}");
    }
    assert_eq!(data(w.get(&noun.at(&made)).await)["name"], "Changed");
    for (name, done) in [("supervise", 403), (noun.read[noun.read.len() - 1], if noun.read.len() > 1 { 403 } else { 200 })] {
        data(w.put(&user, json!({"permissions": {"cc_api": true, name: true}})).await);
        assert_eq!(clerk.delete(&noun.at(&made)).await.status, done, "{name}");
    }
}
