//! The same rows by `sqlite3` alone.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tokio::time::Instant;

/// What ccgate wrote once.
const TABLES: [&str; 2] = ["event", "delivery"];

/// What of a leg changes from one event to the next.
const LEG_CHANGES: &str = "rang_at = excluded.rang_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at, \
    hangup_cause = excluded.hangup_cause, told = excluded.told, data = excluded.data, state = excluded.state";

/// Seconds that `sqlite3` takes to write the rows of the database at `path` into a new one with the same tables, indexes and journal, so many events
/// a commit. A leg is written as often as ccgate wrote it, in each commit with an event of it, always as it was in the end.
pub fn group_commit(path: &Path, folder: &Path, events_a_commit: usize) -> f64 {
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<_> = std::fs::read_dir(migrations).expect("the migrations").map(|file| file.expect("a file").path()).collect();
    files.sort();
    let bare = folder.join("bare.db");
    let mut schema = "PRAGMA journal_mode = WAL;\n".to_owned();
    for file in files {
        schema.push_str(&std::fs::read_to_string(file).expect("a migration"));
    }
    schema.push_str(&sqlite3(path, ".mode insert account\nSELECT * FROM account;\n"));
    sqlite3(&bare, &schema);
    let rows: Vec<Vec<String>> = TABLES.iter().map(|table| rows(path, table)).collect();
    let commits = rows[0].len().div_ceil(events_a_commit);
    let legs: HashMap<String, String> = lines(path, "SELECT uuid FROM leg;").into_iter().zip(self::rows(path, "leg")).collect();
    let leg_of_event = lines(path, "SELECT json_extract(data, '$.id') FROM event ORDER BY seq;");
    let mut script = "PRAGMA synchronous = FULL;\n".to_owned();
    for commit in 0..commits {
        script.push_str("BEGIN IMMEDIATE;\n");
        for (table, rows) in TABLES.iter().zip(&rows) {
            let each = rows.len().div_ceil(commits);
            let part = rows.get(commit * each..((commit + 1) * each).min(rows.len())).unwrap_or_default();
            if !part.is_empty() {
                writeln!(script, "INSERT INTO {table} VALUES {};", part.join(",")).expect("text");
            }
        }
        let its_legs: BTreeSet<_> = leg_of_event.chunks(events_a_commit).nth(commit).into_iter().flatten().collect();
        let its_rows: Vec<_> = its_legs.into_iter().map(|leg| legs[leg].as_str()).collect();
        writeln!(script, "INSERT INTO leg VALUES {} ON CONFLICT (uuid) DO UPDATE SET {LEG_CHANGES};", its_rows.join(",")).expect("text");
        script.push_str("COMMIT;\n");
    }
    let begun = Instant::now();
    sqlite3(&bare, &script);
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(sqlite3(&bare, "SELECT count(*) FROM event;").trim(), rows[0].len().to_string());
    seconds
}

/// The rows of a table as `(...)`.
fn rows(path: &Path, table: &str) -> Vec<String> {
    // Columns that are worked out of others are not in this list.
    let columns = sqlite3(path, &format!("SELECT group_concat(name, ', ') FROM pragma_table_info('{table}');"));
    let printed = sqlite3(path, &format!(".mode insert {table}\nSELECT {} FROM {table};\n", columns.trim()));
    let prefix = format!("INSERT INTO {table} VALUES");
    printed.lines().filter_map(|line| Some(line.strip_prefix(&prefix)?.strip_suffix(';')?.to_owned())).collect()
}

fn lines(path: &Path, query: &str) -> Vec<String> {
    sqlite3(path, query).lines().map(str::to_owned).collect()
}

fn sqlite3(path: &Path, script: &str) -> String {
    let mut child = Command::new("sqlite3");
    let mut child = child.arg("-bail").arg(path).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sqlite3 is on the PATH");
    let mut input = child.stdin.take().expect("its input");
    let script = script.to_owned();
    // Beside reading, so that neither waits for the other.
    let writing = std::thread::spawn(move || std::io::Write::write_all(&mut input, script.as_bytes()));
    let output = child.wait_with_output().expect("sqlite3 ends");
    writing.join().expect("no panic").expect("sqlite3 reads");
    assert!(output.status.success(), "sqlite3 failed");
    String::from_utf8(output.stdout).expect("text")
}
