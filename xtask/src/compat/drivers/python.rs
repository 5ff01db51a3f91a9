//! Tests of Python packages, by pytest. Everything comes by pip and is kept in
//! our cache; pip checks it against the pinned checksums.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use warpgrid_test_harness::process::{self, Finished};

use super::pins::PythonPackage;
use super::suite::Tools;
use crate::compat::test2json::{Outcome, Outcomes};

/// A package's own tests.
pub struct PythonTests {
    folder: PathBuf,
    python: PathBuf,
    arguments: Vec<String>,
    tests: Vec<String>,
}

impl PythonTests {
    /// Fetches the package and what its tests need.
    ///
    /// # Errors
    /// Where there is no Python, or something is not as it is pinned.
    pub fn fetch(pin: &PythonPackage, folder: &Path, tools: &Tools) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let environment = folder.join("environment");
        let run = |command: &mut Command| -> anyhow::Result<Finished> {
            command
                .env("PIP_CACHE_DIR", tools.cache.join("python"))
                .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
                .current_dir(folder);
            process::run(command, &tools.bounds)?.success()
        };
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))
        .context("install Python: the Debian package `python3-venv`")?;
        let python = environment.join("bin/python");
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--require-hashes", "-r"])
            .arg(pin.requirements()))?;
        let wanted = folder.join("package.txt");
        let name = format!("{}=={}", pin.package, pin.version);
        std::fs::write(&wanted, format!("{name} --hash=sha256:{}\n", pin.sha256))?;
        // What builds the package is among the requirements.
        run(Command::new(&python)
            .env("PATH", search_path(&environment.join("bin"))?)
            .args(["-m", "pip", "download", "--quiet", "--no-deps"])
            .args(["--no-binary=:all:", "--no-build-isolation"])
            .args(["--require-hashes", "-r", "package.txt", "-d", "archive"]))?;
        let archive = std::fs::read_dir(folder.join("archive"))?
            .next()
            .context("pip downloaded nothing")??;
        run(Command::new(&python)
            .args(["-m", "tarfile", "-e"])
            .arg(archive.path())
            .arg("sources"))?;
        let sources = std::fs::read_dir(folder.join("sources"))?
            .next()
            .with_context(|| format!("{name} is empty"))??;
        Ok(Self {
            folder: sources.path(),
            python,
            arguments: pin.arguments.clone(),
            tests: pin.tests.clone(),
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs all, or one.
    ///
    /// # Errors
    /// Where nothing can be run.
    pub fn run(
        &self,
        only: Option<&str>,
        left_out: &[&str],
        environment: &[(&str, String)],
        port: u16,
        tools: &Tools,
    ) -> anyhow::Result<Outcomes> {
        let mut command = Command::new(&self.python);
        command
            .current_dir(&self.folder)
            .env("PYTHONPATH", &self.folder)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .args(["-m", "pytest", "-v", "--capture=fd", "--tb=short"])
            .args(["-p", "no:cacheprovider", "-p", "no:logging"])
            .args(["-o", "console_output_style=classic", "-W", "ignore"])
            .args(
                self.arguments
                    .iter()
                    .map(|argument| tools.filled(argument, port)),
            )
            .args(left_out.iter().map(|test| format!("--deselect={test}")));
        match only {
            Some(test) => command.arg(test),
            None => command.args(&self.tests),
        };
        let finished = process::run(&mut command, &tools.bounds)?;
        let outcomes = outcomes(&String::from_utf8_lossy(&finished.stdout));
        ensure!(!outcomes.is_empty(), "no test was run\n{finished}");
        Ok(outcomes)
    }
}

/// What is started is looked for in a folder first.
fn search_path(first: &Path) -> anyhow::Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let rest = std::env::split_paths(&path);
    Ok(std::env::join_paths(
        [first.to_owned()].into_iter().chain(rest),
    )?)
}

/// How a line of pytest's ends, and what that means.
const WORDS: &[(&str, Outcome)] = &[
    (" PASSED", Outcome::Passes),
    (" XPASS", Outcome::Passes),
    (" FAILED", Outcome::Fails),
    (" ERROR", Outcome::Fails),
    (" SKIPPED", Outcome::Skipped),
    (" XFAIL", Outcome::Skipped),
];

/// The lines `FILE::NAME OUTCOME (REASON)`. A test that passes and fails when it
/// tidies up has two. What follows, under `FAILURES`, are the accounts; the last
/// part of a test's name heads each.
fn outcomes(stdout: &str) -> Outcomes {
    let mut outcomes = Outcomes::new();
    for line in stdout.lines() {
        let found = WORDS.iter().find_map(|(word, outcome)| {
            let (name, reason) = line.split_once(word)?;
            let whole = reason.is_empty() || reason.starts_with(" (");
            (whole && name.contains(".py::")).then_some((name, *outcome))
        });
        let Some((name, outcome)) = found else {
            continue;
        };
        let (known, _) = outcomes
            .entry(name.to_owned())
            .or_insert((outcome, String::new()));
        if outcome == Outcome::Fails {
            *known = outcome;
        }
    }
    let accounts = stdout.split_once(" FAILURES ").map_or("", |(_, rest)| rest);
    for (name, (outcome, account)) in &mut outcomes {
        if *outcome == Outcome::Fails {
            *account = excerpt(accounts, name).to_owned();
        }
    }
    outcomes
}

/// The account of one test: from its heading to the next.
fn excerpt<'a>(accounts: &'a str, name: &str) -> &'a str {
    let parts: Vec<&str> = name.split("::").skip(1).collect();
    let heading = format!("_ {} _", parts.join("."));
    let Some((_, account)) = accounts.split_once(&heading) else {
        return "";
    };
    let account = account.split_once('\n').map_or("", |(_, rest)| rest);
    account.split_once("\n____").map_or(account, |(one, _)| one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_outcomes_with_their_accounts() {
        let stdout = "\
collected 4 items
tests/a.py::One::test_x[single] PASSED
tests/a.py::One::test_x[a pool] FAILED
tests/a.py::test_y SKIPPED (an older version)
tests/a.py::test_z PASSED
tests/a.py::test_z ERROR
it PASSED
=== FAILURES ===
_____ One.test_x[a pool] _____
because
____ test_other ____
no
";
        let outcomes = outcomes(stdout);
        let found: Vec<_> = outcomes
            .iter()
            .map(|(name, (outcome, account))| (name.as_str(), *outcome, account.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("tests/a.py::One::test_x[a pool]", Outcome::Fails, "because"),
                ("tests/a.py::One::test_x[single]", Outcome::Passes, ""),
                ("tests/a.py::test_y", Outcome::Skipped, ""),
                ("tests/a.py::test_z", Outcome::Fails, ""),
            ]
        );
    }
}
