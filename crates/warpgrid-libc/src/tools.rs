//! The programs of the machine that compile and link a guest.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// The LLVM release that the sysroots and libwarpgrid are built with.
const LLVM: &str = "19";

/// Where the machine's compiler and linkers are.
#[derive(Clone, Debug)]
pub struct Tools {
    /// clang, the compiler and the driver of the link.
    pub clang: PathBuf,
    /// llvm-ar.
    pub ar: PathBuf,
    /// wasm-component-ld, which runs clang's wasm-ld and makes a component of
    /// the module. It comes with Rust.
    pub component_ld: PathBuf,
    /// What `clang --version` says first.
    pub clang_version: String,
}

impl Tools {
    /// Looks the tools up on `PATH` and in Rust's toolchain.
    ///
    /// # Errors
    /// [`Error::NoTool`] names the first one that is missing, and the remedy.
    pub fn find() -> Result<Self, Error> {
        let clang = on_path("clang", "clang")?;
        on_path("wasm-ld", "lld")?;
        let version = output_of(&clang, &["--version"])?;
        Ok(Tools {
            ar: on_path("llvm-ar", "llvm")?,
            component_ld: component_ld()?,
            clang_version: version.lines().next().unwrap_or_default().to_owned(),
            clang,
        })
    }
}

fn on_path(name: &str, package: &str) -> Result<PathBuf, Error> {
    let versioned = format!("{name}-{LLVM}");
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(&versioned))
        .find(|tool| tool.is_file())
        .ok_or_else(|| Error::NoTool {
            name: versioned.clone(),
            remedy: format!("run `apt-get install {package}-{LLVM}`"),
        })
}

/// rustc keeps it among the programs of its host target.
fn component_ld() -> Result<PathBuf, Error> {
    let sysroot = output_of(Path::new("rustc"), &["--print", "sysroot"])?;
    let rustlib = Path::new(sysroot.trim()).join("lib/rustlib");
    let folders = std::fs::read_dir(&rustlib).into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join("bin/wasm-component-ld"))
        .find(|tool| tool.is_file())
        .ok_or_else(|| Error::NoTool {
            name: "wasm-component-ld".to_owned(),
            remedy: "install Rust with rustup; it comes with every toolchain".to_owned(),
        })
}

fn output_of(program: &Path, args: &[&str]) -> Result<String, Error> {
    let output = Command::new(program)
        .args(args)
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
