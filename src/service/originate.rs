//! Click-to-call: the device rings; when it is answered, the destination is dialled.

use serde_json::Value;
use uuid::Uuid;

use super::access::Caller;
use super::outside::{Leaving, Leg};
use super::refusals::{DIAL_RULE, Refused};
use super::{Error, Result, Service};
use crate::domain::call::{CallType, LegId};
use crate::domain::device::Line;
use crate::domain::extension::{Kind, Target};
use crate::domain::number::{DialNumber, ExtensionNumber, LeadId};
use crate::domain::{AccountId, Device, DeviceId, Permission, UserId};
use crate::reconcile::outside::{NotDialled, Seen};
use crate::store::{self, Conn, Page};
use crate::switch::HangupCause;
use crate::switch::originate::{CallerId, OriginateError, OriginateRequest, VariableName};
use crate::switch::spoken::Spoken;

/// A click-to-call.
#[derive(Clone, Debug)]
pub struct Click {
    /// Which phone rings.
    pub from: From,
    /// What is dialled when it is answered.
    pub destination: DialNumber,
    /// The number that the destination sees.
    pub cid: Option<DialNumber>,
    /// The name that the destination sees.
    pub cnam: Option<String>,
    /// The number that the phone shows while it rings.
    pub display_cid: Option<DialNumber>,
    /// The name that the phone shows while it rings.
    pub display_cnam: Option<String>,
    /// The lead that is called.
    pub lead_id: Option<LeadId>,
    /// Whether the phone answers by itself.
    pub auto_answer: bool,
}

/// Which phone rings first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// This one.
    Device(DeviceId),
    /// Where the user is checked in, else the first that it owns.
    User(UserId),
    /// What the extension leads to: a device or a user.
    Extension(ExtensionNumber),
    /// As [`From::User`] of the caller.
    Caller,
}

impl Service {
    /// Rings the device and gives the call's UUID when it is answered. Carried to its end even when the caller goes away: the result is known.
    ///
    /// # Errors
    /// [`Error::NotAnswered`] with the hangup cause; [`Error::Away`] with nothing asked for; [`Error::Conflict`] for a user without a device;
    /// [`Error::Invalid`], [`Error::NotFound`], [`Error::Forbidden`], [`Error::Permission`], [`Error::Busy`].
    pub async fn originate(&self, caller: &Caller, click: Click) -> Result<Uuid> {
        caller.require(Permission::Originate)?;
        let (device, user_id) = {
            let mut conn = self.store().read().await?;
            let rung = rung(&mut conn, caller, &click.from).await?;
            may_ring(caller, &rung)?;
            rung
        };
        if self.switch().away() {
            return Err(Error::Away);
        }
        let place = self.0.originates.clone().try_acquire_owned().map_err(|_| Error::Busy)?;
        let uuid = Uuid::new_v4();
        let (service, caller) = (self.clone(), caller.clone());
        // To its end, also when the client goes away.
        let task = tokio::spawn(async move {
            let _place = place;
            let asked = async { service.carry_out_originate(service.request(&caller, device, user_id, uuid, click).await?).await };
            asked.await.inspect_err(|_| service.board().stay(&LegId::new(&uuid.to_string())))
        });
        task.await.map_err(|error| Error::Internal(error.to_string()))?
    }

    /// Ends what an earlier run of ccgate had begun: whether those phones answered is told by their legs, not here. To be called once, before
    /// the first [`Service::originate`].
    ///
    /// # Errors
    /// The store's.
    pub async fn end_unfinished_originates(&self) -> Result<usize> {
        let unfinished = store::originate::unfinished(&mut *self.store().read().await?, self.switch().id()).await?;
        let count = unfinished.len();
        let now = self.clock().now();
        let ended = self.store().write(move |conn| {
            Box::pin(async move {
                for one in unfinished {
                    let cause = HangupCause::temporary_failure();
                    store::originate::finish(conn, one.account_id, one.uuid, now, Some(cause.as_str())).await?;
                }
                Ok::<_, Error>(())
            })
        });
        ended.await?;
        Ok(count)
    }

