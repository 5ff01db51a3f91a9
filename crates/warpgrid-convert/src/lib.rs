//! `warp convert analyze`: whether a program will work as a component, and what to
//! change where it does not.
//!
//! [`analyze`] asks the packers: each says what it refuses, and for C, Go and Rust
//! `warp pack` itself is run, so that what is said here is what packing says. What
//! compiles and fails only when it is called is known from tables ([`mod@c`],
//! [`mod@go`], [`mod@rust`]) and from what runs found (`compat/`). Of a program that
//! was compiled already, the functions that it wants are read.

#![forbid(unsafe_code)]

mod binary;
mod c;
mod compat;
mod component;
mod diagnostics;
mod go;
mod js;
mod libc;
mod packing;
mod place;
mod report;
mod rust;
mod shims;
mod sysroot;

use std::path::{Path, PathBuf};

use warpgrid_pack::{Error, Manifest, PackRequest, Packer, Profile, Program, Progress, choose};

pub use report::{Finding, Report, Verdict};

/// What is looked at, and how.
pub struct Options<'a> {
    /// The languages that `warp pack` knows.
    pub packers: &'a [Box<dyn Packer>],
    /// The language; without it `warp.toml` says it, or the project's files do.
    pub lang: Option<String>,
    /// Which of the language's compilers.
    pub compiler: Option<String>,
    /// Which package of a workspace.
    pub package: Option<String>,
    /// Which program of several.
    pub program: Option<Program>,
    /// The `warp` executable, which is run to pack.
    pub warp: PathBuf,
    /// Hears of the steps.
    pub progress: &'a dyn Progress,
}

/// Says what will become of a project, or of a program that was compiled already.
///
/// # Errors
/// Where it cannot be said: nothing is there, nothing says what to build, or a tool
/// that is needed is missing.
pub fn analyze(path: &Path, options: &Options<'_>) -> Result<Report, Error> {
    let path = path
        .canonicalize()
        .map_err(|error| Error::file("read", path, &error))?;
    if path.is_file() {
        return file(&path);
    }
    let manifest = Manifest::of_project(&path)?;
    let lang = options.lang.as_deref();
    let chosen = choose(options.packers, &path, manifest.as_ref(), lang);
    let packer = match chosen {
        Ok(packer) => packer,
        Err(error) => return compiled(&path).unwrap_or(Err(error)),
    };
    warpgrid_pack::expect_compiler(packer, options.compiler.as_deref())?;
    let request = PackRequest {
        project: path,
        manifest,
        profile: Profile::Release,
        strip: false,
        output: None,
        package: options.package.clone(),
        program: options.program.clone(),
        compiler: options.compiler.clone(),
        arguments: Vec::new(),
        environment: Vec::new(),
        warp: options.warp.clone(),
        progress: options.progress,
    };
    match packer.name() {
        "rust" => rust::analyze(&request),
        "go" => go::analyze(&request),
        "ts" => js::node(&request),
        "bun" => js::bun(&request),
        "c" => c::analyze(&request),
        other => packing::analyze(&request, other),
    }
}

/// A component, or what a compiler made for a machine.
fn file(path: &Path) -> Result<Report, Error> {
    let bytes = std::fs::read(path).map_err(|error| Error::file("read", path, &error))?;
    if bytes.starts_with(b"\0asm") {
        return component::analyze(path, &bytes);
    }
    binary::analyze(path, &bytes)
}

/// A folder without sources: the one program, object or archive in it.
fn compiled(folder: &Path) -> Option<Result<Report, Error>> {
    let files = std::fs::read_dir(folder).ok()?.flatten();
    let found: Vec<_> = files
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && binary::is_one(path))
        .collect();
    if found.is_empty() {
        return None;
    }
    Some(binary::analyze_all(folder, found))
}
