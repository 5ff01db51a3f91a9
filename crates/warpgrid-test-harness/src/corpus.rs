//! The inputs of the fuzz targets that the repository keeps.

use std::fs;
use std::path::{Path, PathBuf};

/// Where a target's are.
#[must_use]
pub fn folder(target: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join("fuzz/corpus").join(target)
}

/// Runs every one of a target's inputs.
///
/// # Panics
/// Where there are none, or one cannot be read; and as the target does.
pub fn replay(target: &str, run: fn(&[u8])) {
    let folder = folder(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut inputs = 0;
    for entry in entries {
        let path = entry
            .unwrap_or_else(|error| panic!("{target}: {error}"))
            .path();
        // What a failure is about.
        println!("{}", path.display());
        run(&fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        inputs += 1;
    }
    assert!(inputs > 0, "{} has no input", folder.display());
}
