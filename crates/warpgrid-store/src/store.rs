//! The store: look up, build, verify.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::{
    BuildError, Check, Damage, FileLock, Key, Manifest, StoreError, cache_dir, fsop, manifest,
};

/// A store in one directory; cheap to clone and open. All state is on disk.
#[derive(Clone, Debug)]
pub struct Store {
    dir: PathBuf,
}

/// A whole, verified entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub key: Key,
    /// Its content: a file, or a directory. Do not write there.
    pub path: PathBuf,
    /// Digest of the whole content (see [`Manifest::digest`]).
    pub digest: String,
    /// Whether this call built it.
    pub built: bool,
}

/// Where a build puts its result.
#[derive(Debug)]
pub struct Staging {
    dir: PathBuf,
}

impl Staging {
    /// The path at which the build creates its file or directory. Nothing is
    /// there yet. The entry will lie elsewhere: results must not hold this
    /// path.
    pub fn content(&self) -> PathBuf {
        self.dir.join("content")
    }

    /// A directory for intermediate files, removed when the build ends.
    ///
    /// # Errors
    /// [`StoreError::Io`] when it cannot be created.
    pub fn scratch(&self) -> Result<PathBuf, StoreError> {
        let path = self.dir.join("scratch");
        fsop::create_dir_all(&path)?;
        Ok(path)
    }
}

impl Store {
    /// The store in the user's cache directory (see [`cache_dir`]).
    ///
    /// # Errors
    /// [`StoreError`] when there is no such directory and none can be made.
    pub fn open_default() -> Result<Self, StoreError> {
        Store::open(cache_dir()?.join("store"))
    }

