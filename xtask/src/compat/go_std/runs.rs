//! Runs tests to the last, also past those that end the program.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use warpgrid_test_harness::process::{self, Bounds};

use super::binaries::{Go, Way};
use crate::compat::test2json::{self, Outcome, Outcomes, covers, outcomes};

/// How often the tests are begun again after one that ended the program.
const RUNS: usize = 60;
/// How long each may go on, as Go reads it. One that hangs costs so much.
const TIMEOUT: &str = "-test.timeout=60s";

/// A program with tests.
pub struct Tests<'a> {
    pub go: &'a Go,
    pub warp: &'a Path,
    pub engine: &'a Path,
    pub bounds: &'a Bounds,
    pub package: &'a str,
    pub way: Way,
    pub program: PathBuf,
}

impl Tests<'_> {
    /// Every test, or one with its parts.
    ///
    /// # Errors
    /// Where none can be run.
    pub fn run(&self, left_out: &[&str], only: Option<&str>) -> anyhow::Result<Outcomes> {
        let mut found = Outcomes::new();
        for _ in 0..RUNS {
            let begun = found
                .iter()
                .filter(|(_, (outcome, _))| *outcome != Outcome::NotRun)
                .map(|(name, _)| self.whole(name));
            let mut skipped: Vec<&str> = left_out.iter().copied().chain(begun).collect();
            skipped.sort_unstable();
            skipped.dedup();
            let mut command = self.command(&skipped, only)?;
            let finished = process::run(&mut command, self.bounds)?;
            let more = outcomes("", &finished.stdout);
            let new = more
                .values()
                .any(|(outcome, _)| *outcome != Outcome::NotRun);
            if found.is_empty() {
                anyhow::ensure!(new, "no test was run\n{finished}");
            }
            found.extend(more);
            if test2json::ended(&finished.stdout) || !new {
                break;
            }
            let waiting: Vec<String> = self.waiting(&found).map(str::to_owned).collect();
            found.retain(|name, _| !waiting.iter().any(|whole| whole == self.whole(name)));
        }
        Ok(found)
    }

    /// Tests that waited for others when the program was ended: some part was
    /// put off, and none failed or was cut short.
    fn waiting<'a>(&self, found: &'a Outcomes) -> impl Iterator<Item = &'a str> {
        let mut whole: BTreeMap<&str, Vec<(&str, Outcome)>> = BTreeMap::new();
        for (name, (outcome, _)) in found {
            let parts = whole.entry(self.whole(name)).or_default();
            parts.push((name, *outcome));
        }
        whole.into_iter().filter_map(|(whole, parts)| {
            let put_off = parts.iter().any(|(_, outcome)| *outcome == Outcome::NotRun);
            // A test that has parts is not over before they are.
            let has_parts = |name: &str| {
                parts
                    .iter()
                    .any(|(part, _)| part != &name && covers(name, part))
            };
            let failed = parts
                .iter()
                .any(|(name, outcome)| *outcome == Outcome::Fails && !has_parts(name));
            (put_off && !failed).then_some(whole)
        })
    }

    /// The test that a part belongs to, without its package.
    fn whole<'a>(&self, name: &'a str) -> &'a str {
        let name = name.strip_prefix(self.package).unwrap_or(name).trim_start();
        name.split_once('/').map_or(name, |(whole, _)| whole)
    }

    fn command(&self, skipped: &[&str], only: Option<&str>) -> anyhow::Result<Command> {
        let folder = self.go.folder(self.package);
        let mut command = Command::new("go");
        command.args(["tool", "test2json", "-p", self.package]);
        match self.way {
            Way::Native => {
                command.arg(&self.program);
            }
            // As Go's own runner for wasip1 calls it.
            Way::Stock => {
                command.arg(self.engine).args(["run", "-mount", "/:/"]);
                command.args(["-env-inherit", "-cachedir"]);
                command.arg(self.program.with_extension("cache"));
                command.arg(&self.program).env("PWD", &folder);
            }
            Way::Ours => {
                let configuration = self.program.with_extension("toml");
                std::fs::write(&configuration, self.configuration(&folder).to_string())
                    .with_context(|| format!("cannot write {}", configuration.display()))?;
                command.arg(self.warp).arg("run").arg(&self.program);
                command.arg("--config").arg(configuration).arg("--");
            }
        }
        command.args([
            "-test.v=test2json",
            "-test.short",
            "-test.parallel=1",
            TIMEOUT,
        ]);
        if !skipped.is_empty() {
            command.arg(format!("-test.skip=^({})$", skipped.join("|")));
        }
        if let Some(only) = only {
            command.arg(format!("-test.run=^{only}$"));
        }
        // The host's own log would stand among what the tests say.
        command.env("RUST_LOG", "error").current_dir(folder);
        Ok(command)
    }

    /// What Go's own runner gives: all files, and where the tests run. Beside
    /// that, addresses to connect to and to listen on.
    fn configuration(&self, folder: &Path) -> toml_edit::DocumentMut {
        let mut document = toml_edit::DocumentMut::new();
        document["directories"]["/"] = toml_edit::value("/");
        for key in ["connect", "listen"] {
            document["network"][key] = toml_edit::value(toml_edit::Array::from_iter(["*"]));
        }
        for (name, value) in [
            ("PWD", folder.display().to_string()),
            ("GOROOT", self.go.goroot.display().to_string()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", "/tmp".to_owned()),
            ("TMPDIR", "/tmp".to_owned()),
        ] {
            document["env"][name] = toml_edit::value(value);
        }
        document["limits"]["memory"] = toml_edit::value("1 GiB");
        document["limits"]["instances"] = toml_edit::value(1);
        document
    }

    /// Runs tests that failed alone, a few times, until they pass.
    ///
    /// # Errors
    /// As [`Tests::run`].
    pub fn again(
        &self,
        names: &[String],
        times: usize,
        found: &mut Outcomes,
    ) -> anyhow::Result<()> {
        for _ in 0..times {
            let mut whole: Vec<&str> = names
                .iter()
                .filter(|name| test2json::outcome(found, name) == Outcome::Fails)
                .map(|name| self.whole(name))
                .collect();
            whole.sort_unstable();
            whole.dedup();
            for name in whole {
                let alone = self.run(&[], Some(name))?;
                found.extend(
                    alone
                        .into_iter()
                        .filter(|(_, (outcome, _))| *outcome == Outcome::Passes),
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn tests_that_waited_are_begun_again_and_those_that_hang_are_not() {
        let go = Go {
            goroot: PathBuf::new(),
            goversion: String::new(),
        };
        let tests = Tests {
            go: &go,
            warp: Path::new(""),
            engine: Path::new(""),
            bounds: &Bounds::within(Duration::ZERO),
            package: "a/b",
            way: Way::Native,
            program: PathBuf::new(),
        };
        let found = [
            ("a/b Done", Outcome::Passes),
            ("a/b Done/part", Outcome::Passes),
            ("a/b Hangs", Outcome::Fails),
            ("a/b Hangs/one", Outcome::Fails),
            ("a/b Hangs/two", Outcome::NotRun),
            ("a/b Waits", Outcome::NotRun),
            ("a/b WaitsForParts", Outcome::Fails),
            ("a/b WaitsForParts/one", Outcome::NotRun),
            ("a/b WaitsForParts/two", Outcome::Passes),
        ];
        let found = found.map(|(name, outcome)| (name.to_owned(), (outcome, String::new())));
        let found = Outcomes::from(found);
        let waiting: Vec<_> = tests.waiting(&found).collect();
        assert_eq!(waiting, ["Waits", "WaitsForParts"]);
        assert_eq!(tests.whole("a/b Done/part"), "Done");
    }
}
