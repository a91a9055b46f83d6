//! A switch that can be asked and told.

use tokio::sync::watch;
use uuid::Uuid;

use super::observed::{self, Callers, ListingError, Observed};
use crate::domain::SwitchId;
use crate::esl::client::{Client, ClientError, State};
use crate::esl::command::{Api, Text, TextError, Verb};
use crate::esl::reply::{ApiReply, ReplyError};

/// What the switch says of a leg that is not there.
pub(super) const NO_SUCH_CHANNEL: &str = "No such channel";

/// One switch. A clone is the same one.
#[derive(Clone, Debug)]
pub struct Switch {
    id: SwitchId,
    pub(super) client: Client,
    pub(super) observed: bool,
}

/// Why the switch gave no answer that is of use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// There is no connection, or it was lost.
    #[error("the switch is away")]
    Away,
    /// No answer in time.
    #[error("no answer from the switch in time")]
    Timeout,
    /// Too much waits to be sent.
    #[error("too many commands wait for the switch")]
    Busy,
    /// It was not wanted any more when its turn came.
    #[error("not wanted any more; nothing was sent")]
    Withdrawn,
    /// It refused.
    #[error("the switch refused: {0}")]
    Refused(ReplyError),
    /// Its answer could not be read.
    #[error("the listing of {listing} could not be read: {error}")]
    Listing {
        /// Which one.
        listing: &'static str,
        /// Why.
        error: ListingError,
    },
    /// The command cannot be written.
    #[error("the command cannot be written: {0}")]
    Unwritable(#[from] TextError),
}

impl Switch {
    /// The switch behind a client.
    pub fn new(id: SwitchId, client: Client) -> Self {
        Self { id, client, observed: false }
    }

    /// The same, which is only looked at.
    #[must_use]
    pub fn observed(self) -> Self {
        Self { observed: true, ..self }
    }

    /// Its id in the database.
    pub fn id(&self) -> SwitchId {
        self.id
    }

    /// Whether there is no connection now.
    pub fn away(&self) -> bool {
        !matches!(*self.client.state().borrow(), State::Connected(_))
    }

    /// Whether there is a connection, and changes of that.
    pub fn states(&self) -> watch::Receiver<State> {
        self.client.state()
    }

    /// Which run of the switch this is, as of the connection; none while it is away.
    pub fn core_uuid(&self) -> Option<String> {
        match &*self.client.state().borrow() {
            State::Connected(connected) => Some(connected.core_uuid.to_string()),
            State::Disconnected { .. } => None,
        }
    }
}

impl Switch {
    /// Whether mod_callcenter is loaded; the event socket may be there before it (trap 27).
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn ready(&self) -> Result<bool, SwitchError> {
        Ok(self.ask(Api::new(Verb::ModuleExists, Text::new("mod_callcenter")?)).await?.text() == "true")
    }

    /// Looks at everything that is reconciled.
    ///
    /// # Errors
    /// See [`SwitchError`]; without one of the listings there is none.
    pub async fn observe(&self) -> Result<Observed, SwitchError> {
        let apis = vec![
            Api::new(Verb::GlobalGetvar, Text::new("core_uuid")?),
            Api::json_callcenter("queue list", None)?,
            Api::json_callcenter("agent list", None)?,
            Api::json_callcenter("tier list", None)?,
            Api::json_callcenter("member list", None)?,
            show("channels")?,
            show("registrations")?,
            Api::bare(Verb::Strepoch),
        ];
        let mut answers = self.client.api_many(apis).await.into_iter();
        let mut next = || answers.next().unwrap_or(Err(ClientError::Stopped)).map_err(SwitchError::from);
        let unread = |listing| move |error| SwitchError::Listing { listing, error };
        Ok(Observed {
            core_uuid: next()?.text().trim().to_owned(),
            queues: observed::queues(next()?.body()).map_err(unread("queues"))?,
            agents: observed::agents(next()?.body()).map_err(unread("agents"))?,
            tiers: observed::tiers(next()?.body()).map_err(unread("tiers"))?,
            members: observed::members(next()?.body()).map_err(unread("callers"))?,
            channels: observed::channels(next()?.body()).map_err(unread("channels"))?,
            registrations: observed::registrations(next()?.body()).map_err(unread("registrations"))?,
            now_s: next()?.text().trim().parse().map_err(|_| SwitchError::Refused(no_time()))?,
        })
    }

    /// The callers of queues, without their legs.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn callers(&self) -> Result<Callers, SwitchError> {
        let unread = |listing| move |error| SwitchError::Listing { listing, error };
        let queues = self.ask(Api::json_callcenter("queue list", None)?).await?;
        let members = self.ask(Api::json_callcenter("member list", None)?).await?;
        Ok(Callers {
            queues: observed::queues(queues.body()).map_err(unread("queues"))?.into_keys().collect(),
            members: observed::members(members.body()).map_err(unread("callers"))?,
            channels: Vec::new(),
        })
    }

    /// Every leg there is.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn channels(&self) -> Result<Vec<observed::Channel>, SwitchError> {
        let answer = self.ask(show("channels")?).await?;
        observed::channels(answer.body()).map_err(|error| SwitchError::Listing { listing: "channels", error })
    }

    /// Every phone that is registered.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn registrations(&self) -> Result<Vec<observed::Registration>, SwitchError> {
        let answer = self.ask(show("registrations")?).await?;
        observed::registrations(answer.body()).map_err(|error| SwitchError::Listing { listing: "registrations", error })
    }

    /// Whether a leg is alive.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn exists(&self, leg: Uuid) -> Result<bool, SwitchError> {
        Ok(self.ask(Api::new(Verb::UuidExists, leg.into())).await?.text() == "true")
    }

    /// A variable of a leg, `_undef_` where it is not set; none when there is no such leg. Unlike `show channels` this is never late.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn variable(&self, leg: Uuid, name: &'static str) -> Result<Option<String>, SwitchError> {
        match self.ask(Api::new(Verb::UuidGetvar, Text::new(format!("{leg} {name}"))?)).await {
            Ok(answer) => Ok(Some(answer.text().into_owned())),
            Err(SwitchError::Refused(ReplyError::Err(text))) if text.starts_with(NO_SUCH_CHANNEL) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The switch's clock, in seconds since the epoch (trap 24).
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn epoch_s(&self) -> Result<i64, SwitchError> {
        let answer = self.ask(Api::bare(Verb::Strepoch)).await?;
        answer.text().trim().parse().map_err(|_| SwitchError::Refused(no_time()))
    }

    pub(super) async fn ask(&self, api: Api) -> Result<ApiReply, SwitchError> {
        Ok(self.client.api(api).await?)
    }
}

impl From<ClientError> for SwitchError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused(reply) => Self::Refused(reply),
            ClientError::Timeout { .. } | ClientError::JobTimeout { .. } => Self::Timeout,
            ClientError::Busy { .. } | ClientError::TooManyJobs { .. } | ClientError::DuplicateJob { .. } => Self::Busy,
            ClientError::Withdrawn => Self::Withdrawn,
            ClientError::Away { .. } | ClientError::Lost { .. } | ClientError::Stopped => Self::Away,
        }
    }
}

fn no_time() -> ReplyError {
    ReplyError::Err("no time in the answer".to_owned())
}

fn show(what: &str) -> Result<Api, TextError> {
    Ok(Api::new(Verb::Show, Text::new(format!("{what} as json"))?))
}
