//! Advisory locks between processes, on files of their own.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::StoreError;
use crate::fsop;

/// A lock held until dropped; the system releases it when the process dies.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits until nobody else holds the lock at `path`, then holds it alone.
    /// `waiting` is called once if there is somebody to wait for.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the lock file cannot be made or locked.
    pub fn exclusive(path: &Path, waiting: impl FnOnce()) -> Result<Self, StoreError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock().map_err(|e| StoreError::io("lock", path, e))?;
            }
            Err(TryLockError::Error(e)) => return Err(StoreError::io("lock", path, e)),
        }
        Ok(FileLock { _file: file })
    }

    /// Holds the lock alone if nobody holds it now.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the lock file cannot be made or locked.
    pub fn try_exclusive(path: &Path) -> Result<Option<Self>, StoreError> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(FileLock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(e)) => Err(StoreError::io("lock", path, e)),
        }
    }

    /// Holds the lock together with other shared holders.
    pub(crate) fn shared(path: &Path) -> Result<Self, StoreError> {
        let file = open(path)?;
        file.lock_shared()
            .map_err(|e| StoreError::io("lock", path, e))?;
        Ok(FileLock { _file: file })
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    if let Some(parent) = path.parent() {
        fsop::create_dir_all(parent)?;
    }
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(|e| StoreError::io("open", path, e))
}
