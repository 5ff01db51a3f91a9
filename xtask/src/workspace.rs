//! The checkout this build belongs to.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::de::DeserializeOwned;
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

/// Reads a TOML file of the checkout, by its path there.
///
/// # Errors
/// With the place, where it is not as it should be.
pub fn read_toml<T: DeserializeOwned>(file: &str) -> anyhow::Result<T> {
    let path = root().join(file);
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    toml_edit::de::from_str(&text).with_context(|| path.display().to_string())
}

/// Writes a file that a run makes, and says so.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}
