//! The inputs that the repository keeps: those written by hand (`seed-`), those
//! of what was found once (`found-`), and as few others as together reach all
//! that a run reached.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use warpgrid_series::process;

use super::{Fuzzer, succeeded};

/// What these begin with stays, whatever it reaches.
const LASTING: [&str; 2] = ["seed-", "found-"];

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
    command.args(["-merge=1", "-use_counters=0"]);
    let mut last = String::new();
    let ended = process::run(&mut command, None, fuzzer.cancel, |_, line| {
        line.clone_into(&mut last);
    })?;
    succeeded(ended, || last).context("the corpora cannot be merged")?;
    for path in files(&kept)?.iter().filter(|path| !lasts(path)) {
        fs::remove_file(path).with_context(|| path.display().to_string())?;
    }
    for path in files(fresh.path())?.iter().filter(|path| !lasts(path)) {
        copy(path, &kept)?;
    }
    Size::of(&kept)
}
