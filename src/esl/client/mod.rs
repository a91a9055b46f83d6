//! A client of one switch: two connections, supervised.
//!
//! [`spawn`] gives a [`Client`], which is cheap to clone and asks, and a [`FeedReceiver`], which hears. Behind them a task
//! keeps two connections up: one for commands, one for events, because a switch that works on a command sends no events on
//! that connection meanwhile. If either ends, both are made anew.
//!
//! Dropping a future of a [`Client`] at any point does no harm: a command that was written keeps its place among the answers.

mod commands;
mod config;
mod counts;
mod dial;
mod events;
mod feed;
mod handshake;
mod jobs;
mod state;
mod supervisor;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::commands::{Question, Questions};
pub use self::config::{BULK_WINDOW, ClientConfig, ClientLimits};
pub use self::counts::{ClientCounts, FeedCounts};
pub use self::dial::{Dial, TcpDial};
use self::feed::FeedSender;
pub use self::feed::{Feed, FeedReceiver};
use self::handshake::Script;
use self::jobs::Jobs;
pub use self::state::{Connected, Deadline, Reason, State};
use self::supervisor::Supervisor;
use super::command::{Api, Command, EventSet, SendEvent, TextError};
use super::frame::Frame;
use super::reply::{ApiReply, CommandReply, ReplyError};

/// Why a command has no good answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// There is no connection; nothing was sent.
    #[error("the switch is away: {reason}")]
    Away {
        /// Why there is none.
        reason: Reason,
    },
    /// Too many commands wait already; nothing was sent.
    #[error("more than {limit} commands wait to be sent")]
    Busy {
        /// The limit, in commands.
        limit: usize,
    },
    /// The switch refused.
    #[error(transparent)]
    Refused(#[from] ReplyError),
    /// No answer in time. The command may have been done, or may still be.
    #[error("no answer within {reply_ms} ms")]
    Timeout {
        /// The limit, in milliseconds.
        reply_ms: u64,
    },
    /// The job did not end in time. It may still be running.
    #[error("the job {job} did not end within {wait_ms} ms")]
    JobTimeout {
        /// Its Job-UUID.
        job: Uuid,
        /// The caller's limit, in milliseconds.
        wait_ms: u128,
    },
    /// The connection ended before the answer came. The command may have been done.
    #[error("the connection was lost before the answer: {reason}")]
    Lost {
        /// Why it ended.
        reason: Reason,
    },
    /// Somebody waits for a job of that id already; nothing was sent.
    #[error("the job {job} is waited for already")]
    DuplicateJob {
        /// Its Job-UUID.
        job: Uuid,
    },
    /// Too many jobs are waited for; nothing was sent.
    #[error("more than {limit} jobs are waited for")]
    TooManyJobs {
        /// The limit, in jobs.
        limit: usize,
    },
    /// The command was not wanted any more when its turn came; nothing was sent.
    #[error("not wanted any more; nothing was sent")]
    Withdrawn,
    /// The client was stopped.
    #[error("the client was stopped")]
    Stopped,
}

/// Whether a command of a bulk is still wanted. It is asked right before the command is written, so that nothing that was said to the switch before
/// the answer changed can be undone by it. It has to answer at once.
pub type Wanted = Box<dyn FnOnce() -> bool + Send>;

impl ClientError {
    /// Whether the switch may have done what was asked although there is no answer: ask it before doing it again.
    pub fn outcome_unknown(&self) -> bool {
        matches!(self, Self::Timeout { .. } | Self::JobTimeout { .. } | Self::Lost { .. } | Self::Stopped)
    }
}

/// What [`spawn`] gives.
#[derive(Debug)]
pub struct Spawned {
    /// Asks.
    pub client: Client,
    /// Hears.
    pub feed: FeedReceiver,
    /// Ends once the client was stopped.
    pub task: JoinHandle<()>,
}

/// Starts a client; it runs until `shutdown` is cancelled.
///
/// # Errors
/// When the password or the user cannot be on a line.
pub fn spawn(config: &ClientConfig, shutdown: CancellationToken) -> Result<Spawned, TextError> {
    let dial = TcpDial { host: config.host.clone(), port: config.port };
    spawn_on(config, dial, shutdown)
}

/// Starts a client that gets its connections from `dial`.
///
/// # Errors
/// When the password or the user cannot be on a line.
pub fn spawn_on<D: Dial>(config: &ClientConfig, dial: D, shutdown: CancellationToken) -> Result<Spawned, TextError> {
    let limits = config.limits;
    let script = Script {
        auth: config.auth()?,
        format: config.format,
        events: config.event_set()?,
        filters: config.filters.clone(),
        heartbeat: EventSet::new(&["HEARTBEAT"], &[])?,
        core_uuid: handshake::core_uuid_api()?,
    };
    let (user, user_questions) = mpsc::channel(limits.queued_commands.max(1));
    let (bulk, bulk_questions) = mpsc::channel(limits.queued_commands.max(1));
    let (state, watched) = watch::channel(State::Disconnected { reason: Reason::NotYet });
    let (feed, receiver) = feed::feed(limits.feed_events, limits.feed_bytes);
    let (feed, jobs, counts) = (Arc::new(feed), Jobs::new(limits.jobs), Arc::new(ClientCounts::default()));
    let questions = Questions { user: user_questions, bulk: bulk_questions };
    let supervisor = Supervisor {
        dial,
        script,
        limits,
        seed: config.seed,
        questions,
        jobs: jobs.clone(),
        feed: feed.clone(),
        counts: counts.clone(),
        state,
        shutdown,
    };
    let client = Client { user, bulk, jobs, feed, counts, state: watched, limits };
    Ok(Spawned { client, feed: receiver, task: tokio::spawn(supervisor.run()) })
}

