//! The connection for commands: one task, answers in the order of the questions.
//!
//! A question keeps its place in the queue of answers whatever becomes of the one who asked, so that nobody ever gets
//! another's answer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{ReadHalf, WriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use super::config::{BULK_WINDOW, ClientLimits};
use super::counts::ClientCounts;
use super::handshake::Wire;
use super::state::{Deadline, Reason};
use super::{ClientError, Wanted};
use crate::esl::command::Command;
use crate::esl::connection::{Connection, Reader, Writer};
use crate::esl::frame::{Decoder, Frame, FrameKind};
use crate::esl::reply::DisconnectNotice;

/// A question and where its answer goes.
pub(super) struct Question {
    pub(super) command: Command,
    pub(super) answer: oneshot::Sender<Result<Frame, ClientError>>,
    /// Asked right before it is written.
    pub(super) wanted: Option<Wanted>,
}

/// Questions that wait to be written. They outlive a connection.
pub(super) struct Questions {
    pub(super) user: mpsc::Receiver<Question>,
    pub(super) bulk: mpsc::Receiver<Question>,
}

impl Questions {
    /// Answers everything that comes with "away", for as long as it is polled.
    pub(super) async fn refuse(&mut self, reason: &Reason) {
        loop {
            let question = tokio::select! {
                Some(question) = self.user.recv() => question,
                Some(question) = self.bulk.recv() => question,
                else => return std::future::pending().await,
            };
            drop(question.answer.send(Err(ClientError::Away { reason: reason.clone() })));
        }
    }
}

/// A question that was written.
#[derive(Debug)]
struct Waiter {
    /// Taken when the asker was told that it takes too long.
    answer: Option<oneshot::Sender<Result<Frame, ClientError>>>,
    written: Instant,
    bulk: bool,
}

/// The connection while it lasts.
pub(super) struct Commands<S> {
    reader: Reader<ReadHalf<S>, Decoder>,
    writer: Writer<WriteHalf<S>>,
    limits: ClientLimits,
    counts: Arc<ClientCounts>,
    in_flight: VecDeque<Waiter>,
    /// Of those in flight.
    bulk: usize,
    last_read: Instant,
    lingers: bool,
}

impl<S: Wire> Commands<S> {
    pub(super) fn new(connection: Connection<S>, limits: ClientLimits, counts: Arc<ClientCounts>) -> Self {
        let Connection { reader, writer } = connection;
        Self { reader, writer, limits, counts, in_flight: VecDeque::new(), bulk: 0, last_read: Instant::now(), lingers: false }
    }

    /// Runs until the connection ends. [`Commands::end`] has to follow, also when this was dropped.
    pub(super) async fn run(&mut self, questions: &mut Questions) -> Reason {
        loop {
            if let Err(reason) = self.step(questions).await {
                return reason;
            }
        }
    }

    /// Tells every asker that there will be no answer.
    pub(super) fn end(self, reason: &Reason) {
        for answer in self.in_flight.into_iter().filter_map(|waiter| waiter.answer) {
            drop(answer.send(Err(ClientError::Lost { reason: reason.clone() })));
        }
    }

    async fn step(&mut self, questions: &mut Questions) -> Result<(), Reason> {
        self.admit(questions);
        let deadline = self.next_deadline();
        let (user, bulk) = (self.room_for_user(), self.room_for_bulk());
        tokio::select! {
            biased;
            flushed = self.writer.flush(), if self.writer.is_dirty() => flushed.map_err(Reason::from),
            frame = self.reader.next() => match frame? {
                Some(frame) => self.take(&frame),
                None if self.lingers => Err(Reason::Notice { lingered: true }),
                None => Err(Reason::Closed),
            },
            Some(question) = questions.user.recv(), if user => {
                self.ask(question, false);
                Ok(())
            }
            Some(question) = questions.bulk.recv(), if bulk => {
                self.ask(question, true);
                Ok(())
            }
            () = sleep_until(deadline) => self.overdue(),
        }
    }

