//! Imports go one way. A reversed arrow, a vendor that imports another, SQL outside `store` or a mod_callcenter string outside `switch`
//! fails here.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};

/// Each layer and what it may import; ARCHITECTURE.md draws it.
const MAY_IMPORT: [(&str, &[&str]); 17] = [
    ("clock", &[]),
    ("config", &["clock"]),
    ("telemetry", &["config"]),
    ("esl", &["clock"]),
    ("domain", &["clock"]),
    ("sim", &["clock"]),
    ("store", &["domain", "clock"]),
    ("switch", &["esl", "domain", "clock"]),
    ("push", &["store", "domain", "clock"]),
    ("reconcile", &["store", "switch", "esl", "domain", "clock"]),
    ("service", &["reconcile", "store", "switch", "esl", "domain", "clock"]),
    ("facade", &["service", "reconcile", "store", "domain", "clock"]),
    ("xml_curl", &["service", "reconcile", "switch", "domain", "clock"]),
    ("operations", &["facade", "push", "service", "reconcile", "store", "switch", "esl", "domain", "clock"]),
    (
        "app",
        &[
            "operations",
            "facade",
            "xml_curl",
            "push",
            "service",
            "reconcile",
            "store",
            "switch",
            "sim",
            "esl",
            "domain",
            "config",
            "telemetry",
            "clock",
        ],
    ),
    ("lib", &[]),
    ("main", &["app", "config", "telemetry", "sim", "clock"]),
];

/// `layers::*`
pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("layers::imports_go_one_way", imports_go_one_way),
        Trial::test("layers::no_vendor_imports_another", no_vendor_imports_another),
        Trial::test("layers::sql_stays_in_store", || stays_in(&["sqlx::query", "query_as!", "query!("], &["store"])),
        Trial::test("layers::mod_callcenter_strings_stay_in_switch", || stays_in(&["callcenter_config"], &["switch", "sim", "esl"])),
    ]
}

fn sources(root: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("src can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is text");
                found.push((path, text));
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The layer of a file: the first part of its path below `src`.
fn layer(path: &Path) -> String {
    let below = path.strip_prefix(src()).expect("below src");
    let first = below.components().next().expect("a path").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// The layers that a file names with `crate::<layer>` (`ccgate::<layer>` in `main`).
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for prefix in ["crate::", "ccgate::"] {
            for (at, _) in line.match_indices(prefix) {
                let rest = &line[at + prefix.len()..];
                let names = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or(list));
                let several = rest.starts_with('{');
                for name in names.split(if several { ',' } else { '\0' }) {
                    let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    found.push(name);
                }
            }
        }
    }
    found
}

fn imports_go_one_way() -> Result<(), Failed> {
    let layers: Vec<_> = MAY_IMPORT.iter().map(|(layer, _)| *layer).collect();
    let mut wrong = Vec::new();
    for (path, text) in sources(&src()) {
        let own = layer(&path);
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(layer, _)| *layer == own) else {
            wrong.push(format!("{} is in no layer of tests/it/layers.rs", path.display()));
            continue;
        };
        for import in imports(&text) {
            if import != own && layers.contains(&import.as_str()) && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{} imports {import}, which {own} may not", path.display()));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn no_vendor_imports_another() -> Result<(), Failed> {
    let facade = src().join("facade");
    let vendors: Vec<String> = fs::read_dir(&facade)?
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    for vendor in &vendors {
        for (path, text) in sources(&src()).iter().filter(|(path, _)| path.starts_with(facade.join(vendor))) {
            for other in vendors.iter().filter(|other| *other != vendor) {
                if text.contains(&format!("facade::{other}")) {
                    return Err(format!("{} imports facade::{other}", path.display()).into());
                }
            }
        }
    }
    Ok(())
}

fn stays_in(words: &[&str], layers: &[&str]) -> Result<(), Failed> {
    for (path, text) in sources(&src()) {
        let unit_tests = path.file_stem().is_some_and(|name| name == "tests" || name.to_string_lossy().ends_with("_tests"));
        if unit_tests || layers.contains(&layer(&path).as_str()) {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(&text);
        for (at, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                return Err(format!("{}:{}: {word} belongs into {layers:?}", path.display(), at + 1).into());
            }
        }
    }
    Ok(())
}
