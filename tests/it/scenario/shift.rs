//! A shift in the lab, many times as fast as it would be: callers and agents for hours. Afterwards each call was told, and delivered, exactly once, the
//! switch is as the database says without anything having been put right, and nothing has grown that has no reason to.
//!
//! `CCGATE_SOAK_MINUTES=480` is so many minutes of the lab, 60 times as fast (`just soak`); without it a few, and slower, because other tests run beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use libtest_mimic::Trial;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::time::interval;

use super::done;
use crate::harness::lab::Lab;
use crate::harness::{patience, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("sim_a_shift_in_the_lab", shift)]
}

/// Minutes of a lab that nobody asked to be long, and how many times as fast it is; and of one that somebody did.
const SHORT: (&str, &str) = ("5", "20");
const LONG_SPEED: &str = "60";
/// How often it is looked at, on the wall.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// By how much the memory may grow in the last quarter of the shift, as the line through all that was seen has it. Before that pages of the database
/// are kept, and legs that ended remembered, up to their limits.
const GROWTH_MAX_BYTES: f64 = 6e6;
/// Of so many legs, one at most may end before the switch knows where it calls, which is nobody's: at this speed a caller's patience may be a tenth of
/// a second.
const UNROUTED_PART: i64 = 10;
/// Connections come and go: so many more, of descriptors and of tasks, are no growth.
const SPARE: i64 = 12;
/// What is kept of calls and agents, for as long as `[history]` and `[push]` say; every other table has as many rows after the shift as before.
const HISTORY: [&str; 8] = ["agent_span", "delivery", "delivery_attempt", "event", "last_id", "leg", "originate", "queue_stay"];
/// Rows of those that a leg of a call may leave, in the mean.
const ROWS_A_LEG_MAX: i64 = 20;

/// How it stands at a moment.
#[derive(Clone, Copy, Debug)]
struct Look {
    legs: i64,
    rss_bytes: i64,
    descriptors: i64,
    tasks: i64,
    /// What passes of the reconciler have changed.
    steps: i64,
}

async fn shift() {
    let long = std::env::var("CCGATE_SOAK_MINUTES");
    let (minutes, speed) = long.as_deref().map_or(SHORT, |minutes| (minutes, LONG_SPEED));
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().display().to_string();
    let args = ["--agents", "6", "--calls-per-minute", "10", "--speed", speed, "--traffic-for", minutes, "--data", &data];
    let sink = Sink::start().await;
    let mut lab = Lab::start(&args).await;
    done(lab.put("/api/account", json!({ "event_url": sink.url })).await);
    let mut database = open(folder.path()).await;
    let before = rows(&mut database).await;

    let mut looks = Vec::new();
    let mut times = interval(LOOK_EVERY);
    loop {
        tokio::select! {
            line = lab.line() => {
                assert_eq!(line.as_deref(), Some("traffic ended"));
                break;
            }
            _ = times.tick() => looks.push(look(&lab).await),
        }
    }
    until_quiet(&lab).await;
    // A change of nothing has the switch looked at, and compared with a plan made afresh.
    done(lab.put("/api/cc_queue/1", json!({ "tv_name": "" })).await);
    let page = lab.metrics().await;
    looks.push(look(&lab).await);

    let legs = told_once(&mut database, &sink).await;
    let after = rows(&mut database).await;
    report(minutes, legs, &looks, &after);
    let records = metric(&page, "ccgate_http_requests_total{method=\"POST\",route=\"/freeswitch/cdr\"");
    assert!((legs..=legs + legs / UNROUTED_PART).contains(&records), "the switch has {records} records of {legs} legs");
    assert_eq!((metric(&page, "ccgate_drift"), metric(&page, "ccgate_repairs_total")), (0, 0), "{page}");
    assert_eq!(looks[looks.len() / 4].steps, looks[looks.len() - 1].steps, "passes changed something: {looks:?}");
    for never in ["ccgate_switch_gaps", "ccgate_database_commits_failed", "ccgate_call_news_dropped", "ccgate_call_events_refused"] {
        assert_eq!(metric(&page, &format!("{never}_total")), 0, "{never}");
    }
    assert_flat(&looks);
    assert_kept(&before, &after, legs);
    lab.stop().await;
}

/// The sum of what a page of metrics has under names that begin so.
fn metric(page: &str, name: &str) -> i64 {
    let values = page.lines().filter(|line| line.starts_with(name)).map(|line| line.rsplit(' ').next().expect("a value"));
    values.map(|value| value.parse::<i64>().expect("a whole number")).sum()
}

async fn look(lab: &Lab) -> Look {
    let page = lab.metrics().await;
    let process = format!("/proc/{}", lab.pid());
    let status = std::fs::read_to_string(format!("{process}/status")).expect("the lab runs");
    let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory").trim().trim_end_matches(" kB");
    Look {
        legs: metric(&page, "ccgate_call_events_total{name=\"call:end\""),
        rss_bytes: rss.parse::<i64>().expect("a number") * 1024,
        descriptors: std::fs::read_dir(format!("{process}/fd")).expect("its descriptors").count() as i64,
        tasks: metric(&page, "ccgate_tasks"),
        steps: metric(&page, "ccgate_reconcile_steps_total"),
    }
}

/// Waits until no leg is up, and all that was told is delivered.
async fn until_quiet(lab: &Lab) {
    let mut looks = interval(LOOK_EVERY);
    let quiet = async {
        loop {
            let page = lab.metrics().await;
            let open = ["ccgate_legs ", "ccgate_deliveries{state=\"pending\"", "ccgate_deliveries{state=\"waiting\""];
            if open.iter().all(|name| metric(&page, name) == 0) {
                return;
            }
            looks.tick().await;
        }
    };
    patience("the calls to end and their events to arrive", quiet).await;
}

