//! `/api/phone_list` and its leads.

use serde_json::json;

use super::{Common as _, Noun, both, data, done, operation, page, rows};
use crate::domain::number::LeadId;
use crate::domain::phone_list::Vars;
use crate::domain::text::Label;
use crate::facade::callcenter::value::Text;
use crate::facade::operation::{Answer, FORM, JSON, Operation};
use crate::facade::shape::{Field, Shape, Takes as _, field, param};

pub(in super::super) const TAG: &str = "Phone lists";
pub(in super::super) const LEADS: &str = "Leads";
const PERMISSION: &str = "phone_lists";

/// The five methods; their answers have both spellings.
fn noun() -> Noun {
    Noun {
        tag: TAG,
        summaries: [
            "List phone lists",
            "Show a phone list",
            "Create a phone list",
            "Change a phone list",
            "Delete a phone list and its leads",
        ],
        reads: PERMISSION,
        writes: PERMISSION,
        fields: vec![param::<Label>("name", "Its name.", "Customers").needed()],
        name: "PhoneList",
        record: record(),
        made_up: None,
        on_switch: false,
    }
}

fn record() -> Vec<Field> {
    let rows = field("list_rows", Shape::count(), "How many leads it has.", 1_200);
    [&super::identity("Its id.", "Its name.", "Customers")[..], &[rows]].concat()
}

pub(in super::super) fn list() -> Operation {
    noun().list().gives(both(rows(noun().shape())))
}

pub(in super::super) fn show() -> Operation {
    noun().show().gives(both(data(noun().shape()))).more("With a slash at its end, the path gives the leads.")
}

pub(in super::super) fn create() -> Operation {
    noun().create().gives(both(data(noun().shape())))
}

pub(in super::super) fn update() -> Operation {
    noun().update().gives(both(data(noun().shape())))
}

pub(in super::super) fn delete() -> Operation {
    noun().delete().gives(both(done()))
}

pub(in super::super) fn leads() -> Operation {
    operation(LEADS, "List the leads of a list", PERMISSION).id("The list.").fields(page()).gives(both(rows(lead())))
}

pub(super) fn lead() -> Shape {
    Shape::record([
        field("id", Shape::text(), "The number.", "972501234567"),
        field("phone", Shape::text(), "The number, in digits with its country's code.", "972501234567"),
        field("lead_id", Shape::text().nullable(), "The customer's own id.", "04"),
        field("priority", Shape::integer(), "Larger comes first.", 0),
        field("name", Shape::text().nullable(), "Whose number it is.", "Noa"),
        field("tags", Shape::text().nullable(), "Given to a call of it.", "vip"),
        field("ext_api_vars", Vars::shape().nullable(), "Given to a call of it.", json!({"city": "Haifa"})),
    ])
    .named("Lead")
}

fn parameters() -> Vec<Field> {
    vec![
        field("phone", Text::shape(), "In any spelling of the account's country, or international.", "050-1234567").needed(),
        param::<Option<LeadId>>("lead_id", "The customer's own id.", "04"),
        param::<Option<i32>>("priority", "Larger comes first; 0 where it is left out.", 0),
        param::<Option<Label>>("name", "Whose number it is.", "Noa"),
        param::<Option<Text>>("tags", "Given to a call of it.", "vip"),
        param::<Option<Vars>>("ext_api_vars", "Given to a call of it, as `ext_<name>`.", json!({"city": "Haifa"})),
    ]
}

