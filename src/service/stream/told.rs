//! An event as every stream of its account has it.

use serde_json::Value;

use crate::domain::event::Body;
use crate::domain::{QueueId, UserId};
use crate::store::event::Event;

/// A committed event, with its body written once.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its place in the order of commits.
    pub(super) seq: i64,
    /// The id that the push carries as well.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The JSON that is pushed.
    pub body: String,
    /// Whom it is about.
    pub(super) users: Vec<UserId>,
    /// The queues that it is about.
    pub(super) queues: Vec<QueueId>,
}

impl Told {
    pub(super) fn of(event: Event) -> Self {
        let Event { seq, id, account_id, name, at, reconciled, data, .. } = event;
        let body = Body { id: &id, event: &name, ts: at.epoch_s(), account_id, reconciled, data: &data };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let users = ["user_id", "src_user_id", "dst_user_id"].iter().filter_map(|field| data[field].as_i64()).map(UserId).collect();
        let joined = data["queues"].as_array().into_iter().flatten();
        let queues = joined.chain([&data["queue_id"]]).filter_map(Value::as_i64).map(QueueId).collect();
        Self { seq, id, name, body, users, queues }
    }
}
