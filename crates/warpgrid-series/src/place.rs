//! Where the engine keeps things: nothing but the series lies in the repository.

use std::path::{Path, PathBuf};

use warpgrid_store::{FileLock, Store, StoreError, cache_dir};

/// The engine's part of the user's cache directory.
#[derive(Clone, Debug)]
pub struct Place {
    cache: PathBuf,
    store: Store,
}

impl Place {
    /// In the user's cache directory.
    ///
    /// # Errors
    /// [`StoreError`] when there is none and none can be made.
    pub fn open_default() -> Result<Self, StoreError> {
        Place::open(&cache_dir()?)
    }

    /// In `cache`.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be made.
    pub fn open(cache: &Path) -> Result<Self, StoreError> {
        let store = Store::open(cache.join("store"))?;
        let cache = store.dir().parent().unwrap_or(cache).to_owned();
        Ok(Place { cache, store })
    }

    /// The store beside it, which keeps downloads and built toolchains.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The cache directory itself, absolute.
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// The bare repository with the pristine commits of an upstream.
    pub fn upstream_dir(&self, upstream: &str) -> PathBuf {
        self.cache.join("upstream").join(format!("{upstream}.git"))
    }

    /// The work tree in which an upstream's patches are applied and edited.
    pub fn work_dir(&self, upstream: &str) -> PathBuf {
        self.cache.join("work").join(upstream)
    }

    /// apt's private configuration and state for one suite.
    pub(crate) fn apt_dir(&self, suite: &str) -> PathBuf {
        self.cache.join("apt").join(suite)
    }

    /// Only one process at a time touches an upstream's repositories.
    pub(crate) fn lock(&self, upstream: &str) -> Result<FileLock, StoreError> {
        let path = self.cache.join("work").join(format!(".{upstream}.lock"));
        FileLock::exclusive(&path, || {
            tracing::warn!("waiting for another process that works on {upstream}");
        })
    }
}
