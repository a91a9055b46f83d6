//! OpenAPI 3.1: a document a surface, made of the operations that are routed, and where it is served.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Method};
use axum::routing::get;
use serde_json::{Map, Value};
use utoipa::openapi::encoding::{Encoding, EncodingBuilder};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, Ref, RefOr, Required, Response, ResponseBuilder, Responses,
};
use utoipa::openapi::{path, path::OperationBuilder};

use super::operation::{Answer, Content, FORM, JSON, Operation};
use super::page;
use super::shape::{Field, Shape};

/// What there is to say of a surface as a whole.
pub struct Surface {
    /// What its document is called: `/openapi/<name>.json`.
    pub name: &'static str,
    /// The API's own name.
    pub title: &'static str,
    /// The API's own version.
    pub version: &'static str,
    /// What holds for every operation.
    pub about: String,
    /// What operations are listed under, and what that is.
    pub tags: Vec<(&'static str, &'static str)>,
    /// The ways to say who asks, of which any will do.
    pub keys: Vec<(&'static str, SecurityScheme)>,
    /// Whether what is sent may say it instead.
    pub keyless: bool,
    /// Everything that is routed.
    pub operations: Vec<(Method, String, Operation)>,
}

/// Schemas by name.
type Named = BTreeMap<String, RefOr<Schema>>;

/// The documents, where a client or a page finds them: nobody needs a key to read them.
pub fn router(surfaces: impl IntoIterator<Item = Surface>) -> Router {
    surfaces.into_iter().fold(Router::new(), |router, surface| {
        let at = format!("/openapi/{}.json", surface.name);
        let text: Arc<str> = text(&surface.document()).into();
        router.route(&at, get(move |headers: HeaderMap| async move { page::file(JSON, text.as_bytes(), false, &headers) }))
    })
}

/// The key as every surface takes it: the page at `/docs` is given it once for all, by this name.
pub fn key() -> (&'static str, SecurityScheme) {
    ("key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("X-Api-Key", "An API key."))))
}

/// A document as it is kept and served.
pub fn text(document: &OpenApi) -> String {
    document.to_pretty_json().map(|text| text + "\n").unwrap_or_default()
}

impl Surface {
    /// Its document.
    pub fn document(self) -> OpenApi {
        let mut parts = Parts::default();
        let mut paths = Paths::new();
        for (method, path, operation) in self.operations {
            let Some(name) = http_method(&method) else { continue };
            paths.add_path_operation(&path, vec![name], parts.operation(&method, &path, operation));
        }
        let info = InfoBuilder::new().title(self.title).version(self.version).description(Some(self.about)).build();
        let tags = self.tags.into_iter().map(|(name, about)| TagBuilder::new().name(name).description(Some(about)).build());
        let mut components = Components::new();
        (components.schemas, components.responses) = (parts.schemas.into_iter().collect(), parts.responses.into_iter().collect());
        let by_key = self.keys.iter().map(|(name, _)| SecurityRequirement::new(*name, [] as [&str; 0]));
        let any: Vec<_> = self.keyless.then(SecurityRequirement::default).into_iter().chain(by_key).collect();
        for (name, scheme) in self.keys {
            components.add_security_scheme(name, scheme);
        }
        OpenApiBuilder::new().info(info).tags(Some(tags)).paths(paths).components(Some(components)).security(Some(any)).build()
    }
}

/// What operations have in common.
#[derive(Default)]
struct Parts {
    schemas: Named,
    responses: BTreeMap<String, RefOr<Response>>,
}

impl Parts {
    fn operation(&mut self, method: &Method, path: &str, operation: Operation) -> path::Operation {
        let mut built = OperationBuilder::new()
            .operation_id(Some(operation_id(method, path)))
            .tag(operation.tag)
            .summary(Some(operation.summary))
            .description(Some(operation.about.clone()).filter(|about| !about.is_empty()));
        let query = operation.in_query(method);
        for (place, fields) in
            [(ParameterIn::Path, operation.path.clone()), (ParameterIn::Header, operation.headers.clone()), (ParameterIn::Query, query)]
        {
            for field in fields {
                built = built.parameter(self.parameter(place.clone(), field));
            }
        }
        let bodies = operation.every_body(method);
        if !bodies.is_empty() {
            let is_needed = operation.needs_body || operation.fields.iter().any(Field::is_needed);
            let required = if is_needed { Required::True } else { Required::False };
            let mut body = RequestBodyBuilder::new().required(Some(required));
            for content in bodies {
                let encodings = if content.kind == FORM { encodings(&operation.fields) } else { Vec::new() };
                let (kind, content) = (content.kind, self.content(content));
                body = body.content(kind, encodings.into_iter().fold(content, |content, (name, how)| content.encoding(name, how)).build());
            }
            built = built.request_body(Some(body.build()));
        }
        if operation.is_open {
            built = built.securities(Some([]));
        }
        let mut responses = Responses::new();
        for (status, answer) in operation.answers {
            responses.responses.insert(status.to_string(), self.answer(answer));
        }
        built.responses(responses).build()
    }

    fn parameter(&mut self, place: ParameterIn, field: Field) -> Parameter {
        let (is_list, is_deep) = (field.shape.is_list(), field.shape.is_deep());
        let required = if field.is_needed() || place == ParameterIn::Path { Required::True } else { Required::False };
        let built = ParameterBuilder::new().name(field.name).parameter_in(place).description(Some(field.about)).required(required);
        let schema = self.schema(field.shape);
        if is_deep {
            // JSON in text.
            return built.content(JSON, ContentBuilder::new().schema(Some(schema)).example(Some(field.example)).build()).build();
        }
        let built = built.schema(Some(schema)).example(Some(field.example));
        if is_list { built.style(Some(ParameterStyle::Form)).explode(Some(false)).build() } else { built.build() }
    }

    fn answer(&mut self, answer: Answer) -> RefOr<Response> {
        let name = answer.name;
        let mut built = ResponseBuilder::new().description(answer.about);
        for content in answer.contents {
            let (kind, content) = (content.kind, self.content(content));
            built = built.content(kind, content.build());
        }
        for header in answer.headers {
            let schema = self.schema(header.shape);
            built = built.header(header.name, HeaderBuilder::new().schema(Some(schema)).description(Some(header.about)).build());
        }
        match name {
            Some(name) => {
                self.responses.insert(name.to_owned(), built.build().into());
                Ref::from_response_name(name).into()
            }
            None => built.build().into(),
        }
    }

    fn content(&mut self, content: Content) -> ContentBuilder {
        let schema = self.schema(content.shape);
        let example = content.example.or_else(|| example(&schema, &self.schemas));
        ContentBuilder::new().schema(Some(schema)).example(example)
    }

    fn schema(&mut self, shape: Shape) -> RefOr<Schema> {
        let (schema, named) = shape.into_parts();
        self.schemas.extend(named);
        schema
    }
}

/// How a form writes what is no scalar: `1,2`, and JSON in text.
fn encodings(fields: &[Field]) -> Vec<(String, Encoding)> {
    let one = |field: &Field| {
        let how = match (field.shape.is_list(), field.shape.is_deep()) {
            (true, _) => EncodingBuilder::new().style(Some(ParameterStyle::Form)).explode(Some(false)),
            (_, true) => EncodingBuilder::new().content_type(Some(JSON)),
            _ => return None,
        };
        Some((field.name.to_owned(), how.build()))
    };
    fields.iter().filter_map(one).collect()
}

/// An example of a schema: its own, else one of its parts' examples.
fn example(schema: &RefOr<Schema>, named: &Named) -> Option<Value> {
    let schema = match schema {
        RefOr::Ref(other) => return example(named.get(other.ref_location.rsplit('/').next()?)?, named),
        RefOr::T(schema) => schema,
    };
    match schema {
        Schema::Object(object) if !object.examples.is_empty() => object.examples.first().cloned(),
        Schema::Object(object) if object.example.is_some() => object.example.clone(),
        Schema::Object(object) if object.enum_values.is_some() => object.enum_values.as_ref()?.first().cloned(),
        Schema::Object(object) if !object.properties.is_empty() => {
            let one = |(name, schema): (&String, &RefOr<Schema>)| Some((name.clone(), example(schema, named)?));
            Some(Value::Object(object.properties.iter().filter_map(one).collect::<Map<_, _>>()))
        }
        Schema::Array(array) if !array.examples.is_empty() => array.examples.first().cloned(),
        Schema::Array(array) => match &array.items {
            ArrayItems::RefOrSchema(items) => example(items, named).map(|one| vec![one].into()),
            ArrayItems::False => None,
        },
        Schema::OneOf(one) if one.examples.is_empty() => one.items.iter().find_map(|item| example(item, named)),
        Schema::OneOf(one) => one.examples.first().cloned(),
        Schema::AnyOf(any) if any.examples.is_empty() => any.items.iter().find_map(|item| example(item, named)),
        Schema::AnyOf(any) => any.examples.first().cloned(),
        _ => None,
    }
}

/// `get_user_id_key`, of `GET /api/user/{id}/key`.
fn operation_id(method: &Method, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let slash = if path.ends_with('/') { "_all" } else { "" };
    format!("{}_{}{slash}", method.as_str().to_ascii_lowercase(), words.collect::<Vec<_>>().join("_"))
}

fn http_method(method: &Method) -> Option<HttpMethod> {
    [(Method::GET, HttpMethod::Get), (Method::POST, HttpMethod::Post), (Method::PUT, HttpMethod::Put), (Method::DELETE, HttpMethod::Delete)]
        .into_iter()
        .find_map(|(known, name)| (known == *method).then_some(name))
}
