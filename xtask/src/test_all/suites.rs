//! What cargo checks by itself: formatting, lints, generated code, tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use warpgrid_series::process::Cancel;
use warpgrid_series::{Place, Programs, Series, apply, export, import, status};
use warpgrid_test_harness::process::{self, Finished};

use super::report::{Counts, Report, Status, Subject};
use super::{bounds, bun_host, bun_sdk, javascript, libtest};
use crate::compat::npm::runtime::{Bun, Node, Runtime};
use crate::compat::{Run, convert, go, libc, npm};
use crate::flags::{Codegen, GoCompiler, Setup};
use crate::{codegen, setup, workspace};

/// The first build of the workspace and its tests takes most of it.
const MINUTES: u64 = 60;

/// The suites, in the order in which they run: what fails fastest comes first.
const SUITES: &[(&str, Suite)] = &[
    ("formatting", Suite::Command(&["fmt", "--all", "--check"])),
    ("codegen", Suite::Codegen),
    ("patches", Suite::Patches),
    (
        "tests",
        Suite::Tests(&[
            "test",
            "--workspace",
            "--no-fail-fast",
            "--",
            "--color=never",
        ]),
    ),
    (
        "dev",
        Suite::Tests(&[
            "test",
            "--workspace",
            "--test",
            "dev",
            "--",
            "--ignored",
            "--color=never",
        ]),
    ),
    ("javascript", Suite::JavaScript),
    ("bun-host", Suite::BunHost),
    ("bun-sdk", Suite::BunSdk),
    ("libc-tests", Suite::LibcTests),
    (
        "go-packages",
        Suite::GoPackages(&["chi", "mysql", "zerolog"]),
    ),
    (
        "npm-packages",
        Suite::NpmPackages(&["express", "jose", "redis"]),
    ),
    (
        "bun-packages",
        Suite::BunPackages(&["elysia", "postgres", "sharp"]),
    ),
    (
        "analyze",
        Suite::Analyze(&["data-encoding-bin", "figlet", "find-my-way", "tomlv"]),
    ),
    ("sysroots", Suite::Sysroots),
    (
        "lints",
        Suite::Command(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "--deny=warnings",
        ]),
    ),
];

const REBUILD: Setup = Setup {
    yes: false,
    json: false,
    rebuild: true,
};

enum Suite {
    /// Whether what is generated from `wit/` is as it would be now.
    Codegen,
    /// Whether each series applies to its upstream, says what its patches are
    /// for, and comes out again byte for byte.
    Patches,
    /// Whether node-compat fits the contract's types, and each patch of
    /// componentize-js does what it says where the stock one does not.
    JavaScript,
    /// Whether packed components answer inside Bun as they do under `warp run`,
    /// and each patch in `bun-patches` does what it says where stock does not.
    BunHost,
    /// wasi-libc's own tests: the patched libc passes what the stock one
    /// passes, and the table says so.
    LibcTests,
    /// Programs over Go packages: their components do what they do natively. A
    /// few of those that `cargo xtask compat go` tries.
    GoPackages(&'static [&'static str]),
    /// Whether what uses `@warpgrid/bun-sdk` gives the same natively and as a
    /// component, against real servers.
    BunSdk,
    /// Programs over npm packages under Bun.
    BunPackages(&'static [&'static str]),
    /// Programs over npm packages, as those of Go.
    NpmPackages(&'static [&'static str]),
    /// What `warp convert analyze` says of public programs is what becomes of them.
    /// A few of those that `cargo xtask compat convert` tries.
    Analyze(&'static [&'static str]),
    /// Whether a second build of the patched sysroots gives the same bytes.
    Sysroots,
    /// Passes where cargo does.
    Command(&'static [&'static str]),
    /// Counts the tests that it runs.
    Tests(&'static [&'static str]),
}

/// Runs those that are wanted.
pub fn run(wanted: &dyn Fn(&str) -> bool, cancel: &Cancel, report: &mut Report) {
    for (name, suite) in SUITES {
        if wanted(name) && !cancel.is_cancelled() {
            let subject = Subject {
                app: name,
                language: suite.language(),
                shims: &[],
                database: None,
                native: false,
            };
            report.suite(subject, || suite.run(cancel));
        }
    }
}

