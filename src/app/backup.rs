//! `ccgate backup` and `ccgate restore`.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

use super::say;
use crate::clock::Clock;
use crate::config::Config;
use crate::store::backup;

/// Copies the database of a configuration into a new file, while ccgate runs or not.
///
/// # Errors
/// See [`backup::backup`]; no database at all.
pub async fn run(config: &Path, to: &Path) -> anyhow::Result<()> {
    let path = Config::load(config)?.database.path;
    ensure!(path.exists(), "{} is not there: there is nothing to back up yet", path.display());
    let bytes = backup::backup(&path, to).await.with_context(|| format!("{} is not backed up", path.display()))?;
    say(&format!("{}: {bytes} bytes, whole and checked; recordings and sound files are not in it", to.display()));
    Ok(())
}

/// Puts such a copy into the database's place.
///
/// # Errors
/// See [`backup::restore`].
pub async fn restore(config: &Path, from: &Path) -> anyhow::Result<()> {
    let path = Config::load(config)?.database.path;
    let restored = backup::restore(from, &path, Clock::system().now()).await;
    let replaced = restored.with_context(|| format!("{} is as it was", path.display()))?;
    let kept = |replaced: PathBuf| format!("; the one before is {}", replaced.display());
    say(&format!("{} is {} now{}", path.display(), from.display(), replaced.map(kept).unwrap_or_default()));
    Ok(())
}
