//! What an entry must look like: every file with its size and digest.

use std::fmt::Write as _;
use std::fs::{self, File, Metadata};
use std::io::{self, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// Files up to this many bytes are hashed on every read of an entry.
///
/// blake3 takes about a millisecond for this size, and a header tree of a
/// thousand files stays within tens of milliseconds; compiled code, which is
/// mapped in well under a millisecond, is not slowed down by reading it.
const ALWAYS_HASHED: u64 = 1 << 20;

/// How far a read verifies an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// The manifest by its own digest; of every file, kind, size, executable
    /// bit and symbolic link target; the content of files up to 1 MiB; the
    /// content of a larger file only if its modification time is not the
    /// recorded one. It finds every truncation and every write through the
    /// file system; it misses a disk that changed bits of a large file behind
    /// the system's back.
    Quick,
    /// Everything, content of all files included.
    Full,
}

/// What a path of a tree is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file, with the blake3 digest of its content in hexadecimal.
    File {
        /// 64 hexadecimal digits.
        digest: String,
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A symbolic link, with its target as written.
    Symlink {
        /// The target, not resolved.
        target: String,
    },
}

/// One line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// Relative to the content, with `/`; empty for the content itself.
    pub path: String,
    /// Size in bytes; 0 for directories and links.
    pub size: u64,
    /// What stands there.
    pub kind: FileKind,
    /// Modification time in nanoseconds since 1970; it never takes part in
    /// digests.
    mtime: i128,
}

/// All files of an entry, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Sorted by path.
    pub files: Vec<FileRecord>,
}

/// The first thing found wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct Damage {
    /// Where.
    pub path: PathBuf,
    /// What is wrong there.
    pub what: String,
}

const HEADER: &str = "warpgrid-store manifest 1";

impl Manifest {
    /// Reads and hashes the file or tree at `content`.
    ///
    /// # Errors
    /// [`StoreError`] when something cannot be read or is not a file, a
    /// directory or a link.
    pub fn of(content: &Path) -> Result<Self, StoreError> {
        let mut files = Vec::new();
        for item in walkdir::WalkDir::new(content).sort_by_file_name() {
            let item = item.map_err(|e| {
                let path = e.path().unwrap_or(content).to_owned();
                StoreError::io("read", &path, e.into())
            })?;
            files.push(FileRecord::of(content, item.path())?);
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Manifest { files })
    }

