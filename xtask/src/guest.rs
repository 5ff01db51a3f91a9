//! C programs of one source, compiled against the sysroots in the store.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use warpgrid_libc::Toolchain;
use warpgrid_test_harness::process::{self, Bounds, Finished};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER_NAME,
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as ADAPTER,
};

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
    make_component(output)
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

/// A wasm32-wasip1 program is linked as a module; WASI 0.2 is what our host
/// gives, so the adapter of wasmtime's own release goes between.
fn make_component(path: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if is_component(&bytes) {
        return Ok(());
    }
    let component = wit_component::ComponentEncoder::default()
        .module(&bytes)
        .and_then(|encoder| encoder.adapter(ADAPTER_NAME, ADAPTER))
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| anyhow::anyhow!("{}: {error:#}", path.display()))?;
    std::fs::write(path, component).with_context(|| format!("cannot write {}", path.display()))
}

/// Whether the preamble's layer says component (component-model Binary.md,
/// "Component Definitions").
fn is_component(bytes: &[u8]) -> bool {
    bytes.get(6..8) == Some(&[1, 0])
}
