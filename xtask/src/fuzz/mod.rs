//! `cargo xtask fuzz`: runs the fuzz targets in `fuzz/`, one after the other, and
//! keeps the inputs that reach something new in `fuzz/corpus`, where the crates'
//! own tests run them.

mod corpus;
mod libfuzzer;
mod report;
mod tool;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use toml_edit::DocumentMut;
use warpgrid_series::Place;
use warpgrid_series::process::{self, Cancel, Ended};
use warpgrid_store::cache_dir;

use crate::flags::Fuzz;
use crate::progress::Task;
use crate::setup::packages;
use libfuzzer::Progress;
use report::{Finding, Report, Row};

/// No input is longer, in bytes.
const LONGEST: &str = "4096";
/// An input that takes longer is a finding, in seconds.
const SLOWEST: &str = "10";
/// So is one that takes more, in MiB.
const MEMORY: &str = "2048";
/// What a run may take beyond its time: for the first look at its corpora.
const GRACE: Duration = Duration::from_secs(600);

/// Where everything is.
struct Fuzzer<'a> {
    /// The checkout.
    root: PathBuf,
    cargo_fuzz: PathBuf,
    /// What is built, and what runs find, is kept here between runs.
    cache: PathBuf,
    cancel: &'a Cancel,
}

/// Runs the verb.
pub fn run(flags: &Fuzz, cancel: &Cancel) -> anyhow::Result<()> {
    let root = crate::workspace::root();
    let targets = chosen(&targets(&root)?, &flags.targets)?;
    packages::ensure_for_fuzzing(flags.yes)?;
    let fuzzer = Fuzzer {
        cargo_fuzz: tool::ensure(Place::open_default()?.store(), cancel)?,
        cache: cache_dir()?.join("fuzz"),
        root,
        cancel,
    };
    fuzzer.build()?;
    let mut report = Report::default();
    for target in &targets {
        report.rows.push(fuzzer.fuzz(target, flags.seconds)?);
    }
    report.print(flags.json)?;
    match report.findings().count() {
        0 => Ok(()),
        count => bail!(
            "{count} of the targets found something\n  help: mend it, and keep the input in fuzz/corpus/TARGET as found-NAME"
        ),
    }
}

/// The targets, as the manifest names them.
fn targets(root: &Path) -> anyhow::Result<Vec<String>> {
    let path = root.join("fuzz/Cargo.toml");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let manifest: DocumentMut = text.parse()?;
    let bins = manifest
        .get("bin")
        .and_then(|bins| bins.as_array_of_tables());
    let names = bins
        .into_iter()
        .flatten()
        .filter_map(|bin| bin.get("name")?.as_str());
    Ok(names.map(str::to_owned).collect())
}

fn chosen(known: &[String], wanted: &[String]) -> anyhow::Result<Vec<String>> {
    match wanted.iter().find(|name| !known.contains(name)) {
        Some(unknown) => bail!(
            "there is no fuzz target `{unknown}`\n  help: choose from {}",
            known.join(", ")
        ),
        None if wanted.is_empty() => Ok(known.to_vec()),
        None => Ok(wanted.to_vec()),
    }
}

impl Fuzzer<'_> {
    /// cargo-fuzz. No crate here has unsafe code, so that it needs no sanitizer,
    /// and so no other toolchain than the one of the workspace.
    fn cargo_fuzz(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.cargo_fuzz);
        command
            .current_dir(&self.root)
            .args([verb, "--sanitizer", "none"]);
        // One unit would take all of the code generator's time in turn.
        command.args(["--codegen-units", "16", "--target-dir"]);
        command.arg(self.cache.join("target"));
        command
    }

    fn build(&self) -> anyhow::Result<()> {
        let task = Task::start("building the fuzz targets; the first time takes a while");
        let mut said = vec![];
        let ended = process::run(
            &mut self.cargo_fuzz("build"),
            None,
            self.cancel,
            |_, line| {
                task.doing(line.trim());
                said.push(line.to_owned());
            },
        );
        succeeded(ended?, || {
            let errors = said.iter().filter(|line| line.starts_with("error"));
            errors
                .chain(said.last())
                .next()
                .cloned()
                .unwrap_or_default()
        })
        .context("the fuzz targets cannot be built")?;
        task.done("built");
        Ok(())
    }

    /// A run of a target on corpora, the first of which grows.
    fn libfuzzer(&self, target: &str, corpora: &[&Path]) -> Command {
        let mut command = self.cargo_fuzz("run");
        command.arg(target).args(corpora).arg("--");
        command.arg(format!("-max_len={LONGEST}"));
        command
    }

    fn fuzz(&self, target: &str, seconds: u64) -> anyhow::Result<Row> {
        let task = Task::start(format!("fuzzing {target}"));
        let found = self.cache.join("found").join(target);
        fs::create_dir_all(&found).with_context(|| found.display().to_string())?;
        let kept = corpus::folder(&self.root, target);
        let mut command = self.libfuzzer(target, &[&found, &kept]);
        command.arg(format!("-max_total_time={seconds}"));
        command.arg(format!("-timeout={SLOWEST}"));
        command.arg(format!("-rss_limit_mb={MEMORY}"));
        command.arg("-print_final_stats=1");
        let mut progress = Progress::default();
        let limit = Duration::from_secs(seconds) + GRACE;
        let ended = process::run(&mut command, Some(limit), self.cancel, |_, line| {
            if progress.heard(line) {
                task.doing(&progress.to_string());
            }
        })?;
        let done = succeeded(ended, || progress.failure());
        if self.cancel.is_cancelled() {
            bail!("interrupted");
        }
        let finding = match (done, &progress.artifact) {
            (Ok(()), _) => None,
            (Err(_), Some(file)) => Some(Finding::new(&command, target, file, progress.failure())),
            (Err(error), None) => return Err(error.context(format!("{target} does not run"))),
        };
        let merged = match &finding {
            None => corpus::merge(self, target, &found)?,
            Some(_) => corpus::Size::of(&kept)?,
        };
        task.done(
            finding
                .as_ref()
                .map_or("nothing found", |_| "FOUND SOMETHING"),
        );
        Ok(Row::new(target, seconds, &progress, merged, finding))
    }
}

/// # Errors
/// What was said, where a command failed.
fn succeeded(ended: Ended, why: impl FnOnce() -> String) -> anyhow::Result<()> {
    match ended {
        Ended::Exited(status) if status.success() => Ok(()),
        Ended::Exited(_) => Err(anyhow!(why())),
        Ended::TimedOut => bail!("it does not end"),
        Ended::Cancelled => bail!("interrupted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_file_and_its_corpus() {
        let root = crate::workspace::root();
        let targets = targets(&root).unwrap();
        assert!(targets.len() >= 6, "{targets:?}");
        for target in &targets {
            let file = root.join(format!("fuzz/fuzz_targets/{target}.rs"));
            assert!(file.is_file(), "{}", file.display());
            let size = corpus::Size::of(&corpus::folder(&root, target)).unwrap();
            assert!(
                size.inputs > 0 && size.longest <= 4096,
                "{target}: {size:?}"
            );
        }
    }

    #[test]
    fn an_unknown_target_is_answered_with_those_there_are() {
        let known = ["a", "b"].map(str::to_owned);
        assert_eq!(chosen(&known, &[]).unwrap(), known);
        assert_eq!(chosen(&known, &["b".to_owned()]).unwrap(), ["b"]);
        let error = chosen(&known, &["c".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("`c`") && error.contains("a, b"), "{error}");
    }
}
