//! The connection for events: one task that reads, ends jobs, and feeds the consumer. It waits for nobody.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{ReadHalf, WriteHalf};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::ClientError;
use super::config::ClientLimits;
use super::feed::FeedSender;
use super::handshake::Wire;
use super::jobs::Jobs;
use super::state::{Deadline, Reason};
use crate::esl::connection::{Connection, Reader, Writer};
use crate::esl::event::Event;
use crate::esl::frame::{Decoder, Frame, FrameKind};
use crate::esl::reply::{ApiReply, DisconnectNotice};

/// The connection while it lasts.
pub(super) struct Events<S> {
    reader: Reader<ReadHalf<S>, Decoder>,
    /// Nothing more is said on it, but letting go of it would end the stream.
    _writer: Writer<WriteHalf<S>>,
    limits: ClientLimits,
    feed: Arc<FeedSender>,
    jobs: Arc<Jobs>,
    last_read: Instant,
    last_heartbeat: Instant,
    lingers: bool,
}

impl<S: Wire> Events<S> {
    pub(super) fn new(connection: Connection<S>, limits: ClientLimits, feed: Arc<FeedSender>, jobs: Arc<Jobs>) -> Self {
        let Connection { reader, writer } = connection;
        let now = Instant::now();
        Self { reader, _writer: writer, limits, feed, jobs, last_read: now, last_heartbeat: now, lingers: false }
    }

    /// Runs until the connection ends.
    pub(super) async fn run(mut self) -> Reason {
        loop {
            let read_by = self.last_read + Duration::from_millis(self.limits.read_ms);
            let beat_by = self.last_heartbeat + Duration::from_millis(self.limits.heartbeat_ms);
            let step = tokio::select! {
                biased;
                frame = self.reader.next() => match frame {
                    Ok(Some(frame)) => self.take(&frame),
                    Ok(None) if self.lingers => Err(Reason::Notice { lingered: true }),
                    Ok(None) => Err(Reason::Closed),
                    Err(error) => Err(error.into()),
                },
                () = sleep_until(read_by) => Err(Reason::Timeout(Deadline::Read)),
                () = sleep_until(beat_by) => Err(Reason::Timeout(Deadline::Heartbeat)),
            };
            if let Err(reason) = step {
                return reason;
            }
        }
    }

    fn take(&mut self, frame: &Frame) -> Result<(), Reason> {
        self.last_read = Instant::now();
        match frame.kind() {
            FrameKind::EventPlain | FrameKind::EventJson => {
                self.take_event(frame);
                // A busy switch can keep the reader from ever waiting, and so from looking at the time.
                let beat_by = self.last_heartbeat + Duration::from_millis(self.limits.heartbeat_ms);
                if self.last_read >= beat_by { Err(Reason::Timeout(Deadline::Heartbeat)) } else { Ok(()) }
            }
            FrameKind::LogData => Ok(()),
            FrameKind::DisconnectNotice => match DisconnectNotice::from_frame(frame) {
                Some(DisconnectNotice::Lingering { .. }) => {
                    self.lingers = true;
                    Ok(())
                }
                _ => Err(Reason::Notice { lingered: self.lingers }),
            },
            FrameKind::RudeRejection => Err(Reason::RudeRejection),
            kind => Err(Reason::Unexpected(kind)),
        }
    }

    fn take_event(&mut self, frame: &Frame) {
        let event = match Event::from_frame(frame) {
            Ok(event) => event,
            Err(error) => {
                tracing::warn!(%error, "an event could not be read");
                return self.feed.lose(1);
            }
        };
        match event.name().as_ref() {
            "HEARTBEAT" => self.last_heartbeat = self.last_read,
            "BACKGROUND_JOB" => {
                if let Some(job) = event.get("Job-UUID").and_then(|job| Uuid::parse_str(&job).ok()) {
                    let answer = ApiReply::from_body(event.body_bytes()).map_err(ClientError::Refused);
                    self.jobs.finish(job, answer);
                }
            }
            _ => {}
        }
        self.feed.event(event);
    }
}
