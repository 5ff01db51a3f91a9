//! Archives, read straight into the object database.
//!
//! Nothing of an archive is ever written to the file system under a name the
//! archive chose: each file becomes a git object, and the tree of them is what
//! is compared with the pin. The rules below hold for what a checkout would
//! write later, and keep a hostile archive from exhausting memory or disk.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::Path;

use crate::SeriesError;
use crate::process::Cancel;

/// Bounds on an archive: bytes of one file, bytes of all, number of entries,
/// length of a path. The largest upstream has some 20000 files in 200 MB.
const LARGEST_FILE: u64 = 256 << 20;
const LARGEST_TREE: u64 = 2 << 30;
const MOST_ENTRIES: usize = 200_000;
const LONGEST_PATH: usize = 1024;

const FILE: u32 = 0o100_644;
const EXECUTABLE: u32 = 0o100_755;
const SYMLINK: u32 = 0o120_000;

/// Whether an archive of this name can be read: a tar, packed by xz, bzip2 or
/// gzip.
pub(crate) fn is_known(name: &str) -> bool {
    [".tar.xz", ".tar.bz2", ".tar.gz"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Imports the archive at `path` and gives its tree, without the directory
/// that all entries of such an archive stand in; where a `directory` below that
/// is named, only what that holds. `name` is for messages.
pub(crate) fn import(
    repository: &git2::Repository,
    path: &Path,
    name: &str,
    directory: Option<&str>,
    cancel: &Cancel,
) -> Result<git2::Oid, SeriesError> {
    let file = File::open(path).map_err(|e| SeriesError::io("open", path, e))?;
    let packed = BufReader::new(file);
    let plain: Box<dyn Read> = if name.ends_with(".bz2") {
        Box::new(bzip2::bufread::BzDecoder::new(packed))
    } else if name.ends_with(".crate") || name.ends_with(".gz") {
        Box::new(flate2::bufread::GzDecoder::new(packed))
    } else {
        Box::new(xz2::bufread::XzDecoder::new(packed))
    };
    let entries = Reader {
        repository,
        name,
        directory,
        cancel,
    }
    .read(plain.take(LARGEST_TREE))?;
    write_tree(repository, entries)
}

/// Imports the files below a directory. They come from no archive, and are
/// files only.
pub(crate) fn import_directory(
    repository: &git2::Repository,
    directory: &Path,
    cancel: &Cancel,
) -> Result<git2::Oid, SeriesError> {
    let broken = |e: &git2::Error| SeriesError::repository(repository.path(), e);
    let mut objects = BTreeMap::new();
    for entry in walkdir::WalkDir::new(directory) {
        if cancel.is_cancelled() {
            return Err(SeriesError::Interrupted);
        }
        let entry = entry.map_err(|e| SeriesError::io("read", directory, e.into()))?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path();
        let bytes = fs::read(path).map_err(|e| SeriesError::io("read", path, e))?;
        let below = path.strip_prefix(directory).unwrap_or(path);
        let id = repository.blob(&bytes).map_err(|e| broken(&e))?;
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let name = below.to_string_lossy().into_owned();
        objects.insert(
            name,
            Object {
                mode: FILE,
                id,
                size,
            },
        );
    }
    write_tree(repository, objects)
}

struct Object {
    mode: u32,
    id: git2::Oid,
    size: u32,
}

struct Reader<'a> {
    repository: &'a git2::Repository,
    name: &'a str,
    directory: Option<&'a str>,
    cancel: &'a Cancel,
}

impl Reader<'_> {
    fn read(&self, plain: impl Read) -> Result<BTreeMap<String, Object>, SeriesError> {
        let mut archive = tar::Archive::new(plain);
        let entries = archive.entries().map_err(|e| self.refuse("start", &e))?;
        let odb = self.repository.odb().map_err(|e| self.broken(&e))?;
        let mut objects = BTreeMap::new();
        let mut top: Option<String> = None;
        for (count, entry) in entries.enumerate() {
            if self.cancel.is_cancelled() {
                return Err(SeriesError::Interrupted);
            }
            let mut entry = entry.map_err(|e| self.refuse("entry", &e))?;
            let raw = entry.path_bytes().into_owned();
            let shown = String::from_utf8_lossy(&raw).into_owned();
            if count >= MOST_ENTRIES {
                return Err(self.refuse(&shown, &format!("more than {MOST_ENTRIES} entries")));
            }
            let kind = entry.header().entry_type();
            if matches!(
                kind,
                tar::EntryType::XGlobalHeader | tar::EntryType::XHeader
            ) {
                continue;
            }
            let path = self.strip_top(&raw, &shown, &mut top)?;
            let Some(path) = path.and_then(|path| self.wanted(path)) else {
                continue;
            };
            if kind.is_dir() {
                continue;
            }
            let (mode, bytes) = if kind.is_symlink() {
                (SYMLINK, self.link_target(&entry, &path)?)
            } else if kind.is_file() {
                let exec = entry.header().mode().map_err(|e| self.refuse(&path, &e))? & 0o100 != 0;
                let size = entry.size();
                if size > LARGEST_FILE {
                    return Err(self.refuse(&path, &format!("larger than {LARGEST_FILE} bytes")));
                }
                let mut bytes = Vec::new();
                entry
                    .read_to_end(&mut bytes)
                    .map_err(|e| self.refuse(&path, &e))?;
                if bytes.len() as u64 != size {
                    return Err(self.refuse(&path, &"the archive ends inside it"));
                }
                (if exec { EXECUTABLE } else { FILE }, bytes)
            } else {
                return Err(self.refuse(&path, &format!("is a {kind:?}, not a file or a link")));
            };
            let id = odb
                .write(git2::ObjectType::Blob, &bytes)
                .map_err(|e| self.broken(&e))?;
            let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            if objects
                .insert(path.clone(), Object { mode, id, size })
                .is_some()
            {
                return Err(self.refuse(&path, &"occurs twice"));
            }
        }
        self.check_nesting(&objects)?;
        if objects.is_empty() {
            return Err(self.refuse("", &"it has no files"));
        }
        Ok(objects)
    }

    /// The path below the directory that is asked for, or none for one outside.
    fn wanted(&self, path: String) -> Option<String> {
        match self.directory {
            None => Some(path),
            Some(directory) => path
                .strip_prefix(directory)?
                .strip_prefix('/')
                .map(str::to_owned),
        }
    }

    /// The path below the top directory, or none for that directory itself.
    fn strip_top(
        &self,
        raw: &[u8],
        shown: &str,
        top: &mut Option<String>,
    ) -> Result<Option<String>, SeriesError> {
        let text = std::str::from_utf8(raw).map_err(|_| self.refuse(shown, &"is not UTF-8"))?;
        if text.len() > LONGEST_PATH {
            return Err(self.refuse(shown, &"has an overlong name"));
        }
        if text.starts_with('/') {
            return Err(self.refuse(shown, &"is an absolute path"));
        }
        let text = text
            .strip_prefix("./")
            .unwrap_or(text)
            .trim_end_matches('/');
        if text.is_empty() || text == "." {
            return Ok(None);
        }
        for part in text.split('/') {
            let forbidden = part.is_empty()
                || part == "."
                || part == ".."
                || part.eq_ignore_ascii_case(".git")
                || part.contains(['\0', '\n', '\r']);
            if forbidden {
                return Err(
                    self.refuse(shown, &"has a part that leaves its directory or is no name")
                );
            }
        }
        let (first, rest) = text
            .split_once('/')
            .map_or((text, None), |(a, b)| (a, Some(b)));
        if top.get_or_insert_with(|| first.to_owned()) != first {
            return Err(self.refuse(shown, &"lies outside the archive's one top directory"));
        }
        Ok(rest.map(str::to_owned))
    }

    /// A link may point to anything below the top directory, there or not.
    fn link_target<R: Read>(
        &self,
        entry: &tar::Entry<'_, R>,
        path: &str,
    ) -> Result<Vec<u8>, SeriesError> {
        let target = entry.link_name_bytes().unwrap_or_default().into_owned();
        let text = std::str::from_utf8(&target)
            .map_err(|_| self.refuse(path, &"links to no UTF-8 name"))?;
        let mut depth = path.matches('/').count();
        let mut inside = !text.is_empty() && !text.starts_with('/') && !text.contains('\0');
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => match depth.checked_sub(1) {
                    Some(up) => depth = up,
                    None => inside = false,
                },
                _ => depth += 1,
            }
        }
        if inside {
            Ok(target)
        } else {
            Err(self.refuse(path, &format!("links out of the tree, to {text}")))
        }
    }

    /// No path may go through a file or a link.
    fn check_nesting(&self, objects: &BTreeMap<String, Object>) -> Result<(), SeriesError> {
        for path in objects.keys() {
            let through = path
                .match_indices('/')
                .find(|(at, _)| objects.contains_key(&path[..*at]));
            if through.is_some() {
                return Err(self.refuse(path, &"goes through a file or a link"));
            }
        }
        Ok(())
    }

    fn refuse(&self, entry: &str, message: &dyn std::fmt::Display) -> SeriesError {
        SeriesError::Archive {
            archive: self.name.to_owned(),
            entry: entry.to_owned(),
            message: message.to_string(),
        }
    }

    fn broken(&self, error: &git2::Error) -> SeriesError {
        SeriesError::repository(self.repository.path(), error)
    }
}

fn write_tree(
    repository: &git2::Repository,
    objects: BTreeMap<String, Object>,
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
