//! `GET /api/phone_list`

use serde_json::json;

use crate::facade::callcenter::data;
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_documents_example, by_name, in_pages];

async fn the_documents_example(w: &mut World) {
    let made = data(w.post("/api/phone_list", json!({"name": "XXXXXXXXXXXXX"})).await);
    let leads = json!([{"phone": "1"}, {"phone": "2"}, {"phone": "3"}, {"phone": "4"}]);
    data(w.post(&format!("/api/phone_list/{}/lead", made["id"]), leads).await);
    let answer = w.anonymous().get(&format!("/api/phone_list?api_key={}", w.key())).await;
    let list = json!({"id": made["id"], "account_id": made["account_id"], "name": "XXXXXXXXXXXXX", "list_rows": 4});
    assert_eq!((answer.status, answer.body), (200, json!({"success": true, "Success": true, "data": [list]})));
}

async fn by_name(w: &mut World) {
    for name in ["Leads", "DNC", "Old leads"] {
        data(w.post("/api/phone_list", json!({"name": name})).await);
    }
    let found = data(w.get("/api/phone_list/?q=LEADS").await);
    let names: Vec<_> = found.as_array().unwrap().iter().map(|list| list["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Leads", "Old leads"]);
    assert_eq!(data(w.get("/api/phone_list?q=%25").await), json!([]));
}

async fn in_pages(w: &mut World) {
    for name in ["A", "B", "C"] {
        data(w.post("/api/phone_list", json!({"name": name})).await);
    }
    let page = w.get("/api/phone_list?limit=2&offset=1").await.body;
    assert_eq!((&page["data"][0]["name"], &page["data"][1]["name"], &page["total"]), (&json!("B"), &json!("C"), &json!(3)));
}
