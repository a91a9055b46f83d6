//! Card numbers are not recorded: an agent has the recording of its call hear nothing for a while.

use uuid::Uuid;

use crate::domain::UserId;
use crate::domain::call::LegId;
use crate::service::access::Caller;
use crate::service::{Error, Result, Service};
use crate::store;
use crate::switch::SwitchError;

impl Service {
    /// Has the recordings of a user's calls, or of the one with this leg, hear nothing (`hold`), or everything again; the file goes on with silence.
    /// It answers when the switch has done it. Once more does no harm.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the user is in no such call or none is recorded, [`Error::Forbidden`] for somebody else without `agents`,
    /// [`Error::Away`], [`Error::Switch`].
    pub async fn hold_recording(&self, caller: &Caller, user: Option<UserId>, leg: Option<Uuid>, hold: bool) -> Result<()> {
        let user = caller.acts_on(user)?;
        store::user::get(&mut *self.store().read().await?, caller.account_id(), user).await?.ok_or(Error::NotFound("user"))?;
        let hands = self.switch().hands()?;
        if self.switch().away() {
            return Err(Error::Away);
        }
        let leg = leg.map(|leg| LegId::new(&leg.to_string()));
        let recordings = self.board().recordings_of(user, leg.as_ref());
        let recordings = recordings.ok_or_else(|| Error::Conflict("the user is in no such call".to_owned()))?;
        let mut held = false;
        for (leg, file) in recordings {
            let Ok(leg) = leg.as_str().parse() else { continue };
            let path = self.recordings().place.path_of(&file);
            held |= hands.mask_recording(leg, &path, hold).await?;
        }
        if held { Ok(()) } else { Err(Error::Conflict("the call is not being recorded".to_owned())) }
    }
}

impl From<SwitchError> for Error {
    fn from(error: SwitchError) -> Self {
        match error {
            SwitchError::Away | SwitchError::Timeout => Self::Away,
            SwitchError::Busy => Self::Busy,
            refused => Self::Switch(refused.to_string()),
        }
    }
}
