//! The same sources built for the machine itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use warpgrid_series::process::Cancel;
use warpgrid_test_harness::npm;
use warpgrid_test_harness::process::{self, Bounds};

use super::suites;
use crate::workspace;

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

/// A Go program; its formatting and what `go vet` finds are looked at on the way.
pub fn go(app: &Path, bounds: &Bounds) -> anyhow::Result<PathBuf> {
    let name = app.file_name().context("an app has a name")?;
    let program = app.join("target/native").join(name);
    let unformatted = process::run(
        Command::new("gofmt").args(["-l", "."]).current_dir(app),
        bounds,
    )?
    .success()?;
    ensure!(
        unformatted.stdout.is_empty(),
        "gofmt would change files\n{unformatted}"
    );
    let go = |arguments: &[&str]| {
        let mut command = Command::new("go");
        command.args(arguments).current_dir(app);
        command
    };
    process::run(&mut go(&["vet", "./..."]), bounds)?.success()?;
    let mut build = go(&["build", "-o"]);
    process::run(build.arg(&program).arg("."), bounds)?.success()?;
    Ok(program)
}

/// A program for Bun, which runs its sources. They are bundled once, for what the
/// bundler says of them.
pub fn bun(app: &Path, bounds: &Bounds) -> anyhow::Result<PathBuf> {
    let bun = npm::bun(&workspace::root(), bounds)?;
    if app.join("package-lock.json").is_file() {
        npm::install(app, bounds)?;
        let mut check = Command::new("npm");
        check.args(["run", "check", "--silent", "--if-present"]);
        process::run(check.current_dir(app), bounds)?.success()?;
    }
    let main = app.join("src/main.ts");
    let mut build = Command::new(bun);
    build
        .args(["build", "--target=bun", "--outdir", "target/native"])
        .arg(&main)
        .current_dir(app);
    process::run(&mut build, bounds)?.success()?;
    Ok(main)
}

/// A program for Node, by the script `build` of its `package.json`, which checks
/// its types, too. What it gives is a script.
pub fn node(app: &Path, bounds: &Bounds) -> anyhow::Result<PathBuf> {
    npm::install(app, bounds)?;
    let mut build = Command::new("npm");
    build.args(["run", "build", "--silent"]).current_dir(app);
    process::run(&mut build, bounds)?.success()?;
    Ok(app.join("target/native/main.js"))
}
