//! The folder in which the switch keeps the records of legs that it could not post (`err-log-dir` of json_cdr.conf). It never sends them again
//! itself, so they are read here.
//!
//! A file is `<leg's UUID>.cdr.json`, one document and a line's end, written in place.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tokio::fs;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::look::NamesNow;
use super::records::{Records, Second, channel};
use crate::clock::{Clock, Millis};
use crate::domain::SwitchId;
use crate::store::{self, Store};
use crate::switch::Names;
use crate::switch::cdr::{self, Cdr};

/// Files that are read before any of them is deleted.
pub const FILES_A_PASS_MAX: usize = 1_000;
/// The longest record, in bytes: every variable of its channel, some 10 kB.
const RECORD_MAX_BYTES: u64 = 1024 * 1024;
/// How often the folder is read when nobody asks.
const READ_EVERY: Duration = Duration::from_secs(10);
/// How long a file may be unfinished, in milliseconds.
const UNFINISHED_MS: i64 = 10_000;
/// Where files go that cannot be read, in the folder.
const UNREADABLE: &str = "unreadable";
const SUFFIX: &str = ".cdr.json";

/// Reads the folder.
pub struct Spool {
    folder: PathBuf,
    records: Records,
    names: NamesNow,
    clock: Clock,
    asked: watch::Receiver<u64>,
}

/// Why a pass ended before its end; what it did not get to is there at the next.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The folder or a file of it.
    #[error("the folder of records, switch.cdr_spool, cannot be used; ccgate must read and write it: {0}")]
    Folder(#[from] io::Error),
    /// What was read could not be committed.
    #[error("what the records say could not be kept: {0}")]
    Store(#[from] store::Error),
}

impl Spool {
    /// Of that folder, which need not be there; records from elsewhere come by [`Records`].
    pub fn new(folder: &Path, store: Store, switch: SwitchId, names: NamesNow, clock: Clock) -> (Self, Records, Second) {
        let (ask, asked) = watch::channel(0);
        let (records, second) = channel(store, switch, Some(ask));
        (Self { folder: folder.to_owned(), records: records.clone(), names, clock, asked }, records, second)
    }

    /// Reads whenever it is asked to, and now and then, until `shutdown` is cancelled.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut failing = false;
        loop {
            tokio::select! {
                changed = self.asked.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(READ_EVERY) => {}
                () = shutdown.cancelled() => return,
            }
            let asked = *self.asked.borrow_and_update();
            tokio::select! {
                read = self.replay_once(self.clock.now()) => {
                    if let Err(error) = &read && !failing {
                        tracing::error!(%error, "what was recorded while ccgate was away stays there");
                    }
                    failing = read.is_err();
                }
                () = shutdown.cancelled() => return,
            }
            self.records.folder_read(asked).await;
        }
    }

    /// Takes in every record in the folder, and deletes each file when what it tells is committed. How many there were.
    ///
    /// # Errors
    /// Of the folder or the database; files that were taken in are gone.
    pub async fn replay_once(&self, now: Millis) -> Result<usize, SpoolError> {
        let files = self.files().await?;
        for some in files.chunks(FILES_A_PASS_MAX) {
            let (mut cdrs, mut read) = (Vec::new(), Vec::new());
            for (written_at, file) in some {
                match read_file(file, &(self.names)()).await {
                    Ok(cdr) => {
                        cdrs.push(cdr);
                        read.push(file);
                    }
                    Err(_) if now.since(*written_at) < UNFINISHED_MS => {}
                    // One that cannot be put aside either keeps nobody from the others.
                    Err(error) => {
                        if let Err(error) = self.put_aside(file, &error).await {
                            tracing::warn!(file = %file.display(), %error, "a record of the switch cannot be put aside");
                        }
                    }
                }
            }
            self.records.take(cdrs).await?;
            for file in read {
                fs::remove_file(file).await?;
            }
        }
        Ok(files.len())
    }

    /// The files that there are, the oldest first.
    async fn files(&self) -> Result<Vec<(Millis, PathBuf)>, io::Error> {
        let mut entries = match fs::read_dir(&self.folder).await {
            // The switch makes it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut files = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            // No link, folder or pipe that somebody put there.
            if entry.file_name().to_string_lossy().ends_with(SUFFIX) && entry.file_type().await?.is_file() {
                files.push((millis(entry.metadata().await?.modified()?), entry.path()));
            }
        }
        files.sort();
        Ok(files)
    }

    async fn put_aside(&self, file: &Path, error: &str) -> Result<(), io::Error> {
        let aside = self.folder.join(UNREADABLE);
        fs::create_dir_all(&aside).await?;
        tracing::warn!(file = %file.display(), error, "a record of the switch cannot be read and is put aside, in `unreadable` beside it");
        fs::rename(file, aside.join(file.file_name().unwrap_or_default())).await
    }
}

/// A record, or why it is none.
async fn read_file(file: &Path, names: &Names) -> Result<Cdr, String> {
    if fs::metadata(file).await.map_err(|error| error.to_string())?.len() > RECORD_MAX_BYTES {
        return Err(format!("it has more than {RECORD_MAX_BYTES} bytes"));
    }
    let json = fs::read(file).await.map_err(|error| error.to_string())?;
    cdr::read(&json, names).map_err(|error| error.to_string())
}

/// The file system's clock is the switch's and ours.
fn millis(time: SystemTime) -> Millis {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::calls::records::Said;

    const RECORD: &str = include_str!("../../../tests/fixtures/json_cdr/queue-member.txt");

    #[tokio::test]
    async fn a_file_goes_when_it_is_committed_and_aside_when_it_cannot_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("ccgate.db"), Clock::system()).await.unwrap();
        let files = folder.path().join("cdr");
        let (spool, _, mut second) = Spool::new(&files, store, SwitchId(1), std::sync::Arc::new(std::sync::Arc::default), Clock::system());
        let now = Clock::system().now();
        assert_eq!(spool.replay_once(now).await.unwrap(), 0, "the switch makes the folder when it needs it");

        std::fs::create_dir(&files).unwrap();
        std::fs::write(files.join("0965d95d-ad0d-49da-9795-ad09cdd6da9c.cdr.json"), RECORD.split_once("\n\n").unwrap().1).unwrap();
        std::fs::write(files.join("unfinished.cdr.json"), "{\"core-uuid\":").unwrap();
        std::fs::write(files.join("a-note.txt"), "not a record").unwrap();
        let names = || {
            let mut names: Vec<_> =
                std::fs::read_dir(&files).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        let refused = async {
            let Some(Said::Ended(cdrs, done)) = second.said.recv().await else { panic!("nothing was read") };
            assert_eq!((cdrs.len(), names().len()), (1, 3), "it is there until it is committed");
            drop(done);
        };
        assert!(tokio::join!(spool.replay_once(now), refused).0.is_err());
        let taken = async {
            let Some(Said::Ended(_, done)) = second.said.recv().await else { panic!("nothing was read") };
            done.send(()).unwrap();
        };
        assert_eq!(tokio::join!(spool.replay_once(now), taken).0.unwrap(), 2);
        assert_eq!(names(), ["a-note.txt", "unfinished.cdr.json"]);

        assert_eq!(spool.replay_once(now.plus_ms(UNFINISHED_MS + 1_000)).await.unwrap(), 1);
        assert_eq!(names(), ["a-note.txt", UNREADABLE]);
        assert!(files.join(UNREADABLE).join("unfinished.cdr.json").exists());
    }
}
