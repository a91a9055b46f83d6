//! Where a request holds text: every scalar that the OpenAPI document of its route tells of, wherever it stands.

use serde_json::{Map, Value, json};

/// A way to a scalar in a body.
pub(super) type Way = Vec<Step>;

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The field of this name.
    Field(String),
    /// The item at this place.
    Item(usize),
    /// A name that is chosen by who asks.
    Name,
}

/// A schema with what it refers to.
#[derive(Clone, Copy)]
pub(super) struct Schema<'a> {
    pub(super) document: &'a Value,
    pub(super) schema: &'a Value,
}

impl<'a> Schema<'a> {
    fn of(self, schema: &'a Value) -> Self {
        let schema = match schema["$ref"].as_str() {
            Some(name) => self.document.pointer(&name[1..]).expect("what is referred to is there"),
            None => schema,
        };
        Self { schema, ..self }
    }

    fn alternatives(self) -> impl Iterator<Item = Self> {
        let all = ["anyOf", "oneOf"].into_iter().filter_map(move |key| self.schema[key].as_array());
        all.flatten().map(move |schema| self.of(schema))
    }

    fn is(self, kind: &str) -> bool {
        let types = &self.schema["type"];
        types == kind || types.as_array().is_some_and(|types| types.iter().any(|one| one == kind))
    }

    /// The ways to every scalar.
    pub(super) fn leaves(self) -> Vec<Way> {
        let mut found = Vec::new();
        self.of(self.schema).walk(&mut Vec::new(), &mut found);
        found.sort_by_key(|way| format!("{way:?}"));
        found.dedup();
        found
    }

    fn walk(self, way: &mut Way, found: &mut Vec<Way>) {
        let mut is_leaf = true;
        let mut under = |step: Step, schema: Self, way: &mut Way| {
            way.push(step);
            schema.walk(way, found);
            way.pop();
        };
        for schema in self.alternatives() {
            is_leaf = false;
            schema.walk_again(way, &mut under);
        }
        is_leaf &= self.walk_again(way, &mut under);
        if is_leaf {
            found.push(way.clone());
        }
    }

    /// What is directly under it; whether that is nothing.
    fn walk_again(self, way: &mut Way, under: &mut impl FnMut(Step, Self, &mut Way)) -> bool {
        let mut is_leaf = true;
        for (name, schema) in self.schema["properties"].as_object().into_iter().flatten() {
            is_leaf = false;
            under(Step::Field(name.clone()), self.of(schema), way);
        }
        if self.schema["additionalProperties"].is_object() {
            is_leaf = false;
            under(Step::Name, self.of(&self.schema["additionalProperties"]), way);
        }
        let cells = self.schema["prefixItems"].as_array().into_iter().flatten();
        for (at, schema) in cells.enumerate() {
            is_leaf = false;
            under(Step::Item(at), self.of(schema), way);
        }
        if self.schema["items"].is_object() {
            is_leaf = false;
            under(Step::Item(0), self.of(&self.schema["items"]), way);
        }
        is_leaf
    }

    /// An example of it.
    pub(super) fn example(self) -> Value {
        let here = self.of(self.schema);
        let own = here.schema["examples"].get(0).or(here.schema.get("example")).or(here.schema["enum"].get(0));
        if let Some(own) = own {
            return own.clone();
        }
        if let Some(first) = here.alternatives().last() {
            return first.example();
        }
        if let Some(fields) = here.schema["properties"].as_object() {
            return fields.iter().map(|(name, schema)| (name.clone(), here.of(schema).example())).collect::<Map<_, _>>().into();
        }
        if here.is("array") {
            return if here.schema["items"].is_object() { json!([here.of(&here.schema["items"]).example()]) } else { json!([]) };
        }
        if here.is("object") { json!({}) } else { json!(1) }
    }

    /// The same of a field of it.
    pub(super) fn field(self, name: &str) -> Option<Self> {
        let here = self.of(self.schema);
        let own = here.schema["properties"].get(name).map(|schema| here.of(schema));
        own.or_else(|| here.alternatives().find_map(|schema| schema.field(name)))
    }

    /// An example of what must be there.
    pub(super) fn needed(self) -> Value {
        let here = self.of(self.schema);
        let names = here.schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.filter_map(|name| Some((name.to_owned(), here.field(name)?.example()))).collect::<Map<_, _>>().into()
    }
}

/// Puts `text` where the way leads.
pub(super) fn put(value: &mut Value, way: &[Step], text: &str) {
    let Some((step, rest)) = way.split_first() else {
        *value = json!(text);
        return;
    };
    match step {
        Step::Field(name) => put(&mut object(value)[name.as_str()], rest, text),
        Step::Item(at) => {
            if !value.is_array() {
                *value = json!([]);
            }
            let items = value.as_array_mut().expect("an array");
            while items.len() <= *at {
                items.push(Value::Null);
            }
            put(&mut items[*at], rest, text);
        }
        // A hostile name, with what was behind the first one there.
        Step::Name if rest.is_empty() => {
            let fields = object(value).as_object_mut().expect("an object");
            fields.insert("a".to_owned(), json!(text));
            fields.insert(text.to_owned(), json!("1"));
        }
        Step::Name => put(&mut object(value)["a"], rest, text),
    }
}

fn object(value: &mut Value) -> &mut Value {
    if !value.is_object() {
        *value = json!({});
    }
    value
}

/// What is there.
pub(super) fn at<'a>(value: &'a Value, way: &[Step]) -> Option<&'a Value> {
    way.iter().try_fold(value, |value, step| match step {
        Step::Field(name) => value.get(name),
        Step::Item(at) => value.get(at),
        Step::Name => value.get("a"),
    })
}
