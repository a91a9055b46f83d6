//! Sequences that once differed, as short as they could be made, and what it was.

/// Their names and acts; in `kept/`, a file each, an act a line.
pub(super) fn sequences() -> Vec<(String, Vec<String>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/differ");
    let files = std::fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.expect("the folder can be read").path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).expect("the file can be read");
            let acts = text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
            (file.file_name().unwrap_or_default().to_string_lossy().into_owned(), acts)
        })
        .collect()
}
