//! `GET /api/cdr`

use ccgate::domain::{DeviceId, DialNumber, SwitchId};
use ccgate::store::originate::{self, Originate};
use serde_json::{Value, json};

use crate::facade::callcenter::{data, refusal, user_with};
use crate::facade::world_trials;
use crate::harness::{World, history};

world_trials![the_fields_of_a_leg, filters, everything_or_pages, ones_own, as_csv, kept_for_a_set_time];

/// 2026-11-25 in Israel begins at 22:00 UTC.
const MIDNIGHT_MS: i64 = 1_795_557_600_000;

async fn uuids(w: &World, query: &str) -> Vec<String> {
    let rows = data(w.get(&format!("/api/cdr?{query}")).await);
    rows.as_array().unwrap().iter().map(|row| row["uuid"].as_str().unwrap().to_owned()).collect()
}

async fn the_fields_of_a_leg(w: &mut World) {
    let columns = json!({
        "side": "agent", "type": "queue", "direction": "outbound", "user_id": 7, "device_id": 3, "queue_id": 5, "lead_id": "04",
        "rang_at": 2_100, "answered_at": 5_900, "ended_at": 9_000, "hangup_cause": "NORMAL_CLEARING", "recording": "x.wav", "reconciled": 1,
    });
    history::leg(w, w.account(), "a/1", 2_000, columns).await;
    let rows = data(w.get("/api/cdr").await);
    let expected = json!([{
        "uuid": "a/1", "id": "a/1", "call_id": "a", "ts": 2, "type": "queue", "direction": "outbound", "user_id": 7, "device_id": 3, "queue_id": 5,
        "lead_id": "04", "started_at": 2, "rang_at": 2, "answered_at": 5, "ended_at": 9, "hangup_cause": "NORMAL_CLEARING", "recording": true,
        "reconciled": true, "cid_num": "0501234567", "cid_name": "=1+1", "dst_num": "97237000",
    }]);
    assert_eq!(rows, expected);
}

async fn filters(w: &mut World) {
    data(w.put("/api/account", json!({"timezone": "Asia/Jerusalem"})).await);
    let account = w.account();
    history::leg(w, account, "before", MIDNIGHT_MS - 1, json!({"type": "inbound"})).await;
    history::leg(w, account, "at", MIDNIGHT_MS, json!({"user_id": 7, "type": "queue", "answered_at": MIDNIGHT_MS})).await;
    history::leg(w, account, "at/1", MIDNIGHT_MS + 86_399_999, json!({"queue_id": 5, "device_id": 3, "hangup_cause": "NO_ANSWER"})).await;
    history::leg(w, account, "after", MIDNIGHT_MS + 86_400_000, json!({"direction": "inbound", "lead_id": "04"})).await;
    for (query, expected) in [
        ("", vec!["after", "at/1", "at", "before"]),
        ("from=2026-11-25", vec!["after", "at/1", "at"]),
        ("from=2026-11-25&to=2026-11-25", vec!["at/1", "at"]),
        ("to=2026-11-25T00:00:00%2B02:00", vec!["before"]),
        ("from=2026-11-26&timezone=UTC", vec![]),
        ("from=1795557600&to=1795557601", vec!["at"]),
        ("user_id=7", vec!["at"]),
        ("queue_id=5", vec!["at/1"]),
        ("device_id=3", vec!["at/1"]),
        ("type=queue", vec!["at"]),
        ("direction=inbound", vec!["after"]),
        ("lead_id=04", vec!["after"]),
        ("hangup_cause=no_answer", vec!["at/1"]),
        ("answered=1", vec!["at"]),
        ("answered=0&from=2026-11-25", vec!["after", "at/1"]),
        ("call_id=at", vec!["at/1", "at"]),
        ("first=1", vec!["after", "at", "before"]),
        ("number=%2B972-50-123-4567&to=2026-11-25", vec!["at/1", "at", "before"]),
        ("number=97237000&type=queue", vec!["at"]),
        ("number=972501234568", vec![]),
    ] {
        assert_eq!(uuids(w, query).await, expected, "{query}");
    }
    for (query, name) in [
        ("from=yesterday", "from"),
        ("type=call", "type"),
        ("direction=up", "direction"),
        ("answered=2", "answered"),
        ("number=x", "number"),
        ("user_id=x", "user_id"),
        ("timezone=Mars", "timezone"),
        ("format=xml", "format"),
        ("limit=501", "limit"),
    ] {
        let why = refusal(w.get(&format!("/api/cdr?{query}")).await, 400);
        assert!(why.starts_with(&format!("{name} ")), "{query}: {why}");
    }
}

