//! Go's bindings: one file for each interface, with the signatures that
//! `//go:wasmimport` needs, and the worlds that its packer embeds.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{FunctionKind, InterfaceId, Resolve, TypeDefKind, WorldItem};

use super::Generated;
use super::world::{print, world};

/// Where the generated package stands, as an import path.
const PACKAGE: &str = "crates/warpgrid-go/overlay/internal/warpgrid/wit";
const IMPORTS: &str = "go-imports";
const WORLDS: &[&str] = &["go-command", "go-handler"];

/// The bindings and the worlds. `wit` holds the contract, the worlds and all
/// that they import.
pub fn bindings(wit: &Path) -> Result<Vec<Generated>> {
    let (resolve, id) = world(wit, IMPORTS)?;
    let mut generated = Vec::new();
    for item in resolve.worlds[id].imports.values() {
        if let WorldItem::Interface { id, .. } = item {
            generated.extend(interface(&resolve, *id)?);
        }
    }
    for name in WORLDS {
        let (resolve, id) = world(wit, name)?;
        generated.push(Generated {
            path: format!("crates/warpgrid-go/src/generated/{name}.wit").into(),
            content: print(&resolve, id)?,
        });
    }
    Ok(generated)
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
