//! The programs of the machine that compile and link a guest.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// The LLVM release that the sysroots and libwarpgrid are built with.
const LLVM: &str = "19";

/// Where the machine's compiler and its companions are.
#[derive(Clone, Debug)]
pub struct Tools {
    /// clang, the compiler and the driver of the link.
    pub clang: PathBuf,
    /// llvm-ar.
    pub ar: PathBuf,
    /// llvm-nm.
    pub nm: PathBuf,
    /// llvm-ranlib.
    pub ranlib: PathBuf,
}

/// What clang brings with it.
#[derive(Clone, Debug)]
pub struct ClangResources {
    /// clang's own headers.
    pub headers: PathBuf,
    /// compiler-rt's builtins for WebAssembly.
    pub builtins: PathBuf,
}

impl Tools {
    /// Looks the tools up on `PATH`. Runs none of them.
    ///
    /// # Errors
    /// [`Error::NoTool`] names the first one that is missing, and the remedy.
    pub fn find() -> Result<Self, Error> {
        on_path("wasm-ld", "lld")?;
        Ok(Tools {
            clang: on_path("clang", "clang")?,
            ar: on_path("llvm-ar", "llvm")?,
            nm: on_path("llvm-nm", "llvm")?,
            ranlib: on_path("llvm-ranlib", "llvm")?,
        })
    }

    /// What `clang --version` says first.
    ///
    /// # Errors
    /// When clang does not run.
    pub fn clang_version(&self) -> Result<String, Error> {
        let version = output_of(&self.clang, &["--version"])?;
        Ok(version.lines().next().unwrap_or_default().to_owned())
    }

    /// Where clang keeps its headers and runtimes.
    ///
    /// # Errors
    /// [`Error::NoTool`] when the runtime for WebAssembly is not installed.
    pub fn clang_resources(&self) -> Result<ClangResources, Error> {
        let folder = output_of(&self.clang, &["-print-resource-dir"])?;
        let folder = Path::new(folder.trim_end());
        let builtins = folder.join("lib/wasi/libclang_rt.builtins-wasm32.a");
        if !builtins.is_file() {
            return Err(Error::NoTool {
                name: builtins.display().to_string(),
                remedy: format!("run `apt-get install libclang-rt-{LLVM}-dev-wasm32`"),
            });
        }
        Ok(ClangResources {
            headers: folder.join("include"),
            builtins,
        })
    }
}

/// wasm-component-ld, which runs clang's wasm-ld and makes a component of the
/// module: rustc keeps it among the programs of its host target.
///
/// # Errors
/// [`Error::NoTool`] when neither Rust nor `PATH` has one.
pub fn component_linker() -> Result<PathBuf, Error> {
    const NAME: &str = "wasm-component-ld";
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = output_of(Path::new(&rustc), &["--print", "sysroot"])?;
    let rustlib = Path::new(sysroot.trim_end()).join("lib/rustlib");
    let folders = std::fs::read_dir(&rustlib).into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join("bin").join(NAME))
        .find(|tool| tool.is_file())
        .or_else(|| search_path(NAME))
        .ok_or_else(|| Error::NoTool {
            name: NAME.to_owned(),
            remedy: "install Rust with rustup, whose toolchains bring it, or run \
                     `cargo install wasm-component-ld`"
                .to_owned(),
        })
}

fn on_path(name: &str, package: &str) -> Result<PathBuf, Error> {
    let versioned = format!("{name}-{LLVM}");
    search_path(&versioned).ok_or_else(|| Error::NoTool {
        name: versioned.clone(),
        remedy: format!("run `apt-get install {package}-{LLVM}`"),
    })
}

fn search_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|tool| tool.is_file())
}

fn output_of(program: &Path, args: &[&str]) -> Result<String, Error> {
    let output = Command::new(program)
        .args(args)
        .env("LC_ALL", "C")
        .output()
        .map_err(|source| Error::Io {
            what: format!("run {}", program.display()),
            source,
        })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Error::Tool {
        command: format!("{} {}", program.display(), args.join(" ")),
        output: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}
