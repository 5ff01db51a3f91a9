//! The overlay on the standard library, in the store.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use warpgrid_pack::{Error, write_atomically};
use warpgrid_series::{Patch, SeriesError, patch_directory};
use warpgrid_store::{BuildError, Key, Staging, Store};

use crate::component::World;
use crate::go::Environment;

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The series for one minor version of Go.
struct Series {
    /// `go1.26`
    version: String,
    patches: Vec<Patch>,
}

/// An overlay for `go build -overlay`.
#[derive(Debug)]
pub(crate) struct Overlay {
    /// The file that `-overlay` takes.
    pub(crate) file: PathBuf,
}

impl Overlay {
    /// The overlay for the user's Go, its files from the store or made now, and
    /// the list of them in `folder`.
    ///
    /// # Errors
    /// When there is no series for this version, or the standard library is not
    /// the one that the series is for.
    pub(crate) fn prepare(go: &Environment, world: World, folder: &Path) -> Result<Overlay, Error> {
        let series = Series::of(&go.goversion)?;
        let originals = series.originals(&go.goroot.join("src"))?;
        let key = key(world, &series, &originals);
        let store = Store::open_default().map_err(Error::of_two_lines)?;
        let entry = store
            .get_or_build(&key, |staging| {
                write(staging, world, &originals, &series, go)
            })
            .map_err(|error| match error {
                BuildError::Build(error) => error,
                BuildError::Store(error) => Error::of_two_lines(error),
            })?;
        let root = format!("go-overlay/{}-{}", go.goversion, world.name());
        store.set_root(&root, &key).map_err(Error::of_two_lines)?;
        let replace: BTreeMap<_, _> = originals
            .keys()
            .map(String::as_str)
            .chain(new_files(world).map(|(name, _)| name))
            .map(|name| (go.goroot.join("src").join(name), entry.path.join(name)))
            .collect();
        let list = serde_json::json!({ "Replace": replace }).to_string();
        let file = folder.join(format!("{}.overlay.json", world.name()));
        write_atomically(&file, list.as_bytes())?;
        Ok(Overlay { file })
    }
}

fn key(world: World, series: &Series, originals: &BTreeMap<String, Vec<u8>>) -> Key {
    let mut key = Key::new("go-overlay");
    for (name, text) in new_files(world) {
        key = key.field(name, text);
    }
    for patch in &series.patches {
        key = key.field(&patch.file, &patch.bytes);
    }
    for (name, text) in originals {
        key = key.field(name, text);
    }
    key.finish()
}

/// The files that are ours alone: their names below `GOROOT/src`, and texts.
fn new_files(world: World) -> impl Iterator<Item = (&'static str, &'static str)> {
    let handler = match world {
        World::Command => &[],
        World::Handler => HANDLER,
    };
    COMMON.iter().chain(handler).copied()
}

fn write(
    staging: &Staging,
    world: World,
    originals: &BTreeMap<String, Vec<u8>>,
    series: &Series,
    go: &Environment,
) -> Result<(), Error> {
    let content = staging.content();
    for (name, text) in originals {
        put(&content.join(name), text)?;
    }
    patch_directory(&content, &series.patches).map_err(|error| differs(go, series, &error))?;
    for (name, text) in new_files(world) {
        put(&content.join(name), text.as_bytes())?;
    }
    let names = originals.keys().map(String::as_str);
    for name in names.chain(new_files(world).map(|(name, _)| name)) {
        age(&content.join(name))?;
    }
    Ok(())
}

/// Makes a file an old one. Go looks for packages of the standard library past
/// the overlay where a file of theirs is younger than two seconds
/// (`cmd/go/internal/modindex`).
fn age(path: &Path) -> Result<(), Error> {
    fs::File::options()
        .write(true)
        .open(path)
        .and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH))
        .map_err(|error| Error::file("set the time of", path, &error))
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, bytes))
        .map_err(|error| Error::file("write", path, &error))
}

