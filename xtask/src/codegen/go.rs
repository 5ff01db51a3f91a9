//! Go's bindings: one file for each interface, with the signatures that
//! `//go:wasmimport` needs, and the worlds that its packer embeds.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use wit_component::{DecodedWasm, StringEncoding, WitPrinter};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{FunctionKind, InterfaceId, Resolve, TypeDefKind, WorldId, WorldItem};

use super::Generated;

/// The crate that carries the WASI packages that the host links.
const WASI_CRATE: &str = "wasmtime-wasi-http";
/// Where the generated package stands, as an import path.
const PACKAGE: &str = "crates/warpgrid-go/overlay/internal/warpgrid/wit";
const IMPORTS: &str = "go-imports";
const WORLDS: &[&str] = &["go-command", "go-handler"];

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

/// The bindings and the worlds. `wit` holds the contract, the worlds and all
/// that they import.
pub fn bindings(wit: &Path) -> Result<Vec<Generated>> {
    let (resolve, world) = world(wit, IMPORTS)?;
    let mut generated = Vec::new();
    for item in resolve.worlds[world].imports.values() {
        if let WorldItem::Interface { id, .. } = item {
            generated.extend(interface(&resolve, *id)?);
        }
    }
    for name in WORLDS {
        let (resolve, world) = self::world(wit, name)?;
        generated.push(Generated {
            path: format!("crates/warpgrid-go/src/generated/{name}.wit").into(),
            content: print(&resolve, world)?,
        });
    }
    Ok(generated)
}

/// A world whose imports of compatible versions are one.
fn world(wit: &Path, name: &str) -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit)?;
    let world = resolve.select_world(&[package], Some(name))?;
    resolve.merge_world_imports_based_on_semver(world)?;
    Ok((resolve, world))
}

/// A world and what it needs as one text.
fn print(resolve: &Resolve, world: WorldId) -> Result<String> {
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

fn interface(resolve: &Resolve, id: InterfaceId) -> Result<Option<Generated>> {
    let module = resolve
        .id_of(id)
        .context("an imported interface has a name")?;
    let (package, name) = module
        .split_once('@')
        .and_then(|(path, _)| path.split_once('/'))
        .context("an interface's name has a package and a version")?;
    let prefix = match package.split_once(':') {
        Some(("warpgrid", _)) => camel(name),
        Some((_, package)) => camel(package) + &camel(name),
        None => bail!("`{module}` has no namespace"),
    };
    let mut text = String::new();
    constants(resolve, id, &prefix, &mut text)?;
    for function in resolve.interfaces[id].functions.values() {
        let signature = resolve.wasm_signature(AbiVariant::GuestImport, function);
        let short = function.name.rsplit(']').next().unwrap_or_default();
        let constructor = matches!(function.kind, FunctionKind::Constructor(_));
        let short = if constructor {
            format!("New{}", camel(short))
        } else {
            camel(short)
        };
        import(
            &mut text,
            &module,
            &function.name,
            &format!("{prefix}{short}"),
            &signature.params,
            &signature.results,
        )?;
    }
    for (name, id) in &resolve.interfaces[id].types {
        if matches!(resolve.types[*id].kind, TypeDefKind::Resource) {
            import(
                &mut text,
                &module,
                &format!("[resource-drop]{name}"),
                &format!("{prefix}Drop{}", camel(name)),
                &[WasmType::I32],
                &[],
            )?;
        }
    }
    if text.is_empty() {
        return Ok(None);
    }
    let unsafe_import = if text.contains("unsafe.Pointer") {
        "import \"unsafe\"\n\n"
    } else {
        ""
    };
    let file = format!(
        "{}_{}.go",
        package.replace([':', '-'], "_"),
        name.replace('-', "_")
    );
    Ok(Some(Generated {
        path: Path::new(PACKAGE).join(file),
        content: format!(
            "// Code generated from wit/ by `cargo xtask codegen`. DO NOT EDIT.\n\n\
             package wit\n\n{unsafe_import}{}\n",
            text.trim_end()
        ),
    }))
}

/// The cases of enumerations and variants, which stand for numbers.
fn constants(
    resolve: &Resolve,
    interface: InterfaceId,
    prefix: &str,
    text: &mut String,
) -> Result<()> {
    for (name, id) in &resolve.interfaces[interface].types {
        let cases: Vec<&str> = match &resolve.types[*id].kind {
            TypeDefKind::Enum(kind) => kind.cases.iter().map(|case| case.name.as_str()).collect(),
            TypeDefKind::Variant(kind) => {
                kind.cases.iter().map(|case| case.name.as_str()).collect()
            }
            _ => continue,
        };
        writeln!(text, "// The cases of {name}.\nconst (")?;
        let names: Vec<_> = cases
            .iter()
            .map(|case| format!("{prefix}{}{}", camel(name), camel(case)))
            .collect();
        let width = names.iter().map(String::len).max().unwrap_or_default();
        for (number, name) in names.iter().enumerate() {
            writeln!(text, "\t{name:width$} = {number}")?;
        }
        writeln!(text, ")\n")?;
    }
    Ok(())
}

fn import(
    text: &mut String,
    module: &str,
    name: &str,
    go: &str,
    params: &[WasmType],
    results: &[WasmType],
) -> Result<()> {
    let params: Vec<_> = params
        .iter()
        .enumerate()
        .map(|(index, param)| format!("p{index} {}", go_type(*param)))
        .collect();
    let result = results
        .first()
        .map(|result| format!(" {}", go_type(*result)))
        .unwrap_or_default();
    writeln!(
        text,
        "//go:wasmimport {module} {name}\n//go:noescape\nfunc {go}({}){result}\n",
        params.join(", ")
    )?;
    Ok(())
}

/// What Go calls a core type; it takes numbers of 32 and 64 bits, and pointers.
fn go_type(kind: WasmType) -> &'static str {
    match kind {
        WasmType::I32 | WasmType::Length => "uint32",
        WasmType::I64 | WasmType::PointerOrI64 => "uint64",
        WasmType::F32 => "float32",
        WasmType::F64 => "float64",
        WasmType::Pointer => "unsafe.Pointer",
    }
}

/// `input-stream.read` as `InputStreamRead`.
fn camel(name: &str) -> String {
    name.split(['-', '.'])
        .map(|word| {
            let mut letters = word.chars();
            match letters.next() {
                Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
                None => String::new(),
            }
        })
        .collect()
}
