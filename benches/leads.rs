//! The import of a million leads through the API, as JSON and as CSV, beside `sqlite3 .import` of the same CSV; then pages of the list.
//!
//! `cargo bench --bench leads`, or with another number of leads `cargo bench --bench leads -- 10000`. ccgate is a process of its own, so that
//! its peak memory is its own. Needs `sqlite3` on the PATH, and Linux for the peak memory.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark prints, and ends when something is wrong")]

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ccgate::clock::Clock;
use serde_json::Value;

const LEADS: u64 = 1_000_000;
/// The goals: against `.import`, and of memory.
const RATIO_MAX: f64 = 10.0;
const PEAK_MB_MAX: f64 = 100.0;
/// Requests of which the middle one is told.
const ASKED: usize = 21;
/// Nothing here takes longer.
const WAIT: Duration = Duration::from_secs(600);

fn main() {
    let leads = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(LEADS);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (json, csv) = write_files(folder.path(), leads);
    let sqlite_s = sqlite_import(folder.path(), &csv, leads);
    let from_csv = Imported::by_ccgate(&csv, "text/csv", leads);
    let from_json = Imported::by_ccgate(&json, "application/json", leads);
    println!("\n| {leads} leads | time | to .import | peak memory |\n| --- | ---: | ---: | ---: |");
    println!("| sqlite3 .import of the CSV | {sqlite_s:.1} s | 1.0 | |");
    for (what, imported) in [("CSV", &from_csv), ("JSON array", &from_json)] {
        let ratio = imported.import_s / sqlite_s;
        println!("| POST of the {what} | {:.1} s | {ratio:.1} | {:.0} MB |", imported.import_s, imported.peak_mb);
    }
    println!("| the CSV again: every lead known | {:.1} s | {:.1} | |", from_csv.again_s, from_csv.again_s / sqlite_s);
    println!("| page of 500 at offset 0 | {:.1} ms | | |", from_csv.first_page_ms);
    println!("| page of 500 at offset {} | {:.1} ms | | |", leads.saturating_sub(1_000), from_csv.last_page_ms);
    println!("| all of them | {:.1} s | | {:.0} MB |", from_csv.all_s, from_csv.all_peak_mb);
    for imported in [&from_csv, &from_json] {
        assert!(imported.import_s <= RATIO_MAX * sqlite_s, "more than {RATIO_MAX} times the time of .import");
        assert!(imported.peak_mb <= PEAK_MB_MAX, "more than {PEAK_MB_MAX} MB");
    }
}

/// The same leads as JSON and as CSV, in no order.
fn write_files(folder: &Path, leads: u64) -> (PathBuf, PathBuf) {
    let (json, csv) = (folder.join("leads.json"), folder.join("leads.csv"));
    let file = |path| BufWriter::new(File::create(path).expect("a file"));
    let (mut to_json, mut to_csv) = (file(&json), file(&csv));
    writeln!(to_csv, "phone,name,lead_id,priority,tags,ext_api_vars").expect("a file");
    for number in 0..leads {
        // A factor without a divisor in common with the modulus: every number once.
        let phone = format!("97254{:07}", number * 7_368_787 % 10_000_000);
        let (priority, tags) = (number % 5, if number % 3 == 0 { "vip,gold" } else { "" });
        let comma = if number == 0 { '[' } else { ',' };
        write!(
            to_json,
            "{comma}\n{{\"phone\":\"{phone}\",\"name\":\"Name {number}\",\"lead_id\":\"L{number}\",\"priority\":{priority},\
             \"tags\":\"{tags}\",\"ext_api_vars\":{{\"city\":\"Haifa\",\"n\":{number}}}}}"
        )
        .expect("a file");
        writeln!(to_csv, "{phone},Name {number},L{number},{priority},\"{tags}\",\"{{\"\"city\"\":\"\"Haifa\"\",\"\"n\"\":{number}}}\"")
            .expect("a file");
    }
    write!(to_json, "\n]").and_then(|()| to_json.flush()).and_then(|()| to_csv.flush()).expect("a file");
    (json, csv)
}

/// Seconds that `.import` takes into a table with the same columns, indexes and safety.
fn sqlite_import(folder: &Path, csv: &Path, leads: u64) -> f64 {
    const TABLE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE lead (phone TEXT NOT NULL UNIQUE, name TEXT, lead_id TEXT, priority INTEGER NOT NULL, tags TEXT, ext_api_vars TEXT) STRICT;
        CREATE INDEX lead_in_order ON lead (priority, phone);
        CREATE INDEX lead_by_lead_id ON lead (lead_id, phone) WHERE lead_id IS NOT NULL;";
    let import = format!(".import --csv --skip 1 '{}' lead", csv.display());
    let (seconds, output) = timed(|| {
        let mut sqlite = Command::new("sqlite3");
        sqlite.arg(folder.join("sqlite.db")).args([TABLE, &import, "SELECT count(*) FROM lead"]).output().expect("sqlite3 is on the PATH")
    });
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.trim_end().ends_with(&leads.to_string()),
        "sqlite3 did not import: {printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    seconds
}

