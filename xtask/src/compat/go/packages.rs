//! Which Go packages are tried and how: `xtask/compat/go/go.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;
use warpgrid_test_harness::http::Request;
use warpgrid_test_harness::process::{self, Bounds};

use crate::flags::GoCompiler;
use crate::workspace;

/// The Go module with a folder for each program.
const MODULE: &str = "xtask/compat/go";
/// What this file is about.
pub const LIST: &str = "xtask/compat/go/go.toml";

/// A package and the program that stands for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its import path.
    pub package: String,
    /// The server that the program uses.
    pub database: Option<String>,
    /// What the program is asked, where it is a service.
    #[serde(default)]
    requests: Vec<String>,
    /// Why it fails.
    #[serde(default)]
    pub fails: BTreeMap<GoCompiler, String>,
}

impl Package {
    /// # Errors
    /// Where one is not a method, a path and, perhaps, JSON.
    pub fn requests(&self) -> anyhow::Result<Vec<Request<'_>>> {
        self.requests.iter().map(|text| request(text)).collect()
    }
}

fn request(text: &str) -> anyhow::Result<Request<'_>> {
    let mut words = text.splitn(3, ' ');
    let method = words.next().unwrap_or_default();
    let path = words.next().unwrap_or_default();
    ensure!(
        path.starts_with('/'),
        "{LIST}: `{text}` is no request\nwrite it as METHOD PATH or METHOD PATH JSON"
    );
    Ok(match (method, words.next()) {
        ("GET", None) => Request::Get(path),
        (method, json) => Request::Json(method, path, json.unwrap_or_default()),
    })
}

/// The module's folder.
pub fn module() -> PathBuf {
    workspace::root().join(MODULE)
}

/// The packages, by the names of their programs.
///
/// # Errors
/// With the place, where the list is not as it should be.
pub fn packages() -> anyhow::Result<BTreeMap<String, Package>> {
    workspace::read_toml(LIST)
}

/// The versions that go.mod has of packages, by their import paths.
///
/// # Errors
/// Where there is no Go, or go.mod has no such package.
pub fn versions<'a>(
    packages: impl IntoIterator<Item = &'a Package>,
    bounds: &Bounds,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut command = Command::new("go");
    command.current_dir(module());
    command.args(["list", "-f={{.ImportPath}} {{.Module.Version}}"]);
    command.args(packages.into_iter().map(|package| &package.package));
    let listed = process::run(&mut command, bounds)
        .context("install Go: the Debian package `golang-go`, or a newer one")?
        .success()?;
    let lines = String::from_utf8(listed.stdout).context("`go list`")?;
    Ok(lines
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(package, version)| (package.to_owned(), version.to_owned()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_imports_its_package_and_is_listed() {
        let packages = packages().unwrap();
        for (name, package) in &packages {
            let source = module().join(name).join("main.go");
            let text = std::fs::read_to_string(&source).unwrap();
            let used = [format!("\"{}\"\n", package.package)];
            assert!(
                used.iter().all(|line| text.contains(line)),
                "{}: not {used:?}",
                source.display()
            );
            package.requests().unwrap();
        }
        let folders = std::fs::read_dir(module()).unwrap().map(Result::unwrap);
        let folders = folders.filter(|entry| entry.path().join("main.go").is_file());
        for folder in folders {
            let name = folder.file_name().into_string().unwrap();
            assert!(packages.contains_key(&name), "{LIST} has no `{name}`");
        }
    }

    #[test]
    fn a_request_has_a_method_a_path_and_perhaps_json() {
        let read = |text| request(text).unwrap();
        assert_eq!(read("GET /a?b=c"), Request::Get("/a?b=c"));
        assert_eq!(read("PUT /a [1, 2]"), Request::Json("PUT", "/a", "[1, 2]"));
        assert_eq!(read("DELETE /a"), Request::Json("DELETE", "/a", ""));
        for wrong in ["", "GET", "GET a"] {
            assert!(request(wrong).is_err(), "{wrong}");
        }
    }
}
