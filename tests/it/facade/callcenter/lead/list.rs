//! `GET /api/phone_list/{id}/lead`

use serde_json::json;

use super::{phone_list, phones};
use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::World;

world_trials![the_documents_example, in_order, everything_or_pages];

async fn the_documents_example(w: &mut World) {
    let list = phone_list(w).await;
    let leads = json!([
        {"phone": "972501234", "lead_id": "3", "priority": 1, "name": "ABC office", "ext_api_vars": {}},
        {"phone": "19123456789", "lead_id": "2", "priority": 1, "name": "Mike US", "tags": null, "ext_api_vars": {}},
        {"phone": "972541234567", "lead_id": "04", "priority": 1, "name": "Mike Cell", "tags": null, "ext_api_vars": null},
    ]);
    data(w.post(&format!("{list}/lead"), leads.clone()).await);
    let shown = |number: usize| {
        let mut lead = leads[number].clone();
        (lead["id"], lead["tags"]) = (lead["phone"].clone(), json!(null));
        lead
    };
    let expected = json!({"success": true, "Success": true, "data": [shown(1), shown(0), shown(2)]});
    let anonymous = w.anonymous();
    for path in [format!("{list}/?api_key={}", w.key()), format!("{list}/lead?api_key={}", w.key())] {
        let answer = anonymous.get(&path).await;
        assert_eq!((answer.status, answer.body), (200, expected.clone()));
    }
}

async fn in_order(w: &mut World) {
    let list = phone_list(w).await;
    let leads = json!([{"phone": "5"}, {"phone": "3", "priority": -1}, {"phone": "4", "priority": 7}, {"phone": "2"}, {"phone": "10"}]);
    data(w.post(&format!("{list}/lead"), leads).await);
    assert_eq!(phones(w, &list).await, ["4", "10", "2", "5", "3"]);
}

async fn everything_or_pages(w: &mut World) {
    let list = phone_list(w).await;
    assert_eq!(w.get(&format!("{list}/lead")).await.body["data"], json!([]));
    // Several reads of the database for one answer, with the borders of priorities elsewhere.
    let leads: Vec<_> = (0..3_500).map(|number| json!({"phone": number.to_string(), "priority": number % 3})).collect();
    data(w.post(&format!("{list}/lead"), json!(leads)).await);
    let everything = phones(w, &list).await;
    let mut expected: Vec<_> = (0..3_500).map(|number: i32| (-(number % 3), number.to_string())).collect();
    expected.sort();
    assert_eq!(everything, expected.into_iter().map(|(_, phone)| phone).collect::<Vec<_>>());
    let page = w.get(&format!("{list}/lead?limit=500&offset=3300")).await.body;
    let shown: Vec<_> = page["data"].as_array().unwrap().iter().map(|lead| lead["phone"].as_str().unwrap()).collect();
    assert_eq!((&page["total"], shown.as_slice()), (&json!(3_500), &everything.iter().map(String::as_str).collect::<Vec<_>>()[3_300..]));
    let rest = w.get(&format!("{list}/lead?offset=1400")).await.body;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["total"]), (2_100, &json!(null)));
    assert!(refusal(w.get(&format!("{list}/lead?limit=501")).await, 400).starts_with("limit"));
}
