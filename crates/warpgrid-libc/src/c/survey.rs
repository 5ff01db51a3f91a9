//! What a project in C is built of, for who wants to know before it is built.

use std::path::{Path, PathBuf};
use std::process::Command;

use warpgrid_pack::{Error, PackRequest};

use super::{CKeys, KEYS, current_toolchain, refuse_cargo_choices, sources};
use crate::Toolchain;

/// A project in C.
#[derive(Debug)]
pub struct Survey {
    /// Whether make builds it, which alone knows of what.
    pub by_make: bool,
    /// Its sources, from the project's directory, where make does not build it.
    pub sources: Vec<PathBuf>,
    /// What it is built with.
    pub toolchain: Toolchain,
    flags: Vec<String>,
}

/// Looks at what `warp pack` would build. Nothing is built.
///
/// # Errors
/// Where there are no sources, or no toolchain.
pub fn survey(request: &PackRequest<'_>) -> Result<Survey, Error> {
    let keys: CKeys = request.keys(KEYS)?;
    refuse_cargo_choices(request)?;
    let toolchain = current_toolchain()?;
    let by_make = keys.is_by_make(&request.project);
    let sources = match by_make {
        true => Vec::new(),
        false => sources::sources(request, &keys)?,
    };
    let include = keys
        .include
        .iter()
        .map(|directory| format!("-I{directory}"));
    Ok(Survey {
        by_make,
        sources,
        toolchain,
        flags: include.chain(keys.cflags.iter().cloned()).collect(),
    })
}

impl Survey {
    /// clang's command that compiles a source to see whether it does, and says all
    /// that is wrong with it.
    pub fn check(&self, request: &PackRequest<'_>, source: &Path, object: &Path) -> Command {
        let mut command = request.command(&self.toolchain.tools.clang);
        command
            .args(self.toolchain.clang_args())
            .args(&self.flags)
            .args(["-ferror-limit=0", "-w", "-c"])
            .arg(source)
            .arg("-o")
            .arg(object);
        command
    }
}
