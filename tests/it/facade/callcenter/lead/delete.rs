//! `DELETE /api/phone_list/{id}/lead/{phone}`

use serde_json::json;

use super::{list_rows, phone_list, phones};
use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![once, the_number_that_is_shown];

async fn once(w: &mut World) {
    let list = phone_list(w).await;
    data(w.post(&format!("{list}/lead"), json!([{"phone": "0501234567"}, {"phone": "7"}])).await);
    let path = format!("{list}/lead/050-1234567");
    assert_eq!(w.delete(&path).await.body, json!({"success": true, "Success": true}));
    refusal(w.delete(&path).await, 404);
    refusal(w.delete(&format!("{list}/lead/nobody")).await, 404);
    refusal(w.delete("/api/phone_list/999999/lead/7").await, 404);
    assert_eq!((list_rows(w, &list).await, phones(w, &list).await), (1, vec!["7".to_owned()]));
}

async fn the_number_that_is_shown(w: &mut World) {
    data(w.put("/api/account", json!({"country": "US"})).await);
    let list = phone_list(w).await;
    // Of Singapore, and of the United States, where one writes it without the 1.
    data(w.post(&format!("{list}/lead"), json!([{"phone": "+6562345678"}, {"phone": "6562345678"}])).await);
    assert_eq!(phones(w, &list).await, ["16562345678", "6562345678"]);
    data(w.delete(&format!("{list}/lead/6562345678")).await);
    assert_eq!(phones(w, &list).await, ["16562345678"]);
    data(w.delete(&format!("{list}/lead/6562345678")).await);
    assert_eq!(list_rows(w, &list).await, 0);
}
