//! `POST /api/phone_list/{id}/lead`: an object, or an array. [`super::import`] is about many.

use ccgate::domain::AccountId;
use ccgate::domain::number::LeadId;
use ccgate::store::lead::by_lead_id;
use serde_json::json;

use super::{list_rows, phone_list, phones};
use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![one, one_that_is_known, one_that_is_bad, an_array, a_form, found_by_the_customers_id];

async fn one(w: &mut World) {
    let list = phone_list(w).await;
    let lead = json!({
        "phone": "050-123-4567", "name": "Dana", "lead_id": "04", "priority": 3, "tags": "vip,gold", "ext_api_vars": {"city": "Haifa", "n": [1]},
    });
    let answer = w.post(&format!("{list}/lead"), lead).await;
    assert_eq!((answer.status, &answer.body["success"], &answer.body["Success"]), (200, &json!(true), &json!(true)));
    let shown = json!({
        "id": "972501234567", "phone": "972501234567", "name": "Dana", "lead_id": "04", "priority": 3, "tags": "vip,gold",
        "ext_api_vars": {"city": "Haifa", "n": [1]},
    });
    assert_eq!(answer.body["data"], shown);
    assert_eq!(data(w.get(&format!("{list}/lead")).await), json!([shown]));
    let bare = data(w.post(&format!("{list}/lead/"), json!({"phone": "1234567"})).await);
    let shown = json!({
        "id": "1234567", "phone": "1234567", "name": null, "lead_id": null, "priority": 0, "tags": null, "ext_api_vars": null,
    });
    assert_eq!(bare, shown);
    assert_eq!(list_rows(w, &list).await, 2);
}

async fn one_that_is_known(w: &mut World) {
    let list = phone_list(w).await;
    let path = format!("{list}/lead");
    data(w.post(&path, json!({"phone": "0501234567", "name": "Dana", "tags": "a", "priority": 2, "ext_api_vars": {"a": 1}})).await);
    // What is sent replaces, the rest stays; the same number in another spelling is the same lead.
    let changed = data(w.post(&path, json!({"phone": "+972 50-123-4567", "name": "Danit", "tags": ""})).await);
    assert_eq!((&changed["name"], &changed["tags"], &changed["priority"]), (&json!("Danit"), &json!(null), &json!(2)));
    assert_eq!(changed["ext_api_vars"], json!({"a": 1}));
    assert_eq!(list_rows(w, &list).await, 1);
}

async fn one_that_is_bad(w: &mut World) {
    let list = phone_list(w).await;
    let path = format!("{list}/lead");
    for (field, lead) in [
        ("phone", json!({"name": "Nobody"})),
        ("phone", json!({"phone": "call me"})),
        ("phone", json!({"phone": ""})),
        ("phone", json!({"phone": "1".repeat(33)})),
        ("name", json!({"phone": "1", "name": "a\nb"})),
        ("lead_id", json!({"phone": "1", "lead_id": "${x}"})),
        ("priority", json!({"phone": "1", "priority": "high"})),
        ("priority", json!({"phone": "1", "priority": 3_000_000_000_i64})),
        ("tags", json!({"phone": "1", "tags": {"a": 1}})),
        ("ext_api_vars", json!({"phone": "1", "ext_api_vars": "text"})),
        ("ext_api_vars", json!({"phone": "1", "ext_api_vars": [1]})),
    ] {
        assert!(refusal(w.post(&path, lead).await, 400).starts_with(field), "{field}");
    }
    assert_eq!(list_rows(w, &list).await, 0);
    refusal(w.post("/api/phone_list/999999/lead", json!({"phone": "1"})).await, 404);
    refusal(w.post("/api/phone_list/999999/lead", json!([{"phone": "1"}])).await, 404);
}

async fn an_array(w: &mut World) {
    let list = phone_list(w).await;
    let path = format!("{list}/lead");
    data(w.post(&path, json!({"phone": "0501234567", "tags": "kept"})).await);
    let leads = json!([
        {"phone": 972_501_234_567_i64, "name": "Dana"},
        {"phone": "2", "name": "first"},
        {"phone": "none"},
        5,
        {"phone": "2", "name": "second"},
        {"phone": "3", "priority": "x"},
        {"name": "Nobody"},
    ]);
    let answer = data(w.post(&path, leads).await);
    assert_eq!((&answer["added"], &answer["updated"], &answer["refused_total"]), (&json!(1), &json!(2), &json!(4)));
    let refused: Vec<_> = answer["refused"].as_array().unwrap().iter().map(|row| (row["index"].as_i64().unwrap(), &row["phone"])).collect();
    assert_eq!(refused, [(2, &json!("none")), (3, &json!("")), (5, &json!("3")), (6, &json!(""))]);
    for (number, msg) in
        [(0, "phone may hold only digits"), (1, "the row must be an object"), (2, "priority must be"), (3, "phone is required")]
    {
        assert!(answer["refused"][number]["msg"].as_str().unwrap().starts_with(msg), "{answer}");
    }
    let leads = data(w.get(&path).await);
    assert_eq!((&leads[0]["name"], &leads[1]["name"], &leads[1]["tags"]), (&json!("second"), &json!("Dana"), &json!("kept")));
    assert_eq!(list_rows(w, &list).await, 2);
    let nothing = data(w.post(&path, json!([])).await);
    assert_eq!(nothing, json!({"added": 0, "updated": 0, "refused": [], "refused_total": 0}));
}

async fn a_form(w: &mut World) {
    let list = phone_list(w).await;
    let form = "phone=050-1234567&name=In+a+form&priority=2&ext_api_vars=%7B%22a%22%3A1%7D";
    let lead = data(w.post_form(&format!("{list}/lead"), form).await);
    assert_eq!((&lead["phone"], &lead["name"], &lead["ext_api_vars"]), (&json!("972501234567"), &json!("In a form"), &json!({"a": 1})));
    data(w.post(&format!("{list}/lead?phone=7&name=In+the+query"), json!({})).await);
    // An array says what it is by its first character.
    let answer = data(w.post_form(&format!("{list}/lead"), " [{\"phone\":\"8\"}]").await);
    assert_eq!(answer["added"], 1);
    assert_eq!(phones(w, &list).await, ["972501234567", "7", "8"]);
}

async fn found_by_the_customers_id(w: &mut World) {
    let (first, second) = (phone_list(w).await, phone_list(w).await);
    data(w.post(&format!("{second}/lead"), json!({"phone": "1", "lead_id": "04", "name": "Second"})).await);
    data(w.post(&format!("{first}/lead"), json!([{"phone": "3", "lead_id": "04", "name": "First"}, {"phone": "2", "lead_id": "5"}])).await);
    let account = AccountId(data(w.get(&first).await)["account_id"].as_i64().unwrap());
    let mut conn = w.running().store().read().await.unwrap();
    let found = by_lead_id(&mut conn, account, &LeadId::parse("04").unwrap()).await.unwrap().expect("a lead");
    assert_eq!((found.phone.as_str(), found.name.unwrap().as_str()), ("3", "First"));
    assert_eq!(by_lead_id(&mut conn, account, &LeadId::parse("4").unwrap()).await.unwrap(), None);
    assert_eq!(by_lead_id(&mut conn, AccountId(account.0 + 1), &LeadId::parse("04").unwrap()).await.unwrap(), None);
}
