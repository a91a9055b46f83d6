//! What changes a switch.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::cause::HangupCause;
use super::handle::{NO_SUCH_CHANNEL, Switch, SwitchError};
use super::originate::{Answered, OriginateError, OriginateRequest};
use super::step::{Step, StepError, Unwritable};
use crate::domain::UserId;
use crate::esl::client::{ClientError, Wanted};
use crate::esl::command::{Api, Text, Verb};
use crate::esl::reply::{ApiReply, ReplyError};

/// How often a leg is looked at whose job was lost with the connection.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How long a job is waited for that is no call.
const JOB_WAIT: Duration = Duration::from_secs(10);

/// What `uuid_record` says of a leg that is not there, or not recorded into that file.
const NOT_RECORDED: [&str; 3] = ["Cannot locate session", "Cannot mask recording session", "Cannot unmask recording session"];

/// Whether nobody else is changing an agent now. It has to answer at once.
pub type Free = Arc<dyn Fn(UserId) -> bool + Send + Sync>;

/// A switch that may be changed. Every command that changes one is here, and a switch that is only observed has none ([`Switch::hands`]).
#[derive(Clone, Copy, Debug)]
pub struct Hands<'a>(&'a Switch);

/// The switch is only looked at: `mode = "observe"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("observe mode: nothing is changed on the switch; set mode = \"manage\" in [switch] of the configuration and start ccgate again")]
pub struct Observing;

impl Switch {
    /// What changes it.
    ///
    /// # Errors
    /// When it is only looked at.
    pub fn hands(&self) -> Result<Hands<'_>, Observing> {
        if self.observed { Err(Observing) } else { Ok(Hands(self)) }
    }
}

impl Hands<'_> {
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

    /// Has the switch read its static configuration again.
    ///
    /// # Errors
    /// See [`SwitchError`].
    pub async fn reload_xml(&self) -> Result<(), SwitchError> {
        self.ask(Api::bare(Verb::Reloadxml)).await.map(drop)
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

    /// Whoever asked is told that it failed: a leg that still rings would be a ghost.
    async fn give_up(&self, leg: Uuid) -> OriginateError {
        // It is gone already, or so is the switch.
        drop(self.kill(leg, &HangupCause::originator_cancel()).await);
        OriginateError::Lost
    }
}

impl Deref for Hands<'_> {
    type Target = Switch;

    fn deref(&self) -> &Switch {
        self.0
    }
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

fn still(free: &Free, user: UserId) -> Wanted {
    let free = free.clone();
    Box::new(move || free(user))
}
