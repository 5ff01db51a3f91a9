//! `warp pack`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use warpgrid_bun::BunPacker;
use warpgrid_go::GoPacker;
use warpgrid_js::TypeScriptPacker;
use warpgrid_libc::c::CPacker;
use warpgrid_libc::rust::RustPacker;
use warpgrid_pack::{
    Error, Manifest, PackRequest, Packed, Packer, Profile, Program, choose, expect_compiler,
};

use crate::progress::Reporter;
use crate::{cli, output};

/// One row per language. Where a project's files speak of several languages,
/// the first that sees its own is chosen.
pub fn packers() -> Vec<Box<dyn Packer>> {
    vec![
        Box::new(RustPacker),
        Box::new(GoPacker),
        Box::new(BunPacker),
        Box::new(TypeScriptPacker),
        Box::new(CPacker),
    ]
}

pub fn run(args: cli::Pack) -> miette::Result<ExitCode> {
    let json = args.json;
    let interrupt = Interrupt::watch()?;
    let packed = match pack(args) {
        Err(_) if interrupt.came() => return Ok(ExitCode::from(INTERRUPTED)),
        packed => packed?,
    };
    if json {
        output::json(&packed)?;
    } else {
        print(&packed)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn pack(args: cli::Pack) -> Result<Packed, Error> {
    let project = directory(&args.project)?;
    let manifest = Manifest::of_project(&project)?;
    let packers = packers();
    let packer = choose(&packers, &project, manifest.as_ref(), args.lang.as_deref())?;
    expect_compiler(packer, args.compiler.as_deref())?;
    let progress = Reporter::default();
    let program = args
        .bin
        .map(Program::Binary)
        .or(args.lib.then_some(Program::Library));
    packer.pack(&PackRequest {
        project,
        manifest,
        profile: if args.debug {
            Profile::Debug
        } else {
            Profile::Release
        },
        strip: args.strip,
        output: args.output.as_deref().map(absolute).transpose()?,
        package: args.package,
        program,
        compiler: args.compiler,
        arguments: args.args,
        environment: Vec::new(),
        warp: std::env::current_exe()
            .map_err(|error| Error::file("find", "the running warp", &error))?,
        progress: &progress,
    })
}

pub fn directory(path: &Path) -> Result<PathBuf, Error> {
    let path = path
        .canonicalize()
        .map_err(|error| Error::file("read", path, &error))?;
    if path.is_dir() {
        return Ok(path);
    }
    Err(Error::Project {
        message: format!("{} is not a directory", path.display()),
        help: "give the directory of the project".to_owned(),
    })
}

pub fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|error| Error::file("find", path, &error))
}

/// What shells give a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// Ctrl-C ends the build tools, which share our terminal; this process lives on
/// to see them fail and to remove what they left.
struct Interrupt {
    came: Arc<AtomicBool>,
    _runtime: tokio::runtime::Runtime,
}

impl Interrupt {
    fn watch() -> miette::Result<Self> {
        let failed = |error: std::io::Error| {
            miette::miette!(
                help = "free some memory or processes",
                "cannot start a thread: {error}"
            )
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_io()
            .build()
            .map_err(failed)?;
        let came = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&came);
        runtime.spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                seen.store(true, Ordering::Relaxed);
            }
        });
        Ok(Interrupt {
            came,
            _runtime: runtime,
        })
    }

    fn came(&self) -> bool {
        self.came.load(Ordering::Relaxed)
    }
}

fn print(packed: &Packed) -> miette::Result<()> {
    let analysis = &packed.analysis;
    let shims = if analysis.shims.is_empty() {
        "none".to_owned()
    } else {
        analysis.shims.join(", ")
    };
    output::line(packed.component.display())?;
    output::line(format_args!("  world  {}", analysis.world))?;
    output::line(format_args!("  shims  {shims}"))?;
    output::line(format_args!(
        "  size   {} KiB",
        analysis.bytes.div_ceil(1024)
    ))
}
