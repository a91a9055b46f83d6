//! `GET /api/wallboard` and `/api/wallboard/stream`

use serde_json::json;

use super::{data, queue, refusal, seated, user_with};
use crate::facade::world_trials;
use crate::harness::World;
use crate::harness::listening::Listening;

world_trials![what_is_now, each_change_is_the_whole, with_the_permission, with_the_queue];

/// A wall that must be one.
async fn follow(w: &World, query: &str) -> Listening {
    w.listen_to(&format!("/api/wallboard/stream{query}"), "").await.expect("a wall")
}

async fn what_is_now(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let (other, _) = seated(w, "1002").await;
    let support = queue(w, "Support", json!([[user, 3, 1, 1]])).await;
    let sales = queue(w, "Sales", json!([[other, 3, 1, 1]])).await;
    data(w.put(&format!("/api/cc_queue/{support}"), json!({"tv_name": "HELP", "background_color": "#102030"})).await);
    let all = data(w.get("/api/wallboard").await);
    let names = |wall: &serde_json::Value, list: &str, field: &str| {
        wall[list].as_array().expect("a list").iter().map(|one| one[field].as_str().expect("a text").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (names(&all, "queues", "title"), names(&all, "agents", "name")),
        (vec!["HELP".into(), "Sales".into()], vec!["Agent 1001".into(), "Agent 1002".into()])
    );
    assert_eq!((&all["waiting"], &all["today"]["service_level"], &all["switch_connected"]), (&json!([]), &json!(null), &json!(true)));
    assert_eq!(all["hours"].as_array().expect("a list").len(), 16);
    let one = data(w.get(&format!("/api/wallboard?queue_id={sales}")).await);
    assert_eq!((names(&one, "queues", "title"), names(&one, "agents", "name")), (vec!["Sales".to_owned()], vec!["Agent 1002".to_owned()]));
}

async fn each_change_is_the_whole(w: &mut World) {
    let (user, _) = seated(w, "1001").await;
    let (mut one, mut other) = (follow(w, "").await, follow(w, "").await);
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    for wall in [&mut one, &mut other] {
        loop {
            let heard = wall.next().await.expect("the wall is open");
            if heard.event == "wall" && heard.data["agents"][0]["state"] == "offline" {
                assert!(heard.data["now_ms"].is_i64() && heard.data["today"].is_object(), "{}", heard.data);
                break;
            }
        }
    }
    assert_eq!(w.running().service().open_walls(w.account_id()), 2);
}

async fn with_the_permission(w: &mut World) {
    let permit = |supervise: bool| json!({"cc_api": true, "supervise": supervise});
    let (user, api) = user_with(w, "wall", permit(true)).await;
    let mut wall = api.listen_to("/api/wallboard/stream", "").await.expect("a wall");
    data(w.put(&format!("/api/user/{user}"), json!({"permissions": permit(false)})).await);
    while wall.next().await.is_some() {}
    assert_eq!(api.get("/api/wallboard/stream").await.status, 403);
}

async fn with_the_queue(w: &mut World) {
    let support = queue(w, "Support", json!([])).await;
    let mut wall = follow(w, &format!("?queue_id={support}")).await;
    data(w.delete(&format!("/api/cc_queue/{support}")).await);
    while wall.next().await.is_some() {}
    let gone = refusal(w.get(&format!("/api/wallboard?queue_id={support}")).await, 404);
    assert!(gone.contains("queue"), "{gone}");
}
