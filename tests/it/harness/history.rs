//! Calls that were, written into the history as they would be.

use ccgate::domain::AccountId;
use ccgate::store;
use serde_json::{Value, json};

use super::World;

/// Remembers a leg that began at `started_at` (epoch milliseconds), with these columns; of `uuid`, what is before a `/` is its call's first leg.
pub(crate) async fn leg(w: &World, account: AccountId, uuid: &str, started_at: i64, columns: Value) {
    let mut row = json!({
        "uuid": uuid, "account_id": account, "switch_id": 1, "call_id": uuid.split('/').next(), "started_at": started_at, "told": 0,
        "cid_num": "0501234567", "dst_num": "97237000",
        "data": json!({"id": uuid, "cid_num": "0501234567", "cid_name": "=1+1", "dst_num": "97237000", "ts": started_at / 1_000}).to_string(),
    });
    merge(&mut row, columns);
    insert(w, "leg", row).await;
}

/// Remembers a stay of a leg in a queue, with these columns.
pub(crate) async fn stay(w: &World, account: AccountId, uuid: &str, queue: i64, joined_at: i64, columns: Value) {
    let mut row = json!({"leg_uuid": uuid, "place": queue, "account_id": account, "queue_id": queue, "joined_at": joined_at});
    merge(&mut row, columns);
    insert(w, "queue_stay", row).await;
}

fn merge(row: &mut Value, columns: Value) {
    for (name, value) in columns.as_object().expect("columns") {
        row[name] = value.clone();
    }
}

async fn insert(w: &World, table: &'static str, row: Value) {
    let row = row.as_object().expect("columns").clone();
    let written = w.running().store().write(move |conn| {
        Box::pin(async move {
            let mut query = sqlx::QueryBuilder::<sqlx::Sqlite>::new("INSERT INTO ");
            query.push(table).push(" (").push(row.keys().cloned().collect::<Vec<_>>().join(", ")).push(") VALUES (");
            let mut values = query.separated(", ");
            for value in row.values() {
                values.push_bind(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            }
            query.push(")").build().execute(conn).await?;
            Ok::<_, store::Error>(())
        })
    });
    written.await.expect("the row can be written");
}
