//! Events of the live stream that the document does not name: the switch comes and goes.

use serde_json::json;

use super::{Result, Service};
use crate::domain::event::{NewEvent, SWITCH_CONNECTED, SWITCH_DISCONNECTED};
use crate::esl::client::{Reason, State};
use crate::store;

impl Service {
    /// Tells every account that the connection to the switch is there, or is gone; `was` says which was told before. One that ends with ccgate is
    /// nobody's news.
    pub(super) async fn tell_switch(&self, was: &mut bool, state: &State) -> Result<()> {
        let is = matches!(state, State::Connected(_));
        if is == *was || matches!(state, State::Disconnected { reason: Reason::Stopped }) {
            return Ok(());
        }
        *was = is;
        let (id, at) = (self.switch().id(), self.clock().now());
        let accounts = store::account::all(&mut *self.store().read().await?).await?;
        let told = accounts.iter().map(|account| NewEvent {
            account_id: account.id,
            name: if is { SWITCH_CONNECTED } else { SWITCH_DISCONNECTED },
            at,
            order_key: format!("switch:{id}"),
            reconciled: false,
            data: json!({"switch_id": id}).into(),
        });
        self.tell(told.collect()).await
    }

    async fn tell(&self, events: Vec<NewEvent>) -> Result<()> {
        Ok(self.store().write(move |conn| Box::pin(async move { store::event::append(conn, &events).await })).await?)
    }
}
