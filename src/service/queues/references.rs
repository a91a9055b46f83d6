//! What a queue names must be its account's.

use crate::domain::group::{QueueLabel, Site};
use crate::domain::media::Media;
use crate::domain::queue::Settings;
use crate::domain::resource::Kind;
use crate::domain::{AccountId, MediaId};
use crate::service::{Error, Result};
use crate::store::{self, Conn};

/// Checks the ids that `after` has and `before` had not: what was deleted since is no reason to refuse another change.
///
/// # Errors
/// [`Error::Invalid`] that names the field.
pub(super) async fn check_references(conn: &mut Conn, account: AccountId, before: &Settings, after: &Settings) -> Result<()> {
    if after.site_id != before.site_id {
        check::<Site>(conn, account, "site_id", after.site_id).await?;
    }
    for (field, was, is) in [
        ("announce_id", before.announce_id, after.announce_id),
        ("moh_id", before.moh_id, after.moh_id),
        ("pre_bridge_announce", before.pre_bridge_announce, after.pre_bridge_announce),
        ("join_announce", before.join_announce, after.join_announce),
    ] {
        if is != was {
            check::<Media>(conn, account, field, is).await?;
        }
    }
    if after.labels != before.labels {
        check::<QueueLabel>(conn, account, "labels", after.labels.iter().copied()).await?;
    }
    if after.audio_playback != before.audio_playback {
        check::<Media>(conn, account, "audio_playback", played(after)).await?;
    }
    Ok(())
}

async fn check<K: Kind>(conn: &mut Conn, account: AccountId, field: &str, ids: impl IntoIterator<Item = K::Id>) -> Result<()> {
    for id in ids {
        store::resource::owned::<K>(conn, account, id).await.map_err(|error| match error {
            store::Error::Missing(words) => Error::invalid(field, format!("must name a {words} of this account")),
            other => other.into(),
        })?;
    }
    Ok(())
}

fn played(settings: &Settings) -> Vec<MediaId> {
    let items = settings.audio_playback.as_ref().and_then(|playback| playback.as_array());
    items.into_iter().flatten().filter_map(|item| item["media_id"].as_i64()).map(MediaId).collect()
}
