//! What is being said now, and who waits.

use std::collections::BTreeSet;

use super::access::Caller;
use super::{Listing, Result, Service};
use crate::domain::call::{CallData, CallState};
use crate::domain::number::LeadId;
use crate::domain::{Permission, QueueId, UserId};
use crate::store::Page;

/// Legs that fit each of these; an empty set lets every leg through.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// With one of these users at either end.
    pub users: BTreeSet<UserId>,
    /// Of calls to one of these queues.
    pub queues: BTreeSet<QueueId>,
    /// Of this lead.
    pub lead_id: Option<LeadId>,
}

impl Service {
    /// The account's legs that are up, the oldest first, with what they do and what their next event would tell. Without `supervise` those with
    /// the caller at either end. While the switch is away they are those that were up when it was last heard.
    ///
    /// # Errors
    /// [`super::Error::NotFound`] for a user or queue, [`super::Error::Permission`] for another user.
    pub async fn active_calls(&self, caller: &Caller, about: &About, page: Page) -> Result<Listing<(CallState, CallData)>> {
        self.may_watch(caller, &about.users, &about.queues).await?;
        let (now, sees_all) = (self.clock().now(), caller.may(Permission::Supervise));
        let shown = |data: &CallData| {
            let has = |user: &UserId| [data.src_user_id, data.dst_user_id].contains(&Some(*user));
            (sees_all || has(&caller.user.id))
                && (about.users.is_empty() || about.users.iter().any(has))
                && (about.queues.is_empty() || data.queue_id.is_some_and(|queue| about.queues.contains(&queue)))
                && about.lead_id.as_ref().is_none_or(|lead| data.lead_id.as_deref() == Some(lead.as_str()))
        };
        let legs = self.board().of_account(caller.account_id());
        let rows = legs.iter().map(|leg| (leg.state(), leg.data_now(now))).filter(|(_, data)| shown(data)).collect();
        Ok(Listing::page_of(rows, page))
    }
}
