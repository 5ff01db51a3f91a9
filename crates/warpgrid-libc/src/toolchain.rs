//! The patched toolchain in the store: how libwarpgrid gets there, and how to
//! compile and link with it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use warpgrid_store::{BuildError, Entry, Key, Staging, Store, StoreError};

use crate::{Tools, component_linker};

/// The one target that has hooks, and so a libwarpgrid.
pub const LIBWARPGRID_TARGET: &str = "wasm32-wasip2";

/// Pairs the names of files in `c/` with their texts.
macro_rules! sources {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../c/", $name)))),*]
    };
}

/// Everything that libwarpgrid is compiled from: name and text.
const SOURCES: &[(&str, &str)] = sources![
    "addresses.c",
    "addresses.h",
    "connect.c",
    "getaddrinfo.c",
    "gethostbyaddr.c",
    "gethostbyname.c",
    "getnameinfo.c",
    "hostent.c",
    "hostent.h",
    "open.c",
    "reverse.c",
    "reverse.h",
    "signals.c",
    "stat.c",
    "threads.c",
    "time_zone.c",
    "virtual_path.c",
    "virtual_path.h",
    "generated/warpgrid_shim.c",
    "generated/warpgrid_shim.h",
    "generated/warpgrid_shim_component_type.s",
];

/// How libwarpgrid's own sources are compiled; part of its key.
const C_FLAGS: &[&str] = &[
    "-std=c17",
    "-D_GNU_SOURCE",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Werror",
];
/// How generated sources are compiled: their warnings are not ours to mend.
const GENERATED_FLAGS: &[&str] = &["-std=c17", "-O2", "-w"];

/// Why a toolchain cannot be used or built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store holds no such part.
    #[error("the {part} for {target} is not built\nrun `cargo xtask setup`")]
    Missing {
        /// What is missing.
        part: &'static str,
        /// The target it is missing for.
        target: String,
    },
    /// libwarpgrid was asked for a target without hooks.
    #[error("there is no libwarpgrid for {target}\nbuild for {LIBWARPGRID_TARGET}")]
    Target {
        /// What was asked for.
        target: String,
    },
    /// A program of the machine is missing.
    #[error("{name} is missing\n{remedy}")]
    NoTool {
        /// The program.
        name: String,
        /// How to get it.
        remedy: String,
    },
    /// A program ran and failed.
    #[error("`{command}` failed; what it said stands below\n{output}")]
    Tool {
        /// The command line.
        command: String,
        /// Its standard error.
        output: String,
    },
    /// A file or a process could not be had.
    #[error("cannot {what}: {}", warpgrid_store::describe_io(.source))]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The targets for which sysroots are built.
pub const SYSROOT_TARGETS: &[&str] = &["wasm32-wasip1", "wasm32-wasip2"];

/// The toolchain that this build is made for, by a digest of the series and of
/// libwarpgrid. It is part of every root's name, so that releases and checkouts
/// that share a store do not take each other's toolchain for their own.
pub const RELEASE: &str = env!("WARPGRID_LIBC_RELEASE");

/// The store's root of the sysroot that has the patches.
///
/// It holds `include/TARGET`, `lib/TARGET` and clang's resource directory,
/// `clang-resource`.
pub fn patched_sysroot_root(target: &str) -> String {
    format!("libc/{RELEASE}/patched/{target}")
}

/// The store's root of the sysroot that upstream's sources give as they are.
pub fn stock_sysroot_root(target: &str) -> String {
    format!("libc/{RELEASE}/stock/{target}")
}

/// The store's root of libwarpgrid.
pub fn libwarpgrid_root(target: &str) -> String {
    format!("libc/{RELEASE}/libwarpgrid/{target}")
}

/// What a program is linked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// Upstream's libc, as it is.
    Stock,
    /// The patched libc alone.
    Patched,
    /// The patched libc and libwarpgrid.
    Libwarpgrid,
}

impl Linkage {
    /// All of them, each holding more of ours than the one before.
    pub const ALL: [Linkage; 3] = [Linkage::Stock, Linkage::Patched, Linkage::Libwarpgrid];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Linkage::Stock => "stock",
            Linkage::Patched => "patched",
            Linkage::Libwarpgrid => "libwarpgrid",
        }
    }
}

