//! Building: by `warp pack` beside `go build`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use walkdir::WalkDir;
use warpgrid_test_harness::process::{self, Bounds, Finished};

use crate::bench::megabytes;
use crate::bench::row::{Goal, Row};
use crate::test_all::matrix::Stage;

/// The source that a developer has changed.
const SOURCE: &str = "main.go";

pub fn rows(warp: &Path, stage: &Stage<'_>, rounds: u32) -> anyhow::Result<Vec<Row>> {
    let scratch = tempfile::Builder::new()
        .prefix("warpgrid-bench-go-")
        .tempdir()?;
    let ours = Project::copy(&stage.app, scratch.path().join("ours"))?;
    let native = Project::copy(&stage.app, scratch.path().join("native"))?;
    let pack = |project: &Project| {
        let mut command = Command::new(warp);
        command.arg("pack").arg(&project.source);
        project.time(command, &stage.bounds)
    };
    let build = |project: &Project| {
        let mut command = Command::new("go");
        command.args(["build", "-trimpath", "-o"]);
        command.arg(project.folder.join("program")).arg(".");
        project.time(command, &stage.bounds)
    };
    let (mut cold, mut warm) = ([const { Vec::new() }; 2], [const { Vec::new() }; 2]);
    for round in 0..=rounds {
        eprintln!("builds, round {round} of {rounds}");
        if round > 0 {
            ours.change(round)?;
            native.change(round)?;
        }
        // The first build finds no compiled packages, not even those of Go.
        let times = if round == 0 { &mut cold } else { &mut warm };
        times[0].push(pack(&ours)?);
        times[1].push(build(&native)?);
    }
    let row = |name, unit, [ours, other]: &[Vec<f64>; 2], goal| {
        Row::new(name, unit, ours, other, Goal::AtMost(goal))
    };
    let sizes = [
        vec![megabytes(&stage.packed.component)?],
        vec![megabytes(&native.folder.join("program"))?],
    ];
    Ok(vec![
        row("go build, nothing compiled yet", "s", &cold, 2.0),
        row("go build, after a change", "s", &warm, 5.0),
        row("a native program, size", "MB", &sizes, 2.0),
    ])
}

/// A copy of a module, with caches of its own.
pub struct Project {
    folder: PathBuf,
    pub source: PathBuf,
}

impl Project {
    pub fn copy(app: &Path, folder: PathBuf) -> anyhow::Result<Self> {
        let source = folder.join("source");
        let files = WalkDir::new(app)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != OsStr::new("target"));
        for entry in files {
            let entry = entry?;
            let target = source.join(entry.path().strip_prefix(app)?);
            if entry.file_type().is_dir() {
                fs::create_dir_all(target)?;
            } else {
                fs::copy(entry.path(), target)?;
            }
        }
        Ok(Project { folder, source })
    }

    /// Adds a line to the source.
    pub fn change(&self, round: u32) -> anyhow::Result<()> {
        let path = self.source.join(SOURCE);
        let text = fs::read_to_string(&path)?;
        fs::write(&path, format!("{text}\nvar _ = {round}\n"))?;
        Ok(())
    }

    /// How long a build takes, in seconds.
    pub fn time(&self, mut command: Command, bounds: &Bounds) -> anyhow::Result<f64> {
        command
            .current_dir(&self.source)
            .env("GOCACHE", self.folder.join("cache"));
        let started = Instant::now();
        process::run(&mut command, bounds).and_then(Finished::success)?;
        Ok(started.elapsed().as_secs_f64())
    }
}
