//! Whether the database's file is still where it was opened. SQLite would go on with one that was removed or replaced, and all of it be gone after the next
//! start. Nothing is opened, either, while it is not: a connection to another file would use the log that belongs to this one.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file that was opened.
#[derive(Clone, Debug)]
pub(super) struct OpenFile {
    path: PathBuf,
    /// Its device and its number there.
    is: (u64, u64),
}

impl OpenFile {
    /// The one that is there now.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), is: identity(path)? })
    }

    /// Fails when another file is there, or none.
    ///
    /// # Errors
    /// Says so.
    pub(super) fn check(&self) -> io::Result<()> {
        match identity(&self.path) {
            Ok(found) if found == self.is => Ok(()),
            Ok(_) => {
                Err(io::Error::other(format!("another file was put in the place of {}; restart ccgate to open it", self.path.display())))
            }
            Err(error) => Err(io::Error::other(format!("{} is gone ({error}); put it back where it was", self.path.display()))),
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|file| (file.dev(), file.ino()))
}
