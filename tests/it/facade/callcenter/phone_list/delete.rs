//! `DELETE /api/phone_list/{id}`

use ccgate::domain::AccountId;
use ccgate::service::phone_lists::is_on_dnc;
use ccgate::store::{Store, account, phone_list};
use serde_json::json;

use crate::facade::callcenter::{data, refusal};
use crate::facade::world_trials;
use crate::harness::{World, patience};

world_trials![its_leads_go_with_it, not_the_list_of_numbers_that_are_not_called];

async fn its_leads_go_with_it(w: &mut World) {
    let made = data(w.post("/api/phone_list", json!({"name": "Leads"})).await);
    let path = format!("/api/phone_list/{}", made["id"]);
    // More than go at once.
    let leads: Vec<_> = (0..4_500).map(|number| json!({"phone": number.to_string()})).collect();
    data(w.post(&format!("{path}/lead"), json!(leads)).await);
    let mut committed = w.running().store().committed();
    assert_eq!(w.delete(&path).await.body, json!({"success": true, "Success": true}));
    for path in [path.clone(), format!("{path}/"), format!("{path}/lead"), format!("{path}/import")] {
        refusal(w.get(&path).await, 404);
    }
    refusal(w.delete(&path).await, 404);
    assert_eq!(data(w.get("/api/phone_list").await), json!([]));
    patience("the leads to go", async {
        while !phone_list::deleted(&mut w.running().store().read().await.unwrap()).await.unwrap().is_empty() {
            committed.changed().await.unwrap();
        }
    })
    .await;
}

async fn not_the_list_of_numbers_that_are_not_called(w: &mut World) {
    let made = data(w.post("/api/phone_list", json!({"name": "DNC"})).await);
    let path = format!("/api/phone_list/{}", made["id"]);
    data(w.post(&format!("{path}/lead"), json!({"phone": "050-123-4567"})).await);
    let (store, owner) = (w.running().store(), AccountId(made["account_id"].as_i64().unwrap()));
    assert!(!on_dnc(store, owner, "0501234567").await, "it is no such list yet");
    let theirs = w.other_account("other.local").await;
    let theirs = data(theirs.post("/api/phone_list", json!({"name": "Theirs"})).await)["id"].clone();
    for id in [theirs, json!(999_999)] {
        assert!(refusal(w.put("/api/account", json!({"dnc_list_id": id})).await, 400).starts_with("dnc_list_id names"));
    }
    data(w.put("/api/account", json!({"dnc_list_id": made["id"]})).await);
    for (number, expected) in
        [("0501234567", true), ("+972 50 123 4567", true), ("972501234567", true), ("0501234568", false), ("**9477", false)]
    {
        assert_eq!(on_dnc(store, owner, number).await, expected, "{number}");
    }
    assert!(refusal(w.delete(&path).await, 409).contains("dnc_list_id"));
    assert_eq!(data(w.get(&path).await)["list_rows"], 1);
    data(w.put("/api/account", json!({"dnc_list_id": null})).await);
    data(w.delete(&path).await);
}

async fn on_dnc(store: &Store, owner: AccountId, number: &str) -> bool {
    let mut conn = store.read().await.unwrap();
    let account = account::get(&mut conn, owner).await.unwrap().unwrap();
    is_on_dnc(&mut conn, &account, number).await.unwrap()
}