    /// One digest over all paths, kinds and contents: equal exactly when two
    /// trees are the same, whatever their times.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for file in &self.files {
            hasher.update(file.line(false).as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// Paths that differ between two manifests, sorted: present in one only,
    /// or of another kind, content or executable bit.
    pub fn differences(&self, other: &Manifest) -> Vec<String> {
        let lines = |m: &Manifest| -> std::collections::BTreeMap<String, String> {
            m.files
                .iter()
                .map(|f| (f.path.clone(), f.line(false)))
                .collect()
        };
        let (mine, theirs) = (lines(self), lines(other));
        let mut paths: Vec<String> = mine
            .keys()
            .chain(theirs.keys())
            .filter(|p| mine.get(*p) != theirs.get(*p))
            .cloned()
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// The total size of all files, in bytes.
    pub fn size(&self) -> u64 {
        self.files.iter().map(|f| f.size).sum()
    }

    /// The text kept beside the content: a header, one line per file, and the
    /// digest of all that.
    pub(crate) fn encode(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for file in &self.files {
            text.push_str(&file.line(true));
        }
        let digest = blake3::hash(text.as_bytes());
        let _ = writeln!(text, "end {digest}");
        text
    }

    pub(crate) fn decode(text: &str) -> Option<Self> {
        let body_len = text.strip_suffix('\n')?.rfind('\n')? + 1;
        let (body, end) = text.split_at(body_len);
        if end.strip_prefix("end ")?.trim_end() != blake3::hash(body.as_bytes()).to_string() {
            return None;
        }
        let files = body
            .strip_prefix(HEADER)?
            .strip_prefix('\n')?
            .lines()
            .map(FileRecord::parse)
            .collect::<Option<Vec<_>>>()?;
        Some(Manifest { files })
    }

    /// Compares what lies at `content` with the manifest.
    pub(crate) fn verify(&self, content: &Path, check: Check) -> Result<(), Damage> {
        for file in &self.files {
            file.verify(content, check)?;
        }
        if self.files.len() > 1 {
            self.find_strangers(content)?;
        }
        Ok(())
    }

    fn find_strangers(&self, content: &Path) -> Result<(), Damage> {
        for item in walkdir::WalkDir::new(content) {
            let path = match item {
                Ok(item) => item.into_path(),
                Err(e) => {
                    return Err(Damage {
                        path: content.to_owned(),
                        what: e.to_string(),
                    });
                }
            };
            let known = relative(content, &path).is_ok_and(|rel| {
                self.files
                    .binary_search_by(|f| f.path.as_str().cmp(&rel))
                    .is_ok()
            });
            if !known {
                return Err(Damage {
                    path,
                    what: "was added".to_owned(),
                });
            }
        }
        Ok(())
    }
}

impl FileRecord {
    fn of(content: &Path, path: &Path) -> Result<Self, StoreError> {
        let meta = fs::symlink_metadata(path).map_err(|e| StoreError::io("read", path, e))?;
        let mut size = 0;
        let kind = if meta.is_dir() {
            FileKind::Directory
        } else if meta.is_symlink() {
            let target = fs::read_link(path).map_err(|e| StoreError::io("read", path, e))?;
            FileKind::Symlink {
                target: plain(&target)?,
            }
        } else if meta.is_file() {
            size = meta.len();
            let digest = hash_file(path).map_err(|e| StoreError::io("read", path, e))?;
            FileKind::File {
                digest,
                executable: executable(&meta),
            }
        } else {
            return Err(StoreError::SpecialFile {
                path: path.to_owned(),
            });
        };
        Ok(FileRecord {
            path: relative(content, path)?,
            size,
            kind,
            mtime: mtime(&meta),
        })
    }

    fn line(&self, with_time: bool) -> String {
        let time = if with_time { self.mtime } else { 0 };
        match &self.kind {
            FileKind::Directory => format!("dir 0 0 - {}\n", self.path),
            FileKind::Symlink { target } => {
                format!("link 0 0 {} {}\n", target.replace(' ', "\0"), self.path)
            }
            FileKind::File { digest, executable } => {
                let kind = if *executable { "exec" } else { "file" };
                format!("{kind} {} {time} {digest} {}\n", self.size, self.path)
            }
        }
    }

    fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(5, ' ');
        let (kind, size, mtime) = (parts.next()?, parts.next()?, parts.next()?);
        let (value, path) = (parts.next()?, parts.next()?);
        let kind = match kind {
            "dir" => FileKind::Directory,
            "link" => FileKind::Symlink {
                target: value.replace('\0', " "),
            },
            "file" | "exec" => FileKind::File {
                digest: value.to_owned(),
                executable: kind == "exec",
            },
            _ => return None,
        };
        let (size, mtime) = (size.parse().ok()?, mtime.parse().ok()?);
        Some(FileRecord {
            path: path.to_owned(),
            size,
            kind,
            mtime,
        })
    }

    fn verify(&self, content: &Path, check: Check) -> Result<(), Damage> {
        let path = if self.path.is_empty() {
            content.to_owned()
        } else {
            content.join(&self.path)
        };
        let damage = |what: &str| {
            Err(Damage {
                path: path.clone(),
                what: what.to_owned(),
            })
        };
        let meta = match fs::symlink_metadata(&path) {
            Ok(meta) => meta,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return damage("is missing"),
            Err(e) => return damage(&crate::describe_io(&e)),
        };
        match &self.kind {
            FileKind::Directory if meta.is_dir() => Ok(()),
            FileKind::Symlink { target } if meta.is_symlink() => match fs::read_link(&path) {
                Ok(found) if found == Path::new(target) => Ok(()),
                _ => damage("points elsewhere"),
            },
            FileKind::File {
                digest,
                executable: exec,
            } if meta.is_file() => {
                if meta.len() != self.size {
                    return damage(&format!(
                        "has {} bytes instead of {}",
                        meta.len(),
                        self.size
                    ));
                }
                if executable(&meta) != *exec {
                    return damage("has another executable bit");
                }
                let hash = check == Check::Full
                    || self.size <= ALWAYS_HASHED
                    || mtime(&meta) != self.mtime;
                match hash.then(|| hash_file(&path)) {
                    Some(Err(e)) => damage(&crate::describe_io(&e)),
                    Some(Ok(found)) if found != *digest => damage("has other content"),
                    _ => Ok(()),
                }
            }
            _ => damage("is of another kind"),
        }
    }
}

/// Makes the content read-only, so that an edit by mistake fails, and flushes
/// the files whose content a quick check would not hash.
pub(crate) fn seal(content: &Path, manifest: &Manifest) -> Result<(), StoreError> {
    for file in &manifest.files {
        let FileKind::File { executable, .. } = file.kind else {
            continue;
        };
        let path = if file.path.is_empty() {
            content.to_owned()
        } else {
            content.join(&file.path)
        };
        if file.size > ALWAYS_HASHED {
            File::open(&path)
                .and_then(|f| f.sync_all())
                .map_err(|e| StoreError::io("flush", &path, e))?;
        }
        let mode = if executable { 0o555 } else { 0o444 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))
            .map_err(|e| StoreError::io("protect", &path, e))?;
    }
    Ok(())
}

fn relative(content: &Path, path: &Path) -> Result<String, StoreError> {
    plain(path.strip_prefix(content).unwrap_or(path))
}

fn plain(path: &Path) -> Result<String, StoreError> {
    match path.to_str() {
        Some(text) if !text.contains(['\n', '\r', '\0']) => Ok(text.to_owned()),
        _ => Err(StoreError::FileName {
            path: path.to_owned(),
        }),
    }
}

fn hash_file(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(BufReader::with_capacity(1 << 16, File::open(path)?))?;
    Ok(hasher.finalize().to_hex().to_string())
}

fn executable(meta: &Metadata) -> bool {
    meta.permissions().mode() & 0o100 != 0
}

fn mtime(meta: &Metadata) -> i128 {
    i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec())
}
