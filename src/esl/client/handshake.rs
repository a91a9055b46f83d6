//! The first words on a socket: authentication, and what each of the two connections asks for.

use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use super::state::Reason;
use crate::esl::command::{Api, Command, EventSet, Format, Text, Verb, Word};
use crate::esl::connection::Connection;
use crate::esl::frame::{Frame, FrameKind};
use crate::esl::reply::{ApiReply, CommandReply, ReplyError};

/// What is said on every connection of a client.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) auth: Command,
    pub(super) format: Format,
    pub(super) events: EventSet,
    pub(super) filters: Vec<(Word, Text)>,
    pub(super) heartbeat: EventSet,
    pub(super) core_uuid: Api,
}

impl Script {
    /// Authenticates, asks for the Core-UUID, and subscribes to HEARTBEAT, which tells that the connection lives.
    pub(super) async fn open_commands<S: Wire>(&self, connection: &mut Connection<S>) -> Result<Arc<str>, Reason> {
        self.authenticate(connection).await?;
        let answer = ask(connection, &Command::Api(self.core_uuid.clone())).await?;
        let core_uuid = ApiReply::from_frame(&answer).map_err(|error| Reason::Refused { command: "global_getvar", error })?;
        let heartbeat = Command::Event { format: Format::Plain, events: self.heartbeat.clone() };
        must(connection, "event", &heartbeat).await?;
        Ok(core_uuid.text().into())
    }

    /// Authenticates and subscribes. Subscribing comes last, so that no event can be among the answers.
    pub(super) async fn open_events<S: Wire>(&self, connection: &mut Connection<S>) -> Result<(), Reason> {
        self.authenticate(connection).await?;
        for (header, value) in &self.filters {
            let filter = Command::Filter { header: header.clone(), value: value.clone() };
            must(connection, "filter", &filter).await?;
        }
        must(connection, "event", &Command::Event { format: self.format, events: self.events.clone() }).await
    }

    async fn authenticate<S: Wire>(&self, connection: &mut Connection<S>) -> Result<(), Reason> {
        let first = read(connection).await?;
        if first.kind() != FrameKind::AuthRequest {
            return Err(Reason::Unexpected(first.kind()));
        }
        match CommandReply::from_frame(&ask(connection, &self.auth).await?) {
            Ok(_) => Ok(()),
            Err(ReplyError::WrongKind(kind)) => Err(Reason::Unexpected(kind)),
            Err(_) => Err(Reason::WrongPassword),
        }
    }
}

/// A stream that a connection can be over.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Wire for S {}

/// `global_getvar core_uuid`
pub(super) fn core_uuid_api() -> Result<Api, crate::esl::command::TextError> {
    Ok(Api::new(Verb::GlobalGetvar, Text::new("core_uuid")?))
}

async fn must<S: Wire>(connection: &mut Connection<S>, name: &'static str, command: &Command) -> Result<(), Reason> {
    match CommandReply::from_frame(&ask(connection, command).await?) {
        Ok(_) => Ok(()),
        Err(error) => Err(Reason::Refused { command: name, error }),
    }
}

async fn ask<S: Wire>(connection: &mut Connection<S>, command: &Command) -> Result<Frame, Reason> {
    connection.writer.put_command(command);
    connection.writer.flush().await?;
    let answer = read(connection).await?;
    if answer.kind().is_reply() { Ok(answer) } else { Err(Reason::Unexpected(answer.kind())) }
}

async fn read<S: Wire>(connection: &mut Connection<S>) -> Result<Frame, Reason> {
    let frame = connection.reader.next().await?.ok_or(Reason::Closed)?;
    match frame.kind() {
        FrameKind::RudeRejection => Err(Reason::RudeRejection),
        FrameKind::DisconnectNotice => Err(Reason::Notice { lingered: false }),
        _ => Ok(frame),
    }
}
