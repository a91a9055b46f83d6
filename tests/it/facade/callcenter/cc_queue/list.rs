//! `GET /api/cc_queue`

use serde_json::json;

use crate::facade::callcenter::{data, queue, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![all_of_them, by_name, pages];

fn names(list: &serde_json::Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|queue| queue["name"].as_str().unwrap()).collect()
}

async fn all_of_them(w: &mut World) {
    assert_eq!(w.get("/api/cc_queue").await.body, json!({"success": true, "data": []}));
    for name in ["Sales", "Support"] {
        queue(w, name, json!([])).await;
    }
    let list = w.get("/api/cc_queue/").await.body;
    assert_eq!((names(&list["data"]), list.get("total")), (vec!["Sales", "Support"], None));
}

async fn by_name(w: &mut World) {
    for name in ["Sales", "Support", "Supervisors"] {
        queue(w, name, json!([])).await;
    }
    assert_eq!(names(&data(w.get("/api/cc_queue?q=SUP").await)), ["Support", "Supervisors"]);
    assert_eq!(data(w.get("/api/cc_queue?q=none").await), json!([]));
}

async fn pages(w: &mut World) {
    for name in ["A", "B", "C"] {
        queue(w, name, json!([])).await;
    }
    let page = w.get("/api/cc_queue?limit=2&offset=1").await.body;
    assert_eq!((names(&page["data"]), &page["total"]), (vec!["B", "C"], &json!(3)));
    assert!(refusal(w.get("/api/cc_queue?limit=501").await, 400).starts_with("limit"));
}
