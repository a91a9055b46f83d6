//! A switch that can be asked and told.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::cause::HangupCause;
use super::observed::{self, Callers, ListingError, Observed};
use super::originate::{Answered, OriginateError, OriginateRequest};
use super::step::{Step, StepError, Unwritable};
use crate::domain::{SwitchId, UserId};
use crate::esl::client::{Client, ClientError, State, Wanted};
use crate::esl::command::{Api, Text, TextError, Verb};
use crate::esl::reply::{ApiReply, ReplyError};

/// How often a leg is looked at whose job was lost with the connection.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long a job is waited for that is no call.
const JOB_WAIT: Duration = Duration::from_secs(10);

/// What `uuid_record` says of a leg that is not there, or not recorded into that file.
const NOT_RECORDED: [&str; 3] = ["Cannot locate session", "Cannot mask recording session", "Cannot unmask recording session"];

/// What the switch says of a leg that is not there.
pub(super) const NO_SUCH_CHANNEL: &str = "No such channel";

/// Whether nobody else is changing an agent now. It has to answer at once.
pub type Free = Arc<dyn Fn(UserId) -> bool + Send + Sync>;

/// One switch. A clone is the same one.
#[derive(Clone, Debug)]
pub struct Switch {
    id: SwitchId,
    client: Client,
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
        Self { id, client }
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

    /// Does the steps of a live change, one after the other, and stops at the first that is not done: somebody waits, and what follows may need
    /// what comes before. They go before any bulk.
    ///
    /// # Errors
    /// The first step's that was not done; those before it were.
    pub async fn execute(&self, steps: &[Step]) -> Result<(), StepError> {
        for step in steps {
            let answer = self.client.api(step.api()?).await;
            judge(step, answer)?;
        }
        Ok(())
    }

    /// Does many steps, in order, windows of them at a time and after everything else; one that fails does not stop those after it. A reload has
    /// the switch to itself: it takes a queue away and brings it back, and two at once could meet there (trap 9). A step of an agent that is not
    /// `free` when its turn comes is [`StepError::Withdrawn`].
    pub async fn execute_many(&self, steps: &[Step], free: &Free) -> Vec<Result<(), StepError>> {
        let mut outcomes = Vec::with_capacity(steps.len());
        for steps in steps.chunk_by(|a, b| !(a.is_reload() || b.is_reload())) {
            match steps {
                [step] if step.is_reload() => outcomes.push(self.in_background(step).await),
                _ => outcomes.extend(self.in_windows(steps, free).await),
            }
        }
        outcomes
    }

    /// As a job, so that commands of users go on while the switch fetches what it was told to load.
    async fn in_background(&self, step: &Step) -> Result<(), StepError> {
        judge(step, self.client.bgapi(step.api()?, Uuid::new_v4(), JOB_WAIT).await)
    }

    async fn in_windows(&self, steps: &[Step], free: &Free) -> Vec<Result<(), StepError>> {
        let mut apis = Vec::with_capacity(steps.len());
        let written = |step: &Step| {
            apis.push((step.api()?, step.agent().map(|agent| still(free, agent.user))));
            Ok(())
        };
        let written: Vec<Result<(), Unwritable>> = steps.iter().map(written).collect();
        let mut answers = self.client.api_many_wanted(apis).await.into_iter();
        let outcome = |(step, written): (&Step, Result<(), Unwritable>)| match written {
            Ok(()) => judge(step, answers.next().unwrap_or(Err(ClientError::Stopped))),
            Err(unwritable) => Err(unwritable.into()),
        };
        steps.iter().zip(written).map(outcome).collect()
    }

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

