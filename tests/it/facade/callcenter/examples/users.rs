//! "Users".

use serde_json::json;

use super::{assert_shape, with_key};
use crate::facade::callcenter::{agent, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![a_new_user, a_deleted_user];

/// Example 1, with the quotes that JSON wants; the document leaves them out.
async fn a_new_user(w: &mut World) {
    let body = json!({
        "name": "John Smith", "username": "Jonh123", "password": "Ab123456", "email": "usersmail@mail.com", "in_reports": true, "is_agent": true,
    });
    let answer = w.anonymous().post(&with_key(w, "/api/user"), body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let example = json!({"success": true, "data": {
        "id": 12345, "account_id": 1, "active": 1, "in_reports": true, "pgroup_id": 0, "username": "Jonh123", "email": "mail@nomail.com",
        "name": "John Smith",
    }});
    assert_shape(&example, &answer.body, "POST /api/user");
    let data = &answer.body["data"];
    assert_eq!(
        (&data["username"], &data["email"], &data["active"], &data["pgroup_id"]),
        (&json!("Jonh123"), &json!("usersmail@mail.com"), &json!(1), &json!(0))
    );
    let unquoted = "{ name: \"John Smith\", username: \"Jonh124\", }";
    assert!(refusal(w.post_raw("/api/user", "application/json", unquoted).await, 400).starts_with("the body must be JSON"));
}

/// Example 2.
async fn a_deleted_user(w: &mut World) {
    let user = agent(w, "one").await;
    let path = with_key(w, &format!("/api/user/{user}"));
    let answer = w.anonymous().delete(&path).await;
    assert_eq!((answer.status, answer.body), (200, json!({"success": true})));
    refusal(w.anonymous().delete(&path).await, 404);
}
