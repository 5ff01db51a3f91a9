//! Components of modules of WASI preview 1, as linkers write them.

use std::path::Path;

use anyhow::Context;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER_NAME,
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// A wasm32-wasip1 program is linked as a module; WASI 0.2 is what our host
/// gives, so the adapter of wasmtime's own release goes between. What is a
/// component stays as it is.
///
/// # Errors
/// Where the module does not fit.
pub fn adapt(path: &Path) -> anyhow::Result<()> {
    let module = read(path)?;
    if is_component(&module) {
        return Ok(());
    }
    encode(path, &module)
}

/// The same for a module of Go that imports more than WASI: what else it may
/// stands in a world, by its file.
///
/// # Errors
/// As [`adapt`].
pub fn adapt_to_world(path: &Path, world: &Path) -> anyhow::Result<()> {
    let mut module = read(path)?;
    let mut resolve = Resolve::default();
    let package = resolve.push_file(world)?;
    let world = resolve.select_world(&[package], None)?;
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
    encode(path, &module)
}

fn encode(path: &Path, module: &[u8]) -> anyhow::Result<()> {
    let component = ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.adapter(ADAPTER_NAME, ADAPTER))
        // A guest's own heap is not to be allocated from while a call returns.
        .map(|encoder| encoder.realloc_via_memory_grow(true))
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| anyhow::anyhow!("{}: {error:#}", path.display()))?;
    std::fs::write(path, component).with_context(|| format!("cannot write {}", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Whether the preamble's layer says component (component-model Binary.md,
/// "Component Definitions").
fn is_component(bytes: &[u8]) -> bool {
    bytes.get(6..8) == Some(&[1, 0])
}
