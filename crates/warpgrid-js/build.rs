//! Puts what Node runs while a program is packed into the library, by its names in
//! the repository.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

const ROOT: &str = "../..";

/// What npm reads to install packages: the workspace and its members.
const MANIFESTS: &[&str] = &[
    "package.json",
    "package-lock.json",
    "crates/warpgrid-bun/js/package.json",
    "crates/warpgrid-js/js/package.json",
    "packages/bun-polyfills/package.json",
    "packages/node-compat/package.json",
];

/// The folders whose files runtimes run or bundle.
const SOURCES: &[&str] = &[
    "crates/warpgrid-bun/js",
    "crates/warpgrid-js/js",
    "packages/bun-polyfills",
    "packages/node-compat",
];

/// The series on what makes components.
const PATCHES: &[&str] = &["componentize-patches"];

/// No part of what runs.
const LEFT_OUT: &[&str] = &["node_modules", "tests", "types"];

fn main() -> io::Result<()> {
    let root = Path::new(ROOT).canonicalize()?;
    let mut text = String::new();
    let manifests = MANIFESTS.iter().map(|name| (*name).to_owned()).collect();
    constant(&mut text, &root, "MANIFESTS", "What npm reads.", manifests)?;
    let sources = files(&root, SOURCES, &["js", "mjs", "cjs", "json", "wit"])?;
    constant(&mut text, &root, "SOURCES", "What Node reads.", sources)?;
    let patches = files(&root, PATCHES, &["patch"])?;
    constant(&mut text, &root, "PATCHES", "The series.", patches)?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?;
    fs::write(PathBuf::from(out).join("files.rs"), text)
}

/// The files of some folders that end in one of these ways, by their names below
/// the root.
fn files(root: &Path, folders: &[&str], endings: &[&str]) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in folders {
        let walk = WalkDir::new(root.join(folder)).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(is_wanted) {
            let entry = entry?;
            println!("cargo::rerun-if-changed={}", entry.path().display());
            let ending = entry.path().extension().unwrap_or_default();
            if entry.file_type().is_file() && endings.iter().any(|wanted| ending == *wanted) {
                let name = entry.path().strip_prefix(root).map_err(io::Error::other)?;
                names.push(name.to_string_lossy().into_owned());
            }
        }
    }
    Ok(names)
}

fn is_wanted(entry: &DirEntry) -> bool {
    !LEFT_OUT.iter().any(|name| entry.file_name() == *name)
}

fn constant(
    text: &mut String,
    root: &Path,
    name: &str,
    words: &str,
    files: Vec<String>,
) -> io::Result<()> {
    let wrote = |error: std::fmt::Error| io::Error::other(error);
    writeln!(
        text,
        "/// {words}\npub(crate) const {name}: &[(&str, &str)] = &["
    )
    .map_err(wrote)?;
    for file in files {
        let path = root.join(&file);
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(text, "({file:?}, include_str!({path:?})),").map_err(wrote)?;
    }
    writeln!(text, "];").map_err(wrote)
}