    /// What the switch is asked for, once the destination may be called: what the second leg then finds in the dialplan is the same.
    async fn request(
        &self,
        caller: &Caller,
        device: Device,
        user_id: Option<UserId>,
        uuid: Uuid,
        click: Click,
    ) -> Result<OriginateRequest> {
        let account_id = caller.account_id();
        let leaving = |numbers, leg| {
            let (account, call) = (account_id, LegId::new(&uuid.to_string()));
            Leaving { account, call, device: Some(device.id), user: user_id, numbers, leg }
        };
        let emergency = self.reconciler().desired().account(account_id).is_some_and(|own| own.is_emergency(click.destination.as_str()));
        if let Line::External { number, .. } = &device.line
            && !emergency
        {
            self.leave(&leaving([number.clone(), number.clone()], Leg::Phone)).await?;
        }
        let to_number = |numbers| leaving(numbers, Leg::Dialled);
        let Destination { call_type, seen, country } = self.destination(account_id, user_id, to_number, &click.destination).await?;
        let lead = match &click.lead_id {
            Some(id) => store::lead::by_lead_id(&mut *self.store().read().await?, account_id, id).await?,
            None => None,
        };
        let spoken = |name: Option<String>| Spoken::new(&name.unwrap_or_default());
        let number = click.cid.or_else(|| DialNumber::parse(seen.number.as_ref()?.as_str()).ok());
        let name = click.cnam.map_or(seen.name, |name| Spoken::new(&name));
        Ok(OriginateRequest {
            uuid,
            account_id,
            domain: caller.account.domain.clone(),
            user_id,
            gateway: self.reconciler().options().gateway.clone(),
            country,
            destination: click.destination,
            call_type,
            caller_id: CallerId { number, name },
            display: CallerId { number: click.display_cid, name: spoken(click.display_cnam) },
            auto_answer: click.auto_answer,
            timeout_s: device.ring.timeout,
            lead_id: click.lead_id,
            lead_name: lead.as_ref().and_then(|lead| lead.name.as_ref()).map(|name| Spoken::new(name.as_str())).unwrap_or_default(),
            tags: lead.iter().filter_map(|lead| lead.tags.as_deref()).flat_map(|tags| tags.split(',')).map(Spoken::new).collect(),
            variables: lead.and_then(|lead| lead.ext_api_vars).into_iter().flat_map(|vars| vars.object()).filter_map(variable).collect(),
            device,
        })
    }

    /// Whether the destination is one of the account's own numbers, or outside and may be called now; and what it sees of the user.
    async fn destination(
        &self,
        id: AccountId,
        user: Option<UserId>,
        leaving: impl Fn([DialNumber; 2]) -> Leaving,
        number: &DialNumber,
    ) -> Result<Destination> {
        let desired = self.reconciler().desired();
        let account = desired.account(id).ok_or(Error::NotFound("account"))?;
        let emergency = account.is_emergency(number.as_str());
        // Codes are the dialplan's.
        if !emergency && (account.extension(number.as_str()).is_some() || number.as_str().contains(['*', '#'])) {
            return Ok(Destination { call_type: CallType::Internal, seen: account.seen_inside(user), country: None });
        }
        let outside = account.outside(&desired, user, number).inspect_err(|error| {
            let Leaving { account, call, device, user, .. } = leaving([number.clone(), number.clone()]);
            if matches!(error, NotDialled::Denied(_)) {
                self.refused(&Refused { account, call, device, user, number: number.clone(), reason: DIAL_RULE });
            }
        })?;
        if !emergency {
            self.leave(&leaving([number.clone(), outside.number.clone()])).await?;
        }
        Ok(Destination { call_type: CallType::Outbound, seen: outside.seen, country: outside.country })
    }

    async fn carry_out_originate(&self, request: OriginateRequest) -> Result<Uuid> {
        let hands = self.switch().hands()?;
        let (account, uuid) = (request.account_id, request.uuid);
        let intent = store::originate::Originate {
            uuid,
            account_id: account,
            switch_id: self.switch().id(),
            user_id: request.user_id,
            device_id: request.device.id,
            destination: request.destination.clone(),
            asked_at: self.clock().now(),
        };
        let begun: Result<(), store::Error> =
            self.store().write(move |conn| Box::pin(async move { store::originate::begin(conn, &intent).await })).await;
        begun?;
        let outcome = hands.originate(&request).await.map(|answered| answered.uuid).map_err(refusal);
        // What happened on the switch is the answer, also where it could not be noted: a caller that is told to try again would ring twice.
        if let Err(error) = self.finish(account, uuid, cause_of(&outcome)).await {
            tracing::error!(%uuid, %error, "the end of a click-to-call could not be noted");
        }
        outcome
    }

