//! Packages of npm that tests need in a project.

use std::path::Path;
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
