//! Bodies of requests.

use axum::body::Body;
use futures_util::StreamExt as _;
use tokio::sync::Semaphore;

/// A body of at most so many bytes is read at once.
pub const SMALL_BYTES: usize = 64 * 1024;
/// Longer ones that are read at a time; others wait. Anybody may send one before it has said who it is, slowly, on each of its connections.
pub const LARGE_AT_ONCE: usize = 16;

static LARGE: Semaphore = Semaphore::const_new(LARGE_AT_ONCE);

/// The body; none when it has more than `max_bytes` or breaks off. What is too much is not read: [`super::server`] hears it out.
pub async fn whole(body: Body, max_bytes: usize) -> Option<Vec<u8>> {
    within(body, max_bytes, &LARGE).await
}

async fn within(body: Body, max_bytes: usize, large: &Semaphore) -> Option<Vec<u8>> {
    let (mut pieces, mut bytes, mut place) = (body.into_data_stream(), Vec::new(), None);
    while let Some(piece) = pieces.next().await {
        let piece = piece.ok()?;
        let length = bytes.len() + piece.len();
        if length > max_bytes {
            return None;
        }
        if length > SMALL_BYTES && place.is_none() {
            place = Some(large.acquire().await.ok()?);
        }
        bytes.extend_from_slice(&piece);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::Bytes;
    use futures_util::{FutureExt as _, stream};
    use tokio::sync::mpsc;

    use super::*;

    /// A body whose pieces come when they are sent.
    fn open() -> (mpsc::UnboundedSender<Vec<u8>>, Body) {
        let (send, pieces) = mpsc::unbounded_channel();
        let pieces = stream::unfold(pieces, async |mut pieces: mpsc::UnboundedReceiver<Vec<u8>>| {
            let piece = pieces.recv().await?;
            Some((Ok::<_, Infallible>(Bytes::from(piece)), pieces))
        });
        (send, Body::from_stream(pieces))
    }

    #[tokio::test]
    async fn long_bodies_wait_for_each_other_and_short_ones_for_nobody() {
        const MOST: usize = 3 * SMALL_BYTES;
        let large = Semaphore::new(1);
        let ((first, slow), (second, waits)) = (open(), open());
        let (mut slow, mut waits) = (Box::pin(within(slow, MOST, &large)), Box::pin(within(waits, MOST, &large)));
        for send in [&first, &second] {
            send.send(vec![0; SMALL_BYTES + 1]).unwrap();
        }
        drop(second);
        assert!(slow.as_mut().now_or_never().is_none() && waits.as_mut().now_or_never().is_none());
        assert_eq!(within(Body::from(vec![0; SMALL_BYTES]), MOST, &large).await.unwrap().len(), SMALL_BYTES);
        // What is refused holds no place.
        first.send(vec![0; MOST]).unwrap();
        assert_eq!(slow.await, None);
        assert_eq!(waits.await.unwrap().len(), SMALL_BYTES + 1);
        assert_eq!(large.available_permits(), 1);
    }
}
