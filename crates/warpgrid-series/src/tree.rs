//! Trees that are made file by file.

use std::collections::BTreeMap;

use crate::SeriesError;

/// Bounds on what is imported: bytes of one file, number of entries. The largest
/// upstream has some 20000 files in 200 MB.
pub(crate) const LARGEST_FILE: u64 = 256 << 20;
pub(crate) const MOST_ENTRIES: usize = 200_000;

pub(crate) const FILE: u32 = 0o100_644;
pub(crate) const EXECUTABLE: u32 = 0o100_755;
pub(crate) const SYMLINK: u32 = 0o120_000;

/// By path.
pub(crate) type Objects = BTreeMap<String, Object>;

/// A file or a link, whose content is in the repository.
pub(crate) struct Object {
    pub(crate) mode: u32,
    pub(crate) id: git2::Oid,
    pub(crate) size: u32,
}

/// The git hash of the tree that holds them.
pub(crate) fn write_tree(
    repository: &git2::Repository,
    objects: Objects,
) -> Result<git2::Oid, SeriesError> {
    let write = || -> Result<git2::Oid, git2::Error> {
        let mut index = git2::Index::new()?;
        let never = git2::IndexTime::new(0, 0);
        for (path, Object { mode, id, size }) in objects {
            index.add(&git2::IndexEntry {
                ctime: never,
                mtime: never,
                dev: 0,
                ino: 0,
                mode,
                uid: 0,
                gid: 0,
                file_size: size,
                id,
                flags: 0,
                flags_extended: 0,
                path: path.into_bytes(),
            })?;
        }
        index.write_tree_to(repository)
    };
    write().map_err(|e| SeriesError::repository(repository.path(), &e))
}
