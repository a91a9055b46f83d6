//! `DELETE /api/phone_list/{id}/lead`, the numbers in the body

use serde_json::json;

use super::{list_rows, phone_list, phones};
use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_documents_body, thousands, nothing_by_mistake];

async fn the_documents_body(w: &mut World) {
    let list = phone_list(w).await;
    data(w.post(&format!("{list}/lead"), json!([{"phone": "1234567"}, {"phone": "0501234567"}, {"phone": "8"}])).await);
    let answer = w.delete_with(&format!("{list}/lead"), json!(["1234567", "050-123-4567", "+972501234567", "9"])).await;
    assert_eq!(answer.body, json!({"success": true, "Success": true, "data": {"deleted": 2}}));
    assert_eq!((list_rows(w, &list).await, phones(w, &list).await), (1, vec!["8".to_owned()]));
}

async fn thousands(w: &mut World) {
    let list = phone_list(w).await;
    let leads: Vec<_> = (0..5_000).map(|number| json!({"phone": number.to_string()})).collect();
    data(w.post(&format!("{list}/lead"), json!(leads)).await);
    let numbers: Vec<_> = (0..4_999).collect();
    assert_eq!(data(w.delete_with(&format!("{list}/lead"), json!(numbers)).await), json!({"deleted": 4_999}));
    assert_eq!((list_rows(w, &list).await, phones(w, &list).await), (1, vec!["4999".to_owned()]));
}

async fn nothing_by_mistake(w: &mut World) {
    let list = phone_list(w).await;
    let path = format!("{list}/lead");
    data(w.post(&path, json!([{"phone": "1"}, {"phone": "2"}])).await);
    refusal(w.delete(&path).await, 400);
    refusal(w.delete_with(&path, json!({"phone": "1"})).await, 400);
    refusal(w.delete_with(&path, json!(["1", ["2"]])).await, 400);
    assert!(refusal(w.delete_with(&path, json!(["1", "two"])).await, 400).starts_with("phone 1 may hold only digits"));
    refusal(w.delete_with("/api/phone_list/999999/lead", json!(["1"])).await, 404);
    assert_eq!(data(w.delete_with(&path, json!([])).await), json!({"deleted": 0}));
    assert_eq!(list_rows(w, &list).await, 2);
}
