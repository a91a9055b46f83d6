//! Calls outside, at the moment when one is to be made: numbers that are not to be called, the rules against toll fraud, and
//! emergency calls, which pass all of this and are told of. What does not depend on the moment (dial rules, caller's numbers) is in [`crate::reconcile::outside`].

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::phone_lists::is_on_dnc;
use super::refusals::{self, Refused};
use super::{Error, Result, Service};
use crate::clock::Millis;
use crate::domain::call::LegId;
use crate::domain::event::{EMERGENCY, NewEvent};
use crate::domain::number::DialNumber;
use crate::domain::phone;
use crate::domain::toll::{Moment, Refusal, Usage};
use crate::domain::{AccountId, DeviceId, UserId};
use crate::reconcile::DesiredAccount;
use crate::store;

/// How long a phone that has dialled waits for a look into the database: the list of numbers not to be called, the minutes of the day.
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
    /// The phone that dials, or that is outside itself.
    pub device: Option<DeviceId>,
    /// Who is at it.
    pub user: Option<UserId>,
    /// What was dialled, and what leaves for it by the dial rule.
    pub numbers: [DialNumber; 2],
    /// What it is.
    pub leg: Leg,
}

/// What leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    /// A number that was dialled.
    Dialled,
    /// The second leg of a click-to-call, which was let out with the first: it is not counted again.
    Clicked,
    /// A phone of the account's own that is outside. It may be on a list of customers.
    Phone,
}

/// That a call may leave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Admitted {
    /// After so many seconds of talk the minutes of the day are used up; none for no end.
    pub max_s: Option<u32>,
}

/// Why a call may not leave now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Barred {
    /// The account's list has the number.
    #[error("the number is on the account's list of numbers that are not to be called (dnc_list_id)")]
    DoNotCall,
    /// By the rules against toll fraud.
    #[error(transparent)]
    Toll(Refusal),
    /// What decides could not be looked into, so the number may be one that is not to be called.
    #[error("whether the number may be called could not be looked into; try again")]
    Unknown,
}

impl Barred {
    /// One of [`refusals::REASONS`].
    pub fn reason(self) -> &'static str {
        match self {
            Self::DoNotCall => refusals::DO_NOT_CALL,
            Self::Toll(refusal) => refusal.reason.name(),
            Self::Unknown => refusals::UNKNOWN,
        }
    }
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
    /// Lets a call leave, and counts it; one to an emergency number passes. One that was let out before is again. A refusal is told.
    ///
    /// # Errors
    /// See [`Barred`].
    pub async fn leave(&self, leaving: &Leaving) -> Result<Admitted, Barred> {
        self.may_leave(leaving).await.inspect_err(|barred| {
            let Leaving { account, device, user, .. } = *leaving;
            let (call, number) = (leaving.call.clone(), leaving.numbers[0].clone());
            self.refused(&Refused { account, call, device, user, number, reason: barred.reason() });
        })
    }

    async fn may_leave(&self, leaving: &Leaving) -> Result<Admitted, Barred> {
        let desired = self.reconciler().desired();
        let Some(account) = desired.account(leaving.account) else { return Err(Barred::Unknown) };
        let leaves = leaving.numbers[1].as_str();
        if account.is_emergency(leaves) {
            return Ok(Admitted::default());
        }
        let settings = &account.account.settings;
        let (rules, number) = (account.toll(desired.ceiling()), phone::reached(leaves, &settings.country));
        rules.admit(&number).map_err(Barred::Toll)?;
        if leaving.leg != Leg::Phone {
            self.look_into_dnc(account, &leaving.numbers).await?;
        }
        let now = self.clock().now();
        let at = Moment::in_zone(now, &settings.timezone);
        let today_ms = match rules.minutes_per_day() {
            Some(_) => self.spoken_today_ms(leaving.account, at.day_began, now).await?,
            None => 0,
        };
        let admitted = Admitted { max_s: rules.seconds_left(today_ms) };
        if leaving.leg == Leg::Clicked {
            rules.decide(&number, at, Usage { today_ms, ..Usage::default() }).map_err(Barred::Toll)?;
            return Ok(admitted);
        }
        // Of two calls at once the later one finds the earlier one counted.
        let admit = |under_way| {
            let this_second = self.0.pace.count(leaving.account, now);
            rules.decide(&number, at, Usage { under_way, this_second, today_ms })?;
            self.0.pace.begin(leaving.account, u32::MAX, now);
            Ok(())
        };
        let free = |number: &str| account.is_emergency(number);
        self.board().leave(leaving.account, &leaving.call, free, now, admit).map_err(Barred::Toll)?;
        Ok(admitted)
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
    /// What cannot be counted in time may be too much.
    async fn spoken_today_ms(&self, account: AccountId, since: Millis, now: Millis) -> Result<i64, Barred> {
        let count = async {
            let mut conn = self.store().read().await?;
            store::leg::spoken_outside_ms(&mut conn, account, since, now).await
        };
        match timeout(LOOK_WAIT, count).await {
            Ok(Ok(spoken_ms)) => Ok(spoken_ms),
            Ok(Err(error)) => {
                tracing::error!(%error, "the minutes of an account could not be counted");
                Err(Barred::Unknown)
            }
            Err(_) => Err(Barred::Unknown),
        }
    }

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
