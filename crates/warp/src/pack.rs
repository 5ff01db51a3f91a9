//! `warp pack`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use warpgrid_libc::c::CPacker;
use warpgrid_libc::rust::RustPacker;
use warpgrid_pack::{Error, Manifest, PackRequest, Packed, Packer, Profile, Program, choose};

use crate::cli;
use crate::progress::Reporter;

/// One row per language. Where a project's files speak of several languages,
/// the first that sees its own is chosen.
fn packers() -> Vec<Box<dyn Packer>> {
    vec![Box::new(RustPacker), Box::new(CPacker)]
}

pub fn run(args: cli::Pack) -> miette::Result<ExitCode> {
    let json = args.json;
    let packed = pack(args)?;
    if json {
        let object = serde_json::to_string_pretty(&packed).map_err(|error| {
            miette::miette!(
                help = "this is a defect of warp",
                "cannot print JSON: {error}"
            )
        })?;
        println!("{object}");
    } else {
        print(&packed);
    }
    Ok(ExitCode::SUCCESS)
}

fn pack(args: cli::Pack) -> Result<Packed, Error> {
    let project = directory(&args.project)?;
    let manifest = Manifest::of_project(&project)?;
    let packers = packers();
    let packer = choose(&packers, &project, manifest.as_ref(), args.lang.as_deref())?;
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
        arguments: args.args,
        environment: Vec::new(),
        warp: std::env::current_exe()
            .map_err(|error| Error::file("find", "the running warp", &error))?,
        progress: &progress,
    })
}

fn directory(path: &Path) -> Result<PathBuf, Error> {
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

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    std::path::absolute(path).map_err(|error| Error::file("find", path, &error))
}

fn print(packed: &Packed) {
    let analysis = &packed.analysis;
    let shims = if analysis.shims.is_empty() {
        "none".to_owned()
    } else {
        analysis.shims.join(", ")
    };
    println!("{}", packed.component.display());
    println!("  world  {}", analysis.world);
    println!("  shims  {shims}");
    println!("  size   {} KiB", analysis.bytes.div_ceil(1024));
}
