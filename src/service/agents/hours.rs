//! Memberships at a moment: which of them are outside their hours.

use std::collections::HashMap;

use crate::clock::Millis;
use crate::domain::queue::Standing;
use crate::domain::time_group::TimeGroup;
use crate::domain::{AccountId, Membership, TimeGroupId, UserId};
use crate::store::{self, Conn, Page};

/// The hours of an account, at one moment.
pub(in crate::service) struct Hours {
    zone: String,
    groups: HashMap<TimeGroupId, TimeGroup>,
    now: Millis,
}

impl Hours {
    /// Reads them.
    pub(in crate::service) async fn at(conn: &mut Conn, account: AccountId, now: Millis) -> Result<Self, store::Error> {
        let zone = store::account::get(conn, account).await?.ok_or(store::Error::Missing("account"))?.settings.timezone;
        let groups = store::resource::list::<TimeGroup>(conn, account, None, Page::default()).await?;
        Ok(Self { zone, groups: groups.into_iter().map(|group| (group.id, group.settings)).collect(), now })
    }

    /// When any of them next begin or end.
    pub(in crate::service) fn next_change(&self) -> Option<Millis> {
        self.groups.values().filter_map(|group| group.next_change(self.now, &self.zone)).min()
    }

    /// A user's memberships. A group that is not there any more limits nothing.
    pub(in crate::service) async fn of_user(
        &self,
        conn: &mut Conn,
        account: AccountId,
        user: UserId,
    ) -> Result<Vec<Standing>, store::Error> {
        let memberships = store::membership::of_user(conn, account, user).await?;
        Ok(memberships.into_iter().map(|membership| self.standing(membership)).collect())
    }

    fn standing(&self, membership: Membership) -> Standing {
        let group = membership.timegroup_id.and_then(|id| self.groups.get(&id));
        let closed = group.filter(|group| !group.holds(self.now, &self.zone)).map(|group| group.in_words(&self.zone));
        Standing { membership, closed }
    }
}

/// A user's memberships at a moment.
pub(in crate::service) async fn standings(
    conn: &mut Conn,
    account: AccountId,
    user: UserId,
    now: Millis,
) -> Result<Vec<Standing>, store::Error> {
    Hours::at(conn, account, now).await?.of_user(conn, account, user).await
}
