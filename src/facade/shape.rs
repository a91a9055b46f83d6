//! What a value may be: a JSON Schema, with the schemas of their own names that it refers to.

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, Array, ArrayItems, KnownFormat, Object, OneOfBuilder, Ref, Schema, SchemaFormat, SchemaType, Type,
};

/// A schema and what it refers to.
#[derive(Clone)]
pub struct Shape {
    schema: RefOr<Schema>,
    named: Vec<(String, RefOr<Schema>)>,
}

/// A parameter of a request, or a field of a record.
#[derive(Clone)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may be, with what it is about and an example.
    pub shape: Shape,
    /// An example.
    pub example: Value,
    /// What it is about.
    pub about: &'static str,
    /// Whether it must be there; none where that is as usual: a parameter need not, a field of a record must.
    presence: Option<bool>,
}

/// What is taken from outside says what it takes.
pub trait Takes {
    /// What it takes.
    fn shape() -> Shape;
}

/// A field.
pub fn field(name: &'static str, shape: Shape, about: &'static str, example: impl Into<Value>) -> Field {
    let example = example.into();
    Field { name, shape: shape.about(about, &example), example, about, presence: None }
}

/// A field that says itself what it is about.
pub fn part(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, example: Value::Null, about: "", presence: None }
}

/// A parameter that is taken as a `T`.
pub fn param<T: Takes>(name: &'static str, about: &'static str, example: impl Into<Value>) -> Field {
    field(name, T::shape(), about, example)
}

impl Field {
    /// A parameter that must be sent.
    #[must_use]
    pub fn needed(self) -> Self {
        Self { presence: Some(true), ..self }
    }

    /// A field that is left out where it does not apply, or a parameter that need not be sent.
    #[must_use]
    pub fn sometimes(self) -> Self {
        Self { presence: Some(false), ..self }
    }

    /// Whether a parameter must be sent.
    pub fn is_needed(&self) -> bool {
        self.presence == Some(true)
    }
}

