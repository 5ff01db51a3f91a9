//! Collection of entries that nothing names any more.

use std::collections::HashSet;
use std::fs;
use std::time::{Duration, SystemTime};

use crate::{FileLock, Key, Manifest, Store, StoreError, fsop};

/// What [`Store::gc`] removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Entries removed, sorted.
    pub entries: Vec<Key>,
    /// Their total size, in bytes.
    pub bytes: u64,
}

impl Store {
    /// Removes every entry that no root names and that was neither built nor
    /// asked for within `unused_for`, and whatever killed builders left.
    ///
    /// It waits for running builds to end; builds begun meanwhile wait for it.
    /// Readers are not held up: `unused_for` is what protects a path that was
    /// just handed out, so give it some minutes at least.
    ///
    /// # Errors
    /// [`StoreError`] when something cannot be read or removed.
    pub fn gc(&self, unused_for: Duration) -> Result<Collected, StoreError> {
        let _alone = FileLock::exclusive(&self.gc_lock(), || {
            tracing::warn!("waiting for running builds before collecting");
        })?;
        fsop::remove(&self.temporary_dir())?;
        let named: HashSet<Key> = self.roots()?.into_iter().map(|(_, key)| key).collect();
        let mut collected = Collected::default();
        for key in self.keys()? {
            if named.contains(&key) || self.used_within(&key, unused_for) {
                continue;
            }
            collected.bytes += self.size_of(&key);
            self.discard(&key)?;
            fsop::remove(&self.key_lock(&key))?;
            collected.entries.push(key);
        }
        Ok(collected)
    }

    /// How many entries there are, and their total size, in bytes.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn size(&self) -> Result<(usize, u64), StoreError> {
        let keys = self.keys()?;
        let bytes = keys.iter().map(|key| self.size_of(key)).sum();
        Ok((keys.len(), bytes))
    }

    fn size_of(&self, key: &Key) -> u64 {
        let manifest = self.object_dir(key).join("manifest");
        let manifest = fs::read_to_string(manifest).unwrap_or_default();
        Manifest::decode(&manifest).map_or(0, |m| m.size())
    }

    /// The keys of all entries, sorted.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    pub fn keys(&self) -> Result<Vec<Key>, StoreError> {
        let dir = self.objects_dir();
        let mut keys = Vec::new();
        if dir.exists() {
            for item in fs::read_dir(&dir).map_err(|e| StoreError::io("read", &dir, e))? {
                let item = item.map_err(|e| StoreError::io("read", &dir, e))?;
                keys.extend(
                    item.file_name()
                        .to_str()
                        .and_then(|name| name.parse::<Key>().ok()),
                );
            }
        }
        keys.sort();
        Ok(keys)
    }

    fn used_within(&self, key: &Key, span: Duration) -> bool {
        let modified = fs::metadata(self.object_dir(key)).and_then(|m| m.modified());
        match modified.map(|at| SystemTime::now().duration_since(at)) {
            Ok(Ok(age)) => age < span,
            // From the future, or unreadable: keep it.
            Ok(Err(_)) | Err(_) => true,
        }
    }
}
