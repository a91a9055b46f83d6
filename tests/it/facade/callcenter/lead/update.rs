//! `PUT /api/phone_list/{id}/lead/{phone}`

use serde_json::json;

use super::{phone_list, phones};
use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![only_what_is_sent, in_any_spelling, a_new_number];

async fn only_what_is_sent(w: &mut World) {
    let list = phone_list(w).await;
    let lead = json!({"phone": "0501234567", "name": "Dana", "lead_id": "04", "priority": 3, "tags": "a", "ext_api_vars": {"a": 1}});
    let mut expected = data(w.post(&format!("{list}/lead"), lead).await);
    let path = format!("{list}/lead/972501234567");
    let answer = w.put(&path, json!({"priority": 9, "tags": null})).await;
    (expected["priority"], expected["tags"]) = (json!(9), json!(null));
    assert_eq!(answer.body, json!({"success": true, "Success": true, "data": expected}));
    for (field, value) in [("phone", json!("x")), ("priority", json!("x")), ("lead_id", json!("a b")), ("ext_api_vars", json!(1))] {
        assert!(refusal(w.put(&path, json!({"name": "Changed", field: value})).await, 400).starts_with(field));
    }
    assert_eq!(data(w.get(&format!("{list}/lead")).await), json!([expected]));
}

async fn in_any_spelling(w: &mut World) {
    let list = phone_list(w).await;
    data(w.post(&format!("{list}/lead"), json!({"phone": "0501234567"})).await);
    for (number, spelling) in ["050-123-4567", "+972501234567", "00972501234567", "972501234567", "050%20123%204567/"].iter().enumerate() {
        let changed = data(w.put(&format!("{list}/lead/{spelling}"), json!({"priority": number})).await);
        assert_eq!((&changed["priority"], &changed["id"]), (&json!(number), &json!("972501234567")), "{spelling}");
    }
    for unknown in ["0501234568", "nobody", "%20", "%ff", "1;2"] {
        refusal(w.put(&format!("{list}/lead/{unknown}"), json!({"priority": 1})).await, 404);
    }
    refusal(w.put("/api/phone_list/999999/lead/972501234567", json!({"priority": 1})).await, 404);
    refusal(w.put("/api/phone_list/x/lead/972501234567", json!({"priority": 1})).await, 404);
    refusal(w.get(&format!("{list}/lead/972501234567")).await, 405);
}

async fn a_new_number(w: &mut World) {
    let list = phone_list(w).await;
    data(w.post(&format!("{list}/lead"), json!([{"phone": "1"}, {"phone": "2"}])).await);
    assert!(refusal(w.put(&format!("{list}/lead/1"), json!({"phone": "2"})).await, 409).contains("phone"));
    assert_eq!(data(w.put(&format!("{list}/lead/1"), json!({"phone": "3"})).await)["id"], "3");
    assert_eq!(phones(w, &list).await, ["2", "3"]);
}
