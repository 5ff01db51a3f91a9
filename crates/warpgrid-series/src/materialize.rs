//! A plain tree of sources to build from, stock or patched.

use std::fs;
use std::path::Path;

use crate::apply::am;
use crate::git::Git;
use crate::import::init;
use crate::{Imported, Patch, Programs, SeriesError};

/// Which tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// Upstream's, untouched.
    Stock,
    /// With the whole series applied.
    Patched,
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Variant::Stock => "stock",
            Variant::Patched => "patched",
        })
    }
}

/// Writes the imported tree to the new directory `dir`, with `patches` (none
/// for stock) applied. It depends on the series folder alone, not on the state
/// of the work tree, and leaves no repository behind.
///
/// # Errors
/// [`SeriesError::Conflict`] when a patch does not apply; others when git or
/// the disk fail.
pub fn materialize(
    imported: &Imported,
    patches: &[Patch],
    programs: &Programs,
    dir: &Path,
) -> Result<(), SeriesError> {
    fs::create_dir_all(dir).map_err(|e| SeriesError::io("create", dir, e))?;
    let git = Git::new(&programs.git, dir);
    init(&git, dir, &imported.repository)?;
    git.run(&[
        "checkout",
        "--quiet",
        "--force",
        "-B",
        "series",
        &imported.commit,
    ])?;
    for patch in patches {
        am(&git, dir, patch)?;
    }
    let repository = dir.join(".git");
    fs::remove_dir_all(&repository).map_err(|e| SeriesError::io("remove", &repository, e))
}
