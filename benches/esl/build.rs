//! Finds the peer's source where Cargo has put it, and writes the modules of its decoder as `peer.rs`: its package has no public way to them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The decoder and what it needs of its own crate.
const MODULES: [&str; 4] = ["buffer.rs", "constants.rs", "error.rs", "protocol/mod.rs"];

fn main() {
    let source = source("freeswitch-esl-tokio");
    let mut out = String::new();
    for file in MODULES {
        let name = file.trim_end_matches(".rs").trim_end_matches("/mod");
        // What is only warned of is the peer's business.
        out.push_str(&format!("#[allow(warnings)]\n#[path = {:?}]\nmod {name};\n", source.join(file)));
    }
    let to = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo gives OUT_DIR")).join("peer.rs");
    std::fs::write(&to, out).unwrap_or_else(|error| panic!("{}: {error}", to.display()));
    println!("cargo::rerun-if-changed=Cargo.lock");
}

/// The `src` folder of a dependency.
fn source(package: &str) -> PathBuf {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("cargo gives {name}"));
    let output = Command::new(variable("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform", &variable("TARGET")])
        .output()
        .expect("cargo metadata");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let found = metadata["packages"].as_array().into_iter().flatten().find(|found| found["name"] == package);
    let manifest = found.and_then(|found| found["manifest_path"].as_str()).unwrap_or_else(|| panic!("{package} is a dependency"));
    Path::new(manifest).with_file_name("src")
}
