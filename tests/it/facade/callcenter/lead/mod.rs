//! `/api/phone_list/{id}/lead`

mod add;
mod delete;
mod delete_many;
mod import;
mod list;
mod update;

use libtest_mimic::Trial;
use serde_json::json;

use super::data;
use crate::harness::World;

pub(crate) fn trials() -> Vec<Trial> {
    [add::trials(), delete::trials(), delete_many::trials(), import::trials(), list::trials(), update::trials()]
        .into_iter()
        .flatten()
        .collect()
}

/// Makes a list and gives its path.
async fn phone_list(w: &mut World) -> String {
    let list = data(w.post("/api/phone_list", json!({"name": "Leads"})).await);
    format!("/api/phone_list/{}", list["id"])
}

/// The phones of a list, in its order.
async fn phones(w: &mut World, list: &str) -> Vec<String> {
    let leads = data(w.get(&format!("{list}/lead")).await);
    leads.as_array().unwrap().iter().map(|lead| lead["phone"].as_str().unwrap().to_owned()).collect()
}

/// What a list says of the number of its leads.
async fn list_rows(w: &mut World, list: &str) -> i64 {
    data(w.get(list).await)["list_rows"].as_i64().unwrap()
}
