//! Calls outside, at the moment when one is to be made: numbers that are not to be called, the account's limits, and emergency calls, which
//! pass all of this and are told of. What does not depend on the moment (dial rules, caller's numbers) is in [`crate::reconcile::outside`].

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::phone_lists::is_on_dnc;
use super::{Error, Result, Service};
use crate::domain::call::LegId;
use crate::domain::event::{EMERGENCY, NewEvent};
use crate::domain::number::DialNumber;
use crate::domain::{AccountId, DeviceId, UserId};
use crate::reconcile::DesiredAccount;
use crate::store;

/// How long a phone that has dialled waits for the look into the list of numbers not to be called.
const LOOK_WAIT: Duration = Duration::from_secs(1);
/// Emergency calls that are remembered, so that each is told once.
const TOLD_MAX: usize = 1_000;
/// How long after a commit that failed an emergency call is tried to be told again.
const TELL_AGAIN: Duration = Duration::from_secs(1);
/// How often it is tried.
const TELL_TRIES: u32 = 60;

/// A call that is to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// Whose.
    pub account: AccountId,
    /// The call's first leg.
    pub call: LegId,
    /// What was dialled, and what leaves for it by the dial rule.
    pub numbers: [DialNumber; 2],
    /// Whether it is counted; the second leg of a click-to-call was with the first.
    pub counted: bool,
}

/// Why a call may not leave now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// The account's list has the number.
    #[error("the number is on the account's list of numbers that are not to be called (dnc_list_id)")]
    DoNotCall,
    /// Too many are under way.
    #[error("the account's limit calls_at_once is reached")]
    CallsAtOnce,
    /// Too many began within the last second.
    #[error("the account's limit calls_per_second is reached")]
    CallsPerSecond,
    /// The list could not be looked into, so the number may be on it.
    #[error("the list of numbers that are not to be called could not be looked into; try again")]
    Unknown,
}

/// Somebody calls an emergency number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    /// Whose phone.
    pub account: AccountId,
    /// The call's first leg.
    pub call: LegId,
    /// The phone.
    pub device: DeviceId,
    /// Who sits at it, else its owner.
    pub user: Option<UserId>,
    /// What was dialled.
    pub number: DialNumber,
}

/// The calls that were told of, the latest last.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<VecDeque<LegId>>);

impl Told {
    /// Whether this is the first time.
    fn first(&self, call: &LegId) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.contains(call) {
            return false;
        }
        if told.len() >= TOLD_MAX {
            told.pop_front();
        }
        told.push_back(call.clone());
        true
    }
}

impl Service {
    /// Lets a call to a number that is no emergency number leave, and counts it. One that was let out before is again.
    ///
    /// # Errors
    /// See [`Barred`].
    pub async fn leave(&self, leaving: &Leaving) -> Result<(), Barred> {
        let desired = self.reconciler().desired();
        let Some(account) = desired.account(leaving.account) else { return Err(Barred::Unknown) };
        self.look_into_dnc(account, &leaving.numbers).await?;
        if !leaving.counted {
            return Ok(());
        }
        let limits = account.account.settings.limits;
        let now = self.clock().now();
        let at_once = limits.calls_at_once.unwrap_or(u32::MAX);
        if !self.board().leave(leaving.account, &leaving.call, at_once, |number| account.is_emergency(number), now) {
            return Err(Barred::CallsAtOnce);
        }
        if !limits.calls_per_second.is_none_or(|per_second| self.0.pace.begin(leaving.account, per_second, now).fits) {
            self.board().stay(&leaving.call);
            return Err(Barred::CallsPerSecond);
        }
        Ok(())
    }

    /// Tells of an emergency call, once, in a task of its own: the call does not wait for the database.
    pub fn emergency(&self, emergency: Emergency) {
        if !self.0.told.first(&emergency.call) {
            return;
        }
        let (service, event) = (self.clone(), self.emergency_event(&emergency));
        tokio::spawn(async move {
            for _ in 0..TELL_TRIES {
                let event = event.clone();
                let told = service.store().write(move |conn| Box::pin(async move { store::event::append(conn, &[event]).await }));
                match told.await {
                    Ok(()) => return,
                    Err(error @ store::Error::Missing(_)) => return tracing::error!(%error, "an emergency call could not be told"),
                    Err(error) => tracing::error!(%error, "an emergency call could not be told yet"),
                }
                tokio::time::sleep(TELL_AGAIN).await;
            }
            tracing::error!("an emergency call was not told: the database did not take it");
        });
    }

    fn emergency_event(&self, emergency: &Emergency) -> NewEvent {
        let desired = self.reconciler().desired();
        let device = desired.account(emergency.account).and_then(|account| account.devices.get(&emergency.device));
        NewEvent {
            account_id: emergency.account,
            name: EMERGENCY,
            at: self.clock().now(),
            order_key: emergency.call.to_string(),
            reconciled: false,
            data: json!({
                "user_id": emergency.user,
                "device_id": emergency.device,
                "device_name": device.map(|device| &device.name),
                "number": emergency.number,
            })
            .into(),
        }
    }
}

impl Service {
    /// A look-up by key, which a phone waits for: what cannot be looked up in time may be on the list.
    async fn look_into_dnc(&self, account: &DesiredAccount, numbers: &[DialNumber]) -> Result<(), Barred> {
        if account.account.settings.dnc_list_id.is_none() {
            return Ok(());
        }
        let look = async {
            let mut conn = self.store().read().await?;
            for number in numbers {
                if is_on_dnc(&mut conn, &account.account, number.as_str()).await? {
                    return Ok(true);
                }
            }
            Ok::<_, store::Error>(false)
        };
        match timeout(LOOK_WAIT, look).await {
            Ok(Ok(false)) => Ok(()),
            Ok(Ok(true)) => Err(Barred::DoNotCall),
            Ok(Err(error)) => {
                tracing::error!(%error, "the list of numbers that are not to be called could not be looked into");
                Err(Barred::Unknown)
            }
            Err(_) => Err(Barred::Unknown),
        }
    }
}

impl From<Barred> for Error {
    fn from(barred: Barred) -> Self {
        Self::Barred(barred)
    }
}