/// Fails where an event of a call is not told exactly once, or came to the customer more often than it was sent, or never; the legs that ended.
async fn told_once(database: &mut SqliteConnection, sink: &Sink) -> i64 {
    let events = "SELECT id, name, data, reconciled, attempts FROM event LEFT JOIN delivery ON event_seq = seq WHERE name LIKE 'call:%' ORDER BY seq";
    let events = sqlx::query(events).fetch_all(database).await;
    let came = sink.came();
    let (mut legs, mut first) = (BTreeMap::<String, Vec<String>>::new(), None);
    for (place, event) in events.expect("events can be read").iter().enumerate() {
        let (id, name): (String, String) = (event.get("id"), event.get("name"));
        let data: Value = serde_json::from_str(event.get("data")).expect("JSON");
        assert!(!event.get::<bool, _>("reconciled"), "{data}");
        legs.entry(data["id"].as_str().expect("a leg").to_owned()).or_default().push(name);
        match came.get(&id) {
            // The first call may have begun before there was an address.
            None => assert_eq!(first, None, "the {place}th event did not arrive: {data}"),
            Some(times) => {
                first.get_or_insert(place);
                let attempts: u32 = event.get("attempts");
                assert!((1..=attempts).contains(times), "it came {times} times: {data}");
            }
        }
    }
    for (leg, names) in &legs {
        let once: BTreeSet<_> = names.iter().collect();
        assert!(once.len() == names.len() && names.last().is_some_and(|name| name == "call:end"), "{leg}: {names:?}");
    }
    legs.len() as i64
}

fn assert_flat(looks: &[Look]) {
    let (first, last) = (&looks[..looks.len() / 4], last_quarter(looks));
    let growth = growth(last);
    assert!(growth < GROWTH_MAX_BYTES, "the memory grew by {growth} bytes");
    let most = |looks: &[Look], of: fn(&Look) -> i64| looks.iter().map(of).max().expect("it was looked at");
    for (what, of) in [("descriptors", (|look| look.descriptors) as fn(&Look) -> i64), ("tasks", |look| look.tasks)] {
        let (before, after) = (most(first, of), most(last, of));
        assert!(after <= before + SPARE, "{what}: {before}, then {after}");
    }
}

fn last_quarter(looks: &[Look]) -> &[Look] {
    &looks[looks.len() * 3 / 4..]
}

/// By how many bytes the memory grows from the first of these to the last, on the line that fits best: over legs, not over time.
fn growth(looks: &[Look]) -> f64 {
    let count = looks.len() as f64;
    let mean = |of: fn(&Look) -> i64| looks.iter().map(|look| of(look) as f64).sum::<f64>() / count;
    let (legs, bytes) = (mean(|look| look.legs), mean(|look| look.rss_bytes));
    let across = |look: &Look| look.legs as f64 - legs;
    let slope = looks.iter().map(|look| across(look) * (look.rss_bytes as f64 - bytes)).sum::<f64>()
        / looks.iter().map(|look| across(look).powi(2)).sum::<f64>();
    slope * (looks[looks.len() - 1].legs - looks[0].legs) as f64
}

fn assert_kept(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>, legs: i64) {
    let standing = |rows: &BTreeMap<String, i64>| -> BTreeMap<_, _> {
        rows.iter().filter(|(table, _)| !HISTORY.contains(&table.as_str())).map(|(table, rows)| (table.clone(), *rows)).collect()
    };
    assert_eq!(standing(before), standing(after));
    let kept: i64 = HISTORY.iter().map(|table| after[*table]).sum();
    assert!(kept <= legs * ROWS_A_LEG_MAX, "{kept} rows of {legs} legs: {after:?}");
}

/// What docs/soak.md tells.
fn report(minutes: &str, legs: i64, looks: &[Look], rows: &BTreeMap<String, i64>) {
    eprintln!("{minutes} minutes of the lab, {legs} legs; the memory grew by {:.0} bytes in the last quarter", growth(last_quarter(looks)));
    for quarter in looks.chunks(looks.len().div_ceil(4)) {
        eprintln!("from {:?}", quarter[0]);
    }
    eprintln!("to {:?}; rows {:?}", looks[looks.len() - 1], rows.iter().filter(|(_, rows)| **rows > 0).collect::<Vec<_>>());
}

async fn open(folder: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join("lab.db")).read_only(true);
    options.connect().await.expect("the lab's database")
}

/// How many rows each table has.
async fn rows(database: &mut SqliteConnection) -> BTreeMap<String, i64> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut *database).await.expect("tables");
    let mut counted = BTreeMap::new();
    for table in tables {
        let count = sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM \"{table}\""))).fetch_one(&mut *database).await;
        counted.insert(table, count.expect("a count"));
    }
    counted
}

/// A customer's URL that counts how often each event came.
struct Sink {
    url: String,
    came: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Sink {
    async fn start() -> Self {
        let came = Arc::<Mutex<BTreeMap<String, u32>>>::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/events", listener.local_addr().expect("an address"));
        let router = Router::new().route("/events", post(take)).with_state(Arc::clone(&came));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, came }
    }

    fn came(&self) -> BTreeMap<String, u32> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(State(came): State<Arc<Mutex<BTreeMap<String, u32>>>>, body: String) -> StatusCode {
    let event: Value = serde_json::from_str(&body).expect("an event is JSON");
    let id = event["id"].as_str().expect("an id").to_owned();
    *came.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default() += 1;
    StatusCode::OK
}