/// Asks one switch. A clone asks the same one.
#[derive(Clone, Debug)]
pub struct Client {
    user: mpsc::Sender<Question>,
    bulk: mpsc::Sender<Question>,
    jobs: Arc<Jobs>,
    feed: Arc<FeedSender>,
    counts: Arc<ClientCounts>,
    state: watch::Receiver<State>,
    limits: ClientLimits,
}

impl Client {
    /// Runs one command for somebody who waits; it goes before those of a bulk.
    ///
    /// # Errors
    /// See [`ClientError`]; within `reply_ms` there is an answer or an error.
    pub async fn api(&self, api: Api) -> Result<ApiReply, ClientError> {
        let frame = self.ask(Command::Api(api)).await?;
        Ok(ApiReply::from_frame(&frame)?)
    }

    /// Runs many commands in order, at most [`BULK_WINDOW`] of them without an answer at a time. Each has its own outcome, in
    /// the same order; one that fails does not stop those after it.
    pub async fn api_many(&self, apis: Vec<Api>) -> Vec<Result<ApiReply, ClientError>> {
        self.api_many_wanted(apis.into_iter().map(|api| (api, None)).collect()).await
    }

    /// The same, but for commands that are not wanted any more when their turn comes: those are [`ClientError::Withdrawn`].
    pub async fn api_many_wanted(&self, apis: Vec<(Api, Option<Wanted>)>) -> Vec<Result<ApiReply, ClientError>> {
        let mut answers = Vec::with_capacity(apis.len());
        for (api, wanted) in apis {
            let (answer, receiver) = oneshot::channel();
            let question = Question { command: Command::Api(api), answer, wanted };
            let sent = match self.away() {
                None => self.bulk.send(question).await.map_err(|_| ClientError::Stopped),
                Some(away) => Err(away),
            };
            answers.push(sent.map(|()| receiver));
        }
        let mut outcomes = Vec::with_capacity(answers.len());
        for answer in answers {
            outcomes.push(match answer {
                Ok(receiver) => match receiver.await.unwrap_or(Err(ClientError::Stopped)) {
                    Ok(frame) => ApiReply::from_frame(&frame).map_err(ClientError::Refused),
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            });
        }
        outcomes
    }

    /// Starts a job and waits for its end, at most `wait`. The job's id is the caller's choice, so that it can be looked for
    /// after a lost connection.
    ///
    /// # Errors
    /// See [`ClientError`]; what the job itself answered with `-ERR` (a hangup cause after `originate`) is
    /// [`ClientError::Refused`].
    pub async fn bgapi(&self, api: Api, job: Uuid, wait: Duration) -> Result<ApiReply, ClientError> {
        let mut ticket = self.jobs.register(job)?;
        let started = async {
            let frame = self.ask(Command::BgApi { job, api }).await?;
            CommandReply::from_frame(&frame)?;
            ticket.answer().await
        };
        timeout(wait, started).await.unwrap_or(Err(ClientError::JobTimeout { job, wait_ms: wait.as_millis() }))
    }

    /// Fires an event on the switch.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn send_event(&self, event: SendEvent) -> Result<(), ClientError> {
        let frame = self.ask(Command::SendEvent(event)).await?;
        CommandReply::from_frame(&frame)?;
        Ok(())
    }

    /// Whether there is a connection, and changes of that.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Waits until there is a connection.
    ///
    /// # Errors
    /// When the client was stopped.
    pub async fn connected(&self) -> Result<Connected, ClientError> {
        let mut state = self.state.clone();
        let over = |state: &State| matches!(state, State::Connected(_) | State::Disconnected { reason: Reason::Stopped });
        match state.wait_for(over).await.as_deref() {
            Ok(State::Connected(connected)) => Ok(connected.clone()),
            _ => Err(ClientError::Stopped),
        }
    }

    /// What was asked since the start.
    pub fn counts(&self) -> &ClientCounts {
        &self.counts
    }

    /// What was heard since the start.
    pub fn heard(&self) -> FeedCounts {
        self.feed.counts()
    }

    async fn ask(&self, command: Command) -> Result<Frame, ClientError> {
        if let Some(away) = self.away() {
            return Err(away);
        }
        let (answer, receiver) = oneshot::channel();
        match self.user.try_send(Question { command, answer, wanted: None }) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(ClientError::Busy { limit: self.limits.queued_commands }),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(ClientError::Stopped),
        }
        match timeout(self.limits.reply(), receiver).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(ClientError::Stopped),
            Err(_) => Err(ClientError::Timeout { reply_ms: self.limits.reply_ms }),
        }
    }

    fn away(&self) -> Option<ClientError> {
        match &*self.state.borrow() {
            State::Connected(_) => None,
            State::Disconnected { reason: Reason::Stopped } => Some(ClientError::Stopped),
            State::Disconnected { reason } => Some(ClientError::Away { reason: reason.clone() }),
        }
    }
}
