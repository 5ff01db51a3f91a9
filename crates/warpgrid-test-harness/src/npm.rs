//! Packages of npm that tests need in a project.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use anyhow::{Context, Result};

use crate::process::{self, Bounds};

/// One at a time: npm does not share a folder.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Installs what a project's lock file names, where that is not there yet.
///
/// # Errors
/// What npm said, or that there is no lock file.
pub fn install(project: &Path, bounds: &Bounds) -> Result<()> {
    let lock = project.join("package-lock.json");
    let installed = project.join("node_modules/.package-lock.json");
    let written = |path: &Path| std::fs::metadata(path).and_then(|there| there.modified());
    let _alone = INSTALLING
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let lock = written(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    if written(&installed).is_ok_and(|there| there > lock) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(project);
    process::run(&mut npm, bounds)?.success()?;
    Ok(())
}

/// The `bun` that the repository's root (this folder) pins, installed there.
///
/// # Errors
/// What npm said, or what bun's own installer did.
pub fn bun(root: &Path, bounds: &Bounds) -> Result<PathBuf> {
    install(root, bounds)?;
    let program = root.join("node_modules/.bin/bun");
    let works = || {
        let said = Command::new(&program).arg("--version").output();
        said.is_ok_and(|said| said.status.success())
    };
    let _alone = INSTALLING
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    if !works() {
        // The package's script, which npm was told not to run, puts the program there.
        let mut node = Command::new("node");
        node.arg("install.js")
            .current_dir(root.join("node_modules/bun"));
        process::run(&mut node, bounds)?.success()?;
    }
    Ok(program)
}

/// `PATH` with a program's folder before the others.
///
/// # Errors
/// Where a folder's name cannot stand in it.
pub fn path_with(program: &Path) -> Result<OsString> {
    let folder = program.parent().map(Path::to_owned);
    let others = env::var_os("PATH").unwrap_or_default();
    let folders = folder.into_iter().chain(env::split_paths(&others));
    env::join_paths(folders).context("PATH cannot be made longer")
}
