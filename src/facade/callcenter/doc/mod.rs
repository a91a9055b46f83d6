//! What the OpenAPI document tells of this facade: here what is common, beside it a file for each group of nouns.
//!
//! What a parameter may be is said where it is parsed ([`super::value_shape`]). Answers are JSON objects that are built by name; the test harness
//! holds every answer of every test to what is described here, so that a field which is added, lost or of another type fails there.

pub(super) mod account;
pub(super) mod agent;
pub(super) mod calls;
pub(super) mod desk;
pub(super) mod device;
pub(super) mod event;
pub(super) mod pause;
pub(super) mod phone_list;
pub(super) mod queue;
pub(super) mod resource;
pub(super) mod session;
pub(super) mod user;
pub(super) mod wallboard;

use serde_json::json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::list::LIMIT_MAX;
use super::value::Text;
use crate::facade::openapi;
use crate::facade::operation::{Answer, Operation};
use crate::facade::shape::{Field, Shape, field, param, part};

/// What operations are listed under.
pub(super) const TAGS: [(&str, &str); 19] = [
    (session::TAG, "Sessions and keys: who asks."),
    (user::TAG, "People and programs that log in."),
    (agent::TAG, "What changes an agent's state now. Each verb is told once, and not at all where nothing changed."),
    (queue::TAG, "Queues of callers."),
    (queue::MEMBERS, "Who may serve which queue."),
    (device::TAG, "Phones."),
    (device::EXTENSIONS, "Numbers, and where they lead."),
    (pause::TAG, "Reasons to pause."),
    (pause::GROUPS, "Groups of permissions."),
    (resource::TAG, "What users and queues refer to: sites, groups, labels, hours, sounds, dial rules, mailboxes."),
    (phone_list::TAG, "Lists of phone numbers."),
    (phone_list::LEADS, "The numbers of a list."),
    (calls::TAG, "Calls that are up, and click-to-call."),
    (calls::HISTORY, "Calls that were."),
    (calls::RECORDINGS, "What was recorded."),
    (calls::STATS, "Figures of queues and agents."),
    (wallboard::TAG, "What the page at `/tv` shows."),
    (event::TAG, "What was told to the account's URL, and the live stream."),
    (account::TAG, "The account and its settings."),
];

/// What holds for every operation.
pub(super) const ABOUT: &str = "Every answer is `{\"success\":true,\"data\":...}` or `{\"success\":false,\"msg\":\"...\"}`; some have `Success` as well, \
    where the vendor's document spells it so.\n\nParameters come from the query string, a form or a JSON body alike; a later one in that list wins. \
    What is described in a body may stand in the query string, and the other way round. Arrays are `1,2`, `ids[]=1&ids[]=2` or JSON; booleans are \
    0, 1, true or false; numbers may be texts. Unknown parameters are ignored, a known one with a bad value is 400 and named. A trailing slash makes \
    no difference, but for `GET /api/phone_list/{id}/`.\n\nA list gives everything where no `limit` is asked; with one it is a page, and `total` is \
    given.\n\nA change of configuration is committed, then made on the switch; `\"applied\":false` is there while the switch does not have it yet. \
    Verbs of agents change the switch first: 503 means that nothing was changed.\n\nWith the account's `legacy_http_status` every status but 401 \
    comes as 200.";

/// The ways to say who asks.
pub(super) fn keys() -> Vec<(&'static str, SecurityScheme)> {
    let key = |place: fn(ApiKeyValue) -> ApiKey, name: &str, about: &str| {
        SecurityScheme::ApiKey(place(ApiKeyValue::with_description(name, about)))
    };
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key."));
    vec![
        openapi::key(),
        ("bearer", SecurityScheme::Http(bearer.build())),
        ("api_key", key(ApiKey::Query, "api_key", "An API key; also in a form or JSON body.")),
        ("ssid", key(ApiKey::Query, "ssid", "A session; also in a form or JSON body.")),
        ("cookie", key(ApiKey::Cookie, "ssid", "A session, of a request from the same origin or with the header X-Requested-With.")),
    ]
}

