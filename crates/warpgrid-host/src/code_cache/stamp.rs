//! What tells a file that has not changed from one that has, without reading it.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use warpgrid_store::{Key, KeyBuilder};
use wasmtime::Engine;

use super::compatibility;

/// A write sooner after the stamp than this could leave the stamp as it is: file
/// systems count time in steps, the coarsest of them (FAT) of two seconds.
const SETTLED: Duration = Duration::from_secs(3);

/// Where a file is on its file system, how long, and when it last changed. A
/// change of its content moves the time of its status (stat(2), `st_ctime`),
/// which no program can set.
pub(super) struct Stamp(Metadata);

impl Stamp {
    /// None for what is no file, or changed only now.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        let changed = Duration::from_secs(u64::try_from(metadata.ctime()).ok()?);
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH + changed);
        (metadata.is_file() && since.ok()? >= SETTLED).then_some(Self(metadata))
    }

    /// The name of what is known of the file for an engine.
    pub(super) fn key(&self, engine: &Engine) -> Key {
        let file = &self.0;
        let number = |key: KeyBuilder, label, value: i64| key.field(label, value.to_le_bytes());
        let key = Key::new("compiled-component-of-file").field("engine", compatibility(engine));
        let key = key
            .field("device", file.dev().to_le_bytes())
            .field("inode", file.ino().to_le_bytes())
            .field("size", file.size().to_le_bytes());
        let key = number(key, "modified", file.mtime());
        let key = number(key, "modified-nanoseconds", file.mtime_nsec());
        let key = number(key, "changed", file.ctime());
        number(key, "changed-nanoseconds", file.ctime_nsec()).finish()
    }
}
