//! `GET /api/event`

use super::*;
use crate::facade::world_trials;

world_trials![the_latest_first, filters, pages, bad_values];

async fn the_latest_first(w: &mut World) {
    let (user, device) = seated(w, "dana").await;
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={user}")).await);
    let events = data(w.get("/api/event").await);
    let names = events.as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap());
    // Whether the switch was there before the account, nobody can say; the phone is not registered.
    let names: Vec<_> = names.filter(|name| !name.starts_with("switch:") && *name != "agent:reachable").collect();
    let mut committed = w.event_names().await;
    committed.reverse();
    assert_eq!(names, committed);
    let mut checkin = events.as_array().unwrap().iter().find(|event| event["event"] == "agent:checkin").unwrap().clone();
    assert!(checkin["id"].is_string() && checkin["ts"].is_i64());
    checkin["id"] = json!("ID");
    checkin["ts"] = json!(0);
    let expected = json!({
        "id": "ID", "event": "agent:checkin", "ts": 0, "order_key": format!("agent:{user}"), "hook_id": null, "reconciled": false,
        "data": {"user_id": user, "device_id": device, "device_name": "Phone dana"},
        "state": "none", "attempts": 0, "next_attempt": null, "last_error": null,
    });
    assert_eq!(checkin, expected, "nobody wanted it: there is no event_url");
}

async fn filters(w: &mut World) {
    let ((dana, _), (erez, _)) = (seated(w, "dana").await, seated(w, "erez").await);
    w.push_to_sink().await;
    data(w.get(&format!("/api/cc_agent/checkOut?user_id={erez}")).await);
    until(w, &one(w, "agent:checkout").await["id"], "done").await;
    let count = async |query: &str| data(w.get(&format!("/api/event?{query}")).await).as_array().unwrap().len();
    assert_eq!(count("event=agent:checkin").await, 2);
    assert_eq!(count(&format!("event=agent:checkin&order_key=agent:{dana}")).await, 1);
    assert_eq!(count(&format!("call_id=agent:{dana}&event=agent:checkin")).await, 1);
    assert_eq!(count("event=agent:checkin&state=none").await, 2);
    assert_eq!(count("event=agent:checkout&state=done").await, 1);
    assert_eq!(count("state=dead").await, 0);
    assert_eq!(count("event=nothing").await, 0);
    let all = count("").await;
    assert_eq!(count("from=2001-01-01T00:00:00Z&to=2100-01-01T00:00:00%2B02:00").await, all);
    assert_eq!((count("to=1000000000").await, count("from=4000000000").await), (0, 0));
    let ts = one(w, "agent:checkout").await["ts"].as_i64().unwrap();
    assert_eq!(count(&format!("event=agent:checkout&from={ts}")).await, 1);
    assert_eq!(count(&format!("event=agent:checkout&to={ts}")).await, 0, "until then, without it");
}

async fn pages(w: &mut World) {
    seated(w, "dana").await;
    w.push_to_sink().await;
    for _ in 0..5 {
        data(w.post("/api/event/test", json!({})).await);
    }
    let all = data(w.get("/api/event?event=test").await);
    let page = w.get("/api/event?event=test&limit=2&offset=2").await;
    assert_eq!(page.body["total"], 5);
    let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(data(page).as_array().unwrap()), ids(&all.as_array().unwrap()[2..4]));
}

async fn bad_values(w: &mut World) {
    for (query, field) in [("state=lost", "state"), ("from=yesterday", "from"), ("to=2026-01-31", "to"), ("limit=0", "limit")] {
        assert!(refusal(w.get(&format!("/api/event?{query}")).await, 400).starts_with(field), "{query}");
    }
}