/// An operation that a caller needs `permission` for; one that everybody may who has a key or a session, where that is empty.
fn operation(tag: &'static str, summary: &'static str, permission: &str) -> Operation {
    let needs = match permission {
        "" => String::new(),
        name => format!("Needs the permission `{name}`."),
    };
    let slow_down = field("retry-after", Shape::count(), "Seconds, after too many failed attempts to log in.", 30).sometimes();
    Operation::new(tag, summary)
        .about(needs)
        .answer(
            400,
            failure("A parameter or the body cannot be taken; says which and what to send.", "name is required").named("BadRequest"),
        )
        .answer(401, failure("No key, session or password, or a wrong one.", "Unauthorized").named("Unauthorized"))
        .answer(403, failure("Not permitted, or not from this address or country.", "this needs the permission users").named("Forbidden"))
        .answer(413, failure("The body is too long.", "the body must have at most 4194304 bytes").named("TooLong"))
        .answer(
            429,
            failure("Too much at once, or too many failures.", "too many failed attempts; try again in 30 seconds")
                .header(slow_down)
                .named("TooMany"),
        )
        .answer(500, failure("ccgate or its database failed; its log says how.", "internal error").named("Failed"))
}

/// What many operations have.
trait Common {
    /// What is named need not be there.
    fn not_found(self) -> Self;
    /// Something else may stand in the way.
    fn conflict(self) -> Self;
    /// The switch may be away.
    fn away(self) -> Self;
    /// An id in its path.
    fn id(self, about: &'static str) -> Self;
    /// What it gives.
    fn gives(self, fields: Vec<Field>) -> Self;
    /// More to say.
    fn more(self, about: &str) -> Self;
}

impl Common for Operation {
    fn not_found(self) -> Self {
        self.answer(404, failure("There is no such thing in the account.", "no such user").named("NotFound"))
    }

    fn conflict(self) -> Self {
        self.answer(409, failure("Something else stands in the way; says what.", "the user is on another device").named("Conflict"))
    }

    fn away(self) -> Self {
        let msg = "the switch cannot be reached; nothing was changed";
        self.answer(503, failure("The switch is away, or refused.", msg).named("Away"))
    }

    fn id(self, about: &'static str) -> Self {
        self.path(field("id", Shape::integer(), about, 7)).not_found()
    }

    fn gives(self, fields: Vec<Field>) -> Self {
        self.answer(200, Answer::json("It was done.", Shape::record(fields)))
    }

