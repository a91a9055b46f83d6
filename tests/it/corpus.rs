//! What fuzzing has kept (docs/fuzzing.md), run again.

use std::fs;
use std::path::Path;

use libtest_mimic::{Failed, Trial};

use crate::fuzz::TARGETS;

pub(crate) fn trials() -> Vec<Trial> {
    let of = |(name, check): (&'static str, fn(&[u8]))| {
        Trial::test(format!("corpus::{name}"), move || {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
            let mut files: Vec<_> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, Failed>>()?;
            assert!(!files.is_empty(), "nothing is in {}", folder.display());
            files.sort();
            for file in files {
                let kept = fs::read(&file)?;
                std::panic::catch_unwind(|| check(&kept)).map_err(|_| format!("{} fails", file.display()))?;
            }
            Ok(())
        })
    };
    TARGETS.into_iter().map(of).collect()
}
