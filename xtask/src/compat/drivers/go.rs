//! Tests of Go modules, by the `go` command. Modules come by Go's own client
//! and are kept in our cache; what vouches for one is the sum in its pin, and
//! for what it depends on its own `go.sum`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;
use warpgrid_test_harness::process;

use super::pins::GoModule;
use super::suite::{Outcome, Outcomes, Tools};
use crate::test_all::suites::copy_tree;

/// What is left of the names of tests that are named after temporary files.
const NUMBER: &str = "N";
/// Shorter runs of digits are the tests' own.
const TEMPORARY: usize = 7;

/// A module's own tests.
pub struct GoTests {
    /// The module's import path.
    module: String,
    folder: PathBuf,
}

impl GoTests {
    /// Fetches the module and copies it, since tests may write into it.
    ///
    /// # Errors
    /// Where there is no Go, or the module is not the pinned one.
    pub fn fetch(pin: &GoModule, folder: PathBuf, tools: &Tools) -> anyhow::Result<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Downloaded {
            dir: PathBuf,
            sum: String,
        }
        std::fs::create_dir_all(&folder)?;
        let mut command = go(&folder, tools);
        command.args(["mod", "download", "-json"]);
        command.arg(format!("{}@{}", pin.module, pin.version));
        let finished = process::run(&mut command, &tools.bounds)
            .context("install Go: the Debian package `golang-go`, or a newer one")?
            .success()?;
        let Downloaded { dir, sum } = serde_json::from_slice(&finished.stdout)
            .with_context(|| format!("`go mod download` of {}", pin.module))?;
        ensure!(
            sum == pin.sum,
            "{} {} has the sum {sum}, and {} is pinned\nlook for who changed it",
            pin.module,
            pin.version,
            pin.sum
        );
        copy_tree(&dir, &folder)?;
        Ok(Self {
            module: pin.module.clone(),
            folder,
        })
    }

    /// The test that a part of one is run with.
    pub fn whole(name: &str) -> &str {
        let test = name.find(' ').map_or(0, |space| space + 1);
        let end = name[test..]
            .find('/')
            .map_or(name.len(), |part| test + part);
        &name[..end]
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs all, or one with its parts.
    ///
    /// # Errors
    /// Where nothing can be run.
    pub fn run(
        &self,
        only: Option<&str>,
        left_out: &[&str],
        environment: &[(&str, String)],
        tools: &Tools,
    ) -> anyhow::Result<Outcomes> {
        let mut command = go(&self.folder, tools);
        command.args(["test", "-json", "-count=1", "-p=1", "-vet=off"]);
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        if !left_out.is_empty() {
            command.arg(format!("-skip=^({})$", left_out.join("|")));
        }
        match only {
            Some(test) => {
                let (package, test) = test.split_once(' ').unwrap_or(("", test));
                command.arg(format!("-run=^{test}$"));
                command.arg(format!("./{package}"));
            }
            None => {
                command.arg("./...");
            }
        }
        let finished = process::run(&mut command, &tools.bounds)?;
        let outcomes = outcomes(&self.module, &finished.stdout);
        ensure!(!outcomes.is_empty(), "no test was run\n{finished}");
        Ok(outcomes)
    }
}

fn go(folder: &Path, tools: &Tools) -> Command {
    let mut command = Command::new("go");
    command
        .current_dir(folder)
        .env("GOMODCACHE", tools.cache.join("go/modules"))
        .env("GOCACHE", tools.cache.join("go/build"))
        .env("GOWORK", "off")
        .env("GOFLAGS", "-modcacherw")
        // A module may want a newer Go than there is.
        .env("GOTOOLCHAIN", "auto");
    command
}

/// One line that `go test -json` prints (`go doc test2json`).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Event {
    action: String,
    package: Option<String>,
    test: Option<String>,
    output: Option<String>,
}

/// Every test with its outcome. A package that fails beside its tests, because
/// it does not compile or crashes, is one more.
fn outcomes(module: &str, stdout: &[u8]) -> Outcomes {
    let mut outcomes = Outcomes::new();
    let events = stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Event>(line).ok());
    for event in events {
        let Some(package) = event.package else {
            continue;
        };
        let package = package.strip_prefix(module).unwrap_or(&package);
        let package = package.trim_start_matches('/');
        let name = match (package, &event.test) {
            ("", Some(test)) => plain(test),
            (package, Some(test)) => format!("{package} {}", plain(test)),
            // It counts by its tests.
            (_, None) => continue,
        };
        let outcome = match event.action.as_str() {
            // One that never ends has no other event.
            "run" => Outcome::Fails,
            "pass" => Outcome::Passes,
            "fail" => Outcome::Fails,
            "skip" => Outcome::Skipped,
            _ => {
                if let (Some(said), Some((_, account))) = (event.output, outcomes.get_mut(&name)) {
                    account.push_str(&said);
                }
                continue;
            }
        };
        outcomes.entry(name).or_insert((outcome, String::new())).0 = outcome;
    }
    outcomes
}

/// A name without the numbers of temporary files, which are others every time.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    let mut digits = String::new();
    for c in name.chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        plain.push_str(if digits.len() < TEMPORARY {
            &digits
        } else {
            NUMBER
        });
        digits.clear();
        plain.push(c);
    }
    plain.pop();
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_run_with_its_whole() {
        for (name, whole) in [
            ("TestOne", "TestOne"),
            ("TestOne/a/b", "TestOne"),
            ("in/sub TestOne/a.b", "in/sub TestOne"),
        ] {
            assert_eq!(GoTests::whole(name), whole);
        }
    }

    #[test]
    fn events_are_outcomes_and_what_never_ends_fails() {
        let stdout = br#"{"Action":"start","Package":"a.b/m/sub"}
{"Action":"run","Package":"a.b/m/sub","Test":"TestOne"}
{"Action":"output","Package":"a.b/m/sub","Test":"TestOne","Output":"why\n"}
{"Action":"run","Package":"a.b/m/sub","Test":"TestOne/part"}
{"Action":"skip","Package":"a.b/m/sub","Test":"TestOne/part"}
{"Action":"pass","Package":"a.b/m/sub","Test":"TestOne"}
{"Action":"pass","Package":"a.b/m/sub"}
no JSON
{"Action":"run","Package":"a.b/m","Test":"TestTwo"}
{"Action":"run","Package":"a.b/m","Test":"TestTwo/'/tmp/x1234567890/001'"}
{"Action":"fail","Package":"a.b/m","Test":"TestTwo"}
"#;
        let outcomes = outcomes("a.b/m", stdout);
        let found: Vec<_> = outcomes
            .iter()
            .map(|(name, (outcome, said))| (name.as_str(), *outcome, said.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("TestTwo", Outcome::Fails, ""),
                ("TestTwo/'/tmp/xN/001'", Outcome::Fails, ""),
                ("sub TestOne", Outcome::Passes, "why\n"),
                ("sub TestOne/part", Outcome::Skipped, ""),
            ]
        );
    }
}
