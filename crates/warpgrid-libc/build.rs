//! Names the toolchain that this build is made for: by all that goes into it
//! and stands in the repository.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The pin, the patches, and libwarpgrid's sources.
const INPUTS: &[&str] = &["../../libc-patches", "c"];

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    for input in INPUTS {
        println!("cargo::rerun-if-changed={input}");
        collect(Path::new(input), &mut files)?;
    }
    files.sort();
    let mut digest = blake3::Hasher::new();
    for file in files {
        let content = fs::read(&file)?;
        digest.update(file.to_string_lossy().as_bytes());
        digest.update(&(content.len() as u64).to_le_bytes());
        digest.update(&content);
    }
    let release = &digest.finalize().to_hex()[..16];
    println!("cargo::rustc-env=WARPGRID_LIBC_RELEASE={release}");
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
