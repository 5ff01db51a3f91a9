//! A series folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::SeriesError;
use crate::patch::Patch;
use crate::pin::Upstream;
use crate::sources::Sources;

/// A folder with `UPSTREAM_REF`, `sources.toml` and the patches.
#[derive(Clone, Debug)]
pub struct Series {
    /// The folder.
    pub dir: PathBuf,
    /// Its short name: the folder's without `-patches`.
    pub name: String,
    /// What is patched.
    pub upstream: Upstream,
    /// Where that comes from.
    pub sources: Sources,
}

impl Series {
    /// Opens the series in `dir`.
    ///
    /// # Errors
    /// [`SeriesError::NotASeries`] or [`SeriesError::Config`].
    pub fn open(dir: &Path) -> Result<Self, SeriesError> {
        let pin = dir.join("UPSTREAM_REF");
        if !pin.is_file() {
            return Err(SeriesError::NotASeries {
                dir: dir.to_owned(),
            });
        }
        let folder = dir.file_name().unwrap_or(dir.as_os_str()).to_string_lossy();
        Ok(Series {
            dir: dir.to_owned(),
            name: folder
                .strip_suffix("-patches")
                .unwrap_or(&folder)
                .to_owned(),
            upstream: Upstream::read(&pin)?,
            sources: Sources::read(&dir.join("sources.toml"))?,
        })
    }

    /// The patches, in the order in which they apply.
    ///
    /// # Errors
    /// [`SeriesError`] when one cannot be read or is no patch.
    pub fn patches(&self) -> Result<Vec<Patch>, SeriesError> {
        let failed = |e| SeriesError::io("read", &self.dir, e);
        let mut patches = Vec::new();
        for item in fs::read_dir(&self.dir).map_err(failed)? {
            let path = item.map_err(failed)?.path();
            let hidden = path
                .file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if !hidden && path.extension().is_some_and(|e| e == "patch") {
                patches.push(Patch::read(&path)?);
            }
        }
        patches.sort_by(|a, b| (a.number, &a.file).cmp(&(b.number, &b.file)));
        if let Some(pair) = patches.windows(2).find(|p| p[0].number == p[1].number) {
            return Err(SeriesError::Patch {
                path: self.dir.join(&pair[1].file),
                message: format!("has the same number as {}", pair[0].file),
                help: "give each patch its own number; it says in which order they apply",
            });
        }
        Ok(patches)
    }

    /// Upstream's name and version, for messages.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.upstream.name, self.upstream.version)
    }
}