/// A sysroot, ready to compile and link against.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// The target triple.
    pub target: String,
    /// The sysroot: `include/TARGET` and `lib/TARGET`.
    pub sysroot: PathBuf,
    /// clang's headers and compiler-rt, where clang looks for them.
    pub resource_dir: PathBuf,
    /// The folder of `libwarpgrid.a`, where it is linked.
    pub libwarpgrid: Option<PathBuf>,
    /// The programs to use it with.
    pub tools: Tools,
}

impl Toolchain {
    /// The toolchain that `cargo xtask setup` last built, with libwarpgrid.
    ///
    /// # Errors
    /// [`Error::Missing`] when it has not, [`Error::NoTool`] when a program of
    /// the machine is gone.
    pub fn current(store: &Store, target: &str) -> Result<Self, Error> {
        Self::linking(store, target, Linkage::Libwarpgrid)
    }

    /// As [`Toolchain::current`], for programs with another libc.
    ///
    /// # Errors
    /// As [`Toolchain::current`].
    pub fn linking(store: &Store, target: &str, linkage: Linkage) -> Result<Self, Error> {
        let (part, root) = match linkage {
            Linkage::Stock => ("stock sysroot", stock_sysroot_root(target)),
            _ => ("patched sysroot", patched_sysroot_root(target)),
        };
        let sysroot = current(store, part, &root, target)?.path;
        let libwarpgrid = match linkage {
            Linkage::Libwarpgrid => {
                Some(current(store, "libwarpgrid", &libwarpgrid_root(target), target)?.path)
            }
            _ => None,
        };
        Ok(Toolchain {
            target: target.to_owned(),
            resource_dir: sysroot.join("clang-resource"),
            sysroot,
            libwarpgrid,
            tools: Tools::find()?,
        })
    }

    /// What clang needs to compile for this toolchain. `<signal.h>` is there
    /// only for those who say that signals may be emulated.
    pub fn clang_args(&self) -> Vec<OsString> {
        vec![
            format!("--target={}", self.target).into(),
            joined("--sysroot=", &self.sysroot),
            "-resource-dir".into(),
            self.resource_dir.clone().into(),
            // Of no use to assembler, and not to be warned of there.
            "--start-no-unused-arguments".into(),
            "-D_WASI_EMULATED_SIGNAL".into(),
            "--end-no-unused-arguments".into(),
        ]
    }

    /// What clang needs, beside [`Toolchain::clang_args`], to link a program: a
    /// component, or for wasm32-wasip1 a module.
    /// To be given without `-O`, which makes clang run wasm-opt on it.
    ///
    /// libwarpgrid stands before libc, which clang appends: the first archive
    /// that defines a hook is the one whose definition is linked.
    ///
    /// # Errors
    /// [`Error::NoTool`] without a linker for components.
    pub fn clang_link_args(&self) -> Result<Vec<OsString>, Error> {
        let mut args = Vec::new();
        if self.target == LIBWARPGRID_TARGET {
            args.push(joined("-fuse-ld=", &component_linker()?));
            args.push("-lwasi-emulated-signal".into());
        }
        if let Some(libwarpgrid) = &self.libwarpgrid {
            args.extend([joined("-L", libwarpgrid), "-lwarpgrid".into()]);
        }
        Ok(args)
    }

    /// What rustc needs to link against this toolchain: the sysroot's libc in
    /// place of the one that comes with Rust, and libwarpgrid before it. (A
    /// `-C link-arg` would come after libc, and change nothing.)
    pub fn rustc_link_args(&self) -> Vec<OsString> {
        let libc = self.sysroot.join("lib").join(&self.target);
        let mut args = vec!["-L".into(), joined("native=", &libc)];
        if let Some(libwarpgrid) = &self.libwarpgrid {
            args.extend(["-L".into(), joined("native=", libwarpgrid)]);
            args.extend(["-l".into(), "static=warpgrid".into()]);
        }
        args
    }
}

