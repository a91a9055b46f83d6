//! Answers connections as axum's own server does, within limits that axum's does not have: of a head's size and time, and of a body's time. Bodies are
//! heard out.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use futures_util::StreamExt as _;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::header::EXPECT;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::connection::{Listener, Peer};

/// How long a head may take to come, and how long a connection is kept that asks nothing.
pub const HEAD_WAIT: Duration = Duration::from_secs(30);
/// The most bytes of a head: its first line, with the URL, and its headers.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
/// The most headers: hyper's own limit, which costs nothing.
pub const HEADERS_MAX: usize = 100;
/// How long a body may keep us waiting in all, beyond the time that its bytes earn. Longer than an upload may pause, which says so itself.
pub const BODY_WAIT: Duration = Duration::from_secs(90);
/// So many bytes of a body earn it a second.
pub const BODY_BYTES_A_SECOND: u64 = 4 * 1024;
/// The most bytes of a body that are read only to be thrown away.
pub const DISCARDED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Answers until `closing`, and then what is under way.
pub async fn serve(mut listener: Listener, router: Router, closing: CancellationToken) {
    let under_way = GracefulShutdown::new();
    loop {
        let (connection, peer) = tokio::select! {
            () = closing.cancelled() => break,
            next = listener.accept() => next,
        };
        let answered = under_way.watch(answer(connection, peer, router.clone()));
        tokio::spawn(async move {
            // A client that goes away or is too slow is no news: the port is open to everybody.
            let _ended = answered.await;
        });
    }
    drop(listener);
    under_way.shutdown().await;
}

/// What there is to answer on one connection.
fn answer<I>(io: I, peer: Peer, router: Router) -> impl GracefulConnection<Error = hyper::Error> + Send
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer.clone()));
        let cut = peer.cut.clone();
        let is_sent = !request.headers().contains_key(EXPECT);
        let request = request.map(|body| match Body::new(Paced::new(body, cut)) {
            empty if empty.is_end_stream() => Body::empty(),
            body => Body::new(HeardOut { body, is_sent }),
        });
        let router = router.clone();
        async move { Ok::<Response, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT).max_header_size(HEAD_BYTES_MAX);
    http.serve_connection(TokioIo::new(io), service)
}

