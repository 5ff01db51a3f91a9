//! Worlds that packers embed, and the packages of WASI that they are made of.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use wit_component::{DecodedWasm, StringEncoding, WitPrinter};
use wit_parser::{Resolve, WorldId};

/// The crate that carries the WASI packages that the host links.
const WASI_CRATE: &str = "wasmtime-wasi-http";

/// The WASI packages that the preview 1 adapter and the host speak, as the
/// crate in `Cargo.lock` has them: a `pollable` of an adapter, of a shim and of
/// `wasi:http` is then one type.
pub fn wasi_packages(root: &Path) -> Result<PathBuf> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    #[derive(Deserialize)]
    struct Package {
        name: String,
        manifest_path: PathBuf,
    }
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root)
        .output()
        .context("cannot run cargo metadata")?;
    if !output.status.success() {
        bail!(
            "cargo metadata failed\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let package = metadata
        .packages
        .iter()
        .find(|package| package.name == WASI_CRATE);
    let manifest = &package
        .with_context(|| format!("{WASI_CRATE} is not in Cargo.lock"))?
        .manifest_path;
    let folder = manifest.parent().context("a manifest has a folder")?;
    Ok(folder.join("wit").join("deps"))
}

/// A world whose imports of compatible versions are one.
pub fn world(wit: &Path, name: &str) -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit)?;
    let world = resolve.select_world(&[package], Some(name))?;
    resolve.merge_world_imports_based_on_semver(world)?;
    Ok((resolve, world))
}

/// A world and what it needs as one text.
pub fn print(resolve: &Resolve, world: WorldId) -> Result<String> {
    let bytes = wit_component::metadata::encode(resolve, world, StringEncoding::UTF8, None)?;
    let DecodedWasm::WitPackage(resolve, package) = wit_component::decode(&bytes)? else {
        bail!("the encoded world is no package");
    };
    let others: Vec<_> = resolve
        .packages
        .iter()
        .map(|(id, _)| id)
        .filter(|id| *id != package)
        .collect();
    let mut printer = WitPrinter::default();
    printer.emit_docs(false);
    printer.print(&resolve, package, &others)?;
    let text = printer.output.to_string();
    Ok(format!(
        "// Generated from wit/ by `cargo xtask codegen`.\n{}\n",
        text.trim_end()
    ))
}
