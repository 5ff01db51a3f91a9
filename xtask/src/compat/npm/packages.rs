//! Which npm packages are tried and how: `xtask/compat/npm/npm.toml`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde::Deserialize;
use warpgrid_test_harness::http::Request;

use crate::workspace;

/// The project with a folder for each program.
const PROJECT: &str = "xtask/compat/npm";
/// What this file is about.
pub const LIST: &str = "xtask/compat/npm/npm.toml";
/// What a program is asked that answers what it computed.
const ASKED: &str = "GET /";

/// A package and the program that stands for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name.
    pub package: String,
    /// The server that the program uses.
    pub database: Option<String>,
    /// What the program is asked; [`ASKED`] where there is nothing.
    #[serde(default)]
    requests: Vec<String>,
    /// What the program has to add for it to work in a component.
    pub needs: Option<String>,
    /// Why it fails.
    pub fails: Option<String>,
}

impl Package {
    /// # Errors
    /// Where one is not a method, a path and, perhaps, JSON.
    pub fn requests(&self) -> anyhow::Result<Vec<Request<'_>>> {
        if self.requests.is_empty() {
            return Ok(vec![request(ASKED)?]);
        }
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

/// The project's folder.
pub fn project() -> PathBuf {
    workspace::root().join(PROJECT)
}

/// The packages, by the names of their programs.
///
/// # Errors
/// With the place, where the list is not as it should be.
pub fn packages() -> anyhow::Result<BTreeMap<String, Package>> {
    workspace::read_toml(LIST)
}

/// The versions that package.json pins, by the packages' names.
///
/// # Errors
/// Where it cannot be read.
pub fn versions() -> anyhow::Result<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Manifest {
        dependencies: BTreeMap<String, String>,
    }
    let path = project().join("package.json");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    Ok(manifest.dependencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The program in a folder.
    fn main_of(name: &str) -> Option<PathBuf> {
        let entries = std::fs::read_dir(project().join(name)).ok()?;
        let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        paths.find(|path| path.file_stem().is_some_and(|stem| stem == "main"))
    }

    #[test]
    fn every_program_imports_its_package_and_is_listed() {
        let packages = packages().unwrap();
        let versions = versions().unwrap();
        for (name, package) in &packages {
            let main = main_of(name).unwrap_or_else(|| panic!("{name} has no main.*"));
            let text = std::fs::read_to_string(&main).unwrap();
            let package_name = &package.package;
            let used = [format!("\"{package_name}\""), format!("\"{package_name}/")];
            assert!(
                used.iter().any(|import| text.contains(import)),
                "{}: none of {used:?}",
                main.display()
            );
            let version = versions.get(package_name).unwrap();
            assert!(
                version.starts_with(|first: char| first.is_ascii_digit()),
                "{package_name}: `{version}` is no pinned version"
            );
            package.requests().unwrap();
        }
        for entry in std::fs::read_dir(project()).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(
                main_of(&name).is_none() || packages.contains_key(&name),
                "{LIST} has no `{name}`"
            );
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