/// What was measured of one import.
struct Imported {
    import_s: f64,
    peak_mb: f64,
    again_s: f64,
    first_page_ms: f64,
    last_page_ms: f64,
    all_s: f64,
    all_peak_mb: f64,
}

impl Imported {
    fn by_ccgate(file: &Path, content_type: &str, leads: u64) -> Self {
        let ccgate = Ccgate::start();
        let list = &ccgate.ask("POST", "/api/phone_list?name=Leads", "", None)["data"];
        let path = format!("/api/phone_list/{}/lead", list["id"]);
        let (import_s, answer) = timed(|| ccgate.ask("POST", &path, content_type, Some(file)));
        assert_eq!(answer["data"]["added"], leads, "{answer}");
        let peak_mb = ccgate.peak_mb();
        let (again_s, answer) = timed(|| ccgate.ask("POST", &path, content_type, Some(file)));
        assert_eq!(answer["data"]["updated"], leads, "{answer}");
        let page = |offset: u64| {
            let path = format!("{path}?limit=500&offset={offset}");
            let mut asked: Vec<_> = (0..ASKED).map(|_| timed(|| ccgate.ask("GET", &path, "", None)).0 * 1_000.0).collect();
            asked.sort_by(f64::total_cmp);
            asked[ASKED / 2]
        };
        let (first_page_ms, last_page_ms) = (page(0), page(leads.saturating_sub(1_000)));
        let (all_s, bytes) = timed(|| ccgate.send("GET", &path, "", None).len() as u64);
        assert!(bytes > leads * 50, "not all leads came");
        Self { import_s, peak_mb, again_s, first_page_ms, last_page_ms, all_s, all_peak_mb: ccgate.peak_mb() }
    }
}

/// A ccgate with a database of its own; the switch is away. Ends when it is dropped.
struct Ccgate {
    child: Child,
    address: String,
    key: String,
    _folder: tempfile::TempDir,
}

impl Ccgate {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let free = || std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port");
        let (address, switch) = (free().to_string(), free());
        let (config, database) = (folder.path().join("ccgate.toml"), folder.path().join("ccgate.db"));
        let text = format!(
            "[http]\nlisten = '{address}'\n[database]\npath = '{}'\n[switch]\nport = {}\npassword = 'a password'\n\
             [xml_curl]\npassword = 'another password'\n",
            database.display(),
            switch.port()
        );
        std::fs::write(&config, text).expect("a file");
        let ccgate = || Command::new(env!("CARGO_BIN_EXE_ccgate"));
        let user = ["user", "create", "--admin", "--domain", "bench.local", "--username", "bench", "--email", "bench@example.com"];
        let made = ccgate().args(user).arg("--config").arg(&config).output().expect("ccgate runs");
        let printed = String::from_utf8_lossy(&made.stdout).into_owned();
        let key = printed.lines().find_map(|line| line.strip_prefix("api_key=")).expect("a key").to_owned();
        let mut serve = ccgate();
        serve
            .arg("serve")
            .arg("--config")
            .arg(&config)
            .env("CCGATE__LOG__FILTER", "off")
            .env("CCGATE__OPERATIONS__LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let child = serve.spawn().expect("ccgate runs");
        let ccgate = Self { child, address, key, _folder: folder };
        let clock = Clock::system();
        let begun = clock.now();
        while TcpStream::connect(&ccgate.address).is_err() {
            assert!(clock.now().since(begun) < 60_000, "ccgate does not answer");
        }
        ccgate
    }

    /// A request and its answer, which must be a success.
    fn ask(&self, method: &str, path: &str, content_type: &str, file: Option<&Path>) -> Value {
        let body = self.send(method, path, content_type, file);
        let answer: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body)));
        assert_eq!(answer["success"], true, "{method} {path}: {answer}");
        answer
    }

    /// A request and the body of its answer. HTTP/1.0, so that the body ends with the connection.
    fn send(&self, method: &str, path: &str, content_type: &str, file: Option<&Path>) -> Vec<u8> {
        let mut stream = TcpStream::connect(&self.address).expect("ccgate listens");
        stream.set_read_timeout(Some(WAIT)).and_then(|()| stream.set_write_timeout(Some(WAIT))).expect("a socket");
        let mut file = file.map(|file| File::open(file).expect("the file is there"));
        let length = file.as_ref().map_or(0, |file| file.metadata().expect("the file is there").len());
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\nx-api-key: {}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n",
            self.key
        )
        .expect("ccgate reads");
        if let Some(file) = &mut file {
            std::io::copy(file, &mut stream).expect("ccgate reads");
        }
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("ccgate answers");
        let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("an HTTP answer");
        answer.split_off(head + 4)
    }

    /// The most memory that it ever had, in millions of bytes.
    fn peak_mb(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the process runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak memory");
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
        kib * 1_024.0 / 1e6
    }
}

impl Drop for Ccgate {
    fn drop(&mut self) {
        let _gone = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Seconds that it takes, and what it gives.
fn timed<T>(run: impl FnOnce() -> T) -> (f64, T) {
    let clock = Clock::system();
    let begun = clock.now();
    let given = run();
    (clock.now().since(begun) as f64 / 1_000.0, given)
}
