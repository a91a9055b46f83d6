//! "Originate a Call" and "Authentication".

use serde_json::json;

use super::{get, with_key};
use crate::facade::callcenter::{PHONE_PASSWORD, phone};
use crate::facade::world_trials;
use crate::harness::World;
use crate::harness::phones::Behaviour;

world_trials![click_to_call, a_wrong_or_missing_key];

/// `Success` and `uuid`, as the example spells them; `success` beside it, as everywhere else.
async fn click_to_call(w: &mut World) {
    let device = phone(w, "1001").await;
    w.phones.phone("1001", PHONE_PASSWORD, Behaviour::Answer { after_ms: 0, talk_ms: None }).await;
    let path = format!("/api/cc_agent/originate?device_id={device}&cid=5551&destination=0501234567&lead_id=7");
    let body = get(w, &path, &json!({"Success": true, "success": true, "uuid": "70b27a69-1363-42e1-9c37-4f9c159beb3b"})).await;
    assert!(body["Success"] == json!(true) && body["uuid"].as_str().unwrap().parse::<uuid::Uuid>().is_ok(), "{body}");
}

/// "Requests with wrong or missing api_key will return with HTTP code 401 and msg: "Unauthorized"."
async fn a_wrong_or_missing_key(w: &mut World) {
    let right = with_key(w, "/api/user");
    for path in ["/api/user", "/api/user?api_key=wrong"] {
        let answer = w.anonymous().get(path).await;
        assert_eq!((answer.status, answer.body), (401, json!({"success": false, "msg": "Unauthorized"})));
    }
    assert_eq!(w.anonymous().get(&right).await.status, 200);
}
