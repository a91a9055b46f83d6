//! Bodies of requests.

use axum::body::Body;
use futures_util::StreamExt as _;

/// The most bytes of a body that are read only to be thrown away.
pub const MAX_DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// The body; none when it has more than `max_bytes` or breaks off. What is too much is read all the same, within reason, and thrown away: a client
/// that is still writing when the connection is closed does not hear why.
pub async fn whole(body: Body, max_bytes: usize) -> Option<Vec<u8>> {
    let (mut pieces, mut bytes, mut discarded) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.ok()?;
        if discarded == 0 && bytes.len() + piece.len() <= max_bytes {
            bytes.extend_from_slice(&piece);
            continue;
        }
        discarded += piece.len();
        if discarded > MAX_DISCARDED_BYTES {
            break;
        }
    }
    (discarded == 0).then_some(bytes)
}
