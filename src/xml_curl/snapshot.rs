//! What the switch goes on with while ccgate is away: what it would be answered, as files that its static configuration reads
//! (`freeswitch-conf/`: `ccgate_snapshot` of vars.xml).
//!
//! Phones and queues are included in the switch's XML, which it parses when it starts and when it is told to (`reloadxml`); a dialplan is parsed
//! for each call that nobody answered for. A file is written whole or not at all, and only when it differs.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::dialplan::{self, Known};
use super::{callcenter, directory};
use crate::reconcile::{Desired, Presence, Reconciler};
use crate::switch::Switch;

/// How often it is worked out, at most.
pub const RENDER_EVERY: Duration = Duration::from_secs(5);
/// How often the switch is told to read its XML again, at most. It parses every file of its configuration then, and sets what vars.xml sets.
pub const RELOAD_EVERY: Duration = Duration::from_secs(60);
/// Of the folder, when ccgate makes it: there are passwords of phones and mailboxes.
const FOLDER_MODE: u32 = 0o750;
/// Of each file.
const FILE_MODE: u32 = 0o640;
/// Phones and mailboxes: in the section `directory`.
const DIRECTORY: &str = "directory.xml";
/// In `<queues>` of callcenter.conf.
const QUEUES: &str = "queues.xml";
/// A dialplan of its own: callers from outside.
const PUBLIC: &str = "public.xml";
/// A dialplan for each account: `account-<id>.xml`.
const ACCOUNT: &str = "account-";
/// Is there from when something is written that the switch has to read again, until it has.
const UNREAD: &str = "unread";

/// Keeps the files.
#[derive(Debug)]
pub struct Snapshot {
    folder: PathBuf,
    reconciler: Reconciler,
    switch: Switch,
    reloaded_at: Option<Instant>,
    failing: bool,
}

impl Snapshot {
    /// In this folder, which need not be there.
    pub fn new(folder: PathBuf, reconciler: Reconciler, switch: Switch) -> Self {
        Self { folder, reconciler, switch, reloaded_at: None, failing: false }
    }

    /// Runs until `leaving` is cancelled, and leaves the switch with what is true then.
    pub async fn run(mut self, leaving: CancellationToken) {
        let mut reports = self.reconciler.reports();
        while !leaving.is_cancelled() {
            self.once(Instant::now()).await;
            tokio::select! {
                changed = reports.changed() => if changed.is_err() { return },
                () = leaving.cancelled() => {}
            }
            leaving.run_until_cancelled(sleep(RENDER_EVERY)).await;
        }
        self.reloaded_at = None;
        self.once(Instant::now()).await;
    }

    /// Writes what differs, and has the switch read it when it may.
    pub async fn once(&mut self, now: Instant) {
        let (folder, desired, presence) = (self.folder.clone(), self.reconciler.desired(), self.reconciler.presence().clone());
        let kept = tokio::task::spawn_blocking(move || keep(&folder, &desired, &presence)).await.map_err(io::Error::other).flatten();
        if let Err(error) = &kept
            && !self.failing
        {
            tracing::error!(folder = %self.folder.display(), %error, "what the switch goes on with while ccgate is away, xml_curl.snapshot_folder, \
                cannot be written; ccgate must be able to write there");
        }
        self.failing = kept.is_err();
        let may_reload = self.reloaded_at.is_none_or(|at| now.duration_since(at) >= RELOAD_EVERY);
        if kept.is_ok_and(|unread| unread) && may_reload {
            self.reload(now).await;
        }
    }

    /// A switch that is away reads it when it starts, or is told when it is back.
    async fn reload(&mut self, now: Instant) {
        let Ok(hands) = self.switch.hands() else { return };
        match hands.reload_xml().await {
            Ok(()) => {
                self.reloaded_at = Some(now);
                // Still there, it is read once more.
                drop(tokio::fs::remove_file(self.folder.join(UNREAD)).await);
            }
            Err(error) => tracing::debug!(%error, "the switch has not read its snapshot"),
        }
    }
}

/// Makes the files what they should be; whether there is something that the switch has to read.
fn keep(folder: &Path, desired: &Arc<Desired>, presence: &Presence) -> io::Result<bool> {
    DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
    let files = render(desired, presence)?;
    for (name, text) in &files {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|kept| kept == text.as_bytes()) {
            continue;
        }
        if [DIRECTORY, QUEUES].contains(&name.as_str()) {
            write(folder, UNREAD, "")?;
        }
        write(folder, name, text)?;
    }
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with(ACCOUNT) && !files.contains_key(&name) {
            fs::remove_file(folder.join(name))?;
        }
    }
    folder.join(UNREAD).try_exists()
}

/// Every file by its name.
pub(super) fn render(desired: &Desired, presence: &Presence) -> io::Result<BTreeMap<String, String>> {
    let known = Known { desired, presence };
    let mut files = BTreeMap::from([
        (DIRECTORY.to_owned(), directory::file(desired)?),
        (QUEUES.to_owned(), callcenter::file(desired)?),
        (PUBLIC.to_owned(), dialplan::public(known)?),
    ]);
    for account in desired.accounts() {
        files.insert(format!("{ACCOUNT}{}.xml", account.account.id), dialplan::of_account(known, account)?);
    }
    Ok(files)
}

/// Beside it first, then in its place.
fn write(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let new = folder.join(format!(".{name}.new"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, folder.join(name))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;
    use crate::domain::account::Settings;
    use crate::xml_curl::dialplan::setting_tests::with_mailbox;
    use crate::xml_curl::dialplan::tests::{office, presence};

    #[test]
    fn an_office() {
        let files = render(&with_mailbox(), &presence()).unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), ["account-1.xml", "directory.xml", "public.xml", "queues.xml"]);
        let text: Vec<_> = files.iter().map(|(name, text)| format!("== {name}\n{}", text.replace("><", ">\n<"))).collect();
        insta::assert_snapshot!(text.join("\n"));
    }

    #[test]
    fn files_are_written_when_they_differ_and_are_not_everybodys() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("snapshot");
        let keep = |desired: Desired| keep(&folder, &Arc::new(desired), &presence()).unwrap();
        assert!(keep(with_mailbox()), "the switch has read none of it");
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o007, 0);
        let files = || -> BTreeMap<_, _> {
            let entries = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap());
            entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap())).collect()
        };
        assert!(files().values().all(|file| file.permissions().mode() & 0o027 == 0), "{:?}", files());
        fs::remove_file(folder.join(UNREAD)).unwrap();

        let nodes = || -> BTreeMap<_, _> { files().into_iter().map(|(name, file)| (name, file.ino())).collect() };
        let before = nodes();
        assert!(!keep(with_mailbox()));
        assert_eq!(nodes(), before, "nothing differs");
        // Without the mailbox: its phone's entry and the numbers, but no queue.
        assert!(keep(office(Settings::default(), Some("carrier"))), "the directory differs");
        let changed: Vec<_> = nodes().into_iter().filter(|file| before.get(&file.0) != Some(&file.1)).map(|file| file.0).collect();
        assert_eq!(changed, ["account-1.xml", "directory.xml", UNREAD]);
        keep(Desired::default());
        assert_eq!(files().into_keys().collect::<Vec<_>>(), ["directory.xml", "public.xml", "queues.xml", UNREAD]);
    }
}
