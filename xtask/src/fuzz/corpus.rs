//! The inputs that the repository keeps: those written by hand (`seed-`), those
//! of what was found once (`found-`), and of those that together reach all that
//! a run reached, the shortest.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use warpgrid_series::process;

use super::{Fuzzer, succeeded};

/// What these begin with stays, whatever it reaches.
const LASTING: [&str; 2] = ["seed-", "found-"];

/// The others are no more together, in bytes.
const MOST: u64 = 24 << 10;

/// How much a corpus is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    pub inputs: usize,
    /// In bytes.
    pub bytes: u64,
    /// In bytes.
    pub longest: u64,
}

impl Size {
    /// # Errors
    /// Where the folder cannot be read.
    pub fn of(folder: &Path) -> anyhow::Result<Self> {
        let mut size = Self::default();
        for path in files(folder)? {
            let length = fs::metadata(path)?.len();
            size.inputs += 1;
            size.bytes += length;
            size.longest = size.longest.max(length);
        }
        Ok(size)
    }
}

/// Where a target's corpus is.
pub fn folder(root: &Path, target: &str) -> PathBuf {
    root.join("fuzz/corpus").join(target)
}

fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    Ok(paths.collect::<io::Result<_>>()?)
}

fn lasts(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    LASTING.iter().any(|kind| name.starts_with(kind))
}

/// Puts what was found into the repository's corpus. How often an edge is taken
/// does not count there, or it would have thousands of inputs.
pub fn merge(fuzzer: &Fuzzer<'_>, target: &str, found: &Path) -> anyhow::Result<Size> {
    let kept = folder(&fuzzer.root, target);
    let fresh = tempfile::tempdir()?;
    let copy = |path: &Path, to: &Path| -> anyhow::Result<()> {
        let name = path.file_name().unwrap_or_default();
        fs::copy(path, to.join(name)).with_context(|| path.display().to_string())?;
        Ok(())
    };
    for path in files(&kept)?.iter().filter(|path| lasts(path)) {
        copy(path, fresh.path())?;
    }
    let mut command = fuzzer.libfuzzer(target, &[fresh.path(), &kept, found]);
    command.args(["-set_cover_merge=1", "-use_counters=0"]);
    let mut last = String::new();
    let ended = process::run(&mut command, None, fuzzer.cancel, |_, line| {
        line.clone_into(&mut last);
    })?;
    succeeded(ended, || last).context("the corpora cannot be merged")?;
    for path in files(&kept)?.iter().filter(|path| !lasts(path)) {
        fs::remove_file(path).with_context(|| path.display().to_string())?;
    }
    for path in shortest(&files(fresh.path())?)? {
        copy(path, &kept)?;
    }
    Size::of(&kept)
}

/// Those of the inputs that may change that are kept.
fn shortest(inputs: &[PathBuf]) -> anyhow::Result<Vec<&PathBuf>> {
    let mut sized = vec![];
    for path in inputs.iter().filter(|path| !lasts(path)) {
        sized.push((fs::metadata(path)?.len(), path));
    }
    sized.sort();
    let mut room = MOST;
    sized.retain(|(length, _)| match room.checked_sub(*length) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    });
    Ok(sized.into_iter().map(|(_, path)| path).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_inputs_stay_and_those_that_last_are_not_counted() {
        let folder = tempfile::tempdir().unwrap();
        for (name, length) in [
            ("long", MOST - 1),
            ("b", 3),
            ("a", 1),
            ("seed-x", MOST),
            ("found-x", 1),
        ] {
            fs::write(folder.path().join(name), vec![0; length as usize]).unwrap();
        }
        let all = files(folder.path()).unwrap();
        let kept = shortest(&all).unwrap();
        let kept: Vec<_> = kept.iter().map(|path| path.file_name().unwrap()).collect();
        assert_eq!(kept, ["a", "b"]);
    }
}
