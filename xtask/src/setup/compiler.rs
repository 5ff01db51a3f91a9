//! The C compiler and its companions.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::packages;

/// LLVM 19's tools.
#[derive(Clone, Debug)]
pub struct Compiler {
    pub clang: PathBuf,
    pub ar: PathBuf,
    pub nm: PathBuf,
    pub ranlib: PathBuf,
    /// What `clang --version` says first; part of a sysroot's key.
    pub version: String,
    /// clang's own headers.
    pub headers: PathBuf,
    /// compiler-rt's builtins for WebAssembly.
    pub builtins: PathBuf,
}

/// Finds them.
pub fn find() -> anyhow::Result<Compiler> {
    let clang = tool("clang-19", "clang-19")?;
    let resource = PathBuf::from(ask(&clang, "-print-resource-dir")?);
    let builtins = resource.join("lib/wasi/libclang_rt.builtins-wasm32.a");
    if !builtins.is_file() {
        bail!(
            "{} is missing\n  help: apt-get install libclang-rt-19-dev-wasm32",
            builtins.display()
        );
    }
    Ok(Compiler {
        version: ask(&clang, "--version")?
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
        headers: resource.join("include"),
        builtins,
        clang,
        ar: tool("llvm-ar-19", "llvm-19")?,
        nm: tool("llvm-nm-19", "llvm-19")?,
        ranlib: tool("llvm-ranlib-19", "llvm-19")?,
    })
}

fn tool(program: &str, package: &str) -> anyhow::Result<PathBuf> {
    match packages::find(program) {
        Some(path) => Ok(path),
        None => bail!(
            "{program} is not installed\n  help: apt-get install {package}, or run `cargo xtask setup --yes`"
        ),
    }
}

/// The answer of `clang QUESTION`.
pub fn ask(clang: &Path, question: &str) -> anyhow::Result<String> {
    let output = Command::new(clang)
        .arg(question)
        .env("LC_ALL", "C")
        .output();
    let output = output.with_context(|| format!("cannot run {}", clang.display()))?;
    if !output.status.success() {
        bail!(
            "{} {question} failed\n  help: reinstall clang-19",
            clang.display()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}
