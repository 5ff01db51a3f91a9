//! Tests of Go modules, by the `go` command. Modules come by Go's own client
//! and are kept in our cache; what vouches for one is the sum in its pin, and
//! for what it depends on its own `go.sum`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;
use warpgrid_test_harness::process;

use super::pins::GoModule;
use super::suite::Tools;
use crate::compat::test2json::{Outcomes, outcomes};
use crate::test_all::suites::copy_tree;

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
}
