//! Recordings are kept for so many days, then deleted.

use crate::clock::Millis;
use crate::service::{Result, Service};
use crate::store;
use crate::store::recording::Kept;

/// Recordings that are deleted, and noted in one commit, before anything else gets its turn.
const BATCH_MAX: u32 = 100;
/// The longest time until recordings are looked at again, in milliseconds.
const LOOK_MS: i64 = 3_600_000;
/// When one that could not be deleted is tried again, in milliseconds.
const RETRY_MS: i64 = 86_400_000;
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

impl Service {
    /// Deletes recordings of calls that began more than `keep_days` before `now`, at most `BATCH_MAX`; when to look again, none for never. Files that
    /// no leg tells of are left alone.
    ///
    /// # Errors
    /// When the database cannot be read or written. A file that cannot be deleted is logged, and tried again after a day.
    pub async fn recordings_once(&self, now: Millis) -> Result<Option<Millis>> {
        let days = i64::from(self.recordings().keep_days);
        if days == 0 {
            return Ok(None);
        }
        let before = Millis(now.0 - days * DAY_MS);
        let due = store::recording::due(&mut *self.store().read().await?, before, now, BATCH_MAX).await?;
        let full = due.len() >= BATCH_MAX as usize;
        let mut outcomes = Vec::with_capacity(due.len());
        for kept in due {
            let deleted = self.is_deleted(&kept).await;
            outcomes.push((kept, deleted));
        }
        if !outcomes.is_empty() {
            let noted = self.store().write(move |conn| {
                Box::pin(async move {
                    for (kept, deleted) in outcomes {
                        if deleted {
                            store::recording::deleted(conn, kept.account_id, &kept.leg, now).await?;
                        } else {
                            store::recording::retry(conn, kept.account_id, &kept.leg, Millis(now.0 + RETRY_MS)).await?;
                        }
                    }
                    Ok::<_, store::Error>(())
                })
            });
            noted.await?;
        }
        Ok(Some(if full { now } else { Millis(now.0 + LOOK_MS) }))
    }

    async fn is_deleted(&self, kept: &Kept) -> bool {
        let Some(file) = kept.file.as_ref().filter(|file| file.account() == kept.account_id) else { return true };
        let Err(error) = self.recordings().delete(file).await else { return true };
        // Once a file, not each time.
        if kept.retry_at.is_none() {
            tracing::warn!(%file, %error, "a recording is to be deleted and cannot be; it is tried again every day");
        }
        false
    }
}
