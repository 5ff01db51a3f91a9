//! The Bun that a project's lock file pins.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::npm;
use crate::process::Bounds;

/// The folder of Bun's packages for each system: npm installs those that run here,
/// and runs no script that would put one in the place of `bun` itself.
const PACKAGES: &str = "node_modules/@oven";

/// Installs what the project's lock file names, and gives the path of its Bun.
///
/// # Errors
/// What npm said, or that none of it is Bun for this machine.
pub fn program(project: &Path, bounds: &Bounds) -> Result<PathBuf> {
    npm::install(project, bounds)?;
    let packages = project.join(PACKAGES);
    let entries = std::fs::read_dir(&packages)
        .with_context(|| format!("cannot read {}", packages.display()))?;
    let mut programs: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path().join("bin/bun")))
        .filter(|program| program.is_file())
        // Beside the one for glibc, npm may have the one for musl.
        .filter(|program| !program.to_string_lossy().contains("-musl"))
        .collect();
    programs.sort();
    let program = programs.into_iter().next();
    program.with_context(|| format!("{} has no Bun for this machine", packages.display()))
}

/// Lets a command find this Bun by its name.
///
/// # Errors
/// Where its path cannot stand in PATH.
pub fn on_path(command: &mut Command, program: &Path) -> Result<()> {
    let folder = program.parent().map(Path::to_owned);
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let folders = folder.into_iter().chain(std::env::split_paths(&rest));
    let path: OsString = std::env::join_paths(folders)?;
    command.env("PATH", path);
    Ok(())
}
