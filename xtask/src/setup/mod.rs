//! `cargo xtask setup`: from a bare machine to sysroots and libwarpgrid in the store.

mod cmake;
mod go;
mod js;
mod log;
pub mod packages;
mod rust;
mod sysroot;
mod tinygo;

use std::time::Instant;

use anyhow::Context;
use serde::Serialize;
use warpgrid_libc::{SYSROOT_TARGETS, Tools, component_linker};
use warpgrid_series::process::Cancel;
use warpgrid_series::{Imported, Place, Programs, Series, Variant};

use crate::flags::Setup;
use crate::progress::Task;
use sysroot::Built;

/// What `--json` prints.
#[derive(Serialize)]
pub struct Report {
    cache: String,
    packages_installed: Vec<&'static str>,
    targets_installed: Vec<&'static str>,
    go: Option<String>,
    node: Option<String>,
    upstream: Imported,
    sysroots: Vec<Built>,
    libwarpgrid: Built,
    tinygo: Option<Built>,
    js: Option<String>,
    seconds: f64,
}

/// Runs the verb.
pub fn run(flags: &Setup, cancel: &Cancel) -> anyhow::Result<()> {
    print(&ensure(flags, cancel)?, flags.json)
}

/// Brings the machine to where everything can be built and tested.
pub fn ensure(flags: &Setup, cancel: &Cancel) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut packages_installed = packages::ensure(flags.yes)?;
    let targets_installed = rust::ensure_targets()?;
    let go = go::version();
    go::look(go.as_deref());
    let node = js::version();
    js::look(node.as_deref());
    if go.is_some() {
        packages_installed.extend(packages::ensure_for_tinygo(flags.yes)?);
    }
    let place = Place::open_default()?;
    let programs = Programs::default();
    let cmake = cmake::ensure(place.store(), cancel)?;
    let series = Series::open(&crate::workspace::root().join("libc-patches"))?;
    let upstream = import(&series, &place, &programs, cancel)?;
    let tools = Tools::find()?;
    let recipe = sysroot::Recipe {
        compiler: tools.clang_version()?,
        resources: tools.clang_resources()?,
        cmake,
        component_linker: component_linker()?,
        tools,
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
    let libwarpgrid = libwarpgrid(&place, &recipe.tools)?;
    let tinygo = match &go {
        Some(_) => Some(tinygo(&recipe, &sysroots, flags.rebuild)?),
        None => None,
    };
    let js = node.is_some().then(js::ensure).transpose()?;
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
        go,
        node,
        upstream,
        sysroots,
        libwarpgrid,
        tinygo,
        js,
        seconds,
    })
}

/// TinyGo, which only those need who have Go.
fn tinygo(
    recipe: &sysroot::Recipe<'_>,
    sysroots: &[Built],
    rebuild: bool,
) -> anyhow::Result<Built> {
    let root = warpgrid_libc::patched_sysroot_root(tinygo::TARGET);
    let sysroot = sysroots.iter().find(|sysroot| sysroot.root == root);
    let tinygo = tinygo::Recipe {
        tools: &recipe.tools,
        compiler: &recipe.compiler,
        resources: &recipe.resources,
        sysroot: sysroot.context("the sysroot for TinyGo is one of ours")?,
        place: recipe.place,
        programs: recipe.programs,
        cancel: recipe.cancel,
    };
    let built = tinygo.ensure()?;
    if rebuild {
        tinygo.compare_with_rebuild(&built)?;
    }
    Ok(built)
}

/// The guest's side of the hooks, compiled against the patched sysroot.
fn libwarpgrid(place: &Place, tools: &Tools) -> anyhow::Result<Built> {
    let started = Instant::now();
    let target = warpgrid_libc::LIBWARPGRID_TARGET;
    let entry = warpgrid_libc::build_libwarpgrid(place.store(), target, tools)?;
    Ok(Built {
        root: warpgrid_libc::libwarpgrid_root(target),
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
    let built = report.sysroots.iter().chain([&report.libwarpgrid]);
    for built in built.chain(&report.tinygo) {
        println!("{}  {}", built.root, built.path.display());
    }
    if let Some(path) = &report.js {
        println!("{}  {path}", warpgrid_js::TOOLCHAIN_ROOT);
    }
    eprintln!("ready in {:.1} s", report.seconds);
    Ok(())
}
