//! `cargo xtask setup`: from a bare machine to sysroots and libwarpgrid in the store.

mod cmake;
mod compiler;
mod packages;
mod rust;
mod sysroot;

use std::time::Instant;

use anyhow::Context as _;
use serde::Serialize;
use warpgrid_libc::{
    LIBWARPGRID_TARGET, Tools, build_libwarpgrid, libwarpgrid_root, patched_sysroot_root,
};
use warpgrid_series::process::Cancel;
use warpgrid_series::toolchain::SYSROOT_TARGETS;
use warpgrid_series::{Imported, Place, Programs, Series, Variant};
use warpgrid_store::Store;

use crate::flags::Setup;
use crate::progress::Task;
use sysroot::Built;

/// What `--json` prints.
#[derive(Serialize)]
pub struct Report {
    cache: String,
    packages_installed: Vec<&'static str>,
    targets_installed: Vec<&'static str>,
    upstream: Imported,
    sysroots: Vec<Built>,
    libwarpgrid: Built,
    seconds: f64,
}

/// Runs the verb.
pub fn run(flags: &Setup, cancel: &Cancel) -> anyhow::Result<()> {
    print(&ensure(flags, cancel)?, flags.json)
}

/// Brings the machine to where everything can be built and tested.
pub fn ensure(flags: &Setup, cancel: &Cancel) -> anyhow::Result<Report> {
    let started = Instant::now();
    let packages_installed = packages::ensure(flags.yes)?;
    let targets_installed = rust::ensure_targets()?;
    let place = Place::open_default()?;
    let programs = Programs::default();
    let cmake = cmake::ensure(place.store(), cancel)?;
    let series = Series::open(&crate::workspace::root().join("libc-patches"))?;
    let upstream = import(&series, &place, &programs, cancel)?;
    let recipe = sysroot::Recipe {
        compiler: compiler::find()?,
        cmake,
        component_linker: rust::component_linker()?,
        upstream: &upstream,
        patches: series.patches()?,
        place: &place,
        programs: &programs,
        cancel,
    };
    let mut sysroots = Vec::new();
    for variant in [Variant::Stock, Variant::Patched] {
        for target in SYSROOT_TARGETS {
            sysroots.push(recipe.ensure(variant, target)?);
        }
    }
    let libwarpgrid = libwarpgrid(place.store())?;
    if flags.rebuild {
        for target in SYSROOT_TARGETS {
            recipe.compare_with_rebuild(target)?;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let cache = place.cache().display().to_string();
    Ok(Report {
        cache,
        packages_installed,
        targets_installed,
        upstream,
        sysroots,
        libwarpgrid,
        seconds,
    })
}

/// The library that answers the patched libc's hooks, on the patched sysroot.
fn libwarpgrid(store: &Store) -> anyhow::Result<Built> {
    let started = Instant::now();
    let sysroot = store
        .root_entry(&patched_sysroot_root(LIBWARPGRID_TARGET))?
        .context("the patched sysroot was built just now")?;
    let entry = build_libwarpgrid(store, LIBWARPGRID_TARGET, &sysroot, &Tools::find()?)?;
    Ok(Built {
        root: libwarpgrid_root(LIBWARPGRID_TARGET),
        path: entry.path,
        digest: entry.digest,
        built: entry.built,
        seconds: started.elapsed().as_secs_f64(),
    })
}

fn import(
    series: &Series,
    place: &Place,
    programs: &Programs,
    cancel: &Cancel,
) -> anyhow::Result<Imported> {
    let task = Task::start(format!(
        "{} {}",
        series.upstream.name, series.upstream.version
    ));
    let imported = warpgrid_series::import_upstream(series, place, programs, cancel)?;
    match &imported.from {
        Some(from) => task.done(&format!("imported from {from}")),
        None => task.done("in the cache"),
    }
    Ok(imported)
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    for built in report.sysroots.iter().chain([&report.libwarpgrid]) {
        println!("{}  {}", built.root, built.path.display());
    }
    eprintln!("ready in {:.1} s", report.seconds);
    Ok(())
}
