//! The same rows by `sqlite3` alone.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use tokio::time::Instant;

/// What ccgate wrote; a table that is not there, or empty, is left out.
const TABLES: [&str; 3] = ["event", "delivery", "leg"];

/// Seconds that `sqlite3` takes to insert the rows of the database at `path` into a new one with the same tables, indexes and journal, so many
/// events a commit.
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
