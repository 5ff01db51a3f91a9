//! Named roots: "the current patched sysroot" and the like.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::{Check, Entry, Key, Store, StoreError, fsop};

impl Store {
    /// Makes `name` (parts joined by `/`, as `sysroot/patched/wasm32-wasip2`)
    /// stand for the entry `key`, which is then safe from [`Store::gc`].
    ///
    /// # Errors
    /// [`StoreError::RootName`] for a name that is not one,
    /// [`StoreError::NoEntry`] when the store does not hold the key.
    pub fn set_root(&self, name: &str, key: &Key) -> Result<(), StoreError> {
        let path = self.root_path(name)?;
        let _building = self.not_collecting()?;
        if !self.object_dir(key).exists() {
            return Err(StoreError::NoEntry {
                name: name.to_owned(),
                key: *key,
            });
        }
        fsop::write_atomically(&path, format!("{key}\n").as_bytes())
    }

    /// The content that `name` stands for, if there is such a root and its
    /// entry is whole. For the reason why there is none, ask
    /// [`Store::root_entry`].
    pub fn root(&self, name: &str) -> Option<PathBuf> {
        self.root_entry(name).ok().flatten().map(|entry| entry.path)
    }

    /// The entry that `name` stands for.
    ///
    /// # Errors
    /// [`StoreError`] when the root or its entry cannot be read.
    pub fn root_entry(&self, name: &str) -> Result<Option<Entry>, StoreError> {
        match self.root_key(name)? {
            Some(key) => self.get(&key, Check::Quick),
            None => Ok(None),
        }
    }

    /// The key that `name` stands for, whether or not its entry is there.
    ///
    /// # Errors
    /// [`StoreError`] when the root cannot be read.
    pub fn root_key(&self, name: &str) -> Result<Option<Key>, StoreError> {
        let path = self.root_path(name)?;
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim_end().parse().ok()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => Ok(None),
            Err(e) => Err(StoreError::io("read", &path, e)),
        }
    }

    /// Removes the name; the entry stays until [`Store::gc`].
    ///
    /// # Errors
    /// [`StoreError`] when the root cannot be removed.
    pub fn remove_root(&self, name: &str) -> Result<(), StoreError> {
        fsop::remove(&self.root_path(name)?)
    }

    /// All roots with their keys, sorted by name.
    ///
    /// # Errors
    /// [`StoreError`] when the roots cannot be read.
    pub fn roots(&self) -> Result<Vec<(String, Key)>, StoreError> {
        let dir = self.roots_dir();
        let mut found = Vec::new();
        if !dir.exists() {
            return Ok(found);
        }
        for item in walkdir::WalkDir::new(&dir).sort_by_file_name() {
            let item = item.map_err(|e| StoreError::io("read", &dir, e.into()))?;
            let name = item.path().strip_prefix(&dir).ok().and_then(|p| p.to_str());
            let Some(name) = name.filter(|_| item.file_type().is_file()) else {
                continue;
            };
            if is_root_name(name)
                && let Some(key) = self.root_key(name)?
            {
                found.push((name.to_owned(), key));
            }
        }
        Ok(found)
    }

    fn root_path(&self, name: &str) -> Result<PathBuf, StoreError> {
        if is_root_name(name) {
            Ok(self.roots_dir().join(name))
        } else {
            Err(StoreError::RootName {
                name: name.to_owned(),
            })
        }
    }
}

fn is_root_name(name: &str) -> bool {
    name.split('/').all(|part| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "._-~+".contains(c))
    })
}
