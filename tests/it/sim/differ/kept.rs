//! Sequences that once differed, shortened. `tests/fixtures/differ/`: a file each, an act a line; the first line says what it was.

use std::path::Path;

/// Their names and acts.
pub(super) fn sequences() -> Vec<(String, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/differ");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| (file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), acts(file))).collect()
}

fn acts(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}
