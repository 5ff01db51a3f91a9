//! The same sources built for the machine itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::process::{self, Bounds};

use super::suites;

/// A C program; `flags` are those of its library.
pub fn c(app: &Path, flags: &[String], bounds: &Bounds) -> anyhow::Result<PathBuf> {
    let name = app.file_name().context("an app has a name")?;
    let folder = app.join("target/native");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let program = folder.join(name);
    let mut sources: Vec<PathBuf> = std::fs::read_dir(app.join("src"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    sources.retain(|path| path.extension().is_some_and(|extension| extension == "c"));
    sources.sort();
    process::run(
        Command::new("clang-19")
            .args([
                "-std=c11",
                "-O1",
                "-Wall",
                "-Wextra",
                "-Wpedantic",
                "-Werror",
            ])
            .args(sources)
            .args(flags)
            .arg("-o")
            .arg(&program)
            .current_dir(app),
        bounds,
    )?
    .success()?;
    Ok(program)
}

/// A Rust program, as its own project; linted on the way. `flags` are for the
/// build.
pub fn cargo(app: &Path, flags: &[&str], cancel: &Cancel) -> anyhow::Result<PathBuf> {
    let name = app
        .file_name()
        .and_then(|name| name.to_str())
        .context("an app has a name")?;
    suites::cargo(app, &["fmt", "--check"], cancel)?.success()?;
    suites::cargo(
        app,
        &[
            "clippy",
            "--locked",
            "--all-targets",
            "--",
            "--deny=warnings",
        ],
        cancel,
    )?
    .success()?;
    suites::build(app, &[&["--locked"], flags].concat(), name, cancel)
}