/// The names by which a filter may choose.
pub fn names() -> impl Iterator<Item = &'static str> {
    SUITES.iter().map(|(name, _)| *name)
}

impl Suite {
    fn language(&self) -> &'static str {
        match self {
            Suite::GoPackages(_) => "Go",
            Suite::BunHost | Suite::JavaScript => "JavaScript",
            Suite::NpmPackages(_) => "TypeScript",
            Suite::BunSdk | Suite::BunPackages(_) => "Bun",
            _ => "Rust",
        }
    }

    fn run(&self, cancel: &Cancel) -> (Counts, Option<String>) {
        let root = workspace::root();
        match self {
            Suite::Codegen => verdict(codegen::run(&Codegen { check: true }, cancel)),
            Suite::Patches => verdict(round_trips(&root, cancel)),
            Suite::Sysroots => verdict(setup::ensure(&REBUILD, cancel)),
            Suite::JavaScript => javascript::run(&root, cancel),
            Suite::BunHost => bun_host::run(&root, cancel),
            Suite::LibcTests => libc_tests(cancel),
            Suite::GoPackages(names) => go_packages(names, cancel),
            Suite::NpmPackages(names) => npm_packages::<Node>(names, cancel),
            Suite::BunPackages(names) => npm_packages::<Bun>(names, cancel),
            Suite::BunSdk => bun_sdk::run(&root, cancel),
            Suite::Analyze(names) => analyzed(names, cancel),
            Suite::Command(args) => verdict(cargo(&root, args, cancel).and_then(Finished::success)),
            Suite::Tests(args) => match cargo(&root, args, cancel) {
                Ok(finished) => libtest::counted(&finished),
                Err(error) => libtest::cut(error),
            },
        }
    }
}

fn go_packages(names: &[&str], cancel: &Cancel) -> (Counts, Option<String>) {
    let way = go::Way {
        compiler: GoCompiler::Go,
        machine_code: "winch",
    };
    let run = match go::run(names, way, cancel) {
        Ok(run) => run,
        Err(error) => return verdict(Err::<(), _>(error)),
    };
    (tried(run.tried, run.wrong.len()), verdict(run.verdict()).1)
}

fn npm_packages<R: Runtime>(names: &[&str], cancel: &Cancel) -> (Counts, Option<String>) {
    let run = match npm::run::<R, _>(names, cancel) {
        Ok(run) => run,
        Err(error) => return verdict(Err::<(), _>(error)),
    };
    (tried(run.tried, run.wrong.len()), verdict(run.verdict()).1)
}

fn analyzed(names: &[&str], cancel: &Cancel) -> (Counts, Option<String>) {
    let run = match convert::run(names, cancel) {
        Ok(run) => run,
        Err(error) => return verdict(Err::<(), _>(error)),
    };
    (tried(run.tried, run.wrong.len()), verdict(run.verdict()).1)
}

fn tried(all: usize, failed: usize) -> Counts {
    Counts {
        passed: all.saturating_sub(failed) as u64,
        failed: failed as u64,
        skipped: 0,
    }
}

/// Counts a test on one target as one, however many sysroots it runs on.
fn libc_tests(cancel: &Cancel) -> (Counts, Option<String>) {
    let run = match libc::run(cancel) {
        Ok(run) => run,
        Err(error) => return verdict(Err::<(), _>(error)),
    };
    let (counts, cause) = verdict(run.verdict().and_then(|()| run.compare()));
    let counts = Counts {
        passed: run.kept() as u64,
        failed: counts.failed.max(run.regressions.len() as u64),
        skipped: 0,
    };
    (counts, cause)
}

/// Every folder of a series: those at the top, and those in a family's folder.
fn round_trips(root: &Path, cancel: &Cancel) -> anyhow::Result<()> {
    let folders = walkdir::WalkDir::new(root)
        .min_depth(1)
        .max_depth(2)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            entry.file_type().is_dir() && (entry.depth() > 1 || name.ends_with("-patches"))
        });
    for folder in folders {
        let folder = folder?.into_path();
        if folder.join("UPSTREAM_REF").is_file() {
            round_trip(&folder, cancel).with_context(|| folder.display().to_string())?;
        }
    }
    Ok(())
}