/// More than is read at once; legs that began at once are in one order.
async fn everything_or_pages(w: &mut World) {
    assert_eq!(uuids(w, "").await, Vec::<String>::new());
    const LEGS: i64 = 1_200;
    for at in 0..LEGS {
        history::leg(w, w.account(), &format!("{at}"), at / 7, json!({"user_id": at % 2})).await;
    }
    let all: Vec<_> = (0..LEGS).rev().map(|at| at.to_string()).collect();
    assert_eq!(uuids(w, "").await, all);
    let page = w.get("/api/cdr?limit=500&offset=600").await.body;
    let shown: Vec<_> = page["data"].as_array().unwrap().iter().map(|row| row["uuid"].as_str().unwrap()).collect();
    assert_eq!((&page["total"], shown), (&json!(LEGS), all[600..1_100].iter().map(String::as_str).collect()));
    let of_one = w.get("/api/cdr?limit=1&user_id=1").await.body;
    assert_eq!((&of_one["total"], &of_one["data"][0]["uuid"]), (&json!(LEGS / 2), &json!("1199")));
}

async fn ones_own(w: &mut World) {
    let (user, agent) = user_with(w, "agent", json!({"cc_api": true, "agents": true})).await;
    let (_, supervisor) = user_with(w, "supervisor", json!({"cc_api": true, "supervise": true})).await;
    history::leg(w, w.account(), "mine", 1_000, json!({"user_id": user})).await;
    history::leg(w, w.account(), "another's", 2_000, json!({"user_id": user + 1})).await;
    let seen = |rows: Value| rows.as_array().unwrap().iter().map(|row| row["uuid"].clone()).collect::<Vec<_>>();
    assert_eq!(seen(data(agent.get("/api/cdr").await)), ["mine"]);
    assert_eq!(seen(data(agent.get(&format!("/api/cdr?user_id={user}")).await)), ["mine"]);
    assert!(refusal(agent.get(&format!("/api/cdr?user_id={}", user + 1)).await, 403).contains("supervise"));
    assert_eq!(seen(data(supervisor.get("/api/cdr").await)), ["another's", "mine"]);
    let other = w.other_account("other.local").await;
    assert_eq!(data(other.get(&format!("/api/cdr?user_id={user}")).await), json!([]));
}

async fn as_csv(w: &mut World) {
    for at in 0..1_100 {
        history::leg(w, w.account(), &format!("{at}"), at * 1_000, json!({"user_id": 7})).await;
    }
    let accepts = w.with_header("accept", "text/csv");
    let (kind, text) = w.get_text("/api/cdr?format=csv").await;
    assert_eq!(accepts.get_text("/api/cdr").await, (kind.clone(), text.clone()));
    assert!(kind.starts_with("text/csv"), "{kind}");
    let lines: Vec<_> = text.split("\r\n").collect();
    assert!(lines[0].starts_with("uuid,call_id,type,direction,started_at,"), "{}", lines[0]);
    assert_eq!(lines.len(), 1 + 1_100 + 1);
    assert_eq!(lines[1], "1099,1099,,,1099,,,,0501234567,'=1+1,97237000,,7,,,,,,,,,,,,,,,,,,,,,,false,false,1099,1099");
    let page = w.get_text("/api/cdr?format=csv&limit=2&offset=1").await.1;
    assert_eq!(page.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect::<Vec<_>>(), ["1098", "1097"]);
    assert!(refusal(accepts.get("/api/cdr?from=x").await, 400).starts_with("from"));
}

async fn kept_for_a_set_time(w: &mut World) {
    const DAY_MS: i64 = 86_400_000;
    let now = w.clock().now();
    let remember = async |w: &World, uuid: &str, days: i64| {
        let began = now.plus_ms(-days * DAY_MS - 2_000).0;
        history::leg(w, w.account(), uuid, began, json!({"ended_at": began + 1_000})).await;
        history::stay(w, w.account(), uuid, 5, began, json!({"left_at": began + 1_000, "outcome": "abandoned"})).await;
    };
    for days in 0..3 {
        remember(w, &days.to_string(), days).await;
    }
    // More than are deleted at once.
    for at in 0..600 {
        remember(w, &format!("old {at}"), 400).await;
    }
    let store = w.running().store();
    for (days, ended) in [(1, true), (3, true), (4, false)] {
        let asked = Originate {
            uuid: uuid::Uuid::new_v4(),
            account_id: w.account(),
            switch_id: SwitchId(1),
            user_id: None,
            device_id: DeviceId(1),
            destination: DialNumber::parse("0501234567").expect("a number"),
            asked_at: now.plus_ms(-days * DAY_MS - 1),
        };
        let job = async move |conn: &mut ccgate::store::Conn| {
            originate::begin(conn, &asked).await?;
            if ended {
                originate::finish(conn, asked.account_id, asked.uuid, now, None).await?;
            }
            Ok::<_, ccgate::store::Error>(())
        };
        store.write(move |conn| Box::pin(async move { job(conn).await })).await.expect("the database can be written");
    }
    w.running().service().forget_history_once(now, 2).await.expect("the database can be written");
    assert_eq!(uuids(w, "").await, ["0", "1"]);
    let mut conn = store.read().await.expect("the database can be read");
    let clicks: Vec<i64> = sqlx::query_scalar("SELECT asked_at FROM originate ORDER BY 1").fetch_all(&mut *conn).await.expect("rows");
    let days: Vec<_> = clicks.iter().map(|asked| (now.0 - asked) / DAY_MS).collect();
    assert_eq!(days, [4, 1], "one that has not ended stays");
}
