//! A password that stands in a file, and follows it.

use std::fs::Metadata;
use std::hash::{Hash, Hasher};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::{Secret, read_file};

const LONGEST: usize = 64 << 10;

/// A file that has been changed more recently than this may be changed again
/// without its times showing it: some file systems count whole seconds.
const COARSEST: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct PasswordFile {
    path: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    secret: Secret,
    generation: u64,
    /// Of the file as it was read; nothing where another look is due anyway.
    stamp: Option<Stamp>,
    /// The log has been told that it cannot be read.
    complained: bool,
}

/// What changes when a file does, or another one takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    file: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: (metadata.dev(), metadata.ino()),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Whether a later change would give another stamp.
    fn is_settled(&self) -> bool {
        let last = self.modified.0.max(self.changed.0);
        let last = Duration::from_secs(u64::try_from(last).unwrap_or_default());
        SystemTime::UNIX_EPOCH
            .checked_add(last + COARSEST)
            .is_some_and(|then| then < SystemTime::now())
    }
}

impl PasswordFile {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let (secret, stamp) = look(path)?;
        Ok(Self {
            path: path.to_owned(),
            known: Mutex::new(Known {
                secret,
                generation: 0,
                stamp,
                complained: false,
            }),
        })
    }

    /// The password as it is now, and how often it has changed. This asks the
    /// file system each time, which knows without going to the disk.
    pub(super) fn current(&self) -> (Secret, u64) {
        let mut known = self.known();
        let stamp = self.path.metadata().map(|metadata| Stamp::of(&metadata));
        if !stamp.is_ok_and(|stamp| known.stamp == Some(stamp)) {
            self.look_again(&mut known);
        }
        (known.secret.clone(), known.generation)
    }

    fn look_again(&self, known: &mut Known) {
        let path = self.path.display();
        match look(&self.path) {
            Ok((secret, stamp)) => {
                if secret != known.secret {
                    tracing::info!(%path, "the password file has changed: new logins use it");
                    known.secret = secret;
                    known.generation += 1;
                }
                known.stamp = stamp;
                known.complained = false;
            }
            Err(error) => {
                known.stamp = None;
                if !std::mem::replace(&mut known.complained, true) {
                    tracing::warn!(
                        %path,
                        %error,
                        "cannot read the password file: the last known password goes on being \
                         used; make the file readable again"
                    );
                }
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What stands in the file, and its stamp if that will do to tell a change.
fn look(path: &Path) -> io::Result<(Secret, Option<Stamp>)> {
    // Before it is read: what changes after that will show.
    let stamp = Stamp::of(&path.metadata()?);
    let contents = read_file(path, LONGEST)?;
    let line = contents.strip_suffix(b"\n").unwrap_or(&contents);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(io::Error::other("it is empty"));
    }
    Ok((Secret::new(line), Some(stamp).filter(Stamp::is_settled)))
}

impl PartialEq for PasswordFile {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for PasswordFile {}

impl Hash for PasswordFile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.hash(state);
    }
}
