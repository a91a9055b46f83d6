//! `/api/pause`

use libtest_mimic::Trial;
use serde_json::json;

use super::{data, refusal, seated};
use crate::harness::World;

pub(crate) fn trials() -> Vec<Trial> {
    rest::trials()
}

mod rest {
    use super::*;
    use crate::facade::world_trials;

    world_trials![a_new_account_has_some, made_changed_deleted, not_while_in_use];

    async fn a_new_account_has_some(w: &mut World) {
        let pauses = data(w.get("/api/pause").await);
        let names: Vec<_> = pauses.as_array().unwrap().iter().map(|pause| pause["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Break", "Lunch", "Meeting", "No answer"]);
        let system = pauses.as_array().unwrap().iter().find(|pause| pause["system"] == true).unwrap();
        refusal(w.delete(&format!("/api/pause/{}", system["id"])).await, 409);
    }

    async fn made_changed_deleted(w: &mut World) {
        let made = data(w.post("/api/pause", json!({"name": "Training", "color": "#00ff00", "max_seconds": 600, "paid": 1})).await);
        let path = format!("/api/pause/{}", made["id"]);
        assert_eq!((&made["max_seconds"], &made["paid"], &made["default"]), (&json!(600), &json!(true), &json!(false)));
        assert_eq!(data(w.put(&path, json!({"default": true})).await)["default"], true);
        let defaults = data(w.get("/api/pause").await).as_array().unwrap().iter().filter(|pause| pause["default"] == true).count();
        assert_eq!(defaults, 1);
        data(w.delete(&path).await);
        refusal(w.get(&path).await, 404);
    }

    async fn not_while_in_use(w: &mut World) {
        let (user, _) = seated(w, "1001").await;
        let pause = data(w.get("/api/pause?q=lunch").await)[0]["id"].clone();
        data(w.get(&format!("/api/cc_agent/setPause?id={pause}&user_id={user}")).await);
        refusal(w.delete(&format!("/api/pause/{pause}")).await, 409);
    }
}