    async fn finish(&self, account: AccountId, uuid: Uuid, cause: Option<String>) -> Result<()> {
        let now = self.clock().now();
        let finished: Result<bool, store::Error> = self
            .store()
            .write(move |conn| Box::pin(async move { store::originate::finish(conn, account, uuid, now, cause.as_deref()).await }))
            .await;
        finished?;
        Ok(())
    }
}

/// What is dialled when the device answers.
struct Destination {
    call_type: CallType,
    seen: Seen,
    country: Option<&'static str>,
}

/// A variable of a lead, as the call has it: text, numbers and truths.
fn variable((name, value): (String, Value)) -> Option<(VariableName, Spoken)> {
    let text = match value {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    Some((VariableName::ext(&name)?, Spoken::new(&text)))
}

fn refusal(error: OriginateError) -> Error {
    match error {
        OriginateError::Failed(cause) => Error::NotAnswered { hangup_cause: cause.to_string() },
        OriginateError::Lost => Error::NotAnswered { hangup_cause: HangupCause::temporary_failure().to_string() },
        OriginateError::Away => Error::Away,
        OriginateError::Busy => Error::Busy,
        OriginateError::Refused(text) => Error::Switch(text),
        OriginateError::Unwritable(error) => Error::Internal(error.to_string()),
    }
}

/// What the row says: none when it was answered.
fn cause_of(outcome: &Result<Uuid>) -> Option<String> {
    match outcome {
        Ok(_) => None,
        Err(Error::NotAnswered { hangup_cause }) => Some(hangup_cause.clone()),
        Err(_) => Some(HangupCause::temporary_failure().to_string()),
    }
}

/// Somebody else's phone needs `agents`.
fn may_ring(caller: &Caller, (device, user): &(Device, Option<UserId>)) -> Result<()> {
    let own = *user == Some(caller.user.id) || (user.is_none() && device.user_id == Some(caller.user.id));
    if own || caller.may(Permission::Agents) {
        return Ok(());
    }
    Err(Error::Forbidden("without the permission agents a user rings its own devices only"))
}

/// The phone that rings, and who sits at it.
async fn rung(conn: &mut Conn, caller: &Caller, from: &From) -> Result<(Device, Option<UserId>)> {
    let account = caller.account_id();
    match from {
        From::Device(id) => at_device(conn, account, *id).await,
        From::User(id) => of_user(conn, account, *id).await,
        From::Caller => of_user(conn, account, caller.user.id).await,
        From::Extension(number) => {
            let extension = store::extension::by_number(conn, account, Kind::Internal, number).await?;
            match extension.ok_or(Error::NotFound("extension"))?.target {
                Target::Device(id) => at_device(conn, account, id).await,
                Target::User(id) => of_user(conn, account, id).await,
                Target::Queue(_) | Target::Voicemail(_) => Err(Error::invalid("extension", "must lead to a device or a user")),
            }
        }
    }
}

async fn at_device(conn: &mut Conn, account: AccountId, id: DeviceId) -> Result<(Device, Option<UserId>)> {
    let device = store::device::get(conn, account, id).await?.ok_or(Error::NotFound("device"))?;
    let agent = store::agent::on_device(conn, account, id).await?;
    let user = agent.map(|agent| agent.user_id).or(device.user_id);
    Ok((device, user))
}

async fn of_user(conn: &mut Conn, account: AccountId, id: UserId) -> Result<(Device, Option<UserId>)> {
    store::user::get(conn, account, id).await?.ok_or(Error::NotFound("user"))?;
    let agent = store::agent::get(conn, account, id).await?;
    if let Some(device) = agent.device_id {
        let device = store::device::get(conn, account, device).await?.ok_or(Error::NotFound("device"))?;
        return Ok((device, Some(id)));
    }
    let owned = store::device::Filter { q: None, user_id: Some(id) };
    let mut devices = store::device::list(conn, account, &owned, Page::default()).await?;
    devices.sort_by_key(|device| (device.ring.ring, device.id));
    let first = devices.into_iter().next();
    let device = first.ok_or_else(|| Error::Conflict("the user has no device, and is not checked in on one".to_owned()))?;
    Ok((device, Some(id)))
}
