//! The checkout this build belongs to.

use std::path::{Path, PathBuf};

use anyhow::Context;
use warpgrid_store::{BuildError, Entry};

/// The root of the checkout: the directory above this crate. cargo sets the
/// variable when it runs us; a binary that was copied elsewhere still knows
/// where it was built.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or(own.clone(), PathBuf::from)
}

/// An entry of the store that one of our builds made.
pub fn built(result: Result<Entry, BuildError<anyhow::Error>>) -> anyhow::Result<Entry> {
    result.map_err(|error| match error {
        BuildError::Build(error) => error,
        BuildError::Store(error) => error.into(),
    })
}

/// Writes a file that a run makes, and says so.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}
