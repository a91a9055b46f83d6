//! What one method of one path takes and gives, as its handler's neighbour tells it. [`super::route`] keeps it beside the handler.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::Value;

use super::server::{HEAD_BYTES_MAX, HEADERS_MAX};
use super::shape::{Field, Shape};

/// What a form is called.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// What JSON is called.
pub const JSON: &str = "application/json";

/// A method of a path.
#[derive(Clone)]
pub struct Operation {
    /// In a few words.
    pub summary: &'static str,
    /// The rest that there is to say.
    pub about: String,
    /// What it is listed under.
    pub tag: &'static str,
    /// The parts of its path.
    pub path: Vec<Field>,
    /// Headers that it reads.
    pub headers: Vec<Field>,
    /// What it takes: in the query string where the method has no body, else in the body.
    pub fields: Vec<Field>,
    /// What a body of the fields may be written in.
    pub takes: &'static [&'static str],
    /// The name of what the fields are in a body, where it has one.
    pub body_name: Option<String>,
    /// An example of the body, where that of each field is none.
    pub example: Option<Value>,
    /// Other bodies that it takes.
    pub bodies: Vec<Content>,
    /// Whether one of them must be there.
    pub needs_body: bool,
    /// What it gives, by status.
    pub answers: BTreeMap<u16, Answer>,
    /// Whether nobody has to say who asks.
    pub is_open: bool,
}

/// A body.
#[derive(Clone)]
pub struct Content {
    /// Its content type.
    pub kind: &'static str,
    /// What is in it.
    pub shape: Shape,
    /// An example, where that of the shape is none.
    pub example: Option<Value>,
}

/// What is answered.
#[derive(Clone)]
pub struct Answer {
    /// When.
    pub about: String,
    /// Its bodies; none where it has no body.
    pub contents: Vec<Content>,
    /// Its headers.
    pub headers: Vec<Field>,
    /// The name by which operations refer to it that have it in common.
    pub name: Option<&'static str>,
}

/// What the server answers to any head that is too long.
fn too_long_a_head() -> Answer {
    let why = format!(
        "The request's head, the path with its query string among it, has more than {HEAD_BYTES_MAX} bytes or {HEADERS_MAX} headers; nothing has read it."
    );
    Answer::empty(why).named("HeadTooLong")
}

impl Operation {
    /// One that takes nothing.
    pub fn new(tag: &'static str, summary: &'static str) -> Self {
        Self {
            summary,
            about: String::new(),
            tag,
            path: Vec::new(),
            headers: Vec::new(),
            fields: Vec::new(),
            takes: &[JSON, FORM],
            body_name: None,
            example: None,
            bodies: Vec::new(),
            needs_body: false,
            answers: BTreeMap::from([(431, too_long_a_head())]),
            is_open: false,
        }
    }

    /// With more to say.
    #[must_use]
    pub fn about(self, about: impl Into<String>) -> Self {
        Self { about: about.into(), ..self }
    }

    /// With a part of its path.
    #[must_use]
    pub fn path(mut self, part: Field) -> Self {
        self.path.push(part);
        self
    }

    /// With a header that it reads.
    #[must_use]
    pub fn header(mut self, header: Field) -> Self {
        self.headers.push(header);
        self
    }

    /// With what it takes.
    #[must_use]
    pub fn fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// Takes its fields written so and in no other way.
    #[must_use]
    pub fn takes(self, takes: &'static [&'static str]) -> Self {
        Self { takes, ..self }
    }

    /// What the fields are in a body has this name.
    #[must_use]
    pub fn body_name(self, name: impl Into<String>) -> Self {
        Self { body_name: Some(name.into()), ..self }
    }

    /// With an example of a body.
    #[must_use]
    pub fn example(self, example: Value) -> Self {
        Self { example: Some(example), ..self }
    }

    /// With another body; what it takes of the fields in that content type is part of it.
    #[must_use]
    pub fn body(mut self, kind: &'static str, shape: Shape, example: Value) -> Self {
        self.bodies.push(Content { kind, shape, example: Some(example) });
        self
    }

    /// Without a body it does nothing.
    #[must_use]
    pub fn needs_body(self) -> Self {
        Self { needs_body: true, ..self }
    }

    /// With what it answers.
    #[must_use]
    pub fn answer(mut self, status: u16, answer: Answer) -> Self {
        self.answers.insert(status, answer);
        self
    }

    /// Asks nobody who they are.
    #[must_use]
    pub fn open(self) -> Self {
        Self { is_open: true, ..self }
    }

    /// What it takes in the query string.
    pub fn in_query(&self, method: &Method) -> Vec<Field> {
        if has_body(method) { Vec::new() } else { self.fields.clone() }
    }

    /// Every body that it takes.
    pub fn every_body(&self, method: &Method) -> Vec<Content> {
        let mut bodies = self.bodies.clone();
        if has_body(method) && !self.fields.is_empty() {
            let shape = Shape::params(self.fields.clone());
            let shape = self.body_name.iter().fold(shape, |shape, name| shape.named(name));
            let content = |kind: &&'static str| Content { kind, shape: shape.clone(), example: self.example.clone() };
            bodies.extend(self.takes.iter().filter(|kind| self.bodies.iter().all(|body| body.kind != **kind)).map(content));
        }
        bodies
    }
}

/// Whether fields of a request go into its body.
fn has_body(method: &Method) -> bool {
    method == Method::POST || method == Method::PUT
}

impl Answer {
    /// Without a body.
    pub fn empty(about: impl Into<String>) -> Self {
        Self { about: about.into(), contents: Vec::new(), headers: Vec::new(), name: None }
    }

    /// JSON.
    pub fn json(about: impl Into<String>, shape: Shape) -> Self {
        Self::empty(about).or(JSON, shape, None)
    }

    /// With another body that it may have instead.
    #[must_use]
    pub fn or(mut self, kind: &'static str, shape: Shape, example: Option<Value>) -> Self {
        self.contents.push(Content { kind, shape, example });
        self
    }

    /// With an example of its bodies.
    #[must_use]
    pub fn example(mut self, example: Value) -> Self {
        self.contents.iter_mut().for_each(|content| content.example = Some(example.clone()));
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, header: Field) -> Self {
        self.headers.push(header);
        self
    }

    /// Common to many operations, by this name.
    #[must_use]
    pub fn named(self, name: &'static str) -> Self {
        Self { name: Some(name), ..self }
    }
}
