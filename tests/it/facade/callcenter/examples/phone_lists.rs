//! "Phone Lists" and "Phone List Leads".

use serde_json::json;

use super::get;
use crate::facade::callcenter::data;
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_lists, the_leads_of_a_list];

/// The leads of the example; its X and Y are digits here.
fn leads() -> serde_json::Value {
    json!([
        {"phone": "972312345678", "lead_id": "3", "priority": 1, "name": "ABC office", "ext_api_vars": {}},
        {"phone": "19155551234", "lead_id": "2", "priority": 1, "name": "Mike US", "ext_api_vars": {}},
        {"phone": "972541234567", "lead_id": "04", "priority": 1, "name": "Mike Cell"},
    ])
}

async fn the_lists(w: &mut World) {
    let list = data(w.post("/api/phone_list", json!({"name": "Customers"})).await)["id"].as_i64().unwrap();
    data(w.post(&format!("/api/phone_list/{list}/lead"), leads()).await);
    let example = json!({"Success": true, "data": [{"id": 1, "account_id": 1, "name": "XXXXXXXXXXXXX", "list_rows": 4}]});
    let body = get(w, "/api/phone_list", &example).await;
    assert_eq!((&body["data"][0]["id"], &body["data"][0]["list_rows"]), (&json!(list), &json!(3)));
}

/// The path with its trailing slash, as the example has it; without the slash it is the list's record, as the table has it.
async fn the_leads_of_a_list(w: &mut World) {
    let list = data(w.post("/api/phone_list", json!({"name": "Customers"})).await)["id"].as_i64().unwrap();
    data(w.post(&format!("/api/phone_list/{list}/lead"), leads()).await);
    let example = json!({"Success": true, "data": [
        {"id": "972312345678", "phone": "972312345678", "lead_id": "3", "priority": 1, "name": "ABC office", "tags": null, "ext_api_vars": null},
    ]});
    let body = get(w, &format!("/api/phone_list/{list}/"), &example).await;
    let lead = |phone: &str| body["data"].as_array().unwrap().iter().find(|lead| lead["phone"] == phone).unwrap().clone();
    assert_eq!(
        lead("972541234567"),
        json!({
            "id": "972541234567", "phone": "972541234567", "lead_id": "04", "priority": 1, "name": "Mike Cell", "tags": null, "ext_api_vars": null,
        })
    );
    assert_eq!(lead("19155551234")["ext_api_vars"], json!({}));
    assert_eq!(get(w, &format!("/api/phone_list/{list}"), &json!({"data": {"list_rows": 3}})).await["data"]["name"], "Customers");
}
