//! `/metrics`: docs/metrics.md has what is served and nothing else, and the dashboard asks for nothing that is not.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Trial;
use serde_json::Value;

use super::ask;
use crate::harness::{World, trial};

const DOCUMENT: &str = include_str!("../../../docs/metrics.md");
const RUNBOOK: &str = include_str!("../../../docs/runbook.md");
const ALARMS: &str = include_str!("../../../contrib/prometheus/alerts.yml");
const DASHBOARD: &str = include_str!("../../../contrib/grafana/ccgate.json");

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("operations::every_metric_is_documented_and_the_reverse", are_documented),
        trial("operations::the_dashboard_asks_for_metrics_that_there_are", dashboard),
        trial("operations::each_alarm_is_in_the_runbook_and_asks_for_metrics_that_there_are", alarms),
        trial("operations::requests_are_counted_by_what_was_meant", requests),
    ]
}

/// A metric: its type and the names of its labels.
type Metric = (String, BTreeSet<String>);

/// What is on a page, by the name without what its type adds to it.
fn served(page: &str) -> BTreeMap<String, Metric> {
    let mut metrics: BTreeMap<String, Metric> = BTreeMap::new();
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            metrics.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new()));
        } else if let Some((name, labels)) = line.split_once('{') {
            let labels = labels.split_once('}').expect("labels end").0;
            let names = labels.split("\",").filter_map(|label| label.split_once('=')).map(|(name, _)| name.to_owned());
            let names: Vec<_> = names.filter(|name| name != "le").collect();
            metrics.get_mut(base(name)).expect("its type stands before it").1.extend(names);
        }
    }
    metrics
}

fn base(name: &str) -> &str {
    ["_total", "_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

/// The rows of the document's tables: name, type, labels.
fn documented() -> BTreeMap<String, Metric> {
    let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `ccgate_"));
    let row = |line: &str| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let labels = cells[2].split(',').map(|label| label.trim().trim_matches('`')).filter(|label| !label.is_empty());
        let name = format!("ccgate_{}", cells[0].trim_end_matches('`'));
        (base(&name).to_owned(), (cells[1].to_owned(), labels.map(str::to_owned).collect()))
    };
    rows.map(row).collect()
}

async fn page(w: &World) -> String {
    let answer = ask(w, "/metrics").await;
    assert_eq!(answer.status(), 200);
    answer.text().await.expect("it is text")
}

async fn are_documented() {
    let w = World::start().await;
    assert_eq!(w.get("/api/user").await.status, 200);
    assert_eq!(served(&page(&w).await), documented());
    w.stop().await;
}

/// Fails when a query asks for what there is not, or not as that type is asked for; gives what it asks for.
fn asks_for(query: &str) -> BTreeSet<String> {
    let known = documented();
    let words = query.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| word.starts_with("ccgate_"));
    let asked = words.map(|word| {
        let name = base(word);
        let (kind, _) = known.get(name).unwrap_or_else(|| panic!("{query} asks for {word}, which there is not"));
        let fits = match kind.as_str() {
            "counter" => word.ends_with("_total"),
            "histogram" => word != name,
            _ => word == name,
        };
        assert!(fits, "{query} asks for {word}, and that is a {kind}");
        name.to_owned()
    });
    let asked: BTreeSet<_> = asked.collect();
    assert!(!asked.is_empty(), "{query} asks for nothing of ccgate");
    asked
}

async fn alarms() {
    let named = |prefix: &'static str, text: &'static str| text.lines().filter_map(move |line| line.trim().strip_prefix(prefix));
    let alarms: BTreeSet<_> = named("- alert: ", ALARMS).collect();
    let headings: BTreeSet<_> = named("## ", RUNBOOK).collect();
    assert!(alarms.len() > 10, "{alarms:?}");
    assert_eq!(alarms, headings);
    assert_eq!(named("expr: ", ALARMS).map(asks_for).count(), alarms.len());
    for link in ALARMS.lines().filter_map(|line| Some(line.split_once("docs/runbook.md#")?.1.split_once('"')?.0)) {
        assert!(headings.iter().any(|heading| heading.to_lowercase() == link), "{link} is no heading of the runbook");
    }
}

async fn dashboard() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).expect("the dashboard is JSON");
    let panels = dashboard["panels"].as_array().expect("it has panels");
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let queries: Vec<_> = targets.map(|target| target["expr"].as_str().expect("a query")).collect();
    assert!(queries.len() > 10, "{queries:?}");
    let asked: BTreeSet<_> = queries.into_iter().flat_map(asks_for).collect();
    let known = documented();
    let unseen: Vec<_> = known.keys().filter(|name| !asked.contains(*name)).collect();
    assert!(unseen.len() < known.len() / 2, "most metrics are on no panel: {unseen:?}");
}

/// Also where an account wants every answer to say 200.
async fn requests() {
    let w = World::start().await;
    let counted = |page: &str, status: u16| {
        page.contains(&format!("ccgate_http_requests_total{{method=\"GET\",route=\"/api/user/{{id}}\",status=\"{status}\"}} 1"))
    };
    let old = w.put("/api/account", serde_json::json!({"legacy_http_status": true})).await;
    assert_eq!(old.status, 200, "{}", old.body);
    assert_eq!(w.old_status().get("/api/user/4711").await.status, 200);
    assert_eq!(w.get(&format!("/api/user/{}", w.user_id())).await.status, 200);
    let page = page(&w).await;
    assert!(counted(&page, 404) && counted(&page, 200), "{page}");
    assert!(!page.contains("4711"), "a path's id is in a label: {page}");
    w.stop().await;
}
