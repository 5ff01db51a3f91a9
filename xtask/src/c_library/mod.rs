//! C libraries for WebAssembly: a release's sources, compiled as they are.
//!
//! A library is a folder: `UPSTREAM_REF` and `sources.toml` as every upstream
//! has them, `library.toml` (what is compiled, and how), and what is added: the
//! answers that its `configure` would give, and stand-ins for what the target
//! does not have.

mod build;
mod recipe;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, anyhow};
use warpgrid_series::process::Cancel;
use warpgrid_series::{Imported, Place, Programs, Series, import_upstream, materialize};
use warpgrid_store::{Entry, Key};

use crate::flags::Vendor;
use crate::progress::Task;
use crate::workspace;
use build::{Build, CLANG};
use recipe::{RECIPE, Recipe};

/// What components are compiled for.
const TARGET: &str = "wasm32-wasip2";
/// What is added to the sources, by its folder among them.
const ADDED: &str = "warpgrid";
/// The link in the program's folder.
const VENDOR: &str = "vendor";

/// Runs the verb, for the sample programs.
///
/// # Errors
/// As [`vendor`]; also where no program is called so.
pub fn run(flags: &Vendor, cancel: &Cancel) -> anyhow::Result<()> {
    let place = Place::open_default()?;
    let mut done = 0;
    for (app, library) in apps()? {
        let name = app.file_name().unwrap_or_default().to_string_lossy();
        if flags.app.as_ref().is_none_or(|wanted| *wanted == name) {
            vendor(&app, &library, &place, cancel)?;
            eprintln!("{}", app.join(VENDOR).display());
            done += 1;
        }
    }
    anyhow::ensure!(
        done > 0,
        "no program with a C library is called `{}`\n  help: `ls -d test-apps/*-c-*` shows them",
        flags.app.as_deref().unwrap_or_default()
    );
    Ok(())
}

/// Builds the component's library and links it into the program's folder, where
/// its `warp.toml` looks for it.
///
/// # Errors
/// When setup has not run, the sources cannot be had, or do not compile.
pub fn vendor(app: &Path, library: &Path, place: &Place, cancel: &Cancel) -> anyhow::Result<()> {
    let entry = ensure(library, Machine::Component, place, cancel)?;
    let link = app.join(VENDOR);
    if fs::read_link(&link).is_ok_and(|target| target == entry.path) {
        return Ok(());
    }
    if link.symlink_metadata().is_ok() {
        fs::remove_file(&link).with_context(|| format!("cannot replace {}", link.display()))?;
    }
    std::os::unix::fs::symlink(&entry.path, &link)
        .with_context(|| format!("cannot make {}", link.display()))
}

/// What a native program is compiled and linked with: the system's library, or
/// one of the same sources where the system's is another version.
///
/// # Errors
/// When the library is not installed, or as [`vendor`].
pub fn native(library: &Path, place: &Place, cancel: &Cancel) -> anyhow::Result<Vec<String>> {
    let recipe = Recipe::read(library)?;
    if let Some(package) = &recipe.pkg_config {
        return build::pkg_config(package, cancel);
    }
    let entry = ensure(library, Machine::Native, place, cancel)?;
    let archive = entry.path.join("lib").join(recipe.archive());
    Ok(vec![
        format!("-isystem{}", entry.path.join("include").display()),
        archive.to_string_lossy().into_owned(),
    ])
}

/// Which machine code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Machine {
    Component,
    Native,
}

impl Machine {
    fn name(self) -> &'static str {
        match self {
            Machine::Component => TARGET,
            Machine::Native => "native",
        }
    }
}

/// The programs with a library folder, and that.
fn apps() -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
    let root = workspace::root().join("test-apps");
    let walk = walkdir::WalkDir::new(&root)
        .min_depth(3)
        .max_depth(3)
        .sort_by_file_name();
    let mut apps = Vec::new();
    for entry in walk {
        let entry = entry?;
        let library = entry.path().parent().map(Path::to_owned);
        let app = library
            .as_deref()
            .and_then(Path::parent)
            .map(Path::to_owned);
        if let (true, Some(app), Some(library)) = (entry.file_name() == RECIPE, app, library) {
            apps.push((app, library));
        }
    }
    Ok(apps)
}

/// `lib/` and `include/` in the store, from there or built now; for components
/// against the current patched sysroot.
fn ensure(
    library: &Path,
    machine: Machine,
    place: &Place,
    cancel: &Cancel,
) -> anyhow::Result<Entry> {
    let store = place.store();
    let sysroot = match machine {
        Machine::Native => None,
        Machine::Component => {
            let root = warpgrid_libc::patched_sysroot_root(TARGET);
            let entry = store.root_entry(&root)?;
            Some(entry.ok_or_else(|| {
                anyhow!("the patched sysroot is not built; run `cargo xtask setup`")
            })?)
        }
    };
    let recipe = Recipe::read(library)?;
    let series = Series::open(library)?;
    let programs = Programs::default();
    let imported = import_upstream(&series, place, &programs, cancel)?;
    let key = key(library, &imported, sysroot.as_ref(), machine)?;
    let built = store.get_or_build(&key, |staging| {
        let started = Instant::now();
        let upstream = &series.upstream;
        let task = Task::start(format!(
            "{} {} for {}",
            upstream.name,
            upstream.version,
            machine.name()
        ));
        let source = staging.scratch()?.join("source");
        task.doing("writing sources");
        materialize(&imported, &[], &programs, &source)?;
        copy_tree(library, &source.join(ADDED))?;
        Build {
            recipe: &recipe,
            source: &source,
            sysroot: sysroot.as_ref().map(|entry| entry.path.as_path()),
            cancel,
        }
        .run(&staging.content(), &task)?;
        task.done(&format!(
            "built in {:.0} s",
            started.elapsed().as_secs_f64()
        ));
        anyhow::Ok(())
    });
    let entry = workspace::built(built)?;
    let root = format!("c-library/{}/{}", series.upstream.name, machine.name());
    store.set_root(&root, &key)?;
    Ok(entry)
}

/// Everything that goes into the library.
fn key(
    library: &Path,
    imported: &Imported,
    sysroot: Option<&Entry>,
    machine: Machine,
) -> anyhow::Result<Key> {
    let compiler = std::process::Command::new(CLANG)
        .arg("--version")
        .output()
        .with_context(|| format!("cannot run {CLANG}; run `cargo xtask setup`"))?;
    let mut key = Key::new("c-library")
        .field("tree", &imported.tree)
        .field("machine", machine.name())
        .field("compiler", compiler.stdout)
        .field("flags", build::FLAGS.join("\0"));
    if let Some(sysroot) = sysroot {
        key = key.field("sysroot", &sysroot.digest);
    }
    for (name, path) in files(library)? {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        key = key.field(&name, bytes);
    }
    Ok(key.finish())
}

/// The files below a folder, by their name in it, in order.
fn files(folder: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name();
    let mut files = Vec::new();
    for entry in walk {
        let entry = entry?;
        if entry.file_type().is_file() {
            let name = entry
                .path()
                .strip_prefix(folder)?
                .to_string_lossy()
                .into_owned();
            files.push((name, entry.into_path()));
        }
    }
    Ok(files)
}

fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    for (name, path) in files(from)? {
        let target = to.join(name);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::copy(&path, &target).with_context(|| format!("cannot copy {}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_can_be_read() {
        let apps = apps().unwrap();
        assert!(!apps.is_empty());
        for (_, library) in apps {
            Recipe::read(&library).unwrap();
            Series::open(&library).unwrap();
        }
    }
}
