//! Connections that can be cut, plain or with TLS: whoever answers for long and is not listened to must not keep the socket.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::tls::{Certificate, TlsError};

/// Handshakes of TLS at a time; who comes later waits to be let in.
pub const HANDSHAKES_MAX: usize = 256;
/// How long a handshake may take.
pub const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);

/// The other end of a connection, as handlers know it.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its address.
    pub address: SocketAddr,
    /// Whether it came by TLS.
    pub https: bool,
    /// Closes the connection, whatever is still to be written.
    pub cut: CancellationToken,
}

/// Accepts connections of which each is a [`Peer`].
pub struct Listener {
    tcp: TcpListener,
    tls: Option<Handshakes>,
}

/// Connections that are not let in yet: one that is slow keeps nobody waiting.
struct Handshakes {
    acceptor: TlsAcceptor,
    under_way: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
}

type Stream = Either<TcpStream, TlsStream<TcpStream>>;

/// A connection that fails once it is cut.
#[derive(Debug)]
pub struct Connection {
    stream: Stream,
    cut: CancellationToken,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Peer {
    /// One that nobody will cut.
    pub fn at(address: SocketAddr) -> Self {
        Self { address, https: false, cut: CancellationToken::new() }
    }
}

impl Listener {
    /// Takes what this one is asked.
    pub fn new(tcp: TcpListener) -> Self {
        Self { tcp, tls: None }
    }

    /// The same by TLS.
    ///
    /// # Errors
    /// [`TlsError::Pair`].
    pub fn with_tls(tcp: TcpListener, certificate: Arc<Certificate>) -> Result<Self, TlsError> {
        let acceptor = TlsAcceptor::from(Arc::new(certificate.server()?));
        Ok(Self { tcp, tls: Some(Handshakes { acceptor, under_way: JoinSet::new() }) })
    }
}

/// The next connection, ready to be read. Losing this future loses none.
async fn next(tcp: &mut TcpListener, tls: &mut Option<Handshakes>) -> (Stream, SocketAddr) {
    loop {
        let Some(Handshakes { acceptor, under_way }) = tls else {
            let (stream, address) = axum::serve::Listener::accept(tcp).await;
            return (Either::Left(undelayed(stream)), address);
        };
        tokio::select! {
            Some(done) = under_way.join_next() => if let Ok(Some((stream, address))) = done {
                return (Either::Right(stream), address);
            },
            (stream, address) = axum::serve::Listener::accept(tcp), if under_way.len() < HANDSHAKES_MAX => {
                let handshake = acceptor.accept(undelayed(stream));
                // Whoever does not speak TLS is no news: the port is open to everybody.
                under_way.spawn(async move { Some((timeout(HANDSHAKE_WAIT, handshake).await.ok()?.ok()?, address)) });
            }
        }
    }
}

/// An event that follows another must not wait for the other's receipt. Where that cannot be had, it does.
fn undelayed(stream: TcpStream) -> TcpStream {
    let _delayed = stream.set_nodelay(true);
    stream
}

impl axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = next(&mut self.tcp, &mut self.tls).await;
        let cut = CancellationToken::new();
        let is_cut = Box::pin(cut.clone().cancelled_owned());
        (Connection { stream, cut, is_cut }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

impl Connected<IncomingStream<'_, Listener>> for Peer {
    fn connect_info(incoming: IncomingStream<'_, Listener>) -> Self {
        let Connection { stream, cut, .. } = incoming.io();
        Self { address: *incoming.remote_addr(), https: matches!(stream, Either::Right(_)), cut: cut.clone() }
    }
}

impl Connection {
    /// The stream, until it is cut; whoever waits for it hears of the cut.
    fn whole(&mut self, cx: &mut Context<'_>) -> io::Result<Pin<&mut Stream>> {
        match self.is_cut.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(Pin::new(&mut self.stream)),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.whole(cx)?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.whole(cx)?.poll_write(cx, buf)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.whole(cx)?.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole(cx)?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.whole(cx)?.poll_shutdown(cx)
    }
}