/// A body that has to come. One that does not is cut off with its connection: whoever reads it may hold what others wait for.
struct Paced<B> {
    body: B,
    cut: CancellationToken,
    /// The waiting that is left.
    left: Duration,
    waits: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl<B> Paced<B> {
    fn new(body: B, cut: CancellationToken) -> Self {
        Self { body, cut, left: BODY_WAIT, waits: None }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Paced<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) else {
            let left = this.left;
            let (_, waits) = this.waits.get_or_insert_with(|| {
                let now = Instant::now();
                (now, Box::pin(sleep_until(now + left)))
            });
            if waits.as_mut().poll(cx).is_ready() {
                this.cut.cancel();
            }
            // Also of one that was cut: what came of it must not pass for the whole. The connection ends it with an error.
            return Poll::Pending;
        };
        let waited = this.waits.take().map_or(Duration::ZERO, |(since, _)| since.elapsed());
        let bytes = frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref().map(Bytes::len)).unwrap_or_default();
        let earned = Duration::from_secs_f64(bytes as f64 / BODY_BYTES_A_SECOND as f64);
        this.left = this.left.saturating_sub(waited).saturating_add(earned).min(BODY_WAIT);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body of which is read, and thrown away, what its handler leaves. The answer does not wait for it; but a client that still writes when its
/// connection is closed may not hear the answer, and one that keeps the connection would ask the next thing of a closed one.
struct HeardOut {
    body: Body,
    /// Whether it comes: who asks first whether it may send it does so once somebody reads.
    is_sent: bool,
}

impl HttpBody for HeardOut {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.is_sent = true;
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for HeardOut {
    fn drop(&mut self) {
        let comes = self.is_sent && !self.body.is_end_stream();
        if let (true, Ok(runtime)) = (comes, Handle::try_current()) {
            runtime.spawn(hear_out(std::mem::take(&mut self.body)));
        }
    }
}

async fn hear_out(body: Body) {
    let (mut pieces, mut bytes) = (body.into_data_stream(), 0);
    while let (Some(Ok(piece)), true) = (pieces.next().await, bytes <= DISCARDED_BYTES_MAX) {
        bytes += piece.len();
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::routing::any;
    use futures_util::stream;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::time::sleep;

    use super::*;
    use crate::facade::body::whole;
    use crate::facade::connection::{Connection, WRITE_WAIT};

    const SECOND: Duration = Duration::from_secs(1);
    /// What is between a client and the server, in bytes.
    const BETWEEN_BYTES: usize = 1024;
    /// A body that nobody reads to its end.
    const LONG_BYTES: usize = 1024 * 1024;

    /// A client of a server that tells how many bytes it was sent, gives a long answer at `/long`, and refuses all at `/refused`.
    fn client() -> DuplexStream {
        let count = async |request: Request| match whole(request.into_body(), LONG_BYTES).await {
            Some(bytes) => bytes.len().to_string(),
            None => "broken".to_owned(),
        };
        let router = Router::new()
            .route("/", any(count))
            .route("/long", any(async || vec![0; LONG_BYTES]))
            .route("/refused", any(async || StatusCode::UNAUTHORIZED));
        let (client, server) = duplex(BETWEEN_BYTES);
        let peer = Peer::at(([192, 0, 2, 1], 1).into());
        tokio::spawn(answer(Connection::new(server, peer.cut.clone(), None), peer, router));
        client
    }

    /// Sends the bytes of `text` one a second, for as long as somebody takes them; how long that was.
    async fn dribble(client: &mut DuplexStream, text: &str) -> Duration {
        let began = Instant::now();
        for byte in text.as_bytes() {
            if client.write_all(&[*byte]).await.is_err() {
                break;
            }
            sleep(SECOND).await;
        }
        began.elapsed()
    }

    async fn rest(client: &mut DuplexStream) -> String {
        let mut text = Vec::new();
        let _broken = client.read_to_end(&mut text).await;
        String::from_utf8_lossy(&text).into_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_time_however_steadily_it_comes() {
        let mut client = client();
        let head = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}", "x".repeat(100));
        let took = dribble(&mut client, &head).await;
        assert!(took >= HEAD_WAIT && took < HEAD_WAIT + 2 * SECOND, "{took:?}");
        assert_eq!(rest(&mut client).await, "");
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_asks_nothing_is_closed_before_the_first_request_and_after_one() {
        let (mut first, began) = (client(), Instant::now());
        assert_eq!((rest(&mut first).await.as_str(), began.elapsed()), ("", HEAD_WAIT));
        let (mut second, began) = (client(), Instant::now());
        second.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        assert!(rest(&mut second).await.ends_with("\r\n\r\n0"));
        assert_eq!(began.elapsed(), HEAD_WAIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_dribbles_is_cut_off_and_does_not_pass_for_a_whole_one() {
        let mut client = client();
        client.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n").await.unwrap();
        let took = dribble(&mut client, &"x".repeat(1_000)).await;
        assert!(took >= BODY_WAIT && took < BODY_WAIT + 3 * SECOND, "{took:?}");
        assert!(!rest(&mut client).await.contains("200"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_nobody_reads_is_heard_out_and_the_next_request_is_answered() {
        let mut client = client();
        let body = "x".repeat(LONG_BYTES);
        for _ in 0..3 {
            let asked = format!("POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: {LONG_BYTES}\r\n\r\n{body}");
            client.write_all(asked.as_bytes()).await.unwrap();
        }
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        let answers = rest(&mut client).await;
        assert_eq!((answers.matches("HTTP/1.1 401").count(), answers.matches("HTTP/1.1 200").count()), (3, 1), "{answers}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_before_it_sends_is_refused_and_not_told_to_go_on() {
        let (mut client, began) = (client(), Instant::now());
        client.write_all(b"POST /refused HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\nexpect: 100-continue\r\n\r\n").await.unwrap();
        assert!(rest(&mut client).await.starts_with("HTTP/1.1 401"));
        assert_eq!(began.elapsed(), Duration::ZERO, "nobody waits for its body");
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_told_to_go_on_is_heard_out() {
        let (mut client, long) = (client(), 2 * LONG_BYTES);
        client
            .write_all(format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {long}\r\nexpect: 100-continue\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut told = [0; 25];
        client.read_exact(&mut told).await.unwrap();
        assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
        client.write_all("x".repeat(long).as_bytes()).await.expect("all of it is taken");
        client.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
        let answers = rest(&mut client).await;
        assert!(answers.contains("broken") && answers.ends_with("\r\n\r\n0"), "{answers}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_is_slow_and_steady_comes_through() {
        let (pieces, cut) = (1_000, CancellationToken::new());
        let body = stream::repeat(vec![b'x'; BODY_BYTES_A_SECOND as usize]).take(pieces).then(async |piece| {
            sleep(SECOND).await;
            Ok::<_, Infallible>(Bytes::from(piece))
        });
        let body = Body::new(Paced::new(Body::from_stream(Box::pin(body)), cut.clone()));
        let most = pieces * BODY_BYTES_A_SECOND as usize;
        assert_eq!(whole(body, most).await.unwrap().len(), most);
        assert!(!cut.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_not_read_is_given_up() {
        let (mut client, began) = (client(), Instant::now());
        client.write_all(b"GET /long HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
        client.read_exact(&mut [0; 100]).await.unwrap();
        sleep(WRITE_WAIT + SECOND).await;
        assert!(rest(&mut client).await.len() <= 2 * BETWEEN_BYTES, "it is closed");
        assert!(began.elapsed() < WRITE_WAIT + 2 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_a_size() {
        let header = |bytes: usize| format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "x".repeat(bytes));
        let many = |count: usize| format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(count));
        let url = |bytes: usize| format!("GET /?{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(bytes));
        for (head, status) in [
            (header(HEAD_BYTES_MAX / 2), "200"),
            (header(HEAD_BYTES_MAX), "431"),
            (many(HEADERS_MAX), "200"),
            (many(HEADERS_MAX + 1), "431"),
            (url(HEAD_BYTES_MAX / 2), "200"),
            (url(HEAD_BYTES_MAX), "431"),
        ] {
            let mut client = client();
            let (mut read, mut write) = tokio::io::split(&mut client);
            let mut first = [0; 12];
            let (_, asked) = tokio::join!(write.write_all(head.as_bytes()), read.read_exact(&mut first));
            assert!(asked.is_ok() && first.ends_with(status.as_bytes()), "{} bytes: {}", head.len(), String::from_utf8_lossy(&first));
        }
    }
}
