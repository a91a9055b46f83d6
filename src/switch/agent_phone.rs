//! An agent's phone: whether it can be called, and the end of an offer to it.

use uuid::Uuid;

use super::cause::HangupCause;
use super::handle::{NO_SUCH_CHANNEL, Switch, SwitchError};
use super::hands::Hands;
use crate::domain::number::{Domain, SipUser};
use crate::esl::command::{Api, Text, Verb};
use crate::esl::reply::ReplyError;

impl Switch {
    /// Whether a phone can be called. This is what the directory's dial string asks at each offer; the listing of registrations is late, and keeps
    /// those that were flushed.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn reaches(&self, user: &SipUser, domain: &Domain) -> Result<bool, SwitchError> {
        let contact = self.ask(Api::new(Verb::SofiaContact, Text::new(format!("*/{user}@{domain}"))?)).await?;
        Ok(!contact.text().trim().starts_with("error/"))
    }
}

impl Hands<'_> {
    /// Ends the offer on an agent's leg, unless the caller was put through, or the leg is gone: then it gives false. mod_callcenter marks a leg that it
    /// only offers on.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn withdraw(&self, leg: Uuid) -> Result<bool, SwitchError> {
        match self.ask(Api::new(Verb::UuidGetvar, Text::new(format!("{leg} cc_member_pre_answer_uuid"))?)).await {
            Ok(member) if member.text().parse::<Uuid>().is_ok() => self.kill(leg, &HangupCause::originator_cancel()).await,
            Ok(_) => Ok(false),
            Err(SwitchError::Refused(ReplyError::Err(text))) if text.starts_with(NO_SUCH_CHANNEL) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
