//! Node, which only those need who pack TypeScript or JavaScript, and the packages
//! of npm that pack it.

use std::process::Command;
use std::time::Instant;

use anyhow::Context;

use crate::progress::Task;

const REMEDY: &str = "install Node 20 or newer with npm, and put both on PATH";

/// The version of `node`, where there is one and `npm` with it.
pub fn version() -> Option<String> {
    let said = |program: &str| {
        let output = Command::new(program).arg("--version").output().ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    said("npm").and(said("node"))
}

/// Says so where there is none: everything but such programs works without it.
pub fn look(version: Option<&str>) {
    if version.is_none() {
        eprintln!(
            "TypeScript and JavaScript cannot be packed or tested: there is no `node` with `npm` \
             on PATH\n  help: {REMEDY}"
        );
    }
}

/// The packages of npm in the store, with the series applied.
pub fn ensure() -> anyhow::Result<String> {
    let started = Instant::now();
    let task = Task::start("packages of npm".to_owned());
    let toolchain = warpgrid_js::toolchain(&|program| Command::new(program), &())
        .context("the packages that make components of JavaScript")?;
    task.done(&format!(
        "ready in {:.0} s",
        started.elapsed().as_secs_f64()
    ));
    Ok(toolchain.programs().display().to_string())
}
