//! Compiles the cases, with and without the patches, and reads what the
//! components import.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, bail};
use warpgrid_libc::{Linkage, Toolchain};
use warpgrid_store::Store;
use wit_component::DecodedWasm;

/// The ways of compiling that must not make a difference: flags for the
/// compiler, flags for the link.
pub const OPTIMISATIONS: [(&str, &[&str], &[&str]); 3] = [
    ("O0", &["-O0"], &[]),
    ("O2", &["-O2"], &[]),
    ("lto", &["-O2", "-flto"], &["-flto"]),
];

/// The toolchains that the cases are compiled with.
pub struct Compiler {
    /// In the order of [`Linkage::ALL`].
    toolchains: [Toolchain; 3],
    out: tempfile::TempDir,
}

/// A case that does not compile: what the compiler or the linker said.
pub struct Refusal(pub String);

impl Compiler {
    pub fn new() -> anyhow::Result<Self> {
        let store = Store::open_default()?;
        let toolchain =
            |linkage| Toolchain::linking(&store, warpgrid_libc::LIBWARPGRID_TARGET, linkage);
        let [stock, patched, libwarpgrid] = Linkage::ALL;
        Ok(Compiler {
            toolchains: [
                toolchain(stock)?,
                toolchain(patched)?,
                toolchain(libwarpgrid)?,
            ],
            out: tempfile::tempdir()?,
        })
    }

    /// The component of a case, or why there is none.
    pub fn compile(
        &self,
        source: &Path,
        variant: Linkage,
        optimisation: usize,
    ) -> anyhow::Result<Result<PathBuf, Refusal>> {
        let (name, compile, link) = OPTIMISATIONS[optimisation];
        let stem = source
            .file_stem()
            .context("a case has a name")?
            .to_string_lossy();
        let base = self
            .out
            .path()
            .join(format!("{stem}.{}.{name}.{}", variant.name(), next()));
        let object = base.with_added_extension("o");
        let component = base.with_added_extension("wasm");

        let toolchain = &self.toolchains[variant as usize];
        let mut compiler = clang(toolchain);
        compiler
            .args(["-std=gnu17", "-Wall", "-Wextra", "-Werror"])
            .args(compile);
        compiler.arg("-c").arg(source).arg("-o").arg(&object);
        if let Err(refusal) = run(&mut compiler)? {
            return Ok(Err(refusal));
        }
        let mut linker = clang(toolchain);
        linker
            .args(link)
            .arg(&object)
            .args(libraries_of(source)?)
            .args(toolchain.clang_link_args()?)
            .arg("-o")
            .arg(&component);
        Ok(run(&mut linker)?.map(|()| component))
    }
}

fn clang(toolchain: &Toolchain) -> Command {
    let mut command = Command::new(&toolchain.tools.clang);
    command.args(toolchain.clang_args());
    command
}

/// What a line `// Link: …` of a case asks for.
fn libraries_of(source: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(source)?;
    let line = text.lines().find_map(|line| line.strip_prefix("// Link: "));
    let libraries = line.unwrap_or_default().split_whitespace();
    Ok(libraries.map(str::to_owned).collect())
}

/// Tells the files of trials apart that compile the same at once.
fn next() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

fn run(command: &mut Command) -> anyhow::Result<Result<(), Refusal>> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    if output.status.success() {
        return Ok(Ok(()));
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Err(Refusal(format!("{command:?}\n{said}"))))
}

/// The interfaces that a component imports, in its own order.
pub fn imports(component: &Path) -> anyhow::Result<Vec<String>> {
    let bytes = std::fs::read(component)?;
    let DecodedWasm::Component(resolve, world) = wit_component::decode(&bytes)? else {
        bail!("{} is not a component", component.display());
    };
    let imports = &resolve.worlds[world].imports;
    Ok(imports
        .keys()
        .map(|key| resolve.name_world_key(key))
        .collect())
}
