//! `cargo xtask codegen`: every binding of `wit/`, generated.
//!
//! The contract's own files stand in `wit/`. What they import from WASI is read
//! from the pinned wasi-libc tree, which carries the WASI 0.2.0 packages that
//! its own bindings were made from: both sides of a link then name the same
//! version, so that a `pollable` of one is a `pollable` of the other.

mod go;
mod js;
mod world;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use warpgrid_series::process::Cancel;
use warpgrid_series::{Place, Programs, Series, materialize};
use wasmtime_internal_wit_bindgen::{FunctionConfig, FunctionFilter, FunctionFlags};
use wit_bindgen_core::Files;
use wit_component::StringEncoding;
use wit_parser::{Resolve, WorldId};

use crate::flags::Codegen;

/// Where wasi-libc keeps the WASI packages that its bindings are made from.
const WASI_PACKAGES: &str = "wasi/p2/wit/deps";
/// The world that names every interface of the contract.
const WORLD: &str = "shims";
/// What the generated C files, types and symbols are called after.
const C_NAME: &str = "warpgrid_shim";

/// Host functions that wait for something outside the process.
const ASYNC_IMPORTS: &[&str] = &[
    "warpgrid:shim/dns@0.1.0.resolve",
    "warpgrid:shim/dns-reverse@0.1.0.lookup",
    "warpgrid:shim/database-proxy@0.1.0.connect",
    "warpgrid:shim/database-proxy@0.1.0.send",
    "warpgrid:shim/database-proxy@0.1.0.recv",
    "warpgrid:shim/sockets@0.1.0.wait",
];

/// A generated file: where it stands in the repository, and its content.
struct Generated {
    path: PathBuf,
    content: String,
}

/// Runs the verb: writes every binding or, with `--check`, fails where one is
/// stale.
pub fn run(flags: &Codegen, cancel: &Cancel) -> Result<()> {
    let root = crate::workspace::root();
    let place = Place::open_default()?;
    let series = Series::open(&root.join("libc-patches"))?;
    let programs = Programs::default();
    let imported = warpgrid_series::import_upstream(&series, &place, &programs, cancel)?;
    let upstream = tempfile::tempdir()?;
    materialize(&imported, &[], &programs, upstream.path())?;
    let generated = generate(&root, &upstream.path().join(WASI_PACKAGES))?;
    write(&root, generated, flags.check)
}

fn write(root: &Path, generated: Vec<Generated>, check: bool) -> Result<()> {
    let mut stale = Vec::new();
    for file in generated {
        let path = root.join(&file.path);
        if std::fs::read_to_string(&path).is_ok_and(|now| now == file.content) {
            continue;
        }
        if check {
            stale.push(file.path.display().to_string());
            continue;
        }
        let folder = path.parent().context("a generated file has a folder")?;
        std::fs::create_dir_all(folder)?;
        let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
        std::io::Write::write_all(&mut temporary, file.content.as_bytes())?;
        temporary.persist(&path)?;
        eprintln!("wrote {}", file.path.display());
    }
    if !stale.is_empty() {
        bail!(
            "generated bindings differ from wit/: {}\nrun `cargo xtask codegen` and commit the result",
            stale.join(", ")
        );
    }
    Ok(())
}

fn generate(root: &Path, wasi: &Path) -> Result<Vec<Generated>> {
    let wit = root.join("wit");
    let merged = tempfile::tempdir()?;
    copy_interfaces(&wit, merged.path())?;
    copy_packages(wasi, &merged.path().join("deps"))?;
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(merged.path())?;
    let world = resolve.select_world(&[package], Some(WORLD))?;
    let mut files = c_bindings(resolve.clone(), world)?;
    files.push(host_bindings(resolve, world)?);
    copy_interfaces(&root.join("crates/warpgrid-go/wit"), merged.path())?;
    copy_packages(&world::wasi_packages(root)?, &merged.path().join("deps"))?;
    files.extend(go::bindings(merged.path())?);
    files.extend(js::bindings(root, &wit, &merged.path().join("deps"))?);
    Ok(files)
}