impl Series {
    /// The series for a version as `go env GOVERSION` says it.
    fn of(goversion: &str) -> Result<Series, Error> {
        let known = Series::versions();
        let version = known
            .iter()
            .find(|known| is_minor(goversion, known))
            .ok_or_else(|| Error::Project {
                message: format!("no patches for {goversion}; known: {}", known.join(", ")),
                help: format!(
                    "set GOTOOLCHAIN={} in the environment, and go fetches that version",
                    pinned(known.last().map_or("go1.26", String::as_str))
                ),
            })?;
        let patches = PATCHES
            .iter()
            .filter_map(|(path, text)| {
                let (folder, file) = path.split_once('/')?;
                (folder == version && file.ends_with(".patch")).then_some((file, text))
            })
            .map(|(file, text)| Patch::from_text(file, text))
            .collect::<Result<_, _>>()
            .map_err(|error| Error::Project {
                message: error.to_string(),
                help: "this is a defect of warp".to_owned(),
            })?;
        Ok(Series {
            version: version.clone(),
            patches,
        })
    }

    /// The minor versions that have a series.
    fn versions() -> Vec<String> {
        let mut versions: Vec<String> = PATCHES
            .iter()
            .filter_map(|(path, _)| Some(path.split_once('/')?.0.to_owned()))
            .collect();
        versions.dedup();
        versions
    }

    /// The files that the patches change, as they are in a standard library.
    fn originals(&self, source: &Path) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let read = |file: String| {
            let path = source.join(&file);
            let text = fs::read(&path).map_err(|error| Error::file("read", &path, &error))?;
            Ok((file, text))
        };
        self.touched().into_iter().map(read).collect()
    }

    /// The files that the patches change, by their names below `GOROOT/src`.
    fn touched(&self) -> Vec<String> {
        let mut files: Vec<String> = self
            .patches
            .iter()
            .flat_map(|patch| {
                let text = String::from_utf8_lossy(&patch.bytes).into_owned();
                text.lines()
                    .filter_map(|line| line.strip_prefix("--- a/").map(str::to_owned))
                    .collect::<Vec<_>>()
            })
            .collect();
        files.sort();
        files.dedup();
        files
    }
}

/// Whether `go1.26.8` is of the minor version `go1.26`.
fn is_minor(goversion: &str, minor: &str) -> bool {
    goversion
        .strip_prefix(minor)
        .is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

/// The very version that a series was written against.
pub(crate) fn pinned(minor: &str) -> String {
    let name = format!("{minor}/UPSTREAM_REF");
    let text = PATCHES.iter().find(|(path, _)| *path == name);
    text.and_then(|(_, text)| {
        let value = |line: &'static str| line.strip_prefix("version = \"")?.strip_suffix('"');
        text.lines().find_map(value)
    })
    .map_or_else(|| minor.to_owned(), |version| format!("go{version}"))
}

fn differs(go: &Environment, series: &Series, error: &SeriesError) -> Error {
    let SeriesError::Conflict(conflict) = error else {
        return Error::of_two_lines(error);
    };
    let file = conflict.file.as_deref().unwrap_or("a file");
    Error::Project {
        message: format!(
            "{} is not the standard library that warp knows: go-patches/{}/{} does not apply to \
             {file} ({})",
            go.goroot.display(),
            series.version,
            conflict.patch,
            conflict.message
        ),
        help: format!(
            "set GOTOOLCHAIN={} in the environment, and go fetches that version",
            pinned(&series.version)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_of_its_minor_version_alone() {
        assert!(is_minor("go1.26.8", "go1.26"));
        assert!(is_minor("go1.26", "go1.26"));
        assert!(is_minor("go1.26rc1", "go1.26"));
        assert!(!is_minor("go1.260.1", "go1.26"));
        assert!(!is_minor("go1.25.8", "go1.26"));
    }

    #[test]
    fn an_unknown_version_is_told_which_are_known_and_how_to_get_one() {
        let Err(Error::Project { message, help }) = Series::of("go1.99.1") else {
            panic!("a series for a version that does not exist")
        };
        assert_eq!(message, "no patches for go1.99.1; known: go1.25, go1.26");
        assert!(help.starts_with("set GOTOOLCHAIN=go1.26."), "{help}");
    }

    #[test]
    fn new_files_replace_none_that_patches_change() {
        for version in Series::versions() {
            let touched = Series::of(&version).unwrap().touched();
            assert!(!touched.is_empty());
            for (name, _) in new_files(World::Handler) {
                assert!(!touched.iter().any(|file| file == name), "{version} {name}");
            }
        }
    }
}
