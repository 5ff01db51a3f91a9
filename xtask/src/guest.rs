//! C programs of one source, compiled against the sysroots in the store.

use std::path::Path;
use std::process::Command;

use warpgrid_libc::Toolchain;
use warpgrid_test_harness::preview1;
use warpgrid_test_harness::process::{self, Bounds, Finished};

/// What a program is compiled from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// The one C file.
    pub file: &'a Path,
    /// For the compiler, beside the sysroot's.
    pub cflags: &'a [String],
    /// For the link, beside the sysroot's.
    pub ldflags: &'a [String],
}

/// Compiles a program into the component `output`. Files beside it with the
/// same stem are overwritten.
///
/// # Errors
/// What the compiler or the linker said.
pub fn compile(
    source: &Source<'_>,
    toolchain: &Toolchain,
    output: &Path,
    bounds: &Bounds,
) -> anyhow::Result<()> {
    let object = output.with_extension("o");
    run(
        clang(toolchain)
            .args(["-std=gnu17", "-O2"])
            .args(source.cflags)
            .arg("-c")
            .arg(source.file)
            .arg("-o")
            .arg(&object),
        bounds,
    )?;
    run(
        clang(toolchain)
            .arg(&object)
            .args(source.ldflags)
            // By names `warp run` would know, and refuse, a stock libc.
            .arg("-Wl,--strip-all")
            .args(toolchain.clang_link_args()?)
            .arg("-o")
            .arg(output),
        bounds,
    )?;
    preview1::adapt(output)
}

fn clang(toolchain: &Toolchain) -> Command {
    let mut command = Command::new(&toolchain.tools.clang);
    command.args(toolchain.clang_args());
    command
}

fn run(command: &mut Command, bounds: &Bounds) -> anyhow::Result<()> {
    process::run(command, bounds)
        .and_then(Finished::success)
        .map(drop)
}
