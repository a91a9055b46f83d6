//! How a client gets its sockets.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Makes one connection to a switch, over whatever carries bytes. A session makes two: commands first, then events.
pub trait Dial: Send + Sync + 'static {
    /// What carries the bytes.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Connects; the caller limits the time.
    ///
    /// # Errors
    /// When there is no connection to be had.
    fn dial(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// TCP, as the event socket has it.
#[derive(Clone, Debug)]
pub struct TcpDial {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Dial for TcpDial {
    type Stream = TcpStream;

    async fn dial(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}