    /// Has the switch read its static configuration again.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn reload_xml(&self) -> Result<(), SwitchError> {
        self.ask(Api::bare(Verb::Reloadxml)).await.map(drop)
    }

    /// Whether a leg is alive.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn exists(&self, leg: Uuid) -> Result<bool, SwitchError> {
        Ok(self.ask(Api::new(Verb::UuidExists, leg.into())).await?.text() == "true")
    }

    /// Hangs a leg up; false when it is gone already.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn kill(&self, leg: Uuid, cause: &HangupCause) -> Result<bool, SwitchError> {
        match self.ask(Api::new(Verb::UuidKill, Text::new(format!("{leg} {cause}"))?)).await {
            Ok(_) => Ok(true),
            Err(SwitchError::Refused(ReplyError::Err(text))) if text.starts_with(NO_SUCH_CHANNEL) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Has a leg's recording hear nothing, or everything again; false when the leg is gone or not recorded there. What is not heard is silence in
    /// the file. Doing it twice does no harm.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn mask_recording(&self, leg: Uuid, path: &str, masked: bool) -> Result<bool, SwitchError> {
        let action = if masked { "mask" } else { "unmask" };
        match self.ask(Api::new(Verb::UuidRecord, Text::new(format!("{leg} {action} {path}"))?)).await {
            Ok(_) => Ok(true),
            Err(SwitchError::Refused(ReplyError::Err(text))) if NOT_RECORDED.iter().any(|reply| text.starts_with(reply)) => Ok(false),
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

    /// Rings the device and waits until it answers, at most [`OriginateRequest::deadline`]; then the switch dials the destination. It is asked
    /// once only: when the connection is lost meanwhile, the leg is looked for instead (trap 17). The leg's uuid is the job's too, so that a second
    /// call with it is refused while the first one lasts.
    ///
    /// # Errors
    /// See [`OriginateError`].
    pub async fn originate(&self, request: &OriginateRequest) -> Result<Answered, OriginateError> {
        let began = Instant::now();
        let outcome = self.client.bgapi(request.api()?, request.uuid, request.deadline()).await;
        let error = match outcome {
            Ok(_) => return Ok(Answered { uuid: request.uuid }),
            Err(error) => error,
        };
        match error {
            error if error.outcome_unknown() => {
                let left = request.deadline().saturating_sub(began.elapsed()).max(LOOK_EVERY);
                match timeout(left, self.find_answer(request.uuid)).await {
                    Ok(outcome) => outcome,
                    Err(_) => Err(self.give_up(request.uuid).await),
                }
            }
            ClientError::Refused(ReplyError::Err(text)) => {
                Err(HangupCause::parse(&text).map_or(OriginateError::Refused(text), OriginateError::Failed))
            }
            ClientError::Refused(other) => Err(OriginateError::Refused(other.to_string())),
            ClientError::Busy { .. } | ClientError::TooManyJobs { .. } | ClientError::DuplicateJob { .. } => Err(OriginateError::Busy),
            _ => Err(OriginateError::Away),
        }
    }

    /// What became of a leg whose job was lost: it is looked at until it is answered, or missing in two looks, as it may not be there quite yet.
    async fn find_answer(&self, leg: Uuid) -> Result<Answered, OriginateError> {
        let mut missed = false;
        loop {
            if self.client.connected().await.is_err() {
                return Err(OriginateError::Lost);
            }
            // How far it has come, `ANSWER` once it was answered.
            match self.variable(leg, "endpoint_disposition").await {
                Ok(Some(disposition)) if disposition == "ANSWER" => return Ok(Answered { uuid: leg }),
                Ok(None) if missed => return Err(OriginateError::Lost),
                Ok(found) => missed = found.is_none(),
                // Away again, or slow: the next look tells.
                Err(_) => {}
            }
            sleep(LOOK_EVERY).await;
        }
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

    /// Whoever asked is told that it failed: a leg that still rings would be a ghost.
    async fn give_up(&self, leg: Uuid) -> OriginateError {
        // It is gone already, or so is the switch.
        drop(self.kill(leg, &HangupCause::originator_cancel()).await);
        OriginateError::Lost
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

fn still(free: &Free, user: UserId) -> Wanted {
    let free = free.clone();
    Box::new(move || free(user))
}

fn judge(step: &Step, answer: Result<ApiReply, ClientError>) -> Result<(), StepError> {
    match answer.map_err(SwitchError::from) {
        Ok(_) => Ok(()),
        Err(SwitchError::Refused(refusal)) => step.judge(refusal),
        Err(SwitchError::Timeout) => Err(StepError::Timeout),
        Err(SwitchError::Withdrawn) => Err(StepError::Withdrawn),
        Err(_) => Err(StepError::Away),
    }
}