impl Shape {
    /// A type that says itself what it is written as.
    pub fn of<T: ToSchema>() -> Self {
        let mut named = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut named);
        Self { schema: Ref::from_schema_name(T::name()).into(), named }
    }

    /// Any JSON value.
    pub fn any() -> Self {
        Object::with_type(SchemaType::AnyValue).into()
    }

    /// A text of any length.
    pub fn text() -> Self {
        Object::with_type(Type::String).into()
    }

    /// A text of so many characters.
    pub fn chars(min: usize, max: usize) -> Self {
        Self::text().with(|text| (text.min_length, text.max_length) = (Some(min).filter(|min| *min > 0), Some(max)))
    }

    /// A text of this form.
    #[must_use]
    pub fn pattern(self, pattern: &str) -> Self {
        self.with(|text| text.pattern = Some(pattern.to_owned()))
    }

    /// A text that is named so: `binary`, `uri`.
    #[must_use]
    pub fn format(self, format: &str) -> Self {
        self.with(|text| text.format = Some(SchemaFormat::Custom(format.to_owned())))
    }

    /// One of these texts.
    pub fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::text().with(|text| text.enum_values = Some(words.into_iter().map(Value::from).collect()))
    }

    /// A whole number.
    pub fn integer() -> Self {
        Self::from(Object::with_type(Type::Integer)).with(|number| number.format = Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
    }

    /// A whole number within these bounds.
    pub fn between(min: i64, max: i64) -> Self {
        Self::integer().with(|number| (number.minimum, number.maximum) = (Some(min.into()), Some(max.into())))
    }

    /// A whole number that is not negative.
    pub fn count() -> Self {
        Self::integer().with(|number| number.minimum = Some(0.into()))
    }

    /// A number.
    pub fn number() -> Self {
        Object::with_type(Type::Number).into()
    }

    /// A truth.
    pub fn flag() -> Self {
        Object::with_type(Type::Boolean).into()
    }

    /// 0 or 1.
    pub fn bit() -> Self {
        Self::from(Object::with_type(Type::Integer)).with(|number| number.enum_values = Some(vec![0.into(), 1.into()]))
    }

    /// This value and no other.
    pub fn only(value: impl Into<Value>) -> Self {
        let value = value.into();
        let kind = if value.is_boolean() { Type::Boolean } else { Type::String };
        Self::from(Object::with_type(kind)).with(|only| only.enum_values = Some(vec![value]))
    }

    /// An array.
    #[must_use]
    pub fn list(self) -> Self {
        Self { schema: Array::new(self.schema).into(), named: self.named }
    }

    /// Of an array: how many at most.
    #[must_use]
    pub fn at_most(mut self, items: usize) -> Self {
        if let RefOr::T(Schema::Array(array)) = &mut self.schema {
            array.max_items = Some(items);
        }
        self
    }

    /// An array of exactly these.
    pub fn row(cells: impl IntoIterator<Item = Field>) -> Self {
        let (mut array, mut named) = (Array::default(), Vec::new());
        let mut example = Vec::new();
        for cell in cells {
            named.extend(cell.shape.named);
            example.push(cell.example);
            if let RefOr::T(schema) = cell.shape.schema {
                array.prefix_items.push(schema);
            }
        }
        (array.min_items, array.max_items) = (Some(array.prefix_items.len()), Some(array.prefix_items.len()));
        array.items = ArrayItems::False;
        array.examples = vec![example.into()];
        Self { schema: array.into(), named }
    }

    /// An object of such values by names of this shape.
    pub fn map(names: Self, values: Self) -> Self {
        let mut map = Object::with_type(Type::Object);
        if let RefOr::T(names) = names.schema {
            map.property_names = Some(Box::new(names));
        }
        map.additional_properties = Some(Box::new(AdditionalProperties::RefOr(values.schema)));
        Self { schema: map.into(), named: values.named }
    }

    /// An object of which a field need not be there unless it says so.
    pub fn params(fields: impl IntoIterator<Item = Field>) -> Self {
        Self::object(fields, false)
    }

    /// An object of which a field must be there unless it says so.
    pub fn record(fields: impl IntoIterator<Item = Field>) -> Self {
        Self::object(fields, true)
    }

    fn object(fields: impl IntoIterator<Item = Field>, usual: bool) -> Self {
        let (mut object, mut named) = (Object::with_type(Type::Object), Vec::new());
        for field in fields {
            if field.presence.unwrap_or(usual) {
                object.required.push(field.name.to_owned());
            }
            object.properties.insert(field.name.to_owned(), field.shape.schema);
            named.extend(field.shape.named);
        }
        Self { schema: object.into(), named }
    }

    /// Has a name of its own, by which everything refers to it.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.named.push((name.to_owned(), self.schema));
        Self { schema: Ref::from_schema_name(name).into(), named: self.named }
    }

    /// Or null.
    #[must_use]
    pub fn nullable(self) -> Self {
        let Self { schema, named } = self;
        let or_null = |kind: SchemaType| match kind {
            SchemaType::Type(kind) => [kind, Type::Null].into_iter().collect(),
            other => other,
        };
        let schema = match schema {
            RefOr::T(Schema::Object(mut object)) => {
                object.schema_type = or_null(object.schema_type);
                if let Some(values) = &mut object.enum_values {
                    values.push(Value::Null);
                }
                object.into()
            }
            RefOr::T(Schema::Array(mut array)) => {
                array.schema_type = or_null(array.schema_type);
                array.into()
            }
            other => RefOr::T(OneOfBuilder::new().item(Object::with_type(Type::Null)).item(other).build().into()),
        };
        Self { schema, named }
    }

    /// Any of these.
    pub fn any_of(shapes: impl IntoIterator<Item = Self>) -> Self {
        let (mut one, mut named) = (AnyOfBuilder::new(), Vec::new());
        for shape in shapes {
            one = one.item(shape.schema);
            named.extend(shape.named);
        }
        Self { schema: RefOr::T(one.build().into()), named }
    }

    /// With what it is about and an example; of what has a name, that is said there.
    #[must_use]
    pub fn about(mut self, about: &str, example: &Value) -> Self {
        let (about, examples) = (Some(about.to_owned()), vec![example.clone()]);
        match &mut self.schema {
            RefOr::T(Schema::Object(object)) => (object.description, object.examples) = (about, examples),
            RefOr::T(Schema::Array(array)) => (array.description, array.examples) = (about, examples),
            RefOr::T(Schema::OneOf(one)) => (one.description, one.examples) = (about, examples),
            RefOr::T(Schema::AnyOf(any)) => (any.description, any.examples) = (about, examples),
            RefOr::T(_) => {}
            RefOr::Ref(other) => other.description = about.unwrap_or_default(),
        }
        self
    }

    /// Whether it is an array of scalars.
    pub fn is_list(&self) -> bool {
        matches!(&self.schema, RefOr::T(Schema::Array(array)) if matches!(&array.items, ArrayItems::RefOrSchema(items) if is_scalar(items)))
    }

    /// Whether it is neither a scalar nor an array of scalars.
    pub fn is_deep(&self) -> bool {
        !self.is_list() && !is_scalar(&self.schema)
    }

    /// The schema, and what it refers to.
    pub fn into_parts(self) -> (RefOr<Schema>, Vec<(String, RefOr<Schema>)>) {
        (self.schema, self.named)
    }

    fn with(mut self, change: impl FnOnce(&mut Object)) -> Self {
        if let RefOr::T(Schema::Object(object)) = &mut self.schema {
            change(object);
        }
        self
    }
}

impl From<Object> for Shape {
    fn from(object: Object) -> Self {
        Self { schema: object.into(), named: Vec::new() }
    }
}

fn is_scalar(schema: &RefOr<Schema>) -> bool {
    let is_deep = |kind: &Type| matches!(kind, Type::Object | Type::Array);
    match schema {
        RefOr::T(Schema::Object(object)) => match &object.schema_type {
            SchemaType::Type(kind) => !is_deep(kind),
            SchemaType::Array(kinds) => !kinds.iter().any(is_deep),
            SchemaType::AnyValue => false,
        },
        _ => false,
    }
}
