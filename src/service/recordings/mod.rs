//! Recorded calls: heard, deleted, kept for a time, and not listening while a card number is said.

mod hold;
mod keep;

use std::io;
use std::path::PathBuf;

use tokio::fs;

use super::access::Caller;
use super::{Error, Result, Service};
use crate::clock::Millis;
use crate::domain::Permission;
use crate::domain::recording::RecordingFile;
use crate::store;
use crate::store::recording::Kept;
use crate::switch::recording::Place;

/// What the configuration says of recordings.
#[derive(Clone, Debug)]
pub struct Recordings {
    /// Where the switch puts them.
    pub place: Place,
    /// The same folder as ccgate sees it.
    pub local_folder: PathBuf,
    /// Days after which they are deleted; 0: never.
    pub keep_days: u32,
}

/// A recording that can be heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playable {
    /// The file, below the folder of recordings and not by a link out of it.
    pub path: PathBuf,
    /// What is in it, and whose it is.
    pub file: RecordingFile,
    /// The leg that was recorded.
    pub leg: String,
    /// When it began.
    pub started_at: Millis,
}

impl Service {
    /// The recording of the call with this leg, for who has `supervise` or spoke in the call.
    ///
    /// # Errors
    /// [`Error::NotFound`] without such a call, [`Error::Forbidden`], [`Error::NotThere`] when it was not recorded or the file is gone,
    /// [`Error::Conflict`] while it is being written.
    pub async fn recording(&self, caller: &Caller, leg: &str) -> Result<Playable> {
        let (kept, file) = self.kept(caller, leg, caller.may(Permission::Supervise)).await?;
        match self.recordings().locate(&file).await {
            Ok(path) => Ok(Playable { path, file, leg: kept.leg, started_at: kept.started_at }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(Error::NotThere("the recording is no longer in the folder of recordings".to_owned()))
            }
            Err(error) => Err(Error::Internal(format!("a recording cannot be read: {error}"))),
        }
    }

    /// Deletes the recording of the call with this leg.
    ///
    /// # Errors
    /// As [`Service::recording`]; needs `supervise`. [`Error::Internal`] when the file cannot be deleted.
    pub async fn delete_recording(&self, caller: &Caller, leg: &str) -> Result<()> {
        caller.require(Permission::Supervise)?;
        let (kept, file) = self.kept(caller, leg, true).await?;
        self.recordings().delete(&file).await.map_err(|error| Error::Internal(format!("a recording cannot be deleted: {error}")))?;
        let now = self.clock().now();
        let noted =
            self.store().write(move |conn| Box::pin(async move { store::recording::deleted(conn, kept.account_id, &kept.leg, now).await }));
        Ok(noted.await?)
    }

    /// The recording that should be there.
    async fn kept(&self, caller: &Caller, leg: &str, any: bool) -> Result<(Kept, RecordingFile)> {
        let account = caller.account_id();
        let mut conn = self.store().read().await?;
        let kept = store::recording::of_call(&mut conn, account, leg).await?.ok_or(Error::NotFound("call"))?;
        if !any && !store::recording::spoke_in(&mut conn, account, leg, caller.user.id).await? {
            return Err(Error::Forbidden("without the permission supervise a user hears only calls that it spoke in"));
        }
        let Some(file) = kept.file.clone().filter(|file| file.account() == account) else {
            return Err(Error::NotThere("the call was not recorded".to_owned()));
        };
        if kept.deleted_at.is_some() {
            return Err(Error::NotThere("the recording was deleted".to_owned()));
        }
        if kept.ended_at.is_none() {
            return Err(Error::Conflict("the call is still being recorded; ask again when it is over".to_owned()));
        }
        Ok((kept, file))
    }

    fn recordings(&self) -> &Recordings {
        &self.0.parts.recordings
    }
}

impl Recordings {
    /// The file's path here. A link that leads out of the folder is as no file.
    async fn locate(&self, file: &RecordingFile) -> io::Result<PathBuf> {
        self.below(self.local_folder.join(file.as_str())).await?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Deletes the file; one that is not there is deleted, unless the whole folder is not, or a link leads out of it.
    async fn delete(&self, file: &RecordingFile) -> io::Result<()> {
        let path = self.local_folder.join(file.as_str());
        let (Some(day), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
        let day = match self.below(day.to_owned()).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound && fs::metadata(&self.local_folder).await.is_ok() => return Ok(()),
            day => day?,
        };
        let Some(day) = day else { return Err(io::Error::other("a link leads out of the folder of recordings")) };
        match fs::remove_file(day.join(name)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        }
    }

    /// Where a path leads; none when that is out of the folder.
    async fn below(&self, path: PathBuf) -> io::Result<Option<PathBuf>> {
        let (folder, path) = (fs::canonicalize(&self.local_folder).await?, fs::canonicalize(path).await?);
        Ok(Some(path).filter(|path| path.starts_with(folder)))
    }
}