    /// Takes what waits already, a user's questions before those of a bulk, so that one write carries them all.
    fn admit(&mut self, questions: &mut Questions) {
        while self.room_for_user() {
            let Ok(question) = questions.user.try_recv() else { break };
            self.ask(question, false);
        }
        while self.room_for_bulk() {
            let Ok(question) = questions.bulk.try_recv() else { break };
            self.ask(question, true);
        }
    }

    fn room_for_user(&self) -> bool {
        self.in_flight.len() < self.limits.in_flight_commands
    }

    fn room_for_bulk(&self) -> bool {
        self.bulk < BULK_WINDOW && self.room_for_user()
    }

    fn ask(&mut self, question: Question, bulk: bool) {
        let Question { command, answer, wanted } = question;
        // Who went away before the command was written has asked nothing.
        if answer.is_closed() {
            return;
        }
        if wanted.is_some_and(|wanted| !wanted()) {
            drop(answer.send(Err(ClientError::Withdrawn)));
            return;
        }
        self.writer.put_command(&command);
        self.bulk += usize::from(bulk);
        self.in_flight.push_back(Waiter { answer: Some(answer), written: Instant::now(), bulk });
    }

    fn take(&mut self, frame: &Frame) -> Result<(), Reason> {
        self.last_read = Instant::now();
        match frame.kind() {
            FrameKind::CommandReply | FrameKind::ApiResponse => self.answer(frame),
            // HEARTBEATs: that they are read is all they are for here.
            FrameKind::EventPlain | FrameKind::EventJson | FrameKind::LogData => Ok(()),
            FrameKind::DisconnectNotice => match DisconnectNotice::from_frame(frame) {
                Some(DisconnectNotice::Lingering { .. }) => {
                    self.lingers = true;
                    Ok(())
                }
                _ => Err(Reason::Notice { lingered: self.lingers }),
            },
            FrameKind::RudeRejection => Err(Reason::RudeRejection),
            kind @ (FrameKind::AuthRequest | FrameKind::Other) => Err(Reason::Unexpected(kind)),
        }
    }

    fn answer(&mut self, frame: &Frame) -> Result<(), Reason> {
        let waiter = self.in_flight.pop_front().ok_or(Reason::Unexpected(frame.kind()))?;
        self.bulk -= usize::from(waiter.bulk);
        let seconds = if waiter.bulk { &self.counts.bulk_seconds } else { &self.counts.user_seconds };
        seconds.observe(waiter.written.elapsed().as_secs_f64());
        if let Some(answer) = waiter.answer {
            // Who went away needs no answer, but had this place.
            drop(answer.send(Ok(frame.clone())));
        }
        Ok(())
    }

    fn next_deadline(&self) -> Instant {
        let read = self.last_read + ms(self.limits.read_ms);
        let stall = self.in_flight.front().map(|oldest| oldest.written + ms(self.limits.stall_ms));
        let reply = self.in_flight.iter().find(|waiter| waiter.answer.is_some()).map(|waiter| waiter.written + self.limits.reply());
        [stall, reply].into_iter().flatten().fold(read, Instant::min)
    }

    /// Tells askers that it takes too long, and gives the connection up when nothing comes any more.
    fn overdue(&mut self) -> Result<(), Reason> {
        let now = Instant::now();
        let (reply, reply_ms) = (self.limits.reply(), self.limits.reply_ms);
        for waiter in self.in_flight.iter_mut().take_while(|waiter| now >= waiter.written + reply) {
            if let Some(answer) = waiter.answer.take() {
                self.counts.late.fetch_add(1, Ordering::Relaxed);
                drop(answer.send(Err(ClientError::Timeout { reply_ms })));
            }
        }
        if self.in_flight.front().is_some_and(|oldest| now >= oldest.written + ms(self.limits.stall_ms)) {
            return Err(Reason::Timeout(Deadline::Stall));
        }
        if now >= self.last_read + ms(self.limits.read_ms) { Err(Reason::Timeout(Deadline::Read)) } else { Ok(()) }
    }
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
