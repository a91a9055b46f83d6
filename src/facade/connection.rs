//! Connections that can be cut, plain or with TLS: whoever answers for long and is not listened to must not keep the socket. Nor must a client that
//! takes nothing of its answer.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::places::{Place, Places};
use super::tls::{Certificate, TlsError};

/// Handshakes of TLS at a time; who comes later waits to be let in.
pub const HANDSHAKES_MAX: usize = 256;
/// How long a handshake may take.
pub const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);
/// How long a client may take nothing of what is written to it.
pub const WRITE_WAIT: Duration = Duration::from_secs(60);

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
    places: Arc<Places>,
}

/// Connections that are not let in yet: one that is slow keeps nobody waiting.
struct Handshakes {
    acceptor: TlsAcceptor,
    under_way: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr, Place)>>,
}

type Stream = Either<TcpStream, TlsStream<TcpStream>>;

/// A connection that fails once it is cut, and when nothing can be written to it for [`WRITE_WAIT`].
#[derive(Debug)]
pub struct Connection<S = Stream> {
    stream: S,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
    write: Stalled,
    flush: Stalled,
    _place: Option<Place>,
}

/// Since when something waits for the client.
#[derive(Debug, Default)]
struct Stalled(Option<Pin<Box<Sleep>>>);

impl Peer {
    /// One that nobody will cut.
    pub fn at(address: SocketAddr) -> Self {
        Self { address, https: false, cut: CancellationToken::new() }
    }
}

impl Listener {
    /// Takes what this one is asked, of those who have a place.
    pub fn new(tcp: TcpListener, places: Arc<Places>) -> Self {
        Self { tcp, tls: None, places }
    }

    /// The same by TLS.
    ///
    /// # Errors
    /// [`TlsError::Pair`].
    pub fn with_tls(tcp: TcpListener, places: Arc<Places>, certificate: Arc<Certificate>) -> Result<Self, TlsError> {
        let acceptor = TlsAcceptor::from(Arc::new(certificate.server()?));
        Ok(Self { tcp, tls: Some(Handshakes { acceptor, under_way: JoinSet::new() }), places })
    }

    /// The next connection, ready to be read. Losing this future loses none.
    pub async fn accept(&mut self) -> (Connection, Peer) {
        let (stream, address, place) = next(&mut self.tcp, &mut self.tls, &self.places).await;
        let peer = Peer { address, https: matches!(stream, Either::Right(_)), cut: CancellationToken::new() };
        (Connection::new(stream, peer.cut.clone(), Some(place)), peer)
    }
}

async fn next(tcp: &mut TcpListener, tls: &mut Option<Handshakes>, places: &Arc<Places>) -> (Stream, SocketAddr, Place) {
    loop {
        let Some(Handshakes { acceptor, under_way }) = tls else {
            let (stream, address) = axum::serve::Listener::accept(tcp).await;
            // Whoever has no place is closed: an answer would take one.
            let Some(place) = places.take(address.ip()) else { continue };
            return (Either::Left(undelayed(stream)), address, place);
        };
        tokio::select! {
            Some(done) = under_way.join_next() => if let Ok(Some((stream, address, place))) = done {
                return (Either::Right(stream), address, place);
            },
            (stream, address) = axum::serve::Listener::accept(tcp), if under_way.len() < HANDSHAKES_MAX => {
                let Some(place) = places.take(address.ip()) else { continue };
                let handshake = acceptor.accept(undelayed(stream));
                // Whoever does not speak TLS is no news: the port is open to everybody.
                under_way.spawn(async move { Some((timeout(HANDSHAKE_WAIT, handshake).await.ok()?.ok()?, address, place)) });
            }
        }
    }
}

/// An event that follows another must not wait for the other's receipt. Where that cannot be had, it does.
fn undelayed(stream: TcpStream) -> TcpStream {
    let _delayed = stream.set_nodelay(true);
    stream
}

impl<S: Unpin> Connection<S> {
    pub(super) fn new(stream: S, cut: CancellationToken, place: Option<Place>) -> Self {
        let is_cut = Box::pin(cut.cancelled_owned());
        Self { stream, is_cut, write: Stalled::default(), flush: Stalled::default(), _place: place }
    }

    /// The stream, until it is cut; whoever waits for it hears of the cut.
    fn whole(&mut self, cx: &mut Context<'_>) -> io::Result<Pin<&mut S>> {
        match self.is_cut.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => Ok(Pin::new(&mut self.stream)),
        }
    }
}

impl Stalled {
    /// The same, or an error when it has been pending for too long.
    fn bound<T>(&mut self, cx: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.0 = None;
            return polled;
        }
        let waits = self.0.get_or_insert_with(|| Box::pin(sleep(WRITE_WAIT)));
        waits.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.whole(cx)?.poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = self.whole(cx)?.poll_write(cx, buf);
        self.write.bound(cx, written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = self.whole(cx)?.poll_write_vectored(cx, bufs);
        self.write.bound(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = self.whole(cx)?.poll_flush(cx);
        self.flush.bound(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = self.whole(cx)?.poll_shutdown(cx);
        self.flush.bound(cx, shut)
    }
}