/// Copies the files of one package.
fn copy_interfaces(from: &Path, to: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(from).max_depth(1).sort_by_file_name() {
        let entry = entry?;
        if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "wit")
        {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Copies packages that others import.
fn copy_packages(wasi: &Path, deps: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(wasi).sort_by_file_name() {
        let entry = entry
            .with_context(|| format!("WASI's packages are no longer in {}", wasi.display()))?;
        let target = deps.join(entry.path().strip_prefix(wasi)?);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// The C header and source by wit-bindgen, and the component type as assembly
/// text, so that no object file has to be kept.
fn c_bindings(mut resolve: Resolve, world: WorldId) -> Result<Vec<Generated>> {
    let folder = Path::new("crates/warpgrid-libc/c/generated");
    let component_type = component_type_assembly(&resolve, world)?;
    let options = wit_bindgen_c::Opts {
        rename: interface_names(),
        rename_world: Some(C_NAME.to_owned()),
        no_object_file: true,
        ..Default::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files)?;
    let mut generated = vec![Generated {
        path: folder.join(format!("{C_NAME}_component_type.s")),
        content: component_type,
    }];
    for (name, content) in files.iter() {
        generated.push(Generated {
            path: folder.join(name),
            content: std::str::from_utf8(content)?.to_owned(),
        });
    }
    Ok(generated)
}

/// Short C names for the interfaces, in place of ones that spell the package
/// and its version.
fn interface_names() -> Vec<(String, String)> {
    let ours = [
        "filesystem",
        "dns",
        "dns-reverse",
        "signals",
        "database-proxy",
        "sockets",
        "threading",
    ];
    let mut names: Vec<_> = ours
        .iter()
        .map(|name| {
            (
                format!("warpgrid:shim/{name}@0.1.0"),
                format!("warpgrid_{}", name.replace('-', "_")),
            )
        })
        .collect();
    names.push(("wasi:io/poll@0.2.0".to_owned(), "warpgrid_poll".to_owned()));
    names
}

/// A WebAssembly object in assembly text that carries the component type in a
/// custom section, and a symbol by which other objects pull it into the link.
fn component_type_assembly(resolve: &Resolve, world: WorldId) -> Result<String> {
    let section = format!(".custom_section.component-type:{C_NAME}");
    let symbol = format!("__component_type_object_force_link_{C_NAME}");
    let bytes = wit_component::metadata::encode(resolve, world, StringEncoding::UTF8, None)?;
    let mut text = String::new();
    writeln!(text, "# Generated from wit/ by `cargo xtask codegen`.")?;
    writeln!(text, "\t.section\t.text.{symbol},\"\",@")?;
    writeln!(text, "\t.globl\t{symbol}")?;
    writeln!(text, "\t.type\t{symbol},@function")?;
    writeln!(
        text,
        "{symbol}:\n\t.functype\t{symbol} () -> ()\n\tend_function\n"
    )?;
    writeln!(text, "\t.section\t\"{section}\",\"\",@")?;
    for line in bytes.chunks(16) {
        let values: Vec<_> = line.iter().map(|byte| format!("0x{byte:02x}")).collect();
        writeln!(text, "\t.byte\t{}", values.join(","))?;
    }
    Ok(text)
}

/// The host's side: traits that its shims implement.
fn host_bindings(mut resolve: Resolve, world: WorldId) -> Result<Generated> {
    let mut imports = FunctionConfig::new();
    for name in ASYNC_IMPORTS {
        imports.push(
            FunctionFilter::Name((*name).to_owned()),
            FunctionFlags::ASYNC | FunctionFlags::TRAPPABLE,
        );
    }
    imports.push(FunctionFilter::Default, FunctionFlags::TRAPPABLE);
    let options = wasmtime_internal_wit_bindgen::Opts {
        imports,
        with: [(
            "wasi:io/poll@0.2.0".to_owned(),
            "wasmtime_wasi::p2::bindings::io::poll".to_owned(),
        )]
        .into(),
        ..Default::default()
    };
    let code = options.generate(&mut resolve, world)?;
    let content = rustfmt(&format!(
        "// Generated from wit/ by `cargo xtask codegen`.\n{code}"
    ))?;
    Ok(Generated {
        path: "crates/warpgrid-host/src/bindings.rs".into(),
        content,
    })
}

fn rustfmt(source: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("rustfmt is missing; run `rustup component add rustfmt`")?;
    let mut input = child
        .stdin
        .take()
        .context("rustfmt was started with a pipe")?;
    let text = source.to_owned();
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut input, text.as_bytes()));
    let output = child.wait_with_output()?;
    writer.join().ok().context("writing to rustfmt")??;
    if !output.status.success() {
        bail!("rustfmt refused the generated host bindings");
    }
    Ok(String::from_utf8(output.stdout)?)
}