/// Applies and exports a series in a place of its own, beside the maintainer's
/// work tree.
fn round_trip(series: &Path, cancel: &Cancel) -> anyhow::Result<()> {
    let series = Series::open(series)?;
    let programs = Programs::default();
    let scratch = tempfile::tempdir()?;
    let place = Place::open(scratch.path())?;
    let upstream = &series.upstream.name;
    let cached = Place::open_default()?.upstream_dir(upstream);
    if cached.is_dir() {
        copy_tree(&cached, &place.upstream_dir(upstream))?;
    }
    import(&series, &place, &programs, cancel)?;
    apply(&series, &place, &programs, cancel)?;
    let exported = export(&series, &place, &programs, true)?;
    let changed: Vec<_> = exported.changes().map(|(name, _)| name.as_str()).collect();
    ensure!(
        changed.is_empty(),
        "not as it is exported: {}\nrun `cargo xtask patches import`, `apply` and `export`",
        changed.join(", ")
    );
    let lints: Vec<String> = status(&series, &place, &programs)?
        .patches
        .iter()
        .flat_map(|patch| {
            patch
                .lints
                .iter()
                .map(|lint| format!("{}: {lint}", patch.file))
        })
        .collect();
    ensure!(lints.is_empty(), "{}", lints.join("\n"));
    Ok(())
}

/// Copies a folder with all that is in it.
pub fn copy_tree(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn verdict<T>(outcome: anyhow::Result<T>) -> (Counts, Option<String>) {
    match outcome {
        Ok(_) => (Counts::one(Status::Passed), None),
        Err(error) => (Counts::one(Status::Failed), Some(format!("{error:#}"))),
    }
}

/// Runs the cargo that runs us.
pub fn cargo(directory: &Path, args: &[&str], cancel: &Cancel) -> anyhow::Result<Finished> {
    let mut command = cargo_command(directory);
    process::run(command.args(args), &bounds(MINUTES, cancel))
}

/// As a shell would run it: what cargo tells this process of its own package
/// would mislead another, and rebuild what depends on such variables.
pub fn cargo_command(directory: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(directory);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    command
}

/// Builds with cargo, and gives the path of one of the programs.
pub fn build(
    directory: &Path,
    args: &[&str],
    program: &str,
    cancel: &Cancel,
) -> anyhow::Result<PathBuf> {
    let args = [&["build", "--message-format=json-render-diagnostics"], args].concat();
    let built = cargo(directory, &args, cancel)?.success()?;
    executable(&built.stdout, program)
        .with_context(|| format!("cargo built no `{program}` in {}", directory.display()))
}

/// `warp`, built in the workspace's own configuration. A test beside it, a small
/// one, gives its dependencies the features that the tests give them: wasmtime
/// is compiled once.
pub fn warp(cancel: &Cancel) -> anyhow::Result<PathBuf> {
    build(
        &workspace::root(),
        &["--workspace", "--bins", "--test", "store"],
        "warp",
        cancel,
    )
}

/// The path of a program among cargo's messages, one JSON object in each line.
fn executable(messages: &[u8], name: &str) -> Option<PathBuf> {
    let messages = serde_json::Deserializer::from_slice(messages).into_iter::<serde_json::Value>();
    messages.flatten().find_map(|message| {
        let of_target =
            message["target"]["name"] == name && message["reason"] == "compiler-artifact";
        message["executable"]
            .as_str()
            .filter(|_| of_target)
            .map(Path::new)
            .map(Path::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_cargo_s_messages() {
        let messages =
            br#"{"reason":"compiler-artifact","target":{"name":"warp"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"xtask"},"executable":"/t/xtask"}
{"reason":"compiler-artifact","target":{"name":"warp"},"executable":"/t/warp"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages, "warp"), Some("/t/warp".into()));
        assert_eq!(executable(messages, "other"), None);
    }
}
