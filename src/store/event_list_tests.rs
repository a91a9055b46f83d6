//! How a list of events is found.

use sqlx::{AssertSqlSafe, Row as _};

use super::*;
use crate::store::tests::Fixture;

/// How SQLite goes about a list: the tables and indexes, the outer one first.
async fn plan(f: &Fixture, filter: &Filter) -> String {
    let text = format!("EXPLAIN QUERY PLAN {}", list_query(f.account, filter, None, Page::default()).sql().as_str());
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(&mut *f.read().await).await.unwrap();
    rows.into_iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn a_million_events_are_not_read_for_a_page() {
    let f = Fixture::new().await;
    let (none, of) = (Filter::default, |state| Filter { state: Some(state), ..Filter::default() });
    for (filter, found) in [
        (none(), "SEARCH e USING INDEX event_by_time (account_id=?)"),
        (Filter { from: Some(Millis(0)), ..of(State::Done) }, "SEARCH e USING INDEX event_by_time (account_id=? AND at>?)"),
        (Filter { order_key: Some("a".to_owned()), ..of(State::Dead) }, "SEARCH e USING INDEX event_by_key (account_id=? AND order_key=?)"),
        (of(State::Waiting), "SEARCH d USING INDEX delivery_open (account_id=?)"),
        (Filter { name: Some("call:end".to_owned()), ..of(State::Pending) }, "SEARCH d USING INDEX delivery_open (account_id=?)"),
        (Filter { from: Some(Millis(0)), ..of(State::Dead) }, "SEARCH d USING INDEX delivery_dead (account_id=?)"),
    ] {
        let plan = plan(&f, &filter).await;
        assert!(plan.starts_with(found), "{filter:?}: {plan}");
        assert!(!plan.contains("SCAN") && (!found.contains("event_by") || !plan.contains("TEMP B-TREE")), "{filter:?}: {plan}");
    }
}