/// One lead, or any number of them.
pub(in super::super) fn add() -> Operation {
    let one = || Shape::params(parameters());
    let example = json!({"phone": "050-1234567", "name": "Noa"});
    let form = Shape::params([field("file", Shape::text().format("binary"), "CSV, or JSON.", "phone,name\r\n0501234567,Noa\r\n").needed()]);
    let csv = "phone,name\r\n0501234567,Noa\r\n";
    let broke = Shape::record([
        field("success", Shape::only(false), "It was not done.", false),
        field("Success", Shape::only(false), "The same; of an import.", false).sometimes(),
        field("msg", Shape::text(), "What is wrong, and what to do.", "phone is required"),
        field(
            "data",
            report(),
            "What an import that broke off has kept.",
            json!({"added": 0, "updated": 0, "refused": [], "refused_total": 0}),
        )
        .sometimes(),
    ]);
    operation(LEADS, "Add leads, or change known ones", PERMISSION)
        .more("A JSON array, CSV (with a line of names) or a file of either is an import of any length, row by row; its key stands in the headers or the query string.")
        .id("The list.")
        .body(JSON, Shape::any_of([one(), one().list()]), example.clone())
        .body(FORM, one(), example)
        .body("text/csv", Shape::text(), json!(csv))
        .body("multipart/form-data", form, json!({"file": csv}))
        .needs_body()
        .conflict()
        .answer(400, Answer::json("A parameter or row cannot be taken, or the body broke off.", broke))
        .answer(200, Answer::json("The lead, or what became of the rows.", Shape::any_of([Shape::record(both(data(lead()))), Shape::record(both(data(report())))])))
}

fn report() -> Shape {
    let refused = Shape::record([
        field("index", Shape::count(), "The row, from 0.", 3),
        field("line", Shape::count(), "Its line, from 1.", 5),
        field("phone", Shape::text(), "Its number as it was sent.", "12"),
        field("msg", Shape::text(), "Why.", "phone is too short"),
    ]);
    Shape::record([
        field("added", Shape::count(), "New leads.", 2),
        field("updated", Shape::count(), "Leads that were there.", 1),
        field(
            "refused",
            refused.list(),
            "Rows that cannot be taken, the first of them.",
            json!([{"index": 3, "line": 5, "phone": "12", "msg": "phone is too short"}]),
        ),
        field("refused_total", Shape::count(), "How many there are.", 1),
    ])
    .named("ImportReport")
}

pub(in super::super) fn update_lead() -> Operation {
    let operation = at(operation(LEADS, "Change a lead", PERMISSION)).fields(parameters().into_iter().map(Field::sometimes)).conflict();
    operation.gives(both(data(lead()))).more("Only what is sent is changed.")
}

pub(in super::super) fn delete_lead() -> Operation {
    at(operation(LEADS, "Delete a lead", PERMISSION)).gives(both(done()))
}

fn at(operation: Operation) -> Operation {
    operation.id("The list.").path(field("phone", Shape::text(), "The lead's number, in any spelling.", "972501234567"))
}

pub(in super::super) fn delete_leads() -> Operation {
    let deleted = Shape::record([field("deleted", Shape::count(), "How many there were.", 2)]);
    operation(LEADS, "Delete leads", PERMISSION)
        .id("The list.")
        .body(JSON, Text::shape().list(), json!(["972501234567", "0507654321"]))
        .needs_body()
        .gives(both(data(deleted)))
}

pub(in super::super) fn imports() -> Operation {
    let import = Shape::record([
        field("id", Shape::integer(), "Its id.", 2),
        field("state", Shape::words(["running", "done", "failed"]), "How it stands.", "done"),
        field("rows", Shape::count(), "Rows that were dealt with.", 4),
        field("added", Shape::count(), "New leads.", 2),
        field("updated", Shape::count(), "Leads that were there.", 1),
        field("refused", Shape::count(), "Rows that could not be taken.", 1),
        field("error", Shape::text().nullable(), "Why it broke off.", json!(null)),
        field("started", Shape::integer(), "When; seconds since the epoch.", 1_795_590_000),
        field("finished", Shape::integer().nullable(), "When; seconds since the epoch.", 1_795_590_002),
    ]);
    operation(LEADS, "List the last imports of a list", PERMISSION).id("The list.").gives(both(data(import.named("Import").list())))
}
