//! Errors: each says what failed, on which path, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use crate::Key;

/// What can go wrong in the store itself.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No environment variable says where the cache is.
    #[error(
        "no cache directory: WARPGRID_CACHE_DIR, XDG_CACHE_HOME and HOME are all unset\n  \
         help: set WARPGRID_CACHE_DIR to a directory on a disk with some 2 GB free"
    )]
    NoCacheDir,

    /// An operation of the file system failed.
    #[error("cannot {action} {}: {}\n  help: {}", path.display(), describe_io(source), remedy(source))]
    Io {
        /// What was tried, as a verb: "write", "read", "rename".
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },

    /// A root's name would leave the `roots` directory or collide with
    /// temporary files.
    #[error(
        "'{name}' is not a root name\n  \
         help: use parts of letters, digits, '.', '_' and '-', joined by '/', none starting with '.'"
    )]
    RootName {
        /// The name as given.
        name: String,
    },

    /// A root was asked to name an entry that the store does not hold.
    #[error(
        "no entry {key} to name '{name}'\n  help: build the entry first; `gc` may have removed it"
    )]
    NoEntry {
        /// The root's name.
        name: String,
        /// The missing entry.
        key: Key,
    },

    /// A builder returned success and left nothing at [`crate::Staging::content`].
    #[error(
        "the build of {key} left nothing at {}\n  help: this is a defect of the build, not of the store",
        path.display()
    )]
    NoContent {
        /// The entry that was to be built.
        key: Key,
        /// Where its content was expected.
        path: PathBuf,
    },

    /// A tree holds something other than files, directories and symbolic links.
    #[error(
        "{} is neither a file, a directory nor a symbolic link\n  \
         help: the store cannot keep sockets, pipes or devices; remove it from the tree",
        path.display()
    )]
    SpecialFile {
        /// The offending path.
        path: PathBuf,
    },

    /// A path in a tree is not UTF-8 or holds a line break, which a manifest
    /// cannot say.
    #[error(
        "the file name {path:?} cannot be recorded\n  help: rename the file to plain UTF-8 without line breaks"
    )]
    FileName {
        /// The offending path.
        path: PathBuf,
    },
}

impl StoreError {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        StoreError::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

/// The outcome of [`crate::Store::get_or_build`] when there is no entry to give.
#[derive(Debug, thiserror::Error)]
pub enum BuildError<E> {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The build failed; the store is as it was.
    #[error("{0}")]
    Build(E),
}

/// An I/O error in words, without the `(os error N)` that says nothing to a
/// reader.
pub fn describe_io(error: &io::Error) -> String {
    let text = error.to_string();
    match text.rfind(" (os error ") {
        Some(at) if text.ends_with(')') => text[..at].to_owned(),
        _ => text,
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space on that disk, or set WARPGRID_CACHE_DIR to a directory on another one"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make that path writable for you, or set WARPGRID_CACHE_DIR to a directory that is"
        }
        io::ErrorKind::NotFound => "something removed it meanwhile; run the command again",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "something else stands at that path; move it away, or set WARPGRID_CACHE_DIR elsewhere"
        }
        _ => "check the disk, or set WARPGRID_CACHE_DIR to a directory on another one",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_io_error_names_path_and_remedy_without_its_number() {
        let full = io::Error::from_raw_os_error(28);
        let text = StoreError::io("write", Path::new("/cache/x"), full).to_string();
        assert!(
            text.starts_with("cannot write /cache/x: No space left on device\n"),
            "{text}"
        );
        assert!(text.contains("WARPGRID_CACHE_DIR"), "{text}");
        assert!(!text.contains("os error"), "{text}");
    }
}