    fn more(self, more: &str) -> Self {
        let about = format!("{} {more}", self.about);
        self.about(about.trim())
    }
}

fn failure(about: &str, msg: &str) -> Answer {
    let shape = Shape::record([
        field("success", Shape::only(false), "It was not done.", false),
        field("msg", Shape::text(), "What is wrong, and what to do.", "name is required"),
    ]);
    Answer::json(about, shape.named("Failure")).example(json!({"success": false, "msg": msg}))
}

/// Success without data.
fn done() -> Vec<Field> {
    vec![field("success", Shape::only(true), "It was done.", true)]
}

/// Success with data.
fn data(shape: Shape) -> Vec<Field> {
    [done(), vec![part("data", shape)]].concat()
}

/// Success with rows.
fn rows(shape: Shape) -> Vec<Field> {
    let total = field("total", Shape::count(), "How many rows there are in all, where a `limit` was asked.", 120).sometimes();
    [data(shape.list()), vec![total]].concat()
}

/// As the example of the vendor's document spells it, too.
fn both(fields: Vec<Field>) -> Vec<Field> {
    [vec![field("Success", Shape::only(true), "The same.", true)], fields].concat()
}

/// Whether the switch has it.
fn applied(fields: Vec<Field>) -> Vec<Field> {
    let applied = field("applied", Shape::only(false), "The switch does not have the change yet.", false).sometimes();
    [fields, vec![applied]].concat()
}

/// `limit` and `offset`.
fn page() -> [Field; 2] {
    let limit = Shape::between(1, i64::from(LIMIT_MAX));
    [
        field("limit", limit.nullable(), "The most rows; everything where it is left out.", 50),
        param::<Option<u32>>("offset", "Rows before the first that is shown.", 0),
    ]
}

/// `q`
fn search(about: &'static str) -> Field {
    param::<Option<Text>>("q", about, "Sal")
}

/// The id of something else, none where that is null.
fn other(name: &'static str, about: &'static str, example: i64) -> Field {
    field(name, Shape::integer().nullable(), about, example)
}

/// The ids of other things.
fn others(name: &'static str, about: &'static str, example: i64) -> Field {
    field(name, Shape::integer().list(), about, json!([example]))
}

/// What all records begin with.
fn identity(id: &'static str, name: &'static str, example: &'static str) -> [Field; 3] {
    [
        field("id", Shape::integer(), id, 7),
        field("account_id", Shape::integer(), "The account.", 1),
        field("name", Shape::text(), name, example),
    ]
}

/// A noun with the five methods that most have.
pub(super) struct Noun {
    /// What it is listed under.
    pub tag: &'static str,
    /// In the summaries: list, show, create, change, delete.
    pub summaries: [&'static str; 5],
    /// Who may read.
    pub reads: &'static str,
    /// Who may write.
    pub writes: &'static str,
    /// What is sent; of those that are needed, when it is created.
    pub fields: Vec<Field>,
    /// What a schema calls it.
    pub name: &'static str,
    /// What is shown.
    pub record: Vec<Field>,
    /// What is shown once, when it is created.
    pub made_up: Option<Field>,
    /// Whether the switch has to do with it.
    pub on_switch: bool,
}

impl Noun {
    /// `GET` of all.
    pub(super) fn list(&self) -> Operation {
        let q = search("Part of the name, or of what else it is known by.");
        operation(self.tag, self.summaries[0], self.reads).fields([q]).fields(page()).gives(rows(self.shape()))
    }

    /// `GET` of one.
    pub(super) fn show(&self) -> Operation {
        operation(self.tag, self.summaries[1], self.reads).id("Its id.").gives(data(self.shape()))
    }

    /// `POST`
    pub(super) fn create(&self) -> Operation {
        let shown = match &self.made_up {
            Some(made_up) => {
                Shape::record([&self.record[..], std::slice::from_ref(made_up)].concat()).named(&format!("Created{}", self.name))
            }
            None => self.shape(),
        };
        let operation = operation(self.tag, self.summaries[2], self.writes).fields(self.fields.clone());
        let operation = operation.body_name(format!("Create{}", self.name));
        self.may_reach(operation.not_found().conflict()).gives(self.shown(data(shown)))
    }

    /// `PUT`
    pub(super) fn update(&self) -> Operation {
        let fields = self.fields.iter().cloned().map(Field::sometimes);
        let operation = operation(self.tag, self.summaries[3], self.writes).id("Its id.").fields(fields).conflict();
        let operation = operation.body_name(format!("Change{}", self.name));
        self.may_reach(operation).gives(self.shown(data(self.shape()))).more("Only what is sent is changed.")
    }

    /// `DELETE`
    pub(super) fn delete(&self) -> Operation {
        let operation = operation(self.tag, self.summaries[4], self.writes).id("Its id.").conflict();
        self.may_reach(operation).gives(self.shown(done()))
    }

    /// What is shown of it.
    pub(super) fn shape(&self) -> Shape {
        Shape::record(self.record.clone()).named(self.name)
    }

    fn shown(&self, fields: Vec<Field>) -> Vec<Field> {
        if self.on_switch { applied(fields) } else { fields }
    }

    fn may_reach(&self, operation: Operation) -> Operation {
        if self.on_switch { operation.away() } else { operation }
    }
}
