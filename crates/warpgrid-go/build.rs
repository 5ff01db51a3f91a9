//! Puts the overlay's files and the patches into the library, by their names, and
//! names the TinyGo that goes with it.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The folder, the constant's name, and its words of documentation.
const FOLDERS: &[(&str, &str, &str)] = &[
    ("overlay", "COMMON", "Files that every program gets."),
    (
        "overlay-handler",
        "HANDLER",
        "Files that handlers get beside them.",
    ),
    ("../../go-patches", "PATCHES", "The series, by version."),
];

fn main() -> io::Result<()> {
    let mut text = String::new();
    for (folder, name, words) in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        let files = files(Path::new(folder))?;
        let listed = |e: std::fmt::Error| io::Error::other(e);
        writeln!(
            text,
            "/// {words}\npub(crate) const {name}: &[(&str, &str)] = &["
        )
        .map_err(listed)?;
        for (name, path) in files {
            writeln!(text, "({name:?}, include_str!({path:?})),").map_err(listed)?;
        }
        writeln!(text, "];").map_err(listed)?;
    }
    name_tinygo()?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo names no OUT_DIR"))?;
    fs::write(PathBuf::from(out).join("files.rs"), text)
}

/// Names the TinyGo that this build is made for, by its pin and patches.
fn name_tinygo() -> io::Result<()> {
    const SERIES: &str = "../../tinygo-patches";
    println!("cargo::rerun-if-changed={SERIES}");
    let mut digest = blake3::Hasher::new();
    for (name, path) in files(Path::new(SERIES))? {
        let content = fs::read(path)?;
        digest.update(name.as_bytes());
        digest.update(&(content.len() as u64).to_le_bytes());
        digest.update(&content);
    }
    let release = &digest.finalize().to_hex()[..16];
    println!("cargo::rustc-env=WARPGRID_TINYGO_RELEASE={release}");
    Ok(())
}

/// The files of a folder: their names in it and their absolute paths.
fn files(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let root = folder.canonicalize()?;
    let mut files = Vec::new();
    for entry in WalkDir::new(&root).sort_by_file_name() {
        let path = entry?.into_path();
        if path.is_file() {
            let name = path.strip_prefix(&root).map_err(io::Error::other)?;
            files.push((name.to_string_lossy().into_owned(), path));
        }
    }
    Ok(files)
}
