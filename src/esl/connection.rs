//! Framed IO over any stream. Reading and writing are apart, so that one task can do both at once and never stops reading
//! because the other side does not.

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};

use super::command::Command;
use super::frame::{Decoder, Frame, FrameError, Limits};
use super::request::{Request, RequestDecoder};

/// Room that is made when there is little left, in bytes: some twelve channel events.
const READ_BYTES: usize = 64 * 1024;
/// With less room than this, in bytes, more is made. Events keep the memory they were read into, so it is filled before there is more.
const READ_LEAST_BYTES: usize = 4 * 1024;

/// Why nothing more can be read.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The stream failed.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
    /// The bytes are no frames.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The stream ended in the middle of a frame.
    #[error("the stream ended inside a frame, after {buffered_bytes} bytes of it")]
    CutShort {
        /// How much of the frame had come.
        buffered_bytes: usize,
    },
}

/// A decoder that a [`Reader`] can drive: of frames or of requests.
pub trait Decode {
    /// What is decoded.
    type Item;

    /// Takes the next whole item off the front of `buf`.
    ///
    /// # Errors
    /// When the bytes are no such item.
    fn decode(&mut self, buf: &mut BytesMut) -> Result<Option<Self::Item>, FrameError>;

    /// How many more bytes the item at the front needs at least; 0 when that is not known.
    fn missing_bytes(&self, buffered: usize) -> usize;
}

impl Decode for Decoder {
    type Item = Frame;

    fn decode(&mut self, buf: &mut BytesMut) -> Result<Option<Frame>, FrameError> {
        Self::decode(self, buf)
    }

    fn missing_bytes(&self, buffered: usize) -> usize {
        Self::missing_bytes(self, buffered)
    }
}

impl Decode for RequestDecoder {
    type Item = Request;

    fn decode(&mut self, buf: &mut BytesMut) -> Result<Option<Request>, FrameError> {
        Self::decode(self, buf)
    }

    fn missing_bytes(&self, buffered: usize) -> usize {
        Self::missing_bytes(self, buffered)
    }
}

/// Reads items off a stream.
#[derive(Debug)]
pub struct Reader<R, D> {
    io: R,
    decoder: D,
    buf: BytesMut,
}

impl<R: AsyncRead + Unpin, D: Decode> Reader<R, D> {
    /// A reader of `io`.
    pub fn new(io: R, decoder: D) -> Self {
        Self { io, decoder, buf: BytesMut::new() }
    }

    /// The next item; `None` when the stream ended between two. Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// When the stream failed, ended too soon, or does not hold such items.
    pub async fn next(&mut self) -> Result<Option<D::Item>, ConnectionError> {
        loop {
            if let Some(item) = self.decoder.decode(&mut self.buf)? {
                return Ok(Some(item));
            }
            self.make_room();
            if self.io.read_buf(&mut self.buf).await? == 0 {
                let buffered_bytes = self.buf.len();
                return if buffered_bytes == 0 { Ok(None) } else { Err(ConnectionError::CutShort { buffered_bytes }) };
            }
        }
    }
}

impl<R, D: Decode> Reader<R, D> {
    fn make_room(&mut self) {
        let buffered = self.buf.len();
        let missing = self.decoder.missing_bytes(buffered);
        if self.buf.capacity() - buffered < READ_LEAST_BYTES.max(missing) {
            self.buf.reserve(READ_BYTES.max(missing));
        }
    }
}

/// Writes to a stream what was put into it first. Putting does not wait; how much may be waiting is up to the owner.
#[derive(Debug)]
pub struct Writer<W> {
    io: W,
    out: BytesMut,
    /// Whether the stream may still hold back some of what was written to it.
    dirty: bool,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// A writer to `io`.
    pub fn new(io: W) -> Self {
        Self { io, out: BytesMut::new(), dirty: false }
    }

    /// Puts a command at the end of what is to be written.
    pub fn put_command(&mut self, command: &Command) {
        command.encode_into(&mut self.out);
        self.dirty = true;
    }

    /// Puts a frame at the end of what is to be written.
    pub fn put_frame(&mut self, frame: &Frame) {
        frame.encode_into(&mut self.out);
        self.dirty = true;
    }

    /// How much waits to be written, in bytes.
    pub fn waiting_bytes(&self) -> usize {
        self.out.len()
    }

    /// Whether there is something to flush.
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Writes until nothing waits. When the future is dropped, what was not written yet still waits.
    ///
    /// # Errors
    /// When the stream failed.
    pub async fn flush(&mut self) -> io::Result<()> {
        while !self.out.is_empty() {
            if self.io.write_buf(&mut self.out).await? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        self.io.flush().await?;
        self.dirty = false;
        Ok(())
    }

    /// Writes what waits, then ends the stream.
    ///
    /// # Errors
    /// When the stream failed.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        self.flush().await?;
        self.io.shutdown().await
    }
}

/// The two halves of a connection as a client has it: frames in, commands out.
#[derive(Debug)]
pub struct Connection<S> {
    /// What the switch says.
    pub reader: Reader<ReadHalf<S>, Decoder>,
    /// What it is told.
    pub writer: Writer<WriteHalf<S>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// A client's connection over `stream`.
    pub fn new(stream: S, limits: Limits) -> Self {
        let (read, write) = tokio::io::split(stream);
        Self { reader: Reader::new(read, Decoder::new(limits)), writer: Writer::new(write) }
    }
}

/// The two halves of a connection as a switch has it: requests in, frames out.
#[derive(Debug)]
pub struct ServerConnection<S> {
    /// What the client asks.
    pub reader: Reader<ReadHalf<S>, RequestDecoder>,
    /// What it is told.
    pub writer: Writer<WriteHalf<S>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> ServerConnection<S> {
    /// A switch's connection over `stream`.
    pub fn new(stream: S, limits: Limits) -> Self {
        let (read, write) = tokio::io::split(stream);
        Self { reader: Reader::new(read, RequestDecoder::new(limits)), writer: Writer::new(write) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_is_told_from_a_cut() {
        let (client, mut switch) = tokio::io::duplex(1024);
        let mut connection = Connection::new(client, Limits::SWITCH);
        switch.write_all(b"Content-Type: auth/request\n\nContent-Le").await.unwrap();
        drop(switch);
        assert_eq!(connection.reader.next().await.unwrap(), Some(Frame::auth_request()));
        assert!(matches!(connection.reader.next().await, Err(ConnectionError::CutShort { buffered_bytes: 10 })));

        let (client, switch) = tokio::io::duplex(64);
        drop(switch);
        assert!(matches!(Connection::new(client, Limits::SWITCH).reader.next().await, Ok(None)));
    }

    #[tokio::test]
    async fn a_dropped_flush_loses_nothing() {
        let (client, switch) = tokio::io::duplex(3);
        let (mut connection, mut server) = (Connection::new(client, Limits::SWITCH), ServerConnection::new(switch, Limits::CLIENT));
        connection.writer.put_command(&Command::NoEvents);
        connection.writer.put_command(&Command::Exit);
        let mut lines = Vec::new();
        while lines.len() < 2 {
            // Whichever is ready; the other future is dropped half-way each time.
            tokio::select! {
                biased;
                flushed = connection.writer.flush(), if connection.writer.is_dirty() => flushed.unwrap(),
                request = server.reader.next() => lines.push(request.unwrap().unwrap().line().into_owned()),
            }
        }
        assert_eq!(lines, ["noevents", "exit"]);
    }
}