/// The entry that a root names, or what is missing.
fn current(store: &Store, part: &'static str, root: &str, target: &str) -> Result<Entry, Error> {
    let entry = store.root_entry(root)?;
    entry.ok_or_else(|| Error::Missing {
        part,
        target: target.to_owned(),
    })
}

fn joined(prefix: &str, path: &Path) -> OsString {
    let mut arg = OsString::from(prefix);
    arg.push(path);
    arg
}

/// Compiles libwarpgrid against the current patched sysroot into the store and makes it
/// the current one. The same inputs give the same bytes.
///
/// # Errors
/// [`Error::Target`] for a target without hooks, [`Error::Missing`] without a
/// sysroot, [`Error::Tool`] with the compiler's words, [`Error::Store`] when the
/// store cannot be written.
pub fn build_libwarpgrid(store: &Store, target: &str, tools: &Tools) -> Result<Entry, Error> {
    if target != LIBWARPGRID_TARGET {
        return Err(Error::Target {
            target: target.to_owned(),
        });
    }
    let sysroot = current(
        store,
        "patched sysroot",
        &patched_sysroot_root(target),
        target,
    )?;
    let mut key = Key::new("libwarpgrid")
        .field("target", target)
        .field("sysroot", &sysroot.digest)
        .field("compiler", tools.clang_version()?)
        .field("flags", C_FLAGS.join(" "))
        .field("generated-flags", GENERATED_FLAGS.join(" "));
    for (name, text) in SOURCES {
        key = key.field(name, text);
    }
    let key = key.finish();
    let entry = store
        .get_or_build(&key, |staging| {
            Build {
                target,
                sysroot: &sysroot.path,
                tools,
            }
            .library(staging)
        })
        .map_err(|error| match error {
            BuildError::Build(error) => error,
            BuildError::Store(error) => Error::Store(error),
        })?;
    store.set_root(&libwarpgrid_root(target), &key)?;
    Ok(entry)
}

/// One build of libwarpgrid.
struct Build<'a> {
    target: &'a str,
    sysroot: &'a Path,
    tools: &'a Tools,
}

impl Build<'_> {
    /// `libwarpgrid.a`, one member for each source. Compilers run in the
    /// folder of the sources and see no path of the machine.
    fn library(&self, staging: &Staging) -> Result<(), Error> {
        let scratch = staging.scratch()?;
        let mut archive = Command::new(&self.tools.ar);
        let library = staging.content().join("libwarpgrid.a");
        create_parent(&library)?;
        archive.current_dir(&scratch).arg("rcsD").arg(&library);
        for (name, text) in SOURCES {
            let source = scratch.join(name);
            create_parent(&source)?;
            std::fs::write(&source, text).map_err(|e| io_error("write", &source, e))?;
        }
        for (name, _) in SOURCES.iter().filter(|(name, _)| !name.ends_with(".h")) {
            let object = format!("{}.o", name.rsplit('/').next().unwrap_or(name));
            run(Command::new(&self.tools.clang)
                .current_dir(&scratch)
                .arg(format!("--target={}", self.target))
                .arg(joined("--sysroot=", self.sysroot))
                .args(flags_of(name))
                .args(["-c", name, "-o", &object]))?;
            archive.arg(object);
        }
        run(&mut archive)
    }
}

fn flags_of(source: &str) -> &'static [&'static str] {
    match source {
        _ if source.ends_with(".s") => &[],
        _ if source.starts_with("generated/") => GENERATED_FLAGS,
        _ => C_FLAGS,
    }
}

fn run(command: &mut Command) -> Result<(), Error> {
    let output = command.output().map_err(|source| Error::Io {
        what: format!("run {}", command.get_program().display()),
        source,
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Tool {
        command: format!("{command:?}"),
        output: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

fn create_parent(path: &Path) -> Result<(), Error> {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent).map_err(|e| io_error("create", parent, e))
}

fn io_error(what: &str, path: &Path, source: io::Error) -> Error {
    Error::Io {
        what: format!("{what} {}", path.display()),
        source,
    }
}
