//! A directory of files that a package manager's client unpacked.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::SeriesError;
use crate::process::Cancel;
use crate::tree::{FILE, LARGEST_FILE, MOST_ENTRIES, Object, Objects, write_tree};

/// Imports the files below `top` and gives their tree. None counts as
/// executable: whether one is depends on who unpacked it.
pub(super) fn import(
    repository: &git2::Repository,
    top: &Path,
    cancel: &Cancel,
) -> Result<git2::Oid, SeriesError> {
    let refuse = |entry: &Path, message: String| SeriesError::Archive {
        archive: top.display().to_string(),
        entry: entry.display().to_string(),
        message,
    };
    let mut objects = Objects::new();
    for (count, entry) in WalkDir::new(top).min_depth(1).into_iter().enumerate() {
        if cancel.is_cancelled() {
            return Err(SeriesError::Interrupted);
        }
        let entry = entry.map_err(|e| refuse(e.path().unwrap_or(top), e.to_string()))?;
        let path = entry.path();
        let relative = path.strip_prefix(top).unwrap_or(path);
        if count >= MOST_ENTRIES {
            return Err(refuse(
                relative,
                format!("more than {MOST_ENTRIES} entries"),
            ));
        }
        if entry.file_type().is_dir() {
            continue;
        }
        let name = relative.to_str().filter(|_| entry.file_type().is_file());
        let name = name.ok_or_else(|| refuse(relative, "is no plain file".to_owned()))?;
        let failed = |e| SeriesError::io("read", path, e);
        let metadata = fs::metadata(path).map_err(failed)?;
        if metadata.len() > LARGEST_FILE {
            return Err(refuse(relative, format!("more than {LARGEST_FILE} bytes")));
        }
        let bytes = fs::read(path).map_err(failed)?;
        let id = repository
            .blob(&bytes)
            .map_err(|e| SeriesError::repository(repository.path(), &e))?;
        let object = Object {
            mode: FILE,
            id,
            size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        };
        objects.insert(name.to_owned(), object);
    }
    write_tree(repository, objects)
}
