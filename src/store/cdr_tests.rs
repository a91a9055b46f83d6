//! That each filter finds what it names, by an index.

use sqlx::{AssertSqlSafe, Row as _};

use super::*;
use crate::domain::call::Left;
use crate::store::leg::stays;
use crate::store::tests::{Fixture, leg, stay};

async fn found(f: &Fixture, account: AccountId, filter: Filter) -> Vec<String> {
    let mut conn = f.read().await;
    let all = page(&mut conn, account, &filter, Page::default()).await.unwrap();
    let (first, rest) =
        (page(&mut conn, account, &filter, Page { limit: Some(1), offset: 0 }).await.unwrap(), all.get(1..).unwrap_or_default());
    assert_eq!(first.len(), all.len().min(1));
    if let Some(first) = first.first() {
        assert_eq!(after(&mut conn, account, &filter, first, 100).await.unwrap(), rest, "{filter:?}");
    }
    assert_eq!(count(&mut conn, account, &filter).await.unwrap(), i64::try_from(all.len()).unwrap());
    all.into_iter().map(|entry| entry.uuid).collect()
}

#[tokio::test]
async fn each_filter() {
    let f = Fixture::new().await;
    let account = f.account;
    leg(
        &f,
        account,
        "a",
        1_000,
        &[("user_id", "7"), ("device_id", "3"), ("type", "outbound"), ("direction", "inbound"), ("lead_id", "04")],
    )
    .await;
    leg(&f, account, "b", 2_000, &[("queue_id", "5"), ("type", "queue"), ("answered_at", "2500"), ("ended_at", "9000")]).await;
    // Began at once: later ones are newer.
    leg(&f, account, "b/1", 2_000, &[("user_id", "7"), ("queue_id", "5"), ("side", "agent"), ("hangup_cause", "NO_ANSWER")]).await;
    leg(&f, f.other, "c", 2_000, &[("user_id", "7"), ("queue_id", "5")]).await;
    let none = Filter::default;
    let text = |text: &str| Some(text.to_owned());
    let rows: Vec<(Filter, &[&str])> = vec![
        (none(), &["b/1", "b", "a"]),
        (Filter { from: Some(Millis(1_001)), ..none() }, &["b/1", "b"]),
        (Filter { from: Some(Millis(1_000)), to: Some(Millis(2_000)), ..none() }, &["a"]),
        (Filter { user: Some(UserId(7)), ..none() }, &["b/1", "a"]),
        (Filter { queue: Some(QueueId(5)), user: Some(UserId(7)), ..none() }, &["b/1"]),
        (Filter { device: Some(DeviceId(3)), ..none() }, &["a"]),
        (Filter { kind: text("queue"), ..none() }, &["b"]),
        (Filter { direction: text("inbound"), ..none() }, &["a"]),
        (Filter { lead_id: text("04"), ..none() }, &["a"]),
        (Filter { hangup_cause: text("NO_ANSWER"), ..none() }, &["b/1"]),
        (Filter { call_id: text("b"), ..none() }, &["b/1", "b"]),
        (Filter { call_id: text("c"), ..none() }, &[]),
        (Filter { answered: Some(true), ..none() }, &["b"]),
        (Filter { answered: Some(false), ..none() }, &["b/1", "a"]),
        (Filter { first: Some(true), ..none() }, &["b", "a"]),
        (Filter { numbers: vec!["972501234567".to_owned(), "0501234567".to_owned()], ..none() }, &["b/1", "b", "a"]),
        (Filter { numbers: vec!["7000".to_owned()], user: Some(UserId(7)), ..none() }, &["b/1", "a"]),
        (Filter { numbers: vec!["1".to_owned()], ..none() }, &[]),
    ];
    for (filter, expected) in rows {
        assert_eq!(found(&f, account, filter.clone()).await, expected, "{filter:?}");
    }
    assert_eq!(found(&f, f.other, none()).await, ["c"]);
}

#[tokio::test]
async fn one_leg_is_its_accounts() {
    let f = Fixture::new().await;
    leg(&f, f.account, "a", 1_000, &[("recording", "x.wav")]).await;
    stay(&f, f.account, "a", 5, (1_000, None, Some(3_000)), "abandoned").await;
    let mut conn = f.read().await;
    let entry = get(&mut conn, f.account, "a").await.unwrap().unwrap();
    assert_eq!((entry.recorded, entry.data["dst_num"].as_str()), (true, Some("7000")));
    assert_eq!(stays(&mut conn, f.account, "a").await.unwrap()[0].left, Some((Left::Abandoned, Millis(3_000))));
    assert_eq!(get(&mut conn, f.other, "a").await.unwrap(), None);
    assert_eq!(stays(&mut conn, f.other, "a").await.unwrap(), []);
}

/// How SQLite goes about a query: the indexes, and whether it has to sort.
async fn plan(f: &Fixture, query: QueryBuilder<Sqlite>) -> String {
    let text = format!("EXPLAIN QUERY PLAN {}", query.sql().as_str());
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(&mut *f.read().await).await.unwrap();
    rows.into_iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn a_million_legs_are_not_read_for_a_page() {
    let f = Fixture::new().await;
    leg(&f, f.account, "a", 1_000, &[]).await;
    let last = get(&mut *f.read().await, f.account, "a").await.unwrap().unwrap();
    let none = Filter::default;
    for (filter, index) in [
        (none(), "leg_started"),
        (Filter { answered: Some(true), from: Some(Millis(0)), ..none() }, "leg_started"),
        (Filter { user: Some(UserId(1)), from: Some(Millis(0)), ..none() }, "leg_user"),
        (Filter { queue: Some(QueueId(1)), to: Some(Millis(0)), ..none() }, "leg_queue"),
        (Filter { device: Some(DeviceId(1)), ..none() }, "leg_device"),
        (Filter { lead_id: Some("04".to_owned()), ..none() }, "leg_lead"),
    ] {
        for query in [page_query(f.account, &filter, Page::default()), after_query(f.account, &filter, &last, 10)] {
            let plan = plan(&f, query).await;
            assert!(plan.contains(&format!("USING INDEX {index} (")) && !plan.contains("TEMP B-TREE"), "{filter:?}: {plan}");
        }
    }
    // Of a call there are few, and of most numbers: these are found, then sorted.
    let numbers = Filter { numbers: vec!["1".to_owned(), "2".to_owned()], from: Some(Millis(0)), user: Some(UserId(1)), ..none() };
    let by_number = plan(&f, page_query(f.account, &numbers, Page::default())).await;
    for part in ["SEARCH leg USING INTEGER PRIMARY KEY (", "INDEX leg_cid (account_id=? AND cid_num=? AND started_at>?)", "INDEX leg_dst ("]
    {
        assert!(by_number.contains(part), "{by_number}");
    }
    let call = Filter { call_id: Some("a".to_owned()), from: Some(Millis(0)), ..none() };
    let by_call = plan(&f, page_query(f.account, &call, Page::default())).await;
    assert!(by_call.contains("INDEX leg_call ("), "{by_call}");
}