    /// The store in `dir`, which is created if it is not there.
    ///
    /// # Errors
    /// [`StoreError`] when the directory cannot be created.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let dir = dir.into();
        fsop::create_dir_all(&dir)?;
        let dir = dir
            .canonicalize()
            .map_err(|e| StoreError::io("open", &dir, e))?;
        Ok(Store { dir })
    }

    /// The directory of the store.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The entry `key`, or else the entry that `build` makes of it.
    ///
    /// The build writes to [`Staging::content`]; if it fails, panics or is
    /// killed, the store stays as it was. Of several callers at once, in any
    /// number of processes, one builds and the others wait for it. A damaged
    /// entry counts as missing; the damage is logged as a warning.
    ///
    /// # Errors
    /// [`BuildError::Build`] with what `build` returned,
    /// [`BuildError::Store`] when the store cannot be read or written.
    pub fn get_or_build<E>(
        &self,
        key: &Key,
        build: impl FnOnce(&Staging) -> Result<(), E>,
    ) -> Result<Entry, BuildError<E>> {
        if let Some(entry) = self.get(key, Check::Quick)? {
            return Ok(entry);
        }
        let _not_collecting = self.not_collecting()?;
        let _lock = FileLock::exclusive(&self.key_lock(key), || {
            tracing::warn!("waiting for another process that builds the same entry, {key}");
        })?;
        // Somebody may have built it while we waited.
        match self.inspect(key, Check::Quick)? {
            Some(Ok(entry)) => return Ok(entry),
            Some(Err(_)) => self.discard(key)?,
            None => {}
        }
        self.remove_leftovers(key)?;
        let staging = self.stage(key)?;
        build(&staging.0).map_err(BuildError::Build)?;
        Ok(self.commit(key, &staging.0)?)
    }

    /// The entry `key` if it is there and whole. Damage is logged as a warning
    /// and makes the answer `None`.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the store cannot be read.
    pub fn get(&self, key: &Key, check: Check) -> Result<Option<Entry>, StoreError> {
        match self.inspect(key, check)? {
            Some(Ok(entry)) => {
                self.mark_used(key);
                Ok(Some(entry))
            }
            Some(Err(damage)) => {
                tracing::warn!("stored entry is damaged and will not be used: {damage}");
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// What is wrong with the entry, if it is there and anything is.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the store cannot be read.
    pub fn damage(&self, key: &Key, check: Check) -> Result<Option<Damage>, StoreError> {
        Ok(self.inspect(key, check)?.and_then(Result::err))
    }

    /// The path of the blob `key`, to be opened or mapped, if the store holds
    /// it whole.
    pub fn blob_path(&self, key: &Key) -> Option<PathBuf> {
        self.get(key, Check::Quick)
            .ok()
            .flatten()
            .map(|entry| entry.path)
    }

    /// Keeps `bytes` as the blob `key` and gives its path. An entry that is
    /// already there stays.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be written.
    pub fn put_blob(&self, key: &Key, bytes: &[u8]) -> Result<PathBuf, StoreError> {
        let built = self.get_or_build(key, |staging| {
            let path = staging.content();
            fs::write(&path, bytes).map_err(|e| StoreError::io("write", &path, e))
        });
        match built {
            Ok(entry) => Ok(entry.path),
            Err(BuildError::Store(e) | BuildError::Build(e)) => Err(e),
        }
    }

    /// Removes an entry, whole or damaged, named or not.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be removed.
    pub fn remove(&self, key: &Key) -> Result<(), StoreError> {
        let _not_collecting = self.not_collecting()?;
        let _lock = FileLock::exclusive(&self.key_lock(key), || {})?;
        self.discard(key)
    }

    fn inspect(
        &self,
        key: &Key,
        check: Check,
    ) -> Result<Option<Result<Entry, Damage>>, StoreError> {
        let dir = self.object_dir(key);
        let path = dir.join("manifest");
        let damage = |what: &str| {
            Ok(Some(Err(Damage {
                path: path.clone(),
                what: what.to_owned(),
            })))
        };
        let text = match fs::read(&path) {
            Ok(bytes) => String::from_utf8(bytes).unwrap_or_default(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return if dir.exists() {
                    damage("is missing")
                } else {
                    Ok(None)
                };
            }
            Err(e) => return Err(StoreError::io("read", &path, e)),
        };
        let Some(manifest) = Manifest::decode(&text) else {
            return damage("is not readable");
        };
        let content = dir.join("content");
        Ok(Some(manifest.verify(&content, check).map(|()| Entry {
            key: *key,
            path: content,
            digest: manifest.digest(),
            built: false,
        })))
    }

    fn stage(&self, key: &Key) -> Result<RemovedOnDrop, StoreError> {
        let parent = self.temporary_dir();
        fsop::create_dir_all(&parent)?;
        let dir = tempfile::Builder::new()
            .prefix(&format!("{key}."))
            .tempdir_in(&parent)
            .map_err(|e| StoreError::io("create a directory in", &parent, e))?;
        Ok(RemovedOnDrop(Staging { dir: dir.keep() }))
    }

    fn commit(&self, key: &Key, staging: &Staging) -> Result<Entry, StoreError> {
        let content = staging.content();
        if fs::symlink_metadata(&content).is_err() {
            return Err(StoreError::NoContent {
                key: *key,
                path: content,
            });
        }
        fsop::remove(&staging.dir.join("scratch"))?;
        let manifest = Manifest::of(&content)?;
        manifest::seal(&content, &manifest)?;
        fsop::write_atomically(&staging.dir.join("manifest"), manifest.encode().as_bytes())?;
        let target = self.object_dir(key);
        fsop::create_dir_all(&self.objects_dir())?;
        fs::rename(&staging.dir, &target).map_err(|e| StoreError::io("rename to", &target, e))?;
        fsop::sync_dir(&self.objects_dir())?;
        let digest = manifest.digest();
        Ok(Entry {
            key: *key,
            path: target.join("content"),
            digest,
            built: true,
        })
    }

    /// Takes an entry out of sight in one step, then deletes it.
    pub(crate) fn discard(&self, key: &Key) -> Result<(), StoreError> {
        let dir = self.object_dir(key);
        if !dir.exists() {
            return Ok(());
        }
        let grave = self.stage(key)?;
        let hidden = grave.0.dir.join("discarded");
        fs::rename(&dir, &hidden).map_err(|e| StoreError::io("remove", &dir, e))?;
        fsop::remove(&hidden)
    }

    /// The caller holds the key's lock, so nobody is building under these names.
    fn remove_leftovers(&self, key: &Key) -> Result<(), StoreError> {
        let dir = self.temporary_dir();
        let prefix = format!("{key}.");
        let Ok(items) = fs::read_dir(&dir) else {
            return Ok(());
        };
        for item in items.flatten() {
            if item.file_name().to_string_lossy().starts_with(&prefix) {
                fsop::remove(&item.path())?;
            }
        }
        Ok(())
    }

    /// Best effort: a store on a read-only file system serves as well.
    fn mark_used(&self, key: &Key) {
        let times = FileTimes::new().set_modified(SystemTime::now());
        let _ = File::open(self.object_dir(key)).and_then(|dir| dir.set_times(times));
    }

    pub(crate) fn not_collecting(&self) -> Result<FileLock, StoreError> {
        FileLock::shared(&self.gc_lock())
    }

    pub(crate) fn object_dir(&self, key: &Key) -> PathBuf {
        self.objects_dir().join(key.to_hex())
    }

    pub(crate) fn objects_dir(&self) -> PathBuf {
        self.dir.join("objects")
    }

    pub(crate) fn roots_dir(&self) -> PathBuf {
        self.dir.join("roots")
    }

    pub(crate) fn temporary_dir(&self) -> PathBuf {
        self.dir.join("tmp")
    }

    pub(crate) fn key_lock(&self, key: &Key) -> PathBuf {
        self.dir.join("locks").join(key.to_hex())
    }

    pub(crate) fn gc_lock(&self) -> PathBuf {
        self.dir.join("locks").join("gc")
    }
}

/// Cleans up after a build, also one that failed or panicked.
struct RemovedOnDrop(Staging);

impl Drop for RemovedOnDrop {
    fn drop(&mut self) {
        // After a commit the directory has its final name and nothing is left.
        let _ = fsop::remove(&self.0.dir);
    }
}
