//! From the number of a phone to the agent who sits there, and from a queue's number to the queue.

use super::access::Caller;
use super::{Error, Result, Service};
use crate::domain::device::{Device, Line};
use crate::domain::extension::{Kind, Target};
use crate::domain::number::SipUser;
use crate::domain::{Account, ExtensionNumber, QueueId, UserId, phone};
use crate::store::{self, Conn, Page};

impl Service {
    /// Whose number this is: who is checked in on the phone, else its owner.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number that is nobody's.
    pub async fn agent_at(&self, caller: &Caller, number: &str) -> Result<UserId> {
        find(&mut *self.store().read().await?, &caller.account, number).await?.ok_or(Error::NotFound("agent"))
    }

    /// The queue with this extension number, or with this id when no number is that.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn queue_at(&self, caller: &Caller, number: &str) -> Result<QueueId> {
        let account = caller.account_id();
        let mut conn = self.store().read().await?;
        if let Ok(dialled) = ExtensionNumber::parse(number)
            && let Some(extension) = store::extension::by_number(&mut conn, account, Kind::Internal, &dialled).await?
            && let Target::Queue(queue) = extension.target
        {
            return Ok(queue);
        }
        let id = number.parse().map(QueueId).map_err(|_| Error::NotFound("queue"))?;
        store::queue::get(&mut conn, account, id).await?.map(|queue| queue.id).ok_or(Error::NotFound("queue"))
    }
}

/// Whose number this is: an extension's, a SIP phone's, or one outside, however that is written.
pub(super) async fn find(conn: &mut Conn, account: &Account, number: &str) -> Result<Option<UserId>> {
    if let Ok(dialled) = ExtensionNumber::parse(number)
        && let Some(extension) = store::extension::by_number(conn, account.id, Kind::Internal, &dialled).await?
    {
        match extension.target {
            Target::User(user) => return Ok(Some(user)),
            Target::Device(device) => match store::device::get(conn, account.id, device).await? {
                Some(device) => return at(conn, account, &device).await,
                None => return Ok(None),
            },
            Target::Queue(_) | Target::Voicemail(_) => {}
        }
    }
    if let Ok(username) = SipUser::parse(number)
        && let Some(device) = store::device::by_username(conn, account.id, &username).await?
    {
        return at(conn, account, &device).await;
    }
    match outside(conn, account, number).await? {
        Some(device) => at(conn, account, &device).await,
        None => Ok(None),
    }
}

/// The device that is this number outside.
async fn outside(conn: &mut Conn, account: &Account, number: &str) -> Result<Option<Device>> {
    let normal = |text: &str| phone::normalise(text, &account.settings.country).ok();
    let Some(wanted) = normal(number) else { return Ok(None) };
    let devices = store::device::list(conn, account.id, &store::device::Filter::default(), Page::default()).await?;
    let same = |device: &Device| matches!(&device.line, Line::External { number, .. } if normal(number.as_str()).as_ref() == Some(&wanted));
    Ok(devices.into_iter().find(same))
}

async fn at(conn: &mut Conn, account: &Account, device: &Device) -> Result<Option<UserId>> {
    let agent = store::agent::on_device(conn, account.id, device.id).await?;
    Ok(agent.map(|agent| agent.user_id).or(device.user_id))
}
