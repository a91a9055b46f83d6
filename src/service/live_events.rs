//! Events of the live stream that the document does not name: the switch comes and goes, and so do agents' phones.

use serde_json::{Value, json};

use super::{Result, Service};
use crate::clock::Millis;
use crate::domain::event::{NewEvent, REACHABLE, SWITCH_CONNECTED, SWITCH_DISCONNECTED};
use crate::esl::client::{Reason, State};
use crate::store;
use crate::switch::fact::Registration;

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
            data: json!({"switch_id": id}),
        });
        self.tell(told.collect()).await
    }

    /// Tells that the phone of a checked-in agent cannot be reached any more, or can again.
    pub(super) async fn tell_reachable(&self, phone: &Registration) -> Result<()> {
        let desired = self.reconciler().desired();
        let Some(account) = desired.domain(&phone.domain) else { return Ok(()) };
        let (Some(device), account) = (account.sip_user(&phone.user).map(|device| device.id), account.account.id) else { return Ok(()) };
        let agents = store::agent::list(&mut *self.store().read().await?, account).await?;
        let Some(agent) = agents.into_iter().find(|agent| agent.device_id == Some(device)) else { return Ok(()) };
        let (user, reachable) = (agent.user_id, u8::from(phone.reachable));
        let data: Value = json!({"user_id": user, "device_id": device, "reachable": reachable});
        let (order_key, at): (_, Millis) = (format!("agent:{user}"), phone.at);
        self.tell(vec![NewEvent { account_id: account, name: REACHABLE, at, order_key, reconciled: false, data }]).await
    }

    async fn tell(&self, events: Vec<NewEvent>) -> Result<()> {
        Ok(self.store().write(move |conn| Box::pin(async move { store::event::append(conn, &events).await })).await?)
    }
}
